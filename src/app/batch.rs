//! One batch from its list to its result files.
//!
//! ```text
//! source ──intake──> List ──> journal: Ordered, Taken, Refused, ListRead ──pipeline──> end states
//!                                                   └─ follow ──> headless: lines, bar
//! board, dossiers ──report──> result files ──> Finished ──> summary, exit code
//! ```

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::wiring::{self, Works};
use crate::cli::{ResumeArgs, Shown};
use crate::config::Config;
use crate::domain::batch::{JobId, Order};
use crate::domain::board::JobState;
use crate::domain::event::{Fact, Seq};
use crate::headless::{self, Files, Paper};
use crate::intake::{self, List, Source};
use crate::journal::Journal;
use crate::market::Market;
use crate::pipeline::{Ended, Road, Run};
use crate::report::{self, Totals};

/// How long a run that broke off is still shown.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A stop is obeyed within eight seconds; the rest is for closing the journal.
const STOPS_WITHIN: Duration = Duration::from_millis(7_500);

/// Items and refused lines of one event: a row of the journal stays small, and a long list has few rows.
const CHUNK: usize = 1_000;

/// Runs the list at `order.source`.
pub(super) async fn run(config: &Config, mut order: Order, shown: &Shown, quiet: bool) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    let source: Source = order.source.parse()?;
    let settings = config.section("intake")?;
    let reading = intake::read(&source, &settings);
    let list = unless_stopped(&stop, "before the list was read; nothing was written", Box::pin(reading)).await?;
    order.generation = list.generation;
    list.source_type.clone_into(&mut order.source_type);
    wiring::output_folder(&order)?;
    super::begin_log(config, shown, quiet)?;
    let works = Works::open(config).await?;
    let items = order.limit.unwrap_or(u64::MAX).min(list.items.len() as u64);
    let ready = Box::pin(wiring::market(&works, &order, items));
    let ready = unless_stopped(&stop, "before the batch began; nothing was written", ready).await?;
    let from = *works.journal.bell().borrow();
    let job = works.journal.begin(order.clone(), Timestamp::now()).await?;
    let writing = write_down(&works.journal, &job, list, order.limit);
    unless_stopped(&stop, "before the list was written down; run it again", Box::pin(writing)).await?;
    go(&works, &job, order, ready.open(job.clone()), &View { shown, quiet, from }, &stop).await
}

/// Work before the first item, which a stop ends at once: nothing is lost by it.
async fn unless_stopped<T, E: Into<anyhow::Error>>(
    stop: &CancellationToken,
    when: &str,
    work: impl Future<Output = Result<T, E>>,
) -> anyhow::Result<T> {
    tokio::select! {
        done = work => done.map_err(Into::into),
        () = stop.cancelled() => anyhow::bail!("stopped {when}"),
    }
}

/// Goes on with `job`, or with the newest that did not finish; a finished one gets its result files once more.
pub(super) async fn resume(config: &Config, args: &ResumeArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let stop = headless::watch_signals()?;
    let works = Works::open(config).await?;
    let taking_up = take_up(config, &works, args);
    let (job, order, market, from) = unless_stopped(&stop, "before the batch went on", Box::pin(taking_up)).await?;
    go(&works, &job, order, market, &View { shown: &args.shown, quiet, from }, &stop).await
}

/// The job to go on with, as it was ordered, and the last event before it goes on.
async fn take_up(
    config: &Config,
    works: &Works,
    args: &ResumeArgs,
) -> anyhow::Result<(JobId, Order, Arc<dyn Market>, Seq)> {
    let Some(job) = (match &args.job {
        Some(job) => Some(job.clone()),
        None => newest_unfinished(&works.journal).await?,
    }) else {
        anyhow::bail!("every batch is finished; there is nothing to resume");
    };
    let board = works.journal.board(&job).await?;
    let (order, list_read, items) = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        (board.order.clone(), board.list_read, board.counts.total - board.counts.done)
    };
    let mut order = order.ok_or_else(|| anyhow::anyhow!("{job} has no order in the journal"))?;
    order.output = args.output.clone().unwrap_or(order.output);
    wiring::output_folder(&order)?;
    let market = wiring::market(works, &order, items).await?.open(job.clone());
    let from = *works.journal.bell().borrow();
    works.journal.append(&job, Fact::Resumed).await?;
    if !list_read {
        read_again(config, works, &job, &order).await?;
    }
    Ok((job, order, market, from))
}

/// The process ended before the list was written down: it is read once more, at the same generation.
async fn read_again(config: &Config, works: &Works, job: &JobId, order: &Order) -> anyhow::Result<()> {
    let source: Source = order.source.parse()?;
    if matches!(source, Source::Stdin) {
        anyhow::bail!("{job} ended before its list, from standard input, was written down: run the list again");
    }
    let list = intake::read_at(&source, order.generation, &config.section("intake")?).await?;
    write_down(&works.journal, job, list, order.limit).await
}

async fn newest_unfinished(journal: &Journal) -> anyhow::Result<Option<JobId>> {
    for job in journal.jobs().await? {
        if journal.outline(&job).await?.state != JobState::Completed {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// Writes the whole list down at once: after a crash it is there, or it is not.
async fn write_down(journal: &Journal, job: &JobId, mut list: List, limit: Option<u64>) -> anyhow::Result<()> {
    if let Some(limit) = limit {
        list.items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let further = list.refused_count.saturating_sub(list.refused.len() as u64);
    let refused = list.refused.chunks(CHUNK).map(|lines| Fact::Refused { lines: lines.to_vec() });
    let uncounted = (further > 0).then_some(Fact::FurtherRefused { lines: further });
    let taken = list.items.chunks(CHUNK).map(|items| Fact::Taken { items: items.to_vec() });
    let facts = refused.chain(uncounted).chain(taken).chain([Fact::ListRead]).collect();
    journal.append_all(job, facts).await?;
    Ok(())
}

/// What the operator sees of a run.
struct View<'a> {
    shown: &'a Shown,
    quiet: bool,
    /// The last event before it.
    from: Seq,
}

/// Works on what is unfinished, shows it, and writes the result files.
async fn go(
    works: &Works,
    job: &JobId,
    order: Order,
    market: Arc<dyn Market>,
    view: &View<'_>,
    stop: &CancellationToken,
) -> anyhow::Result<ExitCode> {
    let board = works.journal.board(job).await?;
    let mut paper = Paper::new(view.shown.as_shown(view.quiet));
    if !view.quiet {
        works.advice.iter().for_each(|advice| paper.remark(advice));
        paper.remark(market.explain());
        market.remarks().iter().for_each(|remark| paper.remark(remark));
        let left = {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            board.counts.total - board.counts.done
        };
        works.gatherer.foresee(left).await.iter().for_each(|remark| paper.remark(remark));
    }
    let work = work(works, job, order.clone(), market.clone(), stop);
    let show = headless::follow(works.journal.follow(Some(job.clone()), view.from), &board, &mut paper, stop);
    let files = to_the_end(work, show).await?;
    let board = board.read().unwrap_or_else(PoisonError::into_inner);
    paper.close(&headless::summary(&board, &files));
    Ok(headless::exit_code(&board))
}

/// Works and shows at the same time, until both have ended.
async fn to_the_end<T, E: Into<anyhow::Error>>(
    work: impl Future<Output = anyhow::Result<Files>>,
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
            worked
        }
        shown = &mut show => {
            shown.map_err(Into::into)?;
            work.await
        }
    }
}

/// Brings every item to its end state and writes the files. The event that ends the job is the last thing to happen,
/// also where the run breaks, so that who follows the events sees an end.
async fn work(
    works: &Works,
    job: &JobId,
    order: Order,
    market: Arc<dyn Market>,
    stop: &CancellationToken,
) -> anyhow::Result<Files> {
    let ended = match run_items(works, job, &order, &market, stop).await {
        Ok(ended) => ended,
        Err(error) => return Err(broke(&works.journal, job, error).await),
    };
    let writing = write_files(works, job, &order, &market);
    let (end, written) = match ended {
        Ended::AllDone => (Fact::Finished, writing.await),
        Ended::Stopped { at, why } => {
            let written = tokio::time::timeout_at((at + STOPS_WITHIN).into(), writing).await;
            (Fact::Stopped { why }, written.unwrap_or_else(|_| Ok(late())))
        }
    };
    let files = match written {
        Ok(files) => files,
        Err(error) => return Err(broke(&works.journal, job, error).await),
    };
    works.journal.append(job, end).await?;
    Ok(files)
}

async fn run_items(
    works: &Works,
    job: &JobId,
    order: &Order,
    market: &Arc<dyn Market>,
    stop: &CancellationToken,
) -> anyhow::Result<Ended> {
    let road = Arc::new(Road {
        gatherer: works.gatherer.clone(),
        journal: works.journal.clone(),
        market: market.clone(),
        rules: works.rules.clone(),
        job: job.clone(),
        order: order.clone(),
    });
    Ok(Run::new(road, works.batch.slots).work(stop).await?)
}

async fn write_files(works: &Works, job: &JobId, order: &Order, market: &Arc<dyn Market>) -> anyhow::Result<Files> {
    let drafts = market.close().await?;
    let board = works.journal.board(job).await?;
    let (totals, ended) = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let ended = board.items().iter().filter(|item| item.status.is_some()).map(|item| item.upc).collect();
        (Totals::of(&board, Some(Timestamp::now())), ended)
    };
    let totals = totals.with_refused(works.journal.refused(job).await?);
    let dossiers = works.journal.each_dossier(job, ended);
    let results = report::write(Path::new(&order.output), &totals, dossiers).await?;
    let written = [results.json.clone(), results.csv].into_iter().chain(drafts).collect();
    let silent = results.without.iter().map(ToString::to_string).collect();
    Ok(Files { written, full: Some(results.json), silent })
}

/// After a stop of a job so large that its files would keep the operator waiting.
fn late() -> Files {
    tracing::warn!("there was no time for the result files; `draft-maker resume` writes them when the batch is done");
    Files::default()
}

/// Writes down why the run broke off, where that can still be written.
async fn broke(journal: &Journal, job: &JobId, error: anyhow::Error) -> anyhow::Error {
    if let Err(unwritten) = journal.append(job, Fact::Broke { why: format!("{error:#}") }).await {
        tracing::error!(%unwritten, "the journal cannot say why the run broke off");
    }
    error
}
