//! The keys at the foot of the review queue: only those that have an effect on the selected item.

use crate::command::KeyCommand;
use crate::key_hints::{self, FooterKey};
use crate::keymap::KeyContext;
use domain::review::ReviewCase;

/// Keys at the foot of an empty queue, without and with a decision that can be undone.
const EMPTY_QUEUE_HINTS: &[FooterKey] =
    &[(KeyCommand::Back, "back"), (KeyCommand::Refresh, "refresh"), (KeyCommand::Quit, "quit")];
const DECIDED_QUEUE_HINTS: &[FooterKey] = &[
    (KeyCommand::Back, "back"),
    (KeyCommand::UndoReview, "undo"),
    (KeyCommand::Refresh, "refresh"),
    (KeyCommand::Quit, "quit"),
];

/// Keys at the foot for an item without candidates, which Enter alone does not decide.
const NO_CANDIDATES_HINTS: &[FooterKey] = &[
    (KeyCommand::SearchForItem, "search"),
    (KeyCommand::EditFields, "correct"),
    (KeyCommand::ChooseNone, "skip"),
    (KeyCommand::Down, "next"),
    (KeyCommand::SubmitReview, "decide"),
    (KeyCommand::Back, "back"),
    (KeyCommand::UndoReview, "undo"),
];

/// Returns the keys for the selected item. `has_decided` is true if a decision can be undone.
pub(super) fn hints_for_queue(selected: Option<&ReviewCase>, has_decided: bool) -> &'static [FooterKey] {
    match selected {
        Some(case) if case.candidates().is_empty() => NO_CANDIDATES_HINTS,
        Some(_) => key_hints::hints_for(KeyContext::Review),
        None if has_decided => DECIDED_QUEUE_HINTS,
        None => EMPTY_QUEUE_HINTS,
    }
}
