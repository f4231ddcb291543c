//! Searches releases for an item without a barcode, by the text in its list.

use futures::future::join_all;
use jiff::Timestamp;

use super::identify::IdentifyResult;
use super::provider_gateway::ProviderGateway;
use domain::job_spec::InputItem;
use domain::matching::{self, MatchPreferences};
use domain::provider_release::{Completeness, ProviderRelease};
use providers::{ProviderError, ReleaseCatalog};
use store::response_cache::CacheKey;

/// Maximum number of releases to propose per provider.
const MAX_FOUND: usize = 8;

/// Search results to fetch in full, so that a draft has its tracks. The operator sees the other results without
/// details.
const MAX_DETAILS: usize = 3;

/// Proposes releases for an item without a barcode, from the offline copies or, if they have none, from the services.
///
/// # Errors
/// Returns the providers' errors if nothing was found and at least one provider did not answer.
pub(super) async fn propose_releases(
    gateway: &ProviderGateway,
    input: &InputItem,
    preferences: &MatchPreferences,
) -> Result<IdentifyResult, Vec<ProviderError>> {
    let (mut found, mut provider_errors) = (Vec::new(), Vec::new());
    for text in input.search_texts() {
        found = gateway.find_in_copies(&text).await;
        if found.is_empty() {
            (found, provider_errors) = gateway.find_at_services(&text).await;
        }
        if !found.is_empty() {
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
    let asked = gateway.catalogs().iter().map(|catalog| catalog.provider()).collect::<Vec<_>>();
    let verdict = matching::propose_candidates(input.upc, &found, &asked, preferences);
    Ok(IdentifyResult { verdict, provider_errors })
}

impl ProviderGateway {
    pub(super) async fn find_in_copies(&self, text: &str) -> Vec<ProviderRelease> {
        let copies = self.catalogs().iter().filter(|catalog| catalog.has_copy());
        let found = join_all(copies.map(|catalog| catalog.find_in_copy(text, MAX_FOUND))).await;
        found.into_iter().flatten().collect()
    }

    pub(super) async fn find_at_services(&self, text: &str) -> (Vec<ProviderRelease>, Vec<ProviderError>) {
        let results =
            join_all(self.catalogs().iter().map(|catalog| self.find_at_service(catalog.as_ref(), text))).await;
        let (found, errors) = super::provider_gateway::partition_results(results);
        (found.into_iter().flatten().collect(), errors)
    }

    async fn find_at_service(
        &self,
        catalog: &dyn ReleaseCatalog,
        text: &str,
    ) -> Result<Vec<ProviderRelease>, ProviderError> {
        let key = CacheKey { provider: catalog.provider(), text: format!("find:{}", text.to_lowercase()) };
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
