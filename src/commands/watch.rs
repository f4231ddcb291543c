//! `draft-maker watch gs://bucket/incoming/`: runs each new object of a folder once, until a signal.

use std::process::ExitCode;
use std::time::Duration;

use crate::bootstrap::{self, MAX_RUNNING_JOBS};
use crate::cli::{EventFormatArg, OutputArgs, WatchArgs};
use crate::commands::attach;
use crate::commands::error::UsageError;
use crate::commands::output::{print_stderr, print_stdout};
use crate::commands::spec::job_spec;
use crate::config::Config;
use crate::headless::{self, EventFormat, OutputOptions, Printer};
use domain::event::{JobEvent, Seq};
use futures::TryStreamExt as _;
use pipeline::app_context::AppContext;
use pipeline::folder_watch::{FolderWatch, WatchReport};
use pipeline::queue::{JobQueue, QueueLimits};
use store::journal::Journal;

/// Watches the folder until a signal. Running jobs then stop, and resume when the command starts again.
pub(super) async fn watch_folder(
    config: &Config,
    args: &WatchArgs,
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
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
    let limit = args.options.limit;
    let at_start = job_spec(config, String::new(), limit)?;
    let interval = Duration::from_secs(config.section::<input::Settings>("intake")?.watch_interval_s.max(1));
    let context = AppContext { notify_wait: print_stderr, ..Box::pin(bootstrap::build_context(config)).await? };
    let journal = context.journal.clone();
    let from = *journal.subscribe_head().borrow();
    // Standard output has the events of the batches; with JSON it must contain nothing else.
    let announced = format!("Watching {}. Press Ctrl-C to stop. `draft-maker jobs` lists the batches.", args.folder);
    match shown.format {
        EventFormatArg::Text => drop(print_stdout(&format!("{announced}\n"))?),
        EventFormatArg::Ndjson => print_stderr(&announced),
    }
    let printing = headless::print_on_thread(print_events(journal.clone(), from, shown.to_output_options(quiet)));
    let queue = JobQueue::open_and_recover(context, QueueLimits::for_running(MAX_RUNNING_JOBS)).await?;
    let default_spec = || job_spec(config, String::new(), limit).unwrap_or_else(|_| at_start.clone());
    watch.run(&queue, default_spec, interval, &stop, |report| print_report(report, interval)).await;
    queue.shut_down().await;
    journal.close().await;
    // The events end when the journal is closed.
    printing.await??;
    Ok(ExitCode::SUCCESS)
}

/// Prints the events of the batches, and the counts of each batch when it ends.
async fn print_events(journal: Journal, from: Seq, shown: OutputOptions) -> anyhow::Result<()> {
    let mut printer = Printer::new(shown);
    let mut events = shown.follow_events(&journal, None, from);
    while let Some(events) = events.try_next().await? {
        for event in events {
            let projection = journal.projection(&event.job).await?;
            let has_ended = matches!(event.payload, JobEvent::Completed);
            let job = event.job.clone();
            printer.print_events(&[event], &projection);
            if has_ended && !shown.quiet && shown.event_format == EventFormat::Text {
                let counts = headless::format_status_counts(&projection.read());
                print_stdout(&format!("{job} is done: {counts}\n"))?;
            }
        }
    }
    Ok(())
}

/// Prints to standard error what did not become a batch. The log file has all reports.
fn print_report(report: &WatchReport, interval: Duration) {
    report.log_as_info();
    let message = match report {
        // The events of the batch report this.
        WatchReport::Submitted { .. } => return,
        WatchReport::Empty { address } => format!("{address} is empty; it is processed when it has content"),
        WatchReport::NoObjects { address } => {
            format!(
                "{address} has no lists yet; new ones are processed as they arrive. Check the address if it should have some"
            )
        }
        WatchReport::Failed(error) => {
            format!("cannot read the folder; the next try is in {} seconds: {error}", interval.as_secs())
        }
    };
    print_stderr(&headless::strip_terminal_controls(&message));
}
