//! The ledger's record of a draft on eBay: the data that was sent, the data being sent, and the ID of the offer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::draft_sink::RecordedMatch;
use super::fingerprint::{DocumentFingerprint, join_changes};
use super::payload::DraftPayload;
use domain::money::Money;
use upstream::describe_json_error;

/// Path of the price in an offer.
const PRICE_PATH: &str = "pricingSummary.price.value";

/// Path of the number of copies in an offer.
const QUANTITY_PATH: &str = "availableQuantity";

/// Ledger entry of one draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SyncRecord {
    pub(super) title: String,
    /// Data that eBay has accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<DraftFingerprints>,
    /// Data being sent. After a crash or a lost answer, it may be on eBay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) intended: Option<DraftFingerprints>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) offer_id: Option<String>,
    /// Quantity on eBay of a draft that was not changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "stands")]
    pub(super) remote_quantity: Option<u32>,
}

/// Fingerprints of both documents of a draft: as sent, as wanted, or as they are on eBay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct DraftFingerprints {
    pub(super) item: DocumentFingerprint,
    pub(super) offer: DocumentFingerprint,
}

/// Values on eBay that the seller changed, or filled in before Draft Maker had a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SellerEdits {
    /// Paths in the item.
    pub(super) item: BTreeSet<String>,
    /// Paths in the offer.
    pub(super) offer: BTreeSet<String>,
    /// Descriptions of the changes: `price: 9.99 -> 12.5`.
    pub(super) changes: Vec<String>,
}

impl SellerEdits {
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn describe(&self) -> String {
        join_changes(&self.changes)
    }

    /// Returns whether the seller changed the price of the offer.
    pub(super) fn has_price(&self) -> bool {
        self.offer.contains(PRICE_PATH)
    }

    /// Returns whether the seller changed the quantity of the offer.
    pub(super) fn has_quantity(&self) -> bool {
        self.offer.contains(QUANTITY_PATH)
    }
}

impl DraftFingerprints {
    pub(super) fn from_payload(payload: &DraftPayload) -> Self {
        Self {
            item: DocumentFingerprint::from_document(&payload.item),
            offer: DocumentFingerprint::from_document(&payload.offer),
        }
    }

    /// Returns the seller's edits: values of `remote` that differ from those sent, and values that the seller filled in
    /// before `wanted` had one.
    pub(super) fn remote_edits(&self, wanted: &Self, remote: &Self) -> SellerEdits {
        find_edits(&[self], wanted, remote)
    }

    /// Adds the item's description to an offer that was sent without one, as eBay does.
    fn with_description(mut self) -> Self {
        let item_description = self.item.get("product.description").map(str::to_owned);
        if let Some(text) = item_description.filter(|_| self.offer.get("listingDescription").is_none()) {
            self.offer.set("listingDescription", &text);
        }
        self
    }

    fn quantity(&self) -> u32 {
        self.offer.get(QUANTITY_PATH).and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

impl SyncRecord {
    /// Returns whether it is unknown what was sent, because another machine created the draft or the ledger was lost.
    pub(super) fn is_unknown(&self) -> bool {
        self.sent.is_none() && self.intended.is_none()
    }

    /// Returns the seller's edits: values on eBay that were never sent. Compares the two documents separately, because
    /// an interrupted change may have reached only one of them.
    pub(super) fn remote_edits(&self, wanted: &DraftFingerprints, remote: &DraftFingerprints) -> SellerEdits {
        find_edits(&self.known_states().collect::<Vec<_>>(), wanted, remote)
    }

    /// Returns the paths in the item and the offer that were sent earlier, are unchanged on eBay, and are no longer
    /// wanted.
    pub(super) fn stale_paths(&self, wanted: &DraftFingerprints, remote: &DraftFingerprints) -> [BTreeSet<String>; 2] {
        let item = self.known_states().flat_map(|sent| remote.item.stale_paths(&sent.item, &wanted.item));
        let offer = self.known_states().flat_map(|sent| remote.offer.stale_paths(&sent.offer, &wanted.offer));
        [item.collect(), offer.collect()]
    }

    /// Returns the number of copies; if it is uncertain, the largest possible number.
    pub(super) fn quantity(&self) -> u32 {
        self.known_states().map(DraftFingerprints::quantity).chain(self.remote_quantity).max().unwrap_or(1)
    }

    /// Returns how closely the copies that were last sent match those of `wanted`.
    pub(super) fn compare_terms(&self, wanted: &DraftFingerprints) -> RecordedMatch {
        let Some(sent) = self.intended.as_ref().or(self.sent.as_ref()) else { return RecordedMatch::Different };
        let is_same = |path| sent.item.get(path) == wanted.item.get(path);
        RecordedMatch::from_parts(
            is_same("condition") && is_same("conditionDescription"),
            sent.offer.get(PRICE_PATH) == wanted.offer.get(PRICE_PATH),
        )
    }

    /// Returns the price that eBay accepted.
    pub(super) fn price(&self) -> Option<Money> {
        self.sent.as_ref().and_then(|sent| sent.offer.price())
    }

    fn known_states(&self) -> impl Iterator<Item = &DraftFingerprints> {
        [self.sent.as_ref(), self.intended.as_ref()].into_iter().flatten()
    }

    /// Parses a ledger entry.
    ///
    /// # Errors
    /// Returns a message if the payload is not a record.
    pub(super) fn from_row(row: Value) -> Result<Self, String> {
        let record = serde_json::from_value::<Self>(row);
        let record =
            record.map_err(|error| format!("a row of the ledger cannot be read: {}", describe_json_error(&error)))?;
        let described = |sent: Option<DraftFingerprints>| sent.map(DraftFingerprints::with_description);
        Ok(Self { sent: described(record.sent), intended: described(record.intended), ..record })
    }

    pub(super) fn to_row(&self) -> Value {
        // This cannot fail: a record is plain data with text keys.
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn find_edits(known: &[&DraftFingerprints], wanted: &DraftFingerprints, remote: &DraftFingerprints) -> SellerEdits {
    let edits_of = |document: fn(&DraftFingerprints) -> &DocumentFingerprint| {
        let known = known.iter().map(|state| document(state)).collect::<Vec<_>>();
        let differing = known.iter().map(|state| (*state, state.differing_paths(document(remote))));
        let (mut paths, mut changes) = (BTreeSet::new(), Vec::new());
        if let Some((nearest, changed)) = differing.min_by_key(|(_, paths)| paths.len()) {
            changes.extend(nearest.describe_changes(&changed, document(remote)));
            paths.extend(changed);
        }
        let filled_in = document(wanted).values_not_in(&known).conflicting_paths(document(remote));
        changes.extend(DocumentFingerprint::default().describe_changes(&filled_in, document(remote)));
        paths.extend(filled_in);
        (paths, changes)
    };
    let (item, of_item) = edits_of(|draft| &draft.item);
    let (offer, of_offer) = edits_of(|draft| &draft.offer);
    SellerEdits { item, offer, changes: [of_item, of_offer].concat() }
}
