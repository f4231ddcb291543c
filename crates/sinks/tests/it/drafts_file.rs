//! The drafts file is written without blocking the runtime, by one job at a time, and completely or not at all.
//!
//! A named pipe replaces an earlier drafts file: opening it for reading blocks until a writer opens it.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::event::JobEvent;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::Listing;
use sinks::{CsvSink, DraftResult, DraftSink as _, WrittenFiles};
use store::journal::Journal;
use tempfile::TempDir;

use super::all_files;
use super::all_sinks::{ean13_from, job, listing_for};

/// Time limit, longer than writing any of these files takes.
const TIMEOUT: Duration = Duration::from_secs(20);

struct Fixture {
    _data: TempDir,
    output: TempDir,
    journal: Journal,
}

impl Fixture {
    async fn new() -> Self {
        let data = TempDir::new().unwrap();
        let journal = Journal::open(data.path()).await.unwrap();
        Self { _data: data, output: TempDir::new().unwrap(), journal }
    }

    /// Returns a sink of this job with these drafts.
    async fn sink_with_drafts(&self, job: &JobId, drafts: std::ops::Range<u64>) -> CsvSink {
        let sink = CsvSink::new(self.journal.clone(), job.clone(), self.output.path().to_owned());
        let listings: Vec<Listing> = drafts.map(|number| listing_for(&ean13_from(number))).collect();
        for created in futures::future::join_all(listings.iter().map(|listing| sink.create_draft(listing))).await {
            created.unwrap();
        }
        sink
    }

    /// Creates a named pipe in place of the first file of a job.
    fn block_file_of(&self, job: &JobId) -> PathBuf {
        let path = self.output.path().join(format!("ebay_drafts_{}.csv", job.file_stamp()));
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    /// Marks the rows of a job as replaced after their file was written, as an edit does.
    async fn mark_rows_as_newer(&self, job: &JobId) {
        let seller = store::journal::SellerAccount::anonymous("production");
        let entries = self.journal.ledger_entries_page(&seller, "csv", job, 0, 10).await.unwrap();
        let newer = entries.into_iter().map(|entry| {
            let mut payload = entry.payload;
            payload["is_newer_than_file"] = true.into();
            (entry.sku, payload)
        });
        self.journal.update_ledger_entries(&seller, "csv", newer.collect()).await.unwrap();
    }

    /// Creates a job whose files are written to the output folder.
    async fn create_job(&self) -> JobId {
        let output = self.output.path().display().to_string().into();
        let spec = JobSpec { output, ..testing::events::job_spec() };
        self.journal.create_job(spec, "2024-03-18T14:30:22Z".parse().unwrap()).await.unwrap()
    }

    /// Records that the process of a job was killed.
    async fn kill(&self, job: &JobId) {
        self.journal.append_event(job, JobEvent::interruption("killed".to_owned())).await.unwrap();
    }

    fn file_names(&self) -> Vec<String> {
        let entries = self.output.path().read_dir().unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// With one thread for all tasks, a blocking read or `fsync` on it would stop the ticks.
#[tokio::test]
async fn writing_blocks_no_thread_of_the_runtime() {
    let fixture = Fixture::new().await;
    let sink = fixture.sink_with_drafts(&job(0), 0..3).await;
    let pipe = fixture.block_file_of(&job(0));
    let ticks = Arc::new(AtomicU32::new(0));
    let ticker = tokio::spawn({
        let ticks = ticks.clone();
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(2)).await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let watcher = std::thread::spawn({
        let (ticks, pipe) = (ticks.clone(), pipe.clone());
        move || {
            // Opening the pipe waits for its reader, so from here on the sink is inside the blocking read.
            let opened = std::fs::File::options().write(true).open(&pipe).unwrap();
            let before = ticks.load(Ordering::Relaxed);
            let deadline = std::time::Instant::now() + Duration::from_secs(5);
            while ticks.load(Ordering::Relaxed) < before + 3 && std::time::Instant::now() < deadline {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            drop(opened);
            ticks.load(Ordering::Relaxed) >= before + 3
        }
    });
    let paths = tokio::time::timeout(TIMEOUT, all_files(&sink)).await.unwrap();
    assert!(watcher.join().unwrap(), "the runtime was blocked while the file was written");
    ticker.abort();
    assert_eq!(paths, [fixture.output.path().join("ebay_drafts_20240318_143022_0_2.csv")]);
}

#[tokio::test]
async fn one_job_does_not_wait_for_the_file_of_another() {
    let fixture = Fixture::new().await;
    let slow = fixture.sink_with_drafts(&job(0), 0..3).await;
    let quick = fixture.sink_with_drafts(&job(1), 3..6).await;
    let pipe = fixture.block_file_of(&job(0));
    let slow_close = tokio::spawn(async move { all_files(&slow).await });
    // Opening the pipe waits for its reader, so from here on the slow job is inside its blocking read.
    let opened = tokio::task::spawn_blocking(move || std::fs::File::options().write(true).open(&pipe).unwrap());
    let opened = opened.await.unwrap();
    let paths = tokio::time::timeout(TIMEOUT, all_files(&quick)).await;
    drop(opened);
    assert_eq!(paths.expect("it waited"), [fixture.output.path().join("ebay_drafts_20240318_143022_1.csv")]);
    assert_eq!(slow_close.await.unwrap().len(), 1);
}

/// Otherwise the row would be marked as written although its file has the row before.
#[tokio::test]
async fn a_row_is_not_replaced_while_its_file_is_written() {
    let fixture = Fixture::new().await;
    let sink = fixture.sink_with_drafts(&job(0), 0..1).await;
    let other = fixture.sink_with_drafts(&job(1), 1..2).await;
    let file = all_files(&sink).await.remove(0);
    fixture.mark_rows_as_newer(&job(0)).await;
    let content = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let pipe = fixture.block_file_of(&job(0));
    let writer = sink.clone();
    let writing = tokio::spawn(async move { writer.close().await });
    // The new file has its rows when the old one is read to compare them.
    let opened = tokio::task::spawn_blocking(move || std::fs::File::options().write(true).open(&pipe).unwrap());
    let mut opened = opened.await.unwrap();
    let changed = |number, quantity| listing_for(&ean13_from(number)).with_quantity(quantity);
    let (replacing, listing) = (sink.clone(), changed(0, 3));
    let replacement = tokio::spawn(async move { replacing.create_draft(&listing).await });
    // The journal writes in order: these replacements of another job's row end after one that does not wait.
    for quantity in 2..10 {
        other.create_draft(&changed(1, quantity)).await.unwrap();
    }
    assert!(!replacement.is_finished(), "the row was replaced while its file was written");
    opened.write_all(&content).unwrap();
    drop(opened);
    writing.await.unwrap().unwrap();
    replacement.await.unwrap().unwrap();
    sink.close().await.unwrap();
    assert_ne!(std::fs::read(&file).unwrap(), content, "the replaced row is in the file");
}

/// If a batch is stopped while it writes, the file is complete or absent, and the next close writes it.
#[tokio::test]
async fn an_interrupted_write_leaves_no_incomplete_file() {
    let fixture = Fixture::new().await;
    let sink = fixture.sink_with_drafts(&job(0), 0..1_200).await;
    let whole = all_files(&sink).await;
    let content = std::fs::read(&whole[0]).unwrap();
    std::fs::remove_file(&whole[0]).unwrap();
    for microseconds in [0, 200, 1_000, 5_000, 20_000, 50_000] {
        tokio::time::timeout(Duration::from_micros(microseconds), sink.close()).await.ok();
        for entry in fixture.output.path().read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "csv") {
                assert!(std::fs::read(&path).unwrap() == content, "an incomplete file after {microseconds} µs");
            }
        }
    }
    assert_eq!(all_files(&sink).await, whole);
    assert_eq!(fixture.file_names(), ["ebay_drafts_20240318_143022_0.csv"]);
    assert!(std::fs::read(&whole[0]).unwrap() == content);
}

/// Returns the SKUs of the rows of a drafts file.
fn skus(path: &Path) -> BTreeSet<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
    let rows = reader.records().map(|row| row.unwrap()).filter(|row| row.get(0) == Some("Draft"));
    rows.map(|row| row[1].to_owned()).collect()
}

/// The seller may have uploaded the first file, so it stays unchanged, with the seller's edits.
/// Adds a draft of the seller to a file. Returns the earlier text of the file.
fn add_own_draft(file: &Path) -> String {
    let original = std::fs::read_to_string(file).unwrap();
    let row = original.lines().find(|line| line.starts_with("Draft,")).unwrap();
    let own = row.replacen(row.split(',').nth(1).unwrap(), "MINE-1", 1);
    std::fs::write(file, format!("{}\r\n{own}\r\n", original.trim_end())).unwrap();
    original
}

#[tokio::test]
async fn later_rows_go_to_a_new_file() {
    let fixture = Fixture::new().await;
    let [first, second, third] = ["", "_part2", "_part3"]
        .map(|part| fixture.output.path().join(format!("ebay_drafts_20240318_143022_0{part}.csv")));
    let sink = fixture.sink_with_drafts(&job(0), 0..3).await;
    assert_eq!(sink.close().await.unwrap(), WrittenFiles { new: vec![first.clone()], ..WrittenFiles::default() });
    let edited = format!("{}\r\n", std::fs::read_to_string(&first).unwrap().trim_end().replace(",12.83,", ",99.99,"));
    std::fs::write(&first, &edited).unwrap();

    let resumed = fixture.sink_with_drafts(&job(0), 0..5).await;
    let written = resumed.close().await.unwrap();
    assert_eq!((written.new, written.earlier), (vec![second.clone()], vec![first.clone()]));
    assert_eq!(std::fs::read_to_string(&first).unwrap(), edited);
    assert_eq!((skus(&first).len(), skus(&second).len()), (3, 2));
    assert!(skus(&first).is_disjoint(&skus(&second)));

    // Without new rows no file is written. If the seller moved the file away, it is recreated with its own rows only.
    std::fs::rename(&first, fixture.output.path().join("uploaded.csv")).unwrap();
    let third_run = fixture.sink_with_drafts(&job(0), 0..6).await;
    let written = third_run.close().await.unwrap();
    assert_eq!((written.new, written.earlier), (vec![third.clone()], vec![first.clone(), second]));
    assert_eq!(skus(&first), skus(&fixture.output.path().join("uploaded.csv")));
    assert_eq!(skus(&third).len(), 1);
}

/// A process was killed between writing the file and recording it. Also covers the files of earlier versions.
#[tokio::test]
async fn an_unrecorded_file_keeps_its_rows() {
    let fixture = Fixture::new().await;
    let sink = fixture.sink_with_drafts(&job(0), 0..3).await;
    let first = all_files(&sink).await.remove(0);
    let content = std::fs::read(&first).unwrap();
    let seller = store::journal::SellerAccount::anonymous("production");
    let entries = fixture.journal.ledger_entries_page(&seller, "csv", &job(0), 0, 10).await.unwrap();
    let unrecorded = entries.into_iter().map(|entry| {
        let mut payload = entry.payload;
        assert!(payload.as_object_mut().unwrap().remove("file").is_some());
        (entry.sku, payload)
    });
    fixture.journal.update_ledger_entries(&seller, "csv", unrecorded.collect()).await.unwrap();

    let resumed = fixture.sink_with_drafts(&job(0), 0..5).await;
    let written = resumed.close().await.unwrap();
    assert_eq!((written.new.len(), &written.earlier[..]), (1, std::slice::from_ref(&first)));
    assert_eq!(std::fs::read(&first).unwrap(), content);
    assert_eq!(skus(&written.new[0]).len(), 2);
}

/// If the seller has added drafts to the file, an edited draft must not be lost silently.
#[tokio::test]
async fn a_file_with_drafts_of_the_seller_is_reported_as_outdated_until_it_can_be_written() {
    let fixture = Fixture::new().await;
    let sink = fixture.sink_with_drafts(&job(0), 0..3).await;
    let file = all_files(&sink).await.remove(0);
    let original = add_own_draft(&file);
    fixture.mark_rows_as_newer(&job(0)).await;

    let written = fixture.sink_with_drafts(&job(0), 0..3).await.close().await.unwrap();
    assert_eq!((written.earlier, written.outdated), (vec![file.clone()], vec![file.clone()]));
    assert!(std::fs::read_to_string(&file).unwrap().contains("MINE-1"));

    std::fs::write(&file, &original).unwrap();
    for _ in 0..2 {
        let written = fixture.sink_with_drafts(&job(0), 0..3).await.close().await.unwrap();
        assert_eq!((written.earlier, written.outdated), (vec![file.clone()], Vec::new()));
    }
}

/// The row leaves the file of the killed job before another job writes it to its own file.
#[tokio::test]
async fn a_row_that_a_killed_job_withdrew_is_free_for_another_job() {
    let fixture = Fixture::new().await;
    let (killed, next) = (fixture.create_job().await, fixture.create_job().await);
    let sink = fixture.sink_with_drafts(&killed, 0..3).await;
    let file = all_files(&sink).await.remove(0);
    let listing = listing_for(&ean13_from(1));
    sink.withdraw_draft(listing.sku()).await.unwrap();
    fixture.kill(&killed).await;

    let sink = CsvSink::new(fixture.journal.clone(), next, fixture.output.path().to_owned());
    let created = sink.create_draft(&listing).await.unwrap();
    assert!(matches!(created, DraftResult::Created { .. }), "{created:?}");
    let written = sink.close().await.unwrap();
    assert_eq!(skus(&written.new[0]), BTreeSet::from([listing.sku().to_string()]));
    assert_eq!(skus(&file).len(), 2);
    assert!(!skus(&file).contains(listing.sku().as_str()));
    let repeated = sink.create_draft(&listing).await.unwrap();
    assert!(matches!(repeated, DraftResult::Created { .. }), "{repeated:?}");
}

/// A file with drafts of the seller keeps the rows, so the result of each says that it is in two files.
#[tokio::test]
async fn a_withdrawn_row_that_stays_in_its_file_is_named() {
    let fixture = Fixture::new().await;
    let (killed, next) = (fixture.create_job().await, fixture.create_job().await);
    let sink = fixture.sink_with_drafts(&killed, 0..3).await;
    let file = all_files(&sink).await.remove(0);
    add_own_draft(&file);
    let listings = [1, 2].map(|number| listing_for(&ean13_from(number)));
    for listing in &listings {
        sink.withdraw_draft(listing.sku()).await.unwrap();
    }
    fixture.kill(&killed).await;

    let sink = CsvSink::new(fixture.journal.clone(), next, fixture.output.path().to_owned());
    for listing in &listings {
        let created = sink.create_draft(listing).await.unwrap();
        let DraftResult::Created { note: Some(note), .. } = created else { panic!("{created:?}") };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(note.contains(&format!("{killed} ({name}) still has its row")), "{note}");
    }
    let written = sink.close().await.unwrap();
    assert_eq!(skus(&written.new[0]).len(), 2);
    assert!(skus(&file).contains("MINE-1") && skus(&file).contains(listings[0].sku().as_str()));
}

/// A running job writes its own file when it ends, so that its rows are not split over two files.
#[tokio::test]
async fn the_file_of_a_running_job_is_left_to_it() {
    let fixture = Fixture::new().await;
    let (running, other) = (fixture.create_job().await, fixture.create_job().await);
    let first = fixture.sink_with_drafts(&running, 0..1).await;
    let second = fixture.sink_with_drafts(&other, 0..1).await;
    assert_eq!(second.close().await.unwrap(), WrittenFiles::default());
    fixture.sink_with_drafts(&running, 1..2).await;
    let written = first.close().await.unwrap();
    assert_eq!((written.new.len(), skus(&written.new[0]).len()), (1, 2));

    fixture.kill(&running).await;
    assert_eq!(second.close().await.unwrap().earlier, written.new);
}
