//! Decides which providers are asked for the price of a release, and adds their sale blocks.

use super::search_batcher::UpcSearchResult;
use domain::matching::Match;
use domain::pricing::{PriceDoubt, PriceEstimate, PriceRules, SampleKind};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::{Release, ReleaseId};
use providers::{DISCOGS, MarketStatus};

/// Returns true if the seller's rules allow prices of this provider.
pub(super) fn counts(provider: &Provider, rules: &PriceRules) -> bool {
    rules.uses_discogs || *provider != DISCOGS
}

/// Returns true if current asking prices could improve the estimate: it is based on asking prices or on nothing, or it
/// is too uncertain for the seller.
pub(super) fn is_open(estimate: &PriceEstimate) -> bool {
    let is_uncertain = estimate.doubts.iter().any(|doubt| matches!(doubt, PriceDoubt::Uncertain { .. }));
    is_uncertain || estimate.basis_kind().is_none_or(|kind| kind == SampleKind::Asked)
}

/// Returns true if the match has an entry of this provider whose page was not fetched. Its asking prices, and whether
/// its sale is blocked, are unknown.
pub(super) fn has_no_page(best_match: &Match, provider: &Provider) -> bool {
    let is_unread = |entry: &ProviderRelease| entry.snapshot.is_some() || entry.completeness == Completeness::Summary;
    best_match.entries.iter().any(|entry| entry.id.provider == *provider && is_unread(entry))
}

pub(super) fn add_sale_blocks(mut estimate: PriceEstimate, markets: &[(Provider, MarketStatus)]) -> PriceEstimate {
    let blocked = markets.iter().filter(|(_, market)| market.blocked_from_sale);
    estimate.doubts.extend(blocked.map(|(provider, _)| PriceDoubt::BlockedFromSale { provider: provider.clone() }));
    estimate
}

/// Returns true if a found release is of Discogs or links to one.
pub(super) fn has_discogs_id(results: &[(Provider, UpcSearchResult)]) -> bool {
    let has_id = |release: &ProviderRelease| std::iter::once(&release.id).chain(&release.links).any(is_of_discogs);
    results.iter().filter_map(|(_, result)| result.as_ref().ok()).flatten().any(has_id)
}

fn is_of_discogs(id: &ReleaseId) -> bool {
    id.provider == DISCOGS
}

/// Joins the sorted IDs of a release for a cache key.
pub(super) fn join_release_ids(release: &Release) -> String {
    let mut ids = release.ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    ids.sort();
    ids.join(",")
}
