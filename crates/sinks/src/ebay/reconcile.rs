//! Decides what to write for an item: nothing, the inventory item, the offer, or nothing because the draft is the
//! seller's.
//!
//! The seller's edits are preserved. A value that the seller changed, or filled in before Draft Maker had a value for it,
//! stays; the other values of the draft are updated. Additions are kept too. Live listings are never changed.

use std::collections::BTreeSet;

use super::bulk_retry::visibility_retry_policy;
use super::error::indeterminate_error;
use super::fingerprint::{DocumentFingerprint, join_changes};
use super::merge_patch;
use super::offers::{self, RemoteOffer, SkuOffers};
use super::payload::DraftPayload;
use super::remote_items::{self, RemoteItem};
use super::retrying_client::RetryingClient;
use super::sync_record::DraftFingerprints;
use super::upsert_item::{ChangePlan, OfferChange, OfferExistence, UpsertItem};
use ebay::EbayError;
use retry::RetryAdvice;

/// Differences between an offer on eBay and the listing.
struct DraftChanges {
    /// Descriptions of the changes of the item.
    item: Vec<String>,
    /// Descriptions of the changes of the offer.
    offer: Vec<String>,
    /// Paths in the item and the offer that Draft Maker sent earlier and that the listing no longer has.
    stale_paths: [BTreeSet<String>; 2],
}

impl DraftChanges {
    /// Compares the documents on eBay with the wanted values, and with the values to remove.
    fn new(wanted: &DraftFingerprints, remote: &DraftFingerprints, stale_paths: [BTreeSet<String>; 2]) -> Self {
        let [stale_of_item, stale_of_offer] = &stale_paths;
        Self {
            item: [remote.item.changes_to(&wanted.item), remote.item.describe_removals(stale_of_item)].concat(),
            offer: [remote.offer.changes_to(&wanted.offer), remote.offer.describe_removals(stale_of_offer)].concat(),
            stale_paths,
        }
    }

    fn is_empty(&self) -> bool {
        self.item.is_empty() && self.offer.is_empty()
    }

    fn describe(&self) -> String {
        join_changes(self.item.iter().chain(&self.offer))
    }
}

impl UpsertItem {
    /// Compares the payload with the state on eBay, and plans the writes.
    pub(super) fn plan_changes(&mut self) {
        let Some(payload) = self.payload.clone() else { return };
        self.record.offer_id = self.remote_offers.own.as_ref().map(|offer| offer.id().to_owned());
        if let Some(why) = self.remote_offers.write_blocker() {
            return self.mark_blocked(format!("{why}, so the draft was not changed"));
        }
        match self.remote_offers.own.clone() {
            None => self.plan_creation(payload),
            Some(offer) => self.plan_update(payload, offer),
        }
    }

    /// Plans the draft of an item without an offer. The seller cannot have edited it, and it cannot be live.
    fn plan_creation(&mut self, payload: DraftPayload) {
        let wanted = DocumentFingerprint::from_document(&payload.item);
        let remote_item = self.remote_item.as_ref().map(DocumentFingerprint::from_document);
        let is_up_to_date = remote_item.is_some_and(|remote_item| wanted.is_subset_of(&remote_item));
        self.plan = ChangePlan { item: (!is_up_to_date).then_some(payload.item), offer: OfferChange::Create };
    }

    #[expect(clippy::needless_pass_by_value, reason = "the plan takes the place of what it was made of")]
    fn plan_update(&mut self, payload: DraftPayload, offer: RemoteOffer) {
        let wanted = DraftFingerprints::from_payload(&payload);
        let remote = self.remote_fingerprints(&offer);
        let changes = DraftChanges::new(&wanted, &remote, self.record.stale_paths(&wanted, &remote));
        if changes.is_empty() {
            return self.mark_unchanged();
        }
        if self.record.is_unknown() {
            let why = "eBay already has a draft of this item that was not created from this data folder, so the draft \
                       was not changed";
            let fix = format!(
                "to use the values of this run, run `draft-maker drafts --delete {}`, then the list again",
                self.sku()
            );
            return self.mark_skipped(format!("{why} ({}); {fix}", changes.describe()));
        }
        let edits = self.record.remote_edits(&wanted, &remote);
        if edits.is_empty() {
            self.notes.push(format!("changed: {}", changes.describe()));
            return self.plan_merged_documents(&payload, &offer, &changes);
        }
        let remaining = DraftPayload {
            item: merge_patch::without_paths(&payload.item, &edits.item),
            offer: merge_patch::without_paths(&payload.offer, &edits.offer),
        };
        let remaining_values = DraftFingerprints::from_payload(&remaining);
        let changes = DraftChanges::new(&remaining_values, &remote, changes.stale_paths);
        if changes.is_empty() {
            let edits = edits.describe();
            return self.mark_skipped(format!("the draft was edited on eBay, and your values stay ({edits})"));
        }
        self.notes.push(format!("changed: {}", changes.describe()));
        self.notes.push(format!("edited on eBay, so kept: {}", edits.describe()));
        self.seller_edits = edits;
        self.plan_merged_documents(&remaining, &offer, &changes);
    }

    /// Plans the documents to send, including the seller's additions.
    fn plan_merged_documents(&mut self, payload: &DraftPayload, offer: &RemoteOffer, changes: &DraftChanges) {
        let [stale_of_item, stale_of_offer] = &changes.stale_paths;
        let mut added = Vec::new();
        if !changes.item.is_empty() {
            let remote_item = self.remote_item.clone().unwrap_or_default();
            let merged = merge_patch::merge_item(&remote_item, &payload.item, stale_of_item);
            added.extend(merged.added_paths.into_iter().filter(|path| !self.seller_edits.item.contains(path)));
            self.plan.item = Some(merged.document);
        }
        if !changes.offer.is_empty() {
            let merged = merge_patch::merge_offer(&offer.content, &payload.offer, stale_of_offer);
            added.extend(merged.added_paths.into_iter().filter(|path| !self.seller_edits.offer.contains(path)));
            self.plan.offer = OfferChange::Update { id: offer.id().to_owned(), document: merged.document };
        }
        if !added.is_empty() {
            self.notes.push(format!("kept fields added on eBay: {}", added.join(", ")));
        }
    }

    /// Handles "the offer exists already" for an item that had no offer when the batch started: the answer to an
    /// earlier attempt was lost, or another machine of the same seller was faster. The seller cannot have edited the
    /// draft yet, so both documents are overwritten with the payload. If two machines write, the last one wins.
    ///
    /// `message` is eBay's text. If the offer only may exist and eBay shows none, the item is rejected with this text.
    pub(super) async fn reconcile_existing(
        &mut self,
        client: &RetryingClient,
        message: &str,
        existence: OfferExistence,
    ) {
        let fetched = match existence {
            OfferExistence::Certain => self.refetch_until_shown(client).await,
            OfferExistence::Possible => self.refetch_remote(client).await,
        };
        if let Err(why) = fetched {
            return self.mark_failed(indeterminate_error(why));
        }
        if let Some(why) = self.remote_offers.write_blocker() {
            return self.mark_blocked(self.reason_after_write(&why));
        }
        let Some((payload, offer)) = self.payload.clone().zip(self.remote_offers.own.clone()) else {
            let why = format!("{message}; eBay shows no offer of it; running the list again is safe");
            return match existence {
                OfferExistence::Certain => self.mark_failed(indeterminate_error(why)),
                OfferExistence::Possible => self.mark_rejected(why),
            };
        };
        let (wanted, remote) = (DraftFingerprints::from_payload(&payload), self.remote_fingerprints(&offer));
        self.record.offer_id = Some(offer.id().to_owned());
        if let Some(sent) = &self.record.sent {
            // The draft is older than this batch, so the seller may have edited it.
            let edits = sent.remote_edits(&wanted, &remote);
            if !edits.is_empty() {
                let why = format!("it was edited on eBay ({})", edits.describe());
                return self.mark_skipped(self.reason_after_write(&why));
            }
        }
        let item_changes = remote.item.changes_to(&wanted.item);
        let offer_changes = remote.offer.changes_to(&wanted.offer);
        if item_changes.is_empty() && offer_changes.is_empty() {
            let is_earlier_draft = self.record.sent.is_some() && !self.wrote_item;
            return if is_earlier_draft { self.mark_unchanged() } else { self.mark_created() };
        }
        self.plan.item = (!item_changes.is_empty()).then_some(payload.item);
        self.plan.offer = if offer_changes.is_empty() {
            OfferChange::Unchanged
        } else {
            OfferChange::Update { id: offer.id().to_owned(), document: payload.offer }
        };
        let changes = join_changes(item_changes.iter().chain(&offer_changes));
        self.notes.push(format!(
            "another machine created the draft at the same time; it was changed to match this batch: {changes}"
        ));
    }

    /// Fetches the state on eBay until it shows an offer. A new offer appears with a delay.
    async fn refetch_until_shown(&mut self, client: &RetryingClient) -> Result<(), String> {
        let mut retries = visibility_retry_policy().start();
        loop {
            self.refetch_remote(client).await?;
            if self.remote_offers != SkuOffers::default() || !retries.wait(RetryAdvice::Retry).await {
                return Ok(());
            }
        }
    }

    async fn refetch_remote(&mut self, client: &RetryingClient) -> Result<(), String> {
        let sku = self.sku().to_owned();
        let describe = |error: EbayError| format!("{error}; running the list again is safe");
        let items = remote_items::fetch_items(client, &[&sku]).await.map_err(describe)?;
        self.remote_item = match items.into_iter().next() {
            Some(RemoteItem::Present(item)) => Some(item),
            Some(RemoteItem::Unknown(_, message)) => {
                return Err(format!("cannot read what eBay has for this item: {message}"));
            }
            Some(RemoteItem::Absent) | None => None,
        };
        self.remote_offers = offers::fetch_offers(client, &sku).await.map_err(describe)?;
        Ok(())
    }

    fn reason_after_write(&self, why: &str) -> String {
        if self.wrote_item { format!("{why}; the inventory item was already written") } else { why.to_owned() }
    }

    /// Returns the fingerprints of both documents on eBay.
    pub(super) fn remote_fingerprints(&self, offer: &RemoteOffer) -> DraftFingerprints {
        let item = self.remote_item.as_ref().map(DocumentFingerprint::from_document).unwrap_or_default();
        DraftFingerprints { item, offer: offer.fingerprint() }
    }
}
