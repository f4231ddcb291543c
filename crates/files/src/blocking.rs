//! File access from asynchronous code.

use std::io;

/// Runs file access on a thread that may block, so that a slow disk delays no other task.
///
/// # Errors
/// Returns the error of `access`, and an error if it panics or if the runtime shuts down.
pub async fn run_blocking<T: Send + 'static>(access: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(access).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
