//! What a person decides about items that wait for him, written down together with what follows at once.

use std::sync::PoisonError;

use iso_currency::Currency;

use domain::batch::JobId;
use domain::decision::Decision;
use domain::dossier::Dossier;
use domain::event::{Fact, Step};
use domain::job::JobState;
use domain::outcome::{Outcome, Status};
use domain::review::{Answer, Became, Case};
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Answers about items of one job, and what is written down of them: each by itself, so that one mistake keeps none of
/// the others from being obeyed. Nothing is written of a job that was cancelled.
///
/// # Errors
/// [`JournalError`] where nothing can be read or written; then nothing was.
pub async fn decide(
    journal: &Journal,
    job: &JobId,
    answers: &[(Upc, Answer)],
    market: Currency,
    then: impl FnOnce(JobState, usize) -> Option<Fact>,
) -> Result<Vec<Became>, JournalError> {
    let (state, listed) = {
        let board = journal.board(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        (board.state, answers.iter().map(|(upc, _)| board.item(*upc).is_some()).collect::<Vec<_>>())
    };
    let (mut facts, mut all, mut seen) = (Vec::new(), Vec::new(), std::collections::HashSet::new());
    for ((upc, answer), is_listed) in answers.iter().zip(listed) {
        if !is_listed {
            all.push(Became::NotListed);
            continue;
        }
        let dossier = journal.dossiers(job, &[*upc]).await?.remove(0);
        let waits = is_waiting(&dossier) && state != JobState::Cancelled && seen.insert(*upc);
        let became = if waits { judged(answer, &dossier, market) } else { already(&dossier) };
        if let Became::Decided { decision } = &became {
            facts.extend(written(*upc, decision));
        }
        all.push(became);
    }
    let going_on = all.iter().filter(|became| became.goes_on()).count();
    if !facts.is_empty() {
        facts.extend(then(state, going_on));
        journal.append_all(job, facts).await?;
    }
    Ok(all)
}

/// The items of a job that wait for a person, in the order of the list, each with what was decided before about its
/// barcode.
///
/// # Errors
/// [`JournalError`] where they cannot be read.
pub async fn waiting(journal: &Journal, job: &JobId, from: usize, at_most: usize) -> Result<Vec<Case>, JournalError> {
    let upcs = {
        let board = journal.board(job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let waiting = board.items().iter().filter(|item| item.status == Some(Status::NeedsReview));
        waiting.map(|item| item.upc).skip(from).take(at_most).collect::<Vec<_>>()
    };
    let mut earlier = journal.decided_before(&upcs).await?;
    let dossiers = journal.dossiers(job, &upcs).await?;
    Ok(dossiers
        .into_iter()
        .filter_map(|dossier| {
            let before = earlier.remove(&dossier.listed.upc);
            Case::of(dossier, before)
        })
        .collect())
}

fn is_waiting(dossier: &Dossier) -> bool {
    dossier.outcome.as_ref().is_some_and(|outcome| outcome.status == Status::NeedsReview)
}

fn judged(answer: &Answer, dossier: &Dossier, market: Currency) -> Became {
    match answer.decide(dossier, market) {
        Ok(Some(decision)) => Became::Decided { decision: Box::new(decision) },
        Ok(None) => Became::Open,
        Err(wrong) => Became::Wrong { wrong },
    }
}

fn already(dossier: &Dossier) -> Became {
    Became::Already { status: dossier.outcome.as_ref().map(|outcome| outcome.status) }
}

/// An item that is left alone has ended with the decision itself.
fn written(upc: Upc, decision: &Decision) -> Vec<Fact> {
    let ends = decision.leaves_alone().map(|why| Step::Done { outcome: Outcome::skipped(why.to_owned()) });
    let steps = std::iter::once(Step::Decided { decision: decision.clone() }).chain(ends);
    steps.map(|step| Fact::Item { upc, step }).collect()
}
