//! The selection of items in a job's table, and the actions on selected items.

use std::collections::BTreeSet;

use crate::command::KeyCommand;
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::upc::Upc;

/// The selected items of one job.
#[derive(Default)]
pub(super) struct Selection {
    upcs: BTreeSet<Upc>,
    /// Item that was toggled last, where a range selection starts. Its row changes while the table is sorted or filtered.
    anchor: Option<Upc>,
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

    /// Selects or deselects an item.
    pub(super) fn toggle(&mut self, upc: Upc) {
        self.anchor = Some(upc);
        if !self.upcs.remove(&upc) {
            self.upcs.insert(upc);
        }
    }

    /// Runs a command on the selection. `row` is the row under the cursor, `visible` the items of all rows in order.
    /// Returns false for commands that do not change the selection.
    pub(super) fn handle_command(&mut self, command: KeyCommand, row: usize, visible: &[Upc]) -> bool {
        match command {
            KeyCommand::SelectVisible => self.upcs.extend(visible),
            KeyCommand::ClearSelection => self.upcs.clear(),
            KeyCommand::InvertSelection => {
                for upc in visible {
                    if !self.upcs.remove(upc) {
                        self.upcs.insert(*upc);
                    }
                }
            }
            KeyCommand::SelectRange => {
                let anchor = visible.iter().position(|upc| Some(*upc) == self.anchor).unwrap_or(row);
                let (first, last) = (anchor.min(row), anchor.max(row));
                self.upcs.extend(visible.iter().skip(first).take(last - first + 1));
                self.anchor = visible.get(row).copied();
            }
            _ => return false,
        }
        true
    }

    /// Deselects the items to which an action was applied, and selects those for which it was rejected. Items that were
    /// selected in the meantime stay selected.
    pub(super) fn select_failed(&mut self, result: &BulkActionResult) {
        for upc in &result.succeeded {
            self.upcs.remove(upc);
        }
        self.upcs.extend(result.rejected.iter().map(|rejected| rejected.upc));
    }
}

/// Returns the action that a command runs on selected items; `None` for commands without an action.
pub(super) const fn action_for(command: KeyCommand) -> Option<ItemAction> {
    match command {
        KeyCommand::Pause => Some(ItemAction::Pause),
        KeyCommand::Resume => Some(ItemAction::Resume),
        KeyCommand::Cancel => Some(ItemAction::Cancel),
        KeyCommand::Retry => Some(ItemAction::Retry),
        _ => None,
    }
}
