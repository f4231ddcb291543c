//! Compares a draft as it was sent with its state on eBay, field by field. A rerun finds the seller's edits with the
//! same fingerprints.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::draft_manager::DraftManager;
use super::fingerprint::{DIGEST_PREFIX, DocumentFingerprint, child_path, field_label};
use super::merge_patch;
use super::offers::{self, RemoteOffer, SkuOffers};
use super::remote_items::{self, RemoteItem};
use super::sync_record::SyncRecord;
use domain::draft_diff::{DiffKind, DraftDiff, FieldDiff};
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::EbayError;

/// Shown instead of a long text of which only the digest was saved.
const DIGEST_PLACEHOLDER: &str = "(a long text, of which only a digest is stored)";

impl DraftManager {
    /// Compares the state on eBay under a SKU with the values that the ledger says were sent. Writes nothing. `row` is
    /// the draft's ledger entry. `listing` is the item's current listing; it provides long texts whose digest is
    /// unchanged.
    ///
    /// # Errors
    /// Returns [`EbayError`] if the state on eBay is not certain.
    pub async fn compare_draft(
        &self,
        sku: &Sku,
        row: Value,
        listing: Option<&Listing>,
    ) -> Result<DraftDiff, EbayError> {
        let record = SyncRecord::from_row(row).map_err(|what| EbayError::InvalidResponse { what })?;
        let remote_item = remote_items::fetch_items(&self.client, &[sku.as_str()]).await?.pop();
        let item = match remote_item {
            Some(RemoteItem::Present(item)) => item,
            Some(RemoteItem::Absent) => return Ok(diff_draft(sku, &record, None, &SkuOffers::default(), listing)),
            Some(RemoteItem::Unknown(_, what)) => return Err(EbayError::InvalidResponse { what }),
            None => {
                return Err(EbayError::InvalidResponse { what: "eBay's answer does not mention the item".to_owned() });
            }
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
        (Some(_), Some(offer)) => offer.status().to_owned(),
    };
    let sent = record.sent.as_ref().or(record.intended.as_ref());
    let sent = sent.cloned().unwrap_or_default();
    let was_accepted = record.sent.is_some();
    let remote_item = item.map(merge_patch::writable_item).unwrap_or_default();
    let remote_offer = offer.map(|offer| merge_patch::writable_offer(&offer.content)).unwrap_or_default();
    let mut fields = diff_document(&sent.item, &remote_item, was_accepted, listing);
    fields.extend(diff_document(&sent.offer, &remote_offer, was_accepted, listing));
    DraftDiff {
        sku: sku.to_string(),
        state,
        offer_id: offer.map(|offer| offer.id().to_owned()),
        listing_id: offer.and_then(RemoteOffer::listing_id).map(str::to_owned),
        compared_at: Timestamp::now(),
        fields,
    }
}

/// Compares one document of a draft: every path that was sent, followed by paths that the seller has added.
fn diff_document(
    sent: &DocumentFingerprint,
    remote: &Value,
    was_accepted: bool,
    listing: Option<&Listing>,
) -> Vec<FieldDiff> {
    let remote_values = DocumentFingerprint::from_document(remote);
    let mut remote_texts = BTreeMap::new();
    flatten_values("", remote, &mut remote_texts);
    let added = remote_values.extra_paths(sent).into_iter().collect::<BTreeSet<_>>();
    let paths = sent.paths().chain(added.iter().map(String::as_str));
    paths
        .map(|path| {
            let sent_value = sent.get(path);
            let kind = match (sent_value == remote_values.get(path), was_accepted) {
                (true, _) => DiffKind::Same,
                (false, true) => DiffKind::EditedRemotely,
                (false, false) => DiffKind::Differs,
            };
            let remote = remote_texts.get(path).cloned();
            let sent = sent_value.map(|value| match (value.starts_with(DIGEST_PREFIX), kind) {
                (true, DiffKind::Same) => remote.clone().unwrap_or_else(|| DIGEST_PLACEHOLDER.to_owned()),
                (true, _) => resolve_long_text(path, value, listing).unwrap_or_else(|| DIGEST_PLACEHOLDER.to_owned()),
                (false, _) => value.to_owned(),
            });
            FieldDiff { name: field_label(path), sent, remote, kind }
        })
        .collect()
}

/// Returns the current text of the listing if it is the text that was sent.
fn resolve_long_text(path: &str, digest: &str, listing: Option<&Listing>) -> Option<String> {
    let text = match path {
        "product.title" => listing?.title(),
        "product.description" | "listingDescription" => listing?.description(),
        _ => return None,
    };
    let is_same = DocumentFingerprint::from_document(&Value::from(text)).get("") == Some(digest);
    is_same.then(|| text.to_owned())
}

/// Collects the full text of every value, under the same paths as in a fingerprint.
fn flatten_values(path: &str, value: &Value, texts: &mut BTreeMap<String, String>) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| flatten_values(&child_path(path, name), value, texts));
        }
        Value::Array(list) => {
            texts.insert(path.to_owned(), list.iter().map(text).collect::<Vec<_>>().join(", "));
        }
        other => {
            texts.insert(path.to_owned(), text(other));
        }
    }
}
