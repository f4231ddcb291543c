//! How a job comes to its work: new, or taken up again.

use std::sync::Arc;

use jiff::Timestamp;

use super::error::BatchError;
use super::output::prepare_output_folder;
use super::stop::{StopSignal, unless_stopped};
use super::{list_input, sink};
use crate::app_context::AppContext;
use crate::hold;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use input::InputList;
use sinks::DraftSink;

/// A job whose list is written down and whose market is open.
pub struct StartedJob {
    pub job: JobId,
    pub spec: JobSpec,
    pub sink: Arc<dyn DraftSink>,
}

/// Begins a job over a list that was read.
///
/// # Errors
/// [`BatchError`]; nothing was written where [`BatchError::is_unbegun`] says so.
pub async fn start_job(
    context: &AppContext,
    spec: JobSpec,
    list: InputList,
    stop: &StopSignal,
) -> Result<StartedJob, BatchError> {
    let items = spec.limit.unwrap_or(u64::MAX).min(list.items.len() as u64);
    let ready = Box::pin(sink::prepare_sink(context, &spec, items));
    let ready = unless_stopped(stop, "before the batch began; nothing was written", ready).await?;
    let job = context.journal.create_job(spec.clone(), Timestamp::now()).await?;
    let writing = Box::pin(list_input::write_input(context, &job, list, spec.limit));
    unless_stopped(stop, "before the list was written down; run it again", writing).await?;
    Ok(StartedJob { sink: ready.open_for_job(job.clone()), job, spec })
}

/// Begins a job that takes scans while it runs.
///
/// # Errors
/// As [`begin`].
pub async fn start_scan_job(context: &AppContext, spec: JobSpec, stop: &StopSignal) -> Result<StartedJob, BatchError> {
    let ready = Box::pin(sink::prepare_sink(context, &spec, 0));
    let ready = unless_stopped(stop, "before the first scan; nothing was written", ready).await?;
    let job = context.journal.create_job(spec.clone(), Timestamp::now()).await?;
    Ok(StartedJob { sink: ready.open_for_job(job.clone()), job, spec })
}

/// Takes up a job of before, as it was ordered; `output` is another folder for its result files.
///
/// # Errors
/// As [`begin`].
pub async fn resume_job(context: &AppContext, job: &JobId, output: Option<&str>) -> Result<StartedJob, BatchError> {
    let mut known = ResumableJob::from_journal(context, job).await?;
    if let Some(output) = output {
        output.clone_into(&mut known.spec.output);
    }
    prepare_output_folder(&known.spec)?;
    let sink = sink::prepare_sink(context, &known.spec, known.unfinished_items).await?.open_for_job(job.clone());
    hold::release_remaining_items(context, job).await?;
    context.journal.append_event(job, known.resume_event()).await?;
    known.ensure_input_read(context, job).await?;
    // Nobody can scan into a process that runs one job: it goes on with the scans that there are.
    if known.spec.is_scan_session() && !known.input_closed {
        context.journal.append_event(job, JobEvent::InputClosed).await?;
    }
    Ok(StartedJob { job: job.clone(), spec: known.spec, sink })
}

/// The same for a job whose turn has come: that it goes on is said first, since a check-up may take its time.
pub(super) async fn prepare_job(context: &AppContext, job: &JobId) -> Result<StartedJob, BatchError> {
    let known = ResumableJob::from_journal(context, job).await?;
    prepare_output_folder(&known.spec)?;
    let items = known.ensure_input_read(context, job).await?;
    let sink = sink::prepare_sink(context, &known.spec, items).await?.open_for_job(job.clone());
    Ok(StartedJob { job: job.clone(), spec: known.spec, sink })
}

/// What the journal knows of a job that is taken up.
pub(super) struct ResumableJob {
    pub(super) spec: JobSpec,
    has_started: bool,
    input_closed: bool,
    /// Those that are unfinished.
    unfinished_items: u64,
}

impl ResumableJob {
    pub(super) async fn from_journal(context: &AppContext, job: &JobId) -> Result<Self, BatchError> {
        let projection = context.journal.projection(job).await?;
        let projection = projection.read();
        if projection.state == JobState::Cancelled {
            return Err(BatchError::Cancelled(job.clone()));
        }
        Ok(Self {
            spec: projection.spec.clone().ok_or_else(|| BatchError::MissingSpec(job.clone()))?,
            has_started: projection.started_at.is_some(),
            input_closed: projection.input_closed,
            unfinished_items: projection.counts.total - projection.counts.done,
        })
    }

    pub(super) fn resume_event(&self) -> JobEvent {
        if self.has_started { JobEvent::Resumed } else { JobEvent::Started }
    }

    /// The list, where it was not written down before; and how many items there are to do.
    async fn ensure_input_read(&self, context: &AppContext, job: &JobId) -> Result<u64, BatchError> {
        if self.input_closed || self.spec.is_scan_session() {
            return Ok(self.unfinished_items);
        }
        list_input::reread_input(context, job, &self.spec).await?;
        let projection = context.journal.projection(job).await?;
        let counts = &projection.read().counts;
        Ok(counts.total - counts.done)
    }
}
