//! Runs a job: processes every item, writes the result files, and appends the event that ends the job.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::BatchError;
use super::finish::{cancel_job, record_failure, skip_unfinished_items};
use super::output::{self, OutputFiles};
use super::start::{ResumableJob, StartedJob, prepare_job};
use super::stop::{StopReason, StopSignal, unless_stopped};
use super::upload_retry::retry_uploads;
use crate::app_context::AppContext;
use crate::item_pipeline::ItemPipeline;
use crate::job_runner::{JobRunner, RunEnd};
use crate::lots::Lots;
use crate::unconfirmed_steps::UnconfirmedSteps;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use futures::future::BoxFuture;
use store::journal::JournalError;

/// Maximum time from a stop request to the last result file. Docker kills a container after ten seconds, and closing
/// the journal takes the rest.
const STOP_DEADLINE: Duration = Duration::from_millis(7_500);

/// Runs a new or resumed job that has reached the head of the queue.
///
/// # Errors
/// Returns the reason for a failed run. The caller records it.
pub(crate) async fn run_job(context: &AppContext, job: &JobId, stop: &StopSignal) -> Result<OutputFiles, BatchError> {
    let resumed = ResumableJob::from_journal(context, job).await?.resume_event();
    context.journal.append_event(job, resumed).await?;
    let prepare = Box::pin(prepare_job(context, job));
    match unless_stopped(stop, "before its first item", prepare).await {
        Ok(started) => run_and_report(context, &started, stop).await,
        Err(BatchError::Stopped(_)) if stop.reason() == StopReason::Cancel => cancel_job(context, job).await,
        Err(BatchError::Stopped(_)) => {
            let spec = context.journal.job_summary(job).await?.spec;
            let is_scan_session = spec.is_some_and(|spec| spec.is_scan_session());
            context.journal.append_event(job, stop.reason().final_event(is_scan_session)).await?;
            Ok(OutputFiles::default())
        }
        Err(error) if error.is_temporary() => {
            tracing::warn!(%error, "the batch cannot start now; it is stopped and can be resumed");
            context.journal.append_event(job, JobEvent::manual_stop(error.to_string())).await?;
            Ok(OutputFiles::default())
        }
        Err(error) => Err(error),
    }
}

/// Processes every item and writes the result files. The event that ends the job comes last, even after a failure, so
/// that followers of the events see an end.
///
/// # Errors
/// Returns the reason for a failed run. The journal also records the reason if it is writable.
pub fn run_started_job<'a>(
    context: &'a AppContext,
    started: &'a StartedJob,
    stop: &'a StopSignal,
) -> BoxFuture<'a, Result<OutputFiles, BatchError>> {
    // Boxed so that the pipeline is compiled once here, and not in every crate that awaits this future.
    Box::pin(async move {
        match run_and_report(context, started, stop).await {
            Ok(files) => Ok(files),
            Err(error) => Err(record_failure(&context.journal, &started.job, error).await),
        }
    })
}

async fn run_and_report(
    context: &AppContext,
    started: &StartedJob,
    stop: &StopSignal,
) -> Result<OutputFiles, BatchError> {
    tracing::info!(source = started.spec.source, "starting the batch");
    let (end, deadline) = match run_items(context, started, stop).await? {
        RunEnd::Completed => (JobEvent::Completed, None),
        RunEnd::Blocked { why } => (JobEvent::manual_stop(why), None),
        RunEnd::OnlyPausedItemsLeft { items } => (JobEvent::paused_items_stop(paused_items_reason(items)), None),
        RunEnd::StopRequested { at } => {
            (stop.reason().final_event(started.spec.is_scan_session()), Some(at + STOP_DEADLINE))
        }
    };
    if matches!(end, JobEvent::Cancelled { .. }) {
        skip_unfinished_items(context, &started.job).await?;
    }
    let written = write_files(context, started, &end, deadline).await;
    if let Err(error) = &written
        && end == JobEvent::Completed
        && error.is_unwritable_output()
    {
        context.results.record_unwritten(&started.job, &started.spec.output, error).await;
    }
    let files = written?;
    context.journal.append_event(&started.job, end).await?;
    if deadline.is_none() && started.spec.output.is_bucket() && files.upload_error.is_none() {
        retry_uploads(context).await;
    }
    Ok(files)
}

fn paused_items_reason(items: u64) -> String {
    format!("only paused items are left ({items}): resume or cancel them")
}

async fn write_files(
    context: &AppContext,
    started: &StartedJob,
    end: &JobEvent,
    deadline: Option<Instant>,
) -> Result<OutputFiles, BatchError> {
    let StartedJob { job, spec, sink, .. } = started;
    let state = end.job_state().unwrap_or(JobState::Stopped);
    let writing = output::write_output_files(context, job, spec, Some(sink.as_ref()), state);
    match deadline {
        Some(at) => tokio::time::timeout_at(at.into(), writing).await.unwrap_or_else(|_| Ok(output::deadline_missed())),
        None => writing.await,
    }
}

async fn run_items(context: &AppContext, started: &StartedJob, stop: &StopSignal) -> Result<RunEnd, JournalError> {
    let lots = Lots::from_journal(&context.journal, &started.job, &started.spec).await?;
    let pipeline = Arc::new(ItemPipeline {
        lots,
        gateway: context.gateway.for_new_job(),
        journal: context.journal.clone(),
        photos: context.photos.clone(),
        sink: started.sink.clone(),
        policies: context.policies.clone(),
        job: started.job.clone(),
        spec: started.spec.clone(),
        unconfirmed: UnconfirmedSteps::default(),
    });
    let (runner, stop) = (JobRunner::new(pipeline, context.concurrency), stop.token());
    if started.spec.is_scan_session() { runner.run_open(stop).await } else { runner.run(stop).await }
}
