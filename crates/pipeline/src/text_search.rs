//! Searches releases for an item without a barcode, by the text in its list.

use futures::future::join_all;
use jiff::Timestamp;

use super::identify::{IdentifyResult, add_provider_error};
use super::provider_gateway::ProviderGateway;
use super::search_batcher::CACHED_RELEASE_VERSION;
use domain::job_spec::InputItem;
use domain::matching::{self, Match, MatchAspect, MatchPreferences, MatchReason, Verdict, has_other_names};
use domain::provider_release::{Completeness, ProviderRelease};
use providers::{ProviderError, ReleaseCatalog};
use store::response_cache::CacheKey;

/// Maximum number of releases to propose per provider.
const MAX_FOUND: usize = 8;

/// Search results to fetch in full, so that a draft has its tracks. The operator sees the other results without
/// details.
const MAX_DETAILS: usize = 3;

/// Proposes releases for an item without a barcode, from the offline copies and the services: the copies have only
/// releases with a barcode.
///
/// # Errors
/// Returns the providers' errors if nothing was found and at least one provider did not answer.
pub(super) async fn propose_releases(
    gateway: &ProviderGateway,
    input: &InputItem,
    preferences: &MatchPreferences,
) -> Result<IdentifyResult, Vec<ProviderError>> {
    let (mut found, mut provider_errors) = (Vec::new(), Vec::<ProviderError>::new());
    for text in input.search_texts() {
        let (releases, errors) = gateway.find_everywhere(&text).await;
        add_unknown(&mut found, releases);
        for error in errors {
            add_provider_error(&mut provider_errors, error);
        }
        // A catalog number alone may be that of another release, so the names are searched too.
        if is_any_named(&matching::propose_candidates(input.upc, &found, &[], preferences), input) {
            break;
        }
    }
    if found.is_empty() && !provider_errors.is_empty() {
        return Err(provider_errors);
    }
    gateway.complete_first(&mut found).await;
    for entry in &mut found {
        entry.drop_implausible_date(Timestamp::now());
    }
    let is_offline_only = found.iter().all(|entry| entry.snapshot.is_some())
        && gateway.count_searchable_services() <= provider_errors.len();
    let asked = gateway.catalogs().iter().map(|catalog| catalog.provider()).collect::<Vec<_>>();
    let verdict = matching::propose_candidates(input.upc, &found, &asked, preferences);
    let verdict = compare_with_row(verdict, input, is_offline_only);
    Ok(IdentifyResult { verdict, provider_errors })
}

/// Adds what the list says about an item without a barcode, whose substitute code says nothing.
pub(super) fn add_row(reason: String, input: &InputItem) -> String {
    let row = input.search_texts().join(", ");
    if row.is_empty() { reason } else { format!("{reason}. Your list says \"{row}\"") }
}

/// Weight of a contradiction to the artist and title in the list, as that of a contradiction between providers.
const CONTRADICTION_WEIGHT: f32 = 4.0;

/// Lowers the score of candidates whose names are not those in the list and puts them last. Says so if no candidate has
/// the names, and if only offline copies were searched, which have no releases without a barcode.
fn compare_with_row(verdict: Verdict, input: &InputItem, is_offline_only: bool) -> Verdict {
    let Verdict::Ambiguous { candidates, mut differences } = verdict else { return verdict };
    let (contradicted, mut candidates): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| is_contradicted(candidate, input));
    if candidates.is_empty() {
        differences.insert(0, "item itself: artist and title are not those in your list".to_owned());
    }
    if is_offline_only {
        let note = "item itself: only the offline catalog was searched, which has no releases without a barcode";
        differences.insert(0, note.to_owned());
    }
    candidates.extend(contradicted.into_iter().map(mark_contradicted));
    Verdict::Ambiguous { candidates, differences }
}

/// Returns true if the names of at least one candidate do not contradict the list.
fn is_any_named(verdict: &Verdict, input: &InputItem) -> bool {
    verdict.candidates().into_iter().any(|candidate| !is_contradicted(candidate, input))
}

fn mark_contradicted(mut candidate: Match) -> Match {
    let weight = |reasons: &[MatchReason]| reasons.iter().map(|reason| reason.weight).sum::<f32>();
    let before = weight(&candidate.reasons);
    let description = "artist and title are not those in your list".to_owned();
    let (aspect, distance) = (MatchAspect::Contradiction, 1.0);
    candidate.reasons.insert(0, MatchReason { aspect, weight: CONTRADICTION_WEIGHT, distance, description });
    candidate.score *= before / (before + CONTRADICTION_WEIGHT);
    candidate
}

fn is_contradicted(candidate: &Match, input: &InputItem) -> bool {
    input.seller.as_deref().is_some_and(|listed| has_other_names(candidate, listed))
}

/// Adds the releases that are not yet among the found ones.
fn add_unknown(found: &mut Vec<ProviderRelease>, others: Vec<ProviderRelease>) {
    for other in others {
        if !found.iter().any(|known| known.id == other.id) {
            found.push(other);
        }
    }
}

impl ProviderGateway {
    fn count_searchable_services(&self) -> usize {
        self.catalogs().iter().filter(|catalog| catalog.can_search()).count()
    }

    /// Returns the releases in the offline copies and those of the services that no copy has, and the errors of
    /// services that did not answer.
    pub(super) async fn find_everywhere(&self, text: &str) -> (Vec<ProviderRelease>, Vec<ProviderError>) {
        let searches = futures::future::join(self.find_in_copies(text), self.find_at_services(text));
        let (mut found, (others, errors)) = searches.await;
        add_unknown(&mut found, others);
        (found, errors)
    }

    pub(super) async fn find_in_copies(&self, text: &str) -> Vec<ProviderRelease> {
        let copies = self.catalogs().iter().filter(|catalog| catalog.has_copy());
        let found = join_all(copies.map(|catalog| catalog.find_in_copy(text, MAX_FOUND))).await;
        found.into_iter().flatten().collect()
    }

    pub(super) async fn find_at_services(&self, text: &str) -> (Vec<ProviderRelease>, Vec<ProviderError>) {
        // The empty answer of a service that cannot be searched must not be cached: a token may be set later.
        let searchable = self.catalogs().iter().filter(|catalog| catalog.can_search());
        let results = join_all(searchable.map(|catalog| self.find_at_service(catalog.as_ref(), text))).await;
        let (found, errors) = super::provider_gateway::partition_results(results);
        (found.into_iter().flatten().collect(), errors)
    }

    async fn find_at_service(
        &self,
        catalog: &dyn ReleaseCatalog,
        text: &str,
    ) -> Result<Vec<ProviderRelease>, ProviderError> {
        let scope = format!("v{CACHED_RELEASE_VERSION}{}", catalog.cache_scope());
        let key = CacheKey { provider: catalog.provider(), text: format!("find:{scope}:{}", text.to_lowercase()) };
        let fetch = || async {
            let found = catalog.find_releases(text, MAX_FOUND).await?;
            Ok(Some(found).filter(|found| !found.is_empty()))
        };
        Ok(self.cached_or_fetch(key, catalog.cache_ttl(), fetch).await?.unwrap_or_default())
    }

    /// Fetches details for the first search results. A result that cannot be fetched stays unchanged.
    pub(super) async fn complete_first(&self, found: &mut [ProviderRelease]) {
        let summaries = found.iter_mut().filter(|release| release.completeness == Completeness::Summary);
        let fetches = summaries.take(MAX_DETAILS).map(|release| async move {
            if let Ok(Some(full)) = self.fetch_release(&release.id).await {
                *release = full;
            }
        });
        join_all(fetches).await;
    }
}
