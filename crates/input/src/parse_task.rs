//! Parses lists on threads of their own: a list of some megabytes takes seconds, and the threads of the runtime answer requests.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::error::ListError;
use super::list::InputList;
use super::parser::ListParser;
use super::settings::Settings;
use domain::list_preview::ReadProgress;

/// Maximum parts of lists that are parsed at the same time, of all lists together. Others wait for their turn.
const MAX_PARALLEL_TASKS: usize = 2;

static TURNS: Semaphore = Semaphore::const_new(MAX_PARALLEL_TASKS);

/// Bytes after which a task looks whether the list is still wanted.
const CHECK_INTERVAL_BYTES: usize = 16 << 10;

/// A parser whose work is done on other threads. If it is dropped, a part in work ends soon.
pub(super) struct ParseTask {
    /// `None` after an error.
    parser: Option<Box<ListParser>>,
    /// Tells a part in work that it is wanted.
    wanted: Arc<()>,
}

impl ParseTask {
    pub(super) fn new(settings: &Settings) -> Self {
        let parser = ListParser::with_options(settings.largest_bytes.get(), settings.read_options());
        Self { parser: Some(Box::new(parser)), wanted: Arc::default() }
    }

    /// Parses the next bytes and returns how much of a source with `total` bytes was read.
    ///
    /// # Errors
    /// Returns the errors of [`ListParser::push`].
    pub(super) async fn push(
        &mut self,
        bytes: impl AsRef<[u8]> + Send + 'static,
        total: Option<u64>,
    ) -> Result<ReadProgress, ListError> {
        let mut parser = self.parser.take().ok_or_else(ended_error)?;
        let wanted = Arc::downgrade(&self.wanted);
        let parser = run_blocking(move || {
            for part in bytes.as_ref().chunks(CHECK_INTERVAL_BYTES) {
                if wanted.strong_count() == 0 {
                    break;
                }
                parser.push(part)?;
            }
            Ok(parser)
        });
        Ok(self.parser.insert(parser.await?).progress(total))
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Returns the errors of [`ListParser::finish`].
    pub(super) async fn finish(self) -> Result<InputList, ListError> {
        let parser = self.parser.ok_or_else(ended_error)?;
        run_blocking(move || parser.finish()).await
    }
}

/// Runs work that takes long on a thread that may be blocked, when it is its turn.
///
/// # Errors
/// Returns the error of the work.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ListError> + Send + 'static,
) -> Result<T, ListError> {
    let turn = TURNS.acquire().await.map_err(|_| ended_error())?;
    let work = spawn_blocking(move || {
        // Held until the work ends, also if nobody waits for it any more.
        let _turn = turn;
        work()
    });
    match work.await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(ended_error()),
    }
}

fn ended_error() -> ListError {
    ListError::Io(std::io::Error::other("the task that reads the list ended"))
}
