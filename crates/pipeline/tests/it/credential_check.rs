//! The keys of data sources are checked at the start of each batch until they have been accepted.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::ReleaseId;
use domain::upc::Upc;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use pipeline::credential_check::{CredentialCheck, RejectedCredential};
use providers::{CacheTtl, DISCOGS, ProviderError, ReleaseCatalog};
use testing::events::upc;

use crate::setup::gateway_to;

/// The response to one search.
enum Response {
    Unreadable,
    RejectedToken,
    Nothing,
}

/// A service that gives these responses, and then no further one.
struct ScriptedCatalog(Mutex<VecDeque<Response>>);

impl ReleaseCatalog for ScriptedCatalog {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::ZERO, not_found: Duration::ZERO }
    }

    fn search_upcs<'a>(
        &'a self,
        _upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        let response = self.0.lock().pop_front().expect("no further check");
        Box::pin(async move {
            match response {
                Response::Unreadable => {
                    Err(ProviderError::InvalidResponse { provider: DISCOGS, what: "HTML".to_owned() })
                }
                Response::RejectedToken => {
                    Err(ProviderError::TokenRejected { provider: DISCOGS, replace: "DISCOGS_TOKEN" })
                }
                Response::Nothing => Ok(HashMap::new()),
            }
        })
    }

    fn fetch_release<'a>(
        &'a self,
        _id: &'a ReleaseId,
    ) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }
}

/// A service can be unavailable when its key is first checked, and reject it an hour later.
#[tokio::test]
async fn a_key_counts_as_accepted_only_after_a_response() {
    let script = [Response::Unreadable, Response::RejectedToken, Response::Nothing];
    let catalog = Arc::new(ScriptedCatalog(Mutex::new(script.into())));
    let gateway = Arc::new(gateway_to(Some(catalog.clone()), None).await);
    let check = CredentialCheck::new(vec![(DISCOGS, "DISCOGS_TOKEN")], None);
    let items = [upc(1)];
    check.check(&gateway, None, &items).await.expect("an unavailable service does not stop a batch");
    check.check(&gateway, None, &[]).await.expect("a batch without lookups needs no key");
    let rejected = check.check(&gateway, None, &items).await.expect_err("the service responds now");
    assert!(matches!(rejected, RejectedCredential::ProviderKey { variable: "DISCOGS_TOKEN", .. }), "{rejected}");
    check.check(&gateway, None, &items).await.expect("the key is right now");
    check.check(&gateway, None, &items).await.expect("the key is not checked again");
    assert!(catalog.0.lock().is_empty());
}
