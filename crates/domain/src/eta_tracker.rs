//! Throughput and remaining time of a running job, for the console and the progress bar.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::eta::{EtaBaseline, MIN_ENDED_ITEMS, ProgressSample};
use super::job::JobState;
use super::job_projection::JobProjection;
use super::provider::display_name_of;
use super::text::time::format_estimated;
use super::upstream_status::UpstreamStatus;

/// Time within which a service usually answers.
const USUAL_ANSWER_TIME: SignedDuration = SignedDuration::from_secs(5);

/// Estimates the remaining time. Has baselines while the job runs, the oldest first: the first one is used, and later
/// ones replace it when they cover enough time.
#[derive(Clone, Debug, Default)]
pub struct EtaTracker(VecDeque<EtaBaseline>);

impl EtaTracker {
    /// Minimum measured time before a newer baseline is used. The first items of a list are often cached, and must not
    /// count for long.
    const MEASURING_WINDOW: SignedDuration = SignedDuration::from_mins(2);

    /// Minimum time between two baselines.
    const BASELINE_INTERVAL: SignedDuration = SignedDuration::from_secs(20);

    /// Maximum number of baselines, for a job whose items hardly ever finish.
    const MAX_BASELINES: usize = 100;

    /// Formats the remaining time and the bottleneck: `about 12 min left: Discogs, 60 a minute`. The measurement starts
    /// with the first upstream statuses, and restarts after each interruption, whose time must not count. Until they
    /// arrive, the pace since the first call is measured. Also names a service that has not answered a request, or has
    /// failed at it, for a while. Returns `None` if the job is not running, or while no estimate is possible.
    pub fn remaining_summary(
        &mut self,
        projection: &JobProjection,
        upstreams: &[UpstreamStatus],
        now: Timestamp,
    ) -> Option<String> {
        if projection.state != JobState::Running {
            self.0.clear();
            return None;
        }
        let unanswered = longest_unanswered(upstreams, now);
        let left = self.estimate_remaining(projection, upstreams, now);
        let texts = [left, unanswered].into_iter().flatten().collect::<Vec<_>>();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    fn estimate_remaining(
        &mut self,
        projection: &JobProjection,
        upstreams: &[UpstreamStatus],
        now: Timestamp,
    ) -> Option<String> {
        let sample = progress_sample(projection, now);
        if !upstreams.is_empty() && self.0.front().is_some_and(|baseline| !baseline.has_upstreams()) {
            self.0.clear();
        }
        let is_due = |newest: &EtaBaseline| newest.covers(&sample, Self::BASELINE_INTERVAL, 0) && !upstreams.is_empty();
        if self.0.back().is_none_or(is_due) && self.0.len() < Self::MAX_BASELINES {
            self.0.push_back(EtaBaseline::new(sample.clone(), upstreams));
        }
        while self.0.get(1).is_some_and(|next| next.covers(&sample, Self::MEASURING_WINDOW, MIN_ENDED_ITEMS)) {
            self.0.pop_front();
        }
        Some(self.0.front()?.estimate_remaining(&sample, upstreams)?.summary())
    }
}

/// Formats `eBay has not answered for 12 s`, of the service that owes an answer for the longest time, or `eBay has failed
/// at a request for 12 s`, of a request that Draft Maker repeats; `None` if neither takes longer than
/// [`USUAL_ANSWER_TIME`].
fn longest_unanswered(upstreams: &[UpstreamStatus], now: Timestamp) -> Option<String> {
    let silent = upstreams.iter().filter_map(|one| Some((one.unanswered_since?, "not answered", one)));
    let failing = upstreams.iter().filter_map(|one| Some((one.failing_since?, "failed at a request", one)));
    let (since, what, one) = silent.chain(failing).min_by_key(|(since, ..)| *since)?;
    let wait = now.duration_since(since);
    let wait = (wait > USUAL_ANSWER_TIME).then(|| Duration::try_from(wait).unwrap_or_default())?;
    Some(format!("{} has {what} for {}", display_name_of(&one.name), format_estimated(wait)))
}

/// Number of finished items per minute, measured over the last minute.
#[derive(Clone, Debug, Default)]
pub struct Throughput(VecDeque<(Timestamp, u64)>);

impl Throughput {
    const MEASURING_WINDOW: SignedDuration = SignedDuration::from_mins(1);

    /// Minimum time between two samples.
    const MIN_SAMPLE_INTERVAL: SignedDuration = SignedDuration::from_secs(1);

    /// Minimum measured time for a result.
    const MIN_MEASURED_TIME: SignedDuration = SignedDuration::from_secs(5);

    /// Formats `42 items/min`; `None` if the job is not running or has just started.
    pub fn items_per_minute(&mut self, projection: &JobProjection, now: Timestamp) -> Option<String> {
        if projection.state != JobState::Running {
            self.0.clear();
            return None;
        }
        let done = projection.counts.done;
        let seen = self.0.back().map(|(last, _)| now.duration_since(*last));
        if seen.is_some_and(|since| since < SignedDuration::ZERO || since > Self::MEASURING_WINDOW) {
            // The clock was set back, or the last sample is too old.
            self.0.clear();
        }
        if self.0.back().is_none_or(|(last, _)| now.duration_since(*last) >= Self::MIN_SAMPLE_INTERVAL) {
            self.0.push_back((now, done));
        }
        // Keeps one sample from before the window as its start.
        while self.0.get(1).is_some_and(|(second, _)| now.duration_since(*second) >= Self::MEASURING_WINDOW) {
            self.0.pop_front();
        }
        let (from, before) = *self.0.front()?;
        // A decision reopens a finished item and so reduces the number of finished items.
        let ended = done.saturating_sub(before);
        let took = now.duration_since(from);
        let per_minute = i128::from(ended) * 60_000 / took.as_millis().max(1);
        (took >= Self::MIN_MEASURED_TIME).then(|| format!("{per_minute} items/min"))
    }
}

fn progress_sample(projection: &JobProjection, at: Timestamp) -> ProgressSample {
    let counts = &projection.counts;
    let coverage = projection.reading.as_ref().and_then(|reading| reading.catalog);
    let remaining = (counts.total - counts.done).saturating_sub(counts.paused);
    ProgressSample { at, done: counts.done, remaining, coverage }
}
