//! Writes hyperlinks that the terminal can open (OSC 8). The first cell of a link contains the escape sequence and the
//! whole text of the link. The cell declares the width of the text, so that the following cells keep their positions.
//!
//! Specification: <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

/// Turns the spans of a drawn line that are part of `address` into hyperlinks to it.
pub(super) fn write_osc8(buffer: &mut Buffer, area: Rect, line: &Line<'_>, address: &str) {
    let Some(target) = sanitize_url(address) else { return };
    let mut x = area.x;
    for span in &line.spans {
        let width = cell_width(&span.content);
        let text = span.content.trim();
        let leading_blanks = cell_width(&span.content[..span.content.len() - span.content.trim_start().len()]);
        let (start, text_width) = (x.saturating_add(leading_blanks), cell_width(text));
        if text.len() > 3 && address.contains(text) && start.saturating_add(text_width) <= area.right() {
            let cell = &mut buffer[(start, area.y)];
            cell.set_symbol(&format!("\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"));
            cell.set_diff_option(NonZeroU16::new(text_width).map_or(CellDiffOption::None, CellDiffOption::ForcedWidth));
        }
        x = x.saturating_add(width);
    }
}

fn cell_width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Returns an HTTP URL without characters that could end the escape sequence; `None` for any other link.
fn sanitize_url(link: &str) -> Option<String> {
    let url = url::Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let text = String::from(url);
    text.bytes().all(|byte| (0x21..0x7f).contains(&byte)).then_some(text)
}
