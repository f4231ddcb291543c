//! Measures the time and memory to read a list of 1,000,000 rows, compared with the `csv` crate alone on the same file.
//!
//! ```text
//! cargo bench -p draft-maker-input --bench lists
//! ```
//!
//! Fails if reading takes more than twice the time of `csv`, or more than 400 MB.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at the first surprise")]

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use input::{InputList, Settings, Source, read_list};
use testing::barcodes::upc_a_text;
use testing::process::{peak_kilobytes, processor_time};

extern crate draft_maker_input as input;

const ROWS: u64 = 1_000_000;
/// Number of rounds. The fastest one counts, because the machine is shared.
const ROUNDS: u32 = 5;
const MAX_RATIO: f64 = 2.0;
const MAX_KILOBYTES: u64 = 400_000;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    std::fs::write(&path, list_text()).expect("a file");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (ours, our_processor) = fastest(|| {
        let list = runtime.block_on(read(&path));
        assert_eq!((list.items.len() as u64, list.rejected_count), (ROWS, 0), "every row is an item");
        list
    });
    let memory = peak_kilobytes(std::process::id());
    let (theirs, their_processor) = fastest(|| assert_eq!(read_with_csv(&path), ROWS, "every row is a record"));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{ROWS} rows: {ours:.2?}, csv alone {theirs:.2?}: {ratio:.2} times; at most {} MB", memory / 1_000);
    let ratio_of_processor = our_processor.as_secs_f64() / their_processor.as_secs_f64();
    println!("processor time: {our_processor:.2?}, csv alone {their_processor:.2?}: {ratio_of_processor:.2} times");
    ExitCode::from(u8::from(ratio > MAX_RATIO || memory > MAX_KILOBYTES))
}

/// Returns rows as a point-of-sale system exports them, with different barcodes.
fn list_text() -> String {
    let mut text = "SKU,Artist,Title,UPC,Price,Qty,Department\n".to_owned();
    for number in 0..ROWS {
        let code = upc_a_text(10_000_000_000 + number * 7);
        writeln!(text, "A-{number},Artist {number},\"Title, the {number}th\",{code},9.99,1,CD").expect("a line");
    }
    text
}

async fn read(path: &Path) -> InputList {
    read_list(&Source::File(path.to_owned()), &Settings::default()).await.expect("a list")
}

fn read_with_csv(path: &Path) -> u64 {
    let mut reader = csv::Reader::from_reader(File::open(path).expect("a file"));
    reader.records().map(|record| u64::from(record.expect("a record").len() == 7)).sum()
}

/// Returns the time of the fastest round, and the average processor time per round, in which other programs do not
/// count. Freeing the result does not count either: the program keeps the list.
fn fastest<T>(work: impl Fn() -> T) -> (Duration, Duration) {
    let rounds = (0..ROUNDS).map(|_| {
        let (start, before) = (Instant::now(), processor_time(std::process::id()));
        let result = work();
        let times = (start.elapsed(), processor_time(std::process::id()).saturating_sub(before));
        drop(result);
        times
    });
    let rounds: Vec<(Duration, Duration)> = rounds.collect();
    let fastest = rounds.iter().map(|(elapsed, _)| *elapsed).min().unwrap_or_default();
    (fastest, rounds.iter().map(|(_, processor)| *processor).sum::<Duration>() / ROUNDS)
}
