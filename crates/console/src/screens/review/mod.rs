//! The review queue of a job: the items that need the operator's decision, one at a time, with their candidates side by
//! side. They are sorted by the field to check, so that the operator checks the same place on each disc.
//!
//! A digit chooses a candidate and submits the decision; Enter submits the current decision. Both show the next item.
//! `/` searches with a text of the operator, which adds candidates. A decision can be undone for some seconds without
//! being recorded, see [`crate::undo_window`].

mod draw;
mod fields;
mod hints;

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::review_field_input::ReviewFieldInput;
use super::review_input_check;
use super::review_search::ReviewSearch;
use super::same_decision::ask_about_same;
use super::submitted_decisions::SubmittedDecisions;
use super::typed_digits::{FinishedDigits, TypedDigits};
use crate::backend::{MAX_REVIEW_CASES, ProjectionHandle};
use crate::command::KeyCommand;
use crate::item_effect::ItemEffect;
use crate::key_hints::FooterKey;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::barcode::parse_barcode;
use domain::event::{EventEnvelope, ItemEvent, JobEvent};
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::review::{ReviewCase, ReviewInput, ReviewResult};
use domain::text::count::format_count;
use domain::upc::Upc;

/// Commands that can close the screen. Any other one ends the effect of a warning.
const LEAVING_COMMANDS: [KeyCommand; 7] = [
    KeyCommand::Back,
    KeyCommand::Quit,
    KeyCommand::Jobs,
    KeyCommand::Browse,
    KeyCommand::Bookmarks,
    KeyCommand::Scan,
    KeyCommand::CommandLine,
];

/// The screen of a job's review queue.
pub struct ReviewScreen {
    job: JobId,
    /// The cases in the queue; `None` until they are loaded.
    cases: Option<Result<Vec<ReviewCase>, String>>,
    /// True if the last load returned the maximum number of cases, so that more may wait.
    may_have_more: bool,
    selected: usize,
    scroll_offset: u16,
    /// Decisions that are not submitted yet.
    inputs: HashMap<Upc, ReviewInput>,
    /// True after the operator was told about decisions that leaving would lose.
    has_warned: bool,
    /// Problems with the decisions, by item.
    messages: HashMap<Upc, String>,
    field_input: Option<ReviewFieldInput>,
    digits: TypedDigits,
    search: ReviewSearch,
    submitted: SubmittedDecisions,
    /// The item whose recorded decision was undone. It is selected when it is in the queue again.
    undone: Option<Upc>,
    /// State of the job, which shows whether more items may follow; `None` until the job is attached.
    projection: Option<ProjectionHandle>,
}

impl ReviewScreen {
    /// Returns the screen of a job, and the effect that loads its queue.
    pub fn new(job: JobId) -> (Self, Effect) {
        let effect = Effect::Item(ItemEffect::LoadReviewQueue(job.clone()));
        let screen = Self {
            job,
            cases: None,
            may_have_more: false,
            selected: 0,
            scroll_offset: 0,
            inputs: HashMap::new(),
            has_warned: false,
            messages: HashMap::new(),
            field_input: None,
            digits: TypedDigits::default(),
            search: ReviewSearch::default(),
            submitted: SubmittedDecisions::default(),
            undone: None,
            projection: None,
        };
        (screen, effect)
    }

    fn loaded_cases(&self) -> &[ReviewCase] {
        self.cases.as_ref().and_then(|cases| cases.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    fn selected_case(&self) -> Option<&ReviewCase> {
        self.loaded_cases().get(self.selected)
    }

    /// Returns the current decision about the selected item.
    fn current_input(&self) -> ReviewInput {
        self.selected_case().map(|case| self.input_for(case)).unwrap_or_default()
    }

    /// Returns the current decision about an item. Initially, it is the previous decision about the same UPC.
    fn input_for(&self, case: &ReviewCase) -> ReviewInput {
        self.inputs.get(&case.upc()).cloned().unwrap_or_else(|| case.suggested_input())
    }

    fn edit_input(&mut self, change: impl FnOnce(&mut ReviewInput)) -> Transition {
        let mut input = self.current_input();
        if let Some(upc) = self.selected_case().map(ReviewCase::upc) {
            change(&mut input);
            self.messages.remove(&upc);
            self.inputs.insert(upc, input);
            self.has_warned = false;
        }
        Transition::Stay
    }

    /// Chooses a candidate and submits the decision.
    fn choose_candidate(&mut self, number: usize) -> Transition {
        let Some(count) = self.selected_case().map(|case| case.candidates().len()) else {
            return self.report_empty_queue();
        };
        if number > count {
            return Transition::Stay;
        }
        self.edit_input(|input| input.choose = number.to_string());
        self.submit_input()
    }

    /// Submits the decision about the selected item and shows the next item. An incomplete or invalid decision is not
    /// submitted; the item stays selected and shows what is wrong.
    fn submit_input(&mut self) -> Transition {
        let mut input = self.current_input();
        let Some(case) = self.selected_case() else { return self.report_empty_queue() };
        let upc = case.upc();
        if self.search.is_running_for(upc) {
            return Transition::Do(Effect::Notify("The search for this item is running; wait for it.".to_owned()));
        }
        // Choosing the same candidate again would repeat its lookup and pricing.
        let is_decided_here = case.previous.as_ref().is_some_and(|previous| previous.job == self.job);
        let is_chosen_already = is_decided_here && input.choose == case.suggested_input().choose;
        if input == ReviewInput::default() || is_chosen_already {
            "go".clone_into(&mut input.choose);
        }
        if let Err(message) = review_input_check::check_input(case, &input) {
            self.messages.insert(upc, message);
            self.scroll_offset = 0;
            return Transition::Stay;
        }
        if let Some(case) = self.take_case(upc) {
            self.submitted.push(case, input.clone());
        }
        let submit = Effect::SubmitReview { job: self.job.clone(), upc, input: Box::new(input) };
        Transition::DoAll(std::iter::once(submit).chain(self.load_more()).collect())
    }

    /// Returns the effect that loads the next cases; `None` if some are left, or if no more wait.
    fn load_more(&mut self) -> Option<Effect> {
        let is_empty = matches!(&self.cases, Some(Ok(cases)) if cases.is_empty());
        (is_empty && self.may_have_more).then(|| {
            self.cases = None;
            Effect::Item(ItemEffect::LoadReviewQueue(self.job.clone()))
        })
    }

    /// Notifies the operator why a key for a decision has no effect.
    fn report_empty_queue(&self) -> Transition {
        let text =
            if self.cases.is_some() { "There is no item to decide." } else { "The review queue is still loading." };
        Transition::Do(Effect::Notify(text.to_owned()))
    }

    fn select_case(&mut self, to: usize) {
        self.selected = to.min(self.loaded_cases().len().saturating_sub(1));
        self.scroll_offset = 0;
    }

    /// Replaces the queue. The selected item stays selected if it is still in the queue.
    fn set_cases(&mut self, mut cases: Vec<ReviewCase>) {
        let selected = self.selected_case().map(ReviewCase::upc);
        self.may_have_more = cases.len() >= MAX_REVIEW_CASES;
        cases.retain(|case| !self.submitted.contains(case.upc()));
        // What the operator is typing would otherwise apply to another item.
        let is_typing = self.field_input.is_some() || self.search.is_typing() || self.digits.is_typing();
        let typed_for = self.selected_case().filter(|case| is_typing && !self.submitted.contains(case.upc()));
        cases.extend(typed_for.filter(|case| !cases.iter().any(|other| other.upc() == case.upc())).cloned());
        cases.sort_by_key(|case| case.distinguishing_field);
        let index_of = |upc: Option<Upc>| cases.iter().position(|case| Some(case.upc()) == upc);
        let undone = index_of(self.undone.filter(|_| !is_typing));
        let index = undone.or_else(|| index_of(selected));
        self.undone = self.undone.filter(|_| undone.is_none());
        self.cases = Some(Ok(cases));
        self.select_case(index.unwrap_or(self.selected));
    }

    fn handle_result(&mut self, upc: Upc, result: &Result<ReviewResult, String>) {
        let message = match result {
            Ok(ReviewResult::Invalid { wrong: errors }) => {
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            Ok(ReviewResult::Unanswered) => "no decision yet".to_owned(),
            Err(error) => error.clone(),
            Ok(
                ReviewResult::Decided { .. }
                | ReviewResult::NotWaiting { .. }
                | ReviewResult::DraftDeleted { .. }
                | ReviewResult::UnknownItem,
            ) => {
                self.take_case(upc);
                return self.submitted.confirm(upc);
            }
        };
        self.return_case(upc);
        self.messages.insert(upc, message);
    }

    /// Returns an item to the queue, with its decision, because the decision was rejected or undone. The selected item
    /// stays selected.
    fn return_case(&mut self, upc: Upc) {
        let selected = self.selected_case().map(ReviewCase::upc);
        if let Some((case, input)) = self.submitted.take(upc)
            && let Ok(cases) = self.cases.get_or_insert_with(|| Ok(Vec::new()))
        {
            self.inputs.insert(upc, input);
            let index = cases.partition_point(|other| other.distinguishing_field < case.distinguishing_field);
            cases.insert(index, case);
        }
        self.select_upc(selected.unwrap_or(upc));
    }

    fn select_upc(&mut self, upc: Upc) -> bool {
        let index = self.loaded_cases().iter().position(|case| case.upc() == upc);
        if let Some(index) = index.filter(|index| *index != self.selected) {
            self.select_case(index);
        }
        index.is_some()
    }

    /// Handles digits after a pause. A single digit chooses a candidate. A barcode, which a scanner types without
    /// pauses, selects its item or is passed to the scan screen.
    fn finish_digits(&mut self) -> Transition {
        match self.digits.take() {
            FinishedDigits::None => Transition::Stay,
            FinishedDigits::Choice(number) => self.choose_candidate(number),
            FinishedDigits::Barcode(code) => {
                if parse_barcode(&code).is_ok_and(|parsed| self.select_upc(parsed.upc)) {
                    return Transition::Stay;
                }
                Transition::Do(Effect::PassScan(code))
            }
        }
    }

    /// Removes an item from the queue.
    fn take_case(&mut self, upc: Upc) -> Option<ReviewCase> {
        self.inputs.remove(&upc);
        self.messages.remove(&upc);
        let Some(Ok(cases)) = &mut self.cases else { return None };
        let index = cases.iter().position(|case| case.upc() == upc)?;
        let case = cases.remove(index);
        self.select_case(self.selected - usize::from(index < self.selected));
        Some(case)
    }
}

/// Returns true for an event that adds an item to the review queue.
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

    fn key_hints(&self) -> &'static [FooterKey] {
        hints::hints_for_queue(self.selected_case(), self.submitted.last().is_some())
    }

    fn title(&self) -> String {
        "review".to_owned()
    }

    fn use_projections(&mut self, projections: &[ProjectionHandle]) {
        self.projection = projections.iter().rev().find(|projection| projection.read().job == self.job).cloned();
    }

    fn input_hint(&self) -> Option<&'static str> {
        let of_field = self.field_input.as_ref().map(|_| "Tab next field  Enter saves  Esc cancels");
        of_field.or_else(|| self.search.input_hint())
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        if self.search.is_typing() {
            let upc = self.selected_case().map(ReviewCase::upc);
            return Some(self.search.handle_key(key, &self.job, upc).map_or(Transition::Stay, Transition::Do));
        }
        let Some(input) = &mut self.field_input else {
            let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
            return match key.code {
                KeyCode::Char(digit @ '0'..='9') if is_plain => {
                    let sequence = self.digits.push(digit);
                    Some(Transition::Do(Effect::Item(ItemEffect::WaitForDigits { job: self.job.clone(), sequence })))
                }
                KeyCode::Enter | KeyCode::Tab if self.digits.is_typing() => Some(self.finish_digits()),
                _ => {
                    self.digits.take();
                    None
                }
            };
        };
        match key.code {
            KeyCode::Esc => self.field_input = None,
            KeyCode::Enter => {
                self.save_field();
            }
            KeyCode::Tab => return Some(self.edit_next_field()),
            _ => {
                input.field.handle_key(key);
                input.error = None;
            }
        }
        Some(Transition::Stay)
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        if self.search.handle_paste(text) {
            return Some(Transition::Stay);
        }
        let edit = self.field_input.as_mut()?;
        edit.field.paste(text);
        edit.error = None;
        Some(Transition::Stay)
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        self.has_warned &= LEAVING_COMMANDS.contains(&command);
        match command {
            KeyCommand::SubmitReview => return self.submit_input(),
            KeyCommand::ChooseNone | KeyCommand::SearchForItem if self.selected_case().is_none() => {
                return self.report_empty_queue();
            }
            KeyCommand::ChooseNone => {
                self.edit_input(|input| "none".clone_into(&mut input.choose));
                return self.submit_input();
            }
            KeyCommand::UndoReview => {
                return Transition::Do(self.submitted.last().map_or(Effect::UndoNewest, |(case, _)| {
                    Effect::UndoReview { job: self.job.clone(), upc: case.upc() }
                }));
            }
            KeyCommand::Back | KeyCommand::Quit => {
                let warning = self.warn_before_closing().map(|warning| Transition::Do(Effect::Notify(warning)));
                return warning.unwrap_or(Transition::Ignored);
            }
            KeyCommand::ApplyToSame => {
                return ask_about_same(&self.job, self.submitted.last(), self.loaded_cases());
            }
            KeyCommand::SearchForItem => self.search.start_typing(),
            KeyCommand::EditFields => return self.begin_correction(),
            KeyCommand::SetPrice => return self.begin_price_edit(),
            KeyCommand::Refresh => return Transition::Do(Effect::Item(ItemEffect::LoadReviewQueue(self.job.clone()))),
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

    /// Warns of values that are typed but not submitted.
    fn warn_before_closing(&mut self) -> Option<String> {
        let count = self.unsaved_count();
        if count == 0 || std::mem::replace(&mut self.has_warned, true) {
            return None;
        }
        let items = format_count(count, "item in review has", "items in review have");
        Some(format!("{items} unsaved values: Enter saves, the same key again drops them."))
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::JobAttached { job, result: Ok(projection) } if *job == self.job => {
                self.projection = Some(projection.clone());
            }
            Message::ReviewQueueLoaded { job, result } if *job == self.job => match result {
                Ok(cases) => self.set_cases(cases.clone()),
                Err(error) => self.cases = Some(Err(error.clone())),
            },
            Message::ItemSearched { job, upc, text, result } if *job == self.job => {
                let problem = self.search.finish(*upc, text, result);
                if problem.is_none() {
                    self.messages.remove(upc);
                    return vec![Effect::Item(ItemEffect::LoadReviewQueue(self.job.clone()))];
                }
                self.messages.extend(problem.map(|problem| (*upc, problem)));
            }
            Message::ReviewSubmitted { job, upc, result } if *job == self.job => {
                self.handle_result(*upc, result);
                return self.load_more().into_iter().collect();
            }
            Message::ReviewUndone { job, upc, was_sent: false } if *job == self.job => {
                self.return_case(*upc);
                self.select_upc(*upc);
            }
            Message::ReviewUndone { job, upc, was_sent: true } if *job == self.job => {
                self.submitted.take(*upc);
                self.undone = Some(*upc);
                return vec![Effect::Item(ItemEffect::LoadReviewQueue(self.job.clone()))];
            }
            Message::DigitsPaused { job, sequence } if *job == self.job && self.digits.is_latest(*sequence) => {
                return self.finish_digits().into_effects();
            }
            Message::JobEvents { job, events } if *job == self.job && events.iter().any(adds_case) => {
                return vec![Effect::Item(ItemEffect::LoadReviewQueue(self.job.clone()))];
            }
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        self.draw_queue(frame, area, draw_context);
    }
}
