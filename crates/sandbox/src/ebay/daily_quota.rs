//! Counts the calls of the current day against the daily limit of each API.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The APIs, each as Draft Maker's name, the context and name in the Analytics API, and the documented daily limit.
pub(super) const API_LIMITS: [(&str, &str, &str, u64); 9] = [
    ("inventory", "sell", "inventory", 2_000_000),
    ("media", "commerce", "media", 1_000_000),
    ("account", "sell", "account", 25_000),
    ("browse", "buy", "browse", 5_000),
    ("taxonomy", "commerce", "taxonomy", 5_000),
    ("metadata", "sell", "metadata", 5_000),
    ("insights", "buy", "marketplace_insights", 5_000),
    ("listing", "sell", "listing", 5_000),
    ("analytics", "developer", "analytics", 5_000),
];

/// Calls of the current day.
pub(super) struct SandboxQuota {
    used_calls: HashMap<String, u64>,
    day_length: Duration,
    day_started: Instant,
}

impl Default for SandboxQuota {
    fn default() -> Self {
        Self::with_day_length(Duration::from_hours(24))
    }
}

impl SandboxQuota {
    /// Counts one call. Returns false if the daily limit is exhausted. `other` has the limits that differ from the
    /// documented ones.
    pub(super) fn consume_call(&mut self, api: &str, other: &BTreeMap<String, u64>) -> bool {
        let daily = daily_limit(api, other);
        self.roll_over_day();
        let used = self.used_calls.entry(api.to_owned()).or_default();
        let is_left = *used < daily;
        *used += u64::from(is_left);
        is_left
    }

    /// Returns the number of remaining calls, and the end of the day.
    pub(super) fn remaining_calls(&mut self, api: &str, other: &BTreeMap<String, u64>) -> (u64, Timestamp) {
        self.roll_over_day();
        let left = daily_limit(api, other).saturating_sub(self.used_calls.get(api).copied().unwrap_or_default());
        let rest = self.day_length.saturating_sub(self.day_started.elapsed());
        (left, Timestamp::now().checked_add(rest).unwrap_or(Timestamp::MAX))
    }

    pub(super) fn with_day_length(day_length: Duration) -> Self {
        Self { used_calls: HashMap::new(), day_length, day_started: Instant::now() }
    }

    fn roll_over_day(&mut self) {
        while self.day_started.elapsed() >= self.day_length {
            self.day_started += self.day_length;
            self.used_calls.clear();
        }
    }
}

pub(super) fn daily_limit(api: &str, other: &BTreeMap<String, u64>) -> u64 {
    let documented = || API_LIMITS.iter().find(|(known, ..)| *known == api).map(|(.., daily)| *daily);
    other.get(api).copied().or_else(documented).unwrap_or(5_000)
}
