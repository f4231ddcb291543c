//! A runtime with one thread for blocking calls, for tests that file access blocks no other thread.

use std::pin::pin;
use std::sync::mpsc::sync_channel;
use std::task::Poll;

/// Runs a test with one thread for tasks and one for blocking calls.
pub fn run_with_one_blocking_thread<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.max_blocking_threads(1).enable_all().build().expect("a runtime").block_on(test)
}

/// Polls `access` while the thread for blocking calls is busy, then runs it to its end.
///
/// # Panics
/// Panics if the first poll completes `access`: its blocking calls were made on the thread for tasks.
pub async fn assert_leaves_task_thread<T>(access: impl Future<Output = T>) -> T {
    let (release, released) = sync_channel::<()>(0);
    let busy = tokio::task::spawn_blocking(move || released.recv().ok());
    let mut access = pin!(access);
    let is_ready = std::future::poll_fn(|context| Poll::Ready(access.as_mut().poll(context).is_ready())).await;
    assert!(!is_ready, "file access has blocked the thread for tasks");
    drop(release);
    busy.await.expect("ends");
    access.await
}
