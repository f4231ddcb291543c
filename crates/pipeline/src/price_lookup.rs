//! Looks up the market prices of a release at the price guides.
//!
//! ```text
//! samples of all price guides ──> first estimate ──> market status, if it can change the price or block the sale
//! ```

use futures::future::join_all;

use super::provider_gateway::{ProviderGateway, join_release_ids, partition_results};
use domain::batch_estimate::Quota;
use domain::condition::Condition;
use domain::matching::Match;
use domain::pricing::{GradedCondition, PriceDoubt, PriceEstimate, PriceRules, Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::Release;
use providers::{DISCOGS, MarketStatus, PriceGuide, ProviderError};
use store::response_cache::CacheKey;

impl ProviderGateway {
    /// Estimates a price from the samples of the release's entries and of the price guides. Also returns the errors of
    /// guides that did not answer.
    pub async fn estimate_price(
        &self,
        best_match: &Match,
        stated: impl Into<GradedCondition>,
        rules: &PriceRules,
    ) -> (PriceEstimate, Vec<ProviderError>) {
        let (best_match, stated) = (&*best_match.without_other_carriers(), stated.into());
        let (mut samples, mut errors) = self.collect_samples(best_match, stated.condition, rules).await;
        let first_estimate = PriceEstimate::from_samples(samples.clone(), stated, rules);
        let mut providers = self.providers_with_unread_page(best_match, rules);
        if !can_asks_improve(&first_estimate) {
            // A release that can be sold at a provider has a price there, so only one without a price can be blocked.
            providers.retain(|provider| !samples.iter().any(|sample| sample.provider == *provider));
        }
        let (markets, market_errors) = self.fetch_market_status(&providers, &best_match.release).await;
        errors.extend(market_errors);
        samples.extend(markets.iter().flat_map(|(_, market)| market.asks.iter().cloned()));
        let estimate = PriceEstimate::from_samples(samples, stated, rules);
        (add_sale_blocks(self.require_comparables(estimate, rules), &markets), errors)
    }

    /// Checks whether providers block the sale of a release whose price needs no comparables, if the pages that would
    /// say so were not fetched. Also returns the errors of providers that did not answer.
    pub(crate) async fn check_sale_blocks(
        &self,
        estimate: PriceEstimate,
        best_match: &Match,
        rules: &PriceRules,
    ) -> (PriceEstimate, Vec<ProviderError>) {
        let providers = self.providers_with_unread_page(best_match, rules);
        let (markets, errors) = self.fetch_market_status(&providers, &best_match.release).await;
        (add_sale_blocks(estimate, &markets), errors)
    }

    /// Returns the error of a price guide that could improve `estimate` and whose quota resets at a known time; of
    /// several, the one that resets last. Draft Maker does not wait for a quota without a reset time.
    pub(crate) fn pending_better_price<'a>(
        &self,
        estimate: &PriceEstimate,
        errors: &'a [ProviderError],
    ) -> Option<&'a ProviderError> {
        let sample_kind_of = |provider: &Provider| {
            let guide = self.price_guides().iter().find(|guide| guide.provider() == *provider);
            guide.map(|guide| guide.sample_kind())
        };
        let could_improve = |error: &ProviderError| {
            estimate.basis_kind().is_none_or(|basis| Some(basis) <= sample_kind_of(error.provider()))
        };
        let exhausted = errors.iter().filter(|error| error.exhausted_until().is_some());
        exhausted.filter(|error| could_improve(error)).max_by_key(|error| error.exhausted_until())
    }

    /// Returns the price guides' warnings about a batch of `items`, one sentence each.
    pub async fn quota_warnings(&self, items: u64) -> Vec<String> {
        let warnings = self.price_guides().iter().map(|guide| guide.quota_warnings(items));
        join_all(warnings).await.into_iter().flatten().collect()
    }

    /// Returns the quotas that the price guides need today for `items`.
    pub(crate) async fn required_quotas(&self, items: u64) -> Vec<Quota> {
        let quotas = self.price_guides().iter().map(|guide| guide.required_quotas(items));
        join_all(quotas).await.into_iter().flatten().collect()
    }

    /// Returns the samples of the match's entries and of the price guides that the rules allow, and the errors of
    /// guides that did not answer.
    async fn collect_samples(
        &self,
        best_match: &Match,
        condition: Option<Condition>,
        rules: &PriceRules,
    ) -> (Vec<Sample>, Vec<ProviderError>) {
        let guides = self.price_guides().iter().filter(|guide| is_provider_allowed(&guide.provider(), rules));
        // The empty answer of a guide that cannot be asked must not be cached: a token may be set later.
        let guides = guides.filter(|guide| guide.can_fetch_samples());
        let requests = guides.map(|guide| self.fetch_samples(guide.as_ref(), &best_match.release, condition));
        let (fetched, errors) = partition_results(join_all(requests).await);
        let of_entries = best_match.entries.iter().flat_map(|entry| entry.samples.iter().cloned());
        let of_entries = of_entries.filter(|sample| is_provider_allowed(&sample.provider, rules));
        (of_entries.chain(fetched.into_iter().flatten()).collect(), errors)
    }

    async fn fetch_samples(
        &self,
        guide: &dyn PriceGuide,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Vec<Sample>, ProviderError> {
        let key = samples_cache_key(guide, release, condition);
        let found = self.cached_or_fetch(key, guide.cache_ttl(), || guide.fetch_samples(release, condition)).await?;
        Ok(found.unwrap_or_default())
    }

    async fn fetch_market_status(
        &self,
        providers: &[Provider],
        release: &Release,
    ) -> (Vec<(Provider, MarketStatus)>, Vec<ProviderError>) {
        let guides = self.price_guides().iter().filter(|guide| providers.contains(&guide.provider()));
        let requests = guides.map(|guide| async move {
            let text = format!("market:{}{}", join_release_ids(release), guide.cache_scope());
            let key = CacheKey { provider: guide.provider(), text };
            let found = self.cached_or_fetch(key, guide.cache_ttl(), || guide.fetch_market_status(release)).await?;
            Ok((guide.provider(), found.unwrap_or_default()))
        });
        partition_results(join_all(requests).await)
    }

    /// Returns the price guides that the rules allow and that have an entry in the match whose page was not fetched.
    /// Their asking prices, and whether they block the sale, are unknown.
    fn providers_with_unread_page(&self, best_match: &Match, rules: &PriceRules) -> Vec<Provider> {
        let providers = self.price_guides().iter().map(|guide| guide.provider());
        let allowed = providers.filter(|provider| is_provider_allowed(provider, rules));
        allowed.filter(|provider| has_unread_page(best_match, provider)).collect()
    }

    /// Adds a doubt about missing comparables if a price guide is in use. A seller without one wants the minimum price.
    fn require_comparables(&self, estimate: PriceEstimate, rules: &PriceRules) -> PriceEstimate {
        let has_guide = self.price_guides().iter().any(|guide| is_provider_allowed(&guide.provider(), rules));
        if has_guide { estimate.with_comparables_expected(rules) } else { estimate }
    }
}

/// Returns the cache key of a release's samples. Copies in several conditions share a response that has all of them.
pub(super) fn samples_cache_key(guide: &dyn PriceGuide, release: &Release, condition: Option<Condition>) -> CacheKey {
    let subject = guide.priced_id(release).map_or_else(
        || format!("{}:{}", join_release_ids(release), condition.map_or("any", Condition::as_str)),
        ToString::to_string,
    );
    CacheKey { provider: guide.provider(), text: format!("samples:{subject}{}", guide.cache_scope()) }
}

/// Returns true if the seller's rules allow prices of this provider.
fn is_provider_allowed(provider: &Provider, rules: &PriceRules) -> bool {
    rules.uses_discogs || *provider != DISCOGS
}

/// Returns true if current asking prices could improve the estimate: it is based on asking prices or on nothing, or it
/// is too uncertain for the seller.
fn can_asks_improve(estimate: &PriceEstimate) -> bool {
    let is_uncertain = estimate.doubts.iter().any(|doubt| matches!(doubt, PriceDoubt::Uncertain { .. }));
    is_uncertain || estimate.basis_kind().is_none_or(|kind| kind == SampleKind::Asked)
}

fn has_unread_page(best_match: &Match, provider: &Provider) -> bool {
    let is_unread = |entry: &ProviderRelease| entry.snapshot.is_some() || entry.completeness == Completeness::Summary;
    best_match.entries.iter().any(|entry| entry.id.provider == *provider && is_unread(entry))
}

fn add_sale_blocks(mut estimate: PriceEstimate, markets: &[(Provider, MarketStatus)]) -> PriceEstimate {
    let blocked = markets.iter().filter(|(_, market)| market.blocked_from_sale);
    estimate.doubts.extend(blocked.map(|(provider, _)| PriceDoubt::BlockedFromSale { provider: provider.clone() }));
    estimate
}
