//! The work itself: every item to its end state, then the files, then the fact that ends the job.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::begin::{Begun, Known, make_ready};
use super::end::{broke, give_up, state_of};
use super::error::BatchError;
use super::files::{self, Files};
use super::stop::{Stop, Wish, unless_stopped};
use crate::steps::Road;
use crate::workers::{Ended, Run};
use crate::works::Works;
use domain::batch::JobId;
use domain::event::Fact;
use store::journal::JournalError;

/// A stop is obeyed within eight seconds; the rest is for closing the journal.
const STOPS_WITHIN: Duration = Duration::from_millis(7_500);

/// The whole way of a job whose turn has come, from wherever it stands.
///
/// # Errors
/// Why the run broke off; the journal says so too, where it can still be written.
pub async fn run(works: &Works, job: &JobId, stop: &Stop) -> Result<Files, BatchError> {
    let goes_on = Known::of(works, job).await?.goes_on();
    works.journal.append(job, goes_on).await?;
    let ready = Box::pin(make_ready(works, job));
    match unless_stopped(stop, "before its first item", ready).await {
        Ok(begun) => work(works, &begun, stop).await,
        Err(BatchError::Stopped(_)) if stop.wish() == Wish::Cancel => give_up(works, job).await,
        Err(BatchError::Stopped(_)) => {
            works.journal.append(job, stop.wish().end()).await?;
            Ok(Files::default())
        }
        Err(error) => Err(broke(&works.journal, job, error).await),
    }
}

/// Brings every item to its end state and writes the files. The event that ends the job is the last thing to happen,
/// also where the run breaks, so that who follows the events sees an end.
///
/// # Errors
/// As [`run`].
pub async fn work(works: &Works, begun: &Begun, stop: &Stop) -> Result<Files, BatchError> {
    let worked = async {
        tracing::info!(source = begun.order.source, "the work begins");
        let (end, late_after) = match run_items(works, begun, stop).await? {
            Ended::AllDone => (Fact::Finished, None),
            Ended::Waits { why } => (Fact::stopped(why), None),
            Ended::Asked { at } => (stop.wish().end(), Some(at + STOPS_WITHIN)),
        };
        if matches!(end, Fact::Cancelled { .. }) {
            super::end::skip_the_rest(works, &begun.job).await?;
        }
        let files = write_files(works, begun, &end, late_after).await?;
        works.journal.append(&begun.job, end).await?;
        Ok(files)
    };
    match worked.await {
        Ok(files) => Ok(files),
        Err(error) => Err(broke(&works.journal, &begun.job, error).await),
    }
}

async fn write_files(
    works: &Works,
    begun: &Begun,
    end: &Fact,
    late_after: Option<Instant>,
) -> Result<Files, BatchError> {
    let Begun { job, order, market } = begun;
    let writing = files::write(works, job, order, Some(market.as_ref()), state_of(end));
    match late_after {
        Some(at) => tokio::time::timeout_at(at.into(), writing).await.unwrap_or_else(|_| Ok(files::late())),
        None => writing.await,
    }
}

async fn run_items(works: &Works, begun: &Begun, stop: &Stop) -> Result<Ended, JournalError> {
    let road = Arc::new(Road {
        gatherer: works.gatherer.clone(),
        journal: works.journal.clone(),
        market: begun.market.clone(),
        rules: works.rules.clone(),
        job: begun.job.clone(),
        order: begun.order.clone(),
    });
    let (run, stop) = (Run::new(road, works.slots), stop.token());
    if begun.order.takes_scans() { run.keep_up(stop).await } else { run.work(stop).await }
}
