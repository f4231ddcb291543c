//! What we sent beside what eBay holds: the same fingerprints that tell a person's changes to a rerun, for people to read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::draft_manager::DraftManager;
use super::fingerprint::{DocumentFingerprint, child_path};
use super::merge_patch;
use super::offers::{self, SkuOffers};
use super::remote_items::{self, RemoteItem};
use super::sync_record::SyncRecord;
use domain::draft_diff::{DiffKind, DraftDiff, FieldDiff};
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::EbayError;

/// EBay's paths in the words of sellers.
const FIELD_LABELS: [(&str, &str); 16] = [
    ("product.title", "title"),
    ("product.description", "description"),
    ("product.imageUrls", "pictures"),
    ("product.upc", "UPC"),
    ("product.ean", "EAN"),
    ("condition", "condition"),
    ("availability.shipToLocationAvailability.quantity", "quantity"),
    ("availableQuantity", "quantity offered"),
    ("categoryId", "category"),
    ("listingDescription", "description offered"),
    ("pricingSummary.price.value", "price"),
    ("pricingSummary.price.currency", "currency"),
    ("listingPolicies.fulfillmentPolicyId", "shipping policy"),
    ("listingPolicies.paymentPolicyId", "payment policy"),
    ("listingPolicies.returnPolicyId", "return policy"),
    ("merchantLocationKey", "location"),
];

/// A text whose digest alone is kept, and that nobody can say any more.
const DIGEST_PLACEHOLDER: &str = "(a long text that is kept as its digest)";

impl DraftManager {
    /// Asks what eBay holds under a SKU and holds it against what the ledger says was sent. Nothing is written. `row` is
    /// the draft's line of the ledger; `listing` is what the item comes to now, which gives long texts their words.
    ///
    /// # Errors
    /// [`EbayError`] where eBay does not say for certain.
    pub async fn compare_draft(
        &self,
        sku: &Sku,
        row: Value,
        listing: Option<&Listing>,
    ) -> Result<DraftDiff, EbayError> {
        let record = SyncRecord::from_row(row).map_err(|what| EbayError::InvalidResponse { what })?;
        let seen = remote_items::fetch_items(&self.client, &[sku.as_str()]).await?.pop();
        let item = match seen {
            Some(RemoteItem::Present(item)) => item,
            Some(RemoteItem::Absent) => return Ok(diff_draft(sku, &record, None, &SkuOffers::default(), listing)),
            Some(RemoteItem::Unknown(what)) => return Err(EbayError::InvalidResponse { what }),
            None => return Err(EbayError::InvalidResponse { what: "no word of the item".to_owned() }),
        };
        let offers = offers::fetch_offers(&self.client, sku.as_str()).await?;
        Ok(diff_draft(sku, &record, Some(&item), &offers, listing))
    }
}

fn diff_draft(
    sku: &Sku,
    record: &SyncRecord,
    item: Option<&Value>,
    offers: &SkuOffers,
    listing: Option<&Listing>,
) -> DraftDiff {
    let offer = offers.own.as_ref();
    let state = match (item, offer) {
        (None, _) => "absent".to_owned(),
        (Some(_), None) => "no offer".to_owned(),
        (Some(_), Some(offer)) => offer.status.clone(),
    };
    let sent = record.sent.as_ref().or(record.intended.as_ref());
    let (of_item, of_offer) = sent.map(|sent| (sent.item.clone(), sent.offer.clone())).unwrap_or_default();
    let taken = record.sent.is_some();
    let item = item.map(merge_patch::writable_item).unwrap_or_default();
    let offered = offer.map(|offer| merge_patch::writable_offer(&offer.content)).unwrap_or_default();
    let mut fields = diff_document(&of_item, &item, taken, listing);
    fields.extend(diff_document(&of_offer, &offered, taken, listing));
    DraftDiff {
        sku: sku.to_string(),
        state,
        offer_id: offer.map(|offer| offer.id.clone()),
        listing_id: offer.and_then(|offer| offer.listing_id.clone()),
        compared_at: Timestamp::now(),
        fields,
    }
}

/// One half of a draft: every path that we sent, then what a person has added.
fn diff_document(ours: &DocumentFingerprint, held: &Value, taken: bool, listing: Option<&Listing>) -> Vec<FieldDiff> {
    let theirs = DocumentFingerprint::from_document(held);
    let mut texts = BTreeMap::new();
    flatten_values("", held, &mut texts);
    let added = theirs.extra_paths(ours).into_iter().collect::<BTreeSet<_>>();
    let paths = ours.paths().chain(added.iter().map(String::as_str));
    paths
        .map(|path| {
            let (sent, now) = (ours.get(path), theirs.get(path));
            let is = match (sent == now, taken) {
                (true, _) => DiffKind::Same,
                (false, true) => DiffKind::EditedRemotely,
                (false, false) => DiffKind::Differs,
            };
            let text = texts.get(path).cloned();
            let sent = sent.map(|sent| match (sent.starts_with("sha256:"), is) {
                (true, DiffKind::Same) => text.clone().unwrap_or_else(|| DIGEST_PLACEHOLDER.to_owned()),
                (true, _) => resolve_long_text(path, sent, listing).unwrap_or_else(|| DIGEST_PLACEHOLDER.to_owned()),
                (false, _) => sent.to_owned(),
            });
            FieldDiff { name: field_label(path), sent, remote: text, kind: is }
        })
        .collect()
}

/// A text that we would send now, where it is the one that was sent.
fn resolve_long_text(path: &str, digest: &str, listing: Option<&Listing>) -> Option<String> {
    let text = match path {
        "product.title" => listing?.title(),
        "product.description" | "listingDescription" => listing?.description(),
        _ => return None,
    };
    let is_it = DocumentFingerprint::from_document(&Value::from(text)).get("") == Some(digest);
    is_it.then(|| text.to_owned())
}

fn field_label(path: &str) -> String {
    let known = FIELD_LABELS.iter().find(|(known, _)| *known == path).map(|(_, message)| *message);
    known.or_else(|| path.strip_prefix("product.aspects.")).unwrap_or(path).to_owned()
}

/// Every value in full, by the same paths as those of a fingerprint.
fn flatten_values(path: &str, value: &Value, texts: &mut BTreeMap<String, String>) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| flatten_values(&child_path(path, name), value, texts))
        }
        Value::Array(list) => {
            texts.insert(path.to_owned(), list.iter().map(text).collect::<Vec<_>>().join(", "));
        }
        other => {
            texts.insert(path.to_owned(), text(other));
        }
    }
}
