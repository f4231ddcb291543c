//! Drafts the lots of a job when their items are ready.

use std::collections::{BTreeMap, HashSet};

use super::existing_draft::EarlierLot;
use super::item_error::ItemError;
use super::item_pipeline::{ItemPipeline, ItemRun};
use super::lots::Lot;
use domain::event::{ItemEvent, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::listing::{Listing, LotTerms, join_missing_fields};
use domain::lot::LotOutcome;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::upc::Upc;
use store::journal::JournalError;

/// Maximum number of attempts to settle a lot whose items change in the meantime.
const MAX_SETTLE_ATTEMPTS: usize = 5;

/// The state of a lot, which follows from its items.
enum LotState<'a> {
    /// These items are already finished as part of the lot; they have to be queued again.
    Finished(Vec<Upc>),
    /// An item is still being processed.
    Pending,
    /// An item needs review or has failed.
    Blocked(FinishedItem),
    /// All items are ready, except those left out.
    Ready(ReadyLot<'a>),
}

/// An item that is finished without the draft of the lot.
#[derive(Clone, Copy)]
struct FinishedItem {
    upc: Upc,
    status: Status,
}

/// The content of a lot's draft.
struct ReadyLot<'a> {
    /// The first item carries the draft; the other items refer to it.
    items: Vec<&'a ItemDetails>,
    listings: Vec<Listing>,
    /// Items that are not part of the draft, by the operator's decision or because they have their own draft.
    left_out: Vec<FinishedItem>,
}

impl<'a> LotState<'a> {
    fn from_items(items: &'a [ItemDetails], ready: &BTreeMap<Upc, Vec<Listing>>) -> Self {
        let (mut finished, mut blocking, mut is_pending) = (Vec::new(), Vec::new(), false);
        let mut lot = ReadyLot { items: Vec::new(), listings: Vec::new(), left_out: Vec::new() };
        for item in items {
            let upc = item.input.upc;
            match (&item.outcome, ready.get(&upc)) {
                (None, Some(listings)) if !item.paused => {
                    lot.items.push(item);
                    lot.listings.extend(listings.iter().cloned());
                }
                (None, _) => is_pending = true,
                (Some(outcome), _) if outcome.lot.is_some() => finished.push(upc),
                (Some(outcome), _) => {
                    let is_blocking = matches!(outcome.status, Status::NeedsReview | Status::Failed);
                    let others = if is_blocking { &mut blocking } else { &mut lot.left_out };
                    others.push(FinishedItem { upc, status: outcome.status });
                }
            }
        }
        match blocking.first() {
            _ if !finished.is_empty() => Self::Finished(finished),
            _ if is_pending => Self::Pending,
            Some(item) => Self::Blocked(*item),
            None => Self::Ready(lot),
        }
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
            let Some(upc) = lot.items().first().copied() else { continue };
            let before = self.job_position().await?;
            let run = match self.settle_lot(&lot).await {
                Ok(run) => run,
                Err(error) => self.end_rejected(upc, error).await?,
            };
            if run != ItemRun::Finished || self.job_position().await? != before {
                runs.push((upc, run));
            }
        }
        Ok(runs)
    }

    async fn settle_lot(&self, lot: &Lot) -> Result<ItemRun, JournalError> {
        let _settling = lot.settling.lock().await;
        for _ in 1..MAX_SETTLE_ATTEMPTS {
            match self.try_settle_lot(lot).await {
                // An item was paused, canceled or edited after it was read. Nothing has been sent.
                Err(JournalError::InvalidTransition(step)) => tracing::debug!(lot = lot.name, %step, "an item changed"),
                settled => return settled,
            }
        }
        self.try_settle_lot(lot).await
    }

    async fn try_settle_lot(&self, lot: &Lot) -> Result<ItemRun, JournalError> {
        let read = |upcs: Vec<Upc>| async move { self.journal.item_details(&self.job, &upcs).await };
        let (details, ready) = lot.read_items(read).await?;
        if ready.is_empty() {
            return Ok(ItemRun::Finished);
        }
        match LotState::from_items(&details, &ready) {
            LotState::Finished(upcs) => {
                self.record_item_events(upcs.into_iter().map(|upc| (upc, ItemEvent::Requeued))).await?;
            }
            LotState::Pending => {}
            LotState::Blocked(item) => self.hold_lot(lot, item).await?,
            LotState::Ready(ready) => return self.draft_lot(lot, ready).await,
        }
        Ok(ItemRun::Finished)
    }

    /// Ends the ready items of a lot, which wait for another item.
    async fn hold_lot(&self, lot: &Lot, blocking: FinishedItem) -> Result<(), JournalError> {
        let FinishedItem { upc, status } = blocking;
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
    async fn draft_lot(&self, lot: &Lot, ready: ReadyLot<'_>) -> Result<ItemRun, JournalError> {
        let (Some(carrier), Some(code)) = (ready.items.first(), self.find_lot_code(lot).await?) else {
            return Ok(ItemRun::Finished);
        };
        let upc = carrier.input.upc;
        let outcome = match self.submit_lot(lot, code, &ready).await {
            Ok(outcome) => outcome,
            Err(ItemError::NeedsReview(why)) => ItemOutcome::needs_review(why),
            Err(ItemError::Failed(why)) => ItemOutcome::failed(why),
            Err(ItemError::Skipped(why)) => ItemOutcome::skipped(why),
            Err(ItemError::Deferred { until, why }) => return Ok(ItemRun::Deferred { upc, until, why }),
            Err(ItemError::Fatal(error)) => return Err(error),
        };
        if !outcome.status.is_success() {
            let blocking = FinishedItem { upc, status: outcome.status };
            self.record_item_events(std::iter::once((upc, ItemEvent::Finished { outcome }))).await?;
            lot.remove_items(&[upc]);
            self.hold_lot(lot, blocking).await?;
            return Ok(ItemRun::Finished);
        }
        let outcome = self.add_lot_notes(lot, &ready, outcome).await?;
        let shared = outcome_of_others(lot, upc, &outcome);
        let others = ready.items.iter().skip(1);
        let others = others.map(|item| (item.input.upc, ItemEvent::Finished { outcome: shared.clone() }));
        let all = std::iter::once((upc, ItemEvent::Finished { outcome })).chain(others);
        self.record_item_events(all).await?;
        lot.remove_items(&lot.items());
        Ok(ItemRun::Finished)
    }

    /// Returns the code under which the ledger stores a lot: that of its existing draft, or else a new one.
    async fn find_lot_code(&self, lot: &Lot) -> Result<Option<Upc>, JournalError> {
        let (new, Some(seller)) = (lot.new_code(), self.sink.seller()) else { return Ok(lot.new_code()) };
        let drafts = self.journal.existing_drafts(seller, &lot.possible_codes()).await?;
        let is_drafted = new.is_some_and(|code| drafts.iter().any(|draft| draft.upc == code));
        Ok(drafts.first().map(|draft| draft.upc).filter(|_| !is_drafted).or(new))
    }

    /// Submits the draft of a lot. Returns the outcome of its carrier.
    async fn submit_lot(&self, lot: &Lot, code: Upc, ready: &ReadyLot<'_>) -> Result<ItemOutcome, ItemError> {
        let items = &ready.items[..];
        let [carrier, _, ..] = items else { return Ok(lot.outcome_of_only_item(items)) };
        let listing = self.compose_lot(lot, code, carrier, &ready.listings).map_err(ItemError::NeedsReview)?;
        let recorded = self.recorded_drafts(code).await?;
        let listing = listing.with_known_skus(recorded.iter().map(|draft| draft.sku.clone()).collect());
        let announced = ItemEvent::DraftStarted { sku: listing.sku().clone(), title: listing.title().to_owned() };
        // From here on, no item can be paused or canceled, so that none is canceled with a copy in the draft.
        self.record_item_events(items.iter().map(|item| (item.input.upc, announced.clone()))).await?;
        // Only a new lot: the seller has seen the note of an earlier run.
        let unrecorded = if recorded.is_empty() { self.find_unrecorded(listing.lot_skus()).await? } else { Vec::new() };
        let replaced = self.withdraw_before_lot(items, code).await?;
        let outcome = self.submit_like_copies(code, &listing, &recorded).await?;
        let mut outcome = replaced.into_iter().chain(unrecorded).fold(outcome, ItemOutcome::append_note);
        if let Some(draft) = &mut outcome.draft {
            // The carrier's own price is only a part of the lot's.
            draft.price = draft.price.or(Some(listing.price()));
        }
        let notes = listing.notes().to_vec();
        Ok(notes.into_iter().filter(|_| outcome.status.is_success()).fold(outcome.clone(), ItemOutcome::append_note))
    }

    /// Composes the listing of a lot. The error is the reason why the carrier needs review.
    fn compose_lot(
        &self,
        lot: &Lot,
        code: Upc,
        carrier: &ItemDetails,
        listings: &[Listing],
    ) -> Result<Listing, String> {
        let terms = LotTerms {
            code,
            price_percent: self.policies.pricing.lot_percent,
            title: carrier.listing_edits.title.clone(),
            quantity: carrier.listing_edits.quantity.map(std::num::NonZeroU32::get),
        };
        let composed = Listing::compose_lot(listings, &terms, self.policies.categories, self.policies.template);
        let validated = composed.and_then(|listing| match self.sink.validate(&listing) {
            missing if missing.is_empty() => Ok(listing),
            missing => Err(missing),
        });
        validated.map_err(|missing| format!("the lot {:?}: {}", lot.name, join_missing_fields(&missing)))
    }

    /// Adds notes about the items in a lot's draft, the items left out, and the items that have their own drafts.
    async fn add_lot_notes(
        &self,
        lot: &Lot,
        ready: &ReadyLot<'_>,
        outcome: ItemOutcome,
    ) -> Result<ItemOutcome, JournalError> {
        let items = &ready.items;
        let upcs = items.iter().map(|item| item.input.upc).collect::<Vec<_>>();
        let names = upcs.iter().skip(1).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut notes = vec![format!("lot {:?} of {} items: with {names}", lot.name, items.len())];
        let left_out = ready.left_out.iter();
        notes.extend(
            left_out.map(|FinishedItem { upc, status }| format!("the lot is without {upc}, which is {status}")),
        );
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
        notes.extend(self.earlier_lot_notes(&upcs, outcome.draft.as_ref()).await?);
        let outcome = notes.into_iter().fold(outcome, ItemOutcome::append_note);
        Ok(ItemOutcome { lot: Some(lot.outcome_of_item(false)), ..outcome })
    }

    /// Returns notes about the earlier lots that include items of a lot with this draft, one for each earlier lot.
    async fn earlier_lot_notes(&self, upcs: &[Upc], draft: Option<&Draft>) -> Result<Vec<String>, JournalError> {
        let Some(draft) = draft else { return Ok(Vec::new()) };
        let mut lots = Vec::<(EarlierLot, Vec<Upc>)>::new();
        for upc in upcs {
            for lot in self.find_earlier_lots(*upc, Some(&draft.sku)).await? {
                match lots.iter_mut().find(|(known, _)| known.sku == lot.sku) {
                    Some((_, included)) => included.push(*upc),
                    None => lots.push((lot, vec![*upc])),
                }
            }
        }
        Ok(lots.iter().map(|(lot, upcs)| lot.note(upcs)).collect())
    }

    async fn job_position(&self) -> Result<Seq, JournalError> {
        Ok(self.journal.projection(&self.job).await?.read().position)
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
