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
pub async fn run_job(context: &AppContext, job: &JobId, stop: &StopSignal) -> Result<OutputFiles, BatchError> {
    let goes_on = ResumableJob::from_journal(context, job).await?.resume_event();
    context.journal.append_event(job, goes_on).await?;
    let ready = Box::pin(prepare_job(context, job));
    match unless_stopped(stop, "before its first item", ready).await {
        Ok(begun) => run_started_job(context, &begun, stop).await,
        Err(BatchError::Stopped(_)) if stop.reason() == StopReason::Cancel => cancel_job(context, job).await,
        Err(BatchError::Stopped(_)) => {
            context.journal.append_event(job, stop.reason().final_event()).await?;
            Ok(OutputFiles::default())
        }
        Err(error) => Err(record_failure(&context.journal, job, error).await),
    }
}

/// Brings every item to its end state and writes the files. The event that ends the job is the last thing to happen,
/// also where the run breaks, so that who follows the events sees an end.
///
/// # Errors
/// As [`run`].
pub async fn run_started_job(
    context: &AppContext,
    begun: &StartedJob,
    stop: &StopSignal,
) -> Result<OutputFiles, BatchError> {
    let worked = async {
        tracing::info!(source = begun.spec.source, "the work begins");
        let (end, late_after) = match run_items(context, begun, stop).await? {
            RunEnd::Completed => (JobEvent::Completed, None),
            RunEnd::Blocked { why } => (JobEvent::manual_stop(why), None),
            RunEnd::StopRequested { at } => (stop.reason().final_event(), Some(at + STOP_DEADLINE)),
        };
        if matches!(end, JobEvent::Cancelled { .. }) {
            super::finish::skip_unfinished_items(context, &begun.job).await?;
        }
        let files = write_files(context, begun, &end, late_after).await?;
        context.journal.append_event(&begun.job, end).await?;
        Ok(files)
    };
    match worked.await {
        Ok(files) => Ok(files),
        Err(error) => Err(record_failure(&context.journal, &begun.job, error).await),
    }
}

async fn write_files(
    context: &AppContext,
    begun: &StartedJob,
    end: &JobEvent,
    late_after: Option<Instant>,
) -> Result<OutputFiles, BatchError> {
    let StartedJob { job, spec, sink } = begun;
    let writing = output::write_output_files(context, job, spec, Some(sink.as_ref()), state_after(end));
    match late_after {
        Some(at) => tokio::time::timeout_at(at.into(), writing).await.unwrap_or_else(|_| Ok(output::deadline_missed())),
        None => writing.await,
    }
}

async fn run_items(context: &AppContext, begun: &StartedJob, stop: &StopSignal) -> Result<RunEnd, JournalError> {
    let pipeline = Arc::new(ItemPipeline {
        gateway: context.gateway.clone(),
        journal: context.journal.clone(),
        sink: begun.sink.clone(),
        policies: context.policies.clone(),
        job: begun.job.clone(),
        spec: begun.spec.clone(),
    });
    let (run, stop) = (JobRunner::new(pipeline, context.concurrency), stop.token());
    if begun.spec.is_scan_session() { run.run_open(stop).await } else { run.run(stop).await }
}
