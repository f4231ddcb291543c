//! Dialog that asks the operator to confirm effects. Effects that cannot be undone are confirmed by typing a word, so
//! that a key meant for something else does not confirm them.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use super::widgets;
use crate::backend::{JobAction, JobSummary};
use crate::command::KeyCommand;
use crate::job_effect::JobEffect;
use crate::keymap::KeyContext;
use crate::row_effect::RowEffect;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::text_field::TextField;
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;
use domain::upc::Upc;

/// Text to type to confirm effects that cannot be undone.
pub(super) const TYPED_CONFIRMATION: &str = "yes";

/// Width and height of the dialog, with its border.
const DIALOG_SIZE: (u16, u16) = (76, 10);

/// Maximum number of jobs that a question lists.
const MAX_LISTED_JOBS: usize = 3;

/// How the operator answers a question.
enum Answer {
    /// With a key.
    Key,
    /// With a key other than Enter.
    KeyNotEnter,
    /// By typing [`TYPED_CONFIRMATION`] and pressing Enter.
    Typed(TextField),
}

/// Dialog with a question. Confirming it performs the effects.
pub(crate) struct ConfirmDialog {
    title: &'static str,
    question: String,
    effects: Vec<Effect>,
    answer: Answer,
}

impl ConfirmDialog {
    /// Returns the question before leaving a console that runs jobs in its own process.
    pub(crate) fn for_quit(is_scanning: bool) -> Self {
        let question = if is_scanning {
            "The session stops and its progress is saved. Continue later with `draft-maker scan`. (`draft-maker resume` \
             closes it.)"
        } else {
            "The batch stops and its progress is saved. Continue later with `draft-maker resume`, or open the console \
             again."
        };
        Self::answered_by_key("quit", question.to_owned(), vec![Effect::Quit])
    }

    /// Returns the question whether to resume interrupted jobs. Enter does not answer it, because the key may have been
    /// meant for the screen below.
    pub(crate) fn for_resume(jobs: &[JobSummary]) -> Self {
        let shown = jobs.iter().take(MAX_LISTED_JOBS).map(|summary| {
            let source = strip_terminal_controls(&summary.source).into_owned();
            format!("{}  {} of {}  {source}", summary.job, summary.done, summary.total)
        });
        let hidden = jobs.len().saturating_sub(MAX_LISTED_JOBS);
        let more = (hidden > 0).then(|| format!("and {hidden} more"));
        let list = shown.chain(more).collect::<Vec<_>>().join("\n");
        let question = format!(
            "Stopped before the end:\n{list}\nContinue now? To resume one later, press P in the list of batches."
        );
        let resume = JobEffect::ResumeInterruptedJobs(jobs.iter().map(|summary| summary.job.clone()).collect());
        let dialog = Self::answered_by_key("resume", question, vec![Effect::Job(resume)]);
        Self { answer: Answer::KeyNotEnter, ..dialog }
    }

    /// Returns the question before canceling a job, which skips its `remaining` items.
    pub(crate) fn for_cancel_job(job: JobId, remaining: u64) -> Self {
        let question = format!(
            "Cancel {}? This cannot be undone.",
            format_count(remaining, "unfinished item", "unfinished items")
        );
        let effect = Effect::Job(JobEffect::ChangeJob { job, action: JobAction::Cancel });
        Self::answered_by_typing("cancel", question, vec![effect])
    }

    /// Returns the question before canceling the selected items.
    pub(crate) fn for_cancel_items(job: JobId, upcs: Vec<Upc>) -> Self {
        let count = format_count(upcs.len(), "marked item", "marked items");
        let question = format!(
            "Cancel {count}? Unfinished items are skipped; this cannot be undone. A draft that is being created is finished."
        );
        let effect = Effect::Rows(RowEffect::ApplyToItems { job, action: ItemAction::Cancel, upcs });
        Self::answered_by_typing("cancel", question, vec![effect])
    }

    /// Returns the question before starting a new batch over the selected items.
    pub(crate) fn for_retry_items(job: JobId, upcs: Vec<Upc>) -> Self {
        let question = format!("Start a new batch over {}?", format_count(upcs.len(), "marked item", "marked items"));
        Self::answered_by_key(
            "retry",
            question,
            vec![Effect::Rows(RowEffect::ApplyToItems { job, action: ItemAction::Retry, upcs })],
        )
    }

    /// Returns a question that the operator answers with a key.
    pub(super) const fn answered_by_key(title: &'static str, question: String, effects: Vec<Effect>) -> Self {
        Self { title, question, effects, answer: Answer::Key }
    }

    /// Returns a question that the operator answers by typing a word.
    pub(super) fn answered_by_typing(title: &'static str, question: String, effects: Vec<Effect>) -> Self {
        Self { title, question, effects, answer: Answer::Typed(TextField::default()) }
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
            KeyCommand::Confirm => Transition::PopThen(std::mem::take(&mut self.effects)),
            KeyCommand::Back | KeyCommand::Quit => Transition::Pop,
            _ => Transition::Stay,
        }
    }

    fn input_hint(&self) -> Option<&'static str> {
        matches!(self.answer, Answer::Typed(_)).then_some("type yes and press Enter  Esc: no")
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        let field = match &mut self.answer {
            Answer::Key => return None,
            Answer::KeyNotEnter => return (key.code == KeyCode::Enter).then_some(Transition::Stay),
            Answer::Typed(field) => field,
        };
        Some(match key.code {
            KeyCode::Esc => Transition::Pop,
            KeyCode::Enter if field.text().trim().eq_ignore_ascii_case(TYPED_CONFIRMATION) => {
                Transition::PopThen(std::mem::take(&mut self.effects))
            }
            KeyCode::Enter => Transition::Stay,
            _ => {
                field.handle_key(key);
                Transition::Stay
            }
        })
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        if let Answer::Typed(field) = &mut self.answer {
            field.paste(text);
        }
        Some(Transition::Stay)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let inside = widgets::draw_dialog(frame, area, &format!("{}?", self.title), DIALOG_SIZE, draw_context);
        let [question, answer] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(inside);
        frame.render_widget(Paragraph::new(self.question.as_str()).wrap(Wrap { trim: true }), question);
        let style = draw_context.theme.key_style();
        match &self.answer {
            Answer::Key | Answer::KeyNotEnter => frame.render_widget(Line::styled("y yes   n no", style), answer),
            Answer::Typed(field) => {
                let prompt = format!("Type {TYPED_CONFIRMATION} to confirm: ");
                field.draw_between(frame, answer, &prompt, Line::default(), style, draw_context);
            }
        }
    }
}
