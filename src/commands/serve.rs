//! `draft-maker serve`: the job queue and its HTTP API, until a signal stops it.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::bootstrap;
use crate::cli::OutputFormat;
use crate::commands::error::UsageError;
use crate::commands::output::{print_json_line, print_stdout};
use crate::config::{BatchSettings, Config};
use crate::headless;
use domain::job_spec::JobSpec;
use pipeline::folder_watch::{FolderWatch, WatchReport};
use pipeline::queue::{JobQueue, QueueLimits};
use secrecy::ExposeSecret as _;
use server::{ApiToken, AppState, BoundServer, DefaultSpecFn, Settings};

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

pub(super) async fn serve_api(config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    raise_fd_limit();
    let settings = config.section::<Settings>("server")?;
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let intake = config.section::<input::Settings>("intake")?;
    let watch = Some(intake.watch.trim()).filter(|folder| !folder.is_empty()).map(FolderWatch::new).transpose();
    let watch = watch.map_err(|error| UsageError(format!("intake.watch: {error}")))?;
    let watch_interval = Duration::from_secs(intake.watch_interval_s.max(1));
    let standard = crate::commands::spec::job_spec(config, String::new(), None)?;
    let context = bootstrap::build_context(config).await?;
    let journal = context.journal.clone();
    let limits = QueueLimits { running: settings.jobs_at_once, waiting: settings.max_waiting_jobs };
    let upload_limits = settings.upload_limits();
    let made_token = if settings.needs_new_token() { Some(server::ensure_api_token(&data_dir)?) } else { None };
    let token = made_token.as_ref().map(|made| made.token.clone()).or(settings.token);
    let listening = BoundServer::bind(Settings { token, ..settings }).await?;
    let queue = JobQueue::open_and_recover(context, limits).await?;
    announce_service(&listening.local_url(), made_token.as_ref().filter(|made| made.is_new), format)?;
    let default_spec = default_spec_fn(config.clone(), standard);
    if let Some(watch) = watch {
        let (queue, default_spec, stop) = (queue.clone(), default_spec.clone(), stop.clone());
        tokio::spawn(async move {
            watch.run(&queue, move || default_spec(), watch_interval, &stop, WatchReport::log).await;
        });
    }
    tokio::spawn(bootstrap::remove_expired_regularly(config.clone(), journal.clone(), stop.clone()));
    let state = AppState::new(queue, default_spec, data_dir, upload_limits);
    let served = listening.serve(state, &stop).await;
    journal.close().await;
    served?;
    Ok(ExitCode::SUCCESS)
}

/// Says where the service listens, and which token was made for it.
fn announce_service(url: &str, new_token: Option<&ApiToken>, format: OutputFormat) -> anyhow::Result<ExitCode> {
    if format == OutputFormat::Json {
        return print_json_line(&serde_json::json!({
            "url": url,
            "docs": format!("{url}/docs"),
            "new_token": new_token.map(|made| made.token.expose_secret()),
            "token_file": new_token.map(|made| made.path.to_string_lossy()),
        }));
    }
    let token = new_token.map(describe_new_token).unwrap_or_default();
    print_stdout(&format!("Listening on {url} (API pages: {url}/docs). Press Ctrl-C to stop.\n{token}"))
}

/// Describes a token once it is made; later starts do not print it.
fn describe_new_token(made: &ApiToken) -> String {
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
