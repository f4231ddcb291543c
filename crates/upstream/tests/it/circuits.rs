//! A sick host is left alone, the others go on, and one request looks whether it is well again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use upstream::{
    CircuitState, HttpClient, HttpError, RedirectPolicy, Settings, UpstreamClient, UpstreamConfig, UpstreamResponse,
};

use super::{ask, rules, settings};
use testing::http_server::{Say, Server, answer, answer_bytes, ok};

const REST: Duration = Duration::from_millis(1500);

fn strict() -> Settings {
    Settings { retries: 0, failures_to_open: 3, cool_down: REST, ..settings() }
}

async fn make_sick(upstream: &UpstreamClient) {
    for _ in 0..3 {
        assert!(matches!(upstream.send(ask("a")).await, Err(HttpError::Status { status: 500, .. })));
    }
}

/// Asks in a task of its own.
fn asking(
    upstream: &UpstreamClient,
    path: &'static str,
) -> tokio::task::JoinHandle<Result<UpstreamResponse, HttpError>> {
    let upstream = upstream.clone();
    tokio::spawn(async move { upstream.send(ask(path)).await })
}

/// A sick host whose rest is over: one request asks whether it is well, and another waits for that.
async fn probed(
    server: &Server,
    upstream: &UpstreamClient,
) -> [tokio::task::JoinHandle<Result<UpstreamResponse, HttpError>>; 2] {
    rest_is_over(upstream).await;
    let probe = asking(upstream, "probe");
    server.has_been_asked(4).await;
    let next = asking(upstream, "next");
    somebody_waits(upstream).await;
    [probe, next]
}

async fn somebody_waits(upstream: &UpstreamClient) {
    while upstream.snapshot().waiting == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn rest_is_over(upstream: &UpstreamClient) {
    while upstream.snapshot().circuit != CircuitState::HalfOpen {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn it_opens_fails_at_once_and_leaves_other_hosts_alone() {
    let (sick, well) = (Server::start(|_| answer(500, &[], "out of order")).await, Server::start(|_| ok("{}")).await);
    let http = HttpClient::new(&strict()).expect("client");
    let upstream = http.upstream(rules("discogs", &sick.address())).expect("host");
    make_sick(&upstream).await;
    assert!(matches!(upstream.snapshot().circuit, CircuitState::Open { .. }));
    let error = upstream.send(ask("a")).await.expect_err("open");
    let HttpError::CircuitOpen { until, failures: 3, last, reached: true } = &error else { panic!("{error:?}") };
    assert_eq!(last, "status 500: out of order");
    assert!(error.is_transient() && error.retry_at() == Some(*until), "{error}");
    assert_eq!(sick.asked().len(), 3);
    let other = http.upstream(rules("deezer", &well.address())).expect("host");
    assert_eq!(other.send(ask("a")).await.expect("reply").status, 200);
}

#[tokio::test]
async fn after_the_rest_one_request_probes_and_closes_it() {
    let (is_well, head) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (well, rung) = (Arc::clone(&is_well), Arc::clone(&head));
    let server = Server::start(move |_| {
        if well.load(Ordering::SeqCst) {
            Say::After(Arc::clone(&rung), answer_bytes(200, &[], b"{}"))
        } else {
            answer(500, &[], "")
        }
    })
    .await;
    let upstream =
        HttpClient::new(&strict()).expect("client").upstream(rules("discogs", &server.address())).expect("host");
    make_sick(&upstream).await;
    is_well.store(true, Ordering::SeqCst);
    let [probe, next] = probed(&server, &upstream).await;
    assert_eq!(server.asked().len(), 4, "only one goes");
    head.notify_one();
    assert_eq!(probe.await.expect("task").expect("reply").status, 200);
    assert_eq!(upstream.snapshot().circuit, CircuitState::Closed);
    head.notify_one();
    assert_eq!(next.await.expect("task").expect("reply").status, 200, "whoever came meanwhile has waited for it");
}

#[tokio::test]
async fn where_the_probe_fails_those_who_waited_for_it_are_sent_home() {
    let head = Arc::new(Notify::new());
    let rung = Arc::clone(&head);
    let server = Server::start(move |asked| match asked.number {
        0..3 => answer(500, &[], ""),
        _ => Say::After(Arc::clone(&rung), answer_bytes(500, &[], b"still")),
    })
    .await;
    let upstream =
        HttpClient::new(&strict()).expect("client").upstream(rules("discogs", &server.address())).expect("host");
    make_sick(&upstream).await;
    let [probe, next] = probed(&server, &upstream).await;
    head.notify_one();
    assert!(matches!(probe.await.expect("task"), Err(HttpError::Status { status: 500, .. })));
    let text = next.await.expect("task");
    assert!(matches!(&text, Err(HttpError::CircuitOpen { last, .. }) if last == "status 500: still"), "{text:?}");
    assert_eq!(server.asked().len(), 4);
}

/// A redirect costs the probe one more turn; whoever waits for its answer must not stand in its way.
#[tokio::test]
async fn a_probe_that_is_sent_on_gets_its_turn() {
    let head = Arc::new(Notify::new());
    let rung = Arc::clone(&head);
    let server = Server::start(move |asked| match (asked.number, asked.target.as_str()) {
        (0..3, _) => answer(500, &[], ""),
        (_, "/probe") => Say::After(Arc::clone(&rung), answer_bytes(302, &[("Location", "/there")], b"")),
        _ => ok("{}"),
    })
    .await;
    let rules =
        UpstreamConfig { concurrency: 1, redirects: RedirectPolicy::SameHost, ..rules("discogs", &server.address()) };
    let upstream = HttpClient::new(&strict()).expect("client").upstream(rules).expect("host");
    make_sick(&upstream).await;
    let [probe, next] = probed(&server, &upstream).await;
    head.notify_one();
    assert_eq!(probe.await.expect("task").expect("reply").status, 200);
    assert_eq!(next.await.expect("task").expect("reply").status, 200);
    assert_eq!(server.targets()[3..], ["/probe", "/there", "/next"]);
}

#[tokio::test]
async fn a_probe_that_is_given_up_lets_the_next_one_probe() {
    let is_well = Arc::new(AtomicBool::new(false));
    let well = Arc::clone(&is_well);
    let server = Server::start(move |asked| match (well.load(Ordering::SeqCst), asked.target.as_str()) {
        (true, "/given-up") => Say::ThenHang(Vec::new()),
        (true, _) => ok("{}"),
        (false, _) => answer(500, &[], ""),
    })
    .await;
    let upstream =
        HttpClient::new(&strict()).expect("client").upstream(rules("discogs", &server.address())).expect("host");
    make_sick(&upstream).await;
    is_well.store(true, Ordering::SeqCst);
    rest_is_over(&upstream).await;
    let given_up = asking(&upstream, "given-up");
    server.has_been_asked(4).await;
    given_up.abort();
    assert!(given_up.await.is_err());
    assert_eq!(upstream.send(ask("next")).await.expect("reply").status, 200);
}

#[tokio::test]
async fn those_who_wait_are_sent_home_when_it_opens() {
    let server = Server::start(|_| answer(500, &[], "")).await;
    let rules = UpstreamConfig { concurrency: 1, ..rules("discogs", &server.address()) };
    let upstream = HttpClient::new(&strict()).expect("client").upstream(rules).expect("host");
    let all = futures::future::join_all((0..20).map(|_| upstream.send(ask("a")))).await;
    assert_eq!(server.asked().len(), 3);
    let sent_home = all.iter().filter(|reply| matches!(reply, Err(HttpError::CircuitOpen { .. }))).count();
    assert_eq!(sent_home, 17);
}

#[tokio::test]
async fn a_page_that_is_not_found_is_no_sickness() {
    let server = Server::start(|_| answer(404, &[], "")).await;
    let upstream =
        HttpClient::new(&strict()).expect("client").upstream(rules("discogs", &server.address())).expect("host");
    for _ in 0..10 {
        assert_eq!(upstream.send(ask("a")).await.expect("reply").status, 404);
    }
    assert_eq!(upstream.snapshot().circuit, CircuitState::Closed);
}
