//! What a batch will do, told before it begins: who is asked, where drafts go, how long it takes at the limits of the
//! services, how much of eBay's day it uses, and when its turn comes.

mod words;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::{Copies, JobId, Order};
use super::brake::{Course, Estimate, Standing};
use super::condition::Condition;
use super::job::JobState;
use super::survey::Amount;
use super::upstream::Upstream;

/// Where drafts can go, as settings name it; the first is the one that needs no account.
pub const SINKS: [&str; 3] = ["csv", "inventory", "item-draft"];

/// A batch that has not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Forecast {
    /// Items that are taken.
    pub items: u64,
    /// Drafts at most: one for each item, or for each copy.
    pub drafts: u64,
    pub plan: Plan,
    /// What a draft is at the sink and where the seller finds it.
    pub about: String,
    /// Who is asked, in the order of trust.
    pub asked: Vec<Asked>,
    /// What becomes of the price of the samples.
    #[schema(example = "in USD, 95% of what others ask, never below 4.99 USD")]
    pub price_rule: String,
    /// How long the services' limits let it take; `null` where none of them has one.
    pub time: Option<Time>,
    /// Today's calls at eBay, of each API that it needs.
    pub quotas: Vec<Quota>,
    pub turn: Turn,
    /// The job over the same list that waits, runs or is paused.
    pub under_way: Option<UnderWay>,
    /// What the operator has to do before drafts can be made there.
    pub to_do: Vec<String>,
    /// What is not set and would help.
    pub advice: Vec<String>,
}

/// What was ordered, with the settings where the order leaves something open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Plan {
    pub sink: String,
    pub create_drafts: bool,
    pub test_mode: bool,
    pub review: bool,
    pub condition: Option<Condition>,
    pub copies: Copies,
}

/// A service that is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Asked {
    #[schema(example = "discogs")]
    pub name: String,
    /// True for one that says which release a UPC is.
    pub identifies: bool,
    /// Whether its key is set; `null` where it takes none.
    pub has_key: Option<bool>,
    /// What it lacks without the key; `null` where nothing is lacking.
    pub lacks: Option<String>,
}

/// How long it takes, by the slowest service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Time {
    pub seconds: u64,
    /// The same with what other jobs have left, who share the limits.
    pub seconds_with_others: u64,
    #[schema(example = "discogs")]
    pub slowest: String,
    pub per_minute: f64,
}

/// Calls of one of eBay's APIs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quota {
    #[schema(example = "browse")]
    pub api: String,
    /// So many it needs, about.
    pub need: u64,
    /// So many are left today.
    pub left: u64,
    /// So many a day has.
    pub daily: u64,
    /// When the next day begins there.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// When its turn comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Turn {
    /// Its place among those that wait, from 1; 0 where it begins at once.
    pub place: u64,
    /// Jobs that run now.
    pub running: u64,
    /// Items that the jobs before it have left, as far as their lists are read.
    pub items_before: u64,
}

/// A job over the same list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UnderWay {
    #[schema(value_type = String)]
    pub job_id: JobId,
    pub state: JobState,
}

impl Plan {
    /// Of an order that is complete.
    pub fn of(order: &Order) -> Self {
        Self {
            sink: order.sink.clone(),
            create_drafts: order.create_drafts,
            test_mode: order.test_mode,
            review: order.review,
            condition: order.condition,
            copies: order.copies,
        }
    }

    /// False where nothing outside is written.
    pub const fn writes_drafts(&self) -> bool {
        self.create_drafts && !self.test_mode
    }

    /// Drafts at most.
    pub const fn drafts(&self, amount: Amount) -> u64 {
        match self.copies {
            _ if !self.create_drafts => 0,
            Copies::Together => amount.items,
            Copies::Separate => amount.copies,
        }
    }
}

impl Quota {
    /// False where the batch cannot finish today.
    pub const fn suffices(&self) -> bool {
        self.need <= self.left
    }
}

impl Time {
    /// At the limits of these services, with `others` items that share them; `None` where nothing limits.
    pub fn at(now: Timestamp, items: u64, others: u64, upstreams: &[Upstream]) -> Option<Self> {
        let estimate = |left| {
            let standing = Standing { at: now, done: 0, left };
            Course::from(standing.clone(), upstreams).estimate(&standing, upstreams)
        };
        let Estimate { left, brake } = estimate(items)?;
        let brake = brake?;
        let all = estimate(items.saturating_add(others)).map_or(left, |estimate| estimate.left);
        let (seconds, seconds_with_others) = (round_up(left), round_up(all));
        Some(Self { seconds, seconds_with_others, slowest: brake.name, per_minute: brake.per_minute })
    }
}

fn round_up(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
