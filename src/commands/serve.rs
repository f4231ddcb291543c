//! `draft-maker serve`: the job queue and its HTTP API, until a signal stops it.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::bootstrap;
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use crate::headless;
use domain::job_spec::JobSpec;
use pipeline::folder_watch::FolderWatch;
use pipeline::queue::JobQueue;
use server::{AppState, BoundServer, DefaultSpecFn, Settings};

/// Raises the limit of open files to what the system allows. Each reader of events holds a connection, and many systems
/// allow 1,024 open files by default.
fn raise_fd_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}

pub(super) async fn serve_api(config: &Config) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    raise_fd_limit();
    let settings = config.section::<Settings>("server")?;
    settings.check_access().map_err(|error| UsageError(error.to_string()))?;
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let intake = config.section::<input::Settings>("intake")?;
    let watch = Some(intake.watch.trim()).filter(|folder| !folder.is_empty()).map(FolderWatch::new).transpose();
    let watch = watch.map_err(|error| UsageError(format!("intake.watch: {error}")))?;
    let watch_interval = Duration::from_secs(intake.watch_interval_s.max(1));
    let standard = crate::commands::spec::job_spec(config, String::new(), None)?;
    let context = bootstrap::build_context(config).await?;
    let journal = context.journal.clone();
    let jobs_at_once = settings.jobs_at_once;
    let listening = BoundServer::bind(settings).await?;
    let queue = JobQueue::open_and_recover(context, jobs_at_once).await?;
    print_stdout(&format!("Listening on {0} (API pages: {0}/docs). Press Ctrl-C to stop.\n", listening.local_url()))?;
    let default_spec = default_spec_fn(config.clone(), standard);
    if let Some(watch) = watch {
        let (queue, default_spec, stop) = (queue.clone(), default_spec.clone(), stop.clone());
        tokio::spawn(async move { watch.run(&queue, move || default_spec(), watch_interval, &stop).await });
    }
    let state = AppState::new(queue, default_spec, data_dir);
    let served = listening.serve(state, &stop).await;
    journal.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the settings again for every job, because a seller may sign in while the service runs.
fn default_spec_fn(config: Config, at_start: JobSpec) -> DefaultSpecFn {
    Arc::new(move || crate::commands::spec::job_spec(&config, String::new(), None).unwrap_or_else(|_| at_start.clone()))
}
