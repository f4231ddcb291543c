//! Dialog that asks the operator to confirm an effect.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Wrap};

use super::widgets;
use crate::backend::JobAction;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// Dialog with a question. Confirming it performs an effect.
pub struct ConfirmDialog {
    title: &'static str,
    question: String,
    effect: Effect,
}

impl ConfirmDialog {
    /// Returns the question before leaving a console that runs jobs in its own process.
    pub fn for_quit() -> Self {
        let question = "The batch that runs in this console stops, in order: what is done is written down, and \
                        `draft-maker resume` goes on with the rest.";
        Self { title: "leave", question: question.to_owned(), effect: Effect::Quit }
    }

    /// Returns the question before cancelling a job, which skips its `remaining` items.
    pub fn for_cancel_job(job: JobId, remaining: u64) -> Self {
        let question =
            format!("{remaining} items of {job} that are not finished are skipped, and it cannot go on later.");
        Self { title: "cancel", question, effect: Effect::ChangeJob { job, action: JobAction::Cancel } }
    }

    /// Returns the question before cancelling the selected items.
    pub fn for_cancel_items(job: JobId, upcs: Vec<Upc>) -> Self {
        let count = upcs.len();
        let question = format!(
            "{count} marked items are skipped where they have not ended; what is on its way to the market is left to end."
        );
        Self { title: "cancel", question, effect: Effect::ApplyToItems { job, action: ItemAction::Cancel, upcs } }
    }
}

impl Screen for ConfirmDialog {
    fn key_context(&self) -> KeyContext {
        KeyContext::Dialog
    }

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Confirm => Transition::PopThen(self.effect.clone()),
            KeyCommand::Back | KeyCommand::Quit => Transition::Pop,
            _ => Transition::Stay,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let inside = widgets::draw_dialog(frame, area, &format!("{}?", self.title), (60, 7), draw_context);
        frame.render_widget(Paragraph::new(self.question.as_str()).wrap(Wrap { trim: true }), inside);
    }
}
