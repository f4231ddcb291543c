//! Finds the drafts of an item from earlier batches: its own, so that the operator is not asked about a finished item,
//! and those of lots that offer the item too.

use std::collections::{BTreeMap, BTreeSet};

use super::app_context::AppContext;
use super::batch::StartedJob;
use super::item_pipeline::ItemPipeline;
use super::quantity::DraftedCopies;
use domain::item::Stage;
use domain::item_details::ItemDetails;
use domain::job_spec::JobId;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::site::Site;
use domain::sku::Sku;
use domain::text::time::format_minute;
use domain::upc::Upc;
use store::journal::{ExistingDraft, JournalError, SellerAccount};

/// Items per query to the ledger.
pub(super) const ITEMS_PER_QUERY: usize = 1_000;

/// Items of a batch whose drafts are at another destination, from one earlier batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftsElsewhere {
    /// Name of the sink, such as `csv`.
    pub sink: String,
    /// The eBay site of the drafts.
    pub site: Site,
    pub job: JobId,
    pub items: u64,
}

/// A lot from an earlier batch that has a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EarlierLot {
    name: String,
    pub(super) sku: Sku,
}

impl ItemPipeline {
    /// Returns the outcome of an item that needs review for the reason `why`, and whose copies all have drafts from
    /// another batch at this destination; `None` for any other item. The draft stays as it is, unless the list
    /// describes the copies differently since then. If the operator has decided about the item in this batch, or in a
    /// scan session, the draft is compared with the listing instead.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub(super) async fn find_existing_draft(
        &self,
        item: &ItemDetails,
        why: &str,
    ) -> Result<Option<ItemOutcome>, JournalError> {
        let is_open = self.spec.create_drafts && !self.spec.is_scan_session() && item.review_record.is_none();
        let Some(seller) = self.sink.seller().filter(|_| is_open) else { return Ok(None) };
        let upc = item.input.upc;
        let existing = self.journal.existing_drafts(seller, &[upc]).await?;
        let destination = self.spec.site.ledger_name(self.sink.name());
        let is_earlier = |draft: &ExistingDraft| draft.sink == destination && draft.job != self.job;
        let earlier = existing.into_iter().filter(is_earlier);
        let Some(existing) = earlier.min_by_key(|draft| draft.sku.copy_number()) else { return Ok(None) };
        let mut recorded = self.recorded_drafts(upc).await?;
        if DraftedCopies::from_recorded(&recorded).total() < item.input.copies {
            return Ok(None);
        }
        let before = self.journal.input_items(&existing.job, &[upc]).await?.into_iter().next();
        if before.is_some_and(|before| !item.input.has_same_copies(&before)) {
            let why = format!("{why}; its row has changed since its draft {} by {}", existing.sku, existing.job);
            return Ok(Some(ItemOutcome::needs_review(why)));
        }
        // The draft named in the message comes first.
        recorded.sort_by_key(|draft| (draft.sku != existing.sku, draft.sku.copy_number()));
        let mut drafts = recorded.into_iter().filter_map(|recorded| recorded.draft);
        let Some(draft) = drafts.next() else { return Ok(None) };
        let additional_drafts = drafts.collect();
        let at = format_minute(existing.at);
        let price = draft.price.map(|price| format!(" at {price}")).unwrap_or_default();
        let note = format!("drafted{price} by {} ({}), {at}; its draft is unchanged", existing.job, draft.sink);
        let outcome = ItemOutcome::succeeded(Status::AlreadyDrafted, Some(draft)).with_note(note);
        Ok(Some(ItemOutcome { additional_drafts, ..outcome }))
    }

    /// Returns the lots from earlier batches whose drafts offer the item too. `current` is the draft of its lot in this
    /// batch. An item that an edit has taken out of its newest lot is in no earlier lot either.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal or the ledger cannot be read.
    pub(super) async fn find_earlier_lots(
        &self,
        upc: Upc,
        current: Option<&Sku>,
    ) -> Result<Vec<EarlierLot>, JournalError> {
        let Some(seller) = self.sink.seller().filter(|_| self.spec.create_drafts) else { return Ok(Vec::new()) };
        let mut lots = Vec::<EarlierLot>::new();
        for job in self.journal.jobs_with_lot(upc).await? {
            if job == self.job && current.is_some() {
                continue;
            }
            let item = match self.journal.item_details(&job, &[upc]).await {
                Ok(items) => items.into_iter().next(),
                // The scan was undone.
                Err(JournalError::UnknownItem { .. }) => continue,
                Err(error) => return Err(error),
            };
            let outcome = item.and_then(|item| item.outcome);
            let Some(ItemOutcome { lot: Some(lot), draft, .. }) = outcome else { break };
            let is_new = |draft: &Draft| Some(&draft.sku) != current && lots.iter().all(|lot| lot.sku != draft.sku);
            if let Some(draft) = draft.filter(is_new)
                && self.journal.find_ledger_sink(seller, &draft.sku).await?.is_some()
            {
                lots.push(EarlierLot { name: lot.name, sku: draft.sku });
            }
        }
        Ok(lots)
    }
}

impl EarlierLot {
    /// Returns the note for the draft of items that the lot includes. Only the seller knows whether they are the same
    /// copies.
    pub(super) fn note(&self, upcs: &[Upc]) -> String {
        let upcs = upcs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!(
            "the draft {} of the lot {:?} also includes {upcs}: delete one of the drafts if both are for the same copy",
            self.sku, self.name
        )
    }
}

/// Counts a job's unfinished items that have drafts at another destination, by destination and batch.
///
/// # Errors
/// Returns [`JournalError`] if the ledger cannot be read.
pub async fn find_drafts_elsewhere(
    context: &AppContext,
    started: &StartedJob,
) -> Result<Vec<DraftsElsewhere>, JournalError> {
    if !started.spec.create_drafts {
        return Ok(Vec::new());
    }
    let anyone = SellerAccount::anonymous(context.ebay_environment_id.clone());
    let seller = started.sink.seller().unwrap_or(&anyone);
    let projection = context.journal.projection(&started.job).await?;
    let upcs = {
        let projection = projection.read();
        let open = projection.items().iter().filter(|item| item.stage != Stage::Done);
        open.map(|item| item.upc).collect::<Vec<_>>()
    };
    let destination = started.spec.site.ledger_name(started.spec.sink.as_str());
    let mut counts = BTreeMap::new();
    for upcs in upcs.chunks(ITEMS_PER_QUERY) {
        let mut counted = BTreeSet::new();
        for draft in context.journal.existing_drafts(seller, upcs).await? {
            if draft.sink != destination && counted.insert(draft.upc) {
                *counts.entry((draft.sink, draft.job)).or_insert(0) += 1;
            }
        }
    }
    let to_drafts = |((destination, job), items): ((String, JobId), u64)| {
        let (sink, site) = Site::parse_ledger_name(&destination);
        DraftsElsewhere { sink: sink.to_owned(), site, job, items }
    };
    Ok(counts.into_iter().map(to_drafts).collect())
}
