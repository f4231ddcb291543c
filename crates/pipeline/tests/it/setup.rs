//! Test setup: a journal with identified items, settings, and a price guide that defers every item.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::condition::Condition;
use domain::event::{ItemEvent, JobEvent, Seq};
use domain::job_spec::JobId;
use domain::listing::Listing;
use domain::outcome::Status;
use domain::pricing::{Sample, SampleKind};
use domain::provider::Provider;
use domain::release::Release;
use domain::sku::Sku;
use domain::upc::Upc;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use pipeline::app_context::AppContext;
use pipeline::result_storage::ResultStorage;
use pipeline::{ItemPhotos, ItemPipeline, Policies, ProviderGateway};
use providers::{CacheTtl, ConnectedProvider, PriceGuide, ProviderError, ReleaseCatalog};
use serde_json::Value;
use sinks::{DraftResult, DraftSink, RecordedEntry, RecordedMatch, SinkError};
use store::journal::Journal;
use store::location::StoreLocation;
use store::photo_store::PhotoStore;
use store::response_cache::ResponseCache;
use testing::events::{item_event, job_spec, matched};
use tokio::sync::mpsc;
use upstream::{HttpClient, RedirectPolicy, Settings, UpstreamConfig};

pub(crate) const DEEZER: Provider = Provider::from_static("deezer");

/// Longer than any test has to wait for an expected event.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// Creates a job with the items 1 to `count`, which are identified but not priced.
pub(crate) async fn job_before_prices(journal: &Journal, count: u32) -> JobId {
    let job = testing::events::create_job(journal, count).await;
    journal.append_events(&job, (1..=count).map(matched).collect()).await.unwrap();
    job
}

pub(crate) fn paused(number: u32) -> JobEvent {
    item_event(number, ItemEvent::Paused)
}

pub(crate) fn resumed(number: u32) -> JobEvent {
    item_event(number, ItemEvent::Resumed)
}

/// Waits until the job has an event that matches.
pub(crate) async fn wait_for_event(journal: &Journal, job: &JobId, matches: impl Fn(&JobEvent) -> bool) {
    let mut events = journal.follow_events(Some(job.clone()), Seq(0));
    let found = async {
        while let Some(batch) = events.next().await {
            if batch.unwrap().iter().any(|event| matches(&event.payload)) {
                return;
            }
        }
    };
    tokio::time::timeout(TIMEOUT, found).await.expect("the event occurs");
}

/// Returns the photos of a store that does not exist.
async fn no_photos() -> ItemPhotos {
    let store = PhotoStore::open_read_only(&StoreLocation::in_folder("no-folder")).await.unwrap();
    ItemPhotos::new(store, "sandbox".to_owned())
}

/// Returns a context without services. Files that are not the journal's go into `folder`.
pub(crate) async fn context(journal: Journal, folder: &Path) -> AppContext {
    let response_cache = ResponseCache::open_in_memory().await.unwrap();
    AppContext {
        gateway: Arc::new(ProviderGateway::new(Vec::new(), response_cache.clone())),
        credential_check: <_>::default(),
        journal,
        response_cache,
        photos: no_photos().await,
        ebay: None,
        ebay_environment_id: "sandbox".to_owned(),
        policies: Policies::default(),
        upstreams: Vec::new(),
        providers: Vec::new(),
        intake: <_>::default(),
        catalog_folder: None,
        results: ResultStorage::new("results".into(), <_>::default(), StoreLocation::in_folder(folder)),
        concurrency: 4,
        advice: Vec::new(),
        notify_wait: |_| (),
    }
}

/// Returns a gateway to one scripted provider. No request is sent to its address.
pub(crate) async fn gateway_to(
    catalog: Option<Arc<dyn ReleaseCatalog>>,
    price_guide: Option<Arc<dyn PriceGuide>>,
) -> ProviderGateway {
    let provider = connect(catalog, price_guide);
    ProviderGateway::new(vec![provider], ResponseCache::open_in_memory().await.unwrap())
}

/// Connects one scripted provider. No request is sent to its address.
pub(crate) fn connect(
    catalog: Option<Arc<dyn ReleaseCatalog>>,
    price_guide: Option<Arc<dyn PriceGuide>>,
) -> ConnectedProvider {
    let config = UpstreamConfig {
        name: DEEZER,
        base_url: "http://127.0.0.1:9".to_owned(),
        rate: None,
        concurrency: 1,
        redirects: RedirectPolicy::None,
        throttle_statuses: &[429],
        quota_exhausted: None,
    };
    let upstream = HttpClient::new(&Settings::default()).unwrap().upstream(config).unwrap();
    ConnectedProvider { catalog, price_guide, cover_source: None, upstream, ebay_api: None }
}

/// A price guide whose quota resets in an hour. It sends the UPC of each request to `requests`.
struct ExhaustedGuide {
    requests: mpsc::Sender<Upc>,
}

impl PriceGuide for ExhaustedGuide {
    fn provider(&self) -> Provider {
        DEEZER
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: TIMEOUT, not_found: TIMEOUT }
    }

    fn sample_kind(&self) -> SampleKind {
        SampleKind::Sold
    }

    fn fetch_samples<'a>(
        &'a self,
        release: &'a Release,
        _condition: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>> {
        Box::pin(async move {
            self.requests.send(release.barcode.as_ref().unwrap().value).await.unwrap();
            Err(ProviderError::QuotaExhausted {
                provider: DEEZER,
                retry_at: Some(Timestamp::now() + SignedDuration::from_hours(1)),
                message: "the limit of the day is used up".to_owned(),
            })
        })
    }
}

/// A sink for tests that never create a draft.
struct UnusedSink;

impl DraftSink for UnusedSink {
    fn name(&self) -> &'static str {
        "unused"
    }

    fn item_status(&self) -> Status {
        Status::Drafted
    }

    fn description(&self) -> &'static str {
        "a sink that is not used"
    }

    fn parse_recorded(&self, _sku: &Sku, _payload: &Value) -> Option<RecordedEntry> {
        None
    }

    fn compare_recorded(&self, _payload: &Value, _listing: &Listing) -> RecordedMatch {
        RecordedMatch::Different
    }

    fn create_draft<'a>(&'a self, _listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move { Ok(DraftResult::Rejected("it is not used".to_owned())) })
    }
}

/// Returns the pipeline of a job whose items are all deferred for their price, and the UPCs that the price guide
/// receives.
pub(crate) async fn pipeline_of(journal: &Journal, job: &JobId) -> (Arc<ItemPipeline>, mpsc::Receiver<Upc>) {
    let (requests, received) = mpsc::channel(16);
    let pipeline = ItemPipeline {
        lots: <_>::default(),
        gateway: Arc::new(gateway_to(None, Some(Arc::new(ExhaustedGuide { requests }))).await),
        journal: journal.clone(),
        photos: no_photos().await,
        sink: Arc::new(UnusedSink),
        policies: Policies::default(),
        job: job.clone(),
        spec: job_spec(),
        unconfirmed: <_>::default(),
    };
    (Arc::new(pipeline), received)
}
