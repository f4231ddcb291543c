//! The event stream: from any sequence number, across reconnects, to the end of the job.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::time::timeout;

use super::test_server::{LIST, TIMEOUT, TestServer};

/// An event as the client receives it.
#[derive(Clone, Debug, PartialEq)]
struct ReceivedEvent {
    id: u64,
    name: String,
    data: Value,
}

/// Parses the events of a text, without comments.
fn events(text: &str) -> Vec<ReceivedEvent> {
    let blocks = text.split("\n\n").filter(|block| block.starts_with("id: "));
    blocks
        .map(|block| {
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
            let data = serde_json::from_str(&field("data: ")).unwrap();
            ReceivedEvent { id: field("id: ").parse().unwrap(), name: field("event: "), data }
        })
        .collect()
}

/// Reads until this many events have arrived or the stream ends.
async fn read(mut response: reqwest::Response, enough: usize) -> Vec<ReceivedEvent> {
    let (mut bytes, mut seen) = (Vec::new(), Vec::new());
    while seen.len() < enough {
        let Some(chunk) = timeout(TIMEOUT, response.chunk()).await.unwrap().unwrap() else { break };
        bytes.extend_from_slice(&chunk);
        // Do not count an incomplete event.
        let Some(end) = bytes.windows(2).rposition(|pair| pair == b"\n\n") else { continue };
        let whole: Vec<u8> = bytes.drain(..end + 2).collect();
        seen.extend(events(std::str::from_utf8(&whole).unwrap()));
    }
    seen
}

async fn stream(server: &TestServer, path: &str) -> reqwest::Response {
    let response = server.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnecting_client_misses_no_event() {
    let server = TestServer::with_synthetic(40, Duration::from_millis(20)).await;
    let job = server.create_job(LIST).await;
    let path = format!("/api/batch/jobs/{job}/events");
    // Disconnects repeatedly, and sends the last event ID each time.
    let mut seen: Vec<ReceivedEvent> = Vec::new();
    loop {
        let last = seen.last().map_or(0, |event| event.id);
        let request = server.request(Method::GET, &format!("{path}?after=1000000"));
        let response = request.header("last-event-id", last.to_string()).send().await.unwrap();
        if response.status() == 204 {
            break;
        }
        seen.extend(read(response, 17).await);
    }
    assert!(seen.windows(2).all(|pair| pair[0].id < pair[1].id), "each event once and in order");
    assert_eq!((seen[0].name.as_str(), seen.last().unwrap().name.as_str()), ("ordered", "finished"));
    assert_eq!(seen.iter().filter(|event| event.data["step"] == "done").count(), 40);
    assert!(seen.iter().all(|event| event.data["job"] == job.as_str() && event.data["seq"] == event.id));
    assert!(seen.iter().all(|event| event.data["event"] == event.name.as_str()));

    // Read the second half in a single request.
    let middle = seen.len() / 2;
    let rest = events(&server.get(&format!("{path}?after={}", seen[middle - 1].id)).await.text);
    assert_eq!(rest, seen[middle..]);
    assert_eq!(server.get(&format!("{path}?after={}", seen.last().unwrap().id)).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_stream_omits_only_fields_that_no_row_shows() {
    let server = TestServer::open().await;
    server.put("boxes/1.txt", b"720642442524\n720642462928\n093624896326\n");
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    let path = format!("/api/batch/jobs/{job}/events");
    let rows = server.get(&path).await.text;
    let whole = server.get(&format!("{path}?part=whole")).await.text;
    assert!(rows.len() * 2 < whole.len(), "{} and {}", rows.len(), whole.len());
    let (rows, whole) = (events(&rows), events(&whole));
    assert_eq!(rows.len(), whole.len());
    let [of_rows, of_whole] = [&rows, &whole].map(|events| {
        let mut projection = domain::job_projection::JobProjection::new(job.parse().unwrap());
        for event in events {
            projection.apply_event(&serde_json::from_value(event.data.clone()).unwrap()).unwrap();
        }
        projection
    });
    assert!(of_rows.items().iter().all(|item| item.artist.is_some()), "the first of several candidates is shown");
    assert_eq!(of_rows, of_whole, "the same table");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_all_jobs_continues_after_a_job_ends() {
    let server = TestServer::open().await;
    let all = stream(&server, "/api/events").await;
    let reading = tokio::spawn(read(all, 40));
    let mut jobs = Vec::new();
    for _ in 0..6 {
        let job = server.create_job(LIST).await;
        server.until(&job, "completed").await;
        jobs.push(job);
    }
    let seen = timeout(TIMEOUT, reading).await.unwrap().unwrap();
    assert!(seen.len() >= 40 && seen.iter().zip(1..).all(|(event, number)| event.id == number), "no gaps");
    let ended = seen.iter().filter(|event| event.name == "finished");
    assert!(ended.count() >= 2, "the stream continues after the end of a job");
}

/// A pause does not end the stream: the client stays connected and sees the job resume.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_stays_open_during_a_pause() {
    let server = TestServer::with_synthetic(60, Duration::from_millis(40)).await;
    let job = server.create_job(LIST).await;
    let of_job = stream(&server, &format!("/api/batch/jobs/{job}/events")).await;
    let reading = tokio::spawn(read(of_job, usize::MAX));
    server.wait_for(&job, |job| job["total_upcs"].is_u64()).await;
    server.action(&job, "pause").await.is(200);
    server.action(&job, "resume").await.is(200);
    server.until(&job, "completed").await;
    let seen = timeout(TIMEOUT, reading).await.unwrap().unwrap();
    let names: Vec<_> = seen.iter().map(|event| event.name.as_str()).filter(|name| *name != "item").collect();
    assert!(names.contains(&"paused") && names.last() == Some(&"finished"), "{names:?}");
}

/// Each client needs a connection and reads from the journal, so their number is limited. Other requests are not
/// affected.
#[tokio::test(flavor = "multi_thread")]
async fn clients_above_the_limit_are_rejected_until_one_disconnects() {
    const LIMIT: usize = 128;
    let server = TestServer::open().await;
    let mut open = Vec::new();
    for _ in 0..LIMIT {
        open.push(stream(&server, "/api/events").await);
    }
    let refused = server.get("/api/events").await;
    assert_eq!(refused.status, 503);
    let error: Value = serde_json::from_str(&refused.text).unwrap();
    assert_eq!(error["error"], "UNAVAILABLE");
    assert!(error["detail"].as_str().unwrap().contains("128 event streams are open"), "{error}");
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    drop(open.pop());
    let has_room = async {
        while server.request(Method::GET, "/api/events").send().await.unwrap().status() == 503 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(TIMEOUT, has_room).await.expect("a disconnected client frees its place");
}
