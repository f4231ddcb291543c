//! Dialog that lists the items for which an action was rejected, each with the reason. The items stay selected.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};

use super::widgets;
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::bulk_action::{BulkActionResult, RejectedAction};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// The dialog about the result of an action on several items.
pub(crate) struct BulkFailures {
    /// Past participle of the action for the other items, such as `paused`.
    completed_label: &'static str,
    done_count: usize,
    rejected: Vec<RejectedAction>,
    cursor: Cursor,
}

impl BulkFailures {
    /// Returns the dialog for an action that was rejected for at least one item.
    pub(crate) fn from_result(completed_label: &'static str, result: &BulkActionResult) -> Self {
        let (done_count, rejected) = (result.succeeded.len(), result.rejected.clone());
        Self { completed_label, done_count, rejected, cursor: Cursor::default() }
    }
}

impl Screen for BulkFailures {
    fn key_context(&self) -> KeyContext {
        KeyContext::Pager
    }

    fn title(&self) -> String {
        format!("not {}", self.completed_label)
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Open | KeyCommand::Quit => Transition::Pop,
            KeyCommand::Copy => {
                let lines = self.rejected.iter().map(|RejectedAction { upc, why }| format!("{upc}\t{why}"));
                Transition::Do(Effect::CopyText(lines.collect::<Vec<_>>().join("\n")))
            }
            _ if self.cursor.handle_command(command, self.rejected.len()) => Transition::Stay,
            _ => Transition::Ignored,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let count = self.rejected.len();
        let title = format!("{} {}, {count} failed (still marked)", self.done_count, self.completed_label);
        let height = u16::try_from(count.saturating_add(2)).unwrap_or(u16::MAX);
        let inside = widgets::draw_dialog(frame, area, &title, (76, height.min(20)), draw_context);
        let range = self.cursor.visible_range(count, usize::from(inside.height));
        let line = |RejectedAction { upc, why }: &RejectedAction| {
            Line::raw(fit_to_width(&format!("{upc:<13}  {}", strip_terminal_controls(why)), usize::from(inside.width)))
        };
        frame.render_widget(self.rejected[range].iter().map(line).collect::<Text<'_>>(), inside);
    }
}
