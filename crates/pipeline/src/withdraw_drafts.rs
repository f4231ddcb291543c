//! Withdraws drafts that a new draft replaces after an edit has changed the lot of their items. This happens before
//! the new draft is sent, so that no copy is offered twice.

use super::item_error::ItemError;
use super::item_pipeline::ItemPipeline;
use domain::item_details::ItemDetails;
use domain::sku::Sku;
use domain::upc::Upc;
use sinks::WithdrawResult;

impl ItemPipeline {
    /// Withdraws the drafts that a lot's draft replaces: the separate drafts of its items, and drafts of lots that no
    /// longer exist. Returns notes for the operator.
    ///
    /// # Errors
    /// Returns [`ItemError`] if a draft could not be withdrawn because it is live or the destination does not answer.
    pub(super) async fn withdraw_before_lot(
        &self,
        items: &[&ItemDetails],
        code: Upc,
    ) -> Result<Vec<String>, ItemError> {
        let own = items.iter().flat_map(|item| item.earlier_own_drafts());
        let lots = items.iter().flat_map(|item| self.abandoned_lot_drafts(item)).filter(|sku| sku.upc() != Some(code));
        self.withdraw_drafts(own.chain(lots).collect()).await
    }

    /// Withdraws drafts of lots that no longer exist, which the item's own draft replaces. Returns notes for the
    /// operator.
    ///
    /// # Errors
    /// Returns the errors of [`Self::withdraw_before_lot`].
    pub(super) async fn withdraw_before_item(&self, item: &ItemDetails) -> Result<Vec<String>, ItemError> {
        self.withdraw_drafts(self.abandoned_lot_drafts(item).collect()).await
    }

    /// Returns the item's drafts from lots that no longer exist in the job.
    fn abandoned_lot_drafts<'a>(&'a self, item: &'a ItemDetails) -> impl Iterator<Item = &'a Sku> {
        item.earlier_lot_drafts().filter(|sku| !sku.upc().is_some_and(|code| self.lots.has_possible_code(code)))
    }

    /// Returns notes about drafts of a lot's items that another data folder created. They are not withdrawn: only the
    /// operator knows whether they are for the same copies.
    ///
    /// # Errors
    /// Returns [`ItemError`] if the destination does not answer.
    pub(super) async fn find_unrecorded(&self, skus: &[Sku]) -> Result<Vec<String>, ItemError> {
        let found = self.sink.find_unrecorded(skus).await?;
        let names = found.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let note = (!names.is_empty()).then(|| {
            format!(
                "eBay has drafts of its items that were not created from this data folder ({names}): delete them if they are for \
                 the same copies"
            )
        });
        Ok(note.into_iter().collect())
    }

    async fn withdraw_drafts(&self, skus: Vec<&Sku>) -> Result<Vec<String>, ItemError> {
        let mut notes = Vec::new();
        let mut withdrawn: Vec<&Sku> = Vec::new();
        for sku in skus {
            if withdrawn.contains(&sku) {
                continue;
            }
            withdrawn.push(sku);
            match self.sink.withdraw_draft(sku).await {
                Ok(WithdrawResult::Withdrawn { note }) => notes.extend(note.filter(|note| !notes.contains(note))),
                Ok(WithdrawResult::Live { listing_id }) => {
                    let id = listing_id.map(|id| format!(" as item {id}")).unwrap_or_default();
                    return Err(ItemError::NeedsReview(format!(
                        "{sku} is live on eBay{id}, so no other draft replaces it: end that listing first, or undo the edit"
                    )));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let names = withdrawn.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let replaced = (!names.is_empty()).then(|| format!("replaces {names}"));
        Ok(replaced.into_iter().chain(notes).collect())
    }
}
