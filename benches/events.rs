//! A hundred clients read the event stream of a large batch from beginning to end. Measures time and memory, and checks
//! that each client received every event.
//!
//! ```text
//! cargo bench --bench events               100 readers, 10,000 items
//! cargo bench --bench events -- 50 500     50 readers, 500 items
//! ```
//!
//! The service runs as a separate process over the sandbox without limits; the clients are plain sockets in this
//! process. The bench fails if it takes longer than [`TIMEOUT`], or if the service needs more memory than [`MAX_SERVICE_KB`].

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at the first surprise")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use sandbox::{Sandbox, SandboxOptions};
use testing::process::{peak_kilobytes, processor_time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Number of clients. The service allows 128.
const READERS: usize = 100;
const ITEMS: usize = 10_000;

/// Time limit for the whole batch with all its clients, on a machine with two busy cores.
const TIMEOUT: Duration = Duration::from_mins(20);

/// Maximum resident memory of the service, in kB: the batch, and some hundred kB for each client.
const MAX_SERVICE_KB: u64 = 500_000;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let readers = numbers.first().copied().unwrap_or(READERS);
    let items = numbers.get(1).copied().unwrap_or(ITEMS);
    open_files();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    // Created inside the runtime, because it uses the runtime's timer.
    runtime.block_on(async { tokio::time::timeout(TIMEOUT, bench(readers, items)).await.expect("it takes too long") });
}

/// Raises the limit of open files. Each client is an open file here and another one in the service, which inherits the
/// limit.
fn open_files() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("a higher limit");
}

async fn bench(readers: usize, items: usize) {
    let sandbox = Sandbox::start(SandboxOptions {
        enforce_limits: false,
        synthetic_releases: items,
        ..SandboxOptions::default()
    })
    .await
    .expect("sandbox");
    let list = sandbox.synthetic_upcs().iter().fold(String::new(), |list, upc| list + &upc.to_string() + "\n");
    sandbox.put_object("draft-maker-bucket", "large.txt", list.as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let (mut service, address) = serve(&sandbox, folder.path());
    let began = Instant::now();
    let mut reading = JoinSet::new();
    for _ in 0..readers {
        reading.spawn(read(address.clone()));
    }
    order(&address).await;
    let (mut events, mut bytes) = (Vec::new(), 0);
    while let Some(read) = reading.join_next().await {
        let read = read.expect("a reader");
        events.push(read.events);
        bytes += read.bytes;
    }
    let took = began.elapsed();
    assert!(events.iter().all(|each| *each == events[0]), "some clients missed events");
    assert!(events[0] > items, "the stream ended too early");
    println!("{readers} readers over a batch of {items} items: {:.1} s", took.as_secs_f64());
    println!("events for each      {:>10}", events[0]);
    println!("sent in all          {:>10} MB, {} MB a second", bytes / 1_000_000, per_second(bytes, took));
    let (peak, cpu) = (peak_kilobytes(service.id()), processor_time(service.id()).as_secs_f64());
    println!("memory of the service{peak:>10} kB at most");
    println!("its processor time   {cpu:>10.1} s");
    service.kill().expect("ended");
    service.wait().expect("ended");
    assert!(peak < MAX_SERVICE_KB, "the service used too much memory");
}

fn per_second(bytes: u64, took: Duration) -> u64 {
    bytes / 1_000_000 / took.as_secs().max(1)
}

fn serve(sandbox: &Sandbox, folder: &Path) -> (Child, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    program.env_clear().envs(sandbox.settings()).env("HOME", folder).current_dir(folder);
    program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "bench").env("DRAFT_MAKER__LISTING__CONDITION", "good");
    for service in ["MUSICBRAINZ", "DISCOGS", "COVERARTARCHIVE"] {
        program.env(format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE"), "0");
    }
    program.args(["serve", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = program.spawn().expect("the program");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split(';').next()).expect("its address");
    (child, address.to_owned())
}

async fn order(address: &str) {
    let body = r#"{"gcs_path": "gs://draft-maker-bucket/large.txt", "test_mode": true}"#;
    let head = format!(
        "POST /api/batch/process HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

struct ReadTotals {
    events: usize,
    bytes: u64,
}

/// Reads the events of all jobs until the job has finished.
async fn read(address: String) -> ReadTotals {
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream.write_all(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let (mut read, mut tail, mut part) = (ReadTotals { events: 0, bytes: 0 }, Vec::new(), vec![0; 64 << 10]);
    loop {
        let count = stream.read(&mut part).await.expect("read");
        assert!(count > 0, "the stream ended");
        read.bytes += count as u64;
        tail.extend_from_slice(&part[..count]);
        let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = std::str::from_utf8(&tail[..whole]).expect("text");
        read.events += lines.lines().filter(|line| line.starts_with("id: ")).count();
        if lines.contains("event: finished\n") {
            return read;
        }
        tail.drain(..whole);
    }
}
