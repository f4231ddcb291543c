//! Redirects on real sockets. Unit tests cover the allowed addresses.

use std::time::Duration;

use secrecy::SecretString;
use upstream::{HttpClient, HttpError, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

use super::{config, get, settings};
use testing::http_server::{ScriptedResponse, Server, ok, response};

fn host(server: &Server, redirects: RedirectPolicy) -> UpstreamClient {
    let upstream_config = UpstreamConfig { redirects, ..config("coverartarchive", &server.address()) };
    HttpClient::new(&settings()).expect("client").upstream(upstream_config).expect("host")
}

fn to(location: &str) -> ScriptedResponse {
    response(307, &[("Location", location)], "moved")
}

fn get_with_key(path: &str) -> UpstreamRequest {
    get(path).secret_header("Authorization", SecretString::from("Discogs token=t0ps3cret"))
}

#[tokio::test]
async fn the_cover_art_archive_redirects_twice_and_gets_no_key() {
    let archive = Server::start(|asked| match asked.target.as_str() {
        "/download/index.json" => response(302, &[("Location", "/items/index.json")], ""),
        _ => ok(r#"{"images":[]}"#),
    })
    .await;
    let location = format!("http://localhost:{}/download/index.json", archive.port());
    let server = Server::start(move |_| to(&location)).await;
    let reply =
        host(&server, RedirectPolicy::Domains(&["archive.org"])).send(get_with_key("release")).await.expect("reply");
    assert_eq!(reply.url.path(), "/items/index.json");
    assert_eq!(archive.targets(), ["/download/index.json", "/items/index.json"]);
    assert_eq!(server.requests()[0].header("authorization"), Some("Discogs token=t0ps3cret"));
    for asked in archive.requests() {
        assert_eq!(asked.header("authorization"), None, "{}", asked.head);
        assert!(!asked.head.contains("t0ps3cret"), "{}", asked.head);
    }
}

#[tokio::test]
async fn a_redirect_within_the_host_keeps_the_key() {
    let server = Server::start(|asked| if asked.number == 0 { to("/new?fmt=json") } else { ok("{}") }).await;
    let reply = host(&server, RedirectPolicy::SameHost).send(get_with_key("old")).await.expect("reply");
    assert_eq!(reply.url.query(), Some("fmt=json"));
    assert_eq!(server.requests()[1].header("authorization"), Some("Discogs token=t0ps3cret"));
}

#[tokio::test]
async fn a_redirect_within_the_host_takes_another_turn() {
    let server = Server::start(|asked| if asked.number == 0 { to("/new") } else { ok("{}") }).await;
    let rate = Some(Rate { period: Duration::from_hours(1), burst: 1 });
    let upstream_config = UpstreamConfig {
        redirects: RedirectPolicy::SameHost,
        rate,
        concurrency: 1,
        ..config("musicbrainz", &server.address())
    };
    let upstream = HttpClient::new(&settings()).expect("client").upstream(upstream_config).expect("host");
    assert!(tokio::time::timeout(Duration::from_millis(200), upstream.send(get("old"))).await.is_err());
    assert_eq!(server.requests().len(), 1, "the second turn is in an hour");
}

#[tokio::test]
async fn redirects_elsewhere_are_not_followed() {
    let away = Server::start(|_| to("https://example.org/x?token=t0ps3cret")).await;
    for redirects in [RedirectPolicy::None, RedirectPolicy::SameHost, RedirectPolicy::Domains(&["archive.org"])] {
        let error = host(&away, redirects).send(get("a")).await.expect_err("redirects elsewhere");
        assert!(matches!(error, HttpError::Redirect { .. }) && !error.is_transient(), "{error:?}");
        assert!(error.to_string().contains("https://example.org/x"), "{error}");
        assert!(!error.to_string().contains("t0ps3cret"), "{error}");
    }
    assert_eq!(away.requests().len(), 3, "such a redirect is not retried");
    let nowhere = Server::start(|_| response(302, &[], "")).await;
    let error = host(&nowhere, RedirectPolicy::SameHost).send(get("a")).await.expect_err("nowhere");
    assert!(matches!(error, HttpError::Redirect { .. }), "{error:?}");
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let server = Server::start(|_| to("/a")).await;
    let error = host(&server, RedirectPolicy::SameHost).send(get("a")).await.expect_err("a loop");
    assert!(error.to_string().contains("too many redirects"), "{error}");
    assert_eq!(server.requests().len(), 6, "five redirects after the first request");
}

/// A write is not repeated elsewhere: it would arrive without its body, or be executed twice.
#[tokio::test]
async fn a_write_is_not_redirected() {
    let server = Server::start(|asked| if asked.number == 0 { to("/new") } else { ok("{}") }).await;
    let error = host(&server, RedirectPolicy::SameHost).send(get_with_key("old").post()).await.expect_err("a redirect");
    assert!(matches!(error, HttpError::Redirect { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}
