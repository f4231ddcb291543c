//! Items that wait until a point in time, such as the end of a service's pause, or for the operator.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinError;

use super::item_pipeline::ItemRun;
use domain::text::count::format_count;
use domain::upc::Upc;
use store::journal::JournalError;

/// Maximum sleep before the clocks are read again, because a timer does not advance while the machine sleeps.
const MAX_DEFERRAL_SLEEP: Duration = Duration::from_mins(1);

/// Deferred items by due time. The key `None`, which sorts first, needs an action of the operator.
#[derive(Default)]
pub(super) struct DeferredItems {
    pub(super) by_due_time: BTreeMap<Option<Timestamp>, DeferredGroup>,
}

/// Items with the same due time.
pub(super) struct DeferredGroup {
    pub(super) upcs: Vec<Upc>,
    /// The due time on the monotonic clock; `None` if it is out of range.
    due_at: Option<Instant>,
    /// Reason of the group's first item.
    pub(super) why: String,
    pub(super) is_recorded: bool,
}

impl DeferredItems {
    /// Adds the item if its run was deferred.
    ///
    /// # Errors
    /// Returns the error of a run that could not record a step.
    pub(super) fn on_task_finished(
        &mut self,
        finished: Result<Result<ItemRun, JournalError>, JoinError>,
    ) -> Result<(), JournalError> {
        // The task catches panics, and it is aborted only when the run stops.
        let ItemRun::Deferred { upc, until, why } = finished.unwrap_or(Ok(ItemRun::Finished))? else { return Ok(()) };
        self.defer_item((upc, until, why), Timestamp::now(), Instant::now());
        Ok(())
    }

    fn defer_item(&mut self, (upc, until, why): (Upc, Option<Timestamp>, String), now: Timestamp, at: Instant) {
        let group = self.by_due_time.entry(until).or_insert_with(|| DeferredGroup {
            upcs: Vec::new(),
            due_at: until.and_then(|until| at.checked_add(time_between(now, until))),
            why,
            is_recorded: false,
        });
        group.upcs.push(upc);
    }

    /// Removes and returns the items that are due by wall-clock time or by elapsed time, so that a clock that is set
    /// back does not delay them.
    pub(super) fn take_due(&mut self, now: Timestamp, at: Instant) -> Vec<Upc> {
        let is_due = |due: &Option<Timestamp>, group: &DeferredGroup| {
            due.is_some_and(|due| due <= now) || group.due_at.is_some_and(|due| due <= at)
        };
        let due = self.by_due_time.extract_if(.., |due, group| is_due(due, group));
        due.flat_map(|(_, group)| group.upcs).collect()
    }

    /// Returns the time until the next items may be due; `None` if all items need an action of the operator.
    pub(super) fn time_until_due(&self, now: Timestamp, at: Instant) -> Option<Duration> {
        let left = self.by_due_time.iter().filter_map(|(due, group)| {
            let by_day = time_between(now, (*due)?);
            Some(group.due_at.map_or(by_day, |due| by_day.min(due.saturating_duration_since(at))))
        });
        left.min().map(|left| left.min(MAX_DEFERRAL_SLEEP))
    }

    /// Returns true if no item has a due time. One item that waits for the operator does not end a run in which others
    /// wait for a service.
    pub(super) fn all_need_operator(&self) -> bool {
        self.by_due_time.keys().all(Option::is_none)
    }

    pub(super) fn upcs(&self) -> HashSet<Upc> {
        self.by_due_time.values().flat_map(|group| group.upcs.iter().copied()).collect()
    }

    /// Returns a sentence with the number of deferred items and the reason of those that are due first.
    pub(super) fn summary(&self) -> String {
        let items = self.by_due_time.values().map(|group| group.upcs.len()).sum::<usize>();
        let why = self.by_due_time.values().next().map(|group| group.why.as_str());
        format!("{}: {}", format_count(items, "item waits", "items wait"), why.unwrap_or_default())
    }
}

/// Returns the time from `start` to `end`; zero if `end` is earlier.
fn time_between(start: Timestamp, end: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(start)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn deferred_for_a_minute(now: Timestamp, at: Instant) -> DeferredItems {
        let mut deferred = DeferredItems::default();
        let upc = "720642442524".parse().expect("a barcode");
        deferred.defer_item((upc, Some(now + MINUTE), "not now".to_owned()), now, at);
        deferred
    }

    #[test]
    fn a_clock_that_is_set_back_holds_no_item_up() {
        let (now, at) = (Timestamp::now(), Instant::now());
        let mut deferred = deferred_for_a_minute(now, at);
        let earlier = now - Duration::from_hours(3);
        assert_eq!(deferred.time_until_due(earlier, at), Some(MINUTE));
        assert_eq!(deferred.take_due(earlier, at), []);
        assert_eq!(deferred.time_until_due(earlier + MINUTE, at + MINUTE), Some(Duration::ZERO));
        assert_eq!(deferred.take_due(earlier + MINUTE, at + MINUTE).len(), 1);
    }

    #[test]
    fn an_item_that_waits_for_the_operator_holds_no_other_up() {
        let (now, at) = (Timestamp::now(), Instant::now());
        let mut deferred = deferred_for_a_minute(now, at);
        let other = "036000291452".parse().expect("a barcode");
        deferred.defer_item((other, None, "sign in".to_owned()), now, at);
        assert!(!deferred.all_need_operator());
        assert_eq!(deferred.take_due(now + MINUTE, at + MINUTE).len(), 1);
        assert!(deferred.all_need_operator());
        assert_eq!(deferred.summary(), "1 item waits: sign in");
    }

    #[test]
    fn items_are_due_when_a_machine_wakes_up() {
        let (now, at) = (Timestamp::now(), Instant::now());
        let mut deferred = deferred_for_a_minute(now, at);
        assert_eq!(deferred.take_due(now + Duration::from_hours(8), at).len(), 1);
    }

    #[test]
    fn a_long_wait_is_checked_again_before_its_end() {
        let (now, at) = (Timestamp::now(), Instant::now());
        let mut deferred = DeferredItems::default();
        let upc = "720642442524".parse().expect("a barcode");
        deferred.defer_item((upc, Some(now + Duration::from_hours(9)), "tomorrow".to_owned()), now, at);
        assert_eq!(deferred.time_until_due(now, at), Some(MAX_DEFERRAL_SLEEP));
        deferred.defer_item((upc, None, "sign in".to_owned()), now, at);
        assert_eq!(deferred.time_until_due(now, at), Some(MAX_DEFERRAL_SLEEP));
    }
}
