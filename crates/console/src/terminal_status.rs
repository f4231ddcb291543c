//! Shows the state of a batch in the window title, the taskbar and desktop notifications, for an operator who is not
//! looking at the console.
//!
//! Sequences: window title, OSC 2 (xterm control sequences), saved and restored by XTWINOPS 22 and 23; taskbar
//! progress, OSC 9;4 (ConEmu); notifications, OSC 9 (iTerm2) and OSC 777 (rxvt-unicode). A terminal that does not know
//! a sequence may print it or misinterpret it, so each sequence is sent only to terminals that are known to support it.

use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::terminal_text::strip_terminal_controls;

use super::terminal_capabilities::{NotificationProtocol, TerminalCapabilities};

/// Sequences that save the window title on the terminal's stack, and restore it.
const SAVE_TITLE_SEQUENCE: &str = "\x1b[22;2t";
const RESTORE_TITLE_SEQUENCE: &str = "\x1b[23;2t";

/// Clears the progress in the taskbar.
const CLEAR_PROGRESS_SEQUENCE: &str = "\x1b]9;4;0\x1b\\";

/// The state of a batch as the terminal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BatchStatus {
    job: String,
    state: JobState,
    percent: u64,
    needs_review: u64,
    failed: u64,
}

/// Writes the state of the newest batch to the terminal when the state changes.
#[derive(Debug)]
pub(super) struct StatusReporter {
    capabilities: TerminalCapabilities,
    enabled: bool,
    /// The state that was last sent to the terminal.
    last: Option<BatchStatus>,
    /// False if the terminal has restored its own title since.
    is_shown: bool,
    /// True if the first decision was needed while the operator used the keyboard, so that the operator may not have
    /// noticed.
    has_withheld_decision: bool,
}

impl BatchStatus {
    fn from_projection(projection: &JobProjection) -> Self {
        let counts = &projection.counts;
        Self {
            job: strip_terminal_controls(&projection.job.to_string()).into_owned(),
            state: projection.state,
            percent: (counts.done * 100).checked_div(counts.total).unwrap_or_default(),
            needs_review: counts.for_status(Status::NeedsReview),
            failed: counts.for_status(Status::Failed),
        }
    }

    /// Returns `45% batch_20240318_143022_0 - Draft Maker` while the batch is active; otherwise its state instead of
    /// the percentage.
    fn window_title(&self) -> String {
        if self.state.is_active() {
            format!("{}% {} - Draft Maker", self.percent, self.job)
        } else {
            format!("{} {} - Draft Maker", self.state.as_str(), self.job)
        }
    }

    /// Returns the progress of an active batch, in yellow if items wait for the operator.
    fn progress_sequence(&self) -> String {
        const NORMAL: u8 = 1;
        const WARNING: u8 = 4;
        if !self.state.is_active() {
            return CLEAR_PROGRESS_SEQUENCE.to_owned();
        }
        let style = if self.needs_review > 0 { WARNING } else { NORMAL };
        format!("\x1b]9;4;{style};{}\x1b\\", self.percent)
    }

    /// Returns true if an item of the batch needs a decision for the first time.
    fn needs_first_decision(&self, before: &Self) -> bool {
        before.job == self.job && before.needs_review == 0 && self.needs_review > 0
    }

    /// Returns the notification about the end of the batch; `None` if it has not just ended.
    fn end_notification(&self, before: &Self) -> Option<String> {
        let Self { job, state, needs_review, failed, .. } = self;
        let has_ended = before.job == *job && before.state.is_active() && !state.is_active();
        has_ended.then(|| format!("{job} {}: {needs_review} to review, {failed} failed", state.as_str()))
    }
}

impl StatusReporter {
    /// Creates a reporter. `enabled` is false if the operator turned it off.
    pub(super) const fn new(capabilities: TerminalCapabilities, enabled: bool) -> Self {
        Self { capabilities, enabled, last: None, is_shown: false, has_withheld_decision: false }
    }

    /// Returns the sequences that update the terminal; empty if nothing has changed. `is_away` is false while the
    /// operator uses the keyboard and needs no notification.
    pub(super) fn update(&mut self, projection: Option<&JobProjection>, is_away: bool) -> String {
        let status = projection.filter(|_| self.enabled).map(BatchStatus::from_projection);
        if status.is_none() {
            self.has_withheld_decision = false;
        }
        status.map(|status| self.report(status, is_away)).unwrap_or_default()
    }

    /// Shows title and progress again with the next update, after the terminal's own were restored.
    pub(super) const fn mark_restored(&mut self) {
        self.is_shown = false;
    }

    /// Returns true if a decision was needed while the operator used the keyboard, and is still needed.
    pub(super) const fn has_withheld_decision(&self) -> bool {
        self.has_withheld_decision
    }

    fn report(&mut self, status: BatchStatus, is_away: bool) -> String {
        let notification = self.take_notification(&status, is_away);
        let shown = self.last.as_ref().filter(|_| self.is_shown);
        if shown == Some(&status) && notification.is_none() {
            return String::new();
        }
        let mut sequences = String::new();
        if self.capabilities.supports_window_title() {
            let save = if shown.is_none() { SAVE_TITLE_SEQUENCE } else { "" };
            let title = status.window_title();
            if shown.is_none_or(|last| last.window_title() != title) {
                sequences.extend([save, "\x1b]2;", &title, "\x1b\\"]);
            }
        }
        if self.capabilities.supports_progress() {
            let progress = status.progress_sequence();
            if shown.is_none_or(|last| last.progress_sequence() != progress) {
                sequences += &self.capabilities.wrap_for_tmux(&progress);
            }
        }
        if let (Some(text), Some(protocol)) = (notification, self.capabilities.notification_protocol()) {
            sequences += &self.capabilities.wrap_for_tmux(&notification_sequence(protocol, &text));
        }
        (self.last, self.is_shown) = (Some(status), true);
        sequences
    }

    /// Returns the notification to send, if the operator is away. A notification about the first decision is sent later
    /// if the decision is still needed then.
    fn take_notification(&mut self, status: &BatchStatus, is_away: bool) -> Option<String> {
        let last = self.last.as_ref().filter(|last| last.job == status.job);
        let has_ended = last.and_then(|last| status.end_notification(last));
        let is_first = last.is_some_and(|last| status.needs_first_decision(last));
        let is_owed = is_first || (last.is_some() && self.has_withheld_decision);
        let needs_decision = is_owed && has_ended.is_none() && status.state.is_active() && status.needs_review > 0;
        self.has_withheld_decision = needs_decision && !is_away;
        let decision = needs_decision.then(|| format!("{}: an item needs your decision", status.job));
        has_ended.or(decision).filter(|_| is_away)
    }

    /// Returns the sequences that restore the title and clear the progress.
    pub(super) fn exit_sequence(&self) -> String {
        let title = if self.capabilities.supports_window_title() { RESTORE_TITLE_SEQUENCE } else { "" };
        let progress = if self.capabilities.supports_progress() { CLEAR_PROGRESS_SEQUENCE } else { "" };
        format!("{title}{}", self.capabilities.wrap_for_tmux(progress))
    }
}

fn notification_sequence(protocol: NotificationProtocol, text: &str) -> String {
    match protocol {
        NotificationProtocol::Osc9 => format!("\x1b]9;{text}\x1b\\"),
        NotificationProtocol::Osc777 => format!("\x1b]777;notify;Draft Maker;{}\x1b\\", text.replace(';', ",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: JobState, percent: u64, needs_review: u64) -> BatchStatus {
        BatchStatus { job: "batch_20240318_143022_0".to_owned(), state, percent, needs_review, failed: 1 }
    }

    fn reporter(term: &str, emulator: &str, in_tmux: bool) -> StatusReporter {
        let capabilities = TerminalCapabilities {
            term: term.to_owned(),
            emulator: emulator.to_owned(),
            in_tmux,
            ..TerminalCapabilities::default()
        };
        StatusReporter::new(capabilities, true)
    }

    #[test]
    fn title_and_progress_are_sent_once_per_change() {
        let mut reporter = reporter("xterm-256color", "ghostty", false);
        let first = reporter.report(status(JobState::Running, 45, 0), false);
        let title = "\x1b[22;2t\x1b]2;45% batch_20240318_143022_0 - Draft Maker\x1b\\";
        assert_eq!(first, format!("{title}\x1b]9;4;1;45\x1b\\"));
        assert_eq!(reporter.report(status(JobState::Running, 45, 0), false), "");
        assert_eq!(reporter.report(status(JobState::Running, 45, 1), false), "\x1b]9;4;4;45\x1b\\");
        assert_eq!(reporter.exit_sequence(), "\x1b[23;2t\x1b]9;4;0\x1b\\");
    }

    #[test]
    fn title_and_progress_are_sent_again_after_the_terminal_was_restored() {
        let mut reporter = reporter("xterm-256color", "ghostty", false);
        let first = reporter.report(status(JobState::Running, 45, 0), false);
        reporter.mark_restored();
        assert_eq!(reporter.report(status(JobState::Running, 45, 0), false), first, "the title is saved again");
        assert_eq!(reporter.report(status(JobState::Running, 45, 0), false), "");
    }

    #[test]
    fn operator_who_is_away_is_notified_of_the_first_decision_and_of_the_end() {
        let mut reporter = reporter("foot", "", false);
        reporter.report(status(JobState::Running, 45, 0), true);
        let decision = "\x1b]777;notify;Draft Maker;batch_20240318_143022_0: an item needs your decision\x1b\\";
        assert_eq!(reporter.report(status(JobState::Running, 45, 1), true), decision);
        assert_eq!(reporter.report(status(JobState::Running, 45, 2), true), "", "only the first one");
        let ended = reporter.report(status(JobState::Completed, 100, 2), true);
        assert!(ended.contains("batch_20240318_143022_0 completed: 2 to review, 1 failed"), "{ended:?}");
    }

    #[test]
    fn the_first_decision_is_notified_when_the_operator_is_away_if_it_still_waits() {
        let mut waits = reporter("foot", "", false);
        waits.report(status(JobState::Running, 45, 0), false);
        assert!(!waits.report(status(JobState::Running, 45, 1), false).contains("]777;"), "at the keyboard");
        assert!(waits.has_withheld_decision());
        let notified = waits.report(status(JobState::Running, 45, 1), true);
        assert!(notified.contains("an item needs your decision"), "{notified:?}");
        assert!(!waits.has_withheld_decision());
        assert_eq!(waits.report(status(JobState::Running, 45, 1), true), "", "once");

        let mut decided = reporter("foot", "", false);
        decided.report(status(JobState::Running, 45, 0), false);
        decided.report(status(JobState::Running, 45, 1), false);
        decided.report(status(JobState::Running, 45, 0), false);
        assert!(!decided.has_withheld_decision());
        assert_eq!(decided.report(status(JobState::Running, 45, 0), true), "", "the operator has decided it");
    }

    #[test]
    fn operator_at_the_keyboard_gets_no_notification() {
        let mut reporter = reporter("xterm-kitty", "", false);
        reporter.report(status(JobState::Running, 45, 0), false);
        let ended = reporter.report(status(JobState::Completed, 100, 2), false);
        assert!(!ended.contains("\x1b]9;"), "{ended:?}");
    }

    #[test]
    fn sequences_are_sent_only_where_they_are_known() {
        let all = |term, emulator, in_tmux| {
            let mut reporter = reporter(term, emulator, in_tmux);
            let first = reporter.report(status(JobState::Running, 45, 0), true);
            first + &reporter.report(status(JobState::Completed, 100, 0), true)
        };
        assert_eq!(all("linux", "", false), "");
        assert_eq!(all("screen-256color", "", false), "", "GNU screen");
        assert!(!all("xterm-256color", "", false).contains("\x1b]9;"));
        let in_tmux = all("tmux-256color", "ghostty", true);
        assert!(in_tmux.contains("\x1bPtmux;\x1b\x1b]9;4;1;45\x1b\x1b\\\x1b\\"), "{in_tmux:?}");
    }
}
