//! How long a run still takes, and what holds it up.
//!
//! Each service still gets so many requests as the items that are left cost, and no more of them a minute than its limit
//! allows; whoever takes the longest for that is the brake. What an item costs is known from the items that ended since
//! the run is watched, and before that from the figures that were measured (`per_item`). Where the run is clearly slower
//! than all limits explain, its own pace counts, and nobody is named.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::upstream::Upstream;

/// Items after which a run's own figures are better than the measured ones.
const ENOUGH: u64 = 20;

/// A pace so much slower than the limits allow is held up by something else.
const CLEARLY: f64 = 1.5;

/// How a run stood at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub at: Timestamp,
    pub done: u64,
    pub left: u64,
}

/// A run from a moment on.
#[derive(Clone, Debug)]
pub struct Course {
    from: Standing,
    /// Requests of each service at that moment.
    requests: HashMap<String, u64>,
}

/// What is left, and who holds it up.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    pub left: Duration,
    pub brake: Option<Brake>,
}

/// The service that holds a run up the longest.
#[derive(Clone, Debug, PartialEq)]
pub struct Brake {
    pub name: String,
    pub per_minute: f64,
    pub quiet_until: Option<Timestamp>,
}

impl Course {
    /// From now on.
    pub fn from(now: Standing, upstreams: &[Upstream]) -> Self {
        let requests = upstreams.iter().map(|one| (one.name.clone(), one.requests)).collect();
        Self { from: now, requests }
    }

    /// What is left; `None` where nothing is, or nothing can be said yet.
    pub fn estimate(&self, now: &Standing, upstreams: &[Upstream]) -> Option<Estimate> {
        if now.left == 0 {
            return None;
        }
        let each = upstreams.iter().filter_map(|one| Some((self.seconds(one, now)?, one)));
        let slowest = each.max_by(|one, other| one.0.total_cmp(&other.0));
        let pace = self.by_pace(now);
        let (seconds, brake) = match (slowest, pace) {
            (Some((limit, _)), Some(pace)) if pace > limit * CLEARLY => (pace, None),
            (Some((limit, one)), _) => (limit, Some(one)),
            (None, Some(pace)) => (pace, None),
            (None, None) => return None,
        };
        let brake = brake.and_then(|one| {
            let (name, quiet_until) = (one.name.clone(), one.quiet_until.filter(|until| *until > now.at));
            Some(Brake { name, per_minute: one.per_minute?, quiet_until })
        });
        Some(Estimate { left: Duration::try_from_secs_f64(seconds).ok()?, brake })
    }

    /// How long a service takes for what is left; `None` for one without a limit, or that is not asked.
    fn seconds(&self, one: &Upstream, now: &Standing) -> Option<f64> {
        let limit = one.per_minute.filter(|limit| *limit > 0.0)?;
        let left = (float(now.left) * self.per_item(one, now)).max(float(one.waiting));
        if left <= 0.0 {
            return None;
        }
        let quiet = one.quiet_until.map_or(SignedDuration::ZERO, |until| until.duration_since(now.at));
        Some(left * 60.0 / limit + quiet.as_secs_f64().max(0.0))
    }

    fn per_item(&self, one: &Upstream, now: &Standing) -> f64 {
        let ended = now.done.saturating_sub(self.from.done);
        let before = self.requests.get(&one.name).copied().unwrap_or_default();
        match one.requests.checked_sub(before) {
            Some(asked) if ended >= ENOUGH => float(asked) / float(ended),
            _ => one.per_item,
        }
    }

    fn by_pace(&self, now: &Standing) -> Option<f64> {
        let ended = now.done.saturating_sub(self.from.done);
        let took = now.at.duration_since(self.from.at).as_secs_f64();
        (ended >= ENOUGH && took > 0.0).then(|| took / float(ended) * float(now.left))
    }
}

impl Estimate {
    /// `about 12 min left: discogs, 60 a minute`
    pub fn words(&self) -> String {
        let left = about(self.left);
        match &self.brake {
            None => format!("about {left} left"),
            Some(Brake { name, quiet_until: Some(until), .. }) => {
                format!("about {left} left: {name}, quiet until {}", until.strftime("%H:%M:%S"))
            }
            Some(Brake { name, per_minute, .. }) => format!("about {left} left: {name}, {per_minute:.0} a minute"),
        }
    }
}

/// `40 s`, `12 min`, `3 h 20 min`: in the unit in which one waits.
pub(super) fn about(left: Duration) -> String {
    let seconds = left.as_secs();
    match seconds {
        0..90 => format!("{} s", seconds.max(1)),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests and items")]
fn float(count: u64) -> f64 {
    count as f64
}
