//! Parses lists on separate threads: a list of some megabytes takes seconds, and the runtime's threads must answer
//! requests.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::error::ListError;
use super::list::InputList;
use super::parser::ListParser;
use super::settings::Settings;
use domain::list_preview::ReadProgress;

/// Maximum number of tasks that parse at the same time, over all lists. Others wait.
const MAX_PARALLEL_TASKS: usize = 2;

static TURNS: Semaphore = Semaphore::const_new(MAX_PARALLEL_TASKS);

/// Number of bytes after which a task checks whether the list is still needed.
const CHECK_INTERVAL_BYTES: usize = 16 << 10;

/// A parser that works on other threads. If it is dropped, running work ends soon.
pub(super) struct ParseTask {
    /// The parser; `None` after an error.
    parser: Option<Box<ListParser>>,
    /// Tells running work that its result is still needed.
    wanted: Arc<()>,
}

impl ParseTask {
    pub(super) fn new(settings: &Settings) -> Self {
        let parser = ListParser::with_options(settings.largest_bytes.get(), settings.read_options());
        Self { parser: Some(Box::new(parser)), wanted: Arc::default() }
    }

    /// Parses the next bytes. Returns the progress within a source of `total` bytes.
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
        if let Some(total) = total {
            parser.expect_bytes(total);
        }
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

    /// Ends the list and returns it.
    ///
    /// # Errors
    /// Returns the errors of [`ListParser::finish`].
    pub(super) async fn finish(self) -> Result<InputList, ListError> {
        let parser = self.parser.ok_or_else(ended_error)?;
        run_blocking(move || parser.finish()).await
    }
}

/// Runs long work on a blocking thread, after waiting for a free slot.
///
/// # Errors
/// Returns the error of the work.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ListError> + Send + 'static,
) -> Result<T, ListError> {
    let turn = TURNS.acquire().await.map_err(|_| ended_error())?;
    let work = spawn_blocking(move || {
        // Held until the work ends, even if its result is no longer awaited.
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
