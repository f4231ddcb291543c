//! The circuit breaker: a failing upstream gets no requests, other upstreams continue, and one request probes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use upstream::{
    CircuitState, HttpClient, HttpError, RedirectPolicy, Settings, UpstreamClient, UpstreamConfig, UpstreamResponse,
};

use super::{config, get, settings, upstream_at};
use testing::http_server::{ScriptedResponse, Server, ok, response, response_bytes};

const COOL_DOWN: Duration = Duration::from_millis(1500);

fn strict_settings() -> Settings {
    Settings { retries: 0, failures_to_open: 3, cool_down: COOL_DOWN, ..settings() }
}

async fn fail_once(upstream: &UpstreamClient) {
    for _ in 0..3 {
        assert!(matches!(upstream.send(get("a")).await, Err(HttpError::Status { status: 500, .. })));
    }
}

/// Sends a request in a separate task.
fn spawn_request(
    upstream: &UpstreamClient,
    path: &'static str,
) -> tokio::task::JoinHandle<Result<UpstreamResponse, HttpError>> {
    let upstream = upstream.clone();
    tokio::spawn(async move { upstream.send(get(path)).await })
}

/// Waits for the end of the cool-down and spawns two requests: the probe, and one that waits for its result.
async fn spawn_probe_and_waiter(
    server: &Server,
    upstream: &UpstreamClient,
) -> [tokio::task::JoinHandle<Result<UpstreamResponse, HttpError>>; 2] {
    until_half_open(upstream).await;
    let probe = spawn_request(upstream, "probe");
    server.wait_for_requests(4).await;
    let next = spawn_request(upstream, "next");
    until_a_request_waits(upstream).await;
    [probe, next]
}

async fn until_a_request_waits(upstream: &UpstreamClient) {
    while upstream.snapshot().waiting == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until_half_open(upstream: &UpstreamClient) {
    while upstream.snapshot().circuit != CircuitState::HalfOpen {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_open_circuit_fails_at_once_and_spares_other_upstreams() {
    let (sick, well) = (Server::start(|_| response(500, &[], "out of order")).await, Server::start(|_| ok("{}")).await);
    let http = HttpClient::new(&strict_settings()).expect("client");
    let upstream = http.upstream(config("discogs", &sick.address())).expect("host");
    fail_once(&upstream).await;
    assert!(matches!(upstream.snapshot().circuit, CircuitState::Open { .. }));
    let error = upstream.send(get("a")).await.expect_err("open");
    let HttpError::CircuitOpen { until, failures: 3, last, reached: true } = &error else { panic!("{error:?}") };
    assert_eq!(last, "status 500: out of order");
    assert!(error.is_transient() && error.retry_at() == Some(*until), "{error}");
    assert_eq!(sick.requests().len(), 3);
    let other = http.upstream(config("deezer", &well.address())).expect("host");
    assert_eq!(other.send(get("a")).await.expect("reply").status, 200);
}

#[tokio::test]
async fn after_the_cool_down_one_probe_closes_it() {
    let (is_well, head) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (well, rung) = (Arc::clone(&is_well), Arc::clone(&head));
    let server = Server::start(move |_| {
        if well.load(Ordering::SeqCst) {
            ScriptedResponse::After(Arc::clone(&rung), response_bytes(200, &[], b"{}"))
        } else {
            response(500, &[], "")
        }
    })
    .await;
    let upstream = HttpClient::new(&strict_settings())
        .expect("client")
        .upstream(config("discogs", &server.address()))
        .expect("host");
    fail_once(&upstream).await;
    is_well.store(true, Ordering::SeqCst);
    let [probe, next] = spawn_probe_and_waiter(&server, &upstream).await;
    assert_eq!(server.requests().len(), 4, "only one is sent");
    head.notify_one();
    assert_eq!(probe.await.expect("task").expect("reply").status, 200);
    assert_eq!(upstream.snapshot().circuit, CircuitState::Closed);
    head.notify_one();
    assert_eq!(
        next.await.expect("task").expect("reply").status,
        200,
        "a request that arrived meanwhile waited for the probe"
    );
}

#[tokio::test]
async fn requests_that_wait_for_a_failed_probe_fail() {
    let head = Arc::new(Notify::new());
    let rung = Arc::clone(&head);
    let server = Server::start(move |asked| match asked.number {
        0..3 => response(500, &[], ""),
        _ => ScriptedResponse::After(Arc::clone(&rung), response_bytes(500, &[], b"still")),
    })
    .await;
    let upstream = HttpClient::new(&strict_settings())
        .expect("client")
        .upstream(config("discogs", &server.address()))
        .expect("host");
    fail_once(&upstream).await;
    let [probe, next] = spawn_probe_and_waiter(&server, &upstream).await;
    head.notify_one();
    assert!(matches!(probe.await.expect("task"), Err(HttpError::Status { status: 500, .. })));
    let text = next.await.expect("task");
    assert!(matches!(&text, Err(HttpError::CircuitOpen { last, .. }) if last == "status 500: still"), "{text:?}");
    assert_eq!(server.requests().len(), 4);
}

/// A redirect costs the probe another turn; requests that wait for its result must not block it.
#[tokio::test]
async fn a_redirected_probe_gets_its_turn() {
    let head = Arc::new(Notify::new());
    let rung = Arc::clone(&head);
    let server = Server::start(move |asked| match (asked.number, asked.target.as_str()) {
        (0..3, _) => response(500, &[], ""),
        (_, "/probe") => {
            ScriptedResponse::After(Arc::clone(&rung), response_bytes(302, &[("Location", "/there")], b""))
        }
        _ => ok("{}"),
    })
    .await;
    let upstream_config =
        UpstreamConfig { concurrency: 1, redirects: RedirectPolicy::SameHost, ..config("discogs", &server.address()) };
    let upstream = HttpClient::new(&strict_settings()).expect("client").upstream(upstream_config).expect("host");
    fail_once(&upstream).await;
    let [probe, next] = spawn_probe_and_waiter(&server, &upstream).await;
    head.notify_one();
    assert_eq!(probe.await.expect("task").expect("reply").status, 200);
    assert_eq!(next.await.expect("task").expect("reply").status, 200);
    assert_eq!(server.targets()[3..], ["/probe", "/there", "/next"]);
}

#[tokio::test]
async fn an_abandoned_probe_lets_the_next_one_probe() {
    let is_well = Arc::new(AtomicBool::new(false));
    let well = Arc::clone(&is_well);
    let server = Server::start(move |asked| match (well.load(Ordering::SeqCst), asked.target.as_str()) {
        (true, "/abandoned") => ScriptedResponse::ThenHang(Vec::new()),
        (true, _) => ok("{}"),
        (false, _) => response(500, &[], ""),
    })
    .await;
    let upstream = HttpClient::new(&strict_settings())
        .expect("client")
        .upstream(config("discogs", &server.address()))
        .expect("host");
    fail_once(&upstream).await;
    is_well.store(true, Ordering::SeqCst);
    until_half_open(&upstream).await;
    let abandoned = spawn_request(&upstream, "abandoned");
    server.wait_for_requests(4).await;
    abandoned.abort();
    assert!(abandoned.await.is_err());
    assert_eq!(upstream.send(get("next")).await.expect("reply").status, 200);
}

#[tokio::test]
async fn waiting_requests_fail_when_it_opens() {
    let server = Server::start(|_| response(500, &[], "")).await;
    let upstream_config = UpstreamConfig { concurrency: 1, ..config("discogs", &server.address()) };
    let upstream = HttpClient::new(&strict_settings()).expect("client").upstream(upstream_config).expect("host");
    let all = futures::future::join_all((0..20).map(|_| upstream.send(get("a")))).await;
    assert_eq!(server.requests().len(), 3);
    let sent_home = all.iter().filter(|reply| matches!(reply, Err(HttpError::CircuitOpen { .. }))).count();
    assert_eq!(sent_home, 17);
}

#[tokio::test]
async fn a_missing_page_is_not_a_failure() {
    let server = Server::start(|_| response(404, &[], "")).await;
    let upstream = HttpClient::new(&strict_settings())
        .expect("client")
        .upstream(config("discogs", &server.address()))
        .expect("host");
    for _ in 0..10 {
        assert_eq!(upstream.send(get("a")).await.expect("reply").status, 404);
    }
    assert_eq!(upstream.snapshot().circuit, CircuitState::Closed);
}

/// The content of such a request may be the cause, so other requests to the service must not suffer.
#[tokio::test]
async fn isolated_failures_leave_the_circuit_closed() {
    let server = Server::start(|asked| match asked.number % 3 {
        0 => response(503, &[("Retry-After", "0")], ""),
        1 => ScriptedResponse::Bytes(Vec::new()),
        _ => ScriptedResponse::ThenHang(Vec::new()),
    })
    .await;
    let settings = Settings { retries: 5, attempt_timeout: Duration::from_millis(200), ..strict_settings() };
    let upstream =
        HttpClient::new(&settings).expect("client").upstream(config("ebay", &server.address())).expect("host");
    for _ in 0..3 {
        assert_eq!(upstream.send(get("a").isolate_failures()).await.expect("reply").status, 503);
        for _ in 0..2 {
            upstream.send(get("a").isolate_failures()).await.expect_err("no reply");
        }
    }
    assert_eq!(upstream.snapshot().circuit, CircuitState::Closed);
    assert_eq!(server.requests().len(), 9, "none is retried");
}

/// A service that asks for a pause gets it, whatever the cause of its failure is.
#[tokio::test]
async fn an_isolated_failure_with_retry_after_pauses_the_queue() {
    let server = Server::start(|asked| match asked.number {
        0 => response(503, &[("Retry-After", "1")], ""),
        _ => ok("{}"),
    })
    .await;
    let upstream = upstream_at(&server, &settings());
    assert_eq!(upstream.send(get("a").isolate_failures()).await.expect("reply").status, 503);
    assert!(upstream.snapshot().paused_until.is_some());
    upstream.send(get("b")).await.expect("reply");
    let asked = server.requests();
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(990), "{:?}", asked[1].at - asked[0].at);
}
