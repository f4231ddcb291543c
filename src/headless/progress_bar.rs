//! The progress bar. It draws on standard error, and only where that is a terminal.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// Done of total, the pace, and the end states as far as the line has room.
const BAR_TEMPLATE: &str = "{bar:24} {pos}/{len}  {pace}{wide_msg}";
/// Steps of the bar's clock: the time that is left goes on counting while a slow service is waited for.
pub(super) const TICK_INTERVAL: Duration = Duration::from_secs(1);

/// What is left and who holds the run up, in words; empty where only the pace is known.
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

/// A bar that does not draw yet.
pub(super) fn hidden_bar(left: EtaText) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template(BAR_TEMPLATE) {
        let pace = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let text = left.current_text();
            // A line that cannot be written is drawn again in a second.
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

/// Begins to draw. A resumed batch begins in the middle: what was done before does not count for the pace.
pub(super) fn start_bar(bar: &ProgressBar, projection: &JobProjection, drawn: bool) {
    update_bar(bar, projection);
    bar.reset_eta();
    if drawn {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK_INTERVAL);
    }
}

pub(super) fn update_bar(bar: &ProgressBar, projection: &JobProjection) {
    bar.set_length(projection.counts.total);
    bar.set_position(projection.counts.done);
    bar.set_message(format_status_counts(projection));
}

/// `8.2/s, 4m 10s left  `, or `12/min, …` for the pace of one request a second; nothing while it is not known.
pub fn format_rate(per_second: f64, left: Duration) -> String {
    // Slower than one item in ten minutes is no pace yet.
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

/// `31 exported, 4 needs_review, 1 failed`
pub fn format_status_counts(projection: &JobProjection) -> String {
    let counted = Status::ALL.into_iter().map(|status| (projection.counts.for_status(status), status));
    let parts: Vec<_> = counted.filter(|(n, _)| *n > 0).map(|(n, status)| format!("{n} {status}")).collect();
    parts.join(", ")
}
