//! Ten sellers with one process each on one database: together they keep the limit that MusicBrainz sets per address,
//! and use it fully.
//!
//! `scripts/fleet-test limits` measures the used share of the limit.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::SandboxOptions;
use testing::postgres::PostgresServer;

use crate::batch::shop::{Shop, lines};

/// Environment variable with the duration of the measurement in seconds.
const SECONDS: &str = "FLEET_TEST_SECONDS";

/// Number of sellers, each with a schema, a data folder and a process.
const SELLERS: usize = 10;

/// Number of items per seller, more than are looked up during the measurement.
const ITEMS: usize = 40;

/// Number of requests after which all processes are running.
const STARTED_REQUESTS: usize = SELLERS * 2;

/// Number of requests in a normal test run, which measures nothing.
const FEW_REQUESTS: usize = STARTED_REQUESTS + 5;

/// Minimum interval between requests to MusicBrainz (<https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting>).
const INTERVAL: Duration = Duration::from_secs(1);

/// Minimum used share of the limit.
const MIN_SHARE: f64 = 0.97;

/// Maximum time to wait between two requests.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Starts the program of a seller, which queries only MusicBrainz, at its full rate.
fn run_list(shop: &Shop, database: &PostgresServer, seller: usize) -> Running {
    let upcs = shop.sandbox.synthetic_upcs();
    let list = shop.home.path().join(format!("list-{seller}.txt"));
    std::fs::write(&list, lines(&upcs[seller * ITEMS..(seller + 1) * ITEMS])).unwrap();
    let mut command: Command = shop.program(&["run", "--no-drafts"]);
    command.arg(list).env_remove("DRAFT_MAKER__PROVIDERS__MUSICBRAINZ__REQUESTS_PER_MINUTE");
    for service in ["DISCOGS", "DEEZER", "ITUNES"] {
        command.env(format!("DRAFT_MAKER__PROVIDERS__{service}__ON"), "false");
    }
    command.env("DATABASE_URL", database.url()).env("DRAFT_MAKER__STORE__SCHEMA", format!("seller_{seller}"));
    command.env("DRAFT_MAKER_DATA_DIR", shop.home.path().join(format!("data-{seller}")));
    // Each seller is on a separate machine: only the database is shared.
    command.env("DRAFT_MAKER__HTTP__PACE_DIR", shop.home.path().join(format!("pace-{seller}")));
    command.env("DRAFT_MAKER__BATCH__PATIENCE_S", "600");
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

fn arrivals(shop: &Shop) -> Vec<Instant> {
    shop.sandbox.request_counts().get("musicbrainz").map(|count| count.arrivals.clone()).unwrap_or_default()
}

/// Waits until the requests to MusicBrainz satisfy the condition.
async fn wait_for_arrivals(shop: &Shop, is_enough: impl Fn(&[Instant]) -> bool) -> Vec<Instant> {
    let began = Instant::now();
    loop {
        let arrived = arrivals(shop);
        if is_enough(&arrived) {
            return arrived;
        }
        let last = arrived.last().copied().unwrap_or(began);
        assert!(last.elapsed() < TIMEOUT, "no request came after {}", arrived.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_processes_share_the_limit_of_an_address() {
    let measured = std::env::var(SECONDS).ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let Some(database) = PostgresServer::start() else { return };
    let options = SandboxOptions { synthetic_releases: SELLERS * ITEMS, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let running: Vec<_> = (0..SELLERS).map(|seller| run_list(&shop, &database, seller)).collect();
    let started = wait_for_arrivals(&shop, |arrived| arrived.len() >= STARTED_REQUESTS).await.len();
    let is_enough = |arrived: &[Instant]| match measured {
        Some(time) => arrived[arrived.len() - 1] - arrived[started - 1] >= time,
        None => arrived.len() >= FEW_REQUESTS,
    };
    let arrived = wait_for_arrivals(&shop, is_enough).await;
    drop(running);

    let refused = shop.sandbox.request_counts()["musicbrainz"].refused;
    assert_eq!(refused, 0, "the sandbox admits the limit and not more");
    if measured.is_some() {
        let window = &arrived[started - 1..];
        let time = window[window.len() - 1] - window[0];
        let share = INTERVAL.as_secs_f64() * f64::from(u32::try_from(window.len() - 1).unwrap()) / time.as_secs_f64();
        let shortest = window.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or_default();
        println!(
            "{SELLERS} processes sent {} requests to MusicBrainz in {:.1} s: {share:.3} of the limit; the shortest interval was \
             {:.3} s; {refused} refused",
            window.len() - 1,
            time.as_secs_f64(),
            shortest.as_secs_f64()
        );
        assert!(share >= MIN_SHARE, "{share:.3} of the limit is used");
    }
}
