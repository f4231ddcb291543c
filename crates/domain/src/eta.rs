//! Estimates the remaining time of a run and finds its bottleneck.
//!
//! The remaining items need a number of requests to each service, whose rate limit determines the minimum time. The
//! service with the longest time is the bottleneck. Requests per item are measured since the baseline; until enough
//! items have finished, the service's typical number for the items of the list is used. If the run is much slower than the limits explain, the
//! estimate uses its measured pace and has no bottleneck.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::catalog_coverage::CatalogCoverage;
use super::provider::display_name_of;
use super::text::time::format_estimated;
use super::upstream_status::UpstreamStatus;

/// Minimum number of finished items for using measured values.
pub(super) const MIN_ENDED_ITEMS: u64 = 20;

/// Ratio of measured time to the time at the rate limits above which the limits do not explain the pace.
const UNEXPLAINED_SLOWDOWN_RATIO: f64 = 1.5;

/// Progress of a run at one point in time.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgressSample {
    pub at: Timestamp,
    pub done: u64,
    pub remaining: u64,
    /// Where the items of the list are looked up, if known.
    pub coverage: Option<CatalogCoverage>,
}

/// Start of a measurement.
#[derive(Clone, Debug)]
pub struct EtaBaseline {
    start: ProgressSample,
    /// Number of requests to each service at the start.
    requests: HashMap<String, u64>,
}

/// Estimated remaining time and its bottleneck.
#[derive(Clone, Debug, PartialEq)]
pub struct Eta {
    pub remaining: Duration,
    pub bottleneck: Option<Bottleneck>,
}

/// The service that limits a run the most.
#[derive(Clone, Debug, PartialEq)]
pub struct Bottleneck {
    pub name: String,
    pub limit_per_minute: f64,
    pub paused_until: Option<Timestamp>,
}

impl EtaBaseline {
    /// Starts the measurement.
    pub fn new(now: ProgressSample, upstreams: &[UpstreamStatus]) -> Self {
        let requests = upstreams.iter().map(|one| (one.name.clone(), one.requests)).collect();
        Self { start: now, requests }
    }

    /// Returns false if the measurement started before any upstream status was known.
    pub fn has_upstreams(&self) -> bool {
        !self.requests.is_empty()
    }

    /// Returns true if at least this time has passed and this many items have finished since the baseline.
    pub(super) fn covers(&self, now: &ProgressSample, time: SignedDuration, items: u64) -> bool {
        now.at.duration_since(self.start.at) >= time && now.done.saturating_sub(self.start.done) >= items
    }

    /// Returns the remaining time; `None` if no items remain or no estimate is possible yet.
    pub fn estimate_remaining(&self, now: &ProgressSample, upstreams: &[UpstreamStatus]) -> Option<Eta> {
        if now.remaining == 0 {
            return None;
        }
        let each = upstreams.iter().filter_map(|one| Some((self.seconds_needed(one, now)?, one)));
        let slowest = each.max_by(|one, other| one.0.total_cmp(&other.0));
        let pace = self.seconds_by_pace(now);
        let (seconds, bottleneck) = match (slowest, pace) {
            (Some((limit, _)), Some(pace)) if pace > limit * UNEXPLAINED_SLOWDOWN_RATIO => (pace, None),
            (Some((limit, one)), _) => (limit, Some(one)),
            (None, Some(pace)) => (pace, None),
            (None, None) => return None,
        };
        let bottleneck = bottleneck.and_then(|one| {
            let (name, quiet_until) = (one.name.clone(), one.paused_until.filter(|until| *until > now.at));
            Some(Bottleneck { name, limit_per_minute: one.limit_per_minute?, paused_until: quiet_until })
        });
        Some(Eta { remaining: Duration::try_from_secs_f64(seconds).ok()?, bottleneck })
    }

    /// Returns the seconds that a service needs for the remaining items; `None` if it has no limit or needs no more
    /// requests.
    fn seconds_needed(&self, one: &UpstreamStatus, now: &ProgressSample) -> Option<f64> {
        let limit = one.limit_per_minute.filter(|limit| *limit > 0.0)?;
        let left = (to_f64(now.remaining) * self.requests_per_item(one, now)).max(to_f64(one.waiting));
        if left <= 0.0 {
            return None;
        }
        let quiet = one.paused_until.map_or(SignedDuration::ZERO, |until| until.duration_since(now.at));
        Some(left * 60.0 / limit + quiet.as_secs_f64().max(0.0))
    }

    fn requests_per_item(&self, one: &UpstreamStatus, now: &ProgressSample) -> f64 {
        let ended = now.done.saturating_sub(self.start.done);
        let before = self.requests.get(&one.name).copied().unwrap_or_default();
        match one.requests.checked_sub(before) {
            Some(asked) if ended >= MIN_ENDED_ITEMS => to_f64(asked) / to_f64(ended),
            _ => one.expected_requests_per_item(now.coverage),
        }
    }

    fn seconds_by_pace(&self, now: &ProgressSample) -> Option<f64> {
        let ended = now.done.saturating_sub(self.start.done);
        let took = now.at.duration_since(self.start.at).as_secs_f64();
        (ended >= MIN_ENDED_ITEMS && took > 0.0).then(|| took / to_f64(ended) * to_f64(now.remaining))
    }
}

impl Eta {
    /// Formats `about 12 min left: Discogs, 60 per minute`.
    pub fn summary(&self) -> String {
        let left = format_estimated(self.remaining);
        match &self.bottleneck {
            None => format!("about {left} left"),
            Some(Bottleneck { name, paused_until: Some(until), .. }) => {
                let name = display_name_of(name);
                format!("about {left} left: {name}, paused until {}", until.strftime("%H:%M:%S"))
            }
            Some(Bottleneck { name, limit_per_minute: per_minute, .. }) => {
                format!("about {left} left: {}, {per_minute:.0} per minute", display_name_of(name))
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests and items")]
fn to_f64(count: u64) -> f64 {
    count as f64
}
