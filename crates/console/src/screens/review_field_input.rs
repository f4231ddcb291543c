//! The input field of the review screen for a correction or a price.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};

use super::widgets;
use crate::item_edit::field_label;
use crate::screen::DrawContext;
use crate::text_field::TextField;
use domain::review::ReviewInput;
use domain::upc::Upc;

/// A correction or a price while the operator types it.
pub(super) struct ReviewFieldInput {
    /// The item that is corrected. The queue may change while the operator types.
    pub(super) upc: Upc,
    /// Index into [`ReviewInput::FIELD_NAMES`].
    pub(super) field_index: usize,
    pub(super) field: TextField,
    /// Initial value, which comes from a candidate; `None` if it comes from a decision.
    pub(super) original: Option<String>,
    /// Why the text was not accepted.
    pub(super) error: Option<String>,
}

impl ReviewFieldInput {
    /// Returns a prompt such as `catalog number: `.
    fn prompt(&self) -> String {
        format!("{}: ", field_label(ReviewInput::FIELD_NAMES[self.field_index]))
    }

    /// Returns the number of lines for the field and the error below it, on a screen of this width.
    pub(super) fn line_count(&self, width: u16) -> u16 {
        let error = self.error.as_deref().unwrap_or_default();
        let lines = widgets::wrap_text(error, usize::from(width)).len().max(1);
        u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1)
    }

    /// Draws the field, and the error below it.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
        self.field.draw_between(frame, area, &self.prompt(), Line::default(), draw.theme.key_style(), draw);
        let error = widgets::wrap_text(self.error.as_deref().unwrap_or_default(), usize::from(area.width));
        let error = error.into_iter().map(Line::raw).collect::<Text<'_>>().style(draw.theme.error_style());
        let below = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
        frame.render_widget(error, below.intersection(area));
    }
}
