//! Allowed addresses, the content of requests, and a machine without CA certificates.

use std::process::Command;

use secrecy::SecretString;
use upstream::{HttpClient, HttpError, Settings, UpstreamRequest};
use url::Url;

use super::{config, get, settings, upstream_at};
use testing::http_server::{Server, ok};

#[tokio::test]
async fn path_query_and_headers_arrive_unchanged() {
    let server = Server::start(|_| ok("{}")).await;
    let settings = Settings { user_agent: "DraftMaker/0.1 ( shop@example.org )".to_owned(), ..settings() };
    let request = UpstreamRequest::for_path(["release", "a/b c"])
        .query("query", "barcode:(720642442524 OR 0720642442524)")
        .query("fmt", "json")
        .secret_header("Authorization", SecretString::from("Discogs token=t0ps3cret"));
    let reply = upstream_at(&server, &settings).send(request).await.expect("reply");
    assert_eq!((reply.status, reply.body.as_ref(), reply.truncated), (200, &b"{}"[..], false));
    let asked = &server.requests()[0];
    assert_eq!(asked.target, "/release/a%2Fb%20c?query=barcode%3A%28720642442524+OR+0720642442524%29&fmt=json");
    assert_eq!(asked.header("user-agent"), Some("DraftMaker/0.1 ( shop@example.org )"));
    assert_eq!(asked.header("authorization"), Some("Discogs token=t0ps3cret"));
    assert!(asked.header("accept-encoding").is_some_and(|accepted| accepted.contains("gzip")));
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_only() {
    let http = HttpClient::new(&settings()).expect("client");
    let error = http.upstream(config("musicbrainz", "http://musicbrainz.org/ws/2")).expect_err("refused");
    assert!(matches!(error, HttpError::InvalidAddress { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("http://musicbrainz.org/ws/2") && text.contains("write https"), "{text}");
    assert!(!error.is_transient());
    assert!(http.upstream(config("musicbrainz", "http://localhost:1/ws/2")).is_ok());
}

#[tokio::test]
async fn a_whole_address_is_requested_only_if_allowed() {
    let server = Server::start(|_| ok("picture")).await;
    let upstream = upstream_at(&server, &settings());
    let near = Url::parse(&format!("{}/cover.jpg?size=500", server.address())).expect("address");
    assert_eq!(upstream.send(UpstreamRequest::for_url(near)).await.expect("reply").body, "picture");
    assert_eq!(server.targets(), ["/cover.jpg?size=500"]);
    let far = Url::parse("https://example.org/cover.jpg?token=t0ps3cret").expect("address");
    let error = upstream.send(UpstreamRequest::for_url(far)).await.expect_err("refused");
    assert!(matches!(error, HttpError::Redirect { .. }), "{error:?}");
    assert!(!error.to_string().contains("t0ps3cret"), "{error}");
}

#[tokio::test]
async fn no_connection_is_reported_without_the_query() {
    let gone = {
        let server = Server::start(|_| ok("")).await;
        server.address()
    };
    // The listener closes with its task, which ends a moment later.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let upstream = HttpClient::new(&settings()).expect("client").upstream(config("discogs", &gone)).expect("host");
    let error = upstream.send(get("release").query("token", "t0ps3cret")).await.expect_err("no server is listening");
    assert!(matches!(error, HttpError::Connect { .. }), "{error:?}");
    assert!(error.is_transient() && error.to_string().contains("refused"), "{error}");
    assert!(!format!("{error} {error:?}").contains("t0ps3cret"), "{error:?}");
    assert_eq!(upstream.snapshot().requests, 3, "the first attempt and two retries");
}

#[tokio::test]
async fn invalid_settings_are_reported() {
    for (bad, key) in [
        (Settings { user_agent: "  ".to_owned(), ..settings() }, "user_agent"),
        (Settings { user_agent: "a\nb".to_owned(), ..settings() }, "user_agent"),
        (Settings { backoff_from: std::time::Duration::from_mins(1), ..settings() }, "backoff_to_s"),
        (Settings { failures_to_open: 0, ..settings() }, "failures_to_open"),
    ] {
        let error = HttpClient::new(&bad).err().expect("refused").to_string();
        assert!(error.contains(key), "{error}");
    }
}

/// The environment of a process cannot be changed safely, so this test runs itself in a child process.
#[tokio::test]
async fn a_machine_without_certificates_reaches_loopback_and_reports_the_problem() {
    const INSIDE: &str = "DRAFT_MAKER_TEST_WITHOUT_CERTIFICATES";
    if std::env::var_os(INSIDE).is_none() {
        let own_name = "setup::a_machine_without_certificates_reaches_loopback_and_reports_the_problem";
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", own_name, "--nocapture"])
            .env(INSIDE, "1")
            .env("SSL_CERT_FILE", "/nonexistent/certificates.pem")
            .env_remove("SSL_CERT_DIR")
            .output()
            .expect("this program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let server = Server::start(|_| ok("{}")).await;
    let http = HttpClient::new(&settings()).expect("a client without certificates");
    let upstream = http.upstream(config("deezer", &server.address())).expect("loopback");
    assert_eq!(upstream.send(get("album")).await.expect("reply").status, 200);
    let error = http.upstream(config("discogs", "https://api.discogs.com")).expect_err("https cannot work");
    assert!(error.to_string().contains("ca-certificates"), "{error}");
}
