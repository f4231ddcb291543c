//! What others ask on eBay for the same item now (Browse API, `item_summary/search`).
//!
//! Rules (developer.ebay.com): 5,000 calls a day for an application; a search by `gtin` takes no words and no other
//! number than a UPC ("to search using another GTIN format, you must search by keyword"). By default the answer holds
//! fixed prices only. Nothing here was paid: it is what sellers hope for.

use std::sync::Arc;

use async_trait::async_trait;
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

/// Calls for one item at most: by the barcode, and by words.
const MAX_CALLS_PER_ITEM: u64 = 2;

pub(crate) const FACTORY: ProviderFactory = ProviderFactory {
    name: EBAY_BROWSE,
    description: "what others ask on eBay for the same item",
    key_hint: None,
    connect,
};

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
        advice: "eBay has to allow the keyset the Buy APIs; providers.ebay_browse.on = false leaves them out",
        refusals: RefusalBreaker::new(),
    };
    Ok(ConnectedProvider {
        catalog: None,
        price_guide: Some(Arc::new(EbayBrowse { client: search })),
        cover_source: None,
        upstream,
    })
}

/// The search of the Browse API.
pub struct EbayBrowse {
    client: PriceSearchClient,
}

#[async_trait]
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

    /// EBay's own sandbox has made-up prices, and so has an imitation.
    fn environment_id(&self) -> Option<String> {
        Some(self.client.ebay.settings().environment_id())
    }

    async fn quota_warnings(&self, items: u64) -> Vec<String> {
        self.client.ebay.quota_warnings(items, &[(Api::Browse, items * MAX_CALLS_PER_ITEM)]).await
    }

    async fn required_quotas(&self, items: u64) -> Vec<Quota> {
        self.client.ebay.remaining_quotas(&[(Api::Browse, items * MAX_CALLS_PER_ITEM)]).await
    }

    /// By the barcode; where no offer with it counts, by artist and title among the items of the same carrier.
    async fn fetch_samples(
        &self,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, ProviderError> {
        let question = PriceSearchQuery::for_release(release, condition);
        let mut found = None;
        if let Some(upc) = question.upc() {
            let samples = self.search_samples(&question, ("gtin", upc), MatchBasis::ThisBarcode).await?;
            if !samples.is_empty() {
                return Ok(Some(samples));
            }
            found = Some(samples);
        }
        // In all categories the words would find shirts and posters.
        if let Some(message) = question.keywords.as_ref().filter(|_| question.category.is_some()) {
            found = Some(self.search_samples(&question, ("q", message), MatchBasis::ArtistAndTitle).await?);
        }
        Ok(found)
    }
}

impl EbayBrowse {
    async fn search_samples(
        &self,
        question: &PriceSearchQuery,
        by: (&str, &str),
        of: MatchBasis,
    ) -> Result<Vec<Sample>, ProviderError> {
        let filter =
            format!("buyingOptions:{{FIXED_PRICE}},{}", question.filter_expression(self.client.ebay.marketplace()));
        let Some(answer) = self.client.search_items(question, by, filter).await? else { return Ok(Vec::new()) };
        let wanted = SampleCriteria::for_site(self.client.ebay.marketplace(), question.condition_ids(), of);
        Ok(parse_offers(LenientJson::new(&answer), &wanted, Timestamp::now()))
    }
}
