//! Measures the cost of drafts on eBay, how close a batch comes to the rate limits, and whether a killed batch ever
//! leaves a SKU with two offers or none.
//!
//! ```text
//! cargo bench --bench ebay              all three parts
//! cargo bench --bench ebay -- calls     1,000 UPCs without limits: calls to eBay a draft
//! cargo bench --bench ebay -- limits    1,000 UPCs at the documented limits, thirty times faster
//! cargo bench --bench ebay -- kills     200 runs with lost replies, each killed at a random moment and resumed
//! cargo bench --bench ebay -- kills 40  this many of them
//! ```
//!
//! The program itself runs as a separate process, against the sandbox, whose state is read afterwards. The third part
//! ends with an error if an offer was duplicated or a draft lost.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at the first surprise")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sandbox::{EbayStateSnapshot, FaultKind, FaultRule, Sandbox, SandboxOptions};

const UPCS: usize = 1_000;

/// Factor by which the sandbox runs faster than real time.
const SPEED: f64 = 30.0;

/// Documented requests per minute of each service. On eBay, only pictures have a separate rate limit ("50 POST requests
/// per 5 seconds").
const DOCUMENTED: [(&str, f64); 3] = [("musicbrainz", 60.0), ("discogs", 60.0), ("ebay pictures", 600.0)];

/// Rate limit for pictures that the program keeps: one picture every 110 ms.
const PICTURES_PER_MINUTE: f64 = 545.0;

const KILL_RUNS: u64 = 200;
/// Number of items per run, more than one call of 25.
const ITEMS: usize = 30;
/// Share of eBay's replies that are lost although the request was executed.
const LOST_REPLY_SHARE: f64 = 0.25;

/// Time limit, longer than any run here takes.
const TIMEOUT: Duration = Duration::from_mins(10);

fn main() -> ExitCode {
    let mut given = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let part_argument = given.next();
    let runs = given.next().map_or(KILL_RUNS, |runs| runs.parse().expect("a number of runs"));
    let wants = |part: &str| part_argument.as_deref().is_none_or(|argument| argument == part);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if wants("calls") {
        runtime.block_on(calls());
    }
    if wants("limits") {
        runtime.block_on(at_the_limits());
    }
    if wants("kills") && !runtime.block_on(kills(runs)) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn calls() {
    let sandbox =
        start(SandboxOptions { enforce_limits: false, synthetic_releases: UPCS, ..SandboxOptions::default() }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (status, took) = Seller::new(&sandbox, folder.path()).run_to_the_end();
    let books = sandbox.ebay_state();
    println!("{UPCS} UPCs to unpublished offers, without limits: {status}, {:.1} s", took.as_secs_f64());
    println!(
        "offers               {:>8}, {} requests that no schema allows",
        books.offers.len(),
        books.violations.len()
    );
    each("writes a draft", books.writes.values().sum());
    each("reads a draft", books.reads.values().sum());
    books.calls.iter().for_each(|(api, calls)| each(&format!("{api} calls a draft"), *calls));
}

async fn at_the_limits() {
    let sandbox = start(SandboxOptions { speed: SPEED, synthetic_releases: UPCS, ..SandboxOptions::default() }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut seller = Seller::new(&sandbox, folder.path());
    seller.pace("MUSICBRAINZ", 60.0 * SPEED);
    seller.pace("DISCOGS", 60.0 * SPEED);
    seller.pictures(PICTURES_PER_MINUTE * SPEED);
    let (status, took) = seller.run_to_the_end();
    let books = sandbox.ebay_state();
    println!("{UPCS} UPCs to unpublished offers at the documented limits, {SPEED} times faster: {status}");
    println!("offers               {:>8}", books.offers.len());
    let bounds = DOCUMENTED
        .map(|(service, limit)| (service, number(request_count(&sandbox, &books, service)) * 60.0 / (limit * SPEED)));
    for (service, bound) in bounds {
        println!("bound by {service:<16}{bound:>8.2} s");
    }
    let bound = bounds.into_iter().map(|(_, bound)| bound).fold(0.0, f64::max);
    println!("makespan             {:>8.2} s", took.as_secs_f64());
    println!("makespan / bound     {:>8.3}", took.as_secs_f64() / bound);
}

/// Returns whether every SKU of every run has exactly one offer.
async fn kills(runs: u64) -> bool {
    let mut random = StdRng::seed_from_u64(20_240_318);
    let (mut killed, mut doubled, mut lost, mut live) = (0, 0, 0, 0);
    let whole = requests_of_a_whole_run().await;
    for run in 0..runs {
        let (was_killed, books) = killed_and_resumed(run, random.random_range(1..whole), &mut random).await;
        killed += u64::from(was_killed);
        let mut offers = BTreeMap::new();
        for offer in &books.offers {
            *offers.entry(offer["sku"].to_string()).or_insert(0_u64) += 1;
            live += u64::from(offer["status"] != "UNPUBLISHED");
        }
        doubled += offers.values().filter(|offers| **offers > 1).count();
        lost += ITEMS.saturating_sub(offers.len());
        if (run + 1) % 20 == 0 {
            println!("  {} runs, {killed} killed; SKUs with two offers: {doubled}, drafts lost: {lost}", run + 1);
        }
    }
    println!("{runs} runs of {ITEMS} UPCs, a quarter of eBay's replies lost, {killed} killed on their way and resumed");
    println!("SKUs with more than one offer {doubled}, drafts lost {lost}, offers that are live {live}");
    doubled == 0 && lost == 0 && live == 0
}

async fn requests_of_a_whole_run() -> u64 {
    let sandbox = unreliable(0).await;
    let folder = tempfile::tempdir().expect("a folder");
    Seller::new(&sandbox, folder.path()).run_to_the_end();
    requests(&sandbox)
}

/// Runs the program once. Kills it after the services have received `moment` requests, and resumes it until it ends by
/// itself.
async fn killed_and_resumed(seed: u64, moment: u64, random: &mut StdRng) -> (bool, EbayStateSnapshot) {
    let sandbox = unreliable(seed).await;
    let folder = tempfile::tempdir().expect("a folder");
    let seller = Seller::new(&sandbox, folder.path());
    let mut program = seller.start(&["run", "upcs.txt"]);
    let was_killed = loop {
        if program.try_wait().expect("the program").is_some() {
            break false;
        }
        if requests(&sandbox) >= moment {
            // The kill must not always coincide with the arrival of a request.
            tokio::time::sleep(Duration::from_micros(random.random_range(0..3_000))).await;
            kill(Pid::from_raw(program.id().cast_signed()), Signal::SIGKILL).expect("a signal");
            break true;
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    };
    end(&mut program);
    // The first resume may fail an item if too many of eBay's replies were lost. A user would run the list again.
    if was_killed && end(&mut seller.start(&["resume"])).code() != Some(0) {
        end(&mut seller.start(&["run", "upcs.txt"]));
    }
    (was_killed, sandbox.ebay_state())
}

async fn unreliable(seed: u64) -> Sandbox {
    let faults =
        vec![FaultRule { service: Some("ebay".to_owned()), kind: FaultKind::LostResponse, share: LOST_REPLY_SHARE }];
    start(SandboxOptions {
        enforce_limits: false,
        speed: 20.0,
        synthetic_releases: ITEMS,
        faults,
        seed,
        ..SandboxOptions::default()
    })
    .await
}

async fn start(options: SandboxOptions) -> Sandbox {
    Sandbox::start(options).await.expect("the sandbox")
}

/// The program of a signed-in seller, without rate limits and with short retry delays.
struct Seller<'a> {
    folder: &'a Path,
    settings: Vec<(String, String)>,
}

impl<'a> Seller<'a> {
    fn new(sandbox: &Sandbox, folder: &'a Path) -> Self {
        let list = sandbox.synthetic_upcs().iter().fold(String::new(), |mut list, upc| {
            let _ = writeln!(list, "{upc}");
            list
        });
        std::fs::write(folder.join("upcs.txt"), list).expect("the list");
        let given = sandbox.settings().into_iter().chain(sandbox.ebay_settings());
        let settings = given.map(|(name, value)| (name.to_owned(), value)).collect();
        let mut seller = Self { folder, settings };
        for service in ["MUSICBRAINZ", "DISCOGS", "COVERARTARCHIVE"] {
            seller.pace(service, 0.0);
        }
        seller.pictures(0.0);
        for (name, value) in [
            ("DISCOGS_PERSONAL_ACCESS_TOKEN", "bench"),
            ("DRAFT_MAKER__LISTING__CONDITION", "good"),
            ("DRAFT_MAKER__HTTP__BACKOFF_FROM_S", "0.01"),
            ("DRAFT_MAKER__HTTP__BACKOFF_TO_S", "0.1"),
            ("DRAFT_MAKER__HTTP__COOL_DOWN_S", "0.1"),
        ] {
            seller.set(name, value.to_owned());
        }
        seller
    }

    fn set(&mut self, name: &str, value: String) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value));
    }

    fn pace(&mut self, service: &str, a_minute: f64) {
        self.set(&format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE"), a_minute.to_string());
    }

    fn pictures(&mut self, a_minute: f64) {
        self.set("DRAFT_MAKER__EBAY__PICTURES_PER_MINUTE", a_minute.to_string());
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut program = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
        program.env_clear().env("HOME", self.folder).current_dir(self.folder);
        program.envs(self.settings.iter().map(|(name, value)| (name, value)));
        program.arg("--quiet").args(arguments);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program")
    }

    fn run_to_the_end(&self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        let status = end(&mut self.start(&["run", "upcs.txt"]));
        (status, began.elapsed())
    }
}

fn end(program: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = program.try_wait().expect("the program") {
            return status;
        }
        if began.elapsed() > TIMEOUT {
            program.kill().expect("the program");
        }
        #[expect(clippy::disallowed_methods, reason = "the bench has nothing else to do")]
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn requests(sandbox: &Sandbox) -> u64 {
    sandbox.request_counts().values().map(|count| count.requests).sum()
}

fn request_count(sandbox: &Sandbox, books: &EbayStateSnapshot, service: &str) -> u64 {
    match service {
        "ebay pictures" => books.pictures.values().sum(),
        _ => sandbox.request_counts().get(service).map_or(0, |count| count.requests),
    }
}

fn each(what: &str, all: u64) {
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let each = number(all) / UPCS as f64;
    println!("{what:<28} {each:>8.3}");
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
const fn number(count: u64) -> f64 {
    count as f64
}
