//! The offline catalog in front of the Discogs API: a barcode or an id that the data dump has needs no request.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use catalog::{OfflineCatalog, ReleaseRecord};
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::super::provider::{CacheTtl, ProviderError, ReleaseCatalog};
use super::parse::{DISCOGS, parse_release};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use domain::upc::Upc;

/// Asks the offline catalog, then the API for what the catalog does not have: releases that were entered after the dump.
pub(super) struct OfflineFirst {
    offline: Arc<OfflineCatalog>,
    api: Arc<dyn ReleaseCatalog>,
}

impl OfflineFirst {
    pub(super) fn new(offline: Arc<OfflineCatalog>, api: Arc<dyn ReleaseCatalog>) -> Self {
        Self { offline, api }
    }

    /// Returns what the catalog has. A catalog that cannot be read has nothing: the API is asked then.
    async fn read_offline(
        &self,
        read: impl FnOnce(&OfflineCatalog) -> io::Result<Vec<ReleaseRecord>> + Send + 'static,
    ) -> Vec<ProviderRelease> {
        let offline = self.offline.clone();
        let records = tokio::task::spawn_blocking(move || read(&offline)).await.map_err(io::Error::other);
        match records.and_then(|records| records) {
            Ok(records) => records.iter().filter_map(|record| parse_record(record, &self.offline)).collect(),
            Err(error) => {
                tracing::warn!(%error, "the offline catalog cannot be read");
                Vec::new()
            }
        }
    }
}

/// Parses a release of the dump with the parser of the API.
fn parse_record(record: &ReleaseRecord, offline: &OfflineCatalog) -> Option<ProviderRelease> {
    // The dump has no prices, so their currency does not matter.
    let mut release = parse_release(LenientJson::new(&record.to_api_json()), "", Timestamp::UNIX_EPOCH)?;
    release.snapshot = Some(format!("{DISCOGS} dump {}", offline.info().dump_date.month()));
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

    /// The catalog needs no token.
    fn can_search(&self) -> bool {
        true
    }

    async fn search_upcs(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError> {
        let (mut found, mut missing) = (HashMap::new(), Vec::new());
        for upc in upcs.iter().copied() {
            let releases = self.read_offline(move |offline| offline.releases_with_barcode(upc)).await;
            if releases.is_empty() {
                missing.push(upc);
            } else {
                found.insert(upc, releases);
            }
        }
        if !missing.is_empty() && self.api.can_search() {
            found.extend(self.api.search_upcs(&missing).await?);
        }
        Ok(found)
    }

    async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError> {
        let number = id.id.parse().ok();
        let read = move |offline: &OfflineCatalog| match number {
            Some(number) => Ok(offline.release(number)?.into_iter().collect()),
            None => Ok(Vec::new()),
        };
        match self.read_offline(read).await.pop() {
            Some(release) => Ok(Some(release)),
            None => self.api.fetch_release(id).await,
        }
    }
}
