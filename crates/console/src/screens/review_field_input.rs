//! The field of the review screen in which a correction or a price is typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::screen::DrawContext;
use crate::text_field::TextField;
use domain::review::ReviewInput;
use domain::upc::Upc;

/// A correction or a price while it is typed.
pub(super) struct ReviewFieldInput {
    /// The item that it is about: the queue may change meanwhile.
    pub(super) upc: Upc,
    /// Index into [`ReviewInput::FIELD_NAMES`].
    pub(super) field_index: usize,
    pub(super) field: TextField,
    /// The value of the candidate that the field began with; `None` if it began with a decision.
    pub(super) original: Option<String>,
    /// Why the text was not accepted.
    pub(super) error: Option<String>,
}

impl ReviewFieldInput {
    /// `catalog number: `
    fn prompt(&self) -> String {
        format!("{}: ", ReviewInput::FIELD_NAMES[self.field_index].replace('_', " "))
    }

    /// Draws the field, and below it why the text was not accepted.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
        self.field.draw_between(frame, area, &self.prompt(), Line::default(), draw.theme.key_style(), draw);
        let error = Line::styled(self.error.as_deref().unwrap_or_default(), draw.theme.error_style());
        frame.render_widget(error, Rect { y: area.y.saturating_add(1), ..area }.intersection(area));
    }
}
