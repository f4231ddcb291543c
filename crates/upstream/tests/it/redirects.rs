//! Redirects on real sockets; the table of allowed ways stands beside the code.

use std::time::Duration;

use secrecy::SecretString;
use upstream::{HttpClient, HttpError, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};

use super::{ask, rules, settings};
use testing::http_server::{Say, Server, answer, ok};

fn host(server: &Server, redirects: RedirectPolicy) -> UpstreamClient {
    let rules = UpstreamConfig { redirects, ..rules("coverartarchive", &server.address()) };
    HttpClient::new(&settings()).expect("client").upstream(rules).expect("host")
}

fn to(location: &str) -> Say {
    answer(307, &[("Location", location)], "moved")
}

fn with_key(path: &str) -> UpstreamRequest {
    ask(path).secret_header("Authorization", SecretString::from("Discogs token=t0ps3cret"))
}

#[tokio::test]
async fn the_way_of_the_cover_art_archive_and_no_key_on_it() {
    let archive = Server::start(|asked| match asked.target.as_str() {
        "/download/index.json" => answer(302, &[("Location", "/items/index.json")], ""),
        _ => ok(r#"{"images":[]}"#),
    })
    .await;
    let location = format!("http://localhost:{}/download/index.json", archive.port());
    let server = Server::start(move |_| to(&location)).await;
    let reply =
        host(&server, RedirectPolicy::Domains(&["archive.org"])).send(with_key("release")).await.expect("reply");
    assert_eq!(reply.url.path(), "/items/index.json");
    assert_eq!(archive.targets(), ["/download/index.json", "/items/index.json"]);
    assert_eq!(server.asked()[0].header("authorization"), Some("Discogs token=t0ps3cret"));
    for asked in archive.asked() {
        assert_eq!(asked.header("authorization"), None, "{}", asked.head);
        assert!(!asked.head.contains("t0ps3cret"), "{}", asked.head);
    }
}

#[tokio::test]
async fn within_the_host_the_key_goes_along() {
    let server = Server::start(|asked| if asked.number == 0 { to("/new?fmt=json") } else { ok("{}") }).await;
    let reply = host(&server, RedirectPolicy::SameHost).send(with_key("old")).await.expect("reply");
    assert_eq!(reply.url.query(), Some("fmt=json"));
    assert_eq!(server.asked()[1].header("authorization"), Some("Discogs token=t0ps3cret"));
}

#[tokio::test]
async fn a_redirect_within_the_host_takes_a_turn_of_its_own() {
    let server = Server::start(|asked| if asked.number == 0 { to("/new") } else { ok("{}") }).await;
    let rate = Some(Rate { period: Duration::from_hours(1), burst: 1 });
    let rules = UpstreamConfig {
        redirects: RedirectPolicy::SameHost,
        rate,
        concurrency: 1,
        ..rules("musicbrainz", &server.address())
    };
    let upstream = HttpClient::new(&settings()).expect("client").upstream(rules).expect("host");
    assert!(tokio::time::timeout(Duration::from_millis(200), upstream.send(ask("old"))).await.is_err());
    assert_eq!(server.asked().len(), 1, "the second turn comes in an hour");
}

#[tokio::test]
async fn ways_that_lead_astray_are_not_gone() {
    let away = Server::start(|_| to("https://example.org/x?token=t0ps3cret")).await;
    for redirects in [RedirectPolicy::None, RedirectPolicy::SameHost, RedirectPolicy::Domains(&["archive.org"])] {
        let error = host(&away, redirects).send(ask("a")).await.expect_err("astray");
        assert!(matches!(error, HttpError::Redirect { .. }) && !error.is_transient(), "{error:?}");
        assert!(error.to_string().contains("https://example.org/x"), "{error}");
        assert!(!error.to_string().contains("t0ps3cret"), "{error}");
    }
    assert_eq!(away.asked().len(), 3, "such a way is not tried twice");
    let nowhere = Server::start(|_| answer(302, &[], "")).await;
    let error = host(&nowhere, RedirectPolicy::SameHost).send(ask("a")).await.expect_err("nowhere");
    assert!(matches!(error, HttpError::Redirect { .. }), "{error:?}");
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::start(|_| to("/a")).await;
    let error = host(&server, RedirectPolicy::SameHost).send(ask("a")).await.expect_err("a circle");
    assert!(error.to_string().contains("too many redirects"), "{error}");
    assert_eq!(server.asked().len(), 6, "five redirects after the first request");
}
