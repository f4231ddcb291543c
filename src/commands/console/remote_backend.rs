//! Backend over a service on this machine. Actions and events go through its API; its journal is read directly.

use std::path::{Path, PathBuf};

use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};

use super::local_backend::describe_undone_scan;
use super::local_data_source::LocalDataSource;
use crate::commands::attach::start_at_service;
use crate::config::Config;
use api::jobs::CreateJobRequest;
use client::{ClientError, RemoteJob, ServiceClient};
use console::{
    Backend, DataSource, JobAction, JobSubscription, JobSummary, PreviewProgressFn, ScanSendError, StartError,
    StartOptions, UpstreamStatus, UserMessage,
};
use domain::batch_estimate::BatchEstimate;
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::draft_diff::DraftDiff;
use domain::job_spec::JobId;
use domain::list_options::ListOptions;
use domain::list_preview::{ListPreview, Workload};
use domain::review::{ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::source_type::strip_gcs_scheme;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Placeholder address of a list that is uploaded when the batch starts. If the size of the batch is known, its
/// estimate does not depend on the location of the list.
const UPLOAD_ADDRESS: &str = "gs://uploads/list";

/// Backend that uses a running service.
pub(super) struct RemoteBackend {
    data_source: LocalDataSource,
    data_dir: PathBuf,
    client: ServiceClient,
}

impl RemoteBackend {
    /// Connects to the service. Its data directory is only read.
    pub(super) async fn connect(config: &Config, data_dir: &Path, service: ServiceClient) -> anyhow::Result<Self> {
        let journal = Journal::open_read_only(config.store_location()?).await?;
        Ok(Self {
            data_source: LocalDataSource::new(config, journal, config.section("intake")?),
            data_dir: data_dir.to_owned(),
            client: service,
        })
    }
}

impl RemoteBackend {
    /// Returns a client for the current address of the service, which may have changed with a restart.
    fn current_client(&self) -> ServiceClient {
        ServiceClient::discover(&self.data_dir).ok().flatten().unwrap_or_else(|| self.client.clone())
    }
}

/// Watches a job that is not on this machine's disk yet. A job begins with an event, so the service answers at once.
///
/// # Errors
/// Returns the message of the service if it does not know the job either.
async fn watch_new_job(client: &ServiceClient, job: &JobId) -> Result<RemoteJob, UserMessage> {
    let RemoteJob { projection, mut events } = client.watch_job(job);
    let first = events.next().await;
    if let Some(Err(error @ ClientError::Api { status: 404, .. })) = &first {
        return Err(error.to_string());
    }
    Ok(RemoteJob { projection, events: stream::iter(first).chain(events).boxed() })
}

/// Converts an error of sending scans. A rejection is final; after any other error the scans stay queued.
fn to_send_error(error: &ClientError) -> ScanSendError {
    let message = error.to_string();
    match error {
        ClientError::Api { status: 404 | 409 | 422, .. } => ScanSendError::Rejected(message),
        _ => ScanSendError::Unreachable(message),
    }
}

impl Backend for RemoteBackend {
    fn name(&self) -> String {
        format!("the service at {}", self.client.address().trim_start_matches("http://"))
    }

    fn stops_on_exit(&self) -> bool {
        false
    }

    fn data_source(&self) -> &dyn DataSource {
        &self.data_source
    }

    /// Previews the list in this process, which can report progress. If it may not read the bucket, the service
    /// previews it.
    fn preview_list<'a>(
        &'a self,
        source: &'a str,
        list: &'a ListOptions,
        hears: PreviewProgressFn<'a>,
    ) -> BoxFuture<'a, Result<ListPreview, UserMessage>> {
        Box::pin(async move {
            let here = self.data_source.preview_list(source, list, hears).await;
            if here.is_ok() || strip_gcs_scheme(source).is_none() {
                return here;
            }
            let options = StartOptions { list: list.clone(), ..StartOptions::for_source(source.to_owned()) };
            let spec = self.data_source.job_spec_from(&options)?;
            let planned = self
                .current_client()
                .plan_job(CreateJobRequest::from(&spec), None)
                .await
                .map_err(|error| error.to_string())?;
            planned.list.map_or(here, Ok)
        })
    }

    fn estimate_batch<'a>(
        &'a self,
        options: &'a StartOptions,
        amount: Workload,
    ) -> BoxFuture<'a, Result<BatchEstimate, UserMessage>> {
        Box::pin(async move {
            let mut spec = self.data_source.job_spec_from(options)?;
            if strip_gcs_scheme(&options.source).is_none() {
                UPLOAD_ADDRESS.clone_into(&mut spec.source);
            }
            let planned = self.current_client().plan_job(CreateJobRequest::from(&spec), Some(amount)).await;
            planned.map(|planned| planned.estimate).map_err(|error| error.to_string())
        })
    }

    fn start_job<'a>(&'a self, options: &'a StartOptions) -> BoxFuture<'a, Result<JobId, StartError>> {
        Box::pin(async move {
            let spec = self.data_source.job_spec_from(options).map_err(StartError::Other)?;
            let started = start_at_service(&self.current_client(), &spec, options.force).await;
            started.map_err(|error| match error.downcast::<ClientError>() {
                Ok(ClientError::DuplicateJob { active_job, .. }) => StartError::AlreadyInProgress(active_job),
                Ok(error) => StartError::Other(error.to_string()),
                Err(error) => StartError::Other(format!("{error:#}")),
            })
        })
    }

    fn subscribe_to_job<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<JobSubscription, UserMessage>> {
        Box::pin(async move {
            // Past events come from the shared disk, later ones from the service.
            let watched = match self.data_source.load_projection(job).await {
                Ok(projection) => self.current_client().watch_from(projection),
                Err(JournalError::UnknownJob(_)) => watch_new_job(&self.current_client(), job).await?,
                Err(error) => return Err(error.to_string()),
            };
            let messages = watched.events.map_err(|error| error.to_string()).boxed();
            Ok(JobSubscription { projection: watched.projection, events: messages })
        })
    }

    fn compare_draft<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<Vec<DraftDiff>, UserMessage>> {
        Box::pin(async move {
            self.current_client().fetch_draft_comparison(job, upc).await.map_err(|error| error.to_string())
        })
    }

    fn search_for_item<'a>(
        &'a self,
        job: &'a JobId,
        upc: Upc,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Option<usize>, UserMessage>> {
        Box::pin(async move {
            self.current_client().search_for_item(job, upc, text).await.map_err(|error| error.to_string())
        })
    }

    fn submit_reviews<'a>(
        &'a self,
        job: &'a JobId,
        answers: &'a [(Upc, ReviewInput)],
    ) -> BoxFuture<'a, Result<Vec<ReviewResult>, UserMessage>> {
        Box::pin(
            async move { self.current_client().decide_items(job, answers).await.map_err(|error| error.to_string()) },
        )
    }

    fn change_job<'a>(&'a self, job: &'a JobId, change: JobAction) -> BoxFuture<'a, Result<JobId, UserMessage>> {
        Box::pin(async move {
            let request = match change {
                JobAction::Pause => "pause",
                JobAction::Resume => "resume",
                JobAction::Cancel => "cancel",
                JobAction::Retry => "retry",
            };
            self.current_client().request_job_action(job, request).await.map_err(|error| error.to_string())
        })
    }

    fn start_scan_job<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<JobId, ScanSendError>> {
        Box::pin(async move {
            let spec = self.data_source.scan_job_spec().map_err(ScanSendError::Rejected)?;
            self.current_client().create_scan_job(&spec, key).await.map_err(|error| to_send_error(&error))
        })
    }

    fn send_scans<'a>(&'a self, job: &'a JobId, scans: &'a [ScanInput]) -> BoxFuture<'a, Result<(), ScanSendError>> {
        Box::pin(
            async move { self.current_client().add_scans(job, scans).await.map_err(|error| to_send_error(&error)) },
        )
    }

    fn undo_scan<'a>(&'a self, job: &'a JobId, key: &'a str) -> BoxFuture<'a, Result<String, UserMessage>> {
        Box::pin(async move {
            let left = self.current_client().delete_scan(job, key).await.map_err(|error| error.to_string())?;
            Ok(describe_undone_scan((left.upc, left.copies)))
        })
    }

    fn close_scan_job<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<(), UserMessage>> {
        Box::pin(async move { self.current_client().close_scan_job(job).await.map_err(|error| error.to_string()) })
    }

    fn apply_item_action<'a>(
        &'a self,
        job: &'a JobId,
        act: ItemAction,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<BulkActionResult, UserMessage>> {
        Box::pin(async move {
            let key = format!("console-{:032x}", rand::random::<u128>());
            self.current_client().apply_item_action(job, act, upcs, &key).await.map_err(|error| error.to_string())
        })
    }

    fn upstream_statuses(&self) -> BoxFuture<'_, Result<Vec<UpstreamStatus>, UserMessage>> {
        Box::pin(async move { self.current_client().fetch_upstreams().await.map_err(|error| error.to_string()) })
    }

    /// Returns an empty list, because the service resumes its jobs itself.
    fn interrupted_jobs(&self) -> BoxFuture<'_, Result<Vec<JobSummary>, UserMessage>> {
        Box::pin(async move { Ok(Vec::new()) })
    }

    fn resume_interrupted(&self) -> BoxFuture<'_, Result<(), UserMessage>> {
        Box::pin(async move { Ok(()) })
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {})
    }
}
