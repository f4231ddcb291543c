//! What others ask on eBay for the same item now (Browse API, `item_summary/search`).
//!
//! Rules (developer.ebay.com): 5,000 calls a day for an application; a search by `gtin` takes no words and no other
//! number than a UPC ("to search using another GTIN format, you must search by keyword"). By default the answer holds
//! fixed prices only. Nothing here was paid: it is what sellers hope for.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::drift::Json;
use super::super::provider::{Keep, PriceGuide, Unanswered};
use super::super::registration::{Connected, Registration, Ways};
use super::super::settings::Settings;
use super::question::Question;
use super::read::{Wanted, asked};
use super::search::Search;
use super::{KEEP, way};
use domain::appraisal::{Sample, SampleKind, SampleOf};
use domain::condition::Condition;
use domain::forecast::Quota;
use domain::provider::Provider;
use domain::release::Release;
use ebay::{Access, Api};

/// The name in settings and results.
pub const EBAY_BROWSE: Provider = Provider::named("ebay_browse");

/// Calls for one item at most: by the barcode, and by words.
const CALLS: u64 = 2;

pub(crate) const REGISTRATION: Registration =
    Registration { name: EBAY_BROWSE, about: "what others ask on eBay for the same item", key: None, connect };

fn connect(_: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let ebay = way(&EBAY_BROWSE, ways)?;
    let host = ebay.host().clone();
    let search = Search {
        ebay,
        provider: EBAY_BROWSE,
        access: Access::Application,
        api: Api::Browse,
        path: ["buy", "browse", "v1", "item_summary", "search"],
        list: "itemSummaries",
        advice: "eBay has to allow the keyset the Buy APIs; providers.ebay_browse.on = false leaves them out",
        refused: AtomicU32::new(0),
    };
    Ok(Connected { catalogue: None, price_guide: Some(Arc::new(EbayBrowse { search })), gallery: None, host })
}

/// The search of the Browse API.
pub struct EbayBrowse {
    search: Search,
}

#[async_trait]
impl PriceGuide for EbayBrowse {
    fn provider(&self) -> Provider {
        EBAY_BROWSE
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    fn kind(&self) -> SampleKind {
        SampleKind::Asked
    }

    /// EBay's own sandbox has made-up prices, and so has an imitation.
    fn place(&self) -> Option<String> {
        Some(self.search.ebay.settings().place())
    }

    async fn foresee(&self, items: u64) -> Vec<String> {
        self.search.ebay.foresee(items, &[(Api::Browse, items * CALLS)]).await
    }

    async fn quotas(&self, items: u64) -> Vec<Quota> {
        self.search.ebay.quotas(&[(Api::Browse, items * CALLS)]).await
    }

    /// By the barcode; where no offer with it counts, by artist and title among the items of the same carrier.
    async fn samples(
        &self,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, Unanswered> {
        let question = Question::of(release, condition);
        let mut found = None;
        if let Some(upc) = question.upc() {
            let samples = self.ask(&question, ("gtin", upc), SampleOf::ThisBarcode).await?;
            if !samples.is_empty() {
                return Ok(Some(samples));
            }
            found = Some(samples);
        }
        // In all categories the words would find shirts and posters.
        if let Some(words) = question.words.as_ref().filter(|_| question.category.is_some()) {
            found = Some(self.ask(&question, ("q", words), SampleOf::ArtistAndTitle).await?);
        }
        Ok(found)
    }
}

impl EbayBrowse {
    async fn ask(&self, question: &Question, by: (&str, &str), of: SampleOf) -> Result<Vec<Sample>, Unanswered> {
        let filter = format!("buyingOptions:{{FIXED_PRICE}},{}", question.filter(self.search.ebay.site()));
        let Some(answer) = self.search.ask(question, by, filter).await? else { return Ok(Vec::new()) };
        let wanted = Wanted::at(self.search.ebay.site(), question.condition_ids(), of);
        Ok(asked(Json::of(&answer), &wanted, Timestamp::now()))
    }
}
