//! The command that continues after a run.

use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{Copies, JobSpec};
use domain::outcome::Status;
use domain::terminal_text::quote_for_shell;

/// Returns the next command and its purpose, or `None` if nothing is left to do.
///
/// An unfinished job is resumed. Failed items have ended, so their list is run again: existing drafts stay, and cached
/// responses are not requested again.
pub fn next_command(projection: &JobProjection) -> Option<(&'static str, String)> {
    if projection.state == JobState::Cancelled {
        return None;
    }
    if projection.state != JobState::Completed && projection.is_open_for_scans() {
        return Some(("To continue scanning", "draft-maker scan".to_owned()));
    }
    if projection.state != JobState::Completed {
        return Some(("To resume", format!("draft-maker resume {}", projection.job)));
    }
    if projection.counts.for_status(Status::Failed) == 0 {
        let waits = projection.counts.for_status(Status::NeedsReview) > 0;
        return waits.then(|| ("To decide", format!("draft-maker review {}", projection.job)));
    }
    let spec = projection.spec.as_ref()?;
    if spec.source == "-" {
        return Some(("To retry failed items, send the list again to", "draft-maker run -".to_owned()));
    }
    if spec.source_type == JobSpec::SCAN_SOURCE {
        let message = format!("draft-maker console {}", projection.job);
        return Some(("To retry failed items, press A and R in", message));
    }
    let mut message = vec!["draft-maker run".to_owned(), quote_for_shell(&spec.source)];
    message.extend((!spec.create_drafts).then(|| "--no-drafts".to_owned()));
    // Always included: the settings may name another destination than the run had.
    let drafts = spec.create_drafts && !spec.test_mode;
    message.extend(drafts.then(|| format!("--sink {}", spec.sink)));
    message.extend((spec.copies == Copies::Separate).then(|| "--copies separate".to_owned()));
    message.extend(spec.test_mode.then(|| "--dry-run".to_owned()));
    message.extend(spec.review.then(|| "--review".to_owned()));
    message.extend(spec.condition.map(|condition| format!("--condition {condition}")));
    message.extend(spec.limit.map(|limit| format!("--limit {limit}")));
    Some(("To retry failed items", message.join(" ")))
}
