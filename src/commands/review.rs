//! `draft-maker review`: what waits for a person, as a file, and the file fed back.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Usage, print};
use crate::cli::ReviewArgs;
use crate::config::{Batch, Config};
use crate::headless::clean;
use crate::headless::review::{self, Block, Mistake, Sheet};
use domain::appraisal::PriceRules;
use domain::batch::JobId;
use domain::event::Fact;
use domain::job::JobState;
use domain::outcome::Status;
use domain::review::{Answer, Became};
use domain::upc::Upc;
use pipeline::batch;
use store::journal::Journal;

/// Where a file holds mistakes; what was right in it is written down.
const MISTAKES: u8 = 2;

pub(super) async fn review(config: &Config, args: &ReviewArgs) -> anyhow::Result<ExitCode> {
    match &args.apply {
        Some(file) => apply(config, file, args.job.as_ref()).await,
        None => write(config, args).await,
    }
}

async fn write(config: &Config, args: &ReviewArgs) -> anyhow::Result<ExitCode> {
    let journal = Journal::read_only(&config.section::<Batch>("batch")?.data_dir).await?;
    let job = match &args.job {
        Some(job) => job.clone(),
        None => match newest_that_waits(&journal).await? {
            Some(job) => job,
            None => return print("nothing waits for a person\n"),
        },
    };
    let cases = batch::waiting(&journal, &job, 0, usize::MAX).await?;
    if cases.is_empty() {
        return print(&format!("nothing waits for a person in {job}\n"));
    }
    if args.output.as_deref() == Some(Path::new("-")) {
        return print(&review::write(&job, &cases, "FILE"));
    }
    let path = args.output.clone().unwrap_or_else(|| free_name(&job));
    let text = review::write(&job, &cases, &path.display().to_string());
    // What a person wrote into a file of before is never written over.
    let made =
        std::fs::File::create_new(&path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    made.map_err(|error| Usage(format!("{} cannot be made: {error}", path.display())))?;
    print(&format!(
        "{} wait for a person; edit {path}, then: draft-maker review --apply {path}\n",
        counted(cases.len()),
        path = path.display()
    ))
}

/// `review_20240318_143022_0.toml`, or the first that is free.
fn free_name(job: &JobId) -> PathBuf {
    let names = (1..).map(|number| match number {
        1 => PathBuf::from(format!("review_{}.toml", job.stamp())),
        number => PathBuf::from(format!("review_{}_{number}.toml", job.stamp())),
    });
    names.into_iter().find(|path| !path.exists()).unwrap_or_default()
}

fn counted(items: usize) -> String {
    if items == 1 { "1 item".to_owned() } else { format!("{items} items") }
}

async fn newest_that_waits(journal: &Journal) -> anyhow::Result<Option<JobId>> {
    for id in journal.jobs().await? {
        let job = journal.job(&id).await?;
        if job.counts.of(Status::NeedsReview) > 0 && job.state != JobState::Cancelled {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

async fn apply(config: &Config, file: &Path, named: Option<&JobId>) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).map_err(|error| Usage(format!("{}: {error}", file.display())))?;
    let Sheet { job, blocks, mut mistakes } = review::read(&text);
    let job = named.cloned().or(job);
    let Some(job) = job else {
        mistakes.push(Mistake { line: 1, words: "no job is named: write job = \"batch_…\" as it was".to_owned() });
        return told(file, &[], &mistakes, None, false);
    };
    let answers = blocks.iter().map(|block| (block.upc, block.answer.clone())).collect::<Vec<_>>();
    let decided = if answers.is_empty() { Vec::new() } else { decide(config, &job, &answers).await? };
    for (block, decided) in blocks.iter().zip(&decided) {
        mistakes.extend(wrong(block, decided));
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    told(file, &decided, &mistakes, Some(&job), super::join::service(config)?.is_some())
}

/// At the service that owns the data directory, or in this process.
async fn decide(config: &Config, job: &JobId, answers: &[(Upc, Answer)]) -> anyhow::Result<Vec<Became>> {
    if let Some(service) = super::join::service(config)? {
        return Ok(service.decide(job, answers).await?);
    }
    let market = config.section::<PriceRules>("pricing")?.currency;
    let journal = Journal::open(&config.section::<Batch>("batch")?.data_dir).await?;
    journal.note_interruptions().await?;
    let decided = batch::decide(&journal, job, answers, market, |state, going_on| {
        let goes_on = || Fact::stopped(format!("{} decided, waiting for `draft-maker resume`", counted(going_on)));
        (state == JobState::Completed && going_on > 0).then(goes_on)
    });
    let decided = decided.await;
    journal.close().await;
    Ok(decided?)
}

fn wrong(block: &Block, decided: &Became) -> Vec<Mistake> {
    match decided {
        Became::Wrong { wrong } => wrong.iter().map(|wrong| block.mistake(wrong)).collect(),
        Became::NotListed => {
            vec![Mistake {
                line: block.line,
                words: format!("{} is not in this batch: take the block away", block.upc),
            }]
        }
        Became::Decided { .. } | Became::Open | Became::Already { .. } => Vec::new(),
    }
}

fn told(
    file: &Path,
    decided: &[Became],
    mistakes: &[Mistake],
    job: Option<&JobId>,
    joined: bool,
) -> anyhow::Result<ExitCode> {
    let count = |is: fn(&Became) -> bool| decided.iter().filter(|one| is(one)).count();
    let alone = count(|one| matches!(one, Became::Decided { decision } if decision.leaves_alone().is_some()));
    let written = count(|one| matches!(one, Became::Decided { .. })) - alone;
    let lines = [
        (written, "decided"),
        (alone, "left alone"),
        (count(|one| matches!(one, Became::Open)), "not answered, waiting on"),
        (
            count(|one| matches!(one, Became::Already { .. })),
            "wait no more: decided before, or ended; left as they are",
        ),
    ];
    let mut text = String::new();
    for (number, words) in lines.into_iter().filter(|(number, _)| *number > 0) {
        let _ = writeln!(text, "{number:>6}  {words}");
    }
    for mistake in mistakes {
        text += &clean(&format!("{}:{}: {}", file.display(), mistake.line, mistake.words));
        text.push('\n');
    }
    if !mistakes.is_empty() {
        let _ = writeln!(text, "What is named here waits on; mend it and feed {} back once more.", file.display());
    }
    match job {
        Some(_) if written > 0 && joined => text += "The service goes on with them.\n",
        Some(job) if written > 0 => {
            let _ = writeln!(text, "Go on with it: draft-maker resume {job}");
        }
        _ => {}
    }
    print(&text)?;
    Ok(ExitCode::from(if mistakes.is_empty() { 0 } else { MISTAKES }))
}
