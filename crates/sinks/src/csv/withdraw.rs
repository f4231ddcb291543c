//! Removes the rows of drafts that other drafts replace, from the ledger and from their files.

use super::super::draft_sink::SinkError;
use super::export::lock_files_of;
use super::row::CsvDraftRow;
use super::sink::{CsvSink, indeterminate_error, ledger_error, parse_row};
use domain::sku::Sku;

/// Advice about rows that may already have become drafts.
const DELETE_IN_SELLER_HUB: &str = "if you have uploaded the file, delete these drafts in Seller Hub";

impl CsvSink {
    /// Removes a row from the ledger if no file contains it. A row in a file of this job is marked, and closing the
    /// sink rewrites the file without it. The file of another job may have been uploaded and stays unchanged. Returns a
    /// note for the operator.
    ///
    /// # Errors
    /// Returns [`SinkError`] if the ledger cannot be read or written.
    pub(super) async fn withdraw_row(&self, sku: &Sku) -> Result<Option<String>, SinkError> {
        let Some(upc) = sku.upc() else { return Ok(None) };
        let _lock = lock_files_of(&self.job).await;
        let (seller, destination) = (&self.seller, self.ledger_name());
        let entries = self.journal.ledger_entries_for_upc(seller, &destination, upc).await.map_err(ledger_error)?;
        let Some(entry) = entries.into_iter().find(|entry| entry.sku == *sku) else { return Ok(None) };
        let row = parse_row(entry.payload)?;
        let drafts = self.journal.existing_drafts(seller, &[upc]).await.map_err(ledger_error)?;
        let owner = drafts.into_iter().find(|draft| draft.sku == *sku).map(|draft| draft.job);
        match (&row.file, owner) {
            (Some(_), Some(job)) if job == self.job => {
                let row = CsvDraftRow { is_withdrawn: true, is_newer_than_file: true, ..row };
                let payload = serde_json::to_value(row).map_err(indeterminate_error)?;
                let rows = vec![(sku.clone(), payload)];
                self.journal.update_ledger_entries(seller, &destination, rows).await.map_err(ledger_error)?;
                Ok(Some(format!("their rows are removed from the drafts file: {DELETE_IN_SELLER_HUB}")))
            }
            (file, owner) => {
                self.journal.delete_ledger_entry(seller, sku).await.map_err(ledger_error)?;
                let owner = owner.map(|job| format!(" of {job}")).unwrap_or_default();
                Ok(file.as_ref().map(|file| format!("remove their rows from {file}{owner}; {DELETE_IN_SELLER_HUB}")))
            }
        }
    }
}
