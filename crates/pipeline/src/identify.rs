//! Identifies a UPC: searches all catalogs concurrently, fetches full details of candidates that could win, and
//! applies the matching rules.

use domain::job_spec::JobId;
use domain::matching::{self, MatchPreferences, Verdict};
use domain::provider::Provider;
use domain::provider_release::{Completeness, ProviderRelease};
use domain::release::ReleaseId;
use domain::upc::Upc;
use jiff::Timestamp;
use providers::ProviderError;

use super::link_batcher::LinkBatcher;
use super::provider_gateway::ProviderGateway;

/// The verdict about a UPC, with the providers that did not contribute.
pub(super) struct IdentifyResult {
    pub(super) verdict: Verdict,
    /// One error for each provider that did not answer.
    pub(super) provider_errors: Vec<ProviderError>,
}

/// Maximum rounds of fetching details of the leading candidates: first from the most trusted provider, then from
/// others if something remains open. Each round can reveal links to another provider, whose entry can change the
/// leading candidate.
const MAX_ROUNDS: usize = 4;

/// Maximum entries of one provider to fetch because other providers link to them.
const MAX_LINKS_PER_PROVIDER: usize = 5;

/// Identifies `upc`. `job` is the requesting job, if any.
///
/// # Errors
/// Returns the providers' errors if nothing was found and at least one provider did not answer, because the verdict
/// "unknown" would be a guess.
pub(super) async fn identify_release(
    gateway: &ProviderGateway,
    upc: Upc,
    job: Option<&JobId>,
    preferences: &MatchPreferences,
) -> Result<IdentifyResult, Vec<ProviderError>> {
    let mut identification = Identification {
        gateway,
        upc,
        entries: Vec::new(),
        searched_providers: Vec::new(),
        provider_errors: Vec::new(),
        unreadable: Vec::new(),
    };
    let expected_lookups = gateway.link_batchers().iter().filter_map(LinkBatcher::expect_lookup).collect::<Vec<_>>();
    identification.search_catalogs(job).await;
    if identification.entries.is_empty() && !identification.provider_errors.is_empty() {
        return Err(identification.provider_errors);
    }
    identification.resolve_links().await;
    drop(expected_lookups);
    for _ in 0..MAX_ROUNDS {
        if !identification.fetch_details(preferences).await {
            break;
        }
    }
    identification.entries.iter_mut().for_each(|entry| entry.drop_implausible_date(Timestamp::now()));
    let Identification { entries, searched_providers, provider_errors, .. } = identification;
    let verdict = matching::identify_release(upc, &entries, &searched_providers, preferences);
    Ok(IdentifyResult { verdict, provider_errors })
}

struct Identification<'a> {
    gateway: &'a ProviderGateway,
    upc: Upc,
    entries: Vec<ProviderRelease>,
    searched_providers: Vec<Provider>,
    provider_errors: Vec<ProviderError>,
    /// Summaries whose details could not be fetched.
    unreadable: Vec<ReleaseId>,
}

impl Identification<'_> {
    async fn search_catalogs(&mut self, job: Option<&JobId>) {
        for (provider, result) in self.gateway.search_upc(self.upc, job).await {
            self.searched_providers.push(provider);
            match result {
                Ok(releases) => self.entries.extend(releases),
                Err(error) => self.provider_errors.push(error),
            }
        }
    }

    /// Adds the links to the entries that other providers have. If such a provider does not answer, the entries are
    /// unchanged.
    async fn resolve_links(&mut self) {
        let gateway = self.gateway;
        for batcher in gateway.link_batchers() {
            if self.provider_errors.iter().any(|error| *error.provider() == batcher.provider) {
                continue;
            }
            let knows_upc = self.entries.iter().any(|entry| entry.id.provider == batcher.provider);
            if knows_upc { self.link_copied_entries(batcher).await } else { self.link_all_entries(batcher).await }
        }
    }

    /// Adds links from a provider that does not know the UPC.
    async fn link_all_entries(&mut self, batcher: &LinkBatcher) {
        let entries = self.entries.iter_mut().filter(|entry| entry.id.provider == batcher.linked_provider);
        add_links(batcher, entries, |_| true).await;
    }

    /// Adds links from a provider that knows the UPC to entries from an offline copy, which have no links.
    async fn link_copied_entries(&mut self, batcher: &LinkBatcher) {
        let found = self.entries.iter().filter(|entry| entry.id.provider == batcher.provider);
        // Full entries already have all their links.
        if found.clone().all(|entry| entry.completeness == Completeness::Full) {
            return;
        }
        let found = found.map(|entry| entry.id.clone()).collect::<Vec<_>>();
        let copied = self.entries.iter_mut().filter(|entry| entry.snapshot.is_some());
        let copied = copied.filter(|entry| entry.id.provider == batcher.linked_provider);
        // An entry that the search did not find is weaker evidence for the UPC than the ones it found.
        add_links(batcher, copied, |link| found.contains(link)).await;
    }

    /// Fetches details of the candidates that could win, and of the entries that full entries link to. Returns true if
    /// at least one entry was fetched.
    async fn fetch_details(&mut self, preferences: &MatchPreferences) -> bool {
        let mut wanted = self.leading_summaries(preferences);
        wanted.extend(self.linked_releases());
        let results = futures::future::join_all(wanted.iter().map(|id| self.gateway.fetch_release(id))).await;
        let mut is_any_fetched = false;
        for (id, result) in wanted.into_iter().zip(results) {
            match result {
                Ok(Some(release)) => {
                    self.merge_release(&id, release);
                    is_any_fetched = true;
                }
                Ok(None) => self.remove_release(&id),
                Err(error) => self.record_fetch_error(&id, error),
            }
        }
        is_any_fetched
    }

    fn leading_summaries(&self, preferences: &MatchPreferences) -> Vec<ReleaseId> {
        let is_summary = |entry: &&ProviderRelease| entry.completeness == Completeness::Summary;
        let summaries = self.entries.iter().filter(is_summary).map(|entry| &entry.id).collect::<Vec<_>>();
        // The ranking costs as much as the verdict, and entries of an offline catalog are already full.
        if summaries.is_empty() {
            return Vec::new();
        }
        let mut leaders = matching::detail_candidates(self.upc, &self.entries, preferences);
        leaders.retain(|id| summaries.contains(&id) && !self.unreadable.contains(id));
        leaders
    }

    /// Returns linked entries in catalogs without an entry for this UPC. Without a key, Discogs entries are found only
    /// in this way.
    fn linked_releases(&self) -> Vec<ReleaseId> {
        let has_no_entry = |provider: &Provider| !self.entries.iter().any(|e| e.id.provider == *provider);
        let mut links = Vec::new();
        for catalog in self.gateway.catalogs() {
            let provider = catalog.provider();
            if !has_no_entry(&provider) || self.provider_errors.iter().any(|error| *error.provider() == provider) {
                continue;
            }
            let links_to_it = self.entries.iter().flat_map(|e| &e.links).filter(|link| link.provider == provider);
            for link in links_to_it.take(MAX_LINKS_PER_PROVIDER) {
                if !links.contains(link) {
                    links.push(link.clone());
                }
            }
        }
        links
    }

    /// Replaces the summary that was requested as `requested_id`, or adds the release.
    fn merge_release(&mut self, requested_id: &ReleaseId, release: ProviderRelease) {
        if !self.searched_providers.contains(&release.id.provider) {
            self.searched_providers.push(release.id.provider.clone());
        }
        match self.entries.iter_mut().find(|e| e.id == *requested_id || e.id == release.id) {
            Some(summary) => *summary = release,
            None => self.entries.push(release),
        }
    }

    /// Removes an entry that its provider has deleted, and all links to the entry.
    fn remove_release(&mut self, id: &ReleaseId) {
        self.entries.retain(|e| e.id != *id);
        self.entries.iter_mut().for_each(|e| e.links.retain(|link| link != id));
    }

    /// Records the error. Keeps a summary, but its details are not fetched again; removes links to another release.
    fn record_fetch_error(&mut self, id: &ReleaseId, error: ProviderError) {
        add_provider_error(&mut self.provider_errors, error);
        self.unreadable.push(id.clone());
        if !self.entries.iter().any(|entry| entry.id == *id) {
            self.entries.iter_mut().for_each(|entry| entry.links.retain(|link| link != id));
        }
    }
}

/// Adds an error unless its provider is already listed.
pub(super) fn add_provider_error(errors: &mut Vec<ProviderError>, error: ProviderError) {
    if !errors.iter().any(|known| known.provider() == error.provider()) {
        errors.push(error);
    }
}

/// Looks up the links to at most [`MAX_LINKS_PER_PROVIDER`] of these entries, and adds the accepted ones.
async fn add_links<'a>(
    batcher: &LinkBatcher,
    entries: impl Iterator<Item = &'a mut ProviderRelease>,
    is_accepted: impl Fn(&ReleaseId) -> bool,
) {
    let lookups = entries.take(MAX_LINKS_PER_PROVIDER).map(|entry| async {
        match batcher.find_links(entry.id.clone()).await {
            Ok(links) => entry.links.extend(links.into_iter().filter(|link| is_accepted(link))),
            Err(error) => tracing::debug!(%error, "cannot look up the links of a release to other databases"),
        }
    });
    futures::future::join_all(lookups).await;
}
