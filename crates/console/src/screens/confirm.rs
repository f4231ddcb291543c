//! A question that one key answers, with what the answer does.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Wrap};

use super::parts;
use crate::command::Command;
use crate::keymap::Place;
use crate::operations::Change;
use crate::pane::{Action, Look, Pane, Reaction};
use domain::act::Act;
use domain::batch::JobId;
use domain::upc::Upc;

/// The question.
pub struct Confirm {
    title: &'static str,
    question: String,
    action: Action,
}

impl Confirm {
    /// Before a console leaves that runs batches itself.
    pub fn leaving() -> Self {
        let question = "The batch that runs in this console stops, in order: what is done is written down, and \
                        `draft-maker resume` goes on with the rest.";
        Self { title: "leave", question: question.to_owned(), action: Action::Leave }
    }

    /// Before a batch is cancelled: `left` items would be skipped.
    pub fn cancelling(job: JobId, left: u64) -> Self {
        let question = format!("{left} items of {job} that are not finished are skipped, and it cannot go on later.");
        Self { title: "cancel", question, action: Action::Change { job, change: Change::Cancel } }
    }
}

impl Confirm {
    /// Before marked items are cancelled.
    pub fn cancelling_these(job: JobId, upcs: Vec<Upc>) -> Self {
        let count = upcs.len();
        let question = format!(
            "{count} marked items are skipped where they have not ended; what is on its way to the market is left to end."
        );
        Self { title: "cancel", question, action: Action::Act { job, act: Act::Cancel, upcs } }
    }
}

impl Pane for Confirm {
    fn place(&self) -> Place {
        Place::Question
    }

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Yes => Reaction::Answer(self.action.clone()),
            Command::Back | Command::Quit => Reaction::Close,
            _ => Reaction::Nothing,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let inside = parts::dialog(frame, area, &format!("{}?", self.title), (60, 7), look);
        frame.render_widget(Paragraph::new(self.question.as_str()).wrap(Wrap { trim: true }), inside);
    }
}
