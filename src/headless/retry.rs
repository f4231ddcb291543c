//! The command that goes on where the run left off.

use domain::batch::{Copies, Order};
use domain::board::Board;
use domain::job::JobState;
use domain::outcome::Status;

/// What the operator types next, and why; `None` where nothing is left to do.
///
/// An unfinished job is resumed. Items that failed are in their end state, so their list is run again: what was
/// drafted stays one draft, and answers that are kept are not asked for twice.
pub fn next_command(board: &Board) -> Option<(&'static str, String)> {
    if board.state == JobState::Cancelled {
        return None;
    }
    if board.state != JobState::Completed && board.is_open_for_scans() {
        return Some(("Scan on", "draft-maker scan".to_owned()));
    }
    if board.state != JobState::Completed {
        return Some(("Go on with it", format!("draft-maker resume {}", board.job)));
    }
    if board.counts.of(Status::Failed) == 0 {
        let waits = board.counts.of(Status::NeedsReview) > 0;
        return waits.then(|| ("Decide about what waits", format!("draft-maker review {}", board.job)));
    }
    let order = board.order.as_ref()?;
    if order.source == "-" {
        return Some(("Try the failed again", "give the list to `draft-maker run -` once more".to_owned()));
    }
    if order.source_type == Order::SCANS {
        let words = format!("draft-maker console {}, and the key R there", board.job);
        return Some(("Try the failed again", words));
    }
    let mut words = vec!["draft-maker run".to_owned(), quoted(&order.source)];
    words.extend((!order.create_drafts).then(|| "--no-drafts".to_owned()));
    // Said always: whoever types it may have another market in his settings than the run had.
    let drafts = order.create_drafts && !order.test_mode;
    words.extend(drafts.then(|| format!("--sink {}", quoted(&order.sink))));
    words.extend((order.copies == Copies::Separate).then(|| "--copies separate".to_owned()));
    words.extend(order.test_mode.then(|| "--test".to_owned()));
    words.extend(order.review.then(|| "--review".to_owned()));
    words.extend(order.condition.map(|condition| format!("--condition {condition}")));
    words.extend(order.limit.map(|limit| format!("--limit {limit}")));
    Some(("Try the failed again", words.join(" ")))
}

/// A word that a POSIX shell takes as it stands.
fn quoted(word: &str) -> String {
    let word = domain::screen::clean(word);
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
