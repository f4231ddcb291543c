//! What a batch will do, told before it begins: who is asked, where drafts go, how long it takes at the limits of the
//! services, how much of eBay's day it uses, and when its turn comes.

mod display;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::eta::{Eta, EtaBaseline, ProgressSample};
use super::job::JobState;
use super::job_spec::{Copies, JobId, JobSpec};
use super::list_preview::Workload;
use super::sink::SinkKind;
use super::upstream_status::UpstreamStatus;

/// A batch that has not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BatchEstimate {
    /// Items that are taken.
    pub items: u64,
    /// Drafts at most: one for each item, or for each copy.
    pub drafts: u64,
    pub plan: BatchPlan,
    /// What a draft is at the sink and where the seller finds it.
    #[serde(rename = "about")]
    pub sink_description: String,
    /// Who is asked, in the order of trust.
    #[serde(rename = "asked")]
    pub providers: Vec<ProviderInfo>,
    /// What becomes of the price of the samples.
    #[schema(example = "in USD, 95% of what others ask, never below 4.99 USD")]
    pub price_rule: String,
    /// How long the services' limits let it take; `null` where none of them has one.
    #[serde(rename = "time")]
    pub time_estimate: Option<TimeEstimate>,
    /// Today's calls at eBay, of each API that it needs.
    pub quotas: Vec<Quota>,
    #[serde(rename = "turn")]
    pub queue_position: QueuePosition,
    /// The job over the same list that waits, runs or is paused.
    #[serde(rename = "under_way")]
    pub conflicting_job: Option<ConflictingJob>,
    /// What the operator has to do before drafts can be made there.
    #[serde(rename = "to_do")]
    pub blockers: Vec<String>,
    /// What is not set and would help.
    pub advice: Vec<String>,
}

/// What was ordered, with the settings where the order leaves something open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BatchPlan {
    pub sink: SinkKind,
    pub create_drafts: bool,
    pub test_mode: bool,
    pub review: bool,
    pub condition: Option<Condition>,
    pub copies: Copies,
}

/// A service that is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProviderInfo {
    #[schema(example = "discogs")]
    pub name: String,
    /// True for one that says which release a UPC is.
    pub identifies: bool,
    /// Whether its key is set; `null` where it takes none.
    pub has_key: Option<bool>,
    /// What it lacks without the key; `null` where nothing is lacking.
    #[serde(rename = "lacks")]
    pub missing_without_key: Option<String>,
}

/// How long it takes, by the slowest service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TimeEstimate {
    pub seconds: u64,
    /// The same with what other jobs have left, who share the limits.
    pub seconds_with_others: u64,
    #[schema(example = "discogs")]
    pub slowest: String,
    #[serde(rename = "per_minute")]
    pub limit_per_minute: f64,
}

/// Calls of one of eBay's APIs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quota {
    #[schema(example = "browse")]
    pub api: String,
    /// So many it needs, about.
    #[serde(rename = "need")]
    pub required: u64,
    /// So many are left today.
    #[serde(rename = "left")]
    pub remaining: u64,
    /// So many a day has.
    #[serde(rename = "daily")]
    pub daily_limit: u64,
    /// When the next day begins there.
    #[schema(value_type = String, format = DateTime)]
    #[serde(rename = "until")]
    pub resets_at: Timestamp,
}

/// When its turn comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueuePosition {
    /// Its place among those that wait, from 1; 0 where it begins at once.
    #[serde(rename = "place")]
    pub position: u64,
    /// Jobs that run now.
    pub running: u64,
    /// Items that the jobs before it have left, as far as their lists are read.
    #[serde(rename = "items_before")]
    pub items_ahead: u64,
}

/// A job over the same list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConflictingJob {
    #[schema(value_type = String)]
    pub job_id: JobId,
    pub state: JobState,
}

impl BatchPlan {
    /// Of an order that is complete.
    pub fn from_spec(spec: &JobSpec) -> Self {
        Self {
            sink: spec.sink,
            create_drafts: spec.create_drafts,
            test_mode: spec.test_mode,
            review: spec.review,
            condition: spec.condition,
            copies: spec.copies,
        }
    }

    /// False where nothing outside is written.
    pub const fn writes_drafts(&self) -> bool {
        self.create_drafts && !self.test_mode
    }

    /// Drafts at most.
    pub const fn max_drafts(&self, amount: Workload) -> u64 {
        match self.copies {
            _ if !self.create_drafts => 0,
            Copies::Together => amount.items,
            Copies::Separate => amount.copies,
        }
    }
}

impl Quota {
    /// False where the batch cannot finish today.
    pub const fn is_sufficient(&self) -> bool {
        self.required <= self.remaining
    }
}

impl TimeEstimate {
    /// At the limits of these services, with `others` items that share them; `None` where nothing limits.
    pub fn for_items(now: Timestamp, items: u64, others: u64, upstreams: &[UpstreamStatus]) -> Option<Self> {
        let estimate = |left| {
            let standing = ProgressSample { at: now, done: 0, remaining: left };
            EtaBaseline::new(standing.clone(), upstreams).estimate_remaining(&standing, upstreams)
        };
        let Eta { remaining: left, bottleneck } = estimate(items)?;
        let bottleneck = bottleneck?;
        let all = estimate(items.saturating_add(others)).map_or(left, |estimate| estimate.remaining);
        let (seconds, seconds_with_others) = (ceil_seconds(left), ceil_seconds(all));
        Some(Self {
            seconds,
            seconds_with_others,
            slowest: bottleneck.name,
            limit_per_minute: bottleneck.limit_per_minute,
        })
    }
}

fn ceil_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
