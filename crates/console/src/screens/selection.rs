//! The items that are marked, and what can be done to all of them at once.

use std::collections::BTreeSet;

use crate::command::KeyCommand;
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::upc::Upc;

/// The marks of one batch.
#[derive(Default)]
pub(super) struct Selection {
    upcs: BTreeSet<Upc>,
    /// The row that was marked or unmarked last: from there to the cursor is a stretch.
    anchor_row: Option<usize>,
}

impl Selection {
    pub(super) fn contains(&self, upc: Upc) -> bool {
        self.upcs.contains(&upc)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.upcs.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.upcs.len()
    }

    pub(super) fn to_vec(&self) -> Vec<Upc> {
        self.upcs.iter().copied().collect()
    }

    /// Marks an item, or unmarks it.
    pub(super) fn toggle(&mut self, row: usize, upc: Upc) {
        self.anchor_row = Some(row);
        if !self.upcs.remove(&upc) {
            self.upcs.insert(upc);
        }
    }

    /// What a command does to the marks; `shown` are the rows in their order. False where it is none of theirs.
    pub(super) fn handle_command(&mut self, command: KeyCommand, row: usize, shown: impl Iterator<Item = Upc>) -> bool {
        match command {
            KeyCommand::SelectVisible => self.upcs.extend(shown),
            KeyCommand::ClearSelection => self.upcs.clear(),
            KeyCommand::InvertSelection => {
                for upc in shown {
                    if !self.upcs.remove(&upc) {
                        self.upcs.insert(upc);
                    }
                }
            }
            KeyCommand::SelectRange => {
                let from = self.anchor_row.unwrap_or(row);
                let (first, last) = (from.min(row), from.max(row));
                self.upcs.extend(shown.skip(first).take(last - first + 1));
                self.anchor_row = Some(row);
            }
            _ => return false,
        }
        true
    }

    /// Those that it was not done to stay marked, and nothing else does.
    pub(super) fn select_failed(&mut self, acted: &BulkActionResult) {
        self.upcs = acted.rejected.iter().map(|refused| refused.upc).collect();
    }
}

/// What a key does to marked items.
pub(super) const fn action_for(command: KeyCommand) -> Option<ItemAction> {
    match command {
        KeyCommand::Pause => Some(ItemAction::Pause),
        KeyCommand::Resume => Some(ItemAction::Resume),
        KeyCommand::Cancel => Some(ItemAction::Cancel),
        KeyCommand::Retry => Some(ItemAction::Retry),
        _ => None,
    }
}
