//! Runs that wait for deferred items, and the events that wake them.

use domain::event::JobEvent;
use domain::upc::Upc;
use pipeline::{JobRunner, RunEnd};
use testing::events::{open_journal, upc};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::setup::{TIMEOUT, job_before_prices, paused, pipeline_of, resumed, wait_for_event};

async fn next_request(requests: &mut mpsc::Receiver<Upc>) -> Upc {
    timeout(TIMEOUT, requests.recv()).await.expect("the run asks for a price").unwrap()
}

#[tokio::test]
async fn a_waiting_run_sees_an_item_resumed_while_another_is_paused() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = job_before_prices(&journal, 2).await;
    journal.append_event(&job, paused(1)).await.unwrap();
    let (pipeline, mut requests) = pipeline_of(&journal, &job).await;
    let stop = CancellationToken::new();
    let run = tokio::spawn({
        let stop = stop.clone();
        async move { JobRunner::new(pipeline, 4).run(&stop).await }
    });
    assert_eq!(next_request(&mut requests).await, upc(2));
    wait_for_event(&journal, &job, |event| matches!(event, JobEvent::Deferred { .. })).await;
    // Written together, so that the number of paused items does not change.
    journal.append_events(&job, vec![resumed(1), paused(2)]).await.unwrap();
    assert_eq!(next_request(&mut requests).await, upc(1));
    stop.cancel();
    assert!(matches!(run.await.unwrap().unwrap(), RunEnd::StopRequested { .. }));
}

#[tokio::test]
async fn a_run_whose_items_are_all_paused_ends() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = job_before_prices(&journal, 2).await;
    journal.append_events(&job, vec![paused(1), paused(2)]).await.unwrap();
    let (pipeline, _requests) = pipeline_of(&journal, &job).await;
    let end = timeout(TIMEOUT, JobRunner::new(pipeline, 4).run(&CancellationToken::new())).await.unwrap();
    assert_eq!(end.unwrap(), RunEnd::OnlyPausedItemsLeft { items: 2 });
}
