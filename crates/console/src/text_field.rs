//! A field for one line of text. It is the only widget of the console for typing text.
//!
//! ```text
//! keys, pasted text ──> TextField ──> the visible part, with the caret where the next character goes
//!                                     and the terminal's own cursor on the caret
//! ```

use ratatui::Frame;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::screen::DrawContext;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Number of cells of the caret, which is between two characters.
const CARET_WIDTH: usize = 1;

/// One line of text with a caret.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextField {
    input: Input,
}

/// The visible part of a text, before and after the caret.
struct VisibleText {
    before_caret: String,
    after_caret: String,
}

impl TextField {
    /// Returns a field that contains `text`, with the caret at its end.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { input: Input::new(text.into()) }
    }

    /// Returns the text as it was typed. It may contain control characters, which are not shown.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Replaces the text and moves the caret to its end.
    pub(crate) fn set_text(&mut self, text: impl Into<String>) {
        self.input = std::mem::take(&mut self.input).with_value(text.into());
    }

    /// Edits the text or moves the caret. Returns true if the text changed.
    pub(crate) fn handle_key(&mut self, key: KeyEvent) -> bool {
        let request = readline_request(key).or_else(|| to_input_request(&Event::Key(key)));
        request.and_then(|request| self.input.handle(request)).is_some_and(|change| change.value)
    }

    /// Inserts pasted text at the caret. Line breaks at its end are removed, and those inside it become spaces, because
    /// the field has one line. Control characters are removed.
    pub(crate) fn paste(&mut self, text: &str) {
        let pasted = strip_terminal_controls(text.trim_end_matches(['\r', '\n']));
        let (before, after) = self.text().split_at(self.caret_offset());
        let (new_text, caret) = (format!("{before}{pasted}{after}"), self.input.cursor() + pasted.chars().count());
        self.input = std::mem::take(&mut self.input).with_value(new_text).with_cursor(caret);
    }

    /// Draws the field into the first line of `area`.
    pub(crate) fn draw(&self, frame: &mut Frame<'_>, area: Rect, style: Style, draw: DrawContext<'_>) {
        self.draw_between(frame, area, "", Line::default(), style, draw);
    }

    /// Draws the field into the first line of `area`, between a prefix in the same style and a suffix, which is cut to
    /// the remaining room. The terminal's cursor moves to the caret if the screen has the focus.
    pub(crate) fn draw_between(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        prefix: &str,
        suffix: Line<'_>,
        style: Style,
        draw: DrawContext<'_>,
    ) {
        if area.is_empty() {
            return;
        }
        let visible = self.visible_text(usize::from(area.width).saturating_sub(prefix.width()));
        let caret_column = prefix.width() + visible.before_caret.width();
        let mut spans = vec![
            Span::styled(format!("{prefix}{}", visible.before_caret), style),
            Span::raw(draw.theme.glyph("▏", "_")),
            Span::styled(visible.after_caret, style),
        ];
        let mut room = usize::from(area.width).saturating_sub(spans.iter().map(Span::width).sum());
        for span in suffix.spans {
            spans.push(Span::styled(fit_to_width(&span.content, room), span.style));
            room = room.saturating_sub(span.width());
        }
        frame.render_widget(Line::from(spans), Rect { height: 1, ..area });
        if draw.has_focus {
            let column = u16::try_from(caret_column).unwrap_or(u16::MAX).min(area.width - 1);
            frame.set_cursor_position((area.x + column, area.y));
        }
    }

    /// Returns the byte offset of the caret in the text.
    fn caret_offset(&self) -> usize {
        self.text().char_indices().nth(self.input.cursor()).map_or(self.text().len(), |(at, _)| at)
    }

    /// Returns the part of the text that fits into `width` cells, including the caret. While text is hidden on both
    /// sides, the caret is in the middle, so that the text before and after it is readable.
    fn visible_text(&self, width: usize) -> VisibleText {
        let (before, after) = self.text().split_at(self.caret_offset());
        let (before, after) = (strip_terminal_controls(before), strip_terminal_controls(after));
        let width = width.saturating_sub(CARET_WIDTH);
        let width_before = width.saturating_sub(after.width()).max(width / 2);
        let before_caret = take_graphemes(before.graphemes(true).rev(), width_before);
        let after_width = width - before_caret.iter().map(|grapheme| grapheme.width()).sum::<usize>();
        let after_caret = take_graphemes(after.graphemes(true), after_width);
        VisibleText { before_caret: before_caret.into_iter().rev().collect(), after_caret: after_caret.concat() }
    }
}

impl From<&str> for TextField {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for TextField {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Returns the first graphemes that fit into `width` cells. A wide one that does not fit at the edge is omitted.
fn take_graphemes<'a>(graphemes: impl Iterator<Item = &'a str>, width: usize) -> Vec<&'a str> {
    let mut used = 0;
    graphemes
        .take_while(|grapheme| {
            used += grapheme.width();
            used <= width
        })
        .collect()
}

/// Returns the edit for readline keys that terminals send with Alt but `tui-input` expects with Meta.
fn readline_request(key: KeyEvent) -> Option<InputRequest> {
    match (key.code, key.modifiers) {
        (KeyCode::Char('b') | KeyCode::Left, KeyModifiers::ALT) => Some(InputRequest::GoToPrevWord),
        (KeyCode::Char('f') | KeyCode::Right, KeyModifiers::ALT) => Some(InputRequest::GoToNextWord),
        (KeyCode::Char('d'), KeyModifiers::ALT) => Some(InputRequest::DeleteNextWord),
        _ => None,
    }
}
