//! Records the operator's decisions about items that need review, with the events that follow from them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use iso_currency::Currency;

use crate::lots::Lots;
use domain::decision::Decision;
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::{ItemOutcome, Status};
use domain::review::{ReviewCase, ReviewInput, ReviewResult, later_repeats_of_edit};
use domain::sink::SinkKind;
use domain::sku::Sku;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Items whose details are in memory at a time; each may hold several provider releases.
const ANSWERS_PER_READ: usize = 128;

/// Records the valid answers about items of one job and returns a result per answer; an invalid answer does not affect
/// the others. Prices are in the currency of the job's site. Nothing is recorded for a canceled job. `then` receives
/// the job's state and the number of items that continue, and may add an event to the same write.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read or written; in that case nothing was recorded.
pub async fn record_decisions(
    journal: &Journal,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
    then: impl FnOnce(JobState, usize) -> Option<JobEvent>,
) -> Result<Vec<ReviewResult>, JournalError> {
    let (state, currency) = {
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        (projection.state, projection.spec.as_ref().map(|spec| spec.site).unwrap_or_default().currency())
    };
    let (mut events, mut results, mut decided) = (Vec::new(), Vec::new(), HashSet::new());
    let mut left_lots = Vec::new();
    for chunk in answers.chunks(ANSWERS_PER_READ) {
        let details = details_of_listed(journal, job, chunk).await?;
        let deleted = journal.skus_without_draft(edited_drafts(chunk, &details)).await?;
        for (upc, answer) in chunk {
            let Some(details) = details.get(upc) else {
                results.push(ReviewResult::UnknownItem);
                continue;
            };
            let is_open = needs_review(details) || (answer.edit && is_editable(details)) || can_undo(answer, details);
            let is_waiting = is_open && state != JobState::Cancelled && decided.insert(*upc);
            let deleted_draft = draft_to_update(answer, details).filter(|sku| deleted.contains(sku));
            let result = if is_waiting { evaluate_input(answer, details, currency) } else { already_reviewed(details) };
            let result = match (result, deleted_draft) {
                (ReviewResult::Decided { decision }, Some(sku)) if !decision.reopens_review() => {
                    ReviewResult::DraftDeleted { sku: sku.clone() }
                }
                (result, _) => result,
            };
            if let ReviewResult::Decided { decision } = &result {
                events.extend(decision_events(details, decision, deleted_draft.is_none()));
                left_lots.extend(lots_left_by(details, decision));
            }
            results.push(result);
        }
    }
    let requeued = finished_items_of(journal, job, &left_lots, &decided).await?;
    let resumed_items = results.iter().filter(|result| result.resumes_item()).count() + requeued.len();
    events.extend(requeued.into_iter().map(|upc| JobEvent::Item { upc, item_event: ItemEvent::Requeued }));
    if !events.is_empty() {
        events.extend(then(state, resumed_items));
        journal.append_events(job, events).await?;
    }
    Ok(results)
}

/// Returns the later jobs that repeated an edit in `job` which these answers undo, oldest first, each with the items. An
/// edit is undone there too: otherwise their records would show what the draft no longer has. Call it before the answers
/// are recorded.
///
/// # Errors
/// Returns [`JournalError`] if the decisions cannot be read.
pub async fn find_repeated_edits(
    journal: &Journal,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
) -> Result<BTreeMap<JobId, Vec<Upc>>, JournalError> {
    let mut repeats = BTreeMap::<_, Vec<_>>::new();
    for (upc, _) in answers.iter().filter(|(_, answer)| answer.is_undo()) {
        for later in later_repeats_of_edit(&journal.all_decisions(*upc).await?, job) {
            repeats.entry(later).or_default().push(*upc);
        }
    }
    Ok(repeats)
}

/// Returns the details of the answered items that are in the job's list.
async fn details_of_listed(
    journal: &Journal,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
) -> Result<HashMap<Upc, ItemDetails>, JournalError> {
    let listed = {
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        let upcs = answers.iter().map(|(upc, _)| *upc).filter(|upc| projection.item(*upc).is_some());
        upcs.collect::<Vec<_>>()
    };
    let details = journal.item_details(job, &listed).await?;
    Ok(details.into_iter().map(|details| (details.input.upc, details)).collect())
}

/// Returns the items of a job that need review, in list order, each with the last decision about its barcode in an
/// earlier job. `from` and `at_most` select a page.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read.
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
    let mut previous = journal.previous_decisions(&upcs).await?;
    let details = journal.item_details(job, &upcs).await?;
    let cases = details.into_iter().filter_map(|details| {
        let decision = previous.remove(&details.input.upc);
        ReviewCase::from_details(details, decision)
    });
    Ok(cases.collect())
}

fn needs_review(details: &ItemDetails) -> bool {
    details.outcome.as_ref().is_some_and(|outcome| outcome.status == Status::NeedsReview)
}

/// Returns true for an item that has a draft, which an edit updates, or that waits for the other items of its lot.
fn is_editable(details: &ItemDetails) -> bool {
    let is_waiting = |outcome: &ItemOutcome| outcome.lot.as_ref().is_some_and(|lot| lot.is_waiting);
    let has_draft = |outcome: &ItemOutcome| outcome.status.is_success() && outcome.draft.is_some();
    details.outcome.as_ref().is_some_and(|outcome| has_draft(outcome) || is_waiting(outcome))
}

/// Returns the drafts that the answers would update.
fn edited_drafts(answers: &[(Upc, ReviewInput)], details: &HashMap<Upc, ItemDetails>) -> BTreeSet<Sku> {
    let drafts = answers.iter().filter_map(|(upc, answer)| draft_to_update(answer, details.get(upc)?));
    drafts.cloned().collect()
}

/// Returns the draft that an edit or an undo is about. If it was deleted, an edit would create a new one.
fn draft_to_update<'a>(answer: &ReviewInput, details: &'a ItemDetails) -> Option<&'a Sku> {
    let is_about_draft = answer.edit || answer.is_undo();
    let outcome = details.outcome.as_ref().filter(|outcome| is_about_draft && outcome.status.has_draft())?;
    outcome.draft.as_ref().filter(|draft| draft.sink != SinkKind::DryRun).map(|draft| &draft.sku)
}

/// Returns true for an answer that undoes the latest decision about a finished item.
fn can_undo(answer: &ReviewInput, details: &ItemDetails) -> bool {
    answer.is_undo() && details.outcome.is_some()
}

fn evaluate_input(answer: &ReviewInput, details: &ItemDetails, currency: Currency) -> ReviewResult {
    match answer.to_decision(details, currency) {
        Ok(Some(decision)) => ReviewResult::Decided { decision: Box::new(decision) },
        Ok(None) => ReviewResult::Unanswered,
        Err(errors) => ReviewResult::Invalid { wrong: errors },
    }
}

fn already_reviewed(details: &ItemDetails) -> ReviewResult {
    ReviewResult::NotWaiting { status: details.outcome.as_ref().map(|outcome| outcome.status) }
}

/// Returns the events of a decision. A decision to skip the item or to reopen its review also ends the item. `has_draft`
/// is false if the draft of the item was deleted.
fn decision_events(details: &ItemDetails, decision: &Decision, has_draft: bool) -> Vec<JobEvent> {
    let upc = details.input.upc;
    let mut steps = vec![ItemEvent::ReviewDecided { decision: decision.clone() }];
    if decision.reopens_review() {
        steps.extend(reopening_steps(details, has_draft));
    }
    let skipped = decision.skip_reason().map(|why| ItemOutcome::skipped(why.to_owned()));
    steps.extend(skipped.map(|outcome| ItemEvent::Finished { outcome }));
    steps.into_iter().map(|item_event| JobEvent::Item { upc, item_event }).collect()
}

/// Returns the steps that put an item back into review: its earlier outcome, and its candidates, whose names tables
/// show. A draft that resulted from the decision stays until the operator decides again; the outcome mentions it.
fn reopening_steps(details: &ItemDetails, has_draft: bool) -> Vec<ItemEvent> {
    let Some(before) = &details.before_decision else { return Vec::new() };
    let Some(mut outcome) = before.outcome.clone() else { return Vec::new() };
    let draft = details.outcome.as_ref().and_then(|outcome| outcome.draft.as_ref());
    if let Some(draft) = draft.filter(|_| has_draft) {
        let question = outcome.error.take().unwrap_or_default();
        let sku = &draft.sku;
        let is_in_lot = details.outcome.as_ref().is_some_and(|outcome| outcome.lot.is_some());
        let left = if is_in_lot {
            "its lot continues without it; if the lot has only one other item, the draft {sku} of the lot still exists"
        } else {
            "the draft {sku} of the undone decision still exists"
        };
        let left = left.replace("{sku}", sku.as_str());
        outcome.error = Some(format!(
            "{question}; {left}: decide again to update it, or delete it with `draft-maker drafts --delete {sku}`"
        ));
    }
    // Missing fields belong to the release: a new `Identified` event would discard them.
    let verdict = before.verdict.clone().filter(|_| before.missing.is_empty());
    let identified = verdict.map(|verdict| ItemEvent::Identified { verdict, unavailable_providers: Vec::new() });
    std::iter::once(ItemEvent::Finished { outcome }).chain(identified).collect()
}

/// Returns the names of the lots that the item may leave because of the decision.
fn lots_left_by(item: &ItemDetails, decision: &Decision) -> Vec<String> {
    if decision.changes_lot() || decision.is_undo() || decision.skip_reason().is_some() {
        item.lots().into_iter().flatten().collect()
    } else {
        Vec::new()
    }
}

/// Returns the finished items of these lots that are not in `decided`. Their draft has to be composed again.
///
/// # Errors
/// Returns [`JournalError`] if an item cannot be read.
async fn finished_items_of(
    journal: &Journal,
    job: &JobId,
    names: &[String],
    decided: &HashSet<Upc>,
) -> Result<Vec<Upc>, JournalError> {
    let spec = journal.projection(job).await?.read().spec.clone();
    let Some(spec) = spec.filter(|_| !names.is_empty()) else { return Ok(Vec::new()) };
    let lots = Lots::from_journal(journal, job, &spec).await?;
    let items = names.iter().filter_map(|name| lots.find_lot(name)).flat_map(|lot| lot.items());
    let items = items.filter(|upc| !decided.contains(upc)).collect::<BTreeSet<_>>();
    let details = journal.item_details(job, &items.into_iter().collect::<Vec<_>>()).await?;
    let is_finished = |item: &ItemDetails| item.outcome.as_ref().is_some_and(|outcome| outcome.lot.is_some());
    Ok(details.iter().filter(|item| is_finished(item)).map(|item| item.input.upc).collect())
}
