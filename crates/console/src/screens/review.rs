//! What waits for a person: one item at a time, sorted by what must be looked at on the disc, its candidates side by side.
//!
//! A digit takes a candidate, Enter sends the answer and goes to the next. Corrections and a price are typed below.

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use super::review_card;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::event::{ItemEvent, JobEvent};
use domain::job_spec::JobId;
use domain::review::{ReviewCase, ReviewInput, ReviewResult};
use domain::terminal_text::strip_terminal_controls;
use domain::upc::Upc;

/// A field that is being typed.
struct ReviewFieldInput {
    /// Its place in [`Answer::FIELDS`].
    field_index: usize,
    input: tui_input::Input,
}

/// Where the fields begin that put something right; before them are the choice and its reason.
const FIRST_CORRECTION_FIELD: usize = 2;

/// The queue of one batch.
pub struct ReviewScreen {
    job: JobId,
    /// `None` until it is there.
    cases: Option<Result<Vec<ReviewCase>, String>>,
    selected: usize,
    scroll_offset: u16,
    inputs: HashMap<Upc, ReviewInput>,
    /// What was wrong with an answer, or is on its way.
    messages: HashMap<Upc, String>,
    field_input: Option<ReviewFieldInput>,
}

impl ReviewScreen {
    /// The queue of a batch, and the question for it.
    pub fn new(job: JobId) -> (Self, Effect) {
        let ask = Effect::LoadReviewQueue(job.clone());
        let (answers, message) = (HashMap::new(), HashMap::new());
        (
            Self {
                job,
                cases: None,
                selected: 0,
                scroll_offset: 0,
                inputs: answers,
                messages: message,
                field_input: None,
            },
            ask,
        )
    }

    fn loaded_cases(&self) -> &[ReviewCase] {
        self.cases.as_ref().and_then(|cases| cases.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    fn selected_case(&self) -> Option<&ReviewCase> {
        self.loaded_cases().get(self.selected)
    }

    /// The answer to the item that is shown; at first what was decided about its barcode before.
    fn current_input(&self) -> ReviewInput {
        let Some(case) = self.selected_case() else { return ReviewInput::default() };
        self.inputs.get(&case.upc()).cloned().unwrap_or_else(|| input_from_previous(case))
    }

    fn edit_input(&mut self, change: impl FnOnce(&mut ReviewInput)) -> Transition {
        let mut answer = self.current_input();
        if let Some(upc) = self.selected_case().map(ReviewCase::upc) {
            change(&mut answer);
            self.messages.remove(&upc);
            self.inputs.insert(upc, answer);
        }
        Transition::Stay
    }

    fn choose_candidate(&mut self, number: usize) -> Transition {
        let most = self.selected_case().map_or(0, |case| case.candidates().len());
        if number > most {
            return Transition::Stay;
        }
        self.edit_input(|answer| answer.choose = number.to_string())
    }

    fn submit_input(&mut self) -> Transition {
        let mut answer = self.current_input();
        let Some(upc) = self.selected_case().map(ReviewCase::upc) else { return Transition::Stay };
        if answer == ReviewInput::default() {
            "go".clone_into(&mut answer.choose);
        }
        self.messages.insert(upc, "on its way …".to_owned());
        self.select_case(self.selected + 1);
        Transition::Do(Effect::SubmitReview { job: self.job.clone(), upc, input: Box::new(answer) })
    }

    fn select_case(&mut self, to: usize) {
        self.selected = to.min(self.loaded_cases().len().saturating_sub(1));
        self.scroll_offset = 0;
    }

    fn begin_field_edit(&mut self, field: usize) -> Transition {
        if self.selected_case().is_some() {
            let name = ReviewInput::FIELD_NAMES[field];
            let value = self.current_input().field_mut(name).cloned().unwrap_or_default();
            self.field_input = Some(ReviewFieldInput { field_index: field, input: value.into() });
        }
        Transition::Stay
    }

    fn save_field(&mut self) {
        let Some(ReviewFieldInput { field_index: field, input }) = self.field_input.take() else { return };
        self.edit_input(|answer| {
            if let Some(text) = answer.field_mut(ReviewInput::FIELD_NAMES[field]) {
                input.value().clone_into(text);
            }
        });
    }

    fn set_cases(&mut self, mut cases: Vec<ReviewCase>) {
        let was = self.selected_case().map(ReviewCase::upc);
        cases.sort_by_key(|case| case.distinguishing_field);
        let place = cases.iter().position(|case| Some(case.upc()) == was);
        self.cases = Some(Ok(cases));
        self.select_case(place.unwrap_or(self.selected));
    }

    fn handle_result(&mut self, upc: Upc, answer: &Result<ReviewResult, String>) {
        let message = match answer {
            Ok(ReviewResult::Invalid { wrong: errors }) => {
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            Ok(ReviewResult::Unanswered) => "nothing was answered".to_owned(),
            Err(why) => why.clone(),
            Ok(ReviewResult::Decided { .. } | ReviewResult::NotWaiting { .. } | ReviewResult::UnknownItem) => {
                self.inputs.remove(&upc);
                self.messages.remove(&upc);
                if let Some(Ok(cases)) = &mut self.cases
                    && let Some(place) = cases.iter().position(|case| case.upc() == upc)
                {
                    cases.remove(place);
                    let at = if place < self.selected { self.selected - 1 } else { self.selected };
                    self.select_case(at);
                }
                return;
            }
        };
        self.messages.insert(upc, message);
    }

    fn render_lines(&self, width: u16, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let all = match &self.cases {
            None => return vec![Line::raw("looking for what waits …")],
            Some(Err(why)) => {
                return vec![Line::styled(strip_terminal_controls(why).into_owned(), draw.theme.error_style())];
            }
            Some(Ok(all)) if all.is_empty() => return vec![Line::raw("nothing waits for a person")],
            Some(Ok(all)) => all,
        };
        let Some(case) = self.selected_case() else { return Vec::new() };
        let same = all.iter().filter(|other| other.distinguishing_field == case.distinguishing_field).count();
        let heading =
            format!("look at {} ({same} of {} that wait)", case.distinguishing_field.description(), all.len());
        let mut lines = vec![Line::styled(heading, draw.theme.muted_style())];
        // Above the candidates, which may fill the screen.
        if let Some(message) = self.messages.get(&case.upc()) {
            lines.push(Line::styled(strip_terminal_controls(message).into_owned(), draw.theme.warning_style()));
        }
        let answer = self.current_input();
        lines.extend(review_card::render_card(case, &answer, self.selected + 1, width, draw));
        if let Some(typing) = &self.field_input {
            let message = format!(
                "{}: {}_",
                ReviewInput::FIELD_NAMES[typing.field_index].replace('_', " "),
                typing.input.value()
            );
            lines.push(Line::styled(strip_terminal_controls(&message).into_owned(), draw.theme.cursor_style()));
        }
        lines
    }
}

/// What was decided about the same barcode before, chosen beforehand.
fn input_from_previous(case: &ReviewCase) -> ReviewInput {
    let choose = case.suggested_candidate().map(|number| number.to_string()).unwrap_or_default();
    ReviewInput { choose, ..ReviewInput::default() }
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
        let Some(typing) = &mut self.field_input else {
            let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
            return match key.code {
                KeyCode::Char(digit @ '1'..='9') if plain => {
                    Some(self.choose_candidate(digit.to_digit(10).unwrap_or_default() as usize))
                }
                _ => None,
            };
        };
        match key.code {
            KeyCode::Esc => self.field_input = None,
            KeyCode::Enter => self.save_field(),
            KeyCode::Tab => {
                let next = typing.field_index + 1;
                self.save_field();
                return Some(self.begin_field_edit(if next == ReviewInput::FIELD_NAMES.len() {
                    FIRST_CORRECTION_FIELD
                } else {
                    next
                }));
            }
            _ => {
                typing.input.handle_event(&Input::Key(key));
            }
        }
        Some(Transition::Stay)
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::SubmitReview => return self.submit_input(),
            KeyCommand::ChooseNone => return self.edit_input(|answer| "none".clone_into(&mut answer.choose)),
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
            Message::ReviewQueueLoaded { job, result: answer } if *job == self.job => match answer {
                Ok(cases) => self.set_cases(cases.clone()),
                Err(why) => self.cases = Some(Err(why.clone())),
            },
            Message::ReviewSubmitted { job, upc, result: answer } if *job == self.job => {
                self.handle_result(*upc, answer)
            }
            // Something more waits now.
            Message::JobEvents { job, events } if *job == self.job => {
                let waits = |payload: &JobEvent| match payload {
                    JobEvent::Item { item_event: ItemEvent::Finished { outcome }, .. } => {
                        outcome.status == domain::outcome::Status::NeedsReview
                    }
                    _ => false,
                };
                if events.iter().any(|event| waits(&event.payload)) {
                    return vec![Effect::LoadReviewQueue(self.job.clone())];
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let lines = self.render_lines(area.width, draw_context);
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        self.scroll_offset = self.scroll_offset.min(height.saturating_sub(area.height));
        // What is typed stands last, and is seen.
        let top = if self.field_input.is_some() { height.saturating_sub(area.height) } else { self.scroll_offset };
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }).scroll((top, 0)), area);
    }
}
