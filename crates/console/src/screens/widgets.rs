//! Text formats, layouts and dialogs that several screens share.

use std::ops::Range;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Flex, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Clear};
use textwrap::core::break_words;
use textwrap::word_splitters::split_words;
use textwrap::wrap_algorithms::wrap_first_fit;
use textwrap::{WordSeparator, WordSplitter};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::cursor::Cursor;
use crate::screen::DrawContext;
use domain::terminal_text::fit_to_width;

/// Formats the time since `at` in its largest unit, such as `3 d`; empty if the time is not known.
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

/// Formats a score from 0 to 1 in percent, such as `97%`.
pub(super) fn format_score(score: f32) -> String {
    format!("{}%", (score.clamp(0.0, 1.0) * 100.0).round())
}

/// Minimum width at which an item is shown next to the table.
const SPLIT_MIN_WIDTH: u16 = 140;

/// Maximum width of the details of an item: longer lines are hard to read, and the table needs the room for its columns.
const DETAILS_MAX_WIDTH: u16 = 80;

/// Width of the line between a table and the details of an item, with a space after it.
const DETAILS_BORDER_WIDTH: u16 = 2;

/// Returns the area of a table and, if both fit, the area next to it for the details of an item.
pub(super) fn split_for_details(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < SPLIT_MIN_WIDTH {
        return (area, None);
    }
    let details_width = (area.width / 2).min(DETAILS_MAX_WIDTH + DETAILS_BORDER_WIDTH);
    let [table, details] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(details_width)]).areas(area);
    (table, Some(Rect { x: details.x + DETAILS_BORDER_WIDTH, width: details.width - DETAILS_BORDER_WIDTH, ..details }))
}

/// Clears an area to draw over it. A wide character that begins before the area and would cover its first column is
/// removed.
pub(crate) fn clear_area(frame: &mut Frame<'_>, area: Rect) {
    frame.render_widget(Clear, area);
    let area = area.intersection(frame.area());
    let Some(before) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        let cell = &mut frame.buffer_mut()[(before, y)];
        if cell.symbol().width() > 1 {
            cell.set_symbol(" ");
        }
    }
}

/// Clears the area for the details of an item, and draws the line to the left of it.
pub(super) fn draw_details_border(frame: &mut Frame<'_>, details: Rect, draw: DrawContext<'_>) {
    let bordered = Rect {
        x: details.x.saturating_sub(DETAILS_BORDER_WIDTH),
        width: details.width + DETAILS_BORDER_WIDTH,
        ..details
    };
    clear_area(frame, bordered);
    frame.render_widget(Block::new().borders(Borders::LEFT).border_style(draw.theme.muted_style()), bordered);
}

/// Minimum width of what a dialog leaves visible at both sides. Less would show single letters of the screen below, so
/// the dialog is as wide as the screen.
const MIN_DIALOG_MARGIN: u16 = 10;

/// Returns the width of a dialog of about `width` cells in `area`.
pub(super) fn dialog_width(area: Rect, width: u16) -> u16 {
    if width + MIN_DIALOG_MARGIN > area.width { area.width } else { width }
}

/// Draws an empty dialog of about `width` and at most `height` cells in the middle of `area`. Returns the area inside
/// its border.
pub(super) fn draw_dialog(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    (width, height): (u16, u16),
    draw: DrawContext<'_>,
) -> Rect {
    let width = dialog_width(area, width);
    let height = height.min(area.height);
    let [row] = Layout::vertical([Constraint::Length(height)]).flex(Flex::Center).areas(area);
    let [dialog] = Layout::horizontal([Constraint::Length(width)]).flex(Flex::Center).areas(row);
    let border = if draw.theme.unicode { BorderType::Rounded } else { BorderType::Plain };
    let block = Block::bordered().border_type(border).title(format!(" {title} "));
    let inside = block.inner(dialog);
    if inside.is_empty() {
        return inside;
    }
    clear_area(frame, dialog);
    frame.render_widget(block, dialog);
    inside
}

/// Truncates a text at its start, with a mark, if it is wider than `width` cells. The end of an address is its most
/// useful part.
pub(super) fn fit_end_to_width(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let end = text.graphemes(true).rev().take_while(|grapheme| {
        used += grapheme.width();
        used <= width
    });
    let length = end.map(str::len).sum::<usize>();
    if width == 0 { String::new() } else { format!("…{}", &text[text.len() - length..]) }
}

/// Truncates a styled line, with a mark at its end, if it is wider than `width` cells. Spaces at its end do not count.
pub(super) fn fit_line(line: Line<'static>, width: u16) -> Line<'static> {
    let width = usize::from(width);
    if line.to_string().trim_end().width() <= width {
        return line;
    }
    let mut room = width.saturating_sub(1);
    let mut spans = Vec::new();
    for span in line.spans {
        if let Some(left) = room.checked_sub(span.width()) {
            room = left;
            spans.push(span);
        } else {
            // The text is longer than its room also if only later spans do not fit.
            spans.push(Span::styled(fit_to_width(&format!("{}…", span.content), width.min(room + 1)), span.style));
            break;
        }
    }
    Line { spans, ..line }
}

/// Wraps a text to lines of at most `width` cells. Returns at least one line.
pub(crate) fn wrap_text(text: &str, width: usize) -> Vec<String> {
    wrap_ranges(text, width).into_iter().map(|range| text[range].to_owned()).collect()
}

/// Returns the byte range of each line after wrapping a text to `width` cells. Lines are broken where Unicode (UAX 14)
/// allows it, and inside a word only if the word is wider than a line. Spaces at the end of a line are in no range.
pub(super) fn wrap_ranges(text: &str, width: usize) -> Vec<Range<usize>> {
    let words = WordSeparator::UnicodeBreakProperties.find_words(text);
    let words = break_words(split_words(words, &WordSplitter::HyphenSplitter), width.max(1));
    let width = f64::from(u32::try_from(width).unwrap_or(u32::MAX));
    let mut start = 0;
    let lines = wrap_first_fit(&words, &[width]).into_iter().map(|line| {
        let end = start + line.iter().map(|word| word.len() + word.whitespace.len()).sum::<usize>();
        let range = start..end - line.last().map_or(0, |word| word.whitespace.len());
        start = end;
        range
    });
    lines.collect()
}

/// Puts the terminal's cursor on the selected row of a list that was drawn into `area` below `heading_lines`, so that
/// screen readers, braille displays and input methods follow it. An empty list has no cursor.
pub(super) fn set_row_cursor(
    frame: &mut Frame<'_>,
    area: Rect,
    heading_lines: u16,
    cursor: &Cursor,
    (rows, draw): (usize, DrawContext<'_>),
) {
    let line = u16::try_from(cursor.selected_line()).unwrap_or(u16::MAX).saturating_add(heading_lines);
    if draw.has_focus && rows > 0 && line < area.height && area.width > 0 {
        frame.set_cursor_position((area.x, area.y + line));
    }
}
