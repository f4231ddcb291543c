//! The progress bar, drawn on standard error if that is a terminal.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// Template of the bar: done and total, rate, and as many final statuses as fit on the line.
const BAR_TEMPLATE: &str = "{bar:24} {pos}/{len}  {pace}{wide_msg}";
/// Refresh interval. The remaining time keeps counting down while Draft Maker waits for a slow service.
pub(super) const TICK_INTERVAL: Duration = Duration::from_secs(1);

/// Remaining time and bottleneck as text; empty if only the rate is known.
#[derive(Clone, Default)]
pub(super) struct EtaText(Arc<Mutex<String>>);

impl EtaText {
    pub(super) fn set_text(&self, message: Option<String>) {
        *self.0.lock() = message.unwrap_or_default();
    }

    fn current_text(&self) -> String {
        self.0.lock().clone()
    }
}

/// What the bar shows of a batch, copied so that no lock is held while the terminal is written.
pub(super) struct BarPosition {
    total: u64,
    done: u64,
    counts: String,
}

impl BarPosition {
    pub(super) fn of(projection: &JobProjection) -> Self {
        let counts = format_status_counts(projection);
        Self { total: projection.counts.total, done: projection.counts.done, counts }
    }
}

/// Creates a progress bar that is not drawn yet.
pub(super) fn hidden_bar(left: EtaText) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template(BAR_TEMPLATE) {
        let pace = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let text = left.current_text();
            // The next refresh repeats a failed write.
            let _ = if text.is_empty() {
                out.write_str(&format_rate(state.per_sec(), state.eta()))
            } else {
                write!(out, "{text}  ")
            };
        };
        bar.set_style(style.progress_chars("=> ").with_key("pace", pace));
    }
    bar
}

/// Starts drawing. A resumed batch starts in the middle, and earlier items do not count for the rate.
pub(super) fn start_bar(bar: &ProgressBar, position: BarPosition, drawn: bool) {
    update_bar(bar, position);
    bar.reset_eta();
    if drawn {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK_INTERVAL);
    }
}

pub(super) fn update_bar(bar: &ProgressBar, position: BarPosition) {
    bar.set_length(position.total);
    bar.set_position(position.done);
    bar.set_message(position.counts);
}

/// Formats `8.2/s, 4m 10s left  `, or `12/min, …` for a low rate. Empty if the rate is unknown.
pub fn format_rate(per_second: f64, left: Duration) -> String {
    // Below one item in ten minutes, the rate counts as unknown.
    if !per_second.is_finite() || per_second < 1.0 / 600.0 {
        return String::new();
    }
    let left = jiff::SignedDuration::from_secs(i64::try_from(left.as_secs()).unwrap_or(i64::MAX));
    if per_second < 1.0 {
        format!("{:.1}/min, {left:#} left  ", per_second * 60.0)
    } else {
        format!("{per_second:.1}/s, {left:#} left  ")
    }
}

/// Formats `31 exported, 4 needs_review, 1 failed`.
pub fn format_status_counts(projection: &JobProjection) -> String {
    let counted = Status::ALL.into_iter().map(|status| (projection.counts.for_status(status), status));
    let parts: Vec<_> = counted.filter(|(n, _)| *n > 0).map(|(n, status)| format!("{n} {status}")).collect();
    parts.join(", ")
}
