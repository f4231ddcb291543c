//! What was paid on eBay for the same item in the last 90 days (Marketplace Insights API, `item_sales/search`).
//!
//! Rules (developer.ebay.com): a "limited release" for applications that eBay has approved, with a scope of its own;
//! others are refused with 403 or 100017, or get no token. A category must be named; `gtin` takes a UPC or an EAN.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::drift::Json;
use super::super::provider::{Keep, PriceGuide, Unanswered};
use super::super::registration::{Connected, Registration, Ways};
use super::super::settings::Settings;
use super::question::Question;
use super::read::{Wanted, sold};
use super::search::Search;
use super::{KEEP, way};
use domain::appraisal::{Sample, SampleKind, SampleOf};
use domain::condition::Condition;
use domain::forecast::Quota;
use domain::provider::Provider;
use domain::release::Release;
use ebay::{Access, Api};

/// The name in settings and results.
pub const EBAY_INSIGHTS: Provider = Provider::named("ebay_insights");

const ADVICE: &str = "sold prices are for applications that eBay has approved; providers.ebay_insights.on = false \
                      leaves them out";

pub(crate) const REGISTRATION: Registration =
    Registration { name: EBAY_INSIGHTS, about: "what was paid on eBay for the same item", key: None, connect };

fn connect(_: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let ebay = way(&EBAY_INSIGHTS, ways)?;
    let host = ebay.host().clone();
    let search = Search {
        ebay,
        provider: EBAY_INSIGHTS,
        access: Access::SoldPrices,
        api: Api::Insights,
        path: ["buy", "marketplace_insights", "v1_beta", "item_sales", "search"],
        list: "itemSales",
        advice: ADVICE,
        refused: AtomicU32::new(0),
    };
    Ok(Connected { catalogue: None, price_guide: Some(Arc::new(EbayInsights { search })), gallery: None, host })
}

/// The search of the Marketplace Insights API.
pub struct EbayInsights {
    search: Search,
}

#[async_trait]
impl PriceGuide for EbayInsights {
    fn provider(&self) -> Provider {
        EBAY_INSIGHTS
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    fn kind(&self) -> SampleKind {
        SampleKind::Sold
    }

    /// EBay's own sandbox has made-up prices, and so has an imitation.
    fn place(&self) -> Option<String> {
        Some(self.search.ebay.settings().place())
    }

    async fn foresee(&self, items: u64) -> Vec<String> {
        self.search.ebay.foresee(items, &[(Api::Insights, items)]).await
    }

    async fn quotas(&self, items: u64) -> Vec<Quota> {
        self.search.ebay.quotas(&[(Api::Insights, items)]).await
    }

    /// By the barcode only: a sale of another pressing would outweigh every price of this one.
    async fn samples(
        &self,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, Unanswered> {
        let question = Question::of(release, condition);
        let (Some(code), Some(_)) = (&question.code, question.category) else { return Ok(None) };
        let site = self.search.ebay.site();
        let answer = self.search.ask(&question, ("gtin", code), question.filter(site)).await?;
        let Some(answer) = answer else { return Ok(Some(Vec::new())) };
        let wanted = Wanted::at(site, question.condition_ids(), SampleOf::ThisBarcode);
        Ok(Some(sold(Json::of(&answer), &wanted, Timestamp::now())))
    }
}
