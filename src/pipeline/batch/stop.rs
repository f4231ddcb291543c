//! A run is asked to end before it is done, and told what becomes of its job then.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::error::BatchError;

/// What becomes of the job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// It waits until somebody resumes it.
    #[default]
    Stop,
}

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
