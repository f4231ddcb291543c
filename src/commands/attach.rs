//! Attaches commands to the service that owns the data folder: starts batches there, and follows them.
//!
//! Without a service, `status` follows the journal of another process that runs the batch.

use parking_lot::RwLock;
use std::process::ExitCode;
use std::time::Duration;

use futures::{Stream, StreamExt};

use crate::bootstrap;
use crate::cli::{OutputArgs, OutputFormat, StatusArgs};
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::commands::photo_hint::format_photo_hint;
use crate::config::{BatchSettings, Config};
use crate::headless::{self, Printer, UpstreamsFn};
use api::jobs::CreateJobRequest;
use api::uploads::UploadOptions;
use client::{NamedList, ServiceClient};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job::Job;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use input::Source;
use pipeline::batch::OutputFiles;
use report::Totals;
use store::journal::{Journal, JournalError};
use store::location::StoreLocation;
use tokio::io::AsyncReadExt as _;

/// Shown when the operator stops watching a batch that a service or another process runs.
const DETACHED_MESSAGE: &str = "The batch continues. To watch it again: draft-maker status --follow";

/// Interval at which the upstreams of the service are polled.
const UPSTREAM_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Interval at which the process that runs a followed batch is looked for.
const OWNER_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Returns the service that owns the data directory, or `None` if none is running.
pub(super) fn running_service(config: &Config) -> anyhow::Result<Option<ServiceClient>> {
    Ok(ServiceClient::discover(&config.section::<BatchSettings>("batch")?.data_dir)?)
}

/// Starts a batch at the service and prints its events until it ends.
pub(super) async fn run_at_service(
    config: &Config,
    service: &ServiceClient,
    spec: &JobSpec,
    force: bool,
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let job = start_at_service(service, spec, force).await?;
    let mut printer = Printer::new(shown.to_output_options(quiet)).with_upstreams(poll_upstreams(service.clone()));
    if !quiet {
        printer.print_note(&format!("{job} runs in the service at {}.", service.address()));
    }
    follow_remote(config, service, &job, Seq::default(), printer).await
}

/// Starts a batch at the service. A list on this machine is uploaded first.
///
/// # Errors
/// Returns [`client::ClientError`] if the service refuses the batch, and another error if the list cannot be read.
pub(super) async fn start_at_service(service: &ServiceClient, spec: &JobSpec, force: bool) -> anyhow::Result<JobId> {
    let key = format!("run-{:032x}", rand::random::<u128>());
    Ok(match spec.source.parse::<Source>()? {
        Source::Gcs { .. } => service.create_job(&CreateJobRequest::from(spec).with_force(force), &key).await?,
        source => upload_lists(service, spec, &source, force, &key).await?,
    })
}

/// Uploads lists from this machine to the service.
async fn upload_lists(
    service: &ServiceClient,
    spec: &JobSpec,
    source: &Source,
    force: bool,
    key: &str,
) -> anyhow::Result<JobId> {
    let sources = if let Source::Several(sources) = source { sources } else { std::slice::from_ref(source) };
    let mut lists = Vec::new();
    for source in sources {
        lists.push(read_local_list(service, source).await?);
    }
    let options = UploadOptions { force: force.then_some(true), ..UploadOptions::for_spec(spec) };
    Ok(service.upload_lists(&lists, &options, key).await?)
}

async fn read_local_list(service: &ServiceClient, source: &Source) -> anyhow::Result<NamedList> {
    let cannot_read =
        |error: std::io::Error| UsageError(format!("cannot read {source}: {}", files::describe_io_error(&error)));
    Ok(match source {
        Source::File(path) => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let content = tokio::fs::read(path).await.map_err(cannot_read)?;
            NamedList { name: name.unwrap_or_default(), content }
        }
        Source::Stdin => {
            let mut content = Vec::new();
            tokio::io::stdin().read_to_end(&mut content).await.map_err(cannot_read)?;
            NamedList { name: "stdin".to_owned(), content }
        }
        Source::Gcs { .. } | Source::Several(_) => {
            let why = format!(
                "the running service at {} takes several files of this machine, or one gs:// address: run {source} \
                 alone, or name several objects with one pattern (gs://bucket/box-*.txt)",
                service.address()
            );
            return Err(UsageError(why).into());
        }
    })
}

/// Prints the state of a batch, or with `--follow` its events until it ends.
pub(super) async fn show_status(
    config: &Config,
    args: &StatusArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let store = config.store_location()?;
    let journal = Journal::open_read_only(&store).await?;
    let job = match &args.job {
        Some(job) => job.clone(),
        None => match journal.job_ids().await?.into_iter().next() {
            Some(job) => job,
            None => return print_stdout(if format == OutputFormat::Json { "null\n" } else { "No batches yet.\n" }),
        },
    };
    let projection = journal.projection(&job).await?;
    let (is_live, upto) = {
        let projection = projection.read();
        (projection.state.is_active(), projection.position)
    };
    let is_running = is_live && Journal::is_owned(&store).await?;
    if args.follow && is_running {
        let printer = Printer::new(args.output_args(format).to_output_options(quiet));
        return match ServiceClient::discover(&data_dir)? {
            Some(service) => {
                let printer = printer.with_upstreams(poll_upstreams(service.clone()));
                follow_remote(config, &service, &job, upto, printer).await
            }
            None => follow_journal(config, &journal, &store, &job, upto, printer).await,
        };
    }
    let flags = config.command_flags();
    let photo_hint = format_photo_hint(config, &projection, &flags).await;
    let projection = projection.read();
    match format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string(&Totals::new(&projection, None))?))?,
        OutputFormat::Text => print_stdout(&if is_running {
            headless::format_running_summary(&projection, &flags)
        } else {
            headless::format_summary_with_flags(&projection, &OutputFiles::default(), &flags) + &photo_hint
        })?,
    };
    Ok(current_exit_code(&projection))
}

/// Polls the upstreams of the service while a batch is watched.
fn poll_upstreams(service: ServiceClient) -> UpstreamsFn {
    let (sender, receiver) = tokio::sync::watch::channel(Vec::new());
    tokio::spawn(async move {
        while !sender.is_closed() {
            // Ignore a failed poll: the next one tries again, and the events of the batch report what is wrong.
            if let Ok(upstreams) = service.fetch_upstreams().await {
                sender.send_replace(upstreams);
            }
            tokio::time::sleep(UPSTREAM_POLL_INTERVAL).await;
        }
    });
    Box::new(move || receiver.borrow().clone())
}

/// Follows a job run by another process that is not a service, by reading its journal. The output also ends if that
/// process was killed, which records no end.
async fn follow_journal(
    config: &Config,
    journal: &Journal,
    store: &StoreLocation,
    job: &JobId,
    upto: Seq,
    printer: Printer,
) -> anyhow::Result<ExitCode> {
    let projection = RwLock::new(JobProjection::new(job.clone()));
    let messages = journal.follow_events(Some(job.clone()), Seq::default()).map(|events| {
        let events = events?;
        let mut projection = projection.write();
        events.iter().try_for_each(|event| projection.apply_event(event))?;
        Ok::<_, anyhow::Error>(events)
    });
    let messages = messages.take_until(wait_until_abandoned(journal, store, job));
    follow_and_report(config, messages, &projection, printer, |event| event.seq > upto && event.payload.ends_work())
        .await
}

/// Waits until no process owns the store although the journal has no end of the job. Checks twice, because a standby
/// process may take over.
async fn wait_until_abandoned(journal: &Journal, store: &StoreLocation, job: &JobId) {
    let mut was_abandoned = false;
    loop {
        tokio::time::sleep(OWNER_POLL_INTERVAL).await;
        let is_abandoned = async {
            let is_owned = Journal::is_owned(store).await?;
            Ok::<_, JournalError>(!is_owned && journal.job_summary(job).await?.state.is_active())
        };
        match is_abandoned.await {
            Ok(true) if was_abandoned => return,
            Ok(is_abandoned) => was_abandoned = is_abandoned,
            Err(error) => tracing::warn!(%error, "cannot see whether a process runs the batch; trying again"),
        }
    }
}

/// Follows a job of the service across restarts. A stop caused by a shutdown does not end the output; nor does any
/// event up to `upto`.
pub(super) async fn follow_remote(
    config: &Config,
    service: &ServiceClient,
    job: &JobId,
    upto: Seq,
    printer: Printer,
) -> anyhow::Result<ExitCode> {
    let watched = service.watch_job(job);
    let goes_on = |payload: &JobEvent| matches!(payload, JobEvent::Stopped { auto_resume: true, .. });
    let ends = |event: &EventEnvelope| event.seq > upto && event.payload.ends_work() && !goes_on(&event.payload);
    let projection = watched.projection.clone();
    let waits = move || projection.read().auto_resume;
    // If the service does not come back while the job waits for its restart, end the output without an error.
    let messages = watched.events.take_while(move |messages| std::future::ready(messages.is_ok() || !waits()));
    follow_and_report(config, messages, &watched.projection, printer, ends).await
}

/// Prints a batch until it ends. A signal ends only the output, because another process runs the batch.
async fn follow_and_report<E: Into<anyhow::Error>>(
    config: &Config,
    messages: impl Stream<Item = Result<Vec<EventEnvelope>, E>>,
    projection: &RwLock<JobProjection>,
    mut printer: Printer,
    ends: impl Fn(&EventEnvelope) -> bool,
) -> anyhow::Result<ExitCode> {
    let (stop, never) = (headless::watch_signals()?, tokio_util::sync::CancellationToken::new());
    let shown = tokio::select! {
        shown = headless::follow_job_until(messages, projection, &mut printer, &never, ends) => Some(shown.map_err(Into::into)?),
        () = stop.cancelled() => None,
    };
    if shown.is_none() {
        printer.print_note(DETACHED_MESSAGE);
    }
    let job = projection.read().job.clone();
    let output = projection.read().spec.as_ref().filter(|_| shown.is_some()).map(|spec| spec.output.clone());
    // The other process wrote the files to this machine or to a bucket.
    let paths = match output {
        Some(output) => bootstrap::result_storage(config)?.find_files(&job, &output).await,
        None => Vec::new(),
    };
    let files = OutputFiles { paths, ..OutputFiles::default() };
    let flags = config.command_flags();
    let photo_hint = format_photo_hint(config, projection, &flags).await;
    let projection = projection.read();
    printer.finish_with_summary(&if shown.is_some() {
        headless::format_summary_with_flags(&projection, &files, &flags) + &photo_hint
    } else {
        headless::format_running_summary(&projection, &flags)
    });
    Ok(if shown.is_some() { current_exit_code(&projection) } else { ExitCode::from(headless::EXIT_INCOMPLETE) })
}

/// Returns the exit code for the current state of a batch; a batch that is still active is incomplete.
fn current_exit_code(projection: &JobProjection) -> ExitCode {
    if Job::from(projection).state.is_active() {
        ExitCode::from(headless::EXIT_INCOMPLETE)
    } else {
        headless::exit_code(projection)
    }
}
