//! The offline catalog in front of the Discogs API: a barcode or an id that the data dump has needs no request. Releases
//! that were entered after the dump are found by the API.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use catalog::{CatalogFolder, OfflineCatalog, OpenCatalogError, ReleaseRecord};
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::super::provider::{CacheTtl, ProviderError, ReleaseCatalog};
use super::parse::{DISCOGS, parse_release};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use domain::upc::Upc;

/// The API with the offline catalog as the copy of its data.
pub(super) struct OfflineFirst {
    folder: Arc<CatalogFolder>,
    /// The catalog in use; `None` before the first import.
    offline: Option<Arc<OfflineCatalog>>,
    api: Arc<dyn ReleaseCatalog>,
}

impl OfflineFirst {
    /// Uses the catalog that is in `folder` now. One that cannot be read has nothing: the API is asked then.
    pub(super) fn new(folder: Arc<CatalogFolder>, api: Arc<dyn ReleaseCatalog>) -> Self {
        let offline = open_current(&folder).unwrap_or_default();
        Self { folder, offline, api }
    }

    /// Returns what the catalog has. A catalog that cannot be read has nothing: the API is asked then.
    async fn read_offline(
        &self,
        read: impl FnOnce(&OfflineCatalog) -> io::Result<Vec<ReleaseRecord>> + Send + 'static,
    ) -> Vec<ProviderRelease> {
        let Some(offline) = self.offline.clone() else { return Vec::new() };
        let month = offline.info().dump_date.month();
        let records = tokio::task::spawn_blocking(move || read(&offline)).await.map_err(io::Error::other);
        match records.and_then(|records| records) {
            Ok(records) => records.iter().filter_map(|record| parse_record(record, &month)).collect(),
            Err(error) => {
                tracing::warn!(%error, "the offline catalog cannot be read");
                Vec::new()
            }
        }
    }
}

/// Returns the catalog in the folder, if there is one. An error is logged.
fn open_current(folder: &CatalogFolder) -> Result<Option<Arc<OfflineCatalog>>, OpenCatalogError> {
    folder.current().inspect_err(|error| tracing::warn!(%error, "the offline catalog cannot be opened"))
}

/// Parses a release of the dump with the parser of the API.
fn parse_record(record: &ReleaseRecord, month: &str) -> Option<ProviderRelease> {
    // The dump has no prices, so their currency does not matter.
    let mut release = parse_release(LenientJson::new(&record.to_api_json()), "", Timestamp::UNIX_EPOCH)?;
    release.snapshot = Some(format!("{DISCOGS} dump {month}"));
    Some(release)
}

#[async_trait]
impl ReleaseCatalog for OfflineFirst {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    fn batch_size(&self) -> usize {
        self.api.batch_size()
    }

    fn cache_ttl(&self) -> CacheTtl {
        self.api.cache_ttl()
    }

    fn can_search(&self) -> bool {
        self.api.can_search()
    }

    async fn search_upcs(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError> {
        self.api.search_upcs(upcs).await
    }

    async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError> {
        self.api.fetch_release(id).await
    }

    fn has_copy(&self) -> bool {
        self.offline.is_some()
    }

    async fn search_copy(&self, upcs: &[Upc]) -> HashMap<Upc, Vec<ProviderRelease>> {
        let mut found = HashMap::new();
        for upc in upcs.iter().copied() {
            let releases = self.read_offline(move |offline| offline.releases_with_barcode(upc)).await;
            if !releases.is_empty() {
                found.insert(upc, releases);
            }
        }
        found
    }

    async fn copied_release(&self, id: &ReleaseId) -> Option<ProviderRelease> {
        let number = id.id.parse().ok()?;
        self.read_offline(move |offline| Ok(offline.release(number)?.into_iter().collect())).await.pop()
    }

    async fn find_in_copy(&self, text: &str, limit: usize) -> Vec<ProviderRelease> {
        let text = text.to_owned();
        self.read_offline(move |offline| offline.find_releases(&text, limit)).await
    }

    async fn find_releases(&self, text: &str, limit: usize) -> Result<Vec<ProviderRelease>, ProviderError> {
        self.api.find_releases(text, limit).await
    }

    fn with_current_copy(&self) -> Option<Arc<dyn ReleaseCatalog>> {
        let current = open_current(&self.folder).ok()?;
        let is_same = match (&self.offline, &current) {
            (Some(used), Some(current)) => Arc::ptr_eq(used, current),
            (None, None) => true,
            _ => false,
        };
        let (folder, api) = (self.folder.clone(), self.api.clone());
        (!is_same).then(|| Arc::new(Self { folder, offline: current, api }) as Arc<dyn ReleaseCatalog>)
    }
}
