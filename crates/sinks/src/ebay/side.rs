//! What we sent beside what eBay holds: the same fingerprints that tell a person's changes to a rerun, for people to read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::fingerprint::{Fingerprint, below};
use super::look::{self, Seen};
use super::offers::{self, Offers};
use super::overlay;
use super::record::Record;
use super::shelf::Shelf;
use domain::comparison::{Compared, Field, Likeness};
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::EbayError;

/// EBay's paths in the words of sellers.
const WORDS: [(&str, &str); 16] = [
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
const LONG: &str = "(a long text that is kept as its digest)";

impl Shelf {
    /// Asks what eBay holds under a SKU and holds it against what the ledger says was sent. Nothing is written. `row` is
    /// the draft's line of the ledger; `listing` is what the item comes to now, which gives long texts their words.
    ///
    /// # Errors
    /// [`EbayError`] where eBay does not say for certain.
    pub async fn compare(&self, sku: &Sku, row: Value, listing: Option<&Listing>) -> Result<Compared, EbayError> {
        let record = Record::read(row).map_err(|what| EbayError::Unreadable { what })?;
        let seen = look::items(&self.line, &[sku.as_str()]).await?.pop();
        let item = match seen {
            Some(Seen::There(item)) => item,
            Some(Seen::Absent) => return Ok(side(sku, &record, None, &Offers::default(), listing)),
            Some(Seen::Untold(what)) => return Err(EbayError::Unreadable { what }),
            None => return Err(EbayError::Unreadable { what: "no word of the item".to_owned() }),
        };
        let offers = offers::of(&self.line, sku.as_str()).await?;
        Ok(side(sku, &record, Some(&item), &offers, listing))
    }
}

fn side(sku: &Sku, record: &Record, item: Option<&Value>, offers: &Offers, listing: Option<&Listing>) -> Compared {
    let offer = offers.ours.as_ref();
    let state = match (item, offer) {
        (None, _) => "absent".to_owned(),
        (Some(_), None) => "no offer".to_owned(),
        (Some(_), Some(offer)) => offer.status.clone(),
    };
    let sent = record.sent.as_ref().or(record.intended.as_ref());
    let (of_item, of_offer) = sent.map(|sent| (sent.item.clone(), sent.offer.clone())).unwrap_or_default();
    let taken = record.sent.is_some();
    let item = item.map(overlay::taken_of_item).unwrap_or_default();
    let offered = offer.map(|offer| overlay::taken_of_offer(&offer.content)).unwrap_or_default();
    let mut fields = half(&of_item, &item, taken, listing);
    fields.extend(half(&of_offer, &offered, taken, listing));
    Compared {
        sku: sku.to_string(),
        state,
        offer_id: offer.map(|offer| offer.id.clone()),
        listing_id: offer.and_then(|offer| offer.listing_id.clone()),
        at: Timestamp::now(),
        fields,
    }
}

/// One half of a draft: every path that we sent, then what a person has added.
fn half(ours: &Fingerprint, held: &Value, taken: bool, listing: Option<&Listing>) -> Vec<Field> {
    let theirs = Fingerprint::of(held);
    let mut texts = BTreeMap::new();
    spell("", held, &mut texts);
    let added = theirs.beyond(ours).into_iter().collect::<BTreeSet<_>>();
    let paths = ours.paths().chain(added.iter().map(String::as_str));
    paths
        .map(|path| {
            let (sent, now) = (ours.get(path), theirs.get(path));
            let is = match (sent == now, taken) {
                (true, _) => Likeness::Same,
                (false, true) => Likeness::Edited,
                (false, false) => Likeness::Differs,
            };
            let text = texts.get(path).cloned();
            let sent = sent.map(|sent| match (sent.starts_with("sha256:"), is) {
                (true, Likeness::Same) => text.clone().unwrap_or_else(|| LONG.to_owned()),
                (true, _) => long(path, sent, listing).unwrap_or_else(|| LONG.to_owned()),
                (false, _) => sent.to_owned(),
            });
            Field { name: named(path), ours: sent, theirs: text, is }
        })
        .collect()
}

/// A text that we would send now, where it is the one that was sent.
fn long(path: &str, digest: &str, listing: Option<&Listing>) -> Option<String> {
    let text = match path {
        "product.title" => listing?.title(),
        "product.description" | "listingDescription" => listing?.description(),
        _ => return None,
    };
    let is_it = Fingerprint::of(&Value::from(text)).get("") == Some(digest);
    is_it.then(|| text.to_owned())
}

fn named(path: &str) -> String {
    let known = WORDS.iter().find(|(known, _)| *known == path).map(|(_, words)| *words);
    known.or_else(|| path.strip_prefix("product.aspects.")).unwrap_or(path).to_owned()
}

/// Every value in full, by the same paths as those of a fingerprint.
fn spell(path: &str, value: &Value, texts: &mut BTreeMap<String, String>) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| spell(&below(path, name), value, texts)),
        Value::Array(list) => {
            texts.insert(path.to_owned(), list.iter().map(text).collect::<Vec<_>>().join(", "));
        }
        other => {
            texts.insert(path.to_owned(), text(other));
        }
    }
}
