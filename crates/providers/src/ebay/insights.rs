//! Prices paid on eBay for the same item in the last 90 days (Marketplace Insights API, `item_sales/search`).
//!
//! Rules (developer.ebay.com): a "limited release" for approved applications, with a separate scope. Other
//! applications get 403, error 100017 or no token. A category is required; `gtin` accepts a UPC or an EAN.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::super::provider::{CacheTtl, PriceGuide, ProviderError};
use super::super::refusal_breaker::RefusalBreaker;
use super::super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::super::settings::Settings;
use super::parse::{SampleCriteria, parse_sales};
use super::query::PriceSearchQuery;
use super::search::PriceSearchClient;
use super::{CACHE_TTL, EBAY_INSIGHTS, require_client};
use domain::batch_estimate::Quota;
use domain::condition::Condition;
use domain::pricing::{MatchBasis, Sample, SampleKind};
use domain::provider::Provider;
use domain::release::Release;
use ebay::{Api, TokenKind};

/// Advice for the operator of an application that is not approved.
const NOT_APPROVED_ADVICE: &str = "sold prices need eBay's approval; providers.ebay_insights.on = false turns them off";

pub(crate) const INSIGHTS_FACTORY: ProviderFactory =
    ProviderFactory { name: EBAY_INSIGHTS, description: "eBay sold prices for the same item", key_hint: None, connect };

fn connect(_: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let ebay = require_client(&EBAY_INSIGHTS, clients)?;
    let upstream = ebay.upstream().clone();
    let search = PriceSearchClient {
        ebay,
        provider: EBAY_INSIGHTS,
        token_kind: TokenKind::SoldPrices,
        api: Api::Insights,
        path: ["buy", "marketplace_insights", "v1_beta", "item_sales", "search"],
        items_field: "itemSales",
        advice: NOT_APPROVED_ADVICE,
        refusals: RefusalBreaker::new(),
    };
    Ok(ConnectedProvider {
        catalog: None,
        price_guide: Some(Arc::new(EbayInsights { client: search })),
        cover_source: None,
        upstream,
        ebay_api: Some(Api::Insights),
    })
}

/// The Marketplace Insights API as a price guide.
struct EbayInsights {
    client: PriceSearchClient,
}

impl PriceGuide for EbayInsights {
    fn provider(&self) -> Provider {
        EBAY_INSIGHTS
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    fn sample_kind(&self) -> SampleKind {
        SampleKind::Sold
    }

    /// Prices differ per site, and those of eBay's sandbox and of simulated services are invented.
    fn environment_id(&self) -> Option<String> {
        Some(self.client.ebay.market_id())
    }

    fn quota_warnings(&self, items: u64) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move { self.client.ebay.quota_warnings(items, &[(Api::Insights, items)]).await })
    }

    fn required_quotas(&self, items: u64) -> BoxFuture<'_, Vec<Quota>> {
        Box::pin(async move { self.client.ebay.remaining_quotas(&[(Api::Insights, items)]).await })
    }

    /// Searches by barcode only: a sale of another release would outweigh all prices of this one.
    fn fetch_samples<'a>(
        &'a self,
        release: &'a Release,
        condition: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>> {
        Box::pin(async move {
            let query = PriceSearchQuery::for_release(release, condition);
            let (Some(code), Some(_)) = (&query.barcode, query.category) else { return Ok(None) };
            let site = self.client.ebay.site();
            let answer = self.client.search_items(&query, ("gtin", code), query.filter_expression(site)).await?;
            let Some(answer) = answer else { return Ok(Some(Vec::new())) };
            let criteria = SampleCriteria::for_query(site, &query, MatchBasis::ThisBarcode);
            Ok(Some(parse_sales(LenientJson::new(&answer), &criteria, Timestamp::now())))
        })
    }
}
