//! What people decided before, offered again when the same barcode comes in another batch.

use std::collections::HashMap;

use super::error::JournalError;
use super::open::Journal;
use domain::event::{ItemEvent, JobEvent};
use domain::review::PreviousDecision;
use domain::upc::Upc;

/// Barcodes of one question.
const UPCS_PER_QUERY: usize = 1_000;

impl Journal {
    /// The newest decision about each of these, in whichever batch it was made; those without one are left out.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn previous_decisions(&self, upcs: &[Upc]) -> Result<HashMap<Upc, PreviousDecision>, JournalError> {
        let mut newest = HashMap::new();
        for chunk in upcs.chunks(UPCS_PER_QUERY) {
            for event in self.store().read_decisions(chunk).await? {
                if let JobEvent::Item { upc, item_event: ItemEvent::ReviewDecided { decision } } = event.payload {
                    newest.insert(upc, PreviousDecision { job: event.job, at: event.at, decision });
                }
            }
        }
        Ok(newest)
    }
}
