//! Small drawings that several screens share.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Flex, Layout, Rect};
use ratatui::widgets::{Block, BorderType, Clear};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::screen::DrawContext;

/// `48.2 KB`; sizes of lists are looked at and not reckoned with.
pub(super) fn format_size(bytes: u64) -> String {
    const SIZE_UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut whole = bytes;
    let mut rest = 0;
    let mut unit = 0;
    while whole >= 1_000 && unit + 1 < SIZE_UNITS.len() {
        (whole, rest) = (whole / 1_000, whole % 1_000 / 100);
        unit += 1;
    }
    if unit == 0 { format!("{whole} B") } else { format!("{whole}.{rest} {}", SIZE_UNITS[unit]) }
}

/// `3 d`: how long ago, in one number.
pub(super) fn format_age(at: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = at else { return String::new() };
    let seconds = now.duration_since(at).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A box in the middle, over what is there; the part inside its border is returned.
pub(super) fn draw_dialog(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    size: (u16, u16),
    draw: DrawContext<'_>,
) -> Rect {
    let (width, height) = (size.0.min(area.width), size.1.min(area.height));
    let [row] = Layout::vertical([Constraint::Length(height)]).flex(Flex::Center).areas(area);
    let [place] = Layout::horizontal([Constraint::Length(width)]).flex(Flex::Center).areas(row);
    let border = if draw.theme.unicode { BorderType::Rounded } else { BorderType::Plain };
    let block = Block::bordered().border_type(border).title(format!(" {title} "));
    let inside = block.inner(place);
    if inside.is_empty() {
        return inside;
    }
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    inside
}

/// A text over lines of at most so many cells, broken between words where that goes. Never no line at all.
pub(super) fn wrap_text(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_word_bounds() {
        if line.width() + word.width() > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        if line.is_empty() && word.trim().is_empty() {
            continue;
        }
        for letter in word.graphemes(true) {
            if line.width() + letter.width() > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(letter);
        }
    }
    lines.push(line);
    lines
}
