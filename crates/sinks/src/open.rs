//! The list of markets, and what each needs to be opened for a job.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, ready};

use super::contract::Market;
use super::csv::{self, DraftsFile};
use super::ebay::{self, Inventory, ItemDrafts};
use super::rehearsal::Rehearsal;
use ::ebay::{Api, Ebay};
use domain::batch::JobId;
use domain::batch::Order;
use domain::listing::Categories;
use store::journal::Journal;
use store::response_cache::Answers;

/// One market, as settings and the command line name it.
pub struct Registration {
    /// The sink's name.
    pub name: &'static str,
    /// What a draft is there and where the seller finds it, in a sentence.
    pub about: &'static str,
    /// Calls of eBay's day for so many drafts. Where there are some, the seller has to be signed in there.
    pub calls: fn(u64) -> Vec<(Api, u64)>,
    /// Sees whether drafts can be made there. Nothing is written by it.
    pub prepare: for<'a> fn(&'a Opening) -> BoxFuture<'a, Result<Ready, NotReady>>,
}

/// A market that is ready, to be opened for a job.
pub struct Ready(Box<dyn FnOnce(JobId) -> Arc<dyn Market> + Send>);

impl Ready {
    pub(super) fn new<M: Market + 'static>(open: impl FnOnce(JobId) -> M + Send + 'static) -> Self {
        Self(Box::new(|job| Arc::new(open(job))))
    }

    /// Opens it.
    pub fn open(self, job: JobId) -> Arc<dyn Market> {
        (self.0)(job)
    }
}

/// What a market may need to be opened.
#[derive(Clone)]
pub struct Opening {
    /// Holds the ledger, by which one item stays one draft over all jobs.
    pub journal: Journal,
    pub order: Order,
    /// Where a keyset of eBay is set.
    pub ebay: Option<Ebay>,
    /// Which eBay is meant, also where no keyset is set.
    pub ebay_place: String,
    pub answers: Answers,
    pub categories: &'static Categories,
    /// How many items are to be drafted.
    pub items: u64,
    /// How long a sick market is waited for.
    pub patience: Duration,
}

/// What the operator has to do before anything can be drafted there, a line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("drafts cannot go to {sink} yet:{}\n`draft-maker doctor` shows all that was looked at", lines(.to_do))]
pub struct NotReady {
    pub sink: &'static str,
    pub to_do: Vec<String>,
}

/// All markets.
pub static ALL: &[Registration] = &[
    Registration {
        name: Inventory::SINK,
        about: Inventory::EXPLAINED,
        calls: ebay::inventory_calls,
        prepare: |opening| Box::pin(ebay::inventory(opening)),
    },
    Registration {
        name: DraftsFile::SINK,
        about: DraftsFile::EXPLAINED,
        calls: |_| Vec::new(),
        prepare: |opening| Box::pin(csv::drafts_file(opening)),
    },
    Registration {
        name: ItemDrafts::SINK,
        about: ItemDrafts::EXPLAINED,
        calls: ebay::item_draft_calls,
        prepare: |opening| Box::pin(ebay::item_drafts(opening)),
    },
    Registration {
        name: Rehearsal::SINK,
        about: Rehearsal::EXPLAINED,
        calls: |_| Vec::new(),
        prepare: |_| Box::pin(ready(Ok(Ready::new(|_| Rehearsal)))),
    },
];

impl Registration {
    /// The market of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|market| market.name == name)
    }

    /// What the operator has to do before drafts go there, as far as it is known without asking anybody.
    pub fn lacks(&self, ebay: Option<&Ebay>) -> Option<&'static str> {
        if (self.calls)(1).is_empty() {
            return None;
        }
        match ebay {
            None => Some(ebay::NO_KEYSET),
            Some(ebay) if !ebay.tokens().has_consent() => Some(ebay::NOT_SIGNED_IN),
            Some(_) => None,
        }
    }
}

fn lines(to_do: &[String]) -> String {
    to_do.iter().flat_map(|line| ["\n  - ", line]).collect()
}
