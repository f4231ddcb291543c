//! Test environment of one seller: a home folder, a sandbox for the services, and the program on the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use domain::upc::Upc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use tempfile::TempDir;

/// Time limit, longer than anything here takes on the slowest machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A token that the sandbox accepts.
pub(crate) const TOKEN: &str = "a-token-of-the-tests";

/// Search with which each run checks the Discogs token before its first item.
const KEY_CHECK: &str = "/discogs/database/search?type=release&barcode=720642442524&per_page=50";

pub(crate) struct Shop {
    pub(crate) home: TempDir,
    pub(crate) sandbox: Sandbox,
}

/// Output and exit code of a run.
pub(crate) struct ProgramOutput {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await
    }

    pub(crate) async fn with(options: SandboxOptions) -> Self {
        Self { home: TempDir::new().unwrap(), sandbox: Sandbox::start(options).await.unwrap() }
    }

    /// Opens a shop whose sandbox has `extra` synthetic releases and responds without delay.
    pub(crate) async fn with_synthetic(extra: usize) -> Self {
        Self::with(SandboxOptions { enforce_limits: false, synthetic_releases: extra, ..SandboxOptions::default() })
            .await
    }

    /// Writes the first `count` lines of the demo list: releases of all kinds, without the time that the whole list
    /// takes.
    pub(crate) fn demo_lines(&self, count: usize) -> &'static str {
        self.list(sandbox::DEMO_LIST.lines().take(count).collect::<Vec<_>>().join("\n"))
    }

    /// Returns the program with a key, a condition, short retry delays and no rate limit.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
        command.env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.envs(self.sandbox.settings());
        command.env("DISCOGS_PERSONAL_ACCESS_TOKEN", TOKEN).env("DRAFT_MAKER__LISTING__CONDITION", "good");
        // Most tests expect drafts with a picture, and a price that needs no review.
        command.env("DRAFT_MAKER__LISTING__STOCK_PHOTOS", "always");
        command.env("DRAFT_MAKER__PRICING__MIN_CONFIDENCE", "none");
        command.env("DRAFT_MAKER__HTTP__BACKOFF_FROM_S", "0.01").env("DRAFT_MAKER__HTTP__BACKOFF_TO_S", "0.1");
        command.env("DRAFT_MAKER__HTTP__COOL_DOWN_S", "0.2").env("DRAFT_MAKER__BATCH__PATIENCE_S", "3");
        for service in ["MUSICBRAINZ", "DISCOGS", "COVERARTARCHIVE"] {
            command.env(format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE"), "0");
        }
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Returns the program of a seller who is signed in to eBay.
    pub(crate) fn seller(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(arguments);
        command.envs(self.sandbox.ebay_settings()).env("DRAFT_MAKER__EBAY__PICTURES_PER_MINUTE", "0");
        command
    }

    /// Runs the program of the signed-in seller.
    pub(crate) fn sell(&self, arguments: &[&str]) -> ProgramOutput {
        run_output(&self.seller(arguments).output().unwrap())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> ProgramOutput {
        run_output(&self.program(arguments).output().unwrap())
    }

    /// Starts the program and discards its output.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.program(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts a service on the data directory of this home, which other commands then find.
    pub(crate) async fn serve(&self) -> Child {
        let service = self.start(&["serve", "--port", "0"]);
        self.wait_for_service().await;
        service
    }

    /// Waits until the service has written its address.
    pub(crate) async fn wait_for_service(&self) {
        let note = self.home.path().join(".local/share/draft-maker/service.json");
        let began = Instant::now();
        while !note.exists() {
            assert!(began.elapsed() < TIMEOUT, "the service does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns the search requests for candidates, and how often each was sent, without key checks.
    pub(crate) fn searches(&self) -> Vec<(String, u64)> {
        let counts = self.sandbox.request_counts();
        let of = ["musicbrainz", "discogs"].into_iter().filter_map(|service| counts.get(service));
        let questions = of.flat_map(|count| count.request_uris.clone());
        let is_price = |question: &str| question.contains("price_suggestions") || question.contains("stats");
        let is_counted = |question: &str| !is_price(question) && question != KEY_CHECK;
        let mut all: Vec<_> = questions.filter(|(question, _)| is_counted(question)).collect();
        all.sort();
        all
    }

    /// Writes a list into the home folder and returns its name.
    pub(crate) fn list(&self, text: impl AsRef<[u8]>) -> &'static str {
        fs::write(self.home.path().join("upcs.txt"), text).unwrap();
        "upcs.txt"
    }

    /// Writes a list of all synthetic releases.
    pub(crate) fn synthetic_list(&self) -> &'static str {
        self.list(lines(&self.sandbox.synthetic_upcs()))
    }

    pub(crate) fn output(&self) -> PathBuf {
        self.home.path().join("output")
    }

    /// Returns the newest result file.
    pub(crate) fn results(&self) -> Value {
        let newest = files(&self.output()).into_iter().rfind(|path| name(path).starts_with("batch_results_"));
        serde_json::from_slice(&fs::read(newest.expect("a result file")).unwrap()).unwrap()
    }

    /// Returns UPC and status of each item in the newest result file.
    pub(crate) fn statuses(&self) -> Vec<(String, String)> {
        let results = self.results();
        let entries = results["results"].as_array().unwrap().iter();
        let mut all: Vec<_> = entries.map(|entry| (text(&entry["upc"]), text(&entry["status"]))).collect();
        all.sort();
        all
    }

    /// Returns all rows of all drafts files, without the template's own lines.
    pub(crate) fn draft_rows(&self) -> Vec<Vec<String>> {
        let drafts = files(&self.output()).into_iter().filter(|path| name(path).contains("drafts"));
        drafts.flat_map(|file| rows(&file)).collect()
    }

    /// Returns the requests that were sent more than once, except the key check of each run.
    pub(crate) fn repeated_requests(&self) -> Vec<(String, u64)> {
        let counts = self.sandbox.request_counts();
        let asked = counts.into_iter().filter(|(service, _)| *service != "storage");
        let questions = asked.flat_map(|(service, count)| {
            count.request_uris.into_iter().map(move |(question, times)| (format!("{service} {question}"), times))
        });
        questions.filter(|(question, times)| *times > 1 && !question.ends_with(KEY_CHECK)).collect()
    }

    /// Returns the number of requests to the services so far, including key checks, but without Cloud Storage, where
    /// the lists are.
    pub(crate) fn requests(&self) -> u64 {
        let counts = self.sandbox.request_counts();
        counts.iter().filter(|(service, _)| **service != "storage").map(|(_, count)| count.requests).sum()
    }

    /// Waits until the services have received this many requests.
    pub(crate) async fn wait_for_requests(&self, requests: u64) {
        let began = Instant::now();
        while self.requests() < requests {
            assert!(began.elapsed() < TIMEOUT, "only {} requests came", self.requests());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Waits for the program to end, and returns its exit code.
pub(crate) async fn wait_for_exit(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > TIMEOUT {
            child.kill().unwrap();
            panic!("the program did not end");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) fn send_signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

pub(crate) fn run_output(output: &Output) -> ProgramOutput {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    ProgramOutput { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

pub(crate) fn lines(upcs: &[Upc]) -> String {
    upcs.iter().fold(String::new(), |list, upc| list + &upc.to_string() + "\n")
}

/// Returns all files below a folder, sorted by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut all = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Returns the rows of a drafts file below its header.
pub(crate) fn rows(file: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(file).unwrap();
    let records = reader.records().map(|record| record.unwrap());
    let rows = records.map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>());
    rows.filter(|row| !row[0].starts_with('#') && !row[0].starts_with("Action")).collect()
}
