//! What a person decides about items that wait for him, written down together with what follows at once.

use std::sync::PoisonError;

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
        let board = journal.projection(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        (board.state, answers.iter().map(|(upc, _)| board.item(*upc).is_some()).collect::<Vec<_>>())
    };
    let (mut facts, mut all, mut seen) = (Vec::new(), Vec::new(), std::collections::HashSet::new());
    for ((upc, answer), is_listed) in answers.iter().zip(listed) {
        if !is_listed {
            all.push(ReviewResult::UnknownItem);
            continue;
        }
        let dossier = journal.item_details(job, &[*upc]).await?.remove(0);
        let waits = needs_review(&dossier) && state != JobState::Cancelled && seen.insert(*upc);
        let became = if waits { evaluate_input(answer, &dossier, market) } else { already_reviewed(&dossier) };
        if let ReviewResult::Decided { decision } = &became {
            facts.extend(decision_events(*upc, decision));
        }
        all.push(became);
    }
    let going_on = all.iter().filter(|became| became.resumes_item()).count();
    if !facts.is_empty() {
        facts.extend(then(state, going_on));
        journal.append_events(job, facts).await?;
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
        let board = journal.projection(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let waiting = board.items().iter().filter(|item| item.status == Some(Status::NeedsReview));
        waiting.map(|item| item.upc).skip(from).take(at_most).collect::<Vec<_>>()
    };
    let mut earlier = journal.previous_decisions(&upcs).await?;
    let dossiers = journal.item_details(job, &upcs).await?;
    Ok(dossiers
        .into_iter()
        .filter_map(|dossier| {
            let before = earlier.remove(&dossier.input.upc);
            ReviewCase::from_details(dossier, before)
        })
        .collect())
}

fn needs_review(dossier: &ItemDetails) -> bool {
    dossier.outcome.as_ref().is_some_and(|outcome| outcome.status == Status::NeedsReview)
}

fn evaluate_input(answer: &ReviewInput, dossier: &ItemDetails, market: Currency) -> ReviewResult {
    match answer.to_decision(dossier, market) {
        Ok(Some(decision)) => ReviewResult::Decided { decision: Box::new(decision) },
        Ok(None) => ReviewResult::Unanswered,
        Err(wrong) => ReviewResult::Invalid { wrong },
    }
}

fn already_reviewed(dossier: &ItemDetails) -> ReviewResult {
    ReviewResult::NotWaiting { status: dossier.outcome.as_ref().map(|outcome| outcome.status) }
}

/// An item that is left alone has ended with the decision itself.
fn decision_events(upc: Upc, decision: &Decision) -> Vec<JobEvent> {
    let ends = decision.skip_reason().map(|why| ItemEvent::Finished { outcome: ItemOutcome::skipped(why.to_owned()) });
    let steps = std::iter::once(ItemEvent::ReviewDecided { decision: decision.clone() }).chain(ends);
    steps.map(|step| JobEvent::Item { upc, item_event: step }).collect()
}
