//! The progress bar. It draws on standard error, and only where that is a terminal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use domain::board::Board;
use domain::outcome::Status;

/// Done of total, the pace, and the end states as far as the line has room.
const TEMPLATE: &str = "{bar:24} {pos}/{len}  {pace}{wide_msg}";
/// Steps of the bar's clock: the time that is left goes on counting while a slow service is waited for.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// What is left and who holds the run up, in words; empty where only the pace is known.
#[derive(Clone, Default)]
pub(super) struct Left(Arc<Mutex<String>>);

impl Left {
    pub(super) fn say(&self, words: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = words.unwrap_or_default();
    }

    fn said(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A bar that does not draw yet.
pub(super) fn open(left: Left) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        let pace = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let said = left.said();
            // A line that cannot be written is drawn again in a second.
            let _ = if said.is_empty() {
                out.write_str(&pace(state.per_sec(), state.eta()))
            } else {
                write!(out, "{said}  ")
            };
        };
        bar.set_style(style.progress_chars("=> ").with_key("pace", pace));
    }
    bar
}

/// Begins to draw. A resumed batch begins in the middle: what was done before does not count for the pace.
pub(super) fn begin(bar: &ProgressBar, board: &Board, drawn: bool) {
    update(bar, board);
    bar.reset_eta();
    if drawn {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
    }
}

pub(super) fn update(bar: &ProgressBar, board: &Board) {
    bar.set_length(board.counts.total);
    bar.set_position(board.counts.done);
    bar.set_message(message(board));
}

/// `8.2/s, 4m 10s left  `, or `12/min, …` for the pace of one request a second; nothing while it is not known.
pub fn pace(per_second: f64, left: Duration) -> String {
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
pub fn message(board: &Board) -> String {
    let counted = Status::ALL.into_iter().map(|status| (board.counts.of(status), status));
    let parts: Vec<_> = counted.filter(|(n, _)| *n > 0).map(|(n, status)| format!("{n} {status}")).collect();
    parts.join(", ")
}
