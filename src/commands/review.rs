//! `draft-maker review`: writes the items that need review to a file, and applies the edited file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::ReviewArgs;
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use crate::headless::review::{self, ReviewEntry, ReviewFile, ReviewFileError};
use crate::headless::strip_terminal_controls;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::pricing::PriceRules;
use domain::review::{ReviewInput, ReviewResult};
use domain::upc::Upc;
use pipeline::batch;
use store::journal::Journal;

/// Exit code if the file has mistakes. The correct entries are applied all the same.
const EXIT_INVALID_FILE: u8 = 2;

pub(super) async fn write_or_apply_review(config: &Config, args: &ReviewArgs) -> anyhow::Result<ExitCode> {
    match &args.apply {
        Some(file) => apply_review_file(config, file, args.job.as_ref()).await,
        None => write_review_file(config, args).await,
    }
}

async fn write_review_file(config: &Config, args: &ReviewArgs) -> anyhow::Result<ExitCode> {
    let journal = Journal::open_read_only(&config.section::<BatchSettings>("batch")?.data_dir).await?;
    let job = match &args.job {
        Some(job) => job.clone(),
        None => match latest_job_with_reviews(&journal).await? {
            Some(job) => job,
            None => return print_stdout("nothing waits for a person\n"),
        },
    };
    let cases = batch::list_review_cases(&journal, &job, 0, usize::MAX).await?;
    if cases.is_empty() {
        return print_stdout(&format!("nothing waits for a person in {job}\n"));
    }
    if args.output.as_deref() == Some(Path::new("-")) {
        return print_stdout(&review::render_review_file(&job, &cases, "FILE"));
    }
    let path = args.output.clone().unwrap_or_else(|| unused_file_name(&job));
    let text = review::render_review_file(&job, &cases, &path.display().to_string());
    // An earlier file, which the operator may have edited, is never overwritten.
    let made =
        std::fs::File::create_new(&path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    made.map_err(|error| UsageError(format!("{} cannot be made: {error}", path.display())))?;
    print_stdout(&format!(
        "{} wait for a person; edit {path}, then: draft-maker review --apply {path}\n",
        format_item_count(cases.len()),
        path = path.display()
    ))
}

/// Returns `review_20240318_143022_0.toml`, or the first such name that is free.
fn unused_file_name(job: &JobId) -> PathBuf {
    let names = (1..).map(|number| match number {
        1 => PathBuf::from(format!("review_{}.toml", job.file_stamp())),
        number => PathBuf::from(format!("review_{}_{number}.toml", job.file_stamp())),
    });
    names.into_iter().find(|path| !path.exists()).unwrap_or_default()
}

fn format_item_count(items: usize) -> String {
    if items == 1 { "1 item".to_owned() } else { format!("{items} items") }
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

async fn apply_review_file(config: &Config, file: &Path, named: Option<&JobId>) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).map_err(|error| UsageError(format!("{}: {error}", file.display())))?;
    let ReviewFile { job, entries: blocks, errors: mut mistakes } = review::parse_review_file(&text);
    let job = named.cloned().or(job);
    let Some(job) = job else {
        mistakes.push(ReviewFileError {
            line: 1,
            message: "no job is named: write job = \"batch_…\" as it was".to_owned(),
        });
        return print_outcome(file, &[], &mistakes, None, false);
    };
    let answers = blocks.iter().map(|block| (block.upc, block.input.clone())).collect::<Vec<_>>();
    let decided = if answers.is_empty() { Vec::new() } else { submit_decisions(config, &job, &answers).await? };
    for (block, decided) in blocks.iter().zip(&decided) {
        mistakes.extend(entry_errors(block, decided));
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    print_outcome(file, &decided, &mistakes, Some(&job), super::attach::running_service(config)?.is_some())
}

/// Runs at the service that owns the data directory, or in this process.
async fn submit_decisions(
    config: &Config,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
) -> anyhow::Result<Vec<ReviewResult>> {
    if let Some(service) = super::attach::running_service(config)? {
        return Ok(service.decide_items(job, answers).await?);
    }
    let market = config.section::<PriceRules>("pricing")?.currency;
    let journal = Journal::open(&config.section::<BatchSettings>("batch")?.data_dir).await?;
    journal.mark_orphaned_jobs().await?;
    let decided = batch::record_decisions(&journal, job, answers, market, |state, going_on| {
        let goes_on = || {
            JobEvent::manual_stop(format!("{} decided, waiting for `draft-maker resume`", format_item_count(going_on)))
        };
        (state == JobState::Completed && going_on > 0).then(goes_on)
    });
    let decided = decided.await;
    journal.close().await;
    Ok(decided?)
}

fn entry_errors(block: &ReviewEntry, decided: &ReviewResult) -> Vec<ReviewFileError> {
    match decided {
        ReviewResult::Invalid { wrong: errors } => errors.iter().map(|wrong| block.error_for(wrong)).collect(),
        ReviewResult::UnknownItem => {
            vec![ReviewFileError {
                line: block.line,
                message: format!("{} is not in this batch: take the block away", block.upc),
            }]
        }
        ReviewResult::Decided { .. } | ReviewResult::Unanswered | ReviewResult::NotWaiting { .. } => Vec::new(),
    }
}

fn print_outcome(
    file: &Path,
    decided: &[ReviewResult],
    mistakes: &[ReviewFileError],
    job: Option<&JobId>,
    attached: bool,
) -> anyhow::Result<ExitCode> {
    let count = |is: fn(&ReviewResult) -> bool| decided.iter().filter(|one| is(one)).count();
    let alone = count(|one| matches!(one, ReviewResult::Decided { decision } if decision.skip_reason().is_some()));
    let written = count(|one| matches!(one, ReviewResult::Decided { .. })) - alone;
    let lines = [
        (written, "decided"),
        (alone, "left alone"),
        (count(|one| matches!(one, ReviewResult::Unanswered)), "not answered, waiting on"),
        (
            count(|one| matches!(one, ReviewResult::NotWaiting { .. })),
            "wait no more: decided before, or ended; left as they are",
        ),
    ];
    let mut text = String::new();
    for (number, message) in lines.into_iter().filter(|(number, _)| *number > 0) {
        let _ = writeln!(text, "{number:>6}  {message}");
    }
    for mistake in mistakes {
        text += &strip_terminal_controls(&format!("{}:{}: {}", file.display(), mistake.line, mistake.message));
        text.push('\n');
    }
    if !mistakes.is_empty() {
        let _ = writeln!(text, "What is named here waits on; mend it and feed {} back once more.", file.display());
    }
    match job {
        Some(_) if written > 0 && attached => text += "The service goes on with them.\n",
        Some(job) if written > 0 => {
            let _ = writeln!(text, "Go on with it: draft-maker resume {job}");
        }
        _ => {}
    }
    print_stdout(&text)?;
    Ok(ExitCode::from(if mistakes.is_empty() { 0 } else { EXIT_INVALID_FILE }))
}
