//! The eBay sinks against the sandbox, mostly one listing at a time. The tests then check the state of the sandbox.

mod draft_manager;
mod images;
mod isolation;
mod item_drafts;
mod misbehavior;
mod remote_state;
mod seller_edits;
mod sellers;
mod shipping;
mod two_machines;
mod validation;

use std::sync::Arc;
use std::time::Duration;

use domain::artwork::{Artwork, Cover, CoverLicense};
use domain::condition::Condition;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::{Categories, DescriptionTemplate, Listing, ListingInputs, SellerTerms};
use domain::pricing::PriceEstimate;
use domain::provider::Provider;
use domain::release::Release;
use domain::sku::Sku;
use domain::upc::Upc;
use ebay::{EbayClient, Settings};
use sandbox::{EbayAccount, Sandbox, SandboxOptions};
use serde_json::{Value, json};
use sinks::ebay::identify_seller;
use sinks::{DraftResult, DraftSink, ExpectedItems, NotReady, PreparedSink, SinkContext, SinkError, SinkFactory};
use store::journal::Journal;
use store::response_cache::ResponseCache;
use tempfile::TempDir;
use upstream::HttpClient;

use testing::listings::{nevermind_release, price_estimate_of, seller_terms};

/// SKU of [`listing`].
const SKU: &str = "DM0720642442524";

/// A signed-in seller with a data folder.
struct SellerFixture {
    data: TempDir,
    sandbox: Arc<Sandbox>,
    journal: Journal,
    answers: ResponseCache,
    ebay: EbayClient,
    patience: Duration,
}

fn upstream_settings() -> upstream::Settings {
    upstream::Settings {
        retries: 1,
        backoff_from: Duration::from_millis(5),
        backoff_to: Duration::from_millis(20),
        cool_down: Duration::from_millis(200),
        attempt_timeout: Duration::from_secs(5),
        ..upstream::Settings::default()
    }
}

impl SellerFixture {
    async fn open() -> Self {
        Self::with(EbayAccount::default()).await
    }

    async fn with(account: EbayAccount) -> Self {
        Self::with_packages(account, &json!({})).await
    }

    /// Creates a seller with these settings of `[ebay.packages]`.
    async fn with_packages(account: EbayAccount, packages: &Value) -> Self {
        let options =
            SandboxOptions { enforce_limits: false, speed: 20.0, ebay_account: account, ..SandboxOptions::default() };
        Self::at_with(Arc::new(Sandbox::start(options).await.unwrap()), Some(0.0), packages).await
    }

    /// Creates a seller who waits only this long for an answer, and with the default patience for the end of an outage.
    async fn with_timeout(attempt_timeout: Duration) -> Self {
        let fixture = Self::open().await;
        let settings = upstream::Settings { attempt_timeout, ..upstream_settings() };
        let keyset = keyset(&fixture.sandbox, &fixture.data, Some(0.0), &json!({}));
        let http = HttpClient::new(&settings).unwrap();
        let ebay = EbayClient::connect(&keyset, &http, fixture.data.path()).await.unwrap();
        Self { ebay, patience: Duration::from_mins(5), ..fixture }
    }

    /// Creates a seller at a sandbox that enforces the documented rate limit of pictures.
    async fn at_the_limits() -> Self {
        Self::at(Arc::new(Sandbox::start(SandboxOptions::default()).await.unwrap()), None).await
    }

    /// Returns another data folder of the same seller.
    async fn another(&self) -> Self {
        Self::at(self.sandbox.clone(), Some(0.0)).await
    }

    async fn at(sandbox: Arc<Sandbox>, pictures_per_minute: Option<f64>) -> Self {
        Self::at_with(sandbox, pictures_per_minute, &json!({})).await
    }

    async fn at_with(sandbox: Arc<Sandbox>, pictures_per_minute: Option<f64>, packages: &Value) -> Self {
        let data = TempDir::new().unwrap();
        let ebay = EbayClient::connect(
            &keyset(&sandbox, &data, pictures_per_minute, packages),
            &HttpClient::new(&upstream_settings()).unwrap(),
            data.path(),
        )
        .await
        .unwrap();
        let journal = Journal::open(data.path()).await.unwrap();
        let answers = ResponseCache::open(data.path()).await.unwrap();
        Self { data, sandbox, journal, answers, ebay, patience: Duration::from_secs(3) }
    }

    /// Opens a sink for job number `number`.
    async fn open_sink(&self, name: &str, number: u32) -> Arc<dyn DraftSink> {
        self.prepare_sink(name).await.unwrap().open_for_job(job(number))
    }

    /// Checks whether a sink can be used.
    async fn prepare_sink(&self, name: &str) -> Result<PreparedSink, NotReady> {
        let spec = JobSpec { condition: Some(Condition::Good), ..testing::events::job_spec() };
        let opening = SinkContext {
            journal: self.journal.clone(),
            job_spec: spec,
            ebay: Some(self.ebay.clone()),
            ebay_environment: self.ebay.settings().environment_id(),
            response_cache: self.answers.clone(),
            categories: Categories::built_in(),
            output_folder: "output".into(),
            items: ExpectedItems { count: 1, state_condition: false },
            max_wait: self.patience,
            notify_wait: |_| (),
        };
        let factory = SinkFactory::for_kind(name.parse().unwrap());
        (factory.prepare)(&opening).await
    }

    /// Returns the sink that owns [`SKU`] in the ledger of this data folder.
    async fn sink_in_ledger(&self) -> Option<String> {
        let seller = identify_seller(&self.ebay, &self.journal).await;
        self.journal.find_ledger_sink(&seller, &Sku::parse(SKU).unwrap()).await.unwrap()
    }

    /// Submits one listing to the `inventory` sink, in job number `number`.
    async fn draft(&self, number: u32, listing: &Listing) -> Result<DraftResult, SinkError> {
        self.open_sink("inventory", number).await.create_draft(listing).await
    }

    fn item(&self) -> Value {
        self.sandbox.ebay_state().items[SKU].clone()
    }

    fn offer(&self) -> Value {
        let state = self.sandbox.ebay_state();
        let offers = state.offers_for_sku(SKU);
        assert_eq!(offers.len(), 1, "{offers:?}");
        offers[0].clone()
    }

    /// Asserts that every request followed eBay's documentation, and that no live listing was changed.
    fn assert_clean(&self) {
        let state = self.sandbox.ebay_state();
        assert_eq!((state.violations, state.live_revisions), (Vec::<String>::new(), 0));
    }
}

fn keyset(sandbox: &Sandbox, data: &TempDir, pictures_per_minute: Option<f64>, packages: &Value) -> Settings {
    let given = sandbox.ebay_settings().into_iter().map(|(name, value)| {
        let key = name.strip_prefix("EBAY_").unwrap().to_ascii_lowercase();
        (key, Value::from(value))
    });
    let mut settings = Value::Object(given.collect());
    settings["credentials_dir"] = data.path().to_str().unwrap().into();
    settings["packages"] = packages.clone();
    settings["pictures_per_minute"] = pictures_per_minute.into();
    serde_json::from_value(settings).unwrap()
}

fn job(number: u32) -> JobId {
    JobId::new("2024-03-18T14:30:22Z".parse().unwrap(), number)
}

fn cover(address: &str) -> Artwork {
    let cover = Cover {
        url: address.to_owned(),
        provider: Provider::from_static("coverartarchive"),
        belongs_to: None,
        is_front: true,
        flaw: None,
        size: Some((1200, 1200)),
        license: CoverLicense::SellersRisk,
    };
    Artwork { chosen: Some(cover), candidates: Vec::new() }
}

/// Composes a listing of one item.
fn compose_listing(
    release: &Release,
    price_estimate: &PriceEstimate,
    terms: &SellerTerms,
    artwork: &Artwork,
) -> Listing {
    compose_listing_for(testing::listings::upc(), release, price_estimate, terms, artwork)
}

fn compose_listing_for(
    upc: Upc,
    release: &Release,
    price_estimate: &PriceEstimate,
    terms: &SellerTerms,
    artwork: &Artwork,
) -> Listing {
    let events = ListingInputs { upc, release, price_estimate, artwork };
    Listing::compose(&events, terms, Categories::built_in(), DescriptionTemplate::built_in()).unwrap()
}

/// Returns a listing with this price in cents.
fn listing(cents: i64) -> Listing {
    let terms = seller_terms(Some(Condition::Good));
    compose_listing(&nevermind_release(), &price_estimate_of(cents), &terms, &cover("https://archive.org/front.jpg"))
}

/// Returns the same listing without its style.
fn without_style(cents: i64) -> Listing {
    let release = Release { styles: None, ..nevermind_release() };
    compose_listing(
        &release,
        &price_estimate_of(cents),
        &seller_terms(Some(Condition::Good)),
        &cover("https://archive.org/front.jpg"),
    )
}

fn price(offer: &Value) -> &Value {
    &offer["pricingSummary"]["price"]["value"]
}

fn unwrap_created(result: Result<DraftResult, SinkError>) -> Option<String> {
    match result {
        Ok(DraftResult::Created { note, .. }) => note,
        other => panic!("{other:?}"),
    }
}

fn unwrap_unchanged(result: Result<DraftResult, SinkError>) -> String {
    match result {
        Ok(DraftResult::Unchanged { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn unwrap_indeterminate(result: Result<DraftResult, SinkError>) -> String {
    match result {
        Err(SinkError::Indeterminate { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

fn unwrap_rejected(result: Result<DraftResult, SinkError>) -> String {
    match result {
        Ok(DraftResult::Rejected(message)) => message,
        other => panic!("{other:?}"),
    }
}

/// Returns an auction under the same SKU, as the seller's auction tool creates it.
fn auction(status: &str) -> Value {
    json!({"marketplaceId": "EBAY_US", "format": "AUCTION", "status": status, "categoryId": "176984",
           "pricingSummary": {"auctionStartPrice": {"currency": "USD", "value": "1.00"}}})
}
