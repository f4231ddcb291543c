//! The HTTP server: one loopback port for all simulated services, and the methods with which tests control them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router, middleware};
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::catalog::SandboxCatalog;
use super::counters::{ServiceCounters, ServiceRequestCount};
use super::ebay::{self, EbayMisbehavior, EbayQuirk, EbayStateSnapshot, SandboxEbay};
use super::faults::{FaultInjector, FaultRule, PathFault};
use super::options::SandboxOptions;
use super::rate_window::RateWindow;
use super::state::{SandboxState, ServiceRateWindows};
use super::storage::BucketStore;
use super::{coverartarchive, deezer, discogs, dump_server, itunes, musicbrainz, request_layer, storage, synthetic};
use domain::upc::Upc;

/// A running sandbox. Dropping it stops it.
pub struct Sandbox {
    state: Arc<SandboxState>,
    address: SocketAddr,
    server_task: JoinHandle<()>,
}

impl Sandbox {
    /// Starts serving on 127.0.0.1.
    ///
    /// # Errors
    /// Returns an error if the port is in use.
    pub fn start(options: SandboxOptions) -> BoxFuture<'static, std::io::Result<Self>> {
        // Boxed: the HTTP server is compiled here, and not again in every crate that awaits this.
        Box::pin(Self::bind_and_serve(options))
    }

    async fn bind_and_serve(options: SandboxOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(build_state(options));
        let _ = state.address.set(address);
        let router = build_router(&state);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the sandbox ended");
            }
        });
        Ok(Self { state, address, server_task: serving })
    }

    /// Returns the address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the environment variables that direct Draft Maker to this sandbox.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let at = |path: &str| format!("http://{}{path}", self.address);
        vec![
            ("MUSICBRAINZ_BASE_URL", at("/musicbrainz/ws/2")),
            ("COVERARTARCHIVE_BASE_URL", at("/coverartarchive")),
            ("DISCOGS_BASE_URL", at("/discogs")),
            ("DEEZER_BASE_URL", at("/deezer")),
            ("ITUNES_BASE_URL", at("/itunes")),
            ("STORAGE_EMULATOR_HOST", at("")),
            ("DRAFT_MAKER__CATALOG__DISCOGS_DUMPS", at("/dumps/discogs/")),
            ("DRAFT_MAKER__CATALOG__MUSICBRAINZ_DUMPS", at("/dumps/musicbrainz/")),
        ]
    }

    /// Returns the environment variables that sign a seller in to the simulated eBay.
    pub fn ebay_settings(&self) -> Vec<(&'static str, String)> {
        let at = |path: &str| format!("http://{}{path}", self.address);
        let mut settings = vec![
            ("EBAY_API_BASE_URL", at("/ebay")),
            ("EBAY_AUTH_BASE_URL", at("/ebay/consent")),
            ("EBAY_MEDIA_BASE_URL", at("/ebay/media")),
        ];
        let fixed = [
            ("EBAY_ENVIRONMENT", "sandbox"),
            ("EBAY_MARKETPLACE", self.state.options.site.as_str()),
            ("EBAY_APP_ID", ebay::APP_ID),
            ("EBAY_CERT_ID", ebay::CERT_ID),
            ("EBAY_RU_NAME", ebay::RU_NAME),
            ("EBAY_REFRESH_TOKEN", ebay::REFRESH_TOKEN),
        ];
        settings.extend(fixed.map(|(name, value)| (name, value.to_owned())));
        settings
    }

    /// Returns the state of the simulated eBay.
    pub fn ebay_state(&self) -> EbayStateSnapshot {
        self.state.ebay.snapshot_state()
    }

    /// Applies a merge patch (RFC 7396) to an offer, as the seller would in a browser.
    pub fn seller_edits(&self, sku: &str, patch: &serde_json::Value) {
        self.state.ebay.seller_edits(sku, patch);
    }

    /// Applies a merge patch (RFC 7396) to an item, as the seller would in a browser.
    pub fn seller_edits_item(&self, sku: &str, patch: &serde_json::Value) {
        self.state.ebay.seller_edits_item(sku, patch);
    }

    /// Adds an item and possibly an offer, as another program of the seller would.
    pub fn seller_adds_item(&self, sku: &str, item: &serde_json::Value, offer: Option<&serde_json::Value>) {
        self.state.ebay.seller_adds_item(sku, item, offer);
    }

    /// Makes another machine create an offer of this SKU just before the next one. Its item and offer are the same,
    /// changed by these merge patches (RFC 7396). The offer is live if `lists` is true.
    pub fn queue_concurrent_draft(&self, sku: &str, item: &serde_json::Value, offer: &serde_json::Value, lists: bool) {
        self.state.ebay.queue_concurrent_draft(sku, item, offer, lists);
    }

    /// Adds a quirk to the next `times` responses of this bulk call. The requested change is still made.
    pub fn queue_ebay_quirk(&self, call: &str, times: u64, quirk: EbayQuirk) {
        self.state.ebay.queue_quirk(call, times, quirk);
    }

    /// Replaces the lasting misbehaviors of eBay; an empty list ends them.
    pub fn set_ebay_misbehaviors(&self, misbehaviors: Vec<EbayMisbehavior>) {
        self.state.ebay.set_misbehaviors(misbehaviors);
    }

    /// Makes eBay refuse all access tokens issued so far with 403 and "Insufficient permissions", as it does with
    /// expired ones.
    pub fn deny_access_tokens(&self) {
        self.state.ebay.deny_access_tokens();
    }

    /// Makes an offer live, as the seller would in a browser.
    pub fn seller_lists(&self, sku: &str) {
        self.state.ebay.seller_lists(sku);
    }

    /// Deletes an item, as the seller would in a browser.
    pub fn seller_deletes(&self, sku: &str) {
        self.state.ebay.seller_deletes(sku);
    }

    /// Withdraws the seller's consent.
    pub fn end_consent(&self) {
        self.state.ebay.end_consent();
    }

    /// Withdraws the seller's consent after a number of further calls.
    pub fn end_consent_after(&self, calls: u64) {
        self.state.ebay.end_consent_after(calls);
    }

    /// Restores the consent.
    pub fn renew_consent(&self) {
        self.state.ebay.renew_consent();
    }

    /// Rejects this SKU with this error from now on.
    pub fn reject_sku(&self, sku: &str, id: u64, message: &str) {
        self.state.ebay.reject_sku(sku, id, message);
    }

    /// Counts calls of an eBay API, such as `inventory`, made by other programs with the same keyset.
    pub fn consume_quota(&self, api: &str, calls: u64) {
        self.state.ebay.consume_quota(api, calls);
    }

    /// Executes requests to paths that contain this text, but drops the responses. An empty text ends this.
    pub fn lose_responses_for(&self, path: &str) {
        self.state.fault_injector.lose_responses(path);
    }

    /// Responds with 503 to paths that contain this text, without executing the requests. An empty text ends this.
    pub fn break_path(&self, path: &str) {
        self.break_path_with(path, PathFault::Unavailable);
    }

    /// Makes requests to paths that contain `path` fail. A later call replaces the path; an empty path ends this.
    pub fn break_path_with(&self, path: &str, fault: PathFault) {
        self.state.fault_injector.break_path(path, fault);
    }

    /// Breaks off the next response to an address that contains this text, in the middle of the body. An address is a
    /// path and a query.
    pub fn cut_next_response_for(&self, address: &str) {
        self.state.fault_injector.cut_next_response(address);
    }

    /// Expires all access tokens.
    pub fn expire_tokens(&self) {
        self.state.ebay.expire_tokens();
    }

    /// Expires all access tokens just before the next call of an eBay API, such as `listing`.
    pub fn expire_tokens_before(&self, api: &str) {
        self.state.ebay.expire_tokens_before(api);
    }

    /// Makes later consents come from another account, which has its own policies.
    pub fn switch_account(&self) {
        self.state.ebay.switch_account();
    }

    /// Returns the counts of the requests so far, by service.
    pub fn request_counts(&self) -> BTreeMap<&'static str, ServiceRequestCount> {
        self.state.counters.to_map()
    }

    /// Returns the barcodes of the synthetic releases.
    pub fn synthetic_upcs(&self) -> Vec<Upc> {
        (0..self.state.options.synthetic_releases).map(synthetic::synthetic_upc).collect()
    }

    /// Returns the catalog of releases.
    pub fn catalog(&self) -> &SandboxCatalog {
        &self.state.catalog
    }

    /// Writes a new generation of an object to the simulated Cloud Storage, and returns its number.
    pub fn put_object(&self, bucket: &str, name: &str, content: &[u8]) -> i64 {
        self.state.buckets.put_object(bucket, name, content)
    }

    /// Returns the content of the newest generation of each object in a bucket of the simulated Cloud Storage, by name.
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Vec<u8>> {
        self.state.buckets.newest_objects(bucket)
    }

    /// Makes the readers of a bucket of the simulated Cloud Storage pay for their requests.
    pub fn require_payer(&self, bucket: &str) {
        self.state.buckets.require_payer(bucket);
    }

    /// Encrypts an object of the simulated Cloud Storage with a key that only its owner has.
    pub fn encrypt_object(&self, bucket: &str, name: &str) {
        self.state.buckets.encrypt_object(bucket, name);
    }

    /// Replaces the injected faults; an empty list ends them.
    pub fn set_faults(&self, faults: Vec<FaultRule>) {
        self.state.fault_injector.set_faults(faults);
    }

    /// Makes Discogs refuse every token after this number of further requests.
    pub fn withdraw_discogs_token_after(&self, requests: u64) {
        self.state.fault_injector.withdraw_token_after(requests);
    }

    /// Serves until the process is stopped.
    pub async fn run_forever(mut self) {
        let _ = (&mut self.server_task).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server_task.abort();
    }
}

fn build_state(options: SandboxOptions) -> SandboxState {
    let mut catalog = SandboxCatalog::demo();
    for number in 0..options.synthetic_releases {
        let mut release = synthetic::synthetic_release(number);
        if number < options.blocked_releases {
            "blocked".clone_into(&mut release.price);
        }
        release.unlinked = number < options.unlinked_releases;
        catalog.add_release(release);
    }
    let window = |most, seconds| RateWindow::new(most, Duration::from_secs(seconds), options.speed);
    SandboxState {
        catalog,
        counters: ServiceCounters::default(),
        fault_injector: FaultInjector::new(options.faults.clone(), options.seed),
        rate_windows: ServiceRateWindows {
            musicbrainz: window(22, 20),
            discogs_with_token: window(60, 60),
            discogs_without_token: window(25, 60),
            deezer: window(50, 5),
            itunes: window(20, 60),
            ebay_media: window(50, 5),
        },
        buckets: BucketStore::from_objects(&options.objects),
        ebay: SandboxEbay::new(options.ebay_account.clone(), options.ebay_day_length),
        address: OnceLock::new(),
        options,
    }
}

fn build_router(state: &Arc<SandboxState>) -> Router {
    let service = |name: &'static str, routes: Router<Arc<SandboxState>>| {
        routes.layer(middleware::from_fn_with_state((state.clone(), name), request_layer::intercept_request))
    };
    let counts = state.clone();
    Router::new()
        .merge(service("musicbrainz", musicbrainz::routes()))
        .merge(service("coverartarchive", coverartarchive::routes()))
        .merge(service("discogs", discogs::routes()))
        .merge(service("deezer", deezer::routes()))
        .merge(service("itunes", itunes::routes()))
        .merge(service("ebay", ebay::routes()))
        .merge(service("dumps", dump_server::routes()))
        .merge(service("storage", storage::routes()))
        .with_state(state.clone())
        .route("/sandbox/counts", get(move || async move { Json(counts.counters.to_map()) }))
}
