//! What a person decides about items that wait for him, written down together with what follows at once.

use iso_currency::Currency;

use domain::decision::Decision;
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::{ItemOutcome, Status};
use domain::review::{ReviewCase, ReviewInput, ReviewResult};
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Answers about items of one job, and what is written down of them: each by itself, so that one mistake keeps none of
/// the others from being obeyed. Nothing is written of a job that was cancelled.
///
/// # Errors
/// [`JournalError`] where nothing can be read or written; then nothing was.
pub async fn record_decisions(
    journal: &Journal,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
    market: Currency,
    then: impl FnOnce(JobState, usize) -> Option<JobEvent>,
) -> Result<Vec<ReviewResult>, JournalError> {
    let (state, listed) = {
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        (projection.state, answers.iter().map(|(upc, _)| projection.item(*upc).is_some()).collect::<Vec<_>>())
    };
    let (mut events, mut all, mut seen) = (Vec::new(), Vec::new(), std::collections::HashSet::new());
    for ((upc, answer), is_listed) in answers.iter().zip(listed) {
        if !is_listed {
            all.push(ReviewResult::UnknownItem);
            continue;
        }
        let details = journal.item_details(job, &[*upc]).await?.remove(0);
        let waits = needs_review(&details) && state != JobState::Cancelled && seen.insert(*upc);
        let result = if waits { evaluate_input(answer, &details, market) } else { already_reviewed(&details) };
        if let ReviewResult::Decided { decision } = &result {
            events.extend(decision_events(*upc, decision));
        }
        all.push(result);
    }
    let going_on = all.iter().filter(|result| result.resumes_item()).count();
    if !events.is_empty() {
        events.extend(then(state, going_on));
        journal.append_events(job, events).await?;
    }
    Ok(all)
}

/// The items of a job that wait for a person, in the order of the list, each with what was decided before about its
/// barcode.
///
/// # Errors
/// [`JournalError`] where they cannot be read.
pub async fn list_review_cases(
    journal: &Journal,
    job: &JobId,
    from: usize,
    at_most: usize,
) -> Result<Vec<ReviewCase>, JournalError> {
    let upcs = {
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        let waiting = projection.items().iter().filter(|item| item.status == Some(Status::NeedsReview));
        waiting.map(|item| item.upc).skip(from).take(at_most).collect::<Vec<_>>()
    };
    let mut earlier = journal.previous_decisions(&upcs).await?;
    let all_details = journal.item_details(job, &upcs).await?;
    Ok(all_details
        .into_iter()
        .filter_map(|details| {
            let before = earlier.remove(&details.input.upc);
            ReviewCase::from_details(details, before)
        })
        .collect())
}

fn needs_review(details: &ItemDetails) -> bool {
    details.outcome.as_ref().is_some_and(|outcome| outcome.status == Status::NeedsReview)
}

fn evaluate_input(answer: &ReviewInput, details: &ItemDetails, market: Currency) -> ReviewResult {
    match answer.to_decision(details, market) {
        Ok(Some(decision)) => ReviewResult::Decided { decision: Box::new(decision) },
        Ok(None) => ReviewResult::Unanswered,
        Err(errors) => ReviewResult::Invalid { wrong: errors },
    }
}

fn already_reviewed(details: &ItemDetails) -> ReviewResult {
    ReviewResult::NotWaiting { status: details.outcome.as_ref().map(|outcome| outcome.status) }
}

/// An item that is left alone has ended with the decision itself.
fn decision_events(upc: Upc, decision: &Decision) -> Vec<JobEvent> {
    let ends = decision.skip_reason().map(|why| ItemEvent::Finished { outcome: ItemOutcome::skipped(why.to_owned()) });
    let steps = std::iter::once(ItemEvent::ReviewDecided { decision: decision.clone() }).chain(ends);
    steps.map(|step| JobEvent::Item { upc, item_event: step }).collect()
}
