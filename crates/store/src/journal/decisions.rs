//! What people decided before, offered again when the same barcode comes in another batch.

use std::collections::HashMap;

use super::error::JournalError;
use super::open::Journal;
use domain::event::{Fact, Step};
use domain::review::Earlier;
use domain::upc::Upc;

/// Barcodes of one question.
const CHUNK: usize = 1_000;

impl Journal {
    /// The newest decision about each of these, in whichever batch it was made; those without one are left out.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn decided_before(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Earlier>, JournalError> {
        let mut newest = HashMap::new();
        for chunk in upcs.chunks(CHUNK) {
            for event in self.store().decisions(chunk).await? {
                if let Fact::Item { upc, step: Step::Decided { decision } } = event.fact {
                    newest.insert(upc, Earlier { job: event.job, at: event.at, decision });
                }
            }
        }
        Ok(newest)
    }
}
