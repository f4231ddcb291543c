//! Backend over the job queue of this process.

use async_trait::async_trait;
use futures::StreamExt;

use super::local_data_source::{LocalDataSource, job_summary};
use crate::bootstrap;
use crate::config::Config;
use console::{
    Backend, DataSource, Gauge, JobAction, JobSubscription, JobSummary, PreviewProgressFn, ScanSendError, StartError,
    StartOptions, UserMessage,
};
use domain::batch_estimate::{BatchEstimate, ConflictingJob};
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::draft_diff::DraftDiff;
use domain::job_spec::{JobId, JobSpec};
use domain::list_options::ListOptions;
use domain::list_preview::{ListPreview, Workload};
use domain::outcome::Status;
use domain::review::{ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::upc::Upc;
use pipeline::compare_drafts;
use pipeline::queue::{JobQueue, QueueError, QueueLimits};
use pipeline::scan_sessions::ScanError;
use store::journal::IdempotentRequest;

/// Jobs that run at a time: two would share the same rate limits, and both would end later.
const MAX_RUNNING_JOBS: usize = 1;

/// Runs jobs in this process.
pub(super) struct LocalBackend {
    data_source: LocalDataSource,
    queue: JobQueue,
}

impl LocalBackend {
    /// Locks the data directory. Jobs that were interrupted are resumed when the operator says so.
    ///
    /// `opens_scanner` is true if the operator is about to scan: then the scan session that was interrupted is resumed.
    pub(super) async fn open(config: &Config, opens_scanner: bool) -> anyhow::Result<Self> {
        let context = bootstrap::build_context(config).await?;
        let data_source = LocalDataSource::new(config, context.journal.clone(), context.intake.clone());
        let queue = JobQueue::open(context, QueueLimits::for_running(MAX_RUNNING_JOBS)).await?;
        if opens_scanner {
            queue.resume_interrupted_scans().await?;
        }
        Ok(Self { data_source, queue })
    }

    /// Resumes a scan session that was interrupted: who scans into it wants it to run.
    async fn resume_scan_job(&self, job: &JobId) {
        let interrupted = self.queue.interrupted_jobs().await.unwrap_or_default();
        if interrupted.iter().any(|known| known.id == *job)
            && let Err(error) = self.queue.resume(job).await
        {
            tracing::warn!(%job, %error, "the scan session was not resumed");
        }
    }
}

#[async_trait]
impl Backend for LocalBackend {
    fn name(&self) -> String {
        "this console".to_owned()
    }

    fn stops_on_exit(&self) -> bool {
        true
    }

    fn data_source(&self) -> &dyn DataSource {
        &self.data_source
    }

    async fn preview_list(
        &self,
        source: &str,
        list: &ListOptions,
        hears: PreviewProgressFn<'_>,
    ) -> Result<ListPreview, UserMessage> {
        self.data_source.preview_list(source, list, hears).await
    }

    async fn estimate_batch(&self, options: &StartOptions, amount: Workload) -> Result<BatchEstimate, UserMessage> {
        self.queue
            .estimate_batch(&self.data_source.job_spec_from(options)?, amount)
            .await
            .map_err(|error| error.to_string())
    }

    async fn start_job(&self, options: &StartOptions) -> Result<JobId, StartError> {
        let spec = self.data_source.job_spec_from(options).map_err(StartError::Other)?;
        match self.queue.submit(spec, options.force, None).await {
            Ok(submitted) => Ok(submitted.job),
            Err(QueueError::DuplicateSource { job, state }) => {
                Err(StartError::AlreadyInProgress(ConflictingJob { job_id: job, state }))
            }
            Err(error) => Err(StartError::Other(error.to_string())),
        }
    }

    async fn subscribe_to_job(&self, job: &JobId) -> Result<JobSubscription, UserMessage> {
        let journal = &self.queue.context().journal;
        // Read the position first: an event in between is delivered twice rather than not at all.
        let upto = *journal.subscribe_head().borrow();
        let projection = journal.projection(job).await.map_err(|error| error.to_string())?;
        let messages = journal.follow_events(Some(job.clone()), upto);
        let messages = messages.map(|events| events.map_err(|error| error.to_string())).boxed();
        Ok(JobSubscription { projection, events: messages })
    }

    async fn compare_draft(&self, job: &JobId, upc: Upc) -> Result<Vec<DraftDiff>, UserMessage> {
        let context = self.queue.context();
        let compared = compare_drafts(&context.journal, context.ebay.as_ref(), &context.policies, job, upc).await;
        compared.map_err(|error| error.to_string())
    }

    async fn search_for_item(&self, job: &JobId, upc: Upc, text: &str) -> Result<Option<usize>, UserMessage> {
        pipeline::search_for_item(self.queue.context(), job, upc, text).await.map_err(|error| error.to_string())
    }

    async fn submit_review(&self, job: &JobId, upc: Upc, answer: &ReviewInput) -> Result<ReviewResult, UserMessage> {
        let result =
            self.queue.record_decisions(job, &[(upc, answer.clone())]).await.map_err(|error| error.to_string())?;
        Ok(result.into_iter().next().unwrap_or(ReviewResult::UnknownItem))
    }

    async fn change_job(&self, job: &JobId, change: JobAction) -> Result<JobId, UserMessage> {
        let changed = match change {
            JobAction::Pause => self.queue.pause(job).await.map(|job| job.id),
            JobAction::Resume => self.queue.resume(job).await.map(|job| job.id),
            JobAction::Cancel => self.queue.cancel(job).await.map(|job| job.id),
            JobAction::Retry => self.queue.retry(job, &[Status::Failed], None).await.map(|submitted| submitted.job),
        };
        changed.map_err(|error| error.to_string())
    }

    async fn start_scan_job(&self, key: &str) -> Result<JobId, ScanSendError> {
        let spec = self.data_source.scan_job_spec().map_err(ScanSendError::Rejected)?;
        let request = IdempotentRequest { key: key.to_owned(), fingerprint: JobSpec::SCAN_SOURCE.to_owned() };
        let submitted = self.queue.submit(spec, true, Some(request)).await;
        submitted.map(|submitted| submitted.job).map_err(|error| ScanSendError::Unreachable(error.to_string()))
    }

    async fn send_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<(), ScanSendError> {
        self.resume_scan_job(job).await;
        match self.queue.scan_sessions().record_scans(job, scans).await {
            Ok(_) => Ok(()),
            Err(error @ ScanError::Journal(_)) => Err(ScanSendError::Unreachable(error.to_string())),
            Err(error) => Err(ScanSendError::Rejected(error.to_string())),
        }
    }

    async fn undo_scan(&self, job: &JobId, key: &str) -> Result<String, UserMessage> {
        let left = self.queue.scan_sessions().retract_scan(job, Some(key)).await.map_err(|error| error.to_string())?;
        Ok(describe_undone_scan(left))
    }

    async fn close_scan_job(&self, job: &JobId) -> Result<(), UserMessage> {
        self.resume_scan_job(job).await;
        self.queue.scan_sessions().close_session(job).await.map(drop).map_err(|error| error.to_string())
    }

    async fn apply_item_action(
        &self,
        job: &JobId,
        act: ItemAction,
        upcs: &[Upc],
    ) -> Result<BulkActionResult, UserMessage> {
        self.queue.apply_action(job, act, upcs, None).await.map_err(|error| error.to_string())
    }

    async fn upstream_statuses(&self) -> Result<Vec<Gauge>, UserMessage> {
        Ok(self.queue.context().upstream_statuses())
    }

    async fn interrupted_jobs(&self) -> Result<Vec<JobSummary>, UserMessage> {
        let jobs = self.queue.interrupted_jobs().await.map_err(|error| error.to_string())?;
        Ok(jobs.into_iter().map(job_summary).collect())
    }

    async fn resume_interrupted(&self) -> Result<(), UserMessage> {
        self.queue.resume_interrupted().await.map_err(|error| error.to_string())
    }

    async fn shutdown(&self) {
        self.queue.shut_down().await;
    }
}

/// Describes what remains after a scan was undone.
pub(super) fn describe_undone_scan((upc, copies): (Upc, u32)) -> String {
    match copies {
        0 => format!("{upc} is taken back"),
        1 => format!("a scan of {upc} is taken back; 1 copy is left"),
        copies => format!("a scan of {upc} is taken back; {copies} copies are left"),
    }
}
