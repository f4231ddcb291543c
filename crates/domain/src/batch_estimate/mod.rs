//! Estimate of a batch before it starts: data sources, destination, time at the rate limits, eBay quotas, and position
//! in the queue.

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

/// Estimate of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BatchEstimate {
    /// Number of items in the batch.
    pub items: u64,
    /// Maximum number of drafts: one per item, or one per copy.
    pub drafts: u64,
    pub plan: BatchPlan,
    /// What a draft is at this destination, and where the seller finds it.
    #[serde(rename = "about")]
    pub sink_description: String,
    /// Data sources, in order of trust.
    #[serde(rename = "asked")]
    pub providers: Vec<ProviderInfo>,
    /// Pricing rules as a text.
    #[schema(example = "in USD, 95% of the market price, never below 4.99 USD")]
    pub price_rule: String,
    /// Time at the rate limits; `null` if no service has a limit.
    #[serde(rename = "time")]
    pub time_estimate: Option<TimeEstimate>,
    /// Daily quota of each eBay API that the batch needs.
    pub quotas: Vec<Quota>,
    #[serde(rename = "turn")]
    pub queue_position: QueuePosition,
    /// Job for the same list that is waiting, running or paused.
    #[serde(rename = "under_way")]
    pub conflicting_job: Option<ConflictingJob>,
    /// Steps that the operator must take before drafts can be created at this destination.
    #[serde(rename = "to_do")]
    pub blockers: Vec<String>,
    /// Missing settings that would improve the results.
    pub advice: Vec<String>,
}

/// Settings of the batch: the request, completed with defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BatchPlan {
    pub sink: SinkKind,
    pub create_drafts: bool,
    pub test_mode: bool,
    pub review: bool,
    pub condition: Option<Condition>,
    pub copies: Copies,
}

/// A data source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProviderInfo {
    #[schema(example = "discogs")]
    pub name: String,
    /// True for a provider that identifies the release of a UPC.
    pub identifies: bool,
    /// Whether the provider's key is set; `null` if the provider needs none.
    pub has_key: Option<bool>,
    /// What is missing without the key; `null` if nothing is missing.
    #[serde(rename = "lacks")]
    pub missing_without_key: Option<String>,
}

/// Time that the slowest service needs at its rate limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TimeEstimate {
    /// Seconds for the batch alone.
    pub seconds: u64,
    /// Seconds including the remaining work of other jobs that share the limits.
    pub seconds_with_others: u64,
    /// Name of the service that limits the speed.
    #[schema(example = "discogs")]
    pub slowest: String,
    /// Requests per minute that this service allows.
    #[serde(rename = "per_minute")]
    pub limit_per_minute: f64,
}

/// Daily quota of one eBay API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quota {
    #[schema(example = "browse")]
    pub api: String,
    /// Approximate number of calls that the batch needs.
    #[serde(rename = "need")]
    pub required: u64,
    /// Number of calls left today.
    #[serde(rename = "left")]
    pub remaining: u64,
    /// Number of calls allowed per day.
    #[serde(rename = "daily")]
    pub daily_limit: u64,
    /// Time at which the quota resets.
    #[schema(value_type = String, format = DateTime)]
    #[serde(rename = "until")]
    pub resets_at: Timestamp,
}

/// Position in the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueuePosition {
    /// Position among the waiting jobs, from 1; 0 if the batch starts at once.
    #[serde(rename = "place")]
    pub position: u64,
    /// Number of running jobs.
    pub running: u64,
    /// Unfinished items of the jobs ahead whose lists have been read.
    #[serde(rename = "items_before")]
    pub items_ahead: u64,
}

/// A job for the same list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConflictingJob {
    #[schema(value_type = String)]
    pub job_id: JobId,
    pub state: JobState,
}

impl BatchPlan {
    /// Returns the plan of a job.
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

    /// Returns true if the batch writes drafts outside Draft Maker.
    pub const fn writes_drafts(&self) -> bool {
        self.create_drafts && !self.test_mode
    }

    /// Returns the maximum number of drafts.
    pub const fn max_drafts(&self, amount: Workload) -> u64 {
        match self.copies {
            _ if !self.create_drafts => 0,
            Copies::Together => amount.items,
            Copies::Separate => amount.copies,
        }
    }
}

impl Quota {
    /// Returns true if the batch can finish today.
    pub const fn is_sufficient(&self) -> bool {
        self.required <= self.remaining
    }
}

impl TimeEstimate {
    /// Estimates the time for the items of `amount` at the rate limits of `upstreams`. `others` is the number of items of other jobs that share
    /// the limits. Returns `None` if no service has a limit.
    pub fn for_items(now: Timestamp, amount: Workload, others: u64, upstreams: &[UpstreamStatus]) -> Option<Self> {
        let estimate = |left| {
            let sample = ProgressSample { at: now, done: 0, remaining: left, coverage: amount.catalog };
            EtaBaseline::new(sample.clone(), upstreams).estimate_remaining(&sample, upstreams)
        };
        let Eta { remaining: left, bottleneck } = estimate(amount.items)?;
        let bottleneck = bottleneck?;
        let all = estimate(amount.items.saturating_add(others)).map_or(left, |estimate| estimate.remaining);
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
