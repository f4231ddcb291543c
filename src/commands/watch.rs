//! `draft-maker watch gs://bucket/incoming/`: each new object of a folder is run once, until a signal.

use std::process::ExitCode;
use std::time::Duration;

use crate::bootstrap;
use crate::cli::WatchArgs;
use crate::commands::attach;
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::commands::spec::job_spec;
use crate::config::Config;
use crate::headless;
use pipeline::folder_watch::FolderWatch;
use pipeline::queue::{JobQueue, QueueLimits};

/// Jobs that run at the same time.
const JOBS_AT_ONCE: usize = 1;

/// Watches the folder until a signal. Running jobs stop then, and resume when the command starts again.
pub(super) async fn watch_folder(config: &Config, args: &WatchArgs) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    let watch = FolderWatch::new(&args.folder).map_err(|error| UsageError(error.to_string()))?;
    if let Some(service) = attach::running_service(config)? {
        let message = format!(
            "the service at {} uses the same data folder: set intake.watch = {:?} for it and restart it",
            service.address(),
            args.folder
        );
        return Err(UsageError(message).into());
    }
    let at_start = job_spec(config, String::new(), None)?;
    let interval = Duration::from_secs(config.section::<input::Settings>("intake")?.watch_interval_s.max(1));
    let context = bootstrap::build_context(config).await?;
    let journal = context.journal.clone();
    let queue = JobQueue::open_and_recover(context, QueueLimits::for_running(JOBS_AT_ONCE)).await?;
    print_stdout(&format!("Watching {}; Ctrl-C ends it. `draft-maker jobs` lists the batches.\n", args.folder))?;
    let default_spec = || job_spec(config, String::new(), None).unwrap_or_else(|_| at_start.clone());
    watch.run(&queue, default_spec, interval, &stop).await;
    queue.shut_down().await;
    journal.close().await;
    Ok(ExitCode::SUCCESS)
}
