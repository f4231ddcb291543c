//! Back and forth through the events of a batch: where one is, and where one wants to be. Nothing waits here: the board
//! of that moment is folded elsewhere, and what is pressed meanwhile adds up.

use ratatui::text::{Line, Span};

use crate::backend::{ProjectionHandle, ReplayPosition, ReplaySnapshot};
use crate::command::KeyCommand;
use crate::screen::DrawContext;
use domain::event::{EventEnvelope, ItemEvent, JobEvent};
use domain::job_spec::JobId;
use domain::terminal_text::strip_terminal_controls;

/// Events that a long step goes.
const LONG_STEP_EVENTS: i64 = 100;

/// Seconds that a step in time goes.
const TIME_STEP_SECONDS: i64 = 60;

/// One who looks back.
#[derive(Default)]
pub(super) struct ReplayControl {
    snapshot: Option<ReplaySnapshot>,
    /// What is being fetched.
    requested: Option<ReplayPosition>,
    /// What is wanted after that.
    queued: Option<ReplayPosition>,
    error: Option<String>,
}

impl ReplayControl {
    /// Begins with what is now.
    pub(super) fn start_replay() -> (Self, ReplayPosition) {
        (Self { requested: Some(ReplayPosition::Latest), ..Self::default() }, ReplayPosition::Latest)
    }

    /// The board of that moment.
    pub(super) fn projection(&self) -> Option<&ProjectionHandle> {
        self.snapshot.as_ref().map(|then| &then.projection)
    }

    /// The number of the event that is wanted last.
    fn target_event(&self) -> (u64, u64) {
        let (at, of) = self.snapshot.as_ref().map_or((0, 0), |then| (then.event_number, then.event_count));
        match self.queued.or(self.requested) {
            Some(ReplayPosition::Event(number)) => (number, of),
            Some(ReplayPosition::Latest) => (of, of),
            Some(ReplayPosition::Seconds { .. }) | None => (at, of),
        }
    }

    /// Moves along the tape, where the command does; false for any other. What is to be fetched then is told by
    /// [`Self::fetch`].
    pub(super) fn handle_command(&mut self, command: KeyCommand) -> bool {
        let (at, of) = self.target_event();
        let by = |step: i64| ReplayPosition::Event(at.saturating_add_signed(step).clamp(1, of.max(1)));
        let wanted = match command {
            KeyCommand::StepBack => by(-1),
            KeyCommand::StepForward => by(1),
            KeyCommand::Back100 => by(-LONG_STEP_EVENTS),
            KeyCommand::Forward100 => by(LONG_STEP_EVENTS),
            KeyCommand::BackMinute => ReplayPosition::Seconds { from_event: at, offset: -TIME_STEP_SECONDS },
            KeyCommand::ForwardMinute => ReplayPosition::Seconds { from_event: at, offset: TIME_STEP_SECONDS },
            KeyCommand::FirstEvent => ReplayPosition::Event(1),
            KeyCommand::LastEvent => ReplayPosition::Latest,
            _ => return false,
        };
        self.queued = Some(wanted);
        true
    }

    /// What is to be fetched now; nothing while an answer is on its way.
    pub(super) fn next_request(&mut self) -> Option<ReplayPosition> {
        if self.requested.is_none() {
            self.requested = self.queued.take();
            return self.requested;
        }
        None
    }

    /// Takes in what was fetched; what is wanted next.
    pub(super) fn apply_snapshot(&mut self, answer: &Result<ReplaySnapshot, String>) -> Option<ReplayPosition> {
        match answer {
            Ok(then) => (self.snapshot, self.error) = (Some(then.clone()), None),
            Err(why) => self.error = Some(why.clone()),
        }
        self.requested = self.queued.take();
        self.requested
    }

    /// `PAST  event 1,204 of 8,400, 14:03:11, 0724… identified`
    pub(super) fn render_line(&self, draw: DrawContext<'_>) -> Line<'static> {
        let mut spans = vec![Span::styled("PAST ", draw.theme.cursor_style()), Span::raw(" ")];
        if let Some(ReplaySnapshot { event_number: at, event_count: of, event, .. }) = &self.snapshot {
            let time = event.at.strftime("%H:%M:%S");
            spans.push(Span::styled(
                format!(
                    "event {} of {}, {time}, {}",
                    format_thousands(*at),
                    format_thousands(*of),
                    describe_event(event)
                ),
                draw.theme.warning_style(),
            ));
        }
        if let Some(why) = &self.error {
            spans.push(Span::styled(format!("  {}", strip_terminal_controls(why)), draw.theme.error_style()));
        } else if self.requested.is_some() {
            spans.push(Span::styled("  …", draw.theme.muted_style()));
        }
        Line::from(spans)
    }
}

/// What is to be fetched.
pub(super) fn replay_effect(job: &JobId, moment: ReplayPosition) -> crate::screen::Effect {
    crate::screen::Effect::Replay { job: job.clone(), position: moment }
}

/// `720642442524 identified`
fn describe_event(event: &EventEnvelope) -> String {
    match &event.payload {
        JobEvent::Item { upc, item_event: step } => format!("{upc} {}", describe_item_event(step)),
        JobEvent::Submitted { .. } => "ordered".to_owned(),
        JobEvent::ItemsAdded { items } => format!("{} items of the list", items.len()),
        JobEvent::LinesRejected { lines } => format!("{} lines not taken", lines.len()),
        JobEvent::MoreLinesRejected { lines } => format!("{lines} more lines not taken"),
        JobEvent::Scanned { upc: Some(upc), .. } => format!("{upc} scanned"),
        JobEvent::Scanned { upc: None, .. } => "a scan that is no barcode".to_owned(),
        JobEvent::ScanRetracted { upc, .. } => format!("{upc} taken back"),
        JobEvent::InputClosed => "the list is read".to_owned(),
        JobEvent::Queued => "waits for its turn".to_owned(),
        JobEvent::Started => "begins".to_owned(),
        JobEvent::Resumed => "goes on".to_owned(),
        JobEvent::Deferred { items, .. } => format!("{items} items wait"),
        JobEvent::Stopped { .. } => "stopped".to_owned(),
        JobEvent::Paused { .. } => "paused".to_owned(),
        JobEvent::Cancelled { .. } => "cancelled".to_owned(),
        JobEvent::Completed => "finished".to_owned(),
        JobEvent::Failed { .. } => "broke off".to_owned(),
    }
}

fn describe_item_event(step: &ItemEvent) -> String {
    match step {
        ItemEvent::Identified { .. } => "identified".to_owned(),
        ItemEvent::Priced { .. } => "priced".to_owned(),
        ItemEvent::CoverChosen { .. } => "cover looked for".to_owned(),
        ItemEvent::MissingData { .. } => "something is missing".to_owned(),
        ItemEvent::DraftStarted { .. } => "its draft is on its way".to_owned(),
        ItemEvent::Paused => "paused".to_owned(),
        ItemEvent::Resumed => "let go".to_owned(),
        ItemEvent::ReviewDecided { .. } => "a person has decided".to_owned(),
        ItemEvent::Requeued => "begins again".to_owned(),
        ItemEvent::Finished { outcome } => outcome.status.to_string(),
    }
}

/// `1,204`
fn format_thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
