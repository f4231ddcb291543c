//! What the run came to, as a number for cron.

use std::process::ExitCode;

use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::outcome::Status;

/// All done: every item is where the operator wanted it, or was deliberately left alone.
const EXIT_DONE: u8 = 0;
/// The run itself failed.
const EXIT_FAILED: u8 = 1;
/// Finished with failures, reviews or lines that were not taken; or stopped before the end.
pub const EXIT_INCOMPLETE: u8 = 3;

/// The exit code of a job.
pub fn exit_code(projection: &JobProjection) -> ExitCode {
    ExitCode::from(exit_status(projection))
}

/// The same as a number.
///
/// A line that is no UPC is an item in the box that nobody looks at until somebody is told: 3, as for a failure.
pub fn exit_status(projection: &JobProjection) -> u8 {
    let counts = &projection.counts;
    let left_over = counts.for_status(Status::Failed) + counts.for_status(Status::NeedsReview) + counts.rejected_lines;
    match projection.state {
        JobState::Failed | JobState::Running | JobState::Pending => EXIT_FAILED,
        JobState::Completed if left_over == 0 && counts.done == counts.total => EXIT_DONE,
        JobState::Completed | JobState::Stopped | JobState::Paused | JobState::Cancelled => EXIT_INCOMPLETE,
    }
}
