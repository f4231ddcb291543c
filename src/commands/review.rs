//! `draft-maker review`: writes the items that need review to a file, and applies the edited file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::{OutputFormat, ReviewArgs};
use crate::commands::error::UsageError;
use crate::commands::output::{print_json, print_stdout};
use crate::config::Config;
use crate::headless::review::{self, ReviewEntry, ReviewFile, ReviewFileError};
use crate::headless::{EXIT_DONE, EXIT_INVALID_INPUT, command_after_dry_run, strip_terminal_controls};
use api::review::{ReviewItemResponse, ReviewQueueResponse};
use domain::decision::Decision;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::review::{ReviewInput, ReviewResult};
use domain::terminal_text::quote_for_shell;
use domain::text::count::format_count;
use domain::upc::Upc;
use pipeline::{ItemPhotos, batch};
use store::journal::Journal;
use store::photo_store::PhotoStore;

pub(super) async fn write_or_apply_review(
    config: &Config,
    args: &ReviewArgs,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    match &args.apply {
        Some(file) => apply_review_file(config, file, args.job.as_ref(), format).await,
        None => write_review_file(config, args, format).await,
    }
}

/// Writes the review file, or prints the items as JSON, in the format of `GET /api/batch/jobs/{job_id}/review`.
async fn write_review_file(config: &Config, args: &ReviewArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let journal = Journal::open_read_only(config.store_location()?).await?;
    let job = match &args.job {
        Some(job) => Some(job.clone()),
        None => latest_job_with_reviews(&journal).await?,
    };
    let cases = match &job {
        Some(job) => batch::list_review_cases(&journal, job, 0, usize::MAX).await?,
        None => Vec::new(),
    };
    if format == OutputFormat::Json && args.output.is_none() {
        let items: Vec<_> = cases.iter().map(ReviewItemResponse::from).collect();
        let queue = ReviewQueueResponse { total: items.len() as u64, items, next: None };
        return print_json(&queue);
    }
    let json = |path: Option<&Path>| {
        print_json(&serde_json::json!({ "job_id": job.as_ref(), "path": path, "items": cases.len() }))
    };
    let Some(job) = job.as_ref().filter(|_| !cases.is_empty()) else {
        let of_job = job.as_ref().map(|job| format!(" in {job}")).unwrap_or_default();
        let text = format!("Nothing to review{of_job}.\n");
        return if format == OutputFormat::Json { json(None) } else { print_stdout(&text) };
    };
    if args.output.as_deref() == Some(Path::new("-")) {
        let text = review::render_review_file(job, &cases, &format!("FILE{}", config.command_flags()));
        return match format {
            OutputFormat::Text => print_stdout(&text),
            OutputFormat::Json => print_json(&toml::from_str::<serde_json::Value>(&text)?),
        };
    }
    let path = args.output.clone().unwrap_or_else(|| unused_file_name(job));
    let named = format!("{}{}", quote_for_shell(&path.to_string_lossy()), config.command_flags());
    let text = review::render_review_file(job, &cases, &named);
    // Never overwrite an earlier file, which the operator may have edited.
    let made =
        std::fs::File::create_new(&path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    made.map_err(|error| {
        UsageError(format!("cannot create {}: {}", path.display(), files::describe_io_error(&error)))
    })?;
    if format == OutputFormat::Json {
        return json(Some(&path));
    }
    print_stdout(&format!(
        "{count} your decision. Edit {path}, then run:\n  draft-maker review --apply {named}\n",
        count = if cases.len() == 1 { "1 item needs".to_owned() } else { format!("{} items need", cases.len()) },
        path = path.display()
    ))
}

/// Returns `review_20240318_143022_0.toml`, or the first unused variant with a number.
fn unused_file_name(job: &JobId) -> PathBuf {
    let names = (1..).map(|number| match number {
        1 => PathBuf::from(format!("review_{}.toml", job.file_stamp())),
        number => PathBuf::from(format!("review_{}_{number}.toml", job.file_stamp())),
    });
    names.into_iter().find(|path| !path.exists()).unwrap_or_default()
}

async fn latest_job_with_reviews(journal: &Journal) -> anyhow::Result<Option<JobId>> {
    for id in journal.job_ids().await? {
        let job = journal.job_summary(&id).await?;
        if job.counts.for_status(Status::NeedsReview) > 0 && job.state != JobState::Cancelled {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

async fn apply_review_file(
    config: &Config,
    file: &Path,
    named: Option<&JobId>,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let text = files::read_text(file)
        .map_err(|error| UsageError(format!("cannot read {}: {}", file.display(), files::describe_io_error(&error))))?;
    let ReviewFile { job, entries: blocks, errors: mut mistakes } = review::parse_review_file(&text);
    let job = named.cloned().or(job);
    let Some(job) = job else {
        // Report the missing line only if the file is valid TOML.
        if mistakes.is_empty() {
            let message = "the line job = \"batch_…\" is missing: restore it".to_owned();
            mistakes.push(ReviewFileError { line: 1, message });
        }
        return ApplyOutcome::new(&[], &mistakes, &[]).print(
            file,
            None,
            &config.command_flags(),
            &NextStep::Resume,
            format,
        );
    };
    let answers = blocks.iter().map(|block| (block.upc, block.input.clone())).collect::<Vec<_>>();
    let decided = if answers.is_empty() { Vec::new() } else { submit_decisions(config, &job, &answers).await? };
    for (block, decided) in blocks.iter().zip(&decided) {
        mistakes.extend(entry_errors(block, decided));
    }
    let finished = blocks.iter().zip(&decided).filter(|(_, result)| matches!(result, ReviewResult::NotWaiting { .. }));
    let not_applied = find_unapplied_answers(config, &job, finished.map(|(block, _)| block)).await?;
    mistakes.sort_by_key(|mistake| mistake.line);
    let next_step = find_next_step(config, &job).await?;
    ApplyOutcome::new(&decided, &mistakes, &not_applied).print(
        file,
        Some(&job),
        &config.command_flags(),
        &next_step,
        format,
    )
}

/// How decided items become drafts.
enum NextStep {
    /// The running service processes them.
    Service,
    Resume,
    /// The batch was a dry run, so the operator has to run its list with this command.
    RunList(String),
}

async fn find_next_step(config: &Config, job: &JobId) -> anyhow::Result<NextStep> {
    let journal = Journal::open_read_only(config.store_location()?).await?;
    let spec = journal.job_summary(job).await?.spec;
    if let Some(command) = spec.as_ref().and_then(command_after_dry_run) {
        return Ok(NextStep::RunList(command));
    }
    Ok(if super::attach::running_service(config)?.is_some() { NextStep::Service } else { NextStep::Resume })
}

/// Submits decisions to the service that owns the data directory, or applies them in this process. Records that the drafts
/// of these items get the present photos.
pub(super) async fn submit_decisions(
    config: &Config,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
) -> anyhow::Result<Vec<ReviewResult>> {
    if let Some(service) = super::attach::running_service(config)? {
        return Ok(service.decide_items(job, answers).await?);
    }
    let location = config.store_location()?;
    let environment_id = config.section::<ebay::Settings>("ebay")?.environment_id();
    let photos = ItemPhotos::new(PhotoStore::open(&location).await?, environment_id);
    let upcs = answers.iter().map(|(upc, _)| *upc).collect::<Vec<_>>();
    let unattached = photos.all_unattached_photos(&upcs).await?;
    let journal = Journal::open(location).await?;
    journal.mark_killed_jobs().await?;
    let decided = batch::record_decisions(&journal, job, answers, |state, going_on| {
        let goes_on = || {
            JobEvent::manual_stop(format!(
                "{} decided, waiting for `draft-maker resume`",
                format_count(going_on, "item", "items")
            ))
        };
        (state == JobState::Completed && going_on > 0).then(goes_on)
    });
    let decided = decided.await;
    journal.close().await;
    let decided = decided?;
    let resumed = upcs.into_iter().zip(&decided).filter(|(_, result)| result.resumes_item());
    photos.mark_all_attached(&resumed.map(|(upc, _)| upc).collect::<Vec<_>>(), &unattached).await;
    Ok(decided)
}

/// Returns an error for each decided item whose answer in the file is not a decision that was recorded about it: the file
/// was edited after it had been applied.
async fn find_unapplied_answers(
    config: &Config,
    job: &JobId,
    finished: impl Iterator<Item = &ReviewEntry>,
) -> anyhow::Result<Vec<ReviewFileError>> {
    let answered = finished.filter(|block| !block.input.is_empty()).collect::<Vec<_>>();
    if answered.is_empty() {
        return Ok(Vec::new());
    }
    let journal = Journal::open_read_only(config.store_location()?).await?;
    let site = journal.job_summary(job).await?.spec.map(|spec| spec.site).unwrap_or_default();
    let upcs = answered.iter().map(|block| block.upc).collect::<Vec<_>>();
    let details = journal.item_details(job, &upcs).await?;
    let mut errors = Vec::new();
    for block in answered {
        let Some(details) = details.iter().find(|details| details.input.upc == block.upc) else { continue };
        let recorded = journal.all_decisions(block.upc).await?.into_iter().filter(|earlier| earlier.job == *job);
        let mut recorded = recorded.map(|earlier| Decision { repeats: None, ..earlier.decision });
        let wanted = block.input.to_decision(details, site.currency());
        if !wanted.is_ok_and(|wanted| recorded.any(|decision| Some(decision) == wanted)) {
            let message = format!(
                "{upc}: this answer was not applied, because the item is already decided. To change the item, use \
                 `draft-maker edit {upc}`; to decide again, use `draft-maker undo {upc}` first",
                upc = block.upc
            );
            errors.push(ReviewFileError { line: block.line, message });
        }
    }
    Ok(errors)
}

fn entry_errors(block: &ReviewEntry, decided: &ReviewResult) -> Vec<ReviewFileError> {
    match decided {
        ReviewResult::Invalid { wrong: errors } => errors.iter().map(|wrong| block.error_for(wrong)).collect(),
        ReviewResult::UnknownItem => {
            vec![ReviewFileError {
                line: block.line,
                message: format!("{} is not in this batch: delete the block", block.upc),
            }]
        }
        ReviewResult::Decided { .. }
        | ReviewResult::Unanswered
        | ReviewResult::NotWaiting { .. }
        | ReviewResult::DraftDeleted { .. } => Vec::new(),
    }
}

/// Result of applying an edited file.
#[derive(Serialize)]
struct ApplyOutcome<'a> {
    decided: usize,
    skipped: usize,
    undecided: usize,
    /// Items that were already decided or have finished.
    not_waiting: usize,
    errors: &'a [ReviewFileError],
    /// Answers about items that were decided otherwise before.
    not_applied: &'a [ReviewFileError],
}

impl<'a> ApplyOutcome<'a> {
    fn new(results: &[ReviewResult], errors: &'a [ReviewFileError], not_applied: &'a [ReviewFileError]) -> Self {
        let count = |is: fn(&ReviewResult) -> bool| results.iter().filter(|one| is(one)).count();
        let skipped =
            count(|one| matches!(one, ReviewResult::Decided { decision } if decision.skip_reason().is_some()));
        Self {
            decided: count(|one| matches!(one, ReviewResult::Decided { .. })) - skipped,
            skipped,
            undecided: count(|one| matches!(one, ReviewResult::Unanswered)),
            not_waiting: count(|one| matches!(one, ReviewResult::NotWaiting { .. })),
            errors,
            not_applied,
        }
    }

    fn print(
        &self,
        file: &Path,
        job: Option<&JobId>,
        flags: &str,
        next_step: &NextStep,
        format: OutputFormat,
    ) -> anyhow::Result<ExitCode> {
        print_stdout(&match format {
            OutputFormat::Text => self.to_text(file, job, flags, next_step),
            OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(self)?),
        })?;
        let is_applied = self.errors.is_empty() && self.not_applied.is_empty();
        Ok(ExitCode::from(if is_applied { EXIT_DONE } else { EXIT_INVALID_INPUT }))
    }

    fn to_text(&self, file: &Path, job: Option<&JobId>, flags: &str, next_step: &NextStep) -> String {
        let lines = [
            (self.decided, "decided"),
            (self.skipped, "skipped"),
            (self.undecided, "left undecided"),
            (self.not_waiting, "already decided or finished; unchanged"),
        ];
        let mut text = String::new();
        for (number, message) in lines.into_iter().filter(|(number, _)| *number > 0) {
            let _ = writeln!(text, "{number:>6}  {message}");
        }
        for mistake in self.not_applied.iter().chain(self.errors) {
            let line = format!("{}:{}: {}", file.display(), mistake.line, mistake.message);
            text += &strip_terminal_controls(&line);
            text.push('\n');
        }
        if !self.errors.is_empty() {
            let _ =
                writeln!(text, "Fix these lines, then run:\n  draft-maker review --apply {}{flags}", file.display());
        }
        let Some(job) = job.filter(|_| self.decided > 0) else { return text };
        let _ = match next_step {
            NextStep::Service => writeln!(text, "The service continues with them."),
            NextStep::Resume => writeln!(text, "Next, create the drafts:\n  draft-maker resume {job}{flags}"),
            NextStep::RunList(command) => {
                writeln!(text, "The batch was a dry run. To create the drafts, run its list:\n  {command}{flags}")
            }
        };
        text
    }
}
