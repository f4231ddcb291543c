//! Several processes on one database: all answer requests, one runs the batches, and another takes over if it dies.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::uploads::UploadOptions;
use client::{NamedList, ServiceClient};
use domain::event::{JobEvent, Seq};
use domain::job::JobState;
use domain::job_spec::JobId;
use futures::StreamExt as _;
use nix::sys::signal::Signal;
use sandbox::SandboxOptions;
use sqlx::{Connection as _, PgConnection};
use store::journal::Journal;
use store::location::StoreLocation;
use testing::postgres::PostgresServer;

use crate::batch::shop::{Shop, lines, run_output, send_signal, wait_for_exit};

/// Time limit, longer than anything here takes on the slowest machine.
const TIMEOUT: Duration = Duration::from_mins(4);

/// Environment variable with the number of items of a measurement.
const MEASURED_ITEMS: &str = "FLEET_TEST_ITEMS";

/// Processes of a fleet, each with its own data directory, as if on separate machines.
struct Fleet {
    shop: Shop,
    server: PostgresServer,
}

impl Fleet {
    async fn with_items(items: usize) -> Option<Self> {
        Self::with_latency(items, Duration::from_millis(25)).await
    }

    async fn with_latency(synthetic_releases: usize, latency: Duration) -> Option<Self> {
        let server = PostgresServer::start()?;
        let options =
            SandboxOptions { enforce_limits: false, latency, synthetic_releases, ..SandboxOptions::default() };
        Some(Self { shop: Shop::with(options).await, server })
    }

    fn program(&self, machine: &str, arguments: &[&str]) -> Command {
        let mut command = self.shop.seller(arguments);
        let data_dir = self.shop.home.path().join(machine);
        command.env("DATABASE_URL", self.server.url()).env("DRAFT_MAKER_DATA_DIR", data_dir);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn start(&self, machine: &str, role: &str) -> Child {
        self.program(machine, &["serve", "--port", "0", "--role", role]).spawn().unwrap()
    }

    fn location(&self) -> StoreLocation {
        self.server.location(&self.shop.home.path().join("reader"))
    }

    /// Returns a client of the service on a machine, as soon as the service responds.
    async fn client(&self, machine: &str) -> ServiceClient {
        let (start, data_dir) = (Instant::now(), self.shop.home.path().join(machine));
        loop {
            if let Ok(Some(client)) = ServiceClient::discover(&data_dir)
                && client.fetch_health(Duration::from_secs(10)).await.is_ok()
            {
                return client;
            }
            assert!(start.elapsed() < TIMEOUT, "{machine} does not respond");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns the ID of the process that runs the batches. Waits until it differs from `not`.
    async fn worker(&self, not: Option<u32>) -> u32 {
        let start = Instant::now();
        loop {
            let owner = async {
                let mut connection = PgConnection::connect(&self.server.url()).await?;
                sqlx::query_scalar::<_, String>("SELECT process FROM owner").fetch_one(&mut connection).await
            };
            let process = owner.await.unwrap_or_default();
            let number = process.split(' ').nth(1).and_then(|number| number.parse().ok());
            match number {
                Some(number) if Some(number) != not => return number,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
            assert!(start.elapsed() < TIMEOUT, "no process runs the batches: {process}");
        }
    }

    async fn until_state(&self, job: &JobId, state: JobState) {
        let (start, journal) = (Instant::now(), Journal::open_read_only(self.location()).await.unwrap());
        while journal.job_summary(job).await.unwrap().state != state {
            assert!(start.elapsed() < TIMEOUT, "{job} does not become {state}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until_list_is_read(&self, job: &JobId) {
        let (start, journal) = (Instant::now(), Journal::open_read_only(self.location()).await.unwrap());
        while !journal.projection(job).await.unwrap().read().input_closed {
            assert!(start.elapsed() < TIMEOUT, "the list of {job} is not read");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for more requests to the services, or for the end of the job.
    async fn wait_for_progress(&self, job: &JobId) -> bool {
        let journal = Journal::open_read_only(self.location()).await.unwrap();
        let target = self.shop.requests() + 25;
        while self.shop.requests() < target {
            if journal.job_summary(job).await.unwrap().state == JobState::Completed {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }

    /// Asserts that the follower has received every event and that each item has one draft.
    async fn check_end(&self, job: &JobId, seen: &[Seq], items: usize) {
        assert!(seen.is_sorted_by(|a, b| a < b));
        let journal = Journal::open_read_only(self.location()).await.unwrap();
        let all = journal.event_seqs(job, Seq(0)).await.unwrap();
        assert_eq!(seen, all.into_iter().filter(|seq| seq <= seen.last().unwrap()).collect::<Vec<_>>(), "no gap");
        let state = self.shop.sandbox.ebay_state();
        let skus: BTreeSet<&str> = state.offers.iter().filter_map(|offer| offer["sku"].as_str()).collect();
        assert_eq!((state.offers.len(), skus.len()), (items, items), "one draft for each SKU");
        assert_eq!(state.violations, Vec::<String>::new());
        let check = run_output(&self.program("reader", &["store", "check"]).stdout(Stdio::piped()).output().unwrap());
        assert!(check.out.contains("is sound"), "{}{}", check.out, check.err);
    }

    /// Kills and freezes workers alternately until the job is completed; returns the frozen worker.
    async fn disturb(&self, workers: &mut Vec<Child>, job: &JobId) -> Child {
        let (mut killed, mut started) = (0, 2);
        let mut frozen = None;
        while self.wait_for_progress(job).await {
            let number = self.worker(None).await;
            let place =
                workers.iter().position(|worker| worker.id() == number).expect("the process is one of the workers");
            if killed == 1 && frozen.is_none() {
                // Its connections stay open, but it does nothing. Another worker takes over when its lease expires.
                send_signal(&workers[place], Signal::SIGSTOP);
                frozen = Some(workers.remove(place));
                self.worker(Some(number)).await;
            } else if killed < 4 {
                send_signal(&workers[place], Signal::SIGKILL);
                wait_for_exit(&mut workers.remove(place)).await;
                killed += 1;
            } else {
                self.until_state(job, JobState::Completed).await;
                break;
            }
            workers.push(self.start(&format!("worker-{started}"), if started % 2 == 0 { "worker" } else { "all" }));
            started += 1;
        }
        assert!(killed >= 2, "only {killed} kills");
        frozen.expect("a worker was frozen")
    }
}

/// Follows all events of a job until it is completed, like a console on another machine.
async fn follow(location: StoreLocation, job: JobId) -> Vec<Seq> {
    let journal = Journal::open_read_only(location).await.unwrap();
    let (mut seen, mut events) = (Vec::new(), journal.follow_events(Some(job), Seq(0)));
    while let Some(batch) = events.next().await {
        for event in batch.unwrap() {
            seen.push(event.seq);
            if event.payload == JobEvent::Completed {
                return seen;
            }
        }
    }
    panic!("the events end before the job");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_frozen_workers_lose_and_repeat_nothing() {
    const ITEMS: usize = 90;
    let Some(fleet) = Fleet::with_items(ITEMS).await else { return };
    let mut api = fleet.start("api", "api");
    let mut workers = vec![fleet.start("worker-0", "worker"), fleet.start("worker-1", "all")];
    let client = fleet.client("api").await;
    let content = lines(&fleet.shop.sandbox.synthetic_upcs()).into_bytes();
    let list = [NamedList { name: "list".to_owned(), content }];
    let job = client.upload_lists(&list, &UploadOptions::default(), "monday").await.unwrap();
    let again = client.upload_lists(&list, &UploadOptions::default(), "monday").await.unwrap();
    assert_eq!(again, job, "every process knows the key");
    let followed = tokio::spawn(follow(fleet.location(), job.clone()));
    fleet.until_list_is_read(&job).await;

    // Pause and resume through a process that runs no batches.
    client.request_job_action(&job, "pause").await.unwrap();
    fleet.until_state(&job, JobState::Paused).await;
    client.request_job_action(&job, "resume").await.unwrap();

    let mut frozen = fleet.disturb(&mut workers, &job).await;
    send_signal(&frozen, Signal::SIGCONT);
    assert_eq!(wait_for_exit(&mut frozen).await, Some(1), "a worker that lost its lease exits");

    let seen = tokio::time::timeout(TIMEOUT, followed).await.unwrap().unwrap();
    fleet.check_end(&job, &seen, ITEMS).await;
    let health = client.fetch_health(Duration::from_secs(10)).await.unwrap();
    assert!(health.checks.iter().any(|check| check.name == "journal" && check.detail.contains("a worker writes it")));
    for process in &mut workers {
        send_signal(process, Signal::SIGTERM);
        assert_eq!(wait_for_exit(process).await, Some(0));
    }
    // The checks run at intervals.
    let start = Instant::now();
    loop {
        let health = client.fetch_health(Duration::from_secs(10)).await.unwrap();
        let journal = health.checks.iter().find(|check| check.name == "journal").unwrap();
        if journal.detail.contains("no worker is running") {
            break;
        }
        assert!(start.elapsed() < TIMEOUT, "{journal:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    send_signal(&api, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut api).await, Some(0));
}

/// One worker runs a batch and the others stand by. `scripts/fleet-test workers` measures how long that takes.
#[tokio::test(flavor = "multi_thread")]
async fn each_number_of_workers_creates_all_drafts() {
    let measured = std::env::var(MEASURED_ITEMS).ok().and_then(|text| text.parse().ok());
    let items: usize = measured.unwrap_or(8);
    for count in [1, 2, 4] {
        let Some(fleet) = Fleet::with_latency(items, Duration::ZERO).await else { return };
        let mut processes = vec![fleet.start("api", "api")];
        processes.extend((0..count).map(|number| fleet.start(&format!("worker-{number}"), "worker")));
        let client = fleet.client("api").await;
        fleet.worker(None).await;
        let content = lines(&fleet.shop.sandbox.synthetic_upcs()).into_bytes();
        let list = [NamedList { name: "list".to_owned(), content }];
        let start = Instant::now();
        let job = client.upload_lists(&list, &UploadOptions::default(), "one").await.unwrap();
        fleet.until_state(&job, JobState::Completed).await;
        let time = start.elapsed().as_secs_f64();
        println!("{count} workers: {items} items in {time:.1} s");
        assert_eq!(fleet.shop.sandbox.ebay_state().offers.len(), items, "{count} workers");
        for process in &mut processes {
            send_signal(process, Signal::SIGTERM);
            assert_eq!(wait_for_exit(process).await, Some(0));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_require_a_database() {
    let shop = Shop::with_synthetic(1).await;
    let refused = shop.run(&["serve", "--port", "0", "--role", "worker"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("DATABASE_URL"), "{}", refused.err);
}

/// When the machine that received the second list is lost with its disk, the list has not been read yet.
#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_list_outlives_the_machine_that_received_it() {
    const ITEMS: usize = 40;
    let Some(fleet) = Fleet::with_items(ITEMS).await else { return };
    let mut first = fleet.start("one", "all");
    let client = fleet.client("one").await;
    let upcs = fleet.shop.sandbox.synthetic_upcs();
    let (running, waiting) = upcs.split_at(ITEMS - 5);
    let upload = async |upcs, key| {
        let list = NamedList { name: "list.txt".to_owned(), content: lines(upcs).into_bytes() };
        client.upload_lists(&[list], &UploadOptions::default(), key).await.unwrap()
    };
    let (running, waiting) = (upload(running, "running").await, upload(waiting, "waiting").await);
    fleet.until_list_is_read(&running).await;
    send_signal(&first, Signal::SIGKILL);
    wait_for_exit(&mut first).await;
    std::fs::remove_dir_all(fleet.shop.home.path().join("one")).unwrap();

    let mut second = fleet.start("two", "all");
    for job in [&running, &waiting] {
        fleet.until_state(job, JobState::Completed).await;
    }
    assert_eq!(fleet.shop.sandbox.ebay_state().offers.len(), ITEMS, "every item of both lists");
    send_signal(&second, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut second).await, Some(0));
}
