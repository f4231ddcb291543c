//! Sends a bulk call, and splits it if the answer does not cover its parts, until the failing parts are alone.
//!
//! The smaller calls are sent concurrently. A part at which eBay never answers delays the others by the timeouts of
//! three calls: one with 25 parts, one with 5, and its own.

use futures::future::join_all;

use super::bulk_response::{BulkResponse, PendingCause};
use super::bulk_retry::{CallRound, PendingPart};
use super::retrying_client::RetryingClient;
use ebay::EbayError;
use upstream::UpstreamRequest;

/// Number of calls into which a failed call is split.
const SPLIT_CALLS: usize = 5;

/// The answers to a bulk call and to the calls into which it was split.
#[derive(Default)]
pub(super) struct SplitAnswers {
    /// The indexes of the parts of each call, and its answer. If there are several parts, it has an answer for each.
    pub(super) answers: Vec<(Vec<usize>, Result<BulkResponse, EbayError>)>,
    /// Parts that were not sent in a smaller call, because eBay seems to have an outage.
    pub(super) unsent: Vec<PendingPart>,
}

/// Parts of a failed call that are sent again, with the cause and eBay's text.
struct SplitGroup {
    parts: Vec<usize>,
    cause: PendingCause,
    message: String,
}

/// Sends one call with these parts, and smaller ones if its answer does not cover them.
pub(super) async fn call_with_splits(
    client: &RetryingClient,
    parts: &[usize],
    round: &mut CallRound,
    build_request: impl Fn(&[usize]) -> UpstreamRequest,
) -> SplitAnswers {
    let mut collected = SplitAnswers::default();
    let first = client.call_bulk(build_request(parts)).await;
    let mut waiting = collected.add_answer(parts.to_vec(), first, round);
    loop {
        // Calls with several parts are sent together, because each that fails costs a timeout.
        let groups = waiting.iter().take(SPLIT_CALLS).take_while(|group| group.parts.len() > 1).count();
        let limit = round.call_limit();
        let count = if limit == 0 { 0 } else { limit.max(groups).min(waiting.len()) };
        if count == 0 {
            collected.unsent.extend(waiting.into_iter().flat_map(SplitGroup::into_pending));
            return collected;
        }
        let later = waiting.split_off(count);
        let answers = join_all(waiting.iter().map(|group| client.call_split_bulk(build_request(&group.parts)))).await;
        let answered = waiting.into_iter().zip(answers);
        waiting = answered.flat_map(|(group, answer)| collected.add_answer(group.parts, answer, round)).collect();
        waiting.extend(later);
    }
}

impl SplitAnswers {
    /// Adds the answer to one call, or returns the smaller calls that replace the call.
    fn add_answer(
        &mut self,
        parts: Vec<usize>,
        answer: Result<BulkResponse, EbayError>,
        round: &mut CallRound,
    ) -> Vec<SplitGroup> {
        if let Ok(response) = &answer {
            let is_failure = response.is_failure();
            round.is_answered |= !is_failure;
            if parts.len() > 1 && !response.has_parts() {
                let (cause, message) = (response.failure_cause(), response.error_message());
                let groups = parts.chunks(parts.len().div_ceil(SPLIT_CALLS));
                return groups
                    .map(|part| SplitGroup { parts: part.to_vec(), cause, message: message.clone() })
                    .collect();
            }
            if is_failure {
                round.record_single_fault();
            }
        }
        self.answers.push((parts, answer));
        Vec::new()
    }
}

impl SplitGroup {
    fn into_pending(self) -> impl Iterator<Item = PendingPart> {
        let Self { parts, cause, message } = self;
        parts.into_iter().map(move |index| PendingPart { index, cause, message: message.clone() })
    }
}
