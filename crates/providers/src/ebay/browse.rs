//! Current asking prices on eBay for the same item (Browse API, `item_summary/search`).
//!
//! Rules (developer.ebay.com): 5,000 calls per day and application. A search by `gtin` accepts no keywords and only a
//! UPC, so an EAN is searched as a keyword. By default the response contains only fixed-price offers.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::super::provider::{CacheTtl, PriceGuide, ProviderError};
use super::super::refusal_breaker::RefusalBreaker;
use super::super::registry::{ConnectedProvider, ProviderFactory, UpstreamClients};
use super::super::settings::Settings;
use super::parse::{SampleCriteria, parse_offers};
use super::query::PriceSearchQuery;
use super::search::PriceSearchClient;
use super::{CACHE_TTL, EBAY_BROWSE, require_client};
use domain::batch_estimate::Quota;
use domain::condition::Condition;
use domain::pricing::{MatchBasis, Sample, SampleKind};
use domain::provider::Provider;
use domain::release::Release;
use ebay::{Api, TokenKind};

/// Maximum calls per item: one by barcode and one by keywords.
const MAX_CALLS_PER_ITEM: u64 = 2;

pub(crate) const BROWSE_FACTORY: ProviderFactory =
    ProviderFactory { name: EBAY_BROWSE, description: "eBay asking prices for the same item", key_hint: None, connect };

fn connect(_: &Settings, clients: &UpstreamClients<'_>) -> anyhow::Result<ConnectedProvider> {
    let ebay = require_client(&EBAY_BROWSE, clients)?;
    let upstream = ebay.upstream().clone();
    let search = PriceSearchClient {
        ebay,
        provider: EBAY_BROWSE,
        token_kind: TokenKind::Application,
        api: Api::Browse,
        path: ["buy", "browse", "v1", "item_summary", "search"],
        items_field: "itemSummaries",
        advice: "eBay must allow your keyset to use the Buy APIs; providers.ebay_browse.on = false turns them off",
        refusals: RefusalBreaker::new(),
    };
    Ok(ConnectedProvider {
        catalog: None,
        price_guide: Some(Arc::new(EbayBrowse { client: search })),
        cover_source: None,
        upstream,
        ebay_api: Some(Api::Browse),
    })
}

/// The Browse API as a price guide.
struct EbayBrowse {
    client: PriceSearchClient,
}

impl PriceGuide for EbayBrowse {
    fn provider(&self) -> Provider {
        EBAY_BROWSE
    }

    fn cache_ttl(&self) -> CacheTtl {
        CACHE_TTL
    }

    fn sample_kind(&self) -> SampleKind {
        SampleKind::Asked
    }

    /// Prices differ per site, and those of eBay's sandbox and of simulated services are invented.
    fn environment_id(&self) -> Option<String> {
        Some(self.client.ebay.market_id())
    }

    fn quota_warnings(&self, items: u64) -> BoxFuture<'_, Vec<String>> {
        Box::pin(
            async move { self.client.ebay.quota_warnings(items, &[(Api::Browse, items * MAX_CALLS_PER_ITEM)]).await },
        )
    }

    fn required_quotas(&self, items: u64) -> BoxFuture<'_, Vec<Quota>> {
        Box::pin(async move { self.client.ebay.remaining_quotas(&[(Api::Browse, items * MAX_CALLS_PER_ITEM)]).await })
    }

    /// Searches by barcode. If no offer matches, searches by artist and title among items of the same media type.
    fn fetch_samples<'a>(
        &'a self,
        release: &'a Release,
        condition: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>> {
        Box::pin(async move {
            let query = PriceSearchQuery::for_release(release, condition);
            let mut found = None;
            if let Some(by_barcode) = query.barcode_parameter() {
                let samples = self.search_samples(&query, by_barcode, MatchBasis::ThisBarcode).await?;
                if samples.iter().any(|sample| sample.basis != MatchBasis::OtherGoods) {
                    return Ok(Some(samples));
                }
                found = Some(samples);
            }
            // Keywords without a category would find shirts and posters.
            if let Some(keywords) = query.keywords.as_ref().filter(|_| query.category.is_some()) {
                let samples = self.search_samples(&query, ("q", keywords), MatchBasis::ArtistAndTitle).await?;
                found.get_or_insert_default().extend(samples);
            }
            Ok(found)
        })
    }
}

impl EbayBrowse {
    async fn search_samples(
        &self,
        query: &PriceSearchQuery,
        by: (&str, &str),
        basis: MatchBasis,
    ) -> Result<Vec<Sample>, ProviderError> {
        let filter = format!("buyingOptions:{{FIXED_PRICE}},{}", query.filter_expression(self.client.ebay.site()));
        let Some(answer) = self.client.search_items(query, by, filter).await? else { return Ok(Vec::new()) };
        let criteria = SampleCriteria::for_query(self.client.ebay.site(), query, basis);
        Ok(parse_offers(LenientJson::new(&answer), &criteria, Timestamp::now()))
    }
}
