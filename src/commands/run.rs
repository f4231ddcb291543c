//! `draft-maker run` and `resume`: run a job in this process and print its events.
//!
//! ```text
//! source ──input──> InputList ──pipeline::batch──> journal ── follow ──> headless: lines, bar, summary, exit code
//! ```

use std::process::ExitCode;
use std::time::Duration;

use tokio::sync::oneshot::error::RecvError;
use tracing::Instrument as _;

use crate::bootstrap;
use crate::cli::{EventFormatArg, OutputArgs, ResumeArgs};
use crate::commands::demo_files::{is_demo_data, mark_demo_files};
use crate::commands::output::{print_json_line, print_stderr, print_stdout};
use crate::commands::photo_hint::format_photo_hint;
use crate::config::{BatchSettings, Config};
use crate::headless::{self, FollowEnd, Printer};
use domain::event::Seq;
use domain::job::JobState;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use domain::seller_data::ItemField;
use domain::upc::Upc;
use input::{self, Source};
use pipeline::app_context::AppContext;
use pipeline::batch::{self, BatchError, OutputFiles, StartedJob, StopSignal, unless_stopped};
use pipeline::find_drafts_elsewhere;
use store::journal::Journal;

/// Maximum time to print the remaining output of a failed run.
const OUTPUT_GRACE_PERIOD: Duration = Duration::from_secs(1);

/// Runs the list at `spec.source`.
pub(super) async fn run_list(
    config: &Config,
    spec: JobSpec,
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    run_list_with(config, spec, shown, quiet, headless::exit_code).await
}

/// Runs the list at `spec.source`. `exit_code` returns the exit code of the finished batch.
pub(super) async fn run_list_with(
    config: &Config,
    mut spec: JobSpec,
    shown: &OutputArgs,
    quiet: bool,
    exit_code: fn(&JobProjection) -> ExitCode,
) -> anyhow::Result<ExitCode> {
    let stop = StopSignal::from_token(headless::watch_signals()?);
    let source: Source = spec.source.parse()?;
    let settings = config.section::<input::Settings>("intake")?.for_list(&spec.list_options);
    let reading = Box::pin(input::read_list(&source, &settings));
    let list = unless_stopped(&stop, "before the list was read; nothing was written", reading).await?;
    spec.generation = list.generation;
    spec.source_type = list.source_type.clone();
    batch::prepare_output_folder(&bootstrap::result_storage(config)?, &spec).await?;
    crate::commands::logs::init_logging(config, shown, quiet)?;
    let context = open_context(config).await?;
    let from = *context.journal.subscribe_head().borrow();
    let started = Box::pin(batch::start_job(&context, spec, list, &stop)).await?;
    run_and_report(&context, &started, &RunOutput { exit_code, ..RunOutput::new(config, shown, quiet, from) }, &stop)
        .await
}

/// Resumes a job, or the newest unfinished one. For a finished job, the result files are written again.
pub(super) async fn resume_job(
    config: &Config,
    args: &ResumeArgs,
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    resume_job_for(config, args, shown, quiet, Vec::new()).await
}

/// Resumes a job after some of its items were edited.
pub(super) async fn resume_edited_job(
    config: &Config,
    (job, edited): (JobId, Vec<Upc>),
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let args = ResumeArgs { job: Some(job), output: None, output_args: shown.clone() };
    resume_job_for(config, &args, shown, quiet, edited).await
}

async fn resume_job_for(
    config: &Config,
    args: &ResumeArgs,
    shown: &OutputArgs,
    quiet: bool,
    edited: Vec<Upc>,
) -> anyhow::Result<ExitCode> {
    let stop = StopSignal::from_token(headless::watch_signals()?);
    let context = open_context(config).await?;
    let Some(job) = (match &args.job {
        Some(job) => Some(job.clone()),
        None => newest_unfinished_job(&context.journal).await?,
    }) else {
        let message = "Nothing to resume: every batch is finished.";
        return match shown.format {
            EventFormatArg::Text => print_stdout(&format!("{message}\n")),
            EventFormatArg::Ndjson => print_json_line(&serde_json::json!({ "job_id": null, "message": message })),
        };
    };
    let from = *context.journal.subscribe_head().borrow();
    let resuming = Box::pin(batch::resume_job(&context, &job, args.output.as_deref()));
    let started = unless_stopped(&stop, "before the batch was resumed", resuming).await?;
    let output = RunOutput { edited, ..RunOutput::new(config, shown, quiet, from) };
    run_and_report(&context, &started, &output, &stop).await
}

/// Builds the context of a process that runs one job, and marks the jobs of dead processes as interrupted.
pub(super) async fn open_context(config: &Config) -> anyhow::Result<AppContext> {
    let context = AppContext { notify_wait: print_stderr, ..Box::pin(bootstrap::build_context(config)).await? };
    context.journal.mark_killed_jobs().await?;
    Ok(context)
}

async fn newest_unfinished_job(journal: &Journal) -> anyhow::Result<Option<JobId>> {
    for job in journal.job_ids().await? {
        if !matches!(journal.job_summary(&job).await?.state, JobState::Completed | JobState::Cancelled) {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// Options for the output of a run.
pub(super) struct RunOutput<'a> {
    pub(super) output_args: &'a OutputArgs,
    pub(super) quiet: bool,
    /// Sequence number of the last event before the run.
    pub(super) from_seq: Seq,
    pub(super) config: &'a Config,
    /// Edited items. If not empty, the output and the exit code are about these items and not about the batch.
    pub(super) edited: Vec<Upc>,
    /// Returns the exit code of the batch.
    pub(super) exit_code: fn(&JobProjection) -> ExitCode,
}

impl<'a> RunOutput<'a> {
    /// Options for the output of a whole batch.
    pub(super) const fn new(config: &'a Config, output_args: &'a OutputArgs, quiet: bool, from_seq: Seq) -> Self {
        Self { output_args, quiet, from_seq, config, edited: Vec::new(), exit_code: headless::exit_code }
    }
}

/// Runs the unfinished items, prints their events, and prints the summary.
pub(super) async fn run_and_report(
    context: &AppContext,
    started: &StartedJob,
    view: &RunOutput<'_>,
    stop: &StopSignal,
) -> anyhow::Result<ExitCode> {
    let projection = context.journal.projection(&started.job).await?;
    let shown = view.output_args.to_output_options(view.quiet);
    let mut printer =
        Printer::new(shown).with_upstreams(Box::new(context.upstream_status_reader(started.spec.condition)));
    let is_demo = is_demo_data(&view.config.section::<BatchSettings>("batch")?.data_dir);
    let flags = view.config.command_flags();
    let elsewhere = find_drafts_elsewhere(context, started).await?;
    let elsewhere = headless::format_drafts_elsewhere(&elsewhere, &started.spec, &flags);
    if !view.quiet && !is_demo && view.edited.is_empty() {
        context.advice.iter().for_each(|advice| printer.print_note(advice));
        printer.print_note(started.sink.description());
        started.sink.warnings().iter().for_each(|warning| printer.print_note(warning));
        elsewhere.lines().for_each(|line| printer.print_note(line));
        if let Some(note) = missing_condition_note(&projection.read(), &started.spec) {
            printer.print_note(note);
        }
        let left = {
            let projection = projection.read();
            projection.counts.total - projection.counts.done
        };
        context.gateway.quota_warnings(left).await.iter().for_each(|warning| printer.print_note(warning));
    }
    let messages = shown.follow_events(&context.journal, Some(started.job.clone()), view.from_seq);
    let (shown_projection, token) = (projection.clone(), stop.token().clone());
    let show = headless::print_on_thread(async move {
        let shown = headless::follow_job(messages, &shown_projection, &mut printer, &token).await;
        (printer, shown)
    });
    // The span has the highest level, so that no filter drops it and every log line names its job.
    let span = tracing::error_span!("job", job = %started.job);
    let work = batch::run_started_job(context, started, stop).instrument(span);
    let (files, mut printer) = join_work_and_output(work, show).await?;
    let files = if is_demo { mark_demo_files(files)? } else { files };
    let photo_hint = format_photo_hint(view.config, &projection, &flags).await;
    let projection = projection.read();
    let edited = view.edited.iter().filter_map(|upc| projection.item(*upc)).collect::<Vec<_>>();
    if !edited.is_empty() && edited.iter().all(|item| item.status.is_some()) {
        printer.finish_with_summary(&headless::format_drafts_files(&files));
        return Ok(headless::edited_items_exit_code(&edited));
    }
    let summary = headless::format_summary_with_flags(&projection, &files, &flags) + &photo_hint;
    printer.finish_with_summary(&if elsewhere.is_empty() { summary } else { format!("{summary}\n{elsewhere}") });
    Ok((view.exit_code)(&projection))
}

/// Returns a note if neither the batch nor the list has a condition, or a media grade, which decides the condition.
fn missing_condition_note(projection: &JobProjection, spec: &JobSpec) -> Option<&'static str> {
    let columns = projection.reading.iter().flat_map(|reading| &reading.item_columns);
    let is_condition = |field: ItemField| matches!(field, ItemField::Condition | ItemField::MediaGrade);
    let has_condition =
        spec.copy_defaults().effective_condition().is_some() || columns.into_iter().any(|one| is_condition(one.field));
    let note = "No condition is set: the drafts have none. Use --condition, for example --condition very_good, or a \
                column Condition in the list.";
    (spec.create_drafts && !has_condition).then_some(note)
}

/// Runs the job and its output concurrently, until both have ended.
async fn join_work_and_output<E: Into<anyhow::Error>>(
    work: impl Future<Output = Result<OutputFiles, BatchError>>,
    show: impl Future<Output = Result<(Printer, Result<FollowEnd, E>), RecvError>>,
) -> anyhow::Result<(OutputFiles, Printer)> {
    tokio::pin!(work, show);
    tokio::select! {
        worked = &mut work => {
            if worked.is_err() {
                // A journal that cannot be written cannot record the failure, so do not wait long for that event.
                let _ = tokio::time::timeout(OUTPUT_GRACE_PERIOD, &mut show).await;
            }
            Ok((worked?, printer_of(show.await)?))
        }
        shown = &mut show => {
            let printer = printer_of(shown)?;
            Ok((work.await?, printer))
        }
    }
}

fn printer_of<E: Into<anyhow::Error>>(
    shown: Result<(Printer, Result<FollowEnd, E>), RecvError>,
) -> anyhow::Result<Printer> {
    let (printer, shown) = shown?;
    shown.map_err(Into::into)?;
    Ok(printer)
}
