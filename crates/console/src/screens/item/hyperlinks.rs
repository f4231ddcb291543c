//! Addresses that a terminal opens by itself (OSC 8). The sequence stands in the first cell of an address together with
//! its text, and that cell says how wide the text is: nothing else on the screen moves.
//!
//! <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

/// Makes what of a drawn line belongs to the address a link to it.
pub(super) fn write_osc8(buffer: &mut Buffer, place: Rect, drawn: &Line<'_>, link: &str) {
    let Some(target) = sanitize_url(link) else { return };
    let mut x = place.x;
    for span in &drawn.spans {
        let width = cell_width(&span.content);
        let text = span.content.trim();
        let before = cell_width(&span.content[..span.content.len() - span.content.trim_start().len()]);
        let (at, wide) = (x.saturating_add(before), cell_width(text));
        if text.len() > 3 && link.contains(text) && at.saturating_add(wide) <= place.right() {
            let cell = &mut buffer[(at, place.y)];
            cell.set_symbol(&format!("\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"));
            cell.set_diff_option(NonZeroU16::new(wide).map_or(CellDiffOption::None, CellDiffOption::ForcedWidth));
        }
        x = x.saturating_add(width);
    }
}

fn cell_width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The address as it may stand in the sequence: of the web, and nothing in it that would end the sequence.
fn sanitize_url(link: &str) -> Option<String> {
    let url = url::Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let text = String::from(url);
    text.bytes().all(|byte| (0x21..0x7f).contains(&byte)).then_some(text)
}
