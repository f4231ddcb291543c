//! Backend over the job queue of this process.
//!
//! Used if no service owns the data folder. The console then runs the jobs itself, and reads through a
//! [`LocalDataSource`]. The queue, with the providers and eBay, is opened when it is first needed, which saves memory
//! and time at the start.

use futures::StreamExt;
use futures::future::BoxFuture;

use super::local_data_source::{LocalDataSource, job_summary};
use crate::bootstrap::{self, MAX_RUNNING_JOBS};
use crate::config::Config;
use console::{
    Backend, DataSource, JobAction, JobSubscription, JobSummary, PreviewProgressFn, ScanSendError, StartError,
    StartOptions, UpstreamStatus, UserMessage,
};
use domain::batch_estimate::{BatchEstimate, ConflictingJob};
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::draft_diff::DraftDiff;
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use domain::list_options::ListOptions;
use domain::list_preview::{ListPreview, Workload};
use domain::outcome::Status;
use domain::review::{ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::upc::Upc;
use pipeline::compare_drafts;
use pipeline::queue::{JobQueue, QueueError, QueueLimits, SameListPolicy};
use pipeline::scan_sessions::ScanError;
use store::journal::{IdempotentRequest, Journal};
use tokio::sync::OnceCell;

/// Backend that runs jobs in this process.
pub(super) struct LocalBackend {
    config: Config,
    journal: Journal,
    data_source: LocalDataSource,
    /// Job queue, opened by [`Self::queue`].
    queue: OnceCell<JobQueue>,
}

impl LocalBackend {
    /// Locks the data directory. Interrupted jobs wait until the operator resumes them.
    ///
    /// If `opens_scanner` is true, an interrupted scan session is resumed at once, because the operator is about to
    /// scan.
    pub(super) async fn open(config: &Config, opens_scanner: bool) -> anyhow::Result<Self> {
        let journal = Box::pin(bootstrap::open_journal(config)).await?;
        journal.mark_killed_jobs().await?;
        let data_source = LocalDataSource::new(config, journal.clone(), config.section("intake")?);
        let backend = Self { config: config.clone(), journal, data_source, queue: OnceCell::new() };
        if opens_scanner {
            backend.open_queue().await?.resume_interrupted_scans().await?;
        }
        Ok(backend)
    }

    /// Returns the job queue, and opens it if this is its first use.
    async fn queue(&self) -> Result<&JobQueue, UserMessage> {
        self.open_queue().await.map_err(|error| format!("{error:#}"))
    }

    async fn open_queue(&self) -> anyhow::Result<&JobQueue> {
        let open = async || {
            let context = bootstrap::connect_context(&self.config, self.journal.clone()).await?;
            Ok(JobQueue::open(context, QueueLimits::for_running(MAX_RUNNING_JOBS)).await?)
        };
        Box::pin(self.queue.get_or_try_init(open)).await
    }

    /// Returns whether an earlier process left jobs that the operator may resume.
    async fn has_interrupted_jobs(&self) -> Result<bool, UserMessage> {
        let statuses = self.journal.job_statuses().await.map_err(|error| error.to_string())?;
        Ok(statuses.iter().any(|status| status.auto_resume || status.state == JobState::Pending))
    }

    /// Resumes the scan session that the operator is about to use, if it was interrupted.
    async fn resume_scan_job(&self, job: &JobId) {
        let Ok(queue) = self.queue().await else { return };
        let interrupted = queue.interrupted_jobs().await.unwrap_or_default();
        if interrupted.iter().any(|known| known.id == *job)
            && let Err(error) = queue.resume(job).await
        {
            tracing::warn!(%job, %error, "the scan session was not resumed");
        }
    }
}

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

    fn preview_list<'a>(
        &'a self,
        source: &'a str,
        list: &'a ListOptions,
        hears: PreviewProgressFn<'a>,
    ) -> BoxFuture<'a, Result<ListPreview, UserMessage>> {
        Box::pin(async move { self.data_source.preview_list(source, list, hears).await })
    }

    fn estimate_batch<'a>(
        &'a self,
        options: &'a StartOptions,
        amount: Workload,
    ) -> BoxFuture<'a, Result<BatchEstimate, UserMessage>> {
        Box::pin(async move {
            self.queue()
                .await?
                .estimate_batch(&self.data_source.job_spec_from(options)?, amount)
                .await
                .map_err(|error| error.to_string())
        })
    }

    fn start_job<'a>(&'a self, options: &'a StartOptions) -> BoxFuture<'a, Result<JobId, StartError>> {
        Box::pin(async move {
            let spec = self.data_source.job_spec_from(options).map_err(StartError::Other)?;
            let queue = self.queue().await.map_err(StartError::Other)?;
            match queue.submit(spec, SameListPolicy::from_force(options.force), None).await {
                Ok(submitted) => Ok(submitted.job),
                Err(QueueError::DuplicateSource { job, state }) => {
                    Err(StartError::AlreadyInProgress(ConflictingJob { job_id: job, state }))
                }
                Err(error) => Err(StartError::Other(error.to_string())),
            }
        })
    }

    fn subscribe_to_job<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<JobSubscription, UserMessage>> {
        Box::pin(async move {
            let journal = &self.journal;
            // Read the position first: an event in between is then delivered twice rather than lost.
            let upto = *journal.subscribe_head().borrow();
            let projection = journal.projection(job).await.map_err(|error| error.to_string())?;
            let messages = journal.follow_events(Some(job.clone()), upto);
            let messages = messages.map(|events| events.map_err(|error| error.to_string())).boxed();
            Ok(JobSubscription { projection, events: messages })
        })
    }

    fn compare_draft<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<Vec<DraftDiff>, UserMessage>> {
        Box::pin(async move {
            let context = self.queue().await?.context();
            let compared = compare_drafts(context, job, upc).await;
            compared.map_err(|error| error.to_string())
        })
    }

    fn search_for_item<'a>(
        &'a self,
        job: &'a JobId,
        upc: Upc,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Option<usize>, UserMessage>> {
        Box::pin(async move {
            let context = self.queue().await?.context();
            pipeline::search_for_item(context, job, upc, text).await.map_err(|error| error.to_string())
        })
    }

    fn submit_reviews<'a>(
        &'a self,
        job: &'a JobId,
        answers: &'a [(Upc, ReviewInput)],
    ) -> BoxFuture<'a, Result<Vec<ReviewResult>, UserMessage>> {
        Box::pin(
            async move { self.queue().await?.record_decisions(job, answers).await.map_err(|error| error.to_string()) },
        )
    }

    fn change_job<'a>(&'a self, job: &'a JobId, change: JobAction) -> BoxFuture<'a, Result<JobId, UserMessage>> {
        Box::pin(async move {
            let queue = self.queue().await?;
            let changed = match change {
                JobAction::Pause => queue.pause(job).await.map(|job| job.id),
                JobAction::Resume => queue.resume(job).await.map(|job| job.id),
                JobAction::Cancel => queue.cancel(job).await.map(|job| job.id),
                JobAction::Retry => queue.retry(job, &[Status::Failed], None).await.map(|submitted| submitted.job),
            };
            changed.map_err(|error| error.to_string())
        })
    }

    fn start_scan_job<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<JobId, ScanSendError>> {
        Box::pin(async move {
            let spec = self.data_source.scan_job_spec().map_err(ScanSendError::Rejected)?;
            let request = IdempotentRequest { key: key.to_owned(), fingerprint: JobSpec::SCAN_SOURCE.to_owned() };
            let queue = self.queue().await.map_err(ScanSendError::Rejected)?;
            let submitted = queue.submit(spec, SameListPolicy::Accept, Some(request)).await;
            submitted.map(|submitted| submitted.job).map_err(|error| to_scan_error(&error))
        })
    }

    fn send_scans<'a>(&'a self, job: &'a JobId, scans: &'a [ScanInput]) -> BoxFuture<'a, Result<(), ScanSendError>> {
        Box::pin(async move {
            self.resume_scan_job(job).await;
            let queue = self.queue().await.map_err(ScanSendError::Rejected)?;
            match queue.scan_sessions().record_scans(job, scans).await {
                Ok(_) => Ok(()),
                Err(error @ ScanError::Journal(_)) => Err(ScanSendError::Unreachable(error.to_string())),
                Err(error) => Err(ScanSendError::Rejected(error.to_string())),
            }
        })
    }

    fn undo_scan<'a>(&'a self, job: &'a JobId, key: &'a str) -> BoxFuture<'a, Result<String, UserMessage>> {
        Box::pin(async move {
            let left = self.queue().await?.scan_sessions().retract_scan(job, Some(key)).await;
            left.map(describe_undone_scan).map_err(|error| error.to_string())
        })
    }

    fn close_scan_job<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<(), UserMessage>> {
        Box::pin(async move {
            self.resume_scan_job(job).await;
            self.queue().await?.scan_sessions().close_session(job).await.map(drop).map_err(|error| error.to_string())
        })
    }

    fn apply_item_action<'a>(
        &'a self,
        job: &'a JobId,
        act: ItemAction,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<BulkActionResult, UserMessage>> {
        Box::pin(async move {
            self.queue().await?.apply_action(job, act, upcs, None).await.map_err(|error| error.to_string())
        })
    }

    fn upstream_statuses(&self) -> BoxFuture<'_, Result<Vec<UpstreamStatus>, UserMessage>> {
        Box::pin(async move {
            let Some(queue) = self.queue.get() else { return Ok(Vec::new()) };
            Ok(queue.upstream_statuses().await)
        })
    }

    fn interrupted_jobs(&self) -> BoxFuture<'_, Result<Vec<JobSummary>, UserMessage>> {
        Box::pin(async move {
            if !self.has_interrupted_jobs().await? {
                return Ok(Vec::new());
            }
            let jobs = self.queue().await?.interrupted_jobs().await.map_err(|error| error.to_string())?;
            Ok(jobs.into_iter().map(job_summary).collect())
        })
    }

    fn resume_interrupted(&self) -> BoxFuture<'_, Result<(), UserMessage>> {
        Box::pin(async move { self.queue().await?.resume_interrupted().await.map_err(|error| error.to_string()) })
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Some(queue) = self.queue.get() {
                queue.shut_down().await;
            }
        })
    }
}

/// Converts the error of starting a batch for scans. The scans are sent again after an error that may pass; any other
/// request like this one would be rejected again.
fn to_scan_error(error: &QueueError) -> ScanSendError {
    let message = error.to_string();
    match error {
        QueueError::Full(_) | QueueError::Closed | QueueError::Journal(_) | QueueError::Photos(_) => {
            ScanSendError::Unreachable(message)
        }
        QueueError::DuplicateSource { .. }
        | QueueError::IdempotencyConflict(_)
        | QueueError::InvalidState { .. }
        | QueueError::NothingToRetry(_)
        | QueueError::Unready(_)
        | QueueError::Batch(_) => ScanSendError::Rejected(message),
    }
}

/// Describes what remains after a scan was undone.
pub(super) fn describe_undone_scan((upc, copies): (Upc, u32)) -> String {
    match copies {
        0 => format!("scan of {upc} undone"),
        1 => format!("scan of {upc} undone; 1 copy is left"),
        copies => format!("scan of {upc} undone; {copies} copies are left"),
    }
}

#[cfg(test)]
mod tests {
    use domain::job_spec::JobId;
    use jiff::Timestamp;
    use pipeline::queue::QueueError;
    use store::journal::JournalError;

    use super::{ScanSendError, to_scan_error};

    #[test]
    fn scans_are_queued_only_while_another_try_may_succeed() {
        let job = JobId::new(Timestamp::UNIX_EPOCH, 0);
        for error in [QueueError::Full(4), QueueError::Closed, QueueError::Journal(JournalError::Closed)] {
            assert!(matches!(to_scan_error(&error), ScanSendError::Unreachable(_)));
        }
        for error in [QueueError::IdempotencyConflict(job.clone()), QueueError::Unready("no account".to_owned())] {
            assert!(matches!(to_scan_error(&error), ScanSendError::Rejected(_)));
        }
    }
}
