//! From settings to parts: who is asked, by which rules, and where drafts go.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::{self, Batch, Config};
use api::service_file::Beacon;
use domain::appraisal::PriceRules;
use domain::artwork::ArtworkRules;
use domain::forecast::Asked;
use domain::listing::{Categories, Template};
use ebay::{self, Ebay, Keyring};
use pipeline::works::Works;
use pipeline::{Gatherer, Rules};
use providers::{self, Connected, Settings, Ways};
use sinks::DraftsFile;
use store::journal::Journal;
use store::response_cache::Answers;
use upstream::{Host, Http};

/// Takes the data directory and connects the providers.
pub(super) async fn works(config: &Config) -> anyhow::Result<Works> {
    let batch = config.section::<Batch>("batch")?;
    let rules = rules(config)?;
    let ways = Outward::open(config, &batch.data_dir).await?;
    let (connected, advice) = connect(config, &ways)?;
    let asked = asked(config, &connected)?;
    let hosts = hosts(&connected, ways.ebay.as_ref());
    let journal = Journal::open(&batch.data_dir).await?;
    // The directory is ours, so a note that still stands there is of a service that was killed.
    Beacon::put_out(&batch.data_dir);
    let patience = Duration::from_secs(batch.patience_s);
    let answers = Answers::open(&batch.data_dir).await?;
    let gatherer = Arc::new(gatherer(connected, answers.clone()).await.with_patience(patience));
    let intake = config.section("intake")?;
    let ebay_place = config.section::<ebay::Settings>("ebay")?.place();
    let (ebay, slots) = (ways.ebay, batch.slots);
    Ok(Works { journal, answers, ebay, ebay_place, gatherer, rules, hosts, asked, intake, slots, advice })
}

/// Every service that is asked, once.
fn hosts(connected: &[Connected], ebay: Option<&Ebay>) -> Vec<Host> {
    let mut hosts: Vec<Host> = connected.iter().map(|provider| provider.host.clone()).collect();
    hosts.extend(ebay.map(|ebay| ebay.host().clone()));
    let mut seen = std::collections::HashSet::new();
    hosts.retain(|host| seen.insert(host.name().clone()));
    hosts
}

/// The ways out of this process: to any service, and to eBay where a keyset is set.
pub(super) struct Outward {
    pub http: Http,
    pub ebay: Option<Ebay>,
}

impl Outward {
    /// Opens them; nothing is asked yet.
    pub(super) async fn open(config: &Config, data_dir: &Path) -> anyhow::Result<Self> {
        let http = Http::new(&config.section("http")?)?;
        let settings = config.section::<ebay::Settings>("ebay")?;
        let ebay = if settings.has_keyset() { Some(Ebay::connect(&settings, &http, data_dir).await?) } else { None };
        Ok(Self { http, ebay })
    }
}

/// Where drafts go where nobody says: to eBay's Inventory API for a seller who is signed in, else into a file.
pub(super) fn sink(config: &Config) -> anyhow::Result<String> {
    if let Some(sink) = config.section::<config::Market>("market")?.sink {
        return Ok(sink);
    }
    let settings = config.section::<ebay::Settings>("ebay")?;
    let consent = settings.refresh_token.is_some() || Keyring::of(&settings).read().consent.is_some();
    let sink = if settings.has_keyset() && consent { "inventory" } else { DraftsFile::SINK };
    Ok(sink.to_owned())
}

/// Who asks the providers, with what they answered before and may still be kept.
pub(super) async fn gatherer(connected: Vec<Connected>, answers: Answers) -> Gatherer {
    let gatherer = Gatherer::new(connected, answers);
    gatherer.forget_outdated(Timestamp::now()).await;
    gatherer
}

/// MusicBrainz and Discogs want to be able to reach whoever asks.
const CONTACT: &str = "MUSICBRAINZ_USER_AGENT is not set: the services ask for a name, a version and a contact, \
                       for example \"MyShop/1.0 (me@shop.example)\".";

/// The providers that are switched on, in the order in which they are trusted.
pub(super) fn connect(config: &Config, ways: &Outward) -> anyhow::Result<(Vec<Connected>, Vec<String>)> {
    let settings = config.section::<upstream::Settings>("http")?;
    let pricing = config.section::<PriceRules>("pricing")?;
    let (mut connected, mut advice) = (Vec::new(), Vec::new());
    advice.extend(settings.lacks_contact().then(|| CONTACT.to_owned()));
    for registration in providers::ALL {
        let mut settings = config.section::<Settings>(&format!("providers.{}", registration.name))?;
        settings.currency.get_or_insert(pricing.currency);
        if !settings.on {
            continue;
        }
        if let Some(key) = registration.key.filter(|_| settings.key.is_none()) {
            advice.push(format!("Without {}, {} lacks {}.", key.variable, registration.name, key.adds));
        }
        connected.push((registration.connect)(&settings, &Ways { http: &ways.http, ebay: ways.ebay.as_ref() })?);
    }
    Ok((connected, advice))
}

/// The same providers, as they are told of before a batch.
fn asked(config: &Config, connected: &[Connected]) -> anyhow::Result<Vec<Asked>> {
    let identifies = connected.iter().filter_map(|one| one.catalogue.as_ref());
    let identifies: Vec<_> = identifies.map(|catalogue| catalogue.provider()).collect();
    let mut asked = Vec::new();
    for registration in providers::ALL {
        let settings = config.section::<Settings>(&format!("providers.{}", registration.name))?;
        if !settings.on {
            continue;
        }
        let lacks = registration.key.filter(|_| settings.key.is_none()).map(|key| key.adds.to_owned());
        asked.push(Asked {
            name: registration.name.to_string(),
            identifies: identifies.contains(&registration.name),
            has_key: registration.key.map(|_| settings.key.is_some()),
            lacks,
        });
    }
    Ok(asked)
}

/// The seller's rules.
pub(super) fn rules(config: &Config) -> anyhow::Result<Rules> {
    let pricing = config.section::<PriceRules>("pricing")?;
    let listing = domain::listing::Settings { currency: pricing.currency, ..config.section("listing")? };
    let gallery = config.section::<Settings>("providers.coverartarchive")?;
    Ok(Rules {
        matching: config.section("matching")?,
        listing,
        pricing,
        // Pictures of an imitation on this machine come by plain http, and can stand in no real listing.
        artwork: ArtworkRules { allow_loopback: gallery.is_local(), ..config.section("artwork")? },
        categories: Categories::built_in(),
        template: Template::built_in(),
    })
}
