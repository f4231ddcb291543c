//! The exit codes of the program, and which of them a job has.

use std::process::ExitCode;

use domain::item::Item;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// Exit code if everything is done; of a job, if every item is drafted or was skipped on purpose.
pub const EXIT_DONE: u8 = 0;
/// Exit code if the command itself failed, or found damaged data.
pub const EXIT_FAILED: u8 = 1;
/// Exit code if an argument, a setting or a file of the operator is invalid.
pub const EXIT_INVALID_INPUT: u8 = 2;
/// Exit code if something is left to do; of a job, failures, reviews or rejected lines, or a stop before the end.
pub const EXIT_INCOMPLETE: u8 = 3;

/// Returns the exit code of a job.
pub fn exit_code(projection: &JobProjection) -> ExitCode {
    ExitCode::from(exit_status(projection))
}

/// Returns the exit code of an edit of these items.
pub fn edited_items_exit_code(items: &[&Item]) -> ExitCode {
    let is_left_over = |item: &&Item| matches!(item.status, Some(Status::Failed | Status::NeedsReview));
    ExitCode::from(if items.iter().any(is_left_over) { EXIT_INCOMPLETE } else { EXIT_DONE })
}

/// Returns the exit code of a job as a number.
///
/// A rejected line counts as a failure (3), because it is an item in the box that would otherwise be forgotten.
pub fn exit_status(projection: &JobProjection) -> u8 {
    let counts = &projection.counts;
    let left_over = counts.for_status(Status::Failed) + counts.for_status(Status::NeedsReview) + counts.rejected_lines;
    match projection.state {
        JobState::Failed | JobState::Running | JobState::Pending => EXIT_FAILED,
        JobState::Completed if left_over == 0 && counts.done == counts.total => EXIT_DONE,
        JobState::Completed | JobState::Stopped | JobState::Paused | JobState::Cancelled => EXIT_INCOMPLETE,
    }
}
