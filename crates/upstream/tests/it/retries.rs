//! Which requests are retried, and when.

use std::time::{Duration, SystemTime};

use futures::future::join;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use upstream::{HttpClient, HttpError, RedirectPolicy, Settings, UpstreamConfig};

use super::{config, get, settings, upstream_at};
use testing::http_server::{ScriptedResponse, Server, ok, response};

#[tokio::test]
async fn retry_after_in_seconds_pauses_the_whole_queue() {
    let server = Server::start(|asked| match asked.number {
        0 => response(503, &[("Retry-After", "1")], r#"{"error":"Slow down."}"#),
        _ => ok("{}"),
    })
    .await;
    let upstream = upstream_at(&server, &settings());
    let later = async {
        server.wait_for_requests(1).await;
        while upstream.snapshot().paused_until.is_none() {
            tokio::task::yield_now().await;
        }
        upstream.send(get("other")).await
    };
    let (first, other) = join(upstream.send(get("first")), later).await;
    assert!(first.is_ok() && other.is_ok());
    let asked = server.requests();
    assert_eq!(asked.len(), 3);
    for asked_later in &asked[1..] {
        let gap = asked_later.at - asked[0].at;
        assert!(gap >= Duration::from_millis(990), "{} came after {gap:?}", asked_later.target);
    }
    assert_eq!(upstream.snapshot().paused_until, None);
}

#[tokio::test]
async fn retry_after_as_a_date_uses_the_clock_of_the_service() {
    // The service's clock is an hour behind this machine's clock.
    let its_now = SystemTime::now() - Duration::from_hours(1);
    let (date, retry) = (httpdate::fmt_http_date(its_now), httpdate::fmt_http_date(its_now + Duration::from_secs(1)));
    let server = Server::start(move |asked| match asked.number {
        0 => response(429, &[("Date", &date), ("Retry-After", &retry)], ""),
        _ => ok("{}"),
    })
    .await;
    upstream_at(&server, &settings()).send(get("a")).await.expect("reply");
    let asked = server.requests();
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(990), "{:?}", asked[1].at - asked[0].at);
}

#[tokio::test]
async fn a_delay_beyond_the_deadline_fails_at_once() {
    let server = Server::start(|_| response(429, &[("Retry-After", "120")], r#"{"message":"Too quick."}"#)).await;
    let upstream = upstream_at(&server, &settings());
    let error = upstream.send(get("a")).await.expect_err("the request fails");
    let HttpError::Status { status: 429, message, retry_at: Some(again) } = &error else { panic!("{error:?}") };
    assert_eq!(message, "Too quick.");
    let wait = again.duration_since(Timestamp::now());
    assert!(wait > SignedDuration::from_secs(60) && wait <= SignedDuration::from_secs(120), "{wait:?}");
    assert!(error.is_transient() && error.to_string().contains("retry at"), "{error}");
    assert!(upstream.snapshot().paused_until.is_some());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_pause_of_an_hour_opens_the_circuit() {
    let server = Server::start(|_| response(503, &[("Retry-After", "3600")], "")).await;
    let upstream = upstream_at(&server, &settings());
    assert!(matches!(upstream.send(get("a")).await, Err(HttpError::Status { status: 503, .. })));
    let Err(HttpError::CircuitOpen { until, .. }) = upstream.send(get("b")).await else {
        panic!("the circuit should be open")
    };
    assert!(until.duration_since(Timestamp::now()) > SignedDuration::from_mins(30));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn failing_services_are_retried_and_their_message_is_reported() {
    let server = Server::start(|_| {
        response(500, &[], r#"{"message":"Query time exceeded for token t0ps3cret.\u001b[31m Try a simpler query."}"#)
    })
    .await;
    let request = get("search").secret_header("Authorization", SecretString::from("Discogs token=t0ps3cret"));
    let error = upstream_at(&server, &settings()).send(request).await.expect_err("sick");
    assert_eq!(error.to_string(), "status 500: Query time exceeded for token (secret). [31m Try a simpler query.");
    assert_eq!(server.requests().len(), 3, "the first attempt and two retries");
}

#[tokio::test]
async fn client_errors_are_responses_and_not_retried() {
    for status in [400, 401, 403, 404, 422] {
        let server = Server::start(move |_| response(status, &[], r#"{"error":"no"}"#)).await;
        let reply = upstream_at(&server, &settings()).send(get("a")).await.expect("a reply");
        assert_eq!((reply.status, reply.message().as_str()), (status, "no"));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_throttle_status_of_the_service_is_retried() {
    let server = Server::start(|asked| if asked.number == 0 { response(403, &[], "") } else { ok("{}") }).await;
    let upstream_config = UpstreamConfig {
        throttle_statuses: &[403, 429],
        redirects: RedirectPolicy::SameHost,
        ..config("itunes", &server.address())
    };
    let upstream = HttpClient::new(&settings()).expect("client").upstream(upstream_config).expect("host");
    assert_eq!(upstream.send(get("lookup")).await.expect("reply").status, 200);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_server_that_hangs_or_drips_times_out() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".to_owned();
    for drips in [false, true] {
        let head = head.clone();
        let server = Server::start(move |_| {
            if drips {
                ScriptedResponse::Drip { head: head.clone(), every: Duration::from_millis(20) }
            } else {
                ScriptedResponse::ThenHang(Vec::new())
            }
        })
        .await;
        let settings = Settings { attempt_timeout: Duration::from_millis(200), retries: 1, ..settings() };
        let error = upstream_at(&server, &settings).send(get("a")).await.expect_err("too slow");
        assert_eq!(error, HttpError::Timeout { after: Duration::from_millis(200) });
        assert!(error.is_transient());
        assert_eq!(server.requests().len(), 2, "drips: {drips}");
    }
}

#[tokio::test]
async fn the_total_deadline_ends_all_attempts() {
    let server = Server::start(|_| ScriptedResponse::ThenHang(Vec::new())).await;
    let settings = Settings {
        attempt_timeout: Duration::from_millis(150),
        total_timeout: Duration::from_millis(400),
        retries: 1000,
        ..settings()
    };
    let error = upstream_at(&server, &settings).send(get("a")).await.expect_err("too slow");
    assert!(matches!(error, HttpError::Timeout { .. }), "{error:?}");
    assert!(server.requests().len() <= 4, "{} tries", server.requests().len());
}

#[tokio::test]
async fn an_interrupted_response_is_retried() {
    let server = Server::start(|asked| match asked.number {
        0 => ScriptedResponse::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":".to_vec()),
        1 => ScriptedResponse::Bytes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"hal\r\n".to_vec()),
        _ => ok("{}"),
    })
    .await;
    assert_eq!(upstream_at(&server, &settings()).send(get("a")).await.expect("reply").body, "{}");
    assert_eq!(server.requests().len(), 3);
    let settings = Settings { retries: 0, ..settings() };
    let server = Server::start(|_| ScriptedResponse::Bytes(Vec::new())).await;
    let error = upstream_at(&server, &settings).send(get("a")).await.expect_err("no response at all");
    assert!(matches!(error, HttpError::Interrupted { .. }) && error.is_transient(), "{error:?}");
}
