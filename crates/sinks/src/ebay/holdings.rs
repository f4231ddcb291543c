//! Does eBay hold a draft already of what is to go another way? A drafts file and the Listing API have no memory, and
//! our ledger knows one data folder; eBay's inventory knows them all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::contract::Approach;
use super::counter::{Counter, MOST};
use super::line::Line;
use super::look::{self, Seen};
use super::offers;
use domain::listing::Listing;
use domain::sku::Sku;
use ebay::Ebay;

/// For each SKU why it may not go another way, or why that is not known; none for one that eBay does not hold.
type Found = BTreeMap<String, Result<String, String>>;

/// Asks for up to 25 SKUs in one call.
pub(crate) struct Holdings {
    counter: Counter<Result<Option<String>, String>>,
}

impl Holdings {
    /// Of the seller who is signed in.
    pub(crate) fn of(ebay: Ebay) -> Self {
        let line = Line::new(ebay, Duration::ZERO);
        let counter = Counter::open(move |listings| {
            let line = line.clone();
            async move { asked(&line, &listings).await }
        });
        Self { counter }
    }

    pub(crate) fn approach(&self) -> Approach {
        self.counter.approach()
    }

    pub(crate) fn hurry(&self) {
        self.counter.hurry();
    }

    /// Why a listing may go no other way, where eBay holds the item.
    ///
    /// # Errors
    /// In words, where eBay could not be asked.
    pub(crate) async fn object(&self, listing: &Listing) -> Result<Option<String>, String> {
        self.counter.hand_in(listing.clone()).await.unwrap_or_else(|| Err("the question was given up".to_owned()))
    }
}

async fn asked(line: &Line, listings: &[Listing]) -> Vec<Result<Option<String>, String>> {
    let skus = listings.iter().flat_map(names).map(|sku| sku.to_string()).collect::<BTreeSet<_>>();
    let skus = skus.into_iter().collect::<Vec<_>>();
    let mut found = Found::new();
    for some in skus.chunks(MOST) {
        found.extend(held(line, some).await);
    }
    listings.iter().map(|listing| verdict(listing, &found)).collect()
}

/// Its own, and that of all copies together: a draft of those stands for this copy too.
fn names(listing: &Listing) -> [Sku; 2] {
    [listing.sku().clone(), Sku::of(listing.upc())]
}

fn verdict(listing: &Listing, found: &Found) -> Result<Option<String>, String> {
    let said = names(listing).into_iter().filter_map(|sku| found.get(sku.as_str())).collect::<Vec<_>>();
    match said.iter().find(|said| said.is_ok()).or(said.first()) {
        None => Ok(None),
        Some(Ok(words)) => Ok(Some(words.clone())),
        Some(Err(words)) => Err(words.clone()),
    }
}

async fn held(line: &Line, skus: &[String]) -> Found {
    let asked = skus.iter().map(String::as_str).collect::<Vec<_>>();
    let seen = match look::items(line, &asked).await {
        Ok(seen) => seen,
        Err(error) => vec![Seen::Untold(error.to_string()); skus.len()],
    };
    let mut found = Found::new();
    for (sku, seen) in skus.iter().zip(seen) {
        match seen {
            Seen::Absent => {}
            Seen::Untold(words) => drop(found.insert(sku.clone(), Err(words))),
            Seen::There(_) => found.extend(offered(line, sku).await.map(|said| (sku.clone(), said))),
        }
    }
    found
}

/// An item without an offer is nothing that could be sold.
async fn offered(line: &Line, sku: &str) -> Option<Result<String, String>> {
    let offers = match offers::of(line, sku).await {
        Ok(offers) => offers,
        Err(error) => return Some(Err(error.to_string())),
    };
    let first = offers.all().next()?;
    let what = offers.live().map_or_else(
        || format!("eBay holds offer {} of it", first.id),
        |live| format!("eBay holds it, and {}", live.is_live_as()),
    );
    let why = "and a draft elsewhere would sell it twice";
    Some(Ok(format!("{what}, {why}; `draft-maker drafts --delete {sku}` gives a draft there up")))
}
