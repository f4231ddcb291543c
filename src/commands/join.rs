//! Commands that join the service of the data directory instead of failing because it owns it.

use std::process::ExitCode;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use futures::{Stream, StreamExt};

use super::{Usage, print};
use crate::cli::{PlainFormat, Shown, StatusArgs};
use crate::config::{Batch, Config};
use crate::headless::{self, Paper, Upstreams};
use client::{Service, Wanted};
use domain::batch::{JobId, Order};
use domain::board::Board;
use domain::event::{Event, Fact, Seq};
use domain::job::Job;
use pipeline::batch::Files;
use report::Totals;
use store::journal::Journal;

/// What an operator reads who leaves a batch of the service alone.
const LEFT_ALONE: &str = "The batch goes on in the service; `draft-maker status --follow` joins it again.";

/// How often the upstreams of the service are looked at.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// The service that owns the data directory, where one runs.
pub(super) fn service(config: &Config) -> anyhow::Result<Option<Service>> {
    Ok(Service::of(&config.section::<Batch>("batch")?.data_dir)?)
}

/// Orders a batch at the service and shows it to its end.
pub(super) async fn run(
    service: &Service,
    order: &Order,
    force: bool,
    shown: &Shown,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let key = format!("run-{:032x}", rand::random::<u128>());
    let job = service.order(&Wanted::from(order).forced(force), &key).await?;
    let mut paper = Paper::new(shown.as_shown(quiet)).held_up_by(upstreams_of(service.clone()));
    if !quiet {
        paper.remark(&format!("{job} runs in the service at {}.", service.address()));
    }
    show_joined(service, &job, Seq::default(), paper).await
}

/// What a batch came to so far, or to its end.
pub(super) async fn status(config: &Config, args: &StatusArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    let journal = Journal::read_only(&data_dir).await?;
    let job = match &args.job {
        Some(job) => job.clone(),
        None => newest(&journal).await?,
    };
    let board = journal.board(&job).await?;
    let (is_live, upto) = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        (board.state.is_live(), board.upto)
    };
    if args.follow && is_live {
        let paper = Paper::new(args.shown().as_shown(quiet));
        return match Service::of(&data_dir)? {
            Some(service) => {
                let paper = paper.held_up_by(upstreams_of(service.clone()));
                show_joined(&service, &job, upto, paper).await
            }
            None => follow_beside(&journal, &job, upto, paper).await,
        };
    }
    let board = board.read().unwrap_or_else(PoisonError::into_inner);
    match args.format {
        PlainFormat::Json => print(&format!("{}\n", serde_json::to_string(&Totals::of(&board, None))?))?,
        PlainFormat::Text => print(&headless::summary(&board, &Files::default()))?,
    };
    Ok(exit_code(&board))
}

/// The services that it asks, looked at for as long as somebody watches.
fn upstreams_of(service: Service) -> Upstreams {
    let (tell, told) = tokio::sync::watch::channel(Vec::new());
    tokio::spawn(async move {
        while !tell.is_closed() {
            // One that does not answer now is asked again; the batch's own events say what is the matter.
            if let Ok(upstreams) = service.upstreams().await {
                tell.send_replace(upstreams);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    });
    Box::new(move || told.borrow().clone())
}

/// The batch of another process of this user that is no service: its journal is read beside it.
async fn follow_beside(journal: &Journal, job: &JobId, upto: Seq, paper: Paper) -> anyhow::Result<ExitCode> {
    let board = RwLock::new(Board::new(job.clone()));
    let news = journal.follow(Some(job.clone()), Seq::default()).map(|events| {
        let events = events?;
        let mut board = board.write().unwrap_or_else(PoisonError::into_inner);
        events.iter().try_for_each(|event| board.apply(event))?;
        Ok::<_, anyhow::Error>(events)
    });
    show(news, &board, paper, |event| event.seq > upto && event.fact.ends_work()).await
}

/// A batch of the service, over its restarts: what a service stops as it ends it takes up when it is back, and what
/// happened up to now is no end.
async fn show_joined(service: &Service, job: &JobId, upto: Seq, paper: Paper) -> anyhow::Result<ExitCode> {
    let watched = service.watch(job);
    let goes_on = |fact: &Fact| matches!(fact, Fact::Stopped { goes_on: true, .. });
    let ends = |event: &Event| event.seq > upto && event.fact.ends_work() && !goes_on(&event.fact);
    let board = watched.board.clone();
    let waits = move || board.read().unwrap_or_else(PoisonError::into_inner).goes_on;
    // A service that has ended and does not come back: the batch is as it was left.
    let news = watched.news.take_while(move |news| std::future::ready(news.is_ok() || !waits()));
    show(news, &watched.board, paper, ends).await
}

async fn newest(journal: &Journal) -> anyhow::Result<JobId> {
    let jobs = journal.jobs().await?;
    jobs.into_iter().next().ok_or_else(|| Usage("there are no batches yet".to_owned()).into())
}

/// Shows a batch until it ends. A stop leaves it alone: it is not this process that runs it.
pub(super) async fn show<E: Into<anyhow::Error>>(
    news: impl Stream<Item = Result<Vec<Event>, E>>,
    board: &RwLock<Board>,
    mut paper: Paper,
    ends: impl Fn(&Event) -> bool,
) -> anyhow::Result<ExitCode> {
    let (stop, never) = (headless::watch_signals()?, tokio_util::sync::CancellationToken::new());
    let shown = tokio::select! {
        shown = headless::follow_until(news, board, &mut paper, &never, ends) => Some(shown.map_err(Into::into)?),
        () = stop.cancelled() => None,
    };
    if shown.is_none() {
        paper.remark(LEFT_ALONE);
    }
    let board = board.read().unwrap_or_else(PoisonError::into_inner);
    paper.close(&headless::summary(&board, &Files::default()));
    Ok(if shown.is_some() { exit_code(&board) } else { ExitCode::from(headless::UNFINISHED) })
}

/// A batch that goes on has not failed; it is not finished.
fn exit_code(board: &Board) -> ExitCode {
    if Job::from(board).state.is_live() { ExitCode::from(headless::UNFINISHED) } else { headless::exit_code(board) }
}
