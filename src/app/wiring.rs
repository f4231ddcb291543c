//! From settings to parts: who is asked, by which rules, and where drafts go.

use std::sync::Arc;

use anyhow::Context;

use crate::answers::Answers;
use crate::config::{Batch, Config};
use crate::domain::batch::{JobId, Order};
use crate::domain::listing::{Categories, ListingRules, Template};
use crate::http::Http;
use crate::journal::Journal;
use crate::market::{Market, Rehearsal, SellerHubCsv};
use crate::pipeline::{Gatherer, Rules};
use crate::providers::{self, Connected};

/// The parts that every job of the process shares.
pub(super) struct Works {
    pub batch: Batch,
    pub journal: Journal,
    pub gatherer: Arc<Gatherer>,
    pub rules: Rules,
    /// What a key that is not there would add, a sentence each.
    pub advice: Vec<String>,
}

impl Works {
    /// Takes the data directory and connects the providers.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let batch = config.section::<Batch>("batch")?;
        let rules = rules(config)?;
        let (connected, advice) = connect(config)?;
        let journal = Journal::open(&batch.data_dir).await?;
        let answers = Answers::open(&batch.data_dir).await?;
        Ok(Self { batch, journal, gatherer: Arc::new(Gatherer::new(connected, answers)), rules, advice })
    }
}

/// The providers that are switched on, in the order in which they are trusted.
pub(super) fn connect(config: &Config) -> anyhow::Result<(Vec<Connected>, Vec<String>)> {
    let http = Http::new(&config.section("http")?)?;
    let (mut connected, mut advice) = (Vec::new(), Vec::new());
    for registration in providers::ALL {
        let table = config.section(&format!("providers.{}", registration.name))?;
        let Some(provider) = (registration.connect)(&table, &http)? else { continue };
        if let Some(key) = registration.key.filter(|_| !provider.has_key) {
            advice.push(format!("{}: with {} it also gives {}", registration.name, key.variable, key.adds));
        }
        connected.push(provider);
    }
    Ok((connected, advice))
}

/// The seller's rules.
pub(super) fn rules(config: &Config) -> anyhow::Result<Rules> {
    let pricing = config.section::<crate::domain::appraisal::PriceRules>("pricing")?;
    Ok(Rules {
        matching: config.section("matching")?,
        listing: ListingRules { condition_required: false, currency: pricing.currency },
        pricing,
        artwork: config.section("artwork")?,
        categories: Categories::built_in(),
        template: Template::built_in(),
    })
}

/// Where the drafts of a job go. Test mode gets the rehearsal, which owns nothing to write with.
pub(super) fn market(order: &Order, journal: &Journal, job: &JobId) -> anyhow::Result<Arc<dyn Market>> {
    if order.test_mode || !order.create_drafts {
        return Ok(Arc::new(Rehearsal));
    }
    match order.sink.as_str() {
        "csv" => Ok(Arc::new(SellerHubCsv::new(journal.clone(), job.clone(), order.output.as_str().into()))),
        other => anyhow::bail!("there is no sink {other:?}; use csv"),
    }
}

/// Makes the folder for result files before anything is asked, so that a wrong path costs nothing.
pub(super) fn output_folder(order: &Order) -> anyhow::Result<()> {
    std::fs::create_dir_all(&order.output)
        .with_context(|| format!("the folder for result files, {}, cannot be made", order.output))
}
