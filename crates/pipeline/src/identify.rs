//! Who is this UPC? All catalogues are asked at once, what could win is fetched in full, and the rules decide.

use domain::job_spec::JobId;
use domain::matching::{self, MatchPreferences, Verdict};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::ReleaseId;
use domain::upc::Upc;
use providers::ProviderError;

use super::provider_gateway::ProviderGateway;

/// What was found out, and who could not help.
pub struct IdentifyResult {
    pub verdict: Verdict,
    /// Providers that did not answer, each in its own words.
    pub provider_errors: Vec<ProviderError>,
}

/// How often the leaders are fetched in full before the verdict stands: the first fetch can bring links to another
/// provider, whose entry can change who leads. A third round has never had anything to fetch.
const MAX_ROUNDS: usize = 3;

/// Entries of one provider that are fetched because another links to them.
const MAX_LINKS_PER_PROVIDER: usize = 5;

/// Asks who `upc` is; for `job`, where it is one that asks.
///
/// # Errors
/// What the providers said, where nothing was found and at least one of them did not answer: "unknown" would be a
/// guess then.
pub async fn identify_release(
    gateway: &ProviderGateway,
    upc: Upc,
    job: Option<&JobId>,
    preferences: &MatchPreferences,
) -> Result<IdentifyResult, Vec<ProviderError>> {
    let mut inquiry = Identification {
        gateway,
        upc,
        entries: Vec::new(),
        searched_providers: Vec::new(),
        provider_errors: Vec::new(),
    };
    inquiry.search_catalogs(job).await;
    if inquiry.entries.is_empty() && !inquiry.provider_errors.is_empty() {
        return Err(inquiry.provider_errors);
    }
    for _ in 0..MAX_ROUNDS {
        if !inquiry.fetch_details(preferences).await {
            break;
        }
    }
    let Identification { entries: releases, searched_providers: asked, provider_errors: without, .. } = inquiry;
    Ok(IdentifyResult {
        verdict: matching::identify_release(upc, &releases, &asked, preferences),
        provider_errors: without,
    })
}

struct Identification<'a> {
    gateway: &'a ProviderGateway,
    upc: Upc,
    entries: Vec<ProviderRelease>,
    searched_providers: Vec<Provider>,
    provider_errors: Vec<ProviderError>,
}

impl Identification<'_> {
    async fn search_catalogs(&mut self, job: Option<&JobId>) {
        for (provider, found) in self.gateway.search_upc(self.upc, job).await {
            self.searched_providers.push(provider);
            match found {
                Ok(releases) => self.entries.extend(releases),
                Err(error) => self.provider_errors.push(error),
            }
        }
    }

    /// Fetches in full what could win, and what the full entries link to. True where something came.
    async fn fetch_details(&mut self, preferences: &MatchPreferences) -> bool {
        let mut wanted = self.leading_summaries(preferences);
        wanted.extend(self.linked_releases());
        let fetched = futures::future::join_all(wanted.iter().map(|id| self.gateway.fetch_release(id))).await;
        let mut messages = false;
        for (id, found) in wanted.into_iter().zip(fetched) {
            match found {
                Ok(Some(release)) => {
                    self.merge_release(&id, release);
                    messages = true;
                }
                Ok(None) => self.remove_release(&id),
                Err(error) => self.record_fetch_error(&id, error),
            }
        }
        messages
    }

    fn leading_summaries(&self, preferences: &MatchPreferences) -> Vec<ReleaseId> {
        let mut leaders = matching::detail_candidates(self.upc, &self.entries, preferences);
        leaders.retain(|id| self.entries.iter().any(|e| e.id == *id && e.completeness == Completeness::Summary));
        leaders
    }

    /// Entries that others link to, at catalogues that had none of their own for this UPC: without a key Discogs is
    /// found in this way only.
    fn linked_releases(&self) -> Vec<ReleaseId> {
        let silent = |provider: &Provider| !self.entries.iter().any(|e| e.id.provider == *provider);
        let mut links = Vec::new();
        for catalogue in self.gateway.catalogs() {
            let provider = catalogue.provider();
            if !silent(&provider) || self.provider_errors.iter().any(|u| *u.provider() == provider) {
                continue;
            }
            let to_it = self.entries.iter().flat_map(|e| &e.links).filter(|link| link.provider == provider);
            for link in to_it.take(MAX_LINKS_PER_PROVIDER) {
                if !links.contains(link) {
                    links.push(link.clone());
                }
            }
        }
        links
    }

    fn merge_release(&mut self, asked_as: &ReleaseId, release: ProviderRelease) {
        if !self.searched_providers.contains(&release.id.provider) {
            self.searched_providers.push(release.id.provider.clone());
        }
        match self.entries.iter_mut().find(|e| e.id == *asked_as || e.id == release.id) {
            Some(summary) => *summary = release,
            None => self.entries.push(release),
        }
    }

    /// The service has the entry no more: neither its summary nor links to it count.
    fn remove_release(&mut self, id: &ReleaseId) {
        self.entries.retain(|e| e.id != *id);
        self.entries.iter_mut().for_each(|e| e.links.retain(|link| link != id));
    }

    /// The summary stands; it is not asked for again in this inquiry.
    fn record_fetch_error(&mut self, id: &ReleaseId, error: ProviderError) {
        self.provider_errors.push(error);
        match self.entries.iter_mut().find(|e| e.id == *id) {
            Some(summary) => summary.completeness = Completeness::Full,
            None => self.entries.iter_mut().for_each(|e| e.links.retain(|link| link != id)),
        }
    }
}
