//! Requests about batches, and their replies.

use std::time::Duration;

use futures::StreamExt;

use super::backend::{JobAction, JobSubscription, JobSummary, ProjectionHandle, ReplayPosition, StartOptions};
use super::effect_context::EffectContext;
use super::message::Message;
use domain::job_spec::JobId;
use domain::list_preview::Workload;

/// Delay before a batch is attached again after its stream of events broke.
const REATTACH_DELAY: Duration = Duration::from_secs(2);

/// Interval at which an ended batch of a service is checked for later events.
const LATER_EVENTS_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Interval at which the list of batches is read while it is shown and a batch runs. After [`MAX_JOB_POLLS`] reads
/// without a change, the list is sent anyway, so that the screen repeats the request if it is still open.
const JOB_POLL_INTERVAL: Duration = Duration::from_secs(1);
const MAX_JOB_POLLS: usize = 30;

/// A request about a batch, or about all batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEffect {
    EstimateBatch {
        options: StartOptions,
        amount: Workload,
    },
    StartJob(StartOptions),
    ListJobs,
    /// Sends the list of batches when it differs from this one.
    PollJobs(Vec<JobSummary>),
    FindInterruptedJobs,
    ResumeInterruptedJobs(Vec<JobId>),
    ListOutputFiles(JobId),
    AttachJob(JobId),
    /// Attaches a batch again after a short delay, because its stream of events broke.
    ReattachJob(JobId),
    ChangeJob {
        job: JobId,
        action: JobAction,
    },
    /// Loads the state of a batch after one of its events.
    Replay {
        job: JobId,
        position: ReplayPosition,
    },
}

impl JobEffect {
    /// Performs the request. Returns the last message that results from it; `None` if the console exits.
    pub(super) async fn perform(self, context: EffectContext) -> Option<Message> {
        let (backend, data_source) = (context.backend.as_ref(), context.data_source());
        Some(match self {
            Self::EstimateBatch { options, amount } => {
                let result = backend.estimate_batch(&options, amount).await.map(Box::new);
                Message::EstimateReady { options, result }
            }
            Self::StartJob(options) => Message::JobStarted(backend.start_job(&options).await),
            Self::ListJobs => Message::JobsListed(data_source.list_jobs().await),
            Self::PollJobs(shown) => poll_jobs(&context, shown).await?,
            Self::FindInterruptedJobs => Message::InterruptedJobs(backend.interrupted_jobs().await.unwrap_or_default()),
            Self::ResumeInterruptedJobs(jobs) => match backend.resume_interrupted().await {
                Ok(()) => {
                    for job in jobs {
                        let (action, result) = (JobAction::Resume, Ok(job.clone()));
                        context.send(Message::JobChanged { job, action, result }).await;
                    }
                    Message::JobsListed(data_source.list_jobs().await)
                }
                Err(error) => Message::Notify(format!("Cannot resume: {error}")),
            },
            Self::ListOutputFiles(job) => {
                let paths = data_source.list_output_files(&job).await.unwrap_or_default();
                Message::OutputFilesListed { job, paths }
            }
            Self::AttachJob(job) => follow_job(&context, job).await?,
            Self::ReattachJob(job) => {
                tokio::time::sleep(REATTACH_DELAY).await;
                follow_job(&context, job).await?
            }
            Self::ChangeJob { job, action } => {
                let result = backend.change_job(&job, action).await;
                Message::JobChanged { job, action, result }
            }
            Self::Replay { job, position } => {
                let result = data_source.replay_at(&job, position, context.projection.clone()).await;
                Message::ReplayLoaded { job, result }
            }
        })
    }
}

/// Returns the list of batches as soon as it differs from the shown one.
async fn poll_jobs(context: &EffectContext, shown: Vec<JobSummary>) -> Option<Message> {
    for _ in 0..MAX_JOB_POLLS {
        tokio::time::sleep(JOB_POLL_INTERVAL).await;
        if context.messages.is_closed() {
            return None;
        }
        match context.backend.data_source().list_jobs().await {
            Ok(jobs) if jobs != shown => return Some(Message::JobListChanged(jobs)),
            _ => {}
        }
    }
    Some(Message::JobListChanged(shown))
}

/// Follows a batch until the console exits. The event stream of a service ends with the batch, but a decision that is
/// made elsewhere continues the batch. Returns the error if the subscription fails.
async fn follow_job(context: &EffectContext, job: JobId) -> Option<Message> {
    loop {
        let projection = match follow_until_end(context, &job).await {
            Ok(projection) => projection,
            Err(message) => return message,
        };
        if context.backend.stops_on_exit() {
            return None;
        }
        let position = projection.read().position;
        drop(projection);
        loop {
            tokio::time::sleep(LATER_EVENTS_POLL_INTERVAL).await;
            if context.messages.is_closed() {
                return None;
            }
            if context.data_source().has_events_after(&job, position).await.unwrap_or_default() {
                break;
            }
        }
    }
}

/// Subscribes to a batch and sends its events until their stream ends. Returns its projection, or the last message if the
/// batch is not followed any longer.
async fn follow_until_end(context: &EffectContext, job: &JobId) -> Result<ProjectionHandle, Option<Message>> {
    let JobSubscription { projection, mut events } = match context.backend.subscribe_to_job(job).await {
        Ok(subscription) => subscription,
        Err(error) => return Err(Some(Message::JobAttached { job: job.clone(), result: Err(error) })),
    };
    let items = projection.read().items().clone();
    context.send(Message::JobAttached { job: job.clone(), result: Ok(projection.clone()) }).await;
    // Decodes all chunks of a projection that was loaded from a snapshot, so that a key that searches it does not
    // wait.
    tokio::task::spawn_blocking(move || items.iter().count());
    while let Some(batch) = events.next().await {
        let message = match batch {
            Ok(events) => Message::JobEvents { job: job.clone(), events },
            Err(error) => return Err(Some(Message::StreamLost { job: job.clone(), error })),
        };
        if context.messages.send(message).await.is_err() {
            return Err(None);
        }
    }
    Ok(projection)
}
