//! From settings to parts: who is asked, by which rules, and where drafts go.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::{self, BatchSettings, Config};
use api::service_file::ServiceInfo;
use domain::artwork::ArtworkRules;
use domain::batch_estimate::ProviderInfo;
use domain::listing::{Categories, DescriptionTemplate};
use domain::pricing::PriceRules;
use domain::sink::SinkKind;
use ebay::{self, EbayClient, TokenStore};
use pipeline::app_context::AppContext;
use pipeline::{Policies, ProviderGateway};
use providers::{self, ConnectedProvider, Settings, UpstreamClients};
use store::journal::Journal;
use store::response_cache::ResponseCache;
use upstream::{HttpClient, UpstreamClient};

/// Takes the data directory and connects the providers.
pub(crate) async fn build_context(config: &Config) -> anyhow::Result<AppContext> {
    let batch = config.section::<BatchSettings>("batch")?;
    let rules = load_policies(config)?;
    let clients = OutboundClients::from_config(config, &batch.data_dir).await?;
    let (connected, advice) = connect_providers(config, &clients)?;
    let asked = provider_summaries(config, &connected)?;
    let hosts = unique_upstream_clients(&connected, clients.ebay.as_ref());
    let journal = Journal::open(&batch.data_dir).await?;
    // The directory is ours, so a note that still stands there is of a service that was killed.
    ServiceInfo::remove_from(&batch.data_dir);
    let patience = Duration::from_secs(batch.patience_s);
    let answers = ResponseCache::open(&batch.data_dir).await?;
    let gateway = Arc::new(build_provider_gateway(connected, answers.clone()).await.with_outage_timeout(patience));
    let intake = config.section("intake")?;
    let ebay_place = config.section::<ebay::Settings>("ebay")?.environment_id();
    let (ebay, slots) = (clients.ebay, batch.concurrency);
    Ok(AppContext {
        journal,
        response_cache: answers,
        ebay,
        ebay_environment_id: ebay_place,
        gateway,
        policies: rules,
        upstreams: hosts,
        providers: asked,
        intake,
        concurrency: slots,
        advice,
    })
}

/// Every service that is asked, once.
fn unique_upstream_clients(connected: &[ConnectedProvider], ebay: Option<&EbayClient>) -> Vec<UpstreamClient> {
    let mut hosts: Vec<UpstreamClient> = connected.iter().map(|provider| provider.upstream.clone()).collect();
    hosts.extend(ebay.map(|ebay| ebay.upstream().clone()));
    let mut seen = std::collections::HashSet::new();
    hosts.retain(|upstream| seen.insert(upstream.name().clone()));
    hosts
}

/// The ways out of this process: to any service, and to eBay where a keyset is set.
pub(crate) struct OutboundClients {
    pub http: HttpClient,
    pub ebay: Option<EbayClient>,
}

impl OutboundClients {
    /// Opens them; nothing is asked yet.
    pub(crate) async fn from_config(config: &Config, data_dir: &Path) -> anyhow::Result<Self> {
        let http = HttpClient::new(&config.section("http")?)?;
        let settings = config.section::<ebay::Settings>("ebay")?;
        let ebay =
            if settings.has_keyset() { Some(EbayClient::connect(&settings, &http, data_dir).await?) } else { None };
        Ok(Self { http, ebay })
    }
}

/// Where drafts go where nobody says: to eBay's Inventory API for a seller who is signed in, else into a file.
pub(crate) fn default_sink(config: &Config) -> anyhow::Result<SinkKind> {
    if let Some(sink) = config.section::<config::SinkSettings>("market")?.sink {
        return Ok(sink);
    }
    let settings = config.section::<ebay::Settings>("ebay")?;
    let consent =
        settings.refresh_token.is_some() || TokenStore::for_settings(&settings).read_credentials().consent.is_some();
    Ok(if settings.has_keyset() && consent { SinkKind::Inventory } else { SinkKind::Csv })
}

/// Who asks the providers, with what they answered before and may still be kept.
pub(crate) async fn build_provider_gateway(
    connected: Vec<ConnectedProvider>,
    answers: ResponseCache,
) -> ProviderGateway {
    let gateway = ProviderGateway::new(connected, answers);
    gateway.purge_expired(Timestamp::now()).await;
    gateway
}

/// MusicBrainz and Discogs want to be able to reach whoever asks.
const CONTACT_HINT: &str = "MUSICBRAINZ_USER_AGENT is not set: the services ask for a name, a version and a contact, \
                       for example \"MyShop/1.0 (me@shop.example)\".";

/// The providers that are switched on, in the order in which they are trusted.
pub(crate) fn connect_providers(
    config: &Config,
    clients: &OutboundClients,
) -> anyhow::Result<(Vec<ConnectedProvider>, Vec<String>)> {
    let settings = config.section::<upstream::Settings>("http")?;
    let pricing = config.section::<PriceRules>("pricing")?;
    let (mut connected, mut advice) = (Vec::new(), Vec::new());
    advice.extend(settings.is_contact_missing().then(|| CONTACT_HINT.to_owned()));
    for factory in providers::ALL {
        let mut settings = config.section::<Settings>(&format!("providers.{}", factory.name))?;
        settings.currency.get_or_insert(pricing.currency);
        if !settings.on {
            continue;
        }
        if let Some(key) = factory.key_hint.filter(|_| settings.key.is_none()) {
            advice.push(format!("Without {}, {} lacks {}.", key.variable, factory.name, key.benefit));
        }
        connected
            .push((factory.connect)(&settings, &UpstreamClients { http: &clients.http, ebay: clients.ebay.as_ref() })?);
    }
    Ok((connected, advice))
}

/// The same providers, as they are told of before a batch.
fn provider_summaries(config: &Config, connected: &[ConnectedProvider]) -> anyhow::Result<Vec<ProviderInfo>> {
    let identifies = connected.iter().filter_map(|one| one.catalog.as_ref());
    let identifies: Vec<_> = identifies.map(|catalogue| catalogue.provider()).collect();
    let mut asked = Vec::new();
    for factory in providers::ALL {
        let settings = config.section::<Settings>(&format!("providers.{}", factory.name))?;
        if !settings.on {
            continue;
        }
        let lacks = factory.key_hint.filter(|_| settings.key.is_none()).map(|key| key.benefit.to_owned());
        asked.push(ProviderInfo {
            name: factory.name.to_string(),
            identifies: identifies.contains(&factory.name),
            has_key: factory.key_hint.map(|_| settings.key.is_some()),
            missing_without_key: lacks,
        });
    }
    Ok(asked)
}

/// The seller's rules.
pub(crate) fn load_policies(config: &Config) -> anyhow::Result<Policies> {
    let pricing = config.section::<PriceRules>("pricing")?;
    let listing = domain::listing::Settings { currency: pricing.currency, ..config.section("listing")? };
    let gallery = config.section::<Settings>("providers.coverartarchive")?;
    Ok(Policies {
        matching: config.section("matching")?,
        listing,
        pricing,
        // Pictures of an imitation on this machine come by plain http, and can stand in no real listing.
        artwork: ArtworkRules { allow_loopback: gallery.is_local(), ..config.section("artwork")? },
        categories: Categories::built_in(),
        template: DescriptionTemplate::built_in(),
    })
}
