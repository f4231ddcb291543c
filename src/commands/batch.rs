//! One batch in a terminal or a log: the pipeline works on it, headless shows it.
//!
//! ```text
//! source ──intake──> List ──pipeline::batch──> journal ── follow ──> headless: lines, bar, summary, exit code
//! ```

use std::process::ExitCode;
use std::sync::PoisonError;
use std::time::Duration;

use tracing::Instrument as _;

use super::wiring;
use crate::cli::{ResumeArgs, Shown};
use crate::config::Config;
use crate::headless::{self, Paper};
use domain::batch::Order;
use domain::event::Seq;
use domain::job::JobState;
use input::{self, Source};
use pipeline::batch::{self, BatchError, Begun, Files, Stop, unless_stopped};
use pipeline::works::Works;
use store::journal::Journal;

/// How long a run that broke off is still shown.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs the list at `order.source`.
pub(super) async fn run(config: &Config, mut order: Order, shown: &Shown, quiet: bool) -> anyhow::Result<ExitCode> {
    let stop = Stop::by(headless::watch_signals()?);
    let source: Source = order.source.parse()?;
    let settings = config.section("intake")?;
    let reading = Box::pin(input::read(&source, &settings));
    let list = unless_stopped(&stop, "before the list was read; nothing was written", reading).await?;
    order.generation = list.generation;
    list.source_type.clone_into(&mut order.source_type);
    batch::output_folder(&order)?;
    super::begin_log(config, shown, quiet)?;
    let works = open(config).await?;
    let from = *works.journal.bell().borrow();
    let begun = Box::pin(batch::begin(&works, order, list, &stop)).await?;
    go(&works, &begun, &View { shown, quiet, from }, &stop).await
}

/// Goes on with `job`, or with the newest that did not finish; a finished one gets its result files once more.
pub(super) async fn resume(config: &Config, args: &ResumeArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let stop = Stop::by(headless::watch_signals()?);
    let works = open(config).await?;
    let Some(job) = (match &args.job {
        Some(job) => Some(job.clone()),
        None => newest_unfinished(&works.journal).await?,
    }) else {
        anyhow::bail!("every batch is finished; there is nothing to resume");
    };
    let from = *works.journal.bell().borrow();
    let taking_up = Box::pin(batch::take_up(&works, &job, args.output.as_deref()));
    let begun = unless_stopped(&stop, "before the batch went on", taking_up).await?;
    go(&works, &begun, &View { shown: &args.shown, quiet, from }, &stop).await
}

/// The works of a process that runs one job: whatever ran before it in this data directory runs no more.
pub(super) async fn open(config: &Config) -> anyhow::Result<Works> {
    let works = wiring::works(config).await?;
    works.journal.note_interruptions().await?;
    Ok(works)
}

async fn newest_unfinished(journal: &Journal) -> anyhow::Result<Option<domain::batch::JobId>> {
    for job in journal.jobs().await? {
        if !matches!(journal.job(&job).await?.state, JobState::Completed | JobState::Cancelled) {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// What the operator sees of a run.
pub(super) struct View<'a> {
    pub(super) shown: &'a Shown,
    pub(super) quiet: bool,
    /// The last event before it.
    pub(super) from: Seq,
}

/// Works on what is unfinished, shows it, and says what it came to.
pub(super) async fn go(works: &Works, begun: &Begun, view: &View<'_>, stop: &Stop) -> anyhow::Result<ExitCode> {
    let board = works.journal.board(&begun.job).await?;
    let mut paper = Paper::new(view.shown.as_shown(view.quiet)).held_up_by(Box::new(works.watch_upstreams()));
    if !view.quiet {
        works.advice.iter().for_each(|advice| paper.remark(advice));
        paper.remark(begun.market.explain());
        begun.market.remarks().iter().for_each(|remark| paper.remark(remark));
        let left = {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            board.counts.total - board.counts.done
        };
        works.gatherer.foresee(left).await.iter().for_each(|remark| paper.remark(remark));
    }
    let news = works.journal.follow(Some(begun.job.clone()), view.from);
    let show = headless::follow(news, &board, &mut paper, stop.token());
    // Of the highest level, so that no filter leaves it out: every line of the log names its job.
    let span = tracing::error_span!("job", job = %begun.job);
    let files = to_the_end(batch::work(works, begun, stop).instrument(span), show).await?;
    let board = board.read().unwrap_or_else(PoisonError::into_inner);
    paper.close(&headless::summary(&board, &files));
    Ok(headless::exit_code(&board))
}

/// Works and shows at the same time, until both have ended.
async fn to_the_end<T, E: Into<anyhow::Error>>(
    work: impl Future<Output = Result<Files, BatchError>>,
    show: impl Future<Output = Result<T, E>>,
) -> anyhow::Result<Files> {
    tokio::pin!(work, show);
    tokio::select! {
        worked = &mut work => {
            // A journal that cannot be written cannot say that the run broke off, so nobody waits for that.
            let patience = if worked.is_ok() { Duration::MAX } else { LAST_WORDS };
            if let Ok(shown) = tokio::time::timeout(patience, show).await {
                shown.map_err(Into::into)?;
            }
            Ok(worked?)
        }
        shown = &mut show => {
            shown.map_err(Into::into)?;
            Ok(work.await?)
        }
    }
}
