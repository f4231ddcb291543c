//! An offer is there though none was seen: the answer to an earlier try was lost, or another machine of the same seller
//! was quicker. Either way no person can have edited it yet, so what stands there is made the same in both halves: of two
//! machines, the one that writes last.

use super::super::draft_sink::SinkError;
use super::context::InventoryContext;
use super::inventory::InventorySink;
use super::offers;
use super::remote_items::{self, RemoteItem};
use super::sync_record::DraftFingerprints;
use super::upsert_item::{OfferChange, UpsertItem};
use ebay::EbayError;

impl UpsertItem {
    /// Looks anew and plans what is left to write.
    pub(super) async fn reconcile_existing(&mut self, shop: &InventoryContext) {
        if let Err(why) = self.refetch_remote(shop).await {
            return self.mark_failed(SinkError::Indeterminate { sink: InventorySink::NAME, why });
        }
        if let Some(why) = self.remote_offers.write_blocker() {
            return self.mark_skipped(self.late_reason(&why));
        }
        let Some((content, offer)) = self.payload.clone().zip(self.remote_offers.own.clone()) else {
            let why = "eBay says that an offer exists and shows none; running the list again is safe";
            return self.mark_failed(SinkError::Indeterminate { sink: InventorySink::NAME, why: why.to_owned() });
        };
        let (wanted, held) = (DraftFingerprints::from_payload(&content), self.remote_fingerprints(&offer));
        self.record.offer_id = Some(offer.id.clone());
        if let Some(sent) = &self.record.sent {
            // It is older than this round, so a person may have been there.
            let edits = sent.remote_edits(&wanted, &held);
            if !edits.is_empty() {
                return self
                    .mark_skipped(self.late_reason(&format!("somebody has edited it at eBay ({})", edits.join("; "))));
            }
        }
        let changes = [held.item.changes_to(&wanted.item), held.offer.changes_to(&wanted.offer)];
        if changes.iter().all(Vec::is_empty) {
            return self.mark_created();
        }
        let [item, offer_changes] = &changes;
        self.plan.item = (!item.is_empty()).then_some(content.item);
        self.plan.offer = if offer_changes.is_empty() {
            OfferChange::Unchanged
        } else {
            OfferChange::Update { id: offer.id, document: content.offer }
        };
        let changes = changes.concat().join("; ");
        self.notes.push(format!("another machine drafted it at the same moment; made the same here: {changes}"));
    }

    async fn refetch_remote(&mut self, shop: &InventoryContext) -> Result<(), String> {
        let sku = self.sku().to_owned();
        let safe = |error: EbayError| format!("{error}; running the list again is safe");
        let seen = remote_items::fetch_items(&shop.client, &[&sku]).await.map_err(safe)?;
        self.remote_item = match seen.into_iter().next() {
            Some(RemoteItem::Present(item)) => Some(item),
            Some(RemoteItem::Unknown(message)) => {
                return Err(format!("it is not known what eBay holds of it: {message}"));
            }
            Some(RemoteItem::Absent) | None => None,
        };
        self.remote_offers = offers::fetch_offers(&shop.client, &sku).await.map_err(safe)?;
        Ok(())
    }

    fn late_reason(&self, why: &str) -> String {
        if self.wrote_item { format!("{why}; the item was written before that was seen") } else { why.to_owned() }
    }
}
