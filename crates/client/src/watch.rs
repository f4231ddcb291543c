//! A job of the service, folded here from its events: the same fold as everywhere, so the picture is the same.

use std::sync::{Arc, PoisonError, RwLock};

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

use super::error::JoinError;
use super::link::Service;
use domain::batch::JobId;
use domain::board::Board;
use domain::event::Event;

/// A job from its first event on.
pub struct Watched {
    /// What is, as far as the events have been read.
    pub board: Arc<RwLock<Board>>,
    /// Each of them is on the board when it is handed over.
    pub news: BoxStream<'static, Result<Vec<Event>, JoinError>>,
}

impl Service {
    /// Watches a job from its first event on.
    pub fn watch(&self, job: &JobId) -> Watched {
        self.watch_from(Board::new(job.clone()))
    }

    /// Watches the job of a board, from the event on with which the board ends.
    pub fn watch_from(&self, board: Board) -> Watched {
        let (job, upto) = (board.job.clone(), board.upto);
        let board = Arc::new(RwLock::new(board));
        let (folded, address) = (board.clone(), self.address().to_owned());
        let news = self.events(&job, upto).and_then(move |events| {
            let done = fold(&folded, &events, &address);
            std::future::ready(done.map(|()| events))
        });
        Watched { board, news: news.boxed() }
    }
}

fn fold(board: &RwLock<Board>, events: &[Event], address: &str) -> Result<(), JoinError> {
    let mut board = board.write().unwrap_or_else(PoisonError::into_inner);
    let unreadable = |why: String| JoinError::Unreadable { address: address.to_owned(), why };
    events.iter().try_for_each(|event| board.apply(event)).map_err(|error| unreadable(error.to_string()))
}
