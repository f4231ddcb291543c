//! The listed barcodes are those of requests in flight, not of requests that wait for their turn.

use std::sync::Arc;
use std::time::Duration;

use domain::upc::Upc;
use tokio::sync::Notify;
use upstream::{HttpClient, Rate, UpstreamConfig, ask_about};

use super::{config, get, settings};
use testing::events::upc;
use testing::http_server::{ScriptedResponse, Server, response_bytes};

#[tokio::test]
async fn the_barcodes_of_requests_in_flight_are_named_until_a_moment_after_the_answer() {
    let answer = Arc::new(Notify::new());
    let notified = Arc::clone(&answer);
    let server =
        Server::start(move |_| ScriptedResponse::After(Arc::clone(&notified), response_bytes(200, &[], b"{}"))).await;
    // The second request waits an hour for its turn.
    let rate = Some(Rate { period: Duration::from_hours(1), burst: 1 });
    let upstream = HttpClient::new(&settings()).expect("client");
    let upstream =
        upstream.upstream(UpstreamConfig { rate, ..config("deezer", &server.address()) }).expect("an upstream");
    assert_eq!(upstream.snapshot().asked_upcs, [] as [Upc; 0]);

    let send = |upcs: Vec<Upc>| {
        let upstream = upstream.clone();
        tokio::spawn(async move { ask_about(upcs, upstream.send(get("a"))).await })
    };
    let asked = send(vec![upc(2), upc(1)]);
    server.wait_for_requests(1).await;
    let waiting = send(vec![upc(3)]);
    while upstream.snapshot().waiting != 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(upstream.snapshot().asked_upcs, [upc(1), upc(2)]);
    assert!(upstream.snapshot().longest_wait.is_some(), "the first request has no answer yet");

    let notify = async {
        while !asked.is_finished() {
            answer.notify_waiters();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    notify.await;
    assert_eq!(asked.await.expect("task").expect("a reply").status, 200);
    assert_eq!(upstream.snapshot().longest_wait, None, "the second request was not sent");
    // A screen that refreshes every second shows it; after that the barcodes are no longer listed.
    while !upstream.snapshot().asked_upcs.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(upstream.snapshot().waiting, 1);
    waiting.abort();
}
