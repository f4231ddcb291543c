//! The loop: news in, lines out, until the job ends.

use std::sync::{PoisonError, RwLock};

use futures::{Stream, StreamExt, pin_mut};
use tokio_util::sync::CancellationToken;

use super::bar::TICK;
use super::paper::Paper;
use domain::board::Board;
use domain::event::Event;

/// What the operator reads after the first Ctrl-C.
const STOPPING: &str = "Stopping: no more items are taken, and what runs has a few seconds. Ctrl-C again ends at once.";

/// Why the loop came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// An event ended the job: finished, stopped or broke.
    ByEvent,
    /// There is no more news.
    ByStream,
}

/// Prints `news` until an event ends the job. Begin the stream after the events of earlier runs: an old stop would
/// end the loop.
///
/// # Errors
/// The stream's own, as it came.
pub async fn follow<E>(
    news: impl Stream<Item = Result<Vec<Event>, E>>,
    board: &RwLock<Board>,
    paper: &mut Paper,
    stop: &CancellationToken,
) -> Result<Ended, E> {
    follow_until(news, board, paper, stop, |event| event.fact.ends_work()).await
}

/// The same until an event that ends it for this reader.
///
/// # Errors
/// The stream's own, as it came.
pub async fn follow_until<E>(
    news: impl Stream<Item = Result<Vec<Event>, E>>,
    board: &RwLock<Board>,
    paper: &mut Paper,
    stop: &CancellationToken,
    ends: impl Fn(&Event) -> bool,
) -> Result<Ended, E> {
    pin_mut!(news);
    paper.begin(&board.read().unwrap_or_else(PoisonError::into_inner));
    let (mut told, mut clock) = (false, tokio::time::interval(TICK));
    loop {
        let events = tokio::select! {
            events = news.next() => events,
            _ = clock.tick() => {
                paper.tick(&board.read().unwrap_or_else(PoisonError::into_inner));
                continue;
            }
            () = stop.cancelled(), if !told => {
                told = true;
                paper.remark(STOPPING);
                continue;
            }
        };
        let Some(events) = events.transpose()? else { return Ok(Ended::ByStream) };
        paper.news(&events, &board.read().unwrap_or_else(PoisonError::into_inner));
        if events.iter().any(&ends) {
            return Ok(Ended::ByEvent);
        }
    }
}
