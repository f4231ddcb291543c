//! A run is asked to end before it is done, and told what becomes of its job then.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::error::BatchError;
use domain::event::Fact;

/// What becomes of the job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// It waits until somebody resumes it.
    #[default]
    Stop,
    /// The service ends; it takes the job up by itself when it starts again.
    GoOnLater,
    /// It is set aside until somebody resumes it, also over a restart of the service.
    Pause,
    /// It is given up: what has not ended is skipped, and nothing follows.
    Cancel,
}

impl Wish {
    /// The fact that ends the work, in the words that the operator reads.
    pub(super) fn end(self) -> Fact {
        match self {
            Self::Stop => Fact::stopped("stopped by the operator".to_owned()),
            Self::GoOnLater => Fact::Stopped { why: GOES_ON.to_owned(), goes_on: true },
            Self::Pause => Fact::Paused { why: "paused by the operator".to_owned() },
            Self::Cancel => Fact::Cancelled { why: "cancelled by the operator".to_owned() },
        }
    }
}

const GOES_ON: &str = "the service ended; it goes on with the job when it starts again";

/// One run's stop. Clones are the same stop; the first wish counts.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    asked: CancellationToken,
    wish: Arc<OnceLock<Wish>>,
}

impl Stop {
    /// A stop that comes with `asked`, as [`Wish::Stop`] where nobody wishes otherwise.
    pub fn by(asked: CancellationToken) -> Self {
        Self { asked, wish: Arc::default() }
    }

    /// Asks for the end.
    pub fn ask(&self, wish: Wish) {
        self.wish.get_or_init(|| wish);
        self.asked.cancel();
    }

    /// What was wished.
    pub fn wish(&self) -> Wish {
        self.wish.get().copied().unwrap_or_default()
    }

    /// Cancelled when the end is asked for.
    pub fn token(&self) -> &CancellationToken {
        &self.asked
    }
}

/// Work before the first item, which a stop ends at once: nothing is lost by it.
///
/// # Errors
/// What the work failed with, and [`BatchError::Stopped`].
pub async fn unless_stopped<T, E: Into<BatchError>>(
    stop: &Stop,
    when: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, BatchError> {
    tokio::select! {
        done = work => done.map_err(Into::into),
        () = stop.asked.cancelled() => Err(BatchError::Stopped(when)),
    }
}
