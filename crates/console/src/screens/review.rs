//! Review queue of a job: the items that need the operator's decision, one at a time, with their candidates side by side.
//! They are sorted by the field to check, so that the operator checks the same place on each disc.
//!
//! A digit chooses a candidate. Enter submits the decision and shows the next item. Corrections and a price are typed
//! below.

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use super::review_card;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::text_field::TextField;
use domain::event::{EventEnvelope, ItemEvent, JobEvent};
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::review::{ReviewCase, ReviewInput, ReviewResult};
use domain::terminal_text::strip_terminal_controls;
use domain::upc::Upc;

/// A correction or a price while it is typed.
struct ReviewFieldInput {
    /// Index into [`ReviewInput::FIELD_NAMES`].
    field_index: usize,
    field: TextField,
}

impl ReviewFieldInput {
    /// `catalog number: `
    fn prompt(&self) -> String {
        format!("{}: ", ReviewInput::FIELD_NAMES[self.field_index].replace('_', " "))
    }
}

/// Index of the first field that corrects the release. The choice and its reason come before it.
const FIRST_CORRECTION_FIELD: usize = 2;

/// Screen of the review queue of one job.
pub struct ReviewScreen {
    job: JobId,
    /// `None` until they are loaded.
    cases: Option<Result<Vec<ReviewCase>, String>>,
    selected: usize,
    scroll_offset: u16,
    /// Decisions that are not submitted yet.
    inputs: HashMap<Upc, ReviewInput>,
    /// For each item, what is wrong with its decision, or that it is being submitted.
    messages: HashMap<Upc, String>,
    field_input: Option<ReviewFieldInput>,
}

impl ReviewScreen {
    /// Returns the screen of a job, and the effect that loads its queue.
    pub fn new(job: JobId) -> (Self, Effect) {
        let effect = Effect::LoadReviewQueue(job.clone());
        let screen = Self {
            job,
            cases: None,
            selected: 0,
            scroll_offset: 0,
            inputs: HashMap::new(),
            messages: HashMap::new(),
            field_input: None,
        };
        (screen, effect)
    }

    fn loaded_cases(&self) -> &[ReviewCase] {
        self.cases.as_ref().and_then(|cases| cases.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    fn selected_case(&self) -> Option<&ReviewCase> {
        self.loaded_cases().get(self.selected)
    }

    /// Returns the decision about the selected item so far. It starts with the previous decision about the same UPC.
    fn current_input(&self) -> ReviewInput {
        let Some(case) = self.selected_case() else { return ReviewInput::default() };
        self.inputs.get(&case.upc()).cloned().unwrap_or_else(|| case.suggested_input())
    }

    fn edit_input(&mut self, change: impl FnOnce(&mut ReviewInput)) -> Transition {
        let mut input = self.current_input();
        if let Some(upc) = self.selected_case().map(ReviewCase::upc) {
            change(&mut input);
            self.messages.remove(&upc);
            self.inputs.insert(upc, input);
        }
        Transition::Stay
    }

    fn choose_candidate(&mut self, number: usize) -> Transition {
        let count = self.selected_case().map_or(0, |case| case.candidates().len());
        if number > count {
            return Transition::Stay;
        }
        self.edit_input(|input| input.choose = number.to_string())
    }

    fn submit_input(&mut self) -> Transition {
        let mut input = self.current_input();
        let Some(upc) = self.selected_case().map(ReviewCase::upc) else { return Transition::Stay };
        if input == ReviewInput::default() {
            "go".clone_into(&mut input.choose);
        }
        self.messages.insert(upc, "on its way …".to_owned());
        self.select_case(self.selected + 1);
        Transition::Do(Effect::SubmitReview { job: self.job.clone(), upc, input: Box::new(input) })
    }

    fn select_case(&mut self, to: usize) {
        self.selected = to.min(self.loaded_cases().len().saturating_sub(1));
        self.scroll_offset = 0;
    }

    fn begin_field_edit(&mut self, field_index: usize) -> Transition {
        if self.selected_case().is_some() {
            let name = ReviewInput::FIELD_NAMES[field_index];
            let value = self.current_input().field_mut(name).cloned().unwrap_or_default();
            self.field_input = Some(ReviewFieldInput { field_index, field: value.into() });
        }
        Transition::Stay
    }

    fn save_field(&mut self) {
        let Some(ReviewFieldInput { field_index, field }) = self.field_input.take() else { return };
        self.edit_input(|input| {
            if let Some(text) = input.field_mut(ReviewInput::FIELD_NAMES[field_index]) {
                field.text().clone_into(text);
            }
        });
    }

    /// Shows another queue. The same item stays selected if it is still in the queue.
    fn set_cases(&mut self, mut cases: Vec<ReviewCase>) {
        let selected = self.selected_case().map(ReviewCase::upc);
        cases.sort_by_key(|case| case.distinguishing_field);
        let index = cases.iter().position(|case| Some(case.upc()) == selected);
        self.cases = Some(Ok(cases));
        self.select_case(index.unwrap_or(self.selected));
    }

    fn handle_result(&mut self, upc: Upc, result: &Result<ReviewResult, String>) {
        let message = match result {
            Ok(ReviewResult::Invalid { wrong: errors }) => {
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            Ok(ReviewResult::Unanswered) => "nothing was answered".to_owned(),
            Err(error) => error.clone(),
            Ok(ReviewResult::Decided { .. } | ReviewResult::NotWaiting { .. } | ReviewResult::UnknownItem) => {
                return self.remove_case(upc);
            }
        };
        self.messages.insert(upc, message);
    }

    fn remove_case(&mut self, upc: Upc) {
        self.inputs.remove(&upc);
        self.messages.remove(&upc);
        if let Some(Ok(cases)) = &mut self.cases
            && let Some(index) = cases.iter().position(|case| case.upc() == upc)
        {
            cases.remove(index);
            self.select_case(self.selected - usize::from(index < self.selected));
        }
    }

    fn render_lines(&self, width: u16, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let cases = match &self.cases {
            None => return vec![Line::raw("looking for what waits …")],
            Some(Err(error)) => {
                return vec![Line::styled(strip_terminal_controls(error).into_owned(), draw.theme.error_style())];
            }
            Some(Ok(cases)) if cases.is_empty() => return vec![Line::raw("nothing waits for a person")],
            Some(Ok(cases)) => cases,
        };
        let Some(case) = self.selected_case() else { return Vec::new() };
        let same = cases.iter().filter(|other| other.distinguishing_field == case.distinguishing_field).count();
        let heading =
            format!("look at {} ({same} of {} that wait)", case.distinguishing_field.description(), cases.len());
        let mut lines = vec![Line::styled(heading, draw.theme.muted_style())];
        // Above the candidates, because they may fill the screen.
        if let Some(message) = self.messages.get(&case.upc()) {
            lines.push(Line::styled(strip_terminal_controls(message).into_owned(), draw.theme.warning_style()));
        }
        lines.extend(review_card::render_card(case, &self.current_input(), self.selected + 1, width, draw));
        lines
    }
}

/// True for an event that adds an item to the review queue.
fn adds_case(event: &EventEnvelope) -> bool {
    match &event.payload {
        JobEvent::Item { item_event: ItemEvent::Finished { outcome }, .. } => outcome.status == Status::NeedsReview,
        _ => false,
    }
}

impl Screen for ReviewScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Review
    }

    fn title(&self) -> String {
        "review".to_owned()
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.field_input.as_ref().map(|_| "Tab next field  Enter keeps  Esc leaves")
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        let Some(input) = &mut self.field_input else {
            let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
            return match key.code {
                KeyCode::Char(digit @ '1'..='9') if is_plain => {
                    Some(self.choose_candidate(digit.to_digit(10).unwrap_or_default() as usize))
                }
                _ => None,
            };
        };
        match key.code {
            KeyCode::Esc => self.field_input = None,
            KeyCode::Enter => self.save_field(),
            KeyCode::Tab => {
                let next = input.field_index + 1;
                self.save_field();
                return Some(self.begin_field_edit(if next == ReviewInput::FIELD_NAMES.len() {
                    FIRST_CORRECTION_FIELD
                } else {
                    next
                }));
            }
            _ => {
                input.field.handle_key(key);
            }
        }
        Some(Transition::Stay)
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        self.field_input.as_mut()?.field.paste(text);
        Some(Transition::Stay)
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::SubmitReview => return self.submit_input(),
            KeyCommand::ChooseNone => return self.edit_input(|input| "none".clone_into(&mut input.choose)),
            KeyCommand::EditFields => return self.begin_field_edit(FIRST_CORRECTION_FIELD),
            KeyCommand::SetPrice => return self.begin_field_edit(ReviewInput::FIELD_NAMES.len() - 1),
            KeyCommand::Refresh => return Transition::Do(Effect::LoadReviewQueue(self.job.clone())),
            KeyCommand::Copy => {
                return self
                    .selected_case()
                    .map_or(Transition::Stay, |case| Transition::Do(Effect::CopyText(case.upc().to_string())));
            }
            KeyCommand::Up => self.select_case(self.selected.saturating_sub(1)),
            KeyCommand::Down => self.select_case(self.selected + 1),
            KeyCommand::First => self.select_case(0),
            KeyCommand::Last => self.select_case(usize::MAX),
            KeyCommand::PageUp | KeyCommand::HalfUp => self.scroll_offset = self.scroll_offset.saturating_sub(5),
            KeyCommand::PageDown | KeyCommand::HalfDown => self.scroll_offset = self.scroll_offset.saturating_add(5),
            _ => return Transition::Ignored,
        }
        Transition::Stay
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::ReviewQueueLoaded { job, result } if *job == self.job => match result {
                Ok(cases) => self.set_cases(cases.clone()),
                Err(error) => self.cases = Some(Err(error.clone())),
            },
            Message::ReviewSubmitted { job, upc, result } if *job == self.job => self.handle_result(*upc, result),
            Message::JobEvents { job, events } if *job == self.job && events.iter().any(adds_case) => {
                return vec![Effect::LoadReviewQueue(self.job.clone())];
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let field_height = u16::from(self.field_input.is_some());
        let [card, field] = Layout::vertical([Constraint::Fill(1), Constraint::Length(field_height)]).areas(area);
        let lines = self.render_lines(card.width, draw_context);
        let last_offset = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(card.height);
        self.scroll_offset = self.scroll_offset.min(last_offset);
        // The decision so far is the last line of the card.
        let top = if self.field_input.is_some() { last_offset } else { self.scroll_offset };
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }).scroll((top, 0)), card);
        if let Some(input) = &self.field_input {
            let style = draw_context.theme.cursor_style();
            input.field.draw_between(frame, field, &input.prompt(), Line::default(), style, draw_context);
        }
    }
}
