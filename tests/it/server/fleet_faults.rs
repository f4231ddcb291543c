//! A fleet under random faults: processes are killed, frozen, stopped and restarted, their connections to the database
//! are cut and stall, and the database restarts. Nothing is lost, nothing is done twice, and no follower misses an
//! event.
//!
//! `scripts/fleet-test 1000` runs this test with 1,000 faults.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::service_file::ServiceInfo;
use api::uploads::UploadOptions;
use client::{NamedList, ServiceClient};
use domain::event::Seq;
use domain::job::JobState;
use domain::job_spec::JobId;
use futures::StreamExt as _;
use nix::sys::signal::Signal;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use sandbox::SandboxOptions;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use store::journal::Journal;
use testing::postgres::PostgresServer;
use tokio_util::sync::CancellationToken;

use crate::batch::shop::{Shop, lines, run_output, send_signal, wait_for_exit};
use crate::batch::tcp_proxy::{ProxyMode, TcpProxy};

/// Environment variable with the number of faults.
const FAULTS: &str = "FLEET_TEST_FAULTS";

/// Environment variable with the seed of the faults.
const SEED: &str = "FLEET_TEST_SEED";

/// Number of faults in a normal test run.
const FEW_FAULTS: usize = 10;

/// Name of each machine, and the role of its process.
const MACHINES: [(&str, &str); 4] = [("one", "all"), ("two", "all"), ("three", "worker"), ("four", "api")];

/// Number of items per batch.
const BATCH_ITEMS: usize = 15;

/// Maximum time to finish all batches after the faults end.
const TIMEOUT: Duration = Duration::from_mins(5);

/// Maximum time that a follower waits for the next bytes before it reconnects.
const FOLLOW_TIMEOUT: Duration = Duration::from_secs(20);

/// Factor by which the time windows of the sandbox's limits are shorter.
const SPEED: f64 = 20.0;

/// Requests per minute to MusicBrainz and Discogs. This is below the sandbox's limit of 1,200, so that delays on a busy
/// machine do not cause violations.
const REQUESTS_PER_MINUTE: &str = "900";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MachineFault {
    Kill,
    Terminate,
    Freeze,
    FreezeBeyondLease,
    CutConnections,
    StallConnections,
    RestartDatabase,
}

impl MachineFault {
    /// Frequency of each fault, in percent.
    const SHARES: [(Self, u32); 7] = [
        (Self::Kill, 40),
        (Self::Terminate, 12),
        (Self::Freeze, 17),
        (Self::FreezeBeyondLease, 1),
        (Self::CutConnections, 13),
        (Self::StallConnections, 13),
        (Self::RestartDatabase, 4),
    ];

    fn random(random: &mut StdRng, is_short: bool) -> Self {
        let share =
            |(fault, share): &(Self, u32)| if is_short && *fault == Self::FreezeBeyondLease { 0 } else { *share };
        Self::SHARES.choose_weighted(random, share).unwrap().0
    }
}

/// A machine of the fleet: its process, and its connection to the database.
struct Machine {
    name: &'static str,
    role: &'static str,
    proxy: TcpProxy,
    process: Child,
}

struct FaultyFleet {
    shop: Shop,
    server: PostgresServer,
    machines: Vec<Machine>,
    random: StdRng,
    is_short: bool,
    faults: BTreeMap<MachineFault, usize>,
    /// Number of processes that ended unexpectedly, by role and status.
    exits: BTreeMap<String, usize>,
}

impl FaultyFleet {
    async fn start(faults: usize, seed: u64) -> Option<Self> {
        let server = PostgresServer::start()?;
        let synthetic_releases = BATCH_ITEMS * (faults / 4).clamp(2, 120);
        let options = SandboxOptions { speed: SPEED, synthetic_releases, ..SandboxOptions::default() };
        let shop = Shop::with(options).await;
        let mut machines = Vec::new();
        for (name, role) in MACHINES {
            let proxy = TcpProxy::before(&server).await;
            let process = start_process(&shop, &proxy, name, role);
            machines.push(Machine { name, role, proxy, process });
        }
        let (random, is_short) = (StdRng::seed_from_u64(seed), faults <= FEW_FAULTS);
        Some(Self { shop, server, machines, random, is_short, faults: <_>::default(), exits: <_>::default() })
    }

    /// Restarts processes that have ended, like a container runtime.
    fn restart_ended(&mut self) {
        for machine in &mut self.machines {
            if let Some(status) = machine.process.try_wait().unwrap() {
                *self.exits.entry(format!("{} {status}", machine.role)).or_default() += 1;
                machine.process = start_process(&self.shop, &machine.proxy, machine.name, machine.role);
            }
        }
    }

    async fn cause_fault(&mut self) {
        let fault = MachineFault::random(&mut self.random, self.is_short);
        *self.faults.entry(fault).or_default() += 1;
        let pause = |random: &mut StdRng, from, to| Duration::from_millis(random.random_range(from..to));
        let machine = self.random.random_range(0..self.machines.len());
        let machine = &mut self.machines[machine];
        match fault {
            MachineFault::Kill => {
                send_signal(&machine.process, Signal::SIGKILL);
                wait_for_exit(&mut machine.process).await;
                machine.process = start_process(&self.shop, &machine.proxy, machine.name, machine.role);
            }
            MachineFault::Terminate => {
                send_signal(&machine.process, Signal::SIGTERM);
                wait_for_exit(&mut machine.process).await;
                machine.process = start_process(&self.shop, &machine.proxy, machine.name, machine.role);
            }
            MachineFault::Freeze | MachineFault::FreezeBeyondLease => {
                send_signal(&machine.process, Signal::SIGSTOP);
                let lasts = if fault == MachineFault::Freeze { (100, 1_500) } else { (17_000, 20_000) };
                tokio::time::sleep(pause(&mut self.random, lasts.0, lasts.1)).await;
                send_signal(&machine.process, Signal::SIGCONT);
            }
            MachineFault::CutConnections | MachineFault::StallConnections => {
                let is_cut = fault == MachineFault::CutConnections;
                machine.proxy.mode.send_replace(if is_cut { ProxyMode::Cut } else { ProxyMode::Stall });
                tokio::time::sleep(pause(&mut self.random, 10, 1_500)).await;
                machine.proxy.mode.send_replace(ProxyMode::Pass);
            }
            MachineFault::RestartDatabase => {
                self.server.stop();
                tokio::time::sleep(pause(&mut self.random, 10, 800)).await;
                self.server.restart();
            }
        }
    }

    /// Sends a list to the machines until one accepts it.
    async fn start_batch(&mut self, number: usize) -> JobId {
        let upcs = self.shop.sandbox.synthetic_upcs();
        let start = number * BATCH_ITEMS % upcs.len();
        let content = lines(&upcs[start..start + BATCH_ITEMS]).into_bytes();
        let list = [NamedList { name: format!("box-{number}.txt"), content }];
        let (began, key) = (Instant::now(), format!("box-{number}"));
        loop {
            let machine = ["one", "two", "four"].choose(&mut self.random).unwrap();
            if let Ok(Some(client)) = ServiceClient::discover(&self.shop.home.path().join(machine)) {
                match client.upload_lists(&list, &UploadOptions::default(), &key).await {
                    Ok(job) => return job,
                    Err(error) => eprintln!("{machine} does not accept box {number}: {error}"),
                }
            }
            self.restart_ended();
            assert!(began.elapsed() < TIMEOUT, "no machine accepts a batch");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn is_completed(&self, job: &JobId) -> bool {
        // The database may be restarting.
        let Ok(journal) = Journal::open_read_only(self.server.location(&self.shop.home.path().join("reader"))).await
        else {
            return false;
        };
        let Ok(summary) = journal.job_summary(job).await else { return false };
        let is_going_on = summary.state.is_active() || summary.auto_resume || summary.state == JobState::Completed;
        assert!(is_going_on, "{job} ended: {summary:?}");
        summary.state == JobState::Completed
    }

    /// Causes at least `faults` faults while batches run; returns the batches.
    async fn run_batches(&mut self, faults: usize) -> Vec<JobId> {
        let mut jobs: Vec<JobId> = Vec::new();
        for fault in 0..faults {
            if jobs.len() < 2 || self.is_completed(&jobs[jobs.len() - 2]).await {
                jobs.push(self.start_batch(jobs.len()).await);
            }
            let rest = self.random.random_range(20..600);
            tokio::time::sleep(Duration::from_millis(rest)).await;
            self.cause_fault().await;
            self.restart_ended();
            if fault % 50 == 49 {
                eprintln!("{} faults, {} batches, {:?}, exits {:?}", fault + 1, jobs.len(), self.faults, self.exits);
            }
        }
        let start = Instant::now();
        for job in &jobs {
            while !self.is_completed(job).await {
                assert!(start.elapsed() < TIMEOUT, "{job} does not end");
                self.restart_ended();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        jobs
    }

    /// Asserts that every line has an outcome on each machine, each SKU has one offer on eBay, and no limit was
    /// exceeded.
    async fn check_results(&self, jobs: &[JobId]) {
        for machine in ["one", "two", "four"] {
            for job in jobs {
                let results = self.results(machine, job).await;
                let statuses = results["results"].as_array().unwrap().iter();
                let statuses: Vec<_> = statuses.map(|item| item["status"].as_str().unwrap_or_default()).collect();
                let is_drafted = |status: &&str| ["drafted", "already_drafted"].contains(status);
                assert_eq!(statuses.len(), BATCH_ITEMS, "{machine} {job}");
                assert!(statuses.iter().all(is_drafted), "{machine} {job}: {results}");
            }
        }
        let items = BATCH_ITEMS * jobs.len().min(self.shop.sandbox.synthetic_upcs().len() / BATCH_ITEMS);
        let state = self.shop.sandbox.ebay_state();
        let skus: BTreeSet<&str> = state.offers.iter().filter_map(|offer| offer["sku"].as_str()).collect();
        assert_eq!((state.offers.len(), skus.len()), (items, items), "one draft for each SKU");
        assert_eq!(state.violations, Vec::<String>::new());
        let refused = self.shop.sandbox.request_counts().into_iter().map(|(service, count)| (service, count.refused));
        let refused: BTreeMap<_, _> = refused.filter(|(_, refused)| *refused > 0).collect();
        assert!(refused.is_empty(), "requests above a limit: {refused:?}");
        let mut check = self.shop.seller(&["store", "check"]);
        check.env("DATABASE_URL", self.server.url()).env("DRAFT_MAKER_DATA_DIR", self.shop.home.path().join("reader"));
        let check = run_output(&check.output().unwrap());
        assert!(check.out.contains("is sound"), "{}{}", check.out, check.err);
    }

    /// Returns the results of a job from one machine, which computes them from the journal.
    async fn results(&self, machine: &str, job: &JobId) -> Value {
        let start = Instant::now();
        loop {
            if let Some(info) = ServiceInfo::read_from(&self.shop.home.path().join(machine)) {
                let url = format!("{}/api/batch/jobs/{job}/results.json", info.address);
                let request = http_client().get(url).bearer_auth(info.token.expose_secret());
                if let Ok(response) = request.send().await
                    && response.status().is_success()
                    && let Ok(text) = response.text().await
                    && let Ok(results) = serde_json::from_str(&text)
                {
                    return results;
                }
            }
            assert!(start.elapsed() < TIMEOUT, "{machine} has no results of {job}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().read_timeout(FOLLOW_TIMEOUT).build().unwrap()
}

fn start_process(shop: &Shop, proxy: &TcpProxy, name: &str, role: &str) -> Child {
    let mut command = shop.seller(&["serve", "--port", "0", "--role", role]);
    command.env("DATABASE_URL", proxy.url()).env("DRAFT_MAKER_DATA_DIR", shop.home.path().join(name));
    for service in ["MUSICBRAINZ", "DISCOGS"] {
        command.env(format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE"), REQUESTS_PER_MINUTE);
    }
    // A client waits less for a machine without a database than the test does.
    command.env("DRAFT_MAKER__BATCH__PATIENCE_S", "300");
    let log = File::options().create(true).append(true).open(shop.home.path().join(format!("{name}.log"))).unwrap();
    command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// Follows the events of all batches on one machine across restarts of its process, like a console.
async fn follow_events(data_dir: std::path::PathBuf, seen: Arc<Mutex<Vec<u64>>>, stop: CancellationToken) {
    let follow = async {
        loop {
            if let Some(info) = ServiceInfo::read_from(&data_dir) {
                follow_connection(&info, &seen).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    stop.run_until_cancelled(follow).await;
}

/// Follows the events over one connection until it ends.
async fn follow_connection(info: &ServiceInfo, seen: &Mutex<Vec<u64>>) {
    let last = seen.lock().last().copied().unwrap_or(0);
    let request = http_client().get(format!("{}/api/events", info.address)).header("last-event-id", last);
    let Ok(response) = request.bearer_auth(info.token.expose_secret()).send().await else { return };
    if !response.status().is_success() {
        return;
    }
    let (mut body, mut text) = (response.bytes_stream(), String::new());
    while let Some(Ok(bytes)) = body.next().await {
        text.push_str(&String::from_utf8_lossy(&bytes));
        // An event counts only once it is complete.
        while let Some((event, rest)) = text.split_once("\n\n") {
            let id = event.lines().find_map(|line| line.strip_prefix("id: ")).and_then(|id| id.parse::<u64>().ok());
            seen.lock().extend(id);
            text = rest.to_owned();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_faults_lose_and_repeat_nothing() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let faults = number(FAULTS).unwrap_or(FEW_FAULTS);
    let seed = number(SEED).map_or_else(rand::random, |seed| seed as u64);
    eprintln!("{faults} faults, seed {seed}");
    let Some(mut fleet) = FaultyFleet::start(faults, seed).await else { return };
    let stop = CancellationToken::new();
    let mut followers = Vec::new();
    for machine in ["one", "two", "four"] {
        let received: Arc<Mutex<Vec<u64>>> = Arc::default();
        let task = follow_events(fleet.shop.home.path().join(machine), Arc::clone(&received), stop.clone());
        followers.push((machine, received, tokio::spawn(task)));
    }
    let jobs = fleet.run_batches(faults).await;
    fleet.check_results(&jobs).await;

    let journal = Journal::open_read_only(fleet.server.location(&fleet.shop.home.path().join("reader"))).await.unwrap();
    let newest = *journal.subscribe_head().borrow();
    let all: Vec<u64> = (1..=newest.0).collect();
    let mut count = 0;
    for job in &jobs {
        count += journal.event_seqs(job, Seq(0)).await.unwrap().len();
    }
    assert_eq!(count, all.len(), "the positions of the events have no gap");
    for (machine, received, task) in followers {
        let start = Instant::now();
        while received.lock().last().is_none_or(|last| *last < newest.0) {
            assert!(start.elapsed() < TIMEOUT, "{machine} has sent {:?} of {}", received.lock().last(), newest.0);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(*received.lock() == all, "the follower of {machine} missed or repeated events: {:?}", received.lock());
        task.abort();
    }
    stop.cancel();
    eprintln!("{} batches, {} events, {:?}, exits {:?}", jobs.len(), all.len(), fleet.faults, fleet.exits);
    for machine in &mut fleet.machines {
        send_signal(&machine.process, Signal::SIGTERM);
        wait_for_exit(&mut machine.process).await;
    }
}

impl Drop for FaultyFleet {
    fn drop(&mut self) {
        for machine in &mut self.machines {
            if std::thread::panicking() {
                let log = std::fs::read_to_string(self.shop.home.path().join(format!("{}.log", machine.name)));
                let log = log.unwrap_or_default();
                let last: Vec<_> = log.lines().rev().take(15).collect();
                eprintln!(
                    "{} ({}):\n{}",
                    machine.name,
                    machine.role,
                    last.into_iter().rev().collect::<Vec<_>>().join("\n")
                );
            }
            machine.process.kill().ok();
            machine.process.wait().ok();
        }
    }
}
