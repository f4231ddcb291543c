//! The server: one loopback port for all services.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::routing::get;
use axum::{Json, Router, middleware};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::counts::{Count, Counts};
use super::ebay::{self, Ebay, EbayBooks, EbayOddity};
use super::faults::{Fault, Lottery};
use super::limits::Window;
use super::options::Options;
use super::storage::Buckets;
use super::table::Table;
use super::{coverartarchive, deezer, discogs, doors, itunes, musicbrainz, storage, synthetic};
use domain::upc::Upc;

/// What the services share.
pub(super) struct World {
    pub(super) table: Table,
    pub(super) options: Options,
    pub(super) counts: Counts,
    pub(super) lottery: Lottery,
    pub(super) windows: Windows,
    pub(super) buckets: Buckets,
    pub(super) ebay: Ebay,
    address: OnceLock<SocketAddr>,
}

/// The documented limits.
pub(super) struct Windows {
    /// "22 per 20 seconds" is what its refusals say of one a second.
    pub(super) musicbrainz: Window,
    pub(super) discogs_with_token: Window,
    pub(super) discogs_without: Window,
    pub(super) deezer: Window,
    pub(super) itunes: Window,
    pub(super) ebay_media: Window,
}

impl World {
    pub(super) fn address(&self) -> String {
        self.address.get().map_or_else(String::new, |address| format!("http://{address}"))
    }
}

/// A running sandbox; dropping it ends it.
pub struct Sandbox {
    world: Arc<World>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Sandbox {
    /// Starts serving on 127.0.0.1.
    ///
    /// # Errors
    /// Where the port is taken.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let world = Arc::new(world(options));
        let _ = world.address.set(address);
        let router = router(&world);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the sandbox ended");
            }
        });
        Ok(Self { world, address, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The settings that point the program here, as environment variables.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let at = |path: &str| format!("http://{}{path}", self.address);
        vec![
            ("MUSICBRAINZ_BASE_URL", at("/musicbrainz/ws/2")),
            ("COVERARTARCHIVE_BASE_URL", at("/coverartarchive")),
            ("DISCOGS_BASE_URL", at("/discogs")),
            ("DEEZER_BASE_URL", at("/deezer")),
            ("ITUNES_BASE_URL", at("/itunes")),
            ("STORAGE_EMULATOR_HOST", at("")),
        ]
    }

    /// The settings that sign a seller in at the imitated eBay.
    pub fn ebay_settings(&self) -> Vec<(&'static str, String)> {
        let at = |path: &str| format!("http://{}{path}", self.address);
        let mut settings = vec![
            ("EBAY_API_BASE_URL", at("/ebay")),
            ("EBAY_AUTH_BASE_URL", at("/ebay/consent")),
            ("EBAY_MEDIA_BASE_URL", at("/ebay/media")),
        ];
        let fixed = [
            ("EBAY_ENVIRONMENT", "sandbox"),
            ("EBAY_MARKETPLACE", "EBAY_US"),
            ("EBAY_APP_ID", ebay::APP_ID),
            ("EBAY_CERT_ID", ebay::CERT_ID),
            ("EBAY_RU_NAME", ebay::RU_NAME),
            ("EBAY_REFRESH_TOKEN", ebay::REFRESH_TOKEN),
        ];
        settings.extend(fixed.map(|(name, value)| (name, value.to_owned())));
        settings
    }

    /// The books of the imitated eBay.
    pub fn ebay_books(&self) -> EbayBooks {
        self.world.ebay.copy_of_books()
    }

    /// The seller changes an offer in his browser, field by field.
    pub fn seller_edits(&self, sku: &str, patch: &serde_json::Value) {
        self.world.ebay.seller_edits(sku, patch);
    }

    /// The seller changes an item, field by field.
    pub fn seller_edits_item(&self, sku: &str, patch: &serde_json::Value) {
        self.world.ebay.seller_edits_item(sku, patch);
    }

    /// Another program of the seller's has put an item there, and an offer of it.
    pub fn seller_holds(&self, sku: &str, item: &serde_json::Value, offer: Option<&serde_json::Value>) {
        self.world.ebay.seller_holds(sku, item, offer);
    }

    /// Another machine makes an offer of this SKU just before the next one is made: of the same item and offer, patched
    /// by these, and live where it `lists` it.
    pub fn rival_drafts(&self, sku: &str, item: &serde_json::Value, offer: &serde_json::Value, lists: bool) {
        self.world.ebay.rival_drafts(sku, item, offer, lists);
    }

    /// The next `times` answers to this bulk call of eBay are odd, though what it asks for is done.
    pub fn ebay_answers_oddly(&self, call: &str, times: u64, oddity: EbayOddity) {
        self.world.ebay.answers_oddly(call, times, oddity);
    }

    /// The seller makes an offer live in his browser.
    pub fn seller_lists(&self, sku: &str) {
        self.world.ebay.seller_lists(sku);
    }

    /// The seller deletes an item in his browser.
    pub fn seller_deletes(&self, sku: &str) {
        self.world.ebay.seller_deletes(sku);
    }

    /// The seller takes his consent back.
    pub fn end_consent(&self) {
        self.world.ebay.end_consent();
    }

    /// The seller takes his consent back once so many more calls have been answered.
    pub fn end_consent_after(&self, calls: u64) {
        self.world.ebay.end_consent_after(calls);
    }

    /// The consent is as good as before.
    pub fn renew_consent(&self) {
        self.world.ebay.renew_consent();
    }

    /// EBay refuses this SKU from now on, in these words.
    pub fn refuse_sku(&self, sku: &str, id: u64, words: &str) {
        self.world.ebay.refuse_sku(sku, id, words);
    }

    /// Other programs of the same keyset make so many calls of one of eBay's APIs, such as `inventory`.
    pub fn others_call(&self, api: &str, calls: u64) {
        self.world.ebay.others_call(api, calls);
    }

    /// Answers to paths that hold this get lost on the way, though what they ask for is done; nothing for an empty text.
    pub fn lose_answers_of(&self, path: &str) {
        self.world.lottery.lose(path);
    }

    /// Requests to paths that hold this are answered by 503, and nothing is done; none for an empty text.
    pub fn breaks(&self, path: &str) {
        self.world.lottery.break_down(path);
    }

    /// All access tokens end before their time.
    pub fn expire_tokens(&self) {
        self.world.ebay.expire_tokens();
    }

    /// All access tokens end just before the next call of one of eBay's APIs, such as `listing`.
    pub fn expire_tokens_at(&self, api: &str) {
        self.world.ebay.expire_tokens_at(api);
    }

    /// Whoever gives a consent from now on has another account, with policies of its own.
    pub fn another_account(&self) {
        self.world.ebay.another_account();
    }

    /// Requests so far, by service.
    pub fn counts(&self) -> BTreeMap<&'static str, Count> {
        self.world.counts.all()
    }

    /// The codes of the synthetic releases.
    pub fn synthetic_upcs(&self) -> Vec<Upc> {
        (0..self.world.options.extra).map(synthetic::upc).collect()
    }

    /// What the services answer from.
    pub fn table(&self) -> &Table {
        &self.world.table
    }

    /// Puts an object into the imitated Cloud Storage; a new one, or a new generation. Returns the generation.
    pub fn put_object(&self, bucket: &str, name: &str, content: &[u8]) -> i64 {
        self.world.buckets.put(bucket, name, content)
    }

    /// Lets other things go wrong from now on; none, and all services are well.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.world.lottery.set(faults);
    }

    /// Serves until the process is stopped.
    pub async fn forever(mut self) {
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn world(options: Options) -> World {
    let mut table = Table::demo();
    (0..options.extra).for_each(|number| table.add(synthetic::release(number)));
    let window = |most, seconds| Window::new(most, doors::seconds(seconds), options.speed);
    World {
        table,
        counts: Counts::default(),
        lottery: Lottery::new(options.faults.clone(), options.seed),
        windows: Windows {
            musicbrainz: window(22, 20),
            discogs_with_token: window(60, 60),
            discogs_without: window(25, 60),
            deezer: window(50, 5),
            itunes: window(20, 60),
            ebay_media: window(50, 5),
        },
        buckets: Buckets::of(&options.objects),
        ebay: Ebay::of(options.ebay.clone(), options.ebay_day),
        address: OnceLock::new(),
        options,
    }
}

fn router(world: &Arc<World>) -> Router {
    let service = |name: &'static str, routes: Router<Arc<World>>| {
        routes.layer(middleware::from_fn_with_state((world.clone(), name), doors::enter))
    };
    let counts = world.clone();
    Router::new()
        .merge(service("musicbrainz", musicbrainz::routes()))
        .merge(service("coverartarchive", coverartarchive::routes()))
        .merge(service("discogs", discogs::routes()))
        .merge(service("deezer", deezer::routes()))
        .merge(service("itunes", itunes::routes()))
        .merge(service("ebay", ebay::routes()))
        .merge(service("storage", storage::routes()))
        .with_state(world.clone())
        .route("/sandbox/counts", get(move || async move { Json(counts.counts.all()) }))
}
