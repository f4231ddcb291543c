//! What is to be written of a piece: nothing, the item, the offer, or nothing because it is not ours to write.
//!
//! What a person has made of a draft is left as it is: a value of ours that he changed, a field that he filled in before
//! we had a word on it. What he only added stays in place under our changes. What is live is never touched.

use super::fingerprint::DocumentFingerprint;
use super::merge_patch;
use super::offers::RemoteOffer;
use super::sync_record::DraftFingerprints;
use super::upsert_item::{ChangePlan, OfferChange, UpsertItem};

impl UpsertItem {
    /// Compares what is to be with what is, and decides what to write.
    pub(super) fn plan_changes(&mut self) {
        let Some(content) = self.payload.clone() else { return };
        self.record.offer_id = self.remote_offers.own.as_ref().map(|offer| offer.id.clone());
        if let Some(why) = self.remote_offers.write_blocker() {
            return self.mark_skipped(format!("{why}, so it is left as it is"));
        }
        let wanted = DraftFingerprints::from_payload(&content);
        let Some(offer) = self.remote_offers.own.clone() else {
            // Without an offer there is nothing that a person could have made of it or that could be live.
            let is_so = self
                .remote_item
                .as_ref()
                .is_some_and(|held| wanted.item.is_subset_of(&DocumentFingerprint::from_document(held)));
            self.plan = ChangePlan { item: (!is_so).then_some(content.item), offer: OfferChange::Create };
            return;
        };
        let held = self.remote_fingerprints(&offer);
        let unwanted = self.record.stale_paths(&wanted, &held);
        let [item, of_offer] = [
            [held.item.changes_to(&wanted.item), held.item.describe_removals(&unwanted[0])].concat(),
            [held.offer.changes_to(&wanted.offer), held.offer.describe_removals(&unwanted[1])].concat(),
        ];
        if item.is_empty() && of_offer.is_empty() {
            return self.mark_unchanged();
        }
        let changes = [item.as_slice(), of_offer.as_slice()].concat().join("; ");
        if self.record.is_unknown() {
            let why = "eBay holds a draft of it that this machine did not make, so it is left as it is";
            return self.mark_skipped(format!("{why} (it would be: {changes})"));
        }
        let edits = self.record.remote_edits(&wanted, &held);
        if !edits.is_empty() {
            let edits = edits.join("; ");
            return self.mark_skipped(format!("somebody has edited it at eBay, so it is left as it is ({edits})"));
        }
        self.notes.push(format!("changed: {changes}"));
        let mut added = Vec::new();
        if !item.is_empty() {
            let held = self.remote_item.clone().unwrap_or_default();
            let over = merge_patch::merge_item(&held, &content.item, &unwanted[0]);
            added.extend(over.added_paths);
            self.plan.item = Some(over.document);
        }
        if !of_offer.is_empty() {
            let over = merge_patch::merge_offer(&offer.content, &content.offer, &unwanted[1]);
            added.extend(over.added_paths);
            self.plan.offer = OfferChange::Update { id: offer.id, document: over.document };
        }
        if !added.is_empty() {
            self.notes.push(format!("kept what was added at eBay: {}", added.join(", ")));
        }
    }

    /// Both halves as eBay holds them.
    pub(super) fn remote_fingerprints(&self, offer: &RemoteOffer) -> DraftFingerprints {
        let item = self.remote_item.as_ref().map(DocumentFingerprint::from_document).unwrap_or_default();
        DraftFingerprints { item, offer: offer.fingerprint() }
    }
}
