//! Exit codes of a job.

use std::process::ExitCode;

use domain::item::Item;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// Exit code if every item is drafted or was skipped on purpose.
const EXIT_DONE: u8 = 0;
/// Exit code if the run itself failed.
const EXIT_FAILED: u8 = 1;
/// Exit code if the job finished with failures, reviews or rejected lines, or stopped before the end.
pub const EXIT_INCOMPLETE: u8 = 3;

/// Exit code if a setting has an invalid value.
pub const EXIT_INVALID_SETTING: u8 = 2;

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
