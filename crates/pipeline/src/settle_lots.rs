//! Drafts the lots of a job when their items are ready.

use std::collections::{BTreeMap, HashSet};

use super::item_error::ItemError;
use super::item_pipeline::{ItemPipeline, ItemRun};
use super::lots::Lot;
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::listing::{Listing, LotTerms, MissingField};
use domain::lot::LotOutcome;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::upc::Upc;
use store::journal::JournalError;

/// The progress of the items in a lot.
#[derive(Default)]
struct LotProgress {
    /// Already finished as part of the lot; they have to be queued again.
    settled: Vec<Upc>,
    /// Items that need review or have failed.
    blocking: Vec<(Upc, Status)>,
    /// Items that are not part of the draft, by the operator's decision or because they have their own draft.
    left_out: Vec<(Upc, Status)>,
    is_pending: bool,
}

impl LotProgress {
    fn from_items(details: &[ItemDetails], lot: &Lot) -> Self {
        let mut progress = Self::default();
        let ready = lot.ready_listings();
        for item in details {
            let upc = item.input.upc;
            match &item.outcome {
                None if item.paused || !ready.contains_key(&upc) => progress.is_pending = true,
                None => {}
                Some(outcome) if outcome.lot.is_some() => progress.settled.push(upc),
                Some(outcome) if matches!(outcome.status, Status::NeedsReview | Status::Failed) => {
                    progress.blocking.push((upc, outcome.status));
                }
                Some(outcome) => progress.left_out.push((upc, outcome.status)),
            }
        }
        progress
    }
}

/// The reason why a lot has no draft.
enum LotError {
    /// The outcome of the item that carries the draft.
    Carrier(ItemOutcome),
    Deferred(ItemRun),
    /// A step cannot be recorded; the whole run stops.
    Fatal(JournalError),
}

impl From<JournalError> for LotError {
    fn from(error: JournalError) -> Self {
        Self::Fatal(error)
    }
}

impl ItemPipeline {
    /// Adds a composed item to its lot. [`Self::settle_lots_of`] drafts the lot.
    ///
    /// # Errors
    /// Returns [`ItemError::Failed`] if the rows of the item name different lots.
    pub(super) fn join_lot(&self, item: &ItemDetails, listings: Vec<Listing>) -> Result<(), ItemError> {
        let upc = item.input.upc;
        let lots = item.lots();
        if lots.len() > 1 {
            let names = lots.iter().map(|name| name.as_deref().unwrap_or("none")).collect::<Vec<_>>().join(", ");
            return Err(ItemError::Failed(format!(
                "its rows name different lots ({names}): give all rows of a barcode the same lot, then run the list again"
            )));
        }
        // An edited quantity applies to the lot.
        let listings = match &listings[..] {
            [only] => vec![only.with_quantity(item.input.copies)],
            _ => listings,
        };
        for lot in &self.lots.lots_of(upc) {
            lot.add_listings(upc, listings.clone());
        }
        Ok(())
    }

    /// Drafts the lots of an item if all their other items are ready.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a step cannot be recorded.
    pub(super) async fn settle_lots_of(&self, upc: Upc) -> Result<ItemRun, JournalError> {
        let mut run = ItemRun::Finished;
        for lot in self.lots.lots_of(upc) {
            if let deferred @ ItemRun::Deferred { .. } = self.settle_lot(&lot).await? {
                run = deferred;
            }
        }
        Ok(run)
    }

    /// Settles waiting lots when no item is running, except lots with a deferred item: one of their items may have
    /// been canceled. Returns the runs that made progress.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a step cannot be recorded.
    pub(super) async fn settle_waiting_lots(
        &self,
        deferred: &HashSet<Upc>,
    ) -> Result<Vec<(Upc, ItemRun)>, JournalError> {
        let mut runs = Vec::new();
        let waiting = self.lots.waiting_lots().into_iter();
        for lot in waiting.filter(|lot| !lot.items().iter().any(|upc| deferred.contains(upc))) {
            let before = lot.ready_listings().len();
            let run = self.settle_lot(&lot).await?;
            let is_deferred = matches!(run, ItemRun::Deferred { .. });
            let items = lot.items();
            if let Some(upc) = items.first().filter(|_| is_deferred || lot.ready_listings().len() < before) {
                runs.push((*upc, run));
            }
        }
        Ok(runs)
    }

    async fn settle_lot(&self, lot: &Lot) -> Result<ItemRun, JournalError> {
        let _settling = lot.settling.lock().await;
        let details = self.journal.item_details(&self.job, &lot.items()).await?;
        let done = details.iter().filter(|item| item.outcome.is_some()).map(|item| item.input.upc);
        lot.remove_items(&done.collect::<Vec<_>>());
        let ready = lot.ready_listings();
        if ready.is_empty() {
            return Ok(ItemRun::Finished);
        }
        let progress = LotProgress::from_items(&details, lot);
        if !progress.settled.is_empty() {
            let requeued = progress.settled.iter().map(|upc| (*upc, ItemEvent::Requeued));
            self.record_item_events(requeued).await?;
            return Ok(ItemRun::Finished);
        }
        if progress.is_pending {
            return Ok(ItemRun::Finished);
        }
        if let Some(blocking) = progress.blocking.first() {
            self.hold_lot(lot, *blocking).await?;
            return Ok(ItemRun::Finished);
        }
        let items = details.iter().filter(|item| ready.contains_key(&item.input.upc)).collect::<Vec<_>>();
        self.draft_lot(lot, &items, &ready, &progress.left_out).await
    }

    /// Ends the ready items of a lot, which wait for another item.
    async fn hold_lot(&self, lot: &Lot, (upc, status): (Upc, Status)) -> Result<(), JournalError> {
        let fix = match status {
            Status::NeedsReview => "needs review: decide about it, and the lot is drafted",
            Status::Skipped => "was skipped",
            _ => "failed: retry it, or run the list again",
        };
        let why = format!("the lot {:?} waits for {upc}, which {fix}", lot.name);
        let outcome = ItemOutcome { lot: Some(lot.outcome_of_item(true)), ..ItemOutcome::skipped(why) };
        let ready = lot.ready_listings().into_keys().collect::<Vec<_>>();
        let held = ready.iter().map(|upc| (*upc, ItemEvent::Finished { outcome: outcome.clone() }));
        self.record_item_events(held).await?;
        lot.remove_items(&ready);
        Ok(())
    }

    /// Drafts a lot. The first item carries the draft; the other items refer to it.
    async fn draft_lot(
        &self,
        lot: &Lot,
        items: &[&ItemDetails],
        ready: &BTreeMap<Upc, Vec<Listing>>,
        left_out: &[(Upc, Status)],
    ) -> Result<ItemRun, JournalError> {
        let (Some(carrier), Some(code)) = (items.first(), lot.ledger_code()) else { return Ok(ItemRun::Finished) };
        let upc = carrier.input.upc;
        let listings =
            items.iter().filter_map(|item| ready.get(&item.input.upc)).flatten().cloned().collect::<Vec<_>>();
        let outcome = match self.submit_lot(lot, items, (code, &listings)).await {
            Ok(outcome) | Err(LotError::Carrier(outcome)) => outcome,
            Err(LotError::Fatal(error)) => return Err(error),
            Err(LotError::Deferred(run)) => return Ok(run),
        };
        if !outcome.status.is_success() {
            let status = outcome.status;
            self.record_item_events([(upc, ItemEvent::Finished { outcome })].into_iter()).await?;
            lot.remove_items(&[upc]);
            self.hold_lot(lot, (upc, status)).await?;
            return Ok(ItemRun::Finished);
        }
        let outcome = self.note_lot(lot, items, left_out, outcome).await?;
        let shared = outcome_of_others(lot, upc, &outcome);
        let others = items.iter().skip(1).map(|item| (item.input.upc, ItemEvent::Finished { outcome: shared.clone() }));
        let all = std::iter::once((upc, ItemEvent::Finished { outcome })).chain(others);
        self.record_item_events(all).await?;
        lot.remove_items(&lot.items());
        Ok(ItemRun::Finished)
    }

    async fn submit_lot(
        &self,
        lot: &Lot,
        items: &[&ItemDetails],
        (code, listings): (Upc, &[Listing]),
    ) -> Result<ItemOutcome, LotError> {
        let review = |why: String| LotError::Carrier(ItemOutcome::needs_review(why));
        let [carrier, _, ..] = items else { return Err(LotError::Carrier(lot.outcome_of_only_item(items))) };
        let terms = LotTerms {
            code,
            price_percent: self.policies.pricing.lot_percent,
            title: carrier.listing_edits.title.clone(),
            quantity: carrier.listing_edits.quantity.map(std::num::NonZeroU32::get),
        };
        let composed = Listing::compose_lot(listings, &terms, self.policies.categories, self.policies.template);
        let listing = composed.and_then(|listing| match self.sink.validate(&listing) {
            missing if missing.is_empty() => Ok(listing),
            missing => Err(missing),
        });
        let listing =
            listing.map_err(|missing| review(format!("the lot {:?}: {}", lot.name, join_missing(&missing))))?;
        let recorded = self.recorded_drafts(code).await?;
        let listing = listing.with_known_skus(recorded.iter().map(|draft| draft.sku.clone()).collect());
        let announced = ItemEvent::DraftStarted { sku: listing.sku().clone(), title: listing.title().to_owned() };
        self.record_event(carrier.input.upc, announced).await?;
        let submitted = async {
            let replaced = self.withdraw_before_lot(items, code).await?;
            let outcome = self.submit_like_copies(code, &listing, &recorded).await?;
            Ok(replaced.into_iter().fold(outcome, ItemOutcome::append_note))
        };
        let outcome = submitted.await.map_err(|error| match error {
            ItemError::Deferred { until, why } => {
                LotError::Deferred(ItemRun::Deferred { upc: carrier.input.upc, until, why })
            }
            ItemError::Fatal(error) => LotError::Fatal(error),
            ItemError::NeedsReview(why) => review(why),
            ItemError::Skipped(why) => LotError::Carrier(ItemOutcome::skipped(why)),
            ItemError::Failed(why) => LotError::Carrier(ItemOutcome::failed(why)),
        })?;
        let notes = listing.notes().to_vec();
        Ok(notes.into_iter().filter(|_| outcome.status.is_success()).fold(outcome.clone(), ItemOutcome::append_note))
    }

    /// Adds notes about the items in a lot's draft, the items left out, and the items that have their own drafts.
    async fn note_lot(
        &self,
        lot: &Lot,
        items: &[&ItemDetails],
        left_out: &[(Upc, Status)],
        outcome: ItemOutcome,
    ) -> Result<ItemOutcome, JournalError> {
        let upcs = items.iter().map(|item| item.input.upc).collect::<Vec<_>>();
        let names = upcs.iter().skip(1).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut notes = vec![format!("lot {:?} of {} items: with {names}", lot.name, items.len())];
        notes.extend(left_out.iter().map(|(upc, status)| format!("the lot is without {upc}, which is {status}")));
        if let Some(seller) = self.sink.seller() {
            let own = self.journal.existing_drafts(seller, &upcs).await?;
            let withdrawn = items.iter().flat_map(|item| item.earlier_own_drafts()).collect::<Vec<_>>();
            notes.extend(own.iter().filter(|draft| !withdrawn.contains(&&draft.sku)).map(|draft| {
                format!(
                    "{} also has a separate draft, {}: delete that draft if it is for the same \
                         copy",
                    draft.upc, draft.sku
                )
            }));
        }
        let outcome = notes.into_iter().fold(outcome, ItemOutcome::append_note);
        Ok(ItemOutcome { lot: Some(lot.outcome_of_item(false)), ..outcome })
    }

    async fn record_item_events(&self, steps: impl Iterator<Item = (Upc, ItemEvent)>) -> Result<(), JournalError> {
        let events = steps.map(|(upc, item_event)| JobEvent::Item { upc, item_event }).collect();
        self.journal.append_events(&self.job, events).await.map(drop)
    }
}

impl Lot {
    /// Returns the outcome of the only item in a lot. The item is drafted when a list or an edit adds another one.
    fn outcome_of_only_item(&self, items: &[&ItemDetails]) -> ItemOutcome {
        let (name, upc) = (&self.name, items.first().map(|item| item.input.upc.to_string()).unwrap_or_default());
        let why = format!(
            "the lot {name:?} has no other item: add one with draft-maker edit UPC --lot {name:?}, or sell this one alone with \
             draft-maker edit {upc} --lot none"
        );
        ItemOutcome { lot: Some(self.outcome_of_item(true)), ..ItemOutcome::needs_review(why) }
    }

    fn outcome_of_item(&self, is_waiting: bool) -> LotOutcome {
        LotOutcome { name: self.name.clone(), is_waiting }
    }
}

/// Returns the outcome of the items that do not carry the draft; they refer to the carrier's draft.
fn outcome_of_others(lot: &Lot, carrier: Upc, outcome: &ItemOutcome) -> ItemOutcome {
    let status = if outcome.status == Status::DryRun { Status::DryRun } else { Status::AlreadyDrafted };
    let draft = outcome.draft.clone().map(|draft| Draft { price: None, ..draft });
    let note = format!("in the lot {:?}: its draft is that of {carrier}", lot.name);
    ItemOutcome { lot: Some(lot.outcome_of_item(false)), ..ItemOutcome::succeeded(status, draft).with_note(note) }
}

fn join_missing(missing: &[MissingField]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
