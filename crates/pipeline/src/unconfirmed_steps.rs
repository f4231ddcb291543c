//! Steps of items that were handed to the journal but may not be on disk yet.

use std::collections::HashMap;

use parking_lot::Mutex;

use domain::upc::Upc;
use store::journal::{JournalError, PendingAppend};

/// The unconfirmed steps of a job's items, in order per item.
#[derive(Debug, Default)]
pub struct UnconfirmedSteps {
    by_item: Mutex<HashMap<Upc, Vec<PendingAppend>>>,
}

impl UnconfirmedSteps {
    pub(super) fn add(&self, upc: Upc, step: PendingAppend) {
        self.by_item.lock().entry(upc).or_default().push(step);
    }

    /// Waits until all steps of an item are on disk.
    ///
    /// # Errors
    /// Returns the error of the first step that could not be recorded.
    pub(super) async fn confirm(&self, upc: Upc) -> Result<(), JournalError> {
        let steps = self.by_item.lock().remove(&upc).unwrap_or_default();
        let mut result = Ok(());
        for step in steps {
            result = result.and(step.wait().await.map(drop));
        }
        result
    }
}
