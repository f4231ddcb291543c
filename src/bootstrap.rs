//! Builds the application context from the settings: HTTP clients, providers, policies, the default destination.
//!
//! [`build_context`] is for commands that run jobs. Commands that need less use the functions for single parts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use iso_currency::Currency;
use jiff::Timestamp;
use serde::Deserialize;

use crate::config::{self, BatchSettings, CatalogSettings, Config, ConfigError};
use api::service_file::ServiceInfo;
use catalog::{CatalogInfo, Database, OpenCatalogError, read_catalog_info};
use domain::artwork::ArtworkRules;
use domain::batch_estimate::ProviderInfo;
use domain::listing::{Categories, DescriptionTemplate};
use domain::sink::SinkKind;
use domain::site::Site;
use ebay::{self, EbayClient, SharedSignIn, TokenStore};
use pipeline::app_context::AppContext;
use pipeline::credential_check::CredentialCheck;
use pipeline::result_storage::ResultStorage;
use pipeline::retention::{self, RETENTION_INTERVAL};
use pipeline::{ItemPhotos, Policies, ProviderGateway};
use providers::{self, ConnectedProvider, EBAY_BROWSE, EBAY_INSIGHTS, Settings, UpstreamClients};
use store::journal::Journal;
use store::location::StoreLocation;
use store::photo_store::PhotoStore;
use store::response_cache::ResponseCache;
use store::sealed_values::SealedValues;
use store::upstream_turns::UpstreamTurns;
use tokio_util::sync::CancellationToken;
use upstream::{HttpClient, SharedRateLimits, UpstreamClient};

/// Maximum number of jobs that run at the same time without a service. Two jobs would share the same rate limits, and
/// both would take longer.
pub(crate) const MAX_RUNNING_JOBS: usize = 1;

/// Locks the data directory and the store, and connects the providers.
pub(crate) async fn build_context(config: &Config) -> anyhow::Result<AppContext> {
    let journal = open_journal(config).await?;
    Box::pin(connect_context(config, journal)).await
}

/// Locks the data directory, opens its journal, and removes the batches and result files that have expired.
pub(crate) async fn open_journal(config: &Config) -> anyhow::Result<Journal> {
    let journal = Journal::open(config.store_location()?).await?;
    remove_expired_data(config, &journal).await?;
    // This process owns the directory, so a service file in it was left by a killed service.
    ServiceInfo::remove_from(&config.section::<BatchSettings>("batch")?.data_dir);
    Ok(journal)
}

/// Builds the context of a process that has already locked the data directory with `journal`.
pub(crate) async fn connect_context(config: &Config, journal: Journal) -> anyhow::Result<AppContext> {
    let batch = config.section::<BatchSettings>("batch")?;
    let policies = load_policies(config)?;
    let location = config.store_location()?;
    let clients = OutboundClients::from_config(config, &location).await?;
    let (connected, mut advice) = connect_providers(config, &clients)?;
    advice.extend(policies.pricing.missing_floor_advice());
    advice.extend(other_currency_advice(policies.listing.site, policies.pricing.currency));
    let providers = provider_summaries(config, &connected)?;
    let credential_check = configured_credentials(config, &connected, clients.ebay.as_ref())?;
    let upstreams = unique_upstream_clients(&connected, clients.ebay.as_ref());
    let patience = Duration::from_secs(batch.patience_s);
    let response_cache = ResponseCache::open(location.with_folder(&batch.cache_dir)).await?;
    let gateway = build_provider_gateway(connected, response_cache.clone()).await.with_outage_timeout(patience);
    let gateway = Arc::new(gateway.with_discogs_ids(policies.pricing.uses_discogs));
    let intake = config.section("intake")?;
    let ebay_environment_id = config.section::<ebay::Settings>("ebay")?.environment_id();
    let photos = ItemPhotos::new(PhotoStore::open(&location).await?, ebay_environment_id.clone());
    Ok(AppContext {
        journal,
        response_cache,
        photos,
        ebay: clients.ebay,
        ebay_environment_id,
        gateway,
        credential_check,
        policies,
        upstreams,
        providers,
        intake,
        catalog_folder: enabled_catalog_folder(config)?,
        results: result_storage(config)?,
        concurrency: batch.concurrency.get(),
        advice,
        notify_wait: |message| tracing::warn!("{message}"),
    })
}

/// Returns where result files are written.
pub(crate) fn result_storage(config: &Config) -> anyhow::Result<ResultStorage> {
    let (batch, intake) = (config.section::<BatchSettings>("batch")?, config.section::<input::Settings>("intake")?);
    Ok(ResultStorage::new(batch.staging_folder(), intake.gcs, config.store_location()?))
}

/// Returns advice if `pricing.currency` is not the currency of the site, otherwise `None`.
pub(crate) fn other_currency_advice(site: Site, set: Currency) -> Option<String> {
    let own = site.currency().code();
    (set != site.currency()).then(|| {
        format!(
            "pricing.currency is {}, and {site} sells in {own}: no draft can be created. Remove pricing.currency, or set it \
             to {own}, with pricing.floor and pricing.ceiling in {own}.",
            set.code()
        )
    })
}

/// Returns the check of the credentials that are set.
fn configured_credentials(
    config: &Config,
    connected: &[ConnectedProvider],
    ebay: Option<&EbayClient>,
) -> anyhow::Result<CredentialCheck> {
    let uses_discogs_prices = config.price_rules()?.uses_discogs;
    let mut keys = Vec::new();
    for factory in providers::ALL {
        let settings = config.section::<Settings>(&format!("providers.{}", factory.name.as_str()))?;
        let Some(hint) = factory.key_hint.filter(|_| settings.key.is_some()) else { continue };
        let provider = connected.iter().find(|one| one.provider_names().any(|name| name == factory.name));
        let catalog = provider.and_then(|provider| provider.catalog.clone());
        // A provider with an offline copy whose prices are off may never be queried, so its key is not checked.
        let catalog = catalog.filter(|catalog| uses_discogs_prices || !catalog.has_copy());
        keys.extend(catalog.map(|catalog| (catalog.provider(), hint.variable)));
    }
    let has_ebay_prices = connected
        .iter()
        .filter_map(|provider| provider.price_guide.as_ref())
        .any(|guide| [EBAY_BROWSE, EBAY_INSIGHTS].contains(&guide.provider()));
    Ok(CredentialCheck::new(keys, ebay.filter(|_| has_ebay_prices).cloned()))
}

/// Removes the batches and result files whose retention period has passed.
async fn remove_expired_data(config: &Config, journal: &Journal) -> anyhow::Result<()> {
    let output = config.section::<BatchSettings>("batch")?.local_output_folder();
    retention::remove_expired(journal, &output, config.section("retention")?, Timestamp::now()).await?;
    Ok(())
}

/// Removes expired batches and result files of a service at regular intervals, until `stop`.
pub(crate) async fn remove_expired_regularly(config: Config, journal: Journal, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(RETENTION_INTERVAL)).await.is_some() {
        if let Err(error) = remove_expired_data(&config, &journal).await {
            tracing::warn!(%error, "cannot remove old batches and result files; trying again later");
        }
    }
}

/// Returns all upstream clients without duplicates.
fn unique_upstream_clients(connected: &[ConnectedProvider], ebay: Option<&EbayClient>) -> Vec<UpstreamClient> {
    let mut upstreams: Vec<UpstreamClient> = connected.iter().map(|provider| provider.upstream.clone()).collect();
    upstreams.extend(ebay.map(|ebay| ebay.upstream().clone()));
    let mut seen = std::collections::HashSet::new();
    upstreams.retain(|upstream| seen.insert(upstream.name().clone()));
    upstreams
}

/// The HTTP client, and the eBay client if a keyset is set.
pub(crate) struct OutboundClients {
    pub http: HttpClient,
    pub ebay: Option<EbayClient>,
}

impl OutboundClients {
    /// Creates the clients. Sends no request.
    pub(crate) async fn from_config(config: &Config, location: &StoreLocation) -> anyhow::Result<Self> {
        let http = connect_shared_limits(HttpClient::new(&config.section("http")?)?, location).await;
        let settings = config.section::<ebay::Settings>("ebay")?;
        let ebay =
            if settings.has_keyset() { Some(EbayClient::connect(&settings, &http, location).await?) } else { None };
        Ok(Self { http, ebay })
    }
}

/// Shares the rate limits with all processes that use the same database. Without a database, `http` is unchanged.
pub(crate) async fn connect_shared_limits(http: HttpClient, location: &StoreLocation) -> HttpClient {
    let Some(database) = location.database() else { return http };
    match UpstreamTurns::open(database).await {
        Ok(turns) => http.with_shared_limits(Arc::new(DatabaseRateLimits(turns))),
        Err(error) => {
            tracing::warn!(%error, "cannot share the rate limits with processes of other machines");
            http
        }
    }
}

/// Rate limits stored in the database of the store.
struct DatabaseRateLimits(UpstreamTurns);

impl SharedRateLimits for DatabaseRateLimits {
    fn wait_for_turn<'a>(&'a self, name: &'a str, interval: Duration) -> BoxFuture<'a, ()> {
        Box::pin(self.0.wait_for_turn(name, interval))
    }

    fn pause_for<'a>(&'a self, name: &'a str, pause: Duration) -> BoxFuture<'a, ()> {
        Box::pin(self.0.pause_for(name, pause))
    }
}

/// Returns the destination of new batches: the configured one, otherwise eBay's Inventory API if a seller is signed in,
/// otherwise a CSV file.
pub(crate) fn default_sink(config: &Config) -> anyhow::Result<SinkKind> {
    let settings = config.section::<ebay::Settings>("ebay")?;
    let invalid = |error: ebay::InvalidEbayCredentials| ConfigError::InvalidSection {
        section: "ebay".to_owned(),
        why: error.to_string(),
    };
    settings.check_credentials().map_err(invalid)?;
    if let Some(sink) = config.section::<config::SinkSettings>("market")?.sink {
        return Ok(sink);
    }
    let consent =
        settings.refresh_token.is_some() || TokenStore::for_settings(&settings).read_credentials().consent.is_some();
    Ok(if settings.has_keyset() && consent { SinkKind::Inventory } else { SinkKind::Csv })
}

/// Interval at which a sign-in or sign-out on another machine is detected.
const SIGN_IN_INTERVAL: Duration = Duration::from_secs(10);

/// Connects to the sign-in stored in the database. Returns `None` if there is no database or encryption key, or if the
/// sign-in comes from the environment.
///
/// # Errors
/// Returns an error if a setting is invalid or the database cannot be reached.
pub(crate) async fn open_shared_sign_in(config: &Config) -> anyhow::Result<Option<SharedSignIn>> {
    let settings = config.section::<ebay::Settings>("ebay")?;
    let (location, key) = (config.store_location()?, config.encryption_key()?);
    let (Some(database), Some(key), None) = (location.database(), key, &settings.refresh_token) else {
        return Ok(None);
    };
    Ok(Some(SharedSignIn::new(&settings, SealedValues::open(database, key).await?)))
}

/// Synchronizes the sign-in of this machine with the database at regular intervals, until `stop`.
pub(crate) async fn synchronize_sign_in_regularly(config: Config, stop: CancellationToken) {
    let sign_in = loop {
        match open_shared_sign_in(&config).await {
            Ok(None) => return,
            Ok(Some(sign_in)) => break sign_in,
            Err(error) => tracing::warn!("cannot read the eBay sign-in from the database: {error:#}"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(SIGN_IN_INTERVAL)).await.is_none() {
            return;
        }
    };
    loop {
        if let Err(error) = sign_in.synchronize().await {
            tracing::warn!("cannot read the eBay sign-in from the database: {error}");
        }
        if stop.run_until_cancelled(tokio::time::sleep(SIGN_IN_INTERVAL)).await.is_none() {
            return;
        }
    }
}

/// Creates the provider gateway and drops expired cached responses.
pub(crate) async fn build_provider_gateway(
    connected: Vec<ConnectedProvider>,
    response_cache: ResponseCache,
) -> ProviderGateway {
    let gateway = ProviderGateway::new(connected, response_cache);
    gateway.purge_expired(Timestamp::now()).await;
    gateway
}

/// Hint about the contact in the User-Agent, which MusicBrainz and Discogs require.
const CONTACT_HINT: &str = "Set MUSICBRAINZ_USER_AGENT to your shop and email, for example \
                            \"MyShop/1.0 (me@shop.example)\"; MusicBrainz requires a contact.";

/// Returns the hint about the contact in the User-Agent, or `None` if the seller has set one.
pub(crate) fn contact_hint(config: &Config) -> anyhow::Result<Option<&'static str>> {
    let settings = config.section::<upstream::Settings>("http")?;
    Ok(settings.is_contact_missing().then_some(CONTACT_HINT))
}

/// Connects the enabled providers, in order of trust, and collects hints for the operator.
pub(crate) fn connect_providers(
    config: &Config,
    clients: &OutboundClients,
) -> anyhow::Result<(Vec<ConnectedProvider>, Vec<String>)> {
    let pricing = config.price_rules()?;
    let (mut connected, mut advice) = (Vec::new(), Vec::new());
    advice.extend(contact_hint(config)?.map(str::to_owned));
    let catalog_folder = enabled_catalog_folder(config)?;
    for database in catalog_folder.iter().flat_map(|_| Database::ALL) {
        match read_offline_catalog(config, database)? {
            OfflineCatalogStatus::Present(info) => advice.push(describe_offline_catalog(&info, Timestamp::now())),
            OfflineCatalogStatus::Absent | OfflineCatalogStatus::Disabled => {}
            OfflineCatalogStatus::Unreadable(error) => {
                advice.push(format!("Every release is looked up at {database}: {error}."));
            }
        }
    }
    for factory in providers::ALL {
        let mut settings = config.section::<Settings>(&format!("providers.{}", factory.name.as_str()))?;
        settings.currency.get_or_insert(pricing.currency);
        if !settings.on {
            continue;
        }
        if let Some(key) = factory.key_hint.filter(|_| settings.key.is_none()) {
            advice.push(format!(
                "{} is not set. With it, {} also offers {}.",
                key.variable,
                factory.name.display_name(),
                key.benefit
            ));
        }
        let clients = UpstreamClients {
            http: &clients.http,
            ebay: clients.ebay.as_ref(),
            catalog_folder: catalog_folder.as_deref(),
        };
        connected.push((factory.connect)(&settings, &clients)?);
    }
    Ok((connected, advice))
}

/// Returns the folder of the offline catalogs, or `None` if they are disabled.
pub(crate) fn enabled_catalog_folder(config: &Config) -> anyhow::Result<Option<PathBuf>> {
    let settings = config.section::<CatalogSettings>("catalog")?;
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    Ok(settings.on.then(|| settings.folder(&data_dir)))
}

/// The offline catalog of a database.
pub(crate) enum OfflineCatalogStatus {
    Present(CatalogInfo),
    Absent,
    /// The settings disable the offline catalogs.
    Disabled,
    Unreadable(OpenCatalogError),
}

/// Reads the description of a database's offline catalog.
pub(crate) fn read_offline_catalog(config: &Config, database: Database) -> anyhow::Result<OfflineCatalogStatus> {
    let Some(folder) = enabled_catalog_folder(config)? else { return Ok(OfflineCatalogStatus::Disabled) };
    Ok(match read_catalog_info(&folder, database) {
        Ok(Some((info, _))) => OfflineCatalogStatus::Present(info),
        Ok(None) => OfflineCatalogStatus::Absent,
        Err(error) => OfflineCatalogStatus::Unreadable(error),
    })
}

/// Describes a catalog: `The offline catalog of Discogs 2026-10 (4802113 releases, 58 days old) is searched first.`
pub(crate) fn describe_offline_catalog(info: &CatalogInfo, now: Timestamp) -> String {
    let (CatalogInfo { database, releases, .. }, month) = (info, info.dump_date.month());
    let age = domain::text::count::format_count(info.dump_date.age_days(now), "day", "days");
    format!("The offline catalog of {database} {month} ({releases} releases, {age} old) is searched first.")
}

/// Describes the providers, as shown before a batch.
fn provider_summaries(config: &Config, connected: &[ConnectedProvider]) -> anyhow::Result<Vec<ProviderInfo>> {
    let catalogs = connected.iter().filter_map(|provider| provider.catalog.as_ref());
    let identifies: Vec<_> = catalogs.map(|catalog| catalog.provider()).collect();
    let mut summaries = Vec::new();
    for factory in providers::ALL {
        let settings = config.section::<Settings>(&format!("providers.{}", factory.name.as_str()))?;
        if !settings.on {
            continue;
        }
        let missing_without_key = factory.key_hint.filter(|_| settings.key.is_none()).map(|key| key.benefit.to_owned());
        summaries.push(ProviderInfo {
            name: factory.name.as_str().to_owned(),
            identifies: identifies.contains(&factory.name),
            has_key: factory.key_hint.map(|_| settings.key.is_some()),
            missing_without_key,
        });
    }
    Ok(summaries)
}

/// Files that the seller provides for listings, from the table `[listing]`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SellerFiles {
    template: Option<PathBuf>,
    categories: Option<PathBuf>,
}

/// Reads a file of the seller.
fn read_seller_file(key: &str, path: &Path) -> Result<String, ConfigError> {
    files::read_text(path).map_err(|error| {
        let why = format!(
            "cannot read the file: {}\nfix: check the path, or remove the setting to use the built-in one",
            files::describe_io_error(&error)
        );
        ConfigError::InvalidValue { origin: path.display().to_string(), key: key.to_owned(), why }
    })
}

/// Returns the error for a seller's file that cannot be used. A mistake in the file counts as an invalid setting.
fn unusable_file(key: &str, path: &Path, error: &dyn std::fmt::Display) -> ConfigError {
    let why = format!("{error}\nfix: correct the file, or rename it to use the built-in one");
    ConfigError::InvalidValue { origin: path.display().to_string(), key: key.to_owned(), why }
}

/// Reads the seller's table of categories, or returns the built-in table if none is set.
fn load_categories(files: &SellerFiles) -> anyhow::Result<&'static Categories> {
    let Some(path) = &files.categories else { return Ok(Categories::built_in()) };
    let unusable = |error: &dyn std::fmt::Display| unusable_file("listing.categories", path, error);
    let text = read_seller_file("listing.categories", path)?;
    let table = Categories::parse(&text).map_err(|error| unusable(&error))?;
    // The table is read once and used until the process ends.
    Ok(Box::leak(Box::new(table)))
}

/// Reads the seller's template, or uses the built-in one, and adds the seller's header and footer.
fn load_template(
    files: &SellerFiles,
    listing: &domain::listing::Settings,
) -> anyhow::Result<&'static DescriptionTemplate> {
    let template = match &files.template {
        None if listing.header.is_empty() && listing.footer.is_empty() => return Ok(DescriptionTemplate::built_in()),
        None => DescriptionTemplate::built_in().clone(),
        Some(path) => {
            let unusable = |error: &dyn std::fmt::Display| unusable_file("listing.template", path, error);
            let text = read_seller_file("listing.template", path)?;
            let template = DescriptionTemplate::parse(&text).map_err(|error| unusable(&error))?;
            template.check().map_err(|error| unusable(&error))?;
            template
        }
    };
    // The template is read once and used until the process ends.
    Ok(Box::leak(Box::new(template.with_seller_texts(&listing.header, &listing.footer))))
}

/// Loads the seller's policies: matching, pricing, artwork, listings.
pub(crate) fn load_policies(config: &Config) -> anyhow::Result<Policies> {
    let pricing = config.price_rules()?;
    let site = config.section::<ebay::Settings>("ebay")?.site;
    let listing = domain::listing::Settings { site, ..config.section("listing")? };
    let gallery = config.section::<Settings>("providers.coverartarchive")?;
    listing.check().map_err(|error| config.invalid_setting("listing.best_offer_decline_percent", error))?;
    let files = config.section::<SellerFiles>("listing")?;
    Ok(Policies {
        matching: config.section("matching")?,
        pricing,
        // Simulated services serve pictures over plain http, which a real listing cannot use.
        artwork: ArtworkRules { allow_loopback: gallery.is_local(), ..config.section("artwork")? },
        categories: load_categories(&files)?,
        template: load_template(&files, &listing)?,
        listing,
    })
}
