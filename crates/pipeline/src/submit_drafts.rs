//! Submits the listings of an item to the sink, each under an SKU that identifies its draft later.

use futures::future::join_all;

use super::copy_assignment::{self, RecordedDraft};
use super::item_error::ItemError;
use super::item_pipeline::ItemPipeline;
use super::quantity::{self, DraftedCopies};
use domain::event::ItemEvent;
use domain::item_details::ItemDetails;
use domain::job_spec::Copies;
use domain::listing::Listing;
use domain::outcome::{ItemOutcome, Status};
use domain::sku::Sku;
use domain::upc::Upc;
use sinks::DraftResult;
use store::journal::{JournalError, LedgerEntry};

impl ItemPipeline {
    /// Submits the drafts of an item, with one listing for each group of copies that are described alike. `recorded`
    /// are the item's existing drafts at this destination.
    ///
    /// # Errors
    /// Returns [`ItemError`] if a draft was not created, or if its submission cannot be recorded.
    pub(super) async fn submit_drafts(
        &self,
        item: &ItemDetails,
        listings: &[Listing],
        recorded: &[RecordedDraft],
    ) -> Result<ItemOutcome, ItemError> {
        let upc = item.input.upc;
        let known_skus = recorded.iter().map(|draft| draft.sku.clone()).collect::<Vec<_>>();
        let listings = listings.iter().map(|listing| listing.with_known_skus(known_skus.clone())).collect::<Vec<_>>();
        let Some(first) = listings.first() else {
            return Err(ItemError::Failed("the item has no copies".to_owned()));
        };
        let sku = match &listings[..] {
            [listing] => self.announced_sku(listing, recorded),
            _ => first.sku().clone(),
        };
        self.record_event(upc, ItemEvent::DraftStarted { sku, title: first.title().to_owned() }).await?;
        let replaced = self.withdraw_before_item(item).await?;
        let outcome = match &listings[..] {
            [listing] => {
                let listing = if item.listing_edits.quantity.is_some() {
                    listing.clone()
                } else {
                    self.with_scanned_quantity(listing, upc).await?
                };
                self.submit_like_copies(upc, &listing, recorded).await
            }
            several => self.submit_differing_copies(item, several).await,
        }?;
        Ok(replaced.into_iter().fold(outcome, ItemOutcome::append_note))
    }

    /// Submits the drafts of identical copies. Drafts for which the list has no copy are not changed.
    pub(super) async fn submit_like_copies(
        &self,
        upc: Upc,
        listing: &Listing,
        recorded: &[RecordedDraft],
    ) -> Result<ItemOutcome, ItemError> {
        let copies = self.spec.copies;
        let (mut drafted, _) = self.split_unlisted(listing, recorded);
        let mut outcomes = Vec::new();
        if let Some(primary) = quantity::build_primary_draft(listing, copies, &drafted) {
            outcomes.push(self.submit_one_draft(primary).await);
            (drafted, _) = self.split_unlisted(listing, &self.recorded_drafts(upc).await?);
        }
        let remaining = quantity::build_remaining_drafts(listing, copies, &drafted, !outcomes.is_empty());
        outcomes.extend(join_all(remaining.into_iter().map(|draft| self.submit_one_draft(draft))).await);
        let outcome = quantity::combine_outcomes(outcomes)?;
        let all_are_new = recorded.is_empty() && outcome.status != Status::AlreadyDrafted;
        // A dry run has no drafts to count.
        if self.sink.seller().is_none() || all_are_new || !outcome.status.is_success() {
            return Ok(outcome);
        }
        let recorded = self.recorded_drafts(upc).await?;
        let (drafted, unlisted) = self.split_unlisted(listing, &recorded);
        let note = copy_assignment::unlisted_note(&unlisted, &recorded, listing.quantity());
        let note = note.or_else(|| quantity::like_copies_note(listing, copies, &drafted));
        Ok(note.into_iter().fold(outcome, ItemOutcome::append_note))
    }

    /// Submits the drafts of copies that are described differently. Existing drafts are updated first; new ones are
    /// created only if the existing drafts offer fewer copies than the seller has.
    async fn submit_differing_copies(
        &self,
        item: &ItemDetails,
        listings: &[Listing],
    ) -> Result<ItemOutcome, ItemError> {
        let upc = item.input.upc;
        if self.spec.is_scan_session() && self.has_new_scans(item).await? {
            return Err(ItemError::NeedsReview(SCANNED_MEANWHILE_MESSAGE.to_owned()));
        }
        let wanted = match self.spec.copies {
            Copies::Together => listings.to_vec(),
            Copies::Separate => {
                let copies = listings.iter().map(|listing| (listing.with_quantity(1), listing.quantity()));
                copies.flat_map(|(listing, count)| std::iter::repeat_n(listing, count as usize)).collect()
            }
        };
        let recorded = self.recorded_drafts(upc).await?;
        let compare = |draft: &RecordedDraft, listing: &Listing| self.sink.compare_recorded(&draft.payload, listing);
        let plan = copy_assignment::assign_drafts(&wanted, &recorded, compare);
        let mut outcomes = self.submit_all(plan.existing).await;
        let offered = self.drafted_copies(upc).await?.total();
        let listed = wanted.iter().map(Listing::quantity).sum::<u32>();
        let room = listed.saturating_sub(offered);
        let (new, left_over) = copy_assignment::split_by_capacity(plan.new, room);
        outcomes.extend(self.submit_all(new).await);
        let outcome = quantity::combine_outcomes(outcomes)?;
        let surplus = copy_assignment::unlisted_note(&plan.unused, &self.recorded_drafts(upc).await?, listed);
        let notes = copy_assignment::differing_copies_notes(surplus, &left_over);
        Ok(notes.into_iter().fold(outcome, ItemOutcome::append_note))
    }

    /// Returns the recorded drafts that the copies of a listing need, and the SKUs of those for which the list has no
    /// copy.
    fn split_unlisted(&self, listing: &Listing, recorded: &[RecordedDraft]) -> (DraftedCopies, Vec<Sku>) {
        let compare = |draft: &RecordedDraft, listing: &Listing| self.sink.compare_recorded(&draft.payload, listing);
        let (listed, unlisted) = copy_assignment::split_unlisted(listing, recorded, compare);
        let mut unlisted = unlisted.into_iter().filter(|draft| draft.quantity > 0).collect::<Vec<_>>();
        unlisted.sort_by_key(|draft| draft.sku.copy_number());
        (DraftedCopies::from_recorded(listed), unlisted.into_iter().map(|draft| draft.sku.clone()).collect())
    }

    /// Returns the SKU of the first draft that identical copies need.
    fn announced_sku(&self, listing: &Listing, recorded: &[RecordedDraft]) -> Sku {
        let (drafted, _) = self.split_unlisted(listing, recorded);
        listing.sku_of_draft(quantity::first_copy_number(listing, &drafted))
    }

    /// Submits the first draft alone, so that shared pictures are uploaded once, then the others concurrently.
    async fn submit_all(&self, drafts: Vec<Listing>) -> Vec<(Sku, Result<ItemOutcome, ItemError>)> {
        let mut drafts = drafts.into_iter();
        let Some(first) = drafts.next() else { return Vec::new() };
        let mut outcomes = vec![self.submit_noted_draft(first).await];
        outcomes.extend(join_all(drafts.map(|draft| self.submit_noted_draft(draft))).await);
        outcomes
    }

    /// Returns true if the item was scanned again after its listings were composed.
    async fn has_new_scans(&self, item: &ItemDetails) -> Result<bool, JournalError> {
        let now = self.journal.input_items(&self.job, &[item.input.upc]).await?.into_iter().next();
        Ok(now.is_some_and(|now| now.copy_groups() != item.input.copy_groups()))
    }

    /// Sets the quantity to the copies that were scanned before the submission began; later copies are drafted later.
    async fn with_scanned_quantity(&self, listing: &Listing, upc: Upc) -> Result<Listing, JournalError> {
        if !self.spec.is_scan_session() {
            return Ok(listing.clone());
        }
        let projection = self.journal.projection(&self.job).await?;
        let scanned = projection.read().scans.drafted_copies(upc);
        Ok(scanned.map_or_else(|| listing.clone(), |copies| listing.with_quantity(copies)))
    }

    /// Returns the number of copies in the item's drafts at this destination, from the ledger.
    pub(super) async fn drafted_copies(&self, upc: Upc) -> Result<DraftedCopies, JournalError> {
        Ok(DraftedCopies::from_recorded(&self.recorded_drafts(upc).await?))
    }

    /// Returns the item's drafts at this destination, from the ledger.
    pub(super) async fn recorded_drafts(&self, upc: Upc) -> Result<Vec<RecordedDraft>, JournalError> {
        let Some(seller) = self.sink.seller() else { return Ok(Vec::new()) };
        let entries =
            self.journal.ledger_entries_for_upc(seller, &self.spec.site.ledger_name(self.sink.name()), upc).await?;
        let recorded = entries.into_iter().map(|LedgerEntry { sku, payload, .. }| {
            let entry = self.sink.parse_recorded(&sku, &payload);
            let quantity = entry.as_ref().map_or(1, |entry| entry.quantity);
            RecordedDraft { sku, quantity, draft: entry.map(|entry| entry.draft), payload }
        });
        Ok(recorded.collect())
    }

    async fn submit_one_draft(&self, listing: Listing) -> (Sku, Result<ItemOutcome, ItemError>) {
        (listing.sku().clone(), self.submit_draft(&listing).await)
    }

    /// Submits one of several drafts, and adds the notes of its listing.
    async fn submit_noted_draft(&self, listing: Listing) -> (Sku, Result<ItemOutcome, ItemError>) {
        let submitted = self.submit_draft(&listing).await;
        let notes = [listing.cut_text_note(), listing.photo_note()].map(|note| note.map(str::to_owned));
        let submitted = submitted.map(|outcome| {
            let outcome = notes.into_iter().flatten().fold(outcome, ItemOutcome::append_note);
            ItemOutcome { groups: vec![listing.drafted_group()], ..outcome }
        });
        (listing.sku().clone(), submitted)
    }

    async fn submit_draft(&self, listing: &Listing) -> Result<ItemOutcome, ItemError> {
        match self.sink.create_draft(listing).await {
            Ok(DraftResult::Created { draft, note }) => {
                Ok(ItemOutcome { note, ..ItemOutcome::succeeded(self.sink.item_status(), Some(draft)) })
            }
            Ok(DraftResult::Unchanged { draft, reason }) => {
                Ok(ItemOutcome::succeeded(Status::AlreadyDrafted, Some(draft)).with_note(reason))
            }
            Ok(DraftResult::ExistsElsewhere(conflict)) => Err(ItemError::Skipped(conflict.to_string())),
            Ok(DraftResult::Uncertain(message)) => {
                Err(ItemError::NeedsReview(format!("{}: {message}", self.sink.name())))
            }
            Ok(DraftResult::Rejected(message)) => Err(ItemError::Failed(format!("{}: {message}", self.sink.name()))),
            Err(error) => Err(error.into()),
        }
    }
}

/// Review reason for differing copies of which one was scanned or retracted while their drafts were being created.
const SCANNED_MEANWHILE_MESSAGE: &str =
    "a copy was scanned or undone while the drafts were made: accept the item to draft all copies as they are now";
