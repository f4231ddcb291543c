//! Limits how often the log has a warning about an outage of the database, which many callers notice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Interval between two warnings.
const WARNING_INTERVAL: Duration = Duration::from_secs(30);

/// Limits the warnings about an outage. Clones share the limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutageWarnings {
    last: Arc<Mutex<Option<Instant>>>,
}

impl OutageWarnings {
    /// Returns whether a warning is due at `now`, which then counts as given.
    pub(crate) fn take_due(&self, now: Instant) -> bool {
        let mut last = self.last.lock();
        let is_due = last.is_none_or(|last| now.duration_since(last) >= WARNING_INTERVAL);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_callers_give_one_warning_about_an_outage() {
        let (warnings, start) = (OutageWarnings::default(), Instant::now());
        let due =
            [0, 0, 29, 30, 31, 59, 60].map(|second| warnings.clone().take_due(start + Duration::from_secs(second)));
        assert_eq!(due, [true, false, false, true, false, false, true]);
    }
}
