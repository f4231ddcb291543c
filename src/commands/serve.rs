//! `draft-maker serve`: runs the job queue and its HTTP API until a signal stops it.
//!
//! With a store in PostgreSQL, several processes can serve: one owns the store and runs the batches, the others answer
//! requests and take over when it ends.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::bootstrap;
use crate::cli::OutputFormat;
use crate::commands::error::UsageError;
use crate::commands::output::{print_json_line, print_stdout};
use crate::commands::validation::folder_watch;
use crate::config::{BatchSettings, Config};
use crate::headless;
use domain::job_spec::JobSpec;
use pipeline::batch;
use pipeline::folder_watch::WatchReport;
use pipeline::queue::{JobQueue, QueueLimits};
use retry::{RetryAdvice, RetryPolicy};
use secrecy::ExposeSecret as _;
use server::{ApiToken, AppState, BoundServer, DefaultSpecFn, ServiceRole, Settings};
use store::StoreDatabaseError;
use store::forwarded_calls::CallStore;
use store::journal::{DataDirLock, Journal, JournalError};
use store::location::{DatabaseUrl, StoreLocation};
use store::uploaded_lists::UploadedLists;
use tokio_util::sync::CancellationToken;

/// Delay before the next attempt to take over the batches.
const STANDBY_INTERVAL: Duration = Duration::from_millis(500);

/// Interval between attempts to upload result files that are not in their bucket yet.
const UPLOAD_RETRY_INTERVAL: Duration = Duration::from_mins(2);

/// Raises the limit of open files to the maximum that the system allows. Each reader of events holds a connection, and
/// many systems allow 1,024 open files by default.
fn raise_fd_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(%error, "cannot raise the system's limit of open files");
    }
}

/// Runs the service until a signal. With a store in files it is the only process; with PostgreSQL it is one of several.
pub(super) async fn serve_api(config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    raise_fd_limit();
    let settings = config.section::<Settings>("server")?;
    let store = config.store_location()?;
    let mut service = Service { config: config.clone(), settings, format, is_announced: false };
    tokio::spawn(bootstrap::synchronize_sign_in_regularly(config.clone(), stop.clone()));
    match (store.database(), service.settings.role) {
        (None, ServiceRole::All) => service.run_as_owner(None, &stop).await?,
        (None, _) => {
            let message = "--role needs a database that several processes share: set DATABASE_URL (store.url)";
            return Err(UsageError(message.to_owned()).into());
        }
        (Some(database), _) => service.run_in_fleet(&store, database, &stop).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A process of the service.
struct Service {
    config: Config,
    settings: Settings,
    format: OutputFormat,
    is_announced: bool,
}

impl Service {
    fn queue_limits(&self) -> QueueLimits {
        QueueLimits { running: self.settings.jobs_at_once.get(), waiting: self.settings.max_waiting_jobs }
    }

    /// Runs batches and answers requests, until `stop`.
    ///
    /// # Errors
    /// Returns an error if the store cannot be opened, or if another process takes the store over.
    async fn run_as_owner(&mut self, database: Option<&DatabaseUrl>, stop: &CancellationToken) -> anyhow::Result<()> {
        let watch = folder_watch(&self.config)?;
        let default_spec = self.default_spec()?;
        let context = Box::pin(bootstrap::build_context(&self.config)).await?;
        let journal = context.journal.clone();
        let listening = self.bind().await?;
        let mut uploaded_lists = None;
        if let Some(database) = database {
            let opened = UploadedLists::open(database).await?;
            server::restore_uploads(&journal, &opened).await?;
            uploaded_lists = Some(opened);
        }
        let queue = JobQueue::open_and_recover(context, self.queue_limits()).await?;
        let stop = stop.child_token();
        if let Some((watch, watch_interval)) = watch {
            let (queue, default_spec, stop) = (queue.clone(), default_spec.clone(), stop.clone());
            tokio::spawn(async move {
                watch.run(&queue, move || default_spec(), watch_interval, &stop, WatchReport::log).await;
            });
        }
        tokio::spawn(bootstrap::remove_expired_regularly(self.config.clone(), journal.clone(), stop.clone()));
        spawn_result_writers(&queue, &stop);
        let state = AppState::new(queue, default_spec, self.data_dir()?, self.settings.upload_limits(), uploaded_lists);
        if let Some(database) = database {
            tracing::info!("this process runs the batches now");
            tokio::spawn(server::serve_forwarded_calls(&state, CallStore::new(database), stop.clone()));
        }
        let is_lost = tokio::spawn({
            let (journal, stop) = (journal.clone(), stop.clone());
            async move {
                let lost = stop.run_until_cancelled(journal.wait_until_lost()).await.is_some();
                stop.cancel();
                lost
            }
        });
        let served = if let Some(listening) = listening {
            listening.serve(state, &stop).await
        } else {
            server::run_without_server(state, &stop).await;
            Ok(())
        };
        stop.cancel();
        if is_lost.await? {
            anyhow::bail!(
                "another process has taken over the batches, because this process did not respond: start again"
            );
        }
        journal.close().await;
        Ok(served?)
    }

    /// Works alongside other processes that share a database: answers requests while another process runs the batches,
    /// and takes over when that process ends.
    async fn run_in_fleet(
        &mut self,
        store: &StoreLocation,
        database: &DatabaseUrl,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            match self.own_or_stand_by(store, database, stop).await {
                Ok(()) => {}
                Err(error) if is_owner_elsewhere(&error) => tokio::time::sleep(STANDBY_INTERVAL).await,
                Err(error) if is_database_away(&error) => self.wait_for_database(store, &error, stop).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Runs the batches until `stop` if no other process does; otherwise answers requests until that process ends.
    async fn own_or_stand_by(
        &mut self,
        store: &StoreLocation,
        database: &DatabaseUrl,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let is_available = Journal::is_available(store).await?;
        if self.settings.role == ServiceRole::Api || !is_available {
            self.serve_as_standby(store, database, stop).await
        } else {
            self.run_as_owner(Some(database), stop).await
        }
    }

    /// Waits until the database answers, or until `stop`. Meanwhile the health routes answer: the process is alive and not
    /// ready.
    async fn wait_for_database(
        &mut self,
        store: &StoreLocation,
        error: &anyhow::Error,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let reason = format!("{error:#}");
        tracing::warn!("{reason}");
        let data_dir = self.data_dir()?;
        // Other commands find the process by its lock, unless a part of it that ends still has it.
        let _lock = DataDirLock::acquire(&data_dir).await.ok();
        let waiting = stop.child_token();
        let listening = self.bind().await?;
        let serving =
            listening.map(|listening| tokio::spawn(listening.serve_outage(data_dir, reason, waiting.clone())));
        while stop.run_until_cancelled(tokio::time::sleep(STANDBY_INTERVAL)).await.is_some() {
            if !matches!(Journal::is_available(store).await, Err(error) if error.is_passing_outage()) {
                break;
            }
        }
        waiting.cancel();
        if let Some(serving) = serving {
            serving.await??;
        }
        Ok(())
    }

    /// Answers requests while another process owns the store, until `stop` or until this process can take over.
    async fn serve_as_standby(
        &mut self,
        store: &StoreLocation,
        database: &DatabaseUrl,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let journal = match Journal::follow(store).await {
            // The earlier part of this process has not released the lock yet.
            Err(JournalError::Locked { pid: Some(pid), .. }) if pid == std::process::id() => {
                tokio::time::sleep(STANDBY_INTERVAL).await;
                return Ok(());
            }
            opened => opened?,
        };
        let stop = stop.child_token();
        if self.settings.role != ServiceRole::Api {
            tracing::info!("another process runs the batches; this one takes over when that one ends");
            let (store, stop) = (store.clone(), stop.clone());
            tokio::spawn(async move {
                stop.run_until_cancelled(Journal::wait_until_available(&store)).await;
                stop.cancel();
            });
        }
        let Some(listening) = self.bind().await? else {
            stop.cancelled().await;
            return Ok(());
        };
        let context = Box::pin(bootstrap::connect_context(&self.config, journal)).await?;
        let queue = JobQueue::for_reading(context, self.queue_limits());
        let (spec, limits, calls) = (self.default_spec()?, self.settings.upload_limits(), CallStore::new(database));
        let state = AppState::new_forwarding(queue, spec, self.data_dir()?, limits, calls);
        Ok(listening.serve(state, &stop).await?)
    }

    /// Binds the address and announces it once. Returns `None` for a worker, which does not listen.
    async fn bind(&mut self) -> anyhow::Result<Option<BoundServer>> {
        if self.settings.role == ServiceRole::Worker {
            return Ok(None);
        }
        let needs_token = self.settings.needs_new_token();
        let made_token = if needs_token { Some(server::ensure_api_token(&self.data_dir()?)?) } else { None };
        let token = made_token.as_ref().map(|made| made.token.clone()).or_else(|| self.settings.token.clone());
        let listening = BoundServer::bind(Settings { token, ..self.settings.clone() }).await?;
        // Keep the port when this process takes over.
        self.settings.port = listening.port();
        if !std::mem::replace(&mut self.is_announced, true) {
            announce_service(&listening.local_url(), made_token.as_ref(), self.format)?;
        }
        Ok(Some(listening))
    }

    fn data_dir(&self) -> anyhow::Result<PathBuf> {
        Ok(self.config.section::<BatchSettings>("batch")?.data_dir)
    }

    fn default_spec(&self) -> anyhow::Result<DefaultSpecFn> {
        let standard = crate::commands::spec::job_spec(&self.config, String::new(), None)?;
        Ok(default_spec_fn(self.config.clone(), standard))
    }
}

/// Uploads result files that are not in their bucket yet, immediately and then at regular intervals, until `stop`.
async fn retry_uploads_regularly(queue: JobQueue, stop: CancellationToken) {
    while stop.run_until_cancelled(batch::retry_uploads(queue.context())).await.is_some() {
        if stop.run_until_cancelled(tokio::time::sleep(UPLOAD_RETRY_INTERVAL)).await.is_none() {
            return;
        }
    }
}

/// Starts the tasks that upload or write result files later.
fn spawn_result_writers(queue: &JobQueue, stop: &CancellationToken) {
    tokio::spawn(retry_uploads_regularly(queue.clone(), stop.clone()));
    tokio::spawn(write_late_results_regularly(queue.clone(), stop.clone()));
}

/// Returns how often it is tried to write result files that could not be written.
fn results_retry() -> RetryPolicy {
    RetryPolicy::exponential(Duration::from_secs(4), Duration::from_mins(2))
}

/// Writes result files for which there was no room, as soon as there is some, until `stop`.
async fn write_late_results_regularly(queue: JobQueue, stop: CancellationToken) {
    let mut waits = results_retry().start();
    while let Some(is_done) = stop.run_until_cancelled(queue.write_late_results()).await {
        if is_done {
            waits = results_retry().start();
        }
        let wait = waits.next_delay(RetryAdvice::Retry).unwrap_or_default();
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

/// Returns whether another process became the owner first, or an earlier part of this process still holds the lock.
fn is_owner_elsewhere(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<JournalError>() {
        Some(JournalError::DatabaseInUse { .. }) => true,
        Some(JournalError::Locked { pid, .. }) => *pid == Some(std::process::id()),
        _ => false,
    }
}

/// Returns whether the database is temporarily unreachable, whichever part of the process noticed it.
fn is_database_away(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let in_tables = cause.downcast_ref::<StoreDatabaseError>();
        cause.downcast_ref::<JournalError>().is_some_and(JournalError::is_passing_outage)
            || in_tables
                .is_some_and(|error| matches!(error, StoreDatabaseError::Postgres { is_passing_outage: true, .. }))
    })
}

/// Prints where the service listens, and where its generated token is. The token itself is printed only when it is
/// created.
fn announce_service(url: &str, made_token: Option<&ApiToken>, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let new_token = made_token.filter(|made| made.is_new);
    if format == OutputFormat::Json {
        return print_json_line(&serde_json::json!({
            "url": url,
            "docs": format!("{url}/docs"),
            "new_token": new_token.map(|made| made.token.expose_secret()),
            "token_file": made_token.map(|made| made.path.to_string_lossy()),
        }));
    }
    let token = made_token.map(describe_token).unwrap_or_default();
    print_stdout(&format!("Listening on {url} (API pages: {url}/docs). Press Ctrl-C to stop.\n{token}"))
}

/// Describes the token that this or an earlier start generated.
fn describe_token(made: &ApiToken) -> String {
    if !made.is_new {
        return format!(
            "Other machines can reach this address, so clients have to send the token in {}; `draft-maker token` prints it.\n",
            made.path.display()
        );
    }
    format!(
        "Other machines can reach this address, so clients have to send a token. A new one is in {}, readable only by its \
         owner; `draft-maker token` prints it.\nAPI token: {}\n",
        made.path.display(),
        made.token.expose_secret()
    )
}

/// Reads the settings again for every job, because a seller may sign in while the service runs.
fn default_spec_fn(config: Config, at_start: JobSpec) -> DefaultSpecFn {
    Arc::new(move || crate::commands::spec::job_spec(&config, String::new(), None).unwrap_or_else(|_| at_start.clone()))
}
