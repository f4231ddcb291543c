//! Prints lines and the progress bar so that they do not mix.

use std::io::{self, ErrorKind, IsTerminal, Write};

use futures::stream::BoxStream;
use indicatif::ProgressBar;
use jiff::Timestamp;
use parking_lot::RwLock;

use super::progress_bar::{self, BarPosition, EtaText};
use domain::eta_tracker::EtaTracker;
use domain::event::{EventEnvelope, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::upstream_status::UpstreamStatus;
use report::event_lines::{EventFormat, format_events};
use store::journal::{Journal, JournalError};

/// Options of plain output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputOptions {
    pub event_format: EventFormat,
    /// False for `--no-tui`: draws no progress bar, even on a terminal.
    pub show_bar: bool,
    /// True for `--quiet`: prints neither lines nor a progress bar.
    pub quiet: bool,
}

impl OutputOptions {
    /// Returns whether a progress bar will be drawn. Nothing else may write to the terminal then.
    pub fn draws_bar(self) -> bool {
        self.show_bar && !self.quiet && io::stderr().is_terminal()
    }

    /// Returns the events after `after` that are printed, of one job or of all jobs: every event for JSON, otherwise
    /// only the outline.
    pub fn follow_events(
        self,
        journal: &Journal,
        job: Option<JobId>,
        after: Seq,
    ) -> BoxStream<'static, Result<Vec<EventEnvelope>, JournalError>> {
        if self.event_format == EventFormat::Ndjson && !self.quiet {
            journal.follow_events(job, after)
        } else {
            journal.follow_outline(job, after)
        }
    }
}

/// Prints lines to standard output, and the progress bar and notes to standard error.
///
/// A reader that closes the pipe (`| head`) ends the printing, not the batch.
pub struct Printer {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    options: OutputOptions,
    bar: ProgressBar,
    draws_bar: bool,
    closed: bool,
    /// Remaining time, as the progress bar shows it.
    eta_tracker: EtaTracker,
    eta_text: EtaText,
    upstreams: Option<UpstreamsFn>,
}

/// Returns the current status of the upstreams; empty if it is unknown.
pub type UpstreamsFn = Box<dyn Fn() -> Vec<UpstreamStatus> + Send>;

impl Printer {
    /// Creates a printer for standard output and standard error.
    pub fn new(shown: OutputOptions) -> Self {
        Self::with_outputs(Box::new(io::stdout()), Box::new(io::stderr()), shown, shown.draws_bar())
    }

    /// Creates a printer for any outputs. The progress bar is drawn on standard error.
    pub fn with_outputs(
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
        options: OutputOptions,
        draws_bar: bool,
    ) -> Self {
        let (eta_tracker, eta_text) = (EtaTracker::default(), EtaText::default());
        let bar = progress_bar::hidden_bar(eta_text.clone());
        Self { out, err, options, bar, draws_bar, closed: false, eta_tracker, eta_text, upstreams: None }
    }

    /// Sets the source of upstream statuses, so that the progress bar names the bottleneck.
    #[must_use]
    pub fn with_upstreams(self, upstreams: UpstreamsFn) -> Self {
        Self { upstreams: Some(upstreams), ..self }
    }

    /// Refreshes the remaining time. Also called when there are no events.
    pub fn update_eta(&mut self, projection: &RwLock<JobProjection>) {
        let Some(upstreams) = self.upstreams.as_ref().filter(|_| self.draws_bar) else { return };
        let upstreams = upstreams();
        // If the statuses are unknown, the bar measures the rate itself, over this run only.
        let left = (!upstreams.is_empty())
            .then(|| self.eta_tracker.remaining_summary(&projection.read(), &upstreams, Timestamp::now()));
        self.eta_text.set_text(left.flatten());
    }

    /// Starts the progress bar. Called once, before the first events.
    pub fn start_bar(&mut self, projection: &RwLock<JobProjection>) {
        let position = BarPosition::of(&projection.read());
        progress_bar::start_bar(&self.bar, position, self.draws_bar);
    }

    /// Prints events and updates the progress bar.
    ///
    /// Does not hold the lock while it writes: the journal needs it for the next event, and a terminal can be stopped
    /// for hours.
    pub fn print_events(&mut self, events: &[EventEnvelope], projection: &RwLock<JobProjection>) {
        if !self.options.quiet && !self.closed {
            let lines = format_events(events, &projection.read(), self.options.event_format);
            let lines = lines.into_iter().map(|line| line + "\n").collect::<String>();
            self.print_text(&lines);
        }
        self.update_eta(projection);
        let position = BarPosition::of(&projection.read());
        progress_bar::update_bar(&self.bar, position);
    }

    /// Prints a note to standard error.
    pub fn print_note(&mut self, message: &str) {
        let (bar, side) = (&self.bar, &mut self.err);
        // An error of standard error cannot be reported anywhere.
        let _ = bar.suspend(|| writeln!(side, "{message}"));
    }

    /// Removes the progress bar and prints the summary: to standard output, or to standard error if standard output has
    /// JSON.
    pub fn finish_with_summary(&mut self, summary: &str) {
        self.bar.finish_and_clear();
        match self.options.event_format {
            EventFormat::Text => self.print_text(summary),
            EventFormat::Ndjson => {
                let _ = self.err.write_all(summary.as_bytes()).and_then(|()| self.err.flush());
            }
        }
    }

    fn print_text(&mut self, text: &str) {
        if text.is_empty() || self.closed {
            return;
        }
        let (bar, out) = (&self.bar, &mut self.out);
        if let Err(error) = bar.suspend(|| out.write_all(text.as_bytes()).and_then(|()| out.flush())) {
            self.closed = true;
            if error.kind() != ErrorKind::BrokenPipe {
                let why = files::describe_io_error(&error);
                self.print_note(&format!("cannot write to standard output ({why}); the batch continues without it"));
            }
        }
    }
}
