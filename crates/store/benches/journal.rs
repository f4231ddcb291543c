//! Measures the cost of a large job in the journal: events per second, time to load, memory per item. Runs in SQLite
//! and then, if it is installed, in PostgreSQL.
//!
//! `cargo bench -p draft-maker-store -- 1000000` sets the number of items; the default is 100,000. Prints figures and
//! has no thresholds, because a busy machine must not break a build. Processor time is that of this process, and in
//! parentheses that of the PostgreSQL server.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and ends where it cannot go on")]

use std::time::{Duration, Instant};

use domain::event::JobEvent;
use domain::job_spec::JobId;
use domain::outcome::Status;
use futures::StreamExt;
use futures::future::join_all;
use jiff::Timestamp;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use store::journal::{Journal, read_database_bytes};
use store::location::StoreLocation;
use testing::events::{done, dry_run_spec, items_added, matched_with_details};
use testing::postgres::TestStore;

extern crate draft_maker_store as store;

/// Number of UPCs in one `ItemsAdded` event, and number of events appended concurrently.
const CHUNK: u32 = 1000;
const CONCURRENCY: u32 = 50;

#[tokio::main]
async fn main() {
    let items = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    println!("SQLite");
    let files = TestStore::in_files();
    measure(&files.location(), items).await;
    drop(files);
    println!("\nPostgreSQL");
    if let Some(store) = TestStore::in_postgres() {
        measure(&store.location(), items).await;
    }
}

async fn measure(location: &StoreLocation, items: u32) {
    let journal = Journal::open(location).await.unwrap();
    let job = journal.create_job(dry_run_spec(), Timestamp::now()).await.unwrap();
    let each = timed("take the list", items, take(&journal, &job, items)).await;
    println!("  {each:?} an item");
    let each = timed("identify and end every item, 50 at once", items * 2, work(&journal, &job, items)).await;
    println!("  {each:?} per event");
    let head = journal.subscribe_head().borrow().0;
    journal.close().await;
    drop(journal);
    let file = || location.data_dir().join("journal.db").metadata().unwrap().len();
    let size = read_database_bytes(location).await.unwrap().unwrap_or_else(file);
    println!("store: {head} events, {} bytes an item", size / u64::from(items));

    let journal = Journal::open(location).await.unwrap();
    let before = resident();
    timed("load the board", items, async {
        journal.projection(&job).await.unwrap();
    })
    .await;
    println!("  {} bytes an item", (resident().saturating_sub(before)) / u64::from(items));
    timed("outline of the job", items, async {
        journal.outline_projection(&job).await.unwrap();
    })
    .await;
    let before = resident();
    timed("all details in the order of the list", items, async {
        let upcs = journal.projection(&job).await.unwrap().read().items().iter().map(|item| item.upc).collect();
        assert_eq!(journal.stream_item_details(&job, upcs).count().await, items as usize);
    })
    .await;
    println!("  {} kB more than before it", resident().saturating_sub(before) / 1024);
    journal.close().await;
}

async fn timed(what: &str, count: u32, work: impl Future<Output = ()>) -> Duration {
    let (began, own, servers) = (Instant::now(), processor_seconds(), server_processor_seconds());
    work.await;
    let took = began.elapsed();
    println!(
        "{what}: {count} in {:.2} s, {:.0} a second; processor time {:.2} s ({:.2} s)",
        took.as_secs_f64(),
        f64::from(count) / took.as_secs_f64(),
        processor_seconds() - own,
        server_processor_seconds() - servers
    );
    took / count
}

async fn take(journal: &Journal, job: &JobId, items: u32) {
    for from in (0..items).step_by(CHUNK as usize) {
        journal.append_event(job, items_added(from..items.min(from + CHUNK))).await.unwrap();
    }
    journal.append_event(job, JobEvent::InputClosed).await.unwrap();
}

async fn work(journal: &Journal, job: &JobId, items: u32) {
    let tasks = (0..CONCURRENCY).map(|task| {
        let (journal, job) = (journal.clone(), job.clone());
        tokio::spawn(async move {
            for number in (task..items).step_by(CONCURRENCY as usize) {
                for event in [matched_with_details(number), done(number, Status::NeedsReview)] {
                    journal.append_event(&job, event).await.unwrap();
                }
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(|task| task.unwrap());
}

/// Returns the user and system time of this process.
fn processor_seconds() -> f64 {
    let used = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let times = [used.user_time(), used.system_time()].map(|time| time.num_microseconds().cast_unsigned());
    times.map(Duration::from_micros).iter().sum::<Duration>().as_secs_f64()
}

/// Returns the user and system time of all running PostgreSQL server processes, without those that have ended.
fn server_processor_seconds() -> f64 {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let stats = processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok());
    let ticks = stats.filter(|stat| stat.contains("(postgres)")).filter_map(|stat| {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    });
    // Linux counts in hundredths of a second.
    ticks.sum::<f64>() / 100.0
}

/// Returns the resident memory in bytes; 0 if the system does not report it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}
