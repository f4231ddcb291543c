//! Downloads of dumps from servers that break off, change the file, or ask to wait.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use testing::http_server::{ReceivedRequest, ScriptedResponse, Server, ok, response, response_bytes};

const STAMP: &str = "20261104-001001";

/// Returns a dump of 100 releases with this title. Dumps of titles of the same length have the same length.
fn dump(title: &str) -> String {
    let mut lines = String::new();
    for number in 0..100 {
        let id = format!("20b2dd9a-cee1-4767-8bc1-{number:012}");
        let _ = writeln!(lines, r#"{{"id":"{id}","title":"{title}","barcode":"724383147823","media":[]}}"#);
    }
    lines
}

/// Starts a server with the checksum of `content`; `releases` responds to requests for the dump.
async fn start_server(
    content: String,
    releases: impl Fn(&ReceivedRequest) -> ScriptedResponse + Send + Sync + 'static,
) -> Server {
    Server::start(move |request| match request.target.rsplit('/').next() {
        Some("LATEST") => ok(STAMP),
        Some("SHA256SUMS") => ok(&format!("{} *release.tar.xz\n", hex::encode(Sha256::digest(&content)))),
        _ => releases(request),
    })
    .await
}

/// Responds with the beginning of the file, and closes the connection.
fn half_of(content: &str, version: &str) -> ScriptedResponse {
    let mut bytes = response_bytes(200, &[("ETag", version)], content.as_bytes());
    bytes.truncate(bytes.len() - content.len() / 2);
    ScriptedResponse::Bytes(bytes)
}

/// Responds with the rest of the file to any range.
fn rest_of(content: &str, version: &str, request: &ReceivedRequest) -> ScriptedResponse {
    let start = request.header("range").map(|range| range.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap());
    let Some(start) = start else { return response(200, &[("ETag", version)], content) };
    let range = format!("bytes {start}-{}/{}", content.len() - 1, content.len());
    response(206, &[("ETag", version), ("Content-Range", &range)], &content[start..])
}

fn update(server: &Server, home: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.env_clear().env("HOME", home).current_dir(home).stdin(Stdio::null());
    command.args(["--data-dir", "data", "catalog", "update", "--download", "musicbrainz"]);
    command.env("DRAFT_MAKER__CATALOG__MUSICBRAINZ_DUMPS", server.address());
    for (name, value) in [("BACKOFF_FROM", "0.01"), ("ATTEMPT_TIMEOUT", "1"), ("TOTAL_TIMEOUT", "1")] {
        command.env(format!("DRAFT_MAKER__HTTP__{name}_S"), value);
    }
    let Output { status, stdout, stderr } = tokio::task::block_in_place(|| command.output()).unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

/// Returns the received requests for the dump.
fn requests_for_dump(server: &Server) -> Vec<ReceivedRequest> {
    server.requests().into_iter().filter(|request| request.target.ends_with("release.tar.xz")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_after_its_beginning_was_received_is_downloaded_from_the_start() {
    let (old, new) = (dump("Bleach"), dump("Pablum"));
    for is_condition_known in [true, false] {
        let home = TempDir::new().unwrap();
        let content = old.clone();
        let server = start_server(old.clone(), move |request| match request.header("range") {
            None => half_of(&content, "\"1\""),
            Some(_) => response(403, &[], ""),
        })
        .await;
        let (code, text) = update(&server, home.path());
        assert!(code == Some(1) && text.contains("403"), "{text}");
        let content = new.clone();
        let server = start_server(new.clone(), move |request| match request.header("if-range") {
            Some("\"1\"") if is_condition_known => response(200, &[("ETag", "\"2\"")], &content),
            _ => rest_of(&content, "\"2\"", request),
        })
        .await;
        let (code, text) = update(&server, home.path());
        assert!(code == Some(0) && text.contains("checksum file     confirmed"), "{text}");
        let requests = requests_for_dump(&server);
        assert_eq!(requests[0].header("if-range"), Some("\"1\""));
        assert_eq!(requests.len(), if is_condition_known { 1 } else { 2 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_file_is_resumed_under_its_time_of_change_if_it_has_no_strong_tag() {
    let (home, content) = (TempDir::new().unwrap(), dump("Bleach"));
    let changed = "Sun, 01 Nov 2026 00:10:01 GMT";
    let whole = content.clone();
    let server = start_server(content, move |request| {
        let headers = [("ETag", "W/\"1\""), ("Last-Modified", changed)];
        let Some(range) = request.header("range") else {
            let bytes = response_bytes(200, &headers, whole.as_bytes());
            return ScriptedResponse::Bytes(bytes[..bytes.len() - whole.len() / 2].to_vec());
        };
        let start: usize = range.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        let range = format!("bytes {start}-{}/{}", whole.len() - 1, whole.len());
        response(206, &[headers[0], headers[1], ("Content-Range", &range)], &whole[start..])
    })
    .await;
    let (code, text) = update(&server, home.path());
    assert!(code == Some(0) && text.contains("checksum file     confirmed"), "{text}");
    let requests = requests_for_dump(&server);
    assert_eq!((requests.len(), requests[1].header("if-range")), (2, Some(changed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_sends_the_rest_is_not_asked_without_end() {
    let (home, content) = (TempDir::new().unwrap(), dump("Bleach"));
    let whole = content.clone();
    let server = start_server(content, move |request| match request.header("range") {
        None => half_of(&whole, "\"1\""),
        Some(_) => response(416, &[], ""),
    })
    .await;
    let (code, text) = update(&server, home.path());
    assert!(code == Some(1) && text.contains("its end is missing"), "{text}");
    let requests = requests_for_dump(&server);
    assert!(requests.len() <= 8, "{} requests", requests.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_wait_that_the_server_asks_for_is_announced_and_a_very_long_one_ends_the_download() {
    let (home, content) = (TempDir::new().unwrap(), dump("Bleach"));
    let wait =
        |seconds: &'static str| move |_: &ReceivedRequest| response(429, &[("Retry-After", seconds)], "slow down");
    let server = start_server(content.clone(), wait("3600")).await;
    let (code, text) = update(&server, home.path());
    assert_eq!(code, Some(1), "{text}");
    for words in ["127.0.0.1 asks to wait until ", "fix: run the command again then; it resumes the download"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(requests_for_dump(&server).len(), 1);
    let (whole, busy) = (content.clone(), wait("3"));
    let first = std::sync::atomic::AtomicBool::new(true);
    let server = start_server(content, move |request| {
        if first.swap(false, std::sync::atomic::Ordering::Relaxed) { busy(request) } else { ok(&whole) }
    })
    .await;
    let (code, text) = update(&server, home.path());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("after Ctrl-C, the next run resumes the download"), "{text}");
}
