//! Lookups of links between providers: many in one request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use domain::upc::Upc;
use futures::future::BoxFuture;
use futures::future::join_all;
use parking_lot::Mutex;
use pipeline::{Policies, ProviderGateway, lookup_upc};
use providers::{CacheTtl, DISCOGS, MUSICBRAINZ, ProviderError, ReleaseCatalog};
use store::response_cache::ResponseCache;

use crate::searches::upcs;
use crate::setup::connect;

/// A catalog that knows no UPC but links to Discogs, and records which links are looked up.
#[derive(Default)]
struct LinkingCatalog {
    lookups: Mutex<Vec<Vec<String>>>,
}

impl ReleaseCatalog for LinkingCatalog {
    fn provider(&self) -> Provider {
        MUSICBRAINZ
    }

    fn batch_size(&self) -> usize {
        25
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::from_hours(1), not_found: Duration::from_hours(1) }
    }

    fn search_upcs<'a>(
        &'a self,
        _upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move { Ok(HashMap::new()) })
    }

    fn fetch_release<'a>(
        &'a self,
        _id: &'a ReleaseId,
    ) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }

    fn linked_provider(&self) -> Option<Provider> {
        Some(DISCOGS)
    }

    fn find_links<'a>(
        &'a self,
        ids: &'a [ReleaseId],
    ) -> BoxFuture<'a, Result<HashMap<ReleaseId, Vec<ReleaseId>>, ProviderError>> {
        let mut looked_up = ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        looked_up.sort();
        Box::pin(async move {
            self.lookups.lock().push(looked_up);
            Ok(HashMap::new())
        })
    }
}

/// Discogs answers one search after the other, as at its limit. The links of both releases are looked up together, and
/// those of a single item at once.
#[tokio::test]
async fn links_of_releases_that_are_found_one_after_the_other_are_looked_up_in_one_request() {
    let (links, [first, second, third]) = (Arc::new(LinkingCatalog::default()), upcs());
    let discogs = Arc::new(SequentialCatalog { upcs: upcs(), turn: tokio::sync::Mutex::default() });
    let catalogs: [Arc<dyn ReleaseCatalog>; 2] = [links.clone(), discogs];
    let connected = catalogs.map(|catalog| connect(Some(catalog), None));
    let gateway = ProviderGateway::new(connected.into(), ResponseCache::open_in_memory().await.unwrap());
    let policies = Policies::default();
    join_all([first, second].map(|upc| lookup_upc(&gateway, upc, None, &policies))).await;
    lookup_upc(&gateway, third, None, &policies).await.unwrap();
    assert_eq!(*links.lookups.lock(), [vec!["discogs:1", "discogs:2"], vec!["discogs:3"]]);
}

/// A service that takes longer for each search than a batch of links waited before, and finds releases 1, 2 and 3.
struct SequentialCatalog {
    upcs: [Upc; 3],
    turn: tokio::sync::Mutex<()>,
}

impl ReleaseCatalog for SequentialCatalog {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::from_hours(1), not_found: Duration::from_hours(1) }
    }

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let number = 1 + self.upcs.iter().position(|upc| *upc == upcs[0]).unwrap();
            let release = format!("discogs:{number} | Nirvana | Nevermind");
            Ok([(upcs[0], testing::verdicts::parse_releases(&[release.as_str()]))].into())
        })
    }

    fn fetch_release<'a>(
        &'a self,
        _id: &'a ReleaseId,
    ) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }
}
