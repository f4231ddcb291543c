//! Replay of a job's events: the shown event, and the requested one. The backend computes the state after an event.
//! Keys that are pressed in the meantime are combined into one request. The way to a distant event has several states,
//! each of which is shown and asked for the next one.

use ratatui::text::{Line, Span};

use crate::backend::{ProjectionHandle, ReplayPosition, ReplaySnapshot};
use crate::command::KeyCommand;
use crate::item_activity::status_label;
use crate::job_effect::JobEffect;
use crate::screen::{DrawContext, Effect};
use domain::event::{EventEnvelope, ItemEvent, JobEvent};
use domain::job_spec::JobId;
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;

/// Number of events of a long step.
const LONG_STEP_EVENTS: i64 = 100;

/// Length of a step in time, in seconds.
const TIME_STEP_SECONDS: i64 = 60;

/// State of a replay.
#[derive(Default)]
pub(super) struct ReplayControl {
    /// The shown state; `None` until the first one is loaded.
    snapshot: Option<ReplaySnapshot>,
    /// Position that is being loaded.
    requested: Option<ReplayPosition>,
    /// Position to load next.
    queued: Option<ReplayPosition>,
    /// True if the way to the requested event ends at the next state.
    is_stopping: bool,
    error: Option<String>,
}

impl ReplayControl {
    /// Starts a replay at the latest event. Returns the position to load.
    pub(super) fn start_replay() -> (Self, ReplayPosition) {
        (Self { requested: Some(ReplayPosition::Latest), ..Self::default() }, ReplayPosition::Latest)
    }

    /// Returns the state after the shown event.
    pub(super) fn projection(&self) -> Option<&ProjectionHandle> {
        self.snapshot.as_ref().map(|snapshot| &snapshot.projection)
    }

    /// Returns the number of the last requested event, and the number of events.
    fn target_event(&self) -> (u64, u64) {
        let snapshot = self.snapshot.as_ref();
        let (shown, count) = snapshot.map_or((0, 0), |snapshot| (snapshot.event_number, snapshot.event_count));
        match self.queued.or(self.requested) {
            Some(ReplayPosition::Event(number)) => (number, count),
            Some(ReplayPosition::Latest) => (count, count),
            Some(ReplayPosition::Seconds { .. }) | None => (shown, count),
        }
    }

    /// Moves the position. Returns false for commands that do not move it. Afterwards, [`Self::next_request`] returns
    /// the position to load.
    pub(super) fn handle_command(&mut self, command: KeyCommand) -> bool {
        let (current, count) = self.target_event();
        let step = |events: i64| ReplayPosition::Event(current.saturating_add_signed(events).clamp(1, count.max(1)));
        let position = match command {
            KeyCommand::StepBack => step(-1),
            KeyCommand::StepForward => step(1),
            KeyCommand::Back100 => step(-LONG_STEP_EVENTS),
            KeyCommand::Forward100 => step(LONG_STEP_EVENTS),
            KeyCommand::BackMinute => ReplayPosition::Seconds { from_event: current, offset: -TIME_STEP_SECONDS },
            KeyCommand::ForwardMinute => ReplayPosition::Seconds { from_event: current, offset: TIME_STEP_SECONDS },
            KeyCommand::FirstEvent => ReplayPosition::Event(1),
            KeyCommand::LastEvent => ReplayPosition::Latest,
            _ => return false,
        };
        self.queued = Some(position);
        self.is_stopping = false;
        true
    }

    /// Stops on the way to a distant event. Returns false if no state is being loaded.
    pub(super) fn stop(&mut self) -> bool {
        if self.is_stopping || self.requested.is_none() || self.snapshot.is_none() {
            return false;
        }
        (self.queued, self.is_stopping) = (None, true);
        true
    }

    /// Returns the event to which the requested way leads, if the shown state lies on it.
    fn distant_target(&self) -> Option<u64> {
        let target = self.snapshot.as_ref().filter(|shown| shown.target != shown.event_number)?.target;
        (self.requested == Some(ReplayPosition::Event(target))).then_some(target)
    }

    /// Returns the position to load; `None` while another position is being loaded.
    pub(super) fn next_request(&mut self) -> Option<ReplayPosition> {
        if self.requested.is_none() {
            self.requested = self.queued.take();
            return self.requested;
        }
        None
    }

    /// Shows a loaded state. Returns the position to load next.
    pub(super) fn apply_snapshot(&mut self, result: &Result<ReplaySnapshot, String>) -> Option<ReplayPosition> {
        let mut next = self.queued.take();
        match result {
            Ok(snapshot) => {
                let is_on_the_way = snapshot.event_number != snapshot.target && !self.is_stopping;
                next = next.or_else(|| is_on_the_way.then_some(ReplayPosition::Event(snapshot.target)));
                (self.snapshot, self.error) = (Some(snapshot.clone()), None);
            }
            Err(error) => self.error = Some(error.clone()),
        }
        (self.requested, self.is_stopping) = (next, false);
        next
    }

    /// Returns the line below the table: `HISTORY  event 1,204 of 8,400, 14:03:11, 0724… identified`.
    pub(super) fn render_line(&self, draw: DrawContext<'_>) -> Line<'static> {
        let mut spans = vec![Span::styled("HISTORY ", draw.theme.cursor_style()), Span::raw(" ")];
        if let Some(ReplaySnapshot { event_number, event_count, event, .. }) = &self.snapshot {
            let (number, count) = (format_thousands(*event_number), format_thousands(*event_count));
            let (time, description) = (event.at.strftime("%H:%M:%S"), describe_event(event));
            let text = format!("event {number} of {count}, {time}, {description}");
            spans.push(Span::styled(text, draw.theme.warning_style()));
        }
        if let Some(error) = &self.error {
            spans.push(Span::styled(format!("  {}", strip_terminal_controls(error)), draw.theme.error_style()));
        } else if self.requested.is_some() {
            let text = match (&self.snapshot, self.distant_target()) {
                // All earlier events are read first, which takes time for a large batch.
                (None, _) => "reading the events of the batch".to_owned(),
                _ if self.is_stopping => "  stopping".to_owned(),
                (_, Some(target)) => format!("  Esc stops; going to event {}", format_thousands(target)),
                _ => "  reading".to_owned(),
            };
            spans.push(Span::styled(format!("{text} {}", draw.theme.glyph("…", "...")), draw.theme.warning_style()));
        }
        Line::from(spans)
    }
}

/// Returns the effect that loads the state at a position.
pub(super) fn replay_effect(job: &JobId, position: ReplayPosition) -> Effect {
    Effect::Job(JobEffect::Replay { job: job.clone(), position })
}

/// Describes an event, such as `720642442524 identified`.
fn describe_event(event: &EventEnvelope) -> String {
    match &event.payload {
        JobEvent::Item { upc, item_event } => format!("{upc} {}", describe_item_event(item_event)),
        JobEvent::Submitted { .. } => "submitted".to_owned(),
        JobEvent::ItemsAdded { items } => format!("{} of the list", format_count(items.len(), "item", "items")),
        JobEvent::LinesRejected { lines } => format_count(lines.len(), "line skipped", "lines skipped"),
        JobEvent::MoreLinesRejected { lines } => format_count(*lines, "more line skipped", "more lines skipped"),
        JobEvent::Scanned { upc: Some(upc), .. } => format!("{upc} scanned"),
        JobEvent::Scanned { upc: None, .. } => "a scan that is not a barcode".to_owned(),
        JobEvent::ScanRetracted { upc, .. } => format!("scan of {upc} undone"),
        JobEvent::InputDescribed { reading } => {
            let copies = format_count(reading.copies, "copy", "copies");
            format!("{} and {copies} in the list", format_count(reading.items, "item", "items"))
        }
        JobEvent::InputClosed => "list read".to_owned(),
        JobEvent::Queued => "waiting".to_owned(),
        JobEvent::Started => "started".to_owned(),
        JobEvent::Resumed => "resumed".to_owned(),
        JobEvent::Deferred { items, .. } => format_count(*items, "item waits", "items wait"),
        JobEvent::Stopped { .. } => "stopped".to_owned(),
        JobEvent::Paused { .. } => "paused".to_owned(),
        JobEvent::Cancelled { .. } => "canceled".to_owned(),
        JobEvent::Completed => "finished".to_owned(),
        JobEvent::Failed { .. } => "failed".to_owned(),
    }
}

fn describe_item_event(event: &ItemEvent) -> String {
    match event {
        ItemEvent::Identified { .. } => "identified".to_owned(),
        ItemEvent::Priced { .. } => "priced".to_owned(),
        ItemEvent::CoverChosen { .. } => "cover looked up".to_owned(),
        ItemEvent::MissingData { .. } => "data missing".to_owned(),
        ItemEvent::DraftStarted { .. } => "creating the draft".to_owned(),
        ItemEvent::Paused => "paused".to_owned(),
        ItemEvent::Resumed => "resumed".to_owned(),
        ItemEvent::ReviewDecided { .. } => "you decided".to_owned(),
        ItemEvent::Requeued => "requeued".to_owned(),
        ItemEvent::Redescribed => "terms corrected".to_owned(),
        ItemEvent::Finished { outcome } => status_label(outcome.status).to_owned(),
    }
}

/// Formats a number with separators: `1,204`.
fn format_thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
