//! What the ledger keeps of a draft at eBay: what was sent, what was about to be sent, and eBay's number of it.

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
}

/// Both halves, by their fingerprints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) item: Fingerprint,
    pub(super) offer: Fingerprint,
}

impl Sent {
    pub(super) fn of(content: &Content) -> Self {
        Self { item: Fingerprint::of(&content.item), offer: Fingerprint::of(&content.offer) }
    }
}

impl Record {
    /// Where what eBay holds is nothing that we ever sent: a person has edited it. Each half for itself, since an
    /// interrupted change may have reached one of them.
    pub(super) fn edits(&self, item: &Fingerprint, offer: &Fingerprint) -> Vec<String> {
        let known = [self.sent.as_ref(), self.intended.as_ref()];
        let of = |half: fn(&Sent) -> &Fingerprint, held: &Fingerprint| {
            let known = known.into_iter().flatten().map(|sent| half(sent).differences(held));
            known.min_by_key(Vec::len).unwrap_or_default()
        };
        of(|sent| &sent.item, item).into_iter().chain(of(|sent| &sent.offer, offer)).collect()
    }

    /// Reads a line of the ledger.
    pub(super) fn read(row: Value) -> Result<Self, String> {
        serde_json::from_value(row).map_err(|error| format!("a row of the ledger cannot be read: {error}"))
    }

    pub(super) fn row(&self) -> Value {
        // A record is plain data with text keys, which JSON always takes.
        serde_json::to_value(self).unwrap_or_default()
    }
}
