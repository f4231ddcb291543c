//! Barcode searches: shared requests, shared results, and a panic during a search.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use domain::upc::Upc;
use futures::future::BoxFuture;
use futures::future::join_all;
use parking_lot::Mutex;
use providers::{CacheTtl, ProviderError, ReleaseCatalog};

use crate::setup::{DEEZER, gateway_to};

/// A catalog without releases that accepts ten UPCs per request and records its requests.
#[derive(Default)]
struct EmptyCatalog {
    requests: Mutex<Vec<Vec<Upc>>>,
    panics_next: AtomicBool,
}

impl ReleaseCatalog for EmptyCatalog {
    fn provider(&self) -> Provider {
        DEEZER
    }

    fn batch_size(&self) -> usize {
        10
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::from_hours(1), not_found: Duration::from_hours(1) }
    }

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            self.requests.lock().push(upcs.to_vec());
            assert!(!self.panics_next.swap(false, Ordering::Relaxed), "this search panics on purpose");
            Ok(HashMap::new())
        })
    }

    fn fetch_release<'a>(
        &'a self,
        _id: &'a ReleaseId,
    ) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }
}

fn upcs() -> [Upc; 3] {
    ["602547202222", "724349691704", "093624993629"].map(|digits| digits.parse().unwrap())
}

#[tokio::test]
async fn concurrent_searches_share_one_request_per_upc() {
    let catalog = Arc::new(EmptyCatalog::default());
    let gateway = gateway_to(Some(catalog.clone()), None).await;
    let [first, second, _] = upcs();
    let found = join_all([first, second, first].map(|upc| gateway.search_upc(upc, None))).await;
    assert!(found.iter().flatten().all(|(provider, found)| *provider == DEEZER && found.is_ok()));
    assert_eq!(*catalog.requests.lock(), [[first, second]]);
    gateway.search_upc(first, None).await;
    assert_eq!(catalog.requests.lock().len(), 1, "the result is cached");
}

#[tokio::test]
async fn a_search_that_panics_fails_its_callers_but_not_later_ones() {
    let catalog = Arc::new(EmptyCatalog::default());
    let gateway = gateway_to(Some(catalog.clone()), None).await;
    let [first, second, _] = upcs();
    catalog.panics_next.store(true, Ordering::Relaxed);
    let both = join_all([first, second, first].map(|upc| gateway.search_upc(upc, None)));
    let failed = tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
    assert!(failed.iter().flatten().all(|(_, found)| matches!(found, Err(ProviderError::Aborted { .. }))));
    let later = tokio::time::timeout(Duration::from_secs(10), gateway.search_upc(first, None)).await.unwrap();
    assert!(later.iter().all(|(_, found)| found.is_ok()));
    assert_eq!(*catalog.requests.lock(), [vec![first, second], vec![first]]);
}
