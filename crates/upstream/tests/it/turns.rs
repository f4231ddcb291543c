//! The rate limit and the queue. Times are generous lower bounds, because a busy machine delays arrivals.

use std::sync::Arc;
use std::time::Duration;

use domain::provider::Provider;
use futures::future::join_all;
use tokio::sync::Notify;
use tokio::time::timeout;
use upstream::{HttpClient, Rate, UpstreamClient, UpstreamConfig, UpstreamRequest};

use super::{config, get, settings};
use testing::http_server::{ScriptedResponse, Server, ok, response_bytes};

const LONG: Duration = Duration::from_secs(20);

fn upstream_with_rate(server: &Server, period: Duration, burst: u32, at_once: usize) -> UpstreamClient {
    let upstream_config = UpstreamConfig {
        rate: Some(Rate { period, burst }),
        concurrency: at_once,
        ..config("deezer", &server.address())
    };
    HttpClient::new(&settings()).expect("client").upstream(upstream_config).expect("host")
}

fn time_between_first_and_last(server: &Server) -> Duration {
    let asked = server.requests();
    asked[asked.len() - 1].at - asked[0].at
}

#[tokio::test]
async fn the_rate_is_shared_by_clients_of_one_name() {
    let server = Server::start(|_| ok("{}")).await;
    let period = Duration::from_millis(100);
    let rate = Some(Rate { period, burst: 1 });
    let upstream_config = UpstreamConfig { rate, concurrency: 16, ..config("deezer", &server.address()) };
    let http = HttpClient::new(&settings()).expect("client");
    let one_job = http.upstream(upstream_config.clone()).expect("host");
    let other_job = http.clone().upstream(upstream_config).expect("the same host");
    join_all((0..8).map(|n| if n % 2 == 0 { one_job.send(get("a")) } else { other_job.send(get("b")) })).await;
    assert_eq!(one_job.snapshot().requests, 8);
    assert_eq!(other_job.snapshot().requests, 8);
    assert!(
        time_between_first_and_last(&server) >= period * 6,
        "8 requests in {:?}",
        time_between_first_and_last(&server)
    );
}

#[tokio::test]
async fn idle_time_does_not_accumulate_a_burst() {
    let server = Server::start(|_| ok("{}")).await;
    let period = Duration::from_millis(100);
    let upstream = upstream_with_rate(&server, period, 1, 16);
    tokio::time::sleep(period * 6).await;
    join_all((0..5).map(|_| upstream.send(get("a")))).await;
    assert!(
        time_between_first_and_last(&server) >= period * 3,
        "5 requests in {:?}",
        time_between_first_and_last(&server)
    );
}

#[tokio::test]
async fn requests_are_sent_in_order_of_arrival() {
    let server = Server::start(|_| ok("{}")).await;
    let upstream = upstream_with_rate(&server, Duration::from_millis(5), 1, 1);
    let names: Vec<String> = (0..12).map(|n| format!("/{n}")).collect();
    join_all((0..12).map(|n| upstream.send(UpstreamRequest::for_path([n.to_string()])))).await;
    assert_eq!(server.targets(), names);
}

#[tokio::test]
async fn the_number_of_requests_in_flight_is_limited() {
    let head = Arc::new(Notify::new());
    let rung = Arc::clone(&head);
    let server =
        Server::start(move |_| ScriptedResponse::After(Arc::clone(&rung), response_bytes(200, &[], b"{}"))).await;
    let upstream_config = UpstreamConfig { concurrency: 2, ..config("deezer", &server.address()) };
    let upstream = HttpClient::new(&settings()).expect("client").upstream(upstream_config).expect("host");
    let tasks: Vec<_> = (0..5)
        .map(|_| {
            let upstream = upstream.clone();
            tokio::spawn(async move { upstream.send(get("a")).await })
        })
        .collect();
    server.wait_for_requests(2).await;
    while upstream.snapshot().waiting != 3 {
        tokio::task::yield_now().await;
    }
    // Enough time for a third request to arrive.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((upstream.snapshot().in_flight, server.requests().len()), (2, 2));
    let ringing = tokio::spawn(async move {
        loop {
            head.notify_waiters();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    for reply in join_all(tasks).await {
        assert_eq!(reply.expect("task").expect("reply").status, 200);
    }
    ringing.abort();
    assert_eq!((upstream.snapshot().in_flight, upstream.snapshot().waiting), (0, 0));
}

/// Two turns per hour: if the dropped request used one, the last request would wait for an hour.
#[tokio::test]
async fn a_request_dropped_while_waiting_uses_no_turn() {
    let head = Arc::new(Notify::new());
    let rung = Arc::clone(&head);
    let server =
        Server::start(move |_| ScriptedResponse::After(Arc::clone(&rung), response_bytes(200, &[], b"{}"))).await;
    let upstream = upstream_with_rate(&server, Duration::from_hours(1), 2, 1);
    let first = tokio::spawn({
        let upstream = upstream.clone();
        async move { upstream.send(get("first")).await }
    });
    server.wait_for_requests(1).await;
    assert!(timeout(Duration::from_millis(50), upstream.send(get("given-up"))).await.is_err());
    assert_eq!(upstream.snapshot().waiting, 0);
    let last = tokio::spawn({
        let upstream = upstream.clone();
        async move { upstream.send(get("last")).await }
    });
    head.notify_one();
    timeout(LONG, first).await.expect("in time").expect("task").expect("reply");
    server.wait_for_requests(2).await;
    head.notify_one();
    timeout(LONG, last).await.expect("its turn was not lost").expect("task").expect("reply");
    assert_eq!(server.targets(), ["/first", "/last"]);
}

#[tokio::test]
async fn a_retry_skips_the_queue() {
    let server =
        Server::start(|asked| if asked.number == 0 { testing::http_server::response(500, &[], "") } else { ok("{}") })
            .await;
    let upstream = upstream_with_rate(&server, Duration::from_millis(40), 1, 4);
    let all = join_all((0..20).map(|n| upstream.send(UpstreamRequest::for_path([n.to_string()])))).await;
    assert!(all.iter().all(Result::is_ok));
    let again = server.targets().iter().rposition(|target| target == "/0").expect("asked");
    assert!((1..12).contains(&again), "the retry came as number {again} of 20");
}

#[tokio::test]
async fn upstreams_do_not_wait_for_each_other() {
    let server = Server::start(|_| ok("{}")).await;
    let http = HttpClient::new(&settings()).expect("client");
    let slow = Some(Rate { period: Duration::from_hours(1), burst: 1 });
    let slow = UpstreamConfig { rate: slow, ..config("discogs", &server.address()) };
    let slow = http.upstream(slow).expect("host");
    let quick = http
        .upstream(UpstreamConfig { name: Provider::from_static("deezer"), ..config("x", &server.address()) })
        .expect("host");
    slow.send(get("slow")).await.expect("its only turn");
    assert!(timeout(Duration::from_millis(20), slow.send(get("slow"))).await.is_err());
    for _ in 0..10 {
        timeout(LONG, quick.send(get("quick"))).await.expect("no wait").expect("reply");
    }
}
