//! Puts the offline catalog of a database in front of its web service: a barcode or ID in the data dump needs no
//! request. Releases added after the dump are requested from the service.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use catalog::{CatalogFolder, CatalogInfo, CatalogRecord, OfflineCatalog, OpenCatalogError};
use futures::future::BoxFuture;

use super::provider::{CacheTtl, ProviderError, ReleaseCatalog};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use domain::upc::Upc;

/// A release of a data dump that can be parsed like a response of the service.
pub(super) trait CopiedRecord: CatalogRecord {
    /// Name of the provider.
    const PROVIDER: Provider;

    /// Parses the record with the parser for the service's responses.
    fn parse(&self, info: &CatalogInfo) -> Option<ProviderRelease>;

    /// Returns the record with this ID.
    fn find(catalog: &OfflineCatalog<Self>, id: &str) -> io::Result<Option<Self>>;

    /// Returns the records that are linked to this release of another provider.
    fn find_linked(_catalog: &OfflineCatalog<Self>, _id: &ReleaseId) -> io::Result<Vec<Self>> {
        Ok(Vec::new())
    }
}

/// A service whose offline catalog is used as the copy of its data.
pub(super) struct OfflineFirst<R> {
    folder: Arc<CatalogFolder<R>>,
    /// The open catalog; `None` before the first import.
    offline: Option<Arc<OfflineCatalog<R>>>,
    errors: ReadErrorLog,
    api: Arc<dyn ReleaseCatalog>,
}

impl<R: CopiedRecord> OfflineFirst<R> {
    /// Opens the catalog that is in `folder` now. An unreadable catalog is treated as empty, so the service is asked.
    pub(super) fn new(folder: &Path, api: Arc<dyn ReleaseCatalog>) -> Self {
        let folder = Arc::new(CatalogFolder::new(folder));
        let offline = open_current(&folder).unwrap_or_default();
        Self { folder, offline, errors: ReadErrorLog::default(), api }
    }

    /// Returns what `read` finds in the catalog; the default value if there is no readable catalog.
    async fn read_offline<T: Default + Send + 'static>(
        &self,
        read: impl FnOnce(&OfflineCatalog<R>) -> io::Result<T> + Send + 'static,
    ) -> T {
        let Some(offline) = self.offline.clone() else { return T::default() };
        let found = tokio::task::spawn_blocking(move || read(&offline)).await.map_err(io::Error::other);
        self.errors.unwrap_or_default(found.and_then(|found| found))
    }
}

/// Logs that a catalog cannot be read, once for each opened catalog: each lookup can fail again.
#[derive(Clone, Default)]
struct ReadErrorLog(Arc<AtomicBool>);

impl ReadErrorLog {
    /// Returns the default value for an error, so that the service is asked.
    fn unwrap_or_default<T: Default>(&self, result: io::Result<T>) -> T {
        result.unwrap_or_else(|error| {
            if self.0.swap(true, Ordering::Relaxed) {
                tracing::debug!(%error, "the offline catalog cannot be read");
            } else {
                tracing::warn!(%error, "cannot read the offline catalog; asking the service instead");
            }
            T::default()
        })
    }
}

/// Returns the catalog in the folder; `None` if there is none. Logs an error.
fn open_current<R: CopiedRecord>(
    folder: &CatalogFolder<R>,
) -> Result<Option<Arc<OfflineCatalog<R>>>, OpenCatalogError> {
    folder.current().inspect_err(|error| tracing::warn!(%error, "the offline catalog cannot be opened"))
}

/// Parses releases of the dump. Their source is a text such as `discogs dump 2026-10`.
fn parse_records<R: CopiedRecord>(info: &CatalogInfo, records: &[R]) -> Vec<ProviderRelease> {
    let source = format!("{} dump {}", R::PROVIDER.as_str(), info.dump_date.month());
    let releases = records.iter().filter_map(|record| record.parse(info));
    releases.map(|release| ProviderRelease { snapshot: Some(source.clone()), ..release }).collect()
}

impl<R: CopiedRecord> ReleaseCatalog for OfflineFirst<R> {
    fn provider(&self) -> Provider {
        R::PROVIDER
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

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move { self.api.search_upcs(upcs).await })
    }

    fn fetch_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { self.api.fetch_release(id).await })
    }

    fn cache_scope(&self) -> String {
        self.api.cache_scope()
    }

    fn has_copy(&self) -> bool {
        self.offline.is_some()
    }

    fn search_copy<'a>(&'a self, upcs: &'a [Upc]) -> BoxFuture<'a, HashMap<Upc, Vec<ProviderRelease>>> {
        Box::pin(async move {
            let (upcs, errors) = (upcs.to_vec(), self.errors.clone());
            self.read_offline(move |offline| {
                let mut found = HashMap::new();
                for upc in upcs {
                    let records = errors.unwrap_or_default(offline.releases_with_barcode(upc));
                    let releases = parse_records(offline.info(), &records);
                    if !releases.is_empty() {
                        found.insert(upc, releases);
                    }
                }
                Ok(found)
            })
            .await
        })
    }

    fn copied_release<'a>(&'a self, id: &'a ReleaseId) -> BoxFuture<'a, Option<ProviderRelease>> {
        Box::pin(async move {
            let id = id.id.clone();
            let read = move |offline: &OfflineCatalog<R>| {
                let record = R::find(offline, &id)?;
                Ok(parse_records(offline.info(), record.as_slice()).pop())
            };
            self.read_offline(read).await
        })
    }

    fn find_in_copy<'a>(&'a self, text: &'a str, limit: usize) -> BoxFuture<'a, Vec<ProviderRelease>> {
        Box::pin(async move {
            let text = text.to_owned();
            let read = move |offline: &OfflineCatalog<R>| {
                Ok(parse_records(offline.info(), &offline.find_releases(&text, limit)?))
            };
            self.read_offline(read).await
        })
    }

    fn linked_provider(&self) -> Option<Provider> {
        self.api.linked_provider()
    }

    fn find_links<'a>(
        &'a self,
        ids: &'a [ReleaseId],
    ) -> BoxFuture<'a, Result<HashMap<ReleaseId, Vec<ReleaseId>>, ProviderError>> {
        Box::pin(async move { self.api.find_links(ids).await })
    }

    fn find_links_in_copy<'a>(&'a self, ids: &'a [ReleaseId]) -> BoxFuture<'a, HashMap<ReleaseId, Vec<ReleaseId>>> {
        Box::pin(async move {
            let (ids, errors) = (ids.to_vec(), self.errors.clone());
            self.read_offline(move |offline| {
                let mut found = HashMap::new();
                for id in ids {
                    let records = errors.unwrap_or_default(R::find_linked(offline, &id));
                    let releases = parse_records(offline.info(), &records);
                    if !releases.is_empty() {
                        found.insert(id, releases.into_iter().map(|release| release.id).collect());
                    }
                }
                Ok(found)
            })
            .await
        })
    }

    fn find_releases<'a>(
        &'a self,
        text: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ProviderRelease>, ProviderError>> {
        Box::pin(async move { self.api.find_releases(text, limit).await })
    }

    fn with_current_copy(&self) -> Option<Arc<dyn ReleaseCatalog>> {
        let current = open_current(&self.folder).ok()?;
        let is_same = match (&self.offline, &current) {
            (Some(used), Some(current)) => Arc::ptr_eq(used, current),
            (None, None) => true,
            _ => false,
        };
        let (folder, api) = (self.folder.clone(), self.api.clone());
        let errors = ReadErrorLog::default();
        (!is_same).then(|| Arc::new(Self { folder, offline: current, errors, api }) as Arc<dyn ReleaseCatalog>)
    }
}
