//! The command that goes on where the run left off.

use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{Copies, JobSpec};
use domain::outcome::Status;

/// What the operator types next, and why; `None` where nothing is left to do.
///
/// An unfinished job is resumed. Items that failed are in their end state, so their list is run again: what was
/// drafted stays one draft, and answers that are kept are not asked for twice.
pub fn next_command(board: &JobProjection) -> Option<(&'static str, String)> {
    if board.state == JobState::Cancelled {
        return None;
    }
    if board.state != JobState::Completed && board.is_open_for_scans() {
        return Some(("Scan on", "draft-maker scan".to_owned()));
    }
    if board.state != JobState::Completed {
        return Some(("Go on with it", format!("draft-maker resume {}", board.job)));
    }
    if board.counts.for_status(Status::Failed) == 0 {
        let waits = board.counts.for_status(Status::NeedsReview) > 0;
        return waits.then(|| ("Decide about what waits", format!("draft-maker review {}", board.job)));
    }
    let order = board.spec.as_ref()?;
    if order.source == "-" {
        return Some(("Try the failed again", "give the list to `draft-maker run -` once more".to_owned()));
    }
    if order.source_type == JobSpec::SCAN_SOURCE {
        let words = format!("draft-maker console {}, and the key R there", board.job);
        return Some(("Try the failed again", words));
    }
    let mut words = vec!["draft-maker run".to_owned(), quote_for_shell(&order.source)];
    words.extend((!order.create_drafts).then(|| "--no-drafts".to_owned()));
    // Said always: whoever types it may have another market in his settings than the run had.
    let drafts = order.create_drafts && !order.test_mode;
    words.extend(drafts.then(|| format!("--sink {}", quote_for_shell(&order.sink))));
    words.extend((order.copies == Copies::Separate).then(|| "--copies separate".to_owned()));
    words.extend(order.test_mode.then(|| "--test".to_owned()));
    words.extend(order.review.then(|| "--review".to_owned()));
    words.extend(order.condition.map(|condition| format!("--condition {condition}")));
    words.extend(order.limit.map(|limit| format!("--limit {limit}")));
    Some(("Try the failed again", words.join(" ")))
}

/// A word that a POSIX shell takes as it stands.
fn quote_for_shell(word: &str) -> String {
    let word = domain::terminal_text::strip_terminal_controls(word);
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
