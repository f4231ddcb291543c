//! What the ledger keeps of a draft at eBay: what was sent, what was about to be sent, and eBay's number of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fingerprint::DocumentFingerprint;
use super::payload::DraftPayload;

/// One draft's line in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SyncRecord {
    pub(super) title: String,
    /// What eBay has taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<DraftFingerprints>,
    /// What is on its way: after a crash or a lost answer eBay may hold it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) intended: Option<DraftFingerprints>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) offer_id: Option<String>,
    /// How many copies it stood for at eBay where it was left as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "stands")]
    pub(super) remote_quantity: Option<u32>,
}

/// Both halves, by their fingerprints: what was sent, what is wanted, or what eBay holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct DraftFingerprints {
    pub(super) item: DocumentFingerprint,
    pub(super) offer: DocumentFingerprint,
}

impl DraftFingerprints {
    pub(super) fn from_payload(content: &DraftPayload) -> Self {
        Self {
            item: DocumentFingerprint::from_document(&content.item),
            offer: DocumentFingerprint::from_document(&content.offer),
        }
    }

    /// Where `held` is not what this says: a person has edited it. What `wanted` says for the first time, and somebody
    /// has filled in before, is his too.
    pub(super) fn remote_edits(&self, wanted: &Self, held: &Self) -> Vec<String> {
        find_edits(&[self], wanted, held)
    }

    /// EBay gave an offer that came without a description the item's.
    fn with_description(mut self) -> Self {
        let of_item = self.item.get("product.description").map(str::to_owned);
        if let Some(text) = of_item.filter(|_| self.offer.get("listingDescription").is_none()) {
            self.offer.set("listingDescription", &text);
        }
        self
    }

    fn quantity(&self) -> u32 {
        self.offer.get("availableQuantity").and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

impl SyncRecord {
    /// True where nothing is known of what was sent: another machine made the draft, or our ledger is gone.
    pub(super) fn is_unknown(&self) -> bool {
        self.sent.is_none() && self.intended.is_none()
    }

    /// Where what eBay holds is nothing that we ever sent. Each half for itself, since an interrupted change may have
    /// reached one of them.
    pub(super) fn remote_edits(&self, wanted: &DraftFingerprints, held: &DraftFingerprints) -> Vec<String> {
        find_edits(&self.known_states().collect::<Vec<_>>(), wanted, held)
    }

    /// The paths of the item, and those of the offer, that were sent once, still stand there, and are wanted no more.
    pub(super) fn stale_paths(&self, wanted: &DraftFingerprints, held: &DraftFingerprints) -> [BTreeSet<String>; 2] {
        let item = self.known_states().flat_map(|sent| held.item.stale_paths(&sent.item, &wanted.item));
        let offer = self.known_states().flat_map(|sent| held.offer.stale_paths(&sent.offer, &wanted.offer));
        [item.collect(), offer.collect()]
    }

    /// How many copies it stands for; the most, where that is not certain.
    pub(super) fn quantity(&self) -> u32 {
        self.known_states().map(DraftFingerprints::quantity).chain(self.remote_quantity).max().unwrap_or(1)
    }

    fn known_states(&self) -> impl Iterator<Item = &DraftFingerprints> {
        [self.sent.as_ref(), self.intended.as_ref()].into_iter().flatten()
    }

    /// Reads a line of the ledger.
    pub(super) fn from_row(row: Value) -> Result<Self, String> {
        let record = serde_json::from_value::<Self>(row);
        let record = record.map_err(|error| format!("a row of the ledger cannot be read: {error}"))?;
        let described = |sent: Option<DraftFingerprints>| sent.map(DraftFingerprints::with_description);
        Ok(Self { sent: described(record.sent), intended: described(record.intended), ..record })
    }

    pub(super) fn to_row(&self) -> Value {
        // A record is plain data with text keys, which JSON always takes.
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn find_edits(known: &[&DraftFingerprints], wanted: &DraftFingerprints, held: &DraftFingerprints) -> Vec<String> {
    let of = |half: fn(&DraftFingerprints) -> &DocumentFingerprint| {
        let known = known.iter().map(|sent| half(sent)).collect::<Vec<_>>();
        let changed = known.iter().map(|sent| sent.differences(half(held))).min_by_key(Vec::len).unwrap_or_default();
        let filled_in = half(wanted).values_not_in(&known).conflicts_with(half(held));
        [changed, filled_in].concat()
    };
    [of(|sent| &sent.item), of(|sent| &sent.offer)].concat()
}
