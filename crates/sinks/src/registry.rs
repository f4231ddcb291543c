//! The list of markets, and what each needs to be opened for a job.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, ready};

use super::csv::{self, CsvSink};
use super::draft_sink::DraftSink;
use super::dry_run::DryRunSink;
use super::ebay::{self, InventorySink, ItemDraftSink};
use ::ebay::{Api, EbayClient};
use domain::job_spec::JobId;
use domain::job_spec::JobSpec;
use domain::listing::Categories;
use domain::sink::SinkKind;
use store::journal::Journal;
use store::response_cache::ResponseCache;

/// One market, as settings and the command line name it.
pub struct SinkFactory {
    pub kind: SinkKind,
    /// What a draft is there and where the seller finds it, in a sentence.
    pub description: &'static str,
    /// Calls of eBay's day for so many drafts. Where there are some, the seller has to be signed in there.
    pub estimate_calls: fn(u64) -> Vec<(Api, u64)>,
    /// Sees whether drafts can be made there. Nothing is written by it.
    pub prepare: for<'a> fn(&'a SinkContext) -> BoxFuture<'a, Result<PreparedSink, NotReady>>,
}

/// A market that is ready, to be opened for a job.
pub struct PreparedSink(Box<dyn FnOnce(JobId) -> Arc<dyn DraftSink> + Send>);

impl PreparedSink {
    pub(super) fn new<M: DraftSink + 'static>(open: impl FnOnce(JobId) -> M + Send + 'static) -> Self {
        Self(Box::new(|job| Arc::new(open(job))))
    }

    /// Opens it.
    pub fn open_for_job(self, job: JobId) -> Arc<dyn DraftSink> {
        (self.0)(job)
    }
}

/// What a market may need to be opened.
#[derive(Clone)]
pub struct SinkContext {
    /// Holds the ledger, by which one item stays one draft over all jobs.
    pub journal: Journal,
    pub job_spec: JobSpec,
    /// Where a keyset of eBay is set.
    pub ebay: Option<EbayClient>,
    /// Which eBay is meant, also where no keyset is set.
    pub ebay_environment: String,
    pub response_cache: ResponseCache,
    pub categories: &'static Categories,
    /// How many items are to be drafted.
    pub item_count: u64,
    /// How long a sick market is waited for.
    pub max_wait: Duration,
}

/// What the operator has to do before anything can be drafted there, a line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("drafts cannot go to {sink} yet:{}\n`draft-maker doctor` shows all that was looked at", format_to_do(.to_do))]
pub struct NotReady {
    pub sink: &'static str,
    pub to_do: Vec<String>,
}

static INVENTORY: SinkFactory = SinkFactory {
    kind: SinkKind::Inventory,
    description: InventorySink::DESCRIPTION,
    estimate_calls: ebay::estimate_inventory_calls,
    prepare: |opening| Box::pin(ebay::prepare_inventory_sink(opening)),
};

static CSV: SinkFactory = SinkFactory {
    kind: SinkKind::Csv,
    description: CsvSink::DESCRIPTION,
    estimate_calls: |_| Vec::new(),
    prepare: |opening| Box::pin(csv::prepare_csv_sink(opening)),
};

static ITEM_DRAFT: SinkFactory = SinkFactory {
    kind: SinkKind::ItemDraft,
    description: ItemDraftSink::DESCRIPTION,
    estimate_calls: ebay::estimate_item_draft_calls,
    prepare: |opening| Box::pin(ebay::prepare_item_draft_sink(opening)),
};

static DRY_RUN: SinkFactory = SinkFactory {
    kind: SinkKind::DryRun,
    description: DryRunSink::DESCRIPTION,
    estimate_calls: |_| Vec::new(),
    prepare: |_| Box::pin(ready(Ok(PreparedSink::new(|_| DryRunSink)))),
};

impl SinkFactory {
    /// Returns the factory of a destination.
    pub fn for_kind(kind: SinkKind) -> &'static Self {
        match kind {
            SinkKind::Inventory => &INVENTORY,
            SinkKind::Csv => &CSV,
            SinkKind::ItemDraft => &ITEM_DRAFT,
            SinkKind::DryRun => &DRY_RUN,
        }
    }

    /// What the operator has to do before drafts go there, as far as it is known without asking anybody.
    pub fn missing_setup(&self, ebay: Option<&EbayClient>) -> Option<&'static str> {
        if (self.estimate_calls)(1).is_empty() {
            return None;
        }
        match ebay {
            None => Some(ebay::NO_KEYSET_HINT),
            Some(ebay) if !ebay.tokens().has_consent() => Some(ebay::SIGN_IN_HINT),
            Some(_) => None,
        }
    }
}

fn format_to_do(to_do: &[String]) -> String {
    to_do.iter().flat_map(|line| ["\n  - ", line]).collect()
}
