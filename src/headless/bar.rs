//! The progress bar. It draws on standard error, and only where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::board::Board;
use crate::domain::outcome::Status;

/// Done of total, by status, the rate and the time that is left.
const TEMPLATE: &str = "{bar:24} {pos}/{len}  {msg}  {per_sec}, {eta} left";

pub(super) fn open(shown: bool) -> ProgressBar {
    let target = if shown { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style.progress_chars("=> "));
    }
    if !bar.is_hidden() {
        // The time that is left goes on counting while a slow service is waited for.
        bar.enable_steady_tick(Duration::from_secs(1));
    }
    bar
}

/// A resumed batch begins in the middle: what was done before does not count for the rate.
pub(super) fn begin(bar: &ProgressBar, board: &Board) {
    bar.set_length(board.counts.total);
    bar.set_position(board.counts.done);
    bar.reset_eta();
}

pub(super) fn update(bar: &ProgressBar, board: &Board) {
    bar.set_length(board.counts.total);
    bar.set_position(board.counts.done);
    bar.set_message(message(board));
}

/// `31 exported, 4 needs_review, 1 failed`
pub fn message(board: &Board) -> String {
    let counted = Status::ALL.into_iter().map(|status| (board.counts.of(status), status));
    let parts: Vec<_> = counted.filter(|(n, _)| *n > 0).map(|(n, status)| format!("{n} {status}")).collect();
    parts.join(", ")
}
