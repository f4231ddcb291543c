//! The work itself: every item to its end state, then the files, then the fact that ends the job.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::BatchError;
use super::finish::{cancel_job, record_failure, state_after};
use super::output::{self, OutputFiles};
use super::start::{ResumableJob, StartedJob, prepare_job};
use super::stop::{StopReason, StopSignal, unless_stopped};
use crate::app_context::AppContext;
use crate::item_pipeline::ItemPipeline;
use crate::job_runner::{JobRunner, RunEnd};
use domain::event::JobEvent;
use domain::job_spec::JobId;
use store::journal::JournalError;

/// A stop is obeyed within eight seconds; the rest is for closing the journal.
const STOP_DEADLINE: Duration = Duration::from_millis(7_500);

/// The whole way of a job whose turn has come, from wherever it stands.
///
/// # Errors
/// Why the run broke off; the journal says so too, where it can still be written.
pub async fn run_job(works: &AppContext, job: &JobId, stop: &StopSignal) -> Result<OutputFiles, BatchError> {
    let goes_on = ResumableJob::from_journal(works, job).await?.resume_event();
    works.journal.append_event(job, goes_on).await?;
    let ready = Box::pin(prepare_job(works, job));
    match unless_stopped(stop, "before its first item", ready).await {
        Ok(begun) => run_started_job(works, &begun, stop).await,
        Err(BatchError::Stopped(_)) if stop.reason() == StopReason::Cancel => cancel_job(works, job).await,
        Err(BatchError::Stopped(_)) => {
            works.journal.append_event(job, stop.reason().final_event()).await?;
            Ok(OutputFiles::default())
        }
        Err(error) => Err(record_failure(&works.journal, job, error).await),
    }
}

/// Brings every item to its end state and writes the files. The event that ends the job is the last thing to happen,
/// also where the run breaks, so that who follows the events sees an end.
///
/// # Errors
/// As [`run`].
pub async fn run_started_job(
    works: &AppContext,
    begun: &StartedJob,
    stop: &StopSignal,
) -> Result<OutputFiles, BatchError> {
    let worked = async {
        tracing::info!(source = begun.spec.source, "the work begins");
        let (end, late_after) = match run_items(works, begun, stop).await? {
            RunEnd::Completed => (JobEvent::Completed, None),
            RunEnd::Blocked { why } => (JobEvent::manual_stop(why), None),
            RunEnd::StopRequested { at } => (stop.reason().final_event(), Some(at + STOP_DEADLINE)),
        };
        if matches!(end, JobEvent::Cancelled { .. }) {
            super::finish::skip_unfinished_items(works, &begun.job).await?;
        }
        let files = write_files(works, begun, &end, late_after).await?;
        works.journal.append_event(&begun.job, end).await?;
        Ok(files)
    };
    match worked.await {
        Ok(files) => Ok(files),
        Err(error) => Err(record_failure(&works.journal, &begun.job, error).await),
    }
}

async fn write_files(
    works: &AppContext,
    begun: &StartedJob,
    end: &JobEvent,
    late_after: Option<Instant>,
) -> Result<OutputFiles, BatchError> {
    let StartedJob { job, spec: order, sink: market } = begun;
    let writing = output::write_output_files(works, job, order, Some(market.as_ref()), state_after(end));
    match late_after {
        Some(at) => tokio::time::timeout_at(at.into(), writing).await.unwrap_or_else(|_| Ok(output::deadline_missed())),
        None => writing.await,
    }
}

async fn run_items(works: &AppContext, begun: &StartedJob, stop: &StopSignal) -> Result<RunEnd, JournalError> {
    let road = Arc::new(ItemPipeline {
        gateway: works.gateway.clone(),
        journal: works.journal.clone(),
        sink: begun.sink.clone(),
        policies: works.policies.clone(),
        job: begun.job.clone(),
        spec: begun.spec.clone(),
    });
    let (run, stop) = (JobRunner::new(road, works.concurrency), stop.token());
    if begun.spec.is_scan_session() { run.run_open(stop).await } else { run.run(stop).await }
}
