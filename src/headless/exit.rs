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

/// Returns the exit code of the demo: 0 also if items need review and lines were skipped, because its list contains such
/// items and lines on purpose.
pub fn demo_exit_code(projection: &JobProjection) -> ExitCode {
    let is_complete = projection.state == JobState::Completed && projection.counts.done == projection.counts.total;
    if is_complete && projection.counts.for_status(Status::Failed) == 0 {
        ExitCode::from(EXIT_DONE)
    } else {
        exit_code(projection)
    }
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

#[cfg(test)]
mod tests {
    use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
    use domain::job_spec::InputItem;
    use domain::outcome::ItemOutcome;

    use super::*;

    /// A finished batch whose items have these statuses.
    fn finished(outcomes: &[ItemOutcome]) -> JobProjection {
        let job: domain::job_spec::JobId = "batch_20240318_143022_0".parse().unwrap();
        let upcs = ["720642442524", "074646493526", "4988064584079"].map(|upc| upc.parse().unwrap());
        let items = upcs[..outcomes.len()].iter().map(|upc| InputItem {
            upc: *upc,
            copies: 1,
            lines: vec![1].into(),
            zeros_restored: 0,
            seller: None,
            differing: Vec::new(),
        });
        let mut events = vec![
            JobEvent::Submitted { spec: testing::events::job_spec() },
            JobEvent::ItemsAdded { items: items.collect() },
        ];
        let ends = upcs.iter().zip(outcomes).map(|(upc, outcome)| JobEvent::Item {
            upc: *upc,
            item_event: ItemEvent::Finished { outcome: outcome.clone() },
        });
        events.extend(ends);
        events.push(JobEvent::Completed);
        let mut projection = JobProjection::new(job.clone());
        for (seq, payload) in (1..).zip(events) {
            let at = "2024-03-18T14:30:22Z".parse().unwrap();
            projection.apply_event(&EventEnvelope { seq: Seq(seq), at, job: job.clone(), payload }).unwrap();
        }
        projection
    }

    #[test]
    fn the_demo_fails_if_an_item_fails() {
        let (review, failed) =
            (ItemOutcome::needs_review("2 pressings".into()), ItemOutcome::failed("no answer".into()));
        let codes = |outcomes: &[ItemOutcome]| {
            let projection = finished(outcomes);
            (demo_exit_code(&projection), exit_code(&projection))
        };
        let [done, incomplete] = [EXIT_DONE, EXIT_INCOMPLETE].map(ExitCode::from);
        assert_eq!(codes(std::slice::from_ref(&review)), (done, incomplete));
        assert_eq!(codes(std::slice::from_ref(&failed)), (incomplete, incomplete));
        assert_eq!(codes(&[review, failed]), (incomplete, incomplete));
    }
}
