//! What others ask on eBay for the same item now (Browse API, `item_summary/search`).
//!
//! Rules (developer.ebay.com): 5,000 calls a day for an application; a search by `gtin` takes a UPC and no words. By
//! default the answer holds fixed prices only. Nothing here was paid: it is what sellers hope for.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::super::drift::Json;
use super::super::provider::{Keep, PriceGuide, Unanswered};
use super::super::registration::{Connected, Registration, Ways};
use super::super::settings::Settings;
use super::question::Question;
use super::read::{Wanted, asked};
use super::search::Search;
use super::{KEEP, way};
use crate::domain::appraisal::{Sample, SampleOf};
use crate::domain::condition::Condition;
use crate::domain::provider::Provider;
use crate::domain::release::Release;
use crate::ebay::{Access, Api};

/// The name in settings and results.
pub const EBAY_BROWSE: Provider = Provider::named("ebay_browse");

const LIST: &str = "itemSummaries";

pub(in crate::providers) const REGISTRATION: Registration =
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
        list: LIST,
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

    /// By the barcode; where eBay has no offer with it, by artist and title among the items of the same carrier.
    async fn samples(
        &self,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, Unanswered> {
        let question = Question::of(release, condition);
        let mut found = None;
        if let Some(code) = &question.code {
            let answer = self.ask(&question, ("gtin", code)).await?;
            if Json::of(&answer).at(LIST).list().next().is_some() {
                return Ok(Some(self.read(&question, &answer, SampleOf::ThisBarcode)));
            }
            found = Some(Vec::new());
        }
        // In all categories the words would find shirts and posters.
        if let Some(words) = question.words.as_ref().filter(|_| question.category.is_some()) {
            let answer = self.ask(&question, ("q", words)).await?;
            found = Some(self.read(&question, &answer, SampleOf::ArtistAndTitle));
        }
        Ok(found)
    }
}

impl EbayBrowse {
    async fn ask(&self, question: &Question, by: (&str, &str)) -> Result<Value, Unanswered> {
        let filter = format!("buyingOptions:{{FIXED_PRICE}},{}", question.filter(self.search.ebay.site()));
        self.search.ask(question, by, filter).await
    }

    fn read(&self, question: &Question, answer: &Value, of: SampleOf) -> Vec<Sample> {
        let wanted = Wanted::at(self.search.ebay.site(), question.condition_ids(), of);
        asked(Json::of(answer), &wanted, Timestamp::now())
    }
}
