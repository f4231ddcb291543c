//! What the ledger keeps of a draft at eBay: what was sent, what was about to be sent, and eBay's number of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::content::Content;
use super::fingerprint::Fingerprint;

/// One draft's line in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) title: String,
    /// What eBay has taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<Sent>,
    /// What is on its way: after a crash or a lost answer eBay may hold it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) intended: Option<Sent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) offer_id: Option<String>,
    /// How many copies it stood for at eBay where it was left as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stands: Option<u32>,
}

/// Both halves, by their fingerprints: what was sent, what is wanted, or what eBay holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) item: Fingerprint,
    pub(super) offer: Fingerprint,
}

impl Sent {
    pub(super) fn of(content: &Content) -> Self {
        Self { item: Fingerprint::of(&content.item), offer: Fingerprint::of(&content.offer) }
    }

    /// Where `held` is not what this says: a person has edited it. What `wanted` says for the first time, and somebody
    /// has filled in before, is his too.
    pub(super) fn edits(&self, wanted: &Self, held: &Self) -> Vec<String> {
        edits(&[self], wanted, held)
    }

    /// EBay gave an offer that came without a description the item's.
    fn described(mut self) -> Self {
        let of_item = self.item.get("product.description").map(str::to_owned);
        if let Some(text) = of_item.filter(|_| self.offer.get("listingDescription").is_none()) {
            self.offer.set("listingDescription", &text);
        }
        self
    }

    fn copies(&self) -> u32 {
        self.offer.get("availableQuantity").and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

impl Record {
    /// True where nothing is known of what was sent: another machine made the draft, or our ledger is gone.
    pub(super) fn is_blank(&self) -> bool {
        self.sent.is_none() && self.intended.is_none()
    }

    /// Where what eBay holds is nothing that we ever sent. Each half for itself, since an interrupted change may have
    /// reached one of them.
    pub(super) fn edits(&self, wanted: &Sent, held: &Sent) -> Vec<String> {
        edits(&self.known().collect::<Vec<_>>(), wanted, held)
    }

    /// The paths of the item, and those of the offer, that were sent once, still stand there, and are wanted no more.
    pub(super) fn left_over(&self, wanted: &Sent, held: &Sent) -> [BTreeSet<String>; 2] {
        let item = self.known().flat_map(|sent| held.item.left_over(&sent.item, &wanted.item));
        let offer = self.known().flat_map(|sent| held.offer.left_over(&sent.offer, &wanted.offer));
        [item.collect(), offer.collect()]
    }

    /// How many copies it stands for; the most, where that is not certain.
    pub(super) fn copies(&self) -> u32 {
        self.known().map(Sent::copies).chain(self.stands).max().unwrap_or(1)
    }

    fn known(&self) -> impl Iterator<Item = &Sent> {
        [self.sent.as_ref(), self.intended.as_ref()].into_iter().flatten()
    }

    /// Reads a line of the ledger.
    pub(super) fn read(row: Value) -> Result<Self, String> {
        let record = serde_json::from_value::<Self>(row);
        let record = record.map_err(|error| format!("a row of the ledger cannot be read: {error}"))?;
        let described = |sent: Option<Sent>| sent.map(Sent::described);
        Ok(Self { sent: described(record.sent), intended: described(record.intended), ..record })
    }

    pub(super) fn row(&self) -> Value {
        // A record is plain data with text keys, which JSON always takes.
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn edits(known: &[&Sent], wanted: &Sent, held: &Sent) -> Vec<String> {
    let of = |half: fn(&Sent) -> &Fingerprint| {
        let known = known.iter().map(|sent| half(sent)).collect::<Vec<_>>();
        let changed = known.iter().map(|sent| sent.differences(half(held))).min_by_key(Vec::len).unwrap_or_default();
        let filled_in = half(wanted).unknown_to(&known).contradicted_by(half(held));
        [changed, filled_in].concat()
    };
    [of(|sent| &sent.item), of(|sent| &sent.offer)].concat()
}
