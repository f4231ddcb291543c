//! When a batch is sent, and that every caller gets a reply, even if the call fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{join, join_all};
use parking_lot::Mutex;
use upstream::batcher::{BatchPolicy, Batcher, NoBatchReply};

/// Longer than any test, so that a batch that is sent did not wait for its window.
const NEVER: Duration = Duration::from_hours(1);

type Calls = Arc<Mutex<Vec<Vec<u32>>>>;

/// Returns a batcher that replies with doubled requests, and the batches that it has sent.
fn recording(policy: BatchPolicy) -> (Batcher<u32, u32>, Calls) {
    let calls = Calls::default();
    let seen = calls.clone();
    let batcher = Batcher::spawn(policy, move |batch: Vec<u32>| {
        seen.lock().push(batch.clone());
        async move { batch.into_iter().map(|number| number * 2).collect() }
    });
    (batcher, calls)
}

#[tokio::test]
async fn requests_within_the_window_share_a_call() {
    let policy = BatchPolicy { max_size: 10, window: Duration::from_millis(20), flush_when_complete: false };
    let (batcher, calls) = recording(policy);
    let answers = join_all([1, 2, 3].map(|number| batcher.submit(number))).await;
    assert_eq!(answers, [Ok(2), Ok(4), Ok(6)]);
    assert_eq!(*calls.lock(), [[1, 2, 3]]);
}

#[tokio::test]
async fn a_full_batch_is_sent_before_its_window_ends() {
    let (batcher, calls) = recording(BatchPolicy { max_size: 2, window: NEVER, flush_when_complete: false });
    let answers = join_all([1, 2, 3, 4].map(|number| batcher.submit(number))).await;
    assert_eq!(answers, [Ok(2), Ok(4), Ok(6), Ok(8)]);
    assert_eq!(*calls.lock(), [[1, 2], [3, 4]]);
}

#[tokio::test]
async fn a_batch_is_sent_when_all_expected_requests_are_in() {
    let (batcher, calls) = recording(BatchPolicy { max_size: 10, window: NEVER, flush_when_complete: true });
    let guards = [(); 3].map(|()| batcher.expect_request());
    let both = join_all([1, 2].map(|number| batcher.submit(number)));
    tokio::pin!(both);
    let early = tokio::time::timeout(Duration::from_millis(50), &mut both).await;
    assert!(early.is_err(), "the third request is still expected");
    let [first, second, third] = guards;
    drop(third);
    assert_eq!(both.await, [Ok(2), Ok(4)]);
    drop((first, second));
    assert_eq!(*calls.lock(), [[1, 2]]);
}

/// Its request may still be in a call, but it is no longer announced.
#[tokio::test]
async fn a_caller_that_stops_waiting_does_not_hurry_the_batch_of_the_others() {
    let calls = Calls::default();
    let seen = calls.clone();
    let policy = BatchPolicy { max_size: 10, window: NEVER, flush_when_complete: true };
    let batcher = Batcher::spawn(policy, move |batch: Vec<u32>| {
        seen.lock().push(batch.clone());
        async move {
            if batch == [1] {
                std::future::pending::<()>().await;
            }
            batch
        }
    });
    let soon = Duration::from_millis(50);
    let guard = batcher.expect_request();
    assert!(tokio::time::timeout(soon, batcher.submit(1)).await.is_err(), "its call hangs");
    drop(guard);
    let [first, second] = [(); 2].map(|()| batcher.expect_request());
    let waiting = batcher.submit(2);
    tokio::pin!(waiting);
    assert!(tokio::time::timeout(soon, &mut waiting).await.is_err(), "another request is expected");
    assert_eq!(join(waiting, batcher.submit(3)).await, (Ok(2), Ok(3)));
    drop((first, second));
    assert_eq!(*calls.lock(), [&[1][..], &[2, 3]]);
}

#[tokio::test]
async fn flush_sends_pending_and_later_requests() {
    let (batcher, calls) = recording(BatchPolicy { max_size: 10, window: NEVER, flush_when_complete: false });
    let waiting = tokio::spawn({
        let batcher = batcher.clone();
        async move { batcher.submit(1).await }
    });
    tokio::task::yield_now().await;
    batcher.flush();
    assert_eq!(waiting.await.unwrap(), Ok(2));
    assert_eq!(batcher.submit(2).await, Ok(4));
    assert_eq!(*calls.lock(), [[1], [2]]);
}

#[tokio::test]
async fn a_panicking_call_fails_its_callers_and_the_next_call_works() {
    let panics = AtomicUsize::new(1);
    let policy = BatchPolicy { max_size: 2, window: NEVER, flush_when_complete: false };
    let batcher = Batcher::spawn(policy, move |batch: Vec<u32>| {
        let is_first = panics.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        async move {
            assert!(!is_first, "this call panics on purpose");
            batch
        }
    });
    let answers = join_all([1, 2].map(|number| batcher.submit(number))).await;
    assert_eq!(answers, [Err(NoBatchReply), Err(NoBatchReply)]);
    assert_eq!(join_all([3, 4].map(|number| batcher.submit(number))).await, [Ok(3), Ok(4)]);
}

#[tokio::test]
async fn a_call_with_too_few_replies_leaves_no_caller_waiting() {
    let policy = BatchPolicy { max_size: 2, window: NEVER, flush_when_complete: false };
    let batcher = Batcher::spawn(policy, |batch: Vec<u32>| async move { batch.into_iter().take(1).collect() });
    assert_eq!(join_all([1, 2].map(|number| batcher.submit(number))).await, [Ok(1), Err(NoBatchReply)]);
}
