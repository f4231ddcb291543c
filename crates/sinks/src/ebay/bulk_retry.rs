//! Decides how often and how long a bulk call is repeated, and when a failing call is split.
//!
//! A status of 500 and above and a missing answer have two possible causes: an outage of eBay, or one part of the call
//! that eBay fails at. Smaller calls tell them apart: if one of them is answered, the cause is in the others. If nothing
//! at all is answered, it is an outage, and the call waits.

use std::cmp::Ordering;
use std::time::Duration;

use super::bulk_response::PendingCause;
use super::retrying_client::{MAX_FAULT_RETRIES, outage_policy};
use retry::{RetryAdvice, RetryPolicy, RetrySchedule};
use upstream::{RepeatedRequest, UpstreamClient};

/// Maximum number of repetitions while eBay does not show the data just written. With the delays below, this is about
/// 24 seconds.
const MAX_LAG_RETRIES: u32 = 6;

/// Delay before the first repetition; it doubles up to [`MAX_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(500);
const MAX_WAIT: Duration = Duration::from_secs(8);

/// Maximum time to wait for an API that answers every call with an eBay error. The API is running, so waiting longer
/// rarely helps.
const MAX_OWN_FAULT_WAIT: Duration = Duration::from_secs(30);

/// A part of a call without a result.
#[derive(Clone, Debug)]
pub(super) struct PendingPart {
    /// Index of the listing or SKU in the batch.
    pub(super) index: usize,
    pub(super) cause: PendingCause,
    /// eBay's text.
    pub(super) message: String,
}

/// One round of calls for the same parts.
pub(super) struct CallRound {
    /// True if eBay has answered any part.
    pub(super) is_answered: bool,
    /// Number of single-part calls that may still fail before any part is answered.
    singles_left: u32,
}

impl CallRound {
    /// Returns the maximum number of single-part calls to send at a time: 0 if eBay seems to have an outage, so that no
    /// further parts are sent in this round.
    pub(super) fn call_limit(&self) -> usize {
        if self.is_answered { usize::MAX } else { self.singles_left as usize }
    }

    /// Records that eBay failed at a call with a single part.
    pub(super) fn record_single_fault(&mut self) {
        self.singles_left = self.singles_left.saturating_sub(1);
    }
}

/// The repetitions of one bulk call.
pub(super) struct BulkRetries {
    waits: RetrySchedule,
    outage: RetrySchedule,
    own_fault: RetrySchedule,
    rounds: u32,
    was_answered: bool,
    /// Names eBay on screens while parts are tried again.
    failing: Option<RepeatedRequest>,
}

impl BulkRetries {
    /// Starts the schedule of a call that waits at most `max_wait` during an outage of eBay.
    pub(super) fn start(max_wait: Duration) -> Self {
        Self {
            waits: visibility_retry_policy().start(),
            outage: outage_policy(max_wait).start(),
            own_fault: outage_policy(max_wait.min(MAX_OWN_FAULT_WAIT)).start(),
            rounds: 0,
            was_answered: false,
            failing: None,
        }
    }

    /// Starts a round. Each round tries more single parts before it assumes an outage, because eBay may fail at each of
    /// the first parts. After a round that tried them all, one part is enough to find out whether the outage is over.
    pub(super) fn next_round(&mut self) -> CallRound {
        self.rounds += 1;
        let singles_left = match self.rounds.cmp(&(MAX_FAULT_RETRIES + 1)) {
            Ordering::Less => 1 << self.rounds,
            Ordering::Equal => u32::MAX,
            Ordering::Greater => 1,
        };
        CallRound { is_answered: false, singles_left }
    }

    /// Removes the parts that are not worth another round from `pending` and returns them; waits before the next round.
    pub(super) async fn wait_for_next(
        &mut self,
        upstream: &UpstreamClient,
        round: &CallRound,
        pending: &mut Vec<PendingPart>,
    ) -> Vec<PendingPart> {
        self.was_answered |= round.is_answered;
        self.failing.get_or_insert_with(|| upstream.track_failure());
        let is_over = |cause: PendingCause| match cause {
            PendingCause::Lag => self.rounds > MAX_LAG_RETRIES,
            PendingCause::Fault | PendingCause::Opaque => self.rounds > MAX_FAULT_RETRIES,
            // eBay has answered other parts, and this one neither alone nor with others. Waiting for it again would hold
            // up the others.
            PendingCause::Timeout => round.is_answered || self.rounds > MAX_FAULT_RETRIES,
        };
        let (over, further): (Vec<_>, Vec<_>) = pending.drain(..).partition(|part| is_over(part.cause));
        if !further.is_empty() && self.waits.wait(RetryAdvice::Retry).await {
            *pending = further;
            return over;
        }
        let all = [over, further].concat();
        if self.was_answered || all.is_empty() {
            return all;
        }
        let is_opaque = all.iter().any(|part| matches!(part.cause, PendingCause::Opaque | PendingCause::Timeout));
        let schedule = if is_opaque { &mut self.outage } else { &mut self.own_fault };
        if schedule.wait(RetryAdvice::Retry).await {
            *pending = all;
            return Vec::new();
        }
        all
    }
}

/// Returns the retry policy of a read until eBay shows data that exists.
pub(super) fn visibility_retry_policy() -> RetryPolicy {
    RetryPolicy::exponential(FIRST_WAIT, MAX_WAIT).with_max_retries(MAX_LAG_RETRIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_not_asked_about_with_every_part_again() {
        let mut retries = BulkRetries::start(Duration::from_mins(5));
        let limits: Vec<_> = (0..8).map(|_| retries.next_round().call_limit()).collect();
        assert_eq!(limits, [2, 4, 8, 16, u32::MAX as usize, 1, 1, 1]);
    }
}
