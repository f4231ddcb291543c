//! Result files: their format, and that none is lost or incomplete.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_report as report;

mod several_drafts;

use std::path::Path;

use domain::copy_description::CopyDescription;
use domain::decision::{Decision, ReviewChoice};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::job_projection::JobProjection;
use domain::job_spec::InputItem;
use domain::matching::Verdict;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::sink::SinkKind;
use domain::sku::Sku;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use proptest::prelude::*;
use report::csv::CsvReport;
use report::event_lines::{EventFormat, format_events};
use report::{ReportError, ReportPaths, ResultEntry, Totals, write_reports};

use testing::events::{
    ambiguous, cover_chosen, done, input_item, item_event, items_added, job_spec, line_rejected, match_of, matched,
    price_event, timestamp, unknown, upc,
};
use testing::runtime::{assert_leaves_task_thread, run_with_one_blocking_thread};

/// Returns a job after these events (one per second) and the details of its items.
fn batch(events: impl IntoIterator<Item = JobEvent>) -> (JobProjection, Vec<ItemDetails>) {
    let job = "batch_20240318_143022_0".parse().unwrap();
    let mut projection = JobProjection::new(job);
    let mut all_details: Vec<ItemDetails> = Vec::new();
    for (second, event) in [JobEvent::Submitted { spec: job_spec() }].into_iter().chain(events).enumerate() {
        let at = Timestamp::from_second(timestamp("2024-03-18T14:30:22Z").as_second() + i64::try_from(second).unwrap())
            .unwrap();
        projection
            .apply_event(&EventEnvelope { seq: Seq(1), at, job: projection.job.clone(), payload: event.clone() })
            .unwrap();
        match event {
            JobEvent::ItemsAdded { items } => all_details.extend(items.into_iter().map(ItemDetails::new)),
            JobEvent::Item { upc, item_event: step } => {
                all_details.iter_mut().find(|details| details.input.upc == upc).unwrap().apply_event(at, step);
            }
            _ => {}
        }
    }
    (projection, all_details)
}

fn drafted(number: u32, title: &str) -> JobEvent {
    let draft = Draft {
        sku: Sku::for_upc(upc(number)),
        title: title.into(),
        sink: SinkKind::Csv,
        offer_id: None,
        url: None,
        price: None,
    };
    item_event(number, ItemEvent::Finished { outcome: ItemOutcome::succeeded(Status::Exported, Some(draft)) })
}

/// Returns a job with an item of each status.
fn job_with_each_status() -> (JobProjection, Vec<ItemDetails>) {
    let twice = InputItem {
        upc: upc(1),
        copies: 3,
        lines: vec![1, 7].into(),
        zeros_restored: 0,
        seller: None,
        differing: Vec::new(),
    };
    batch([
        JobEvent::ItemsAdded { items: vec![twice, input_item(2), input_item(3), input_item(4)] },
        line_rejected(5),
        JobEvent::InputClosed,
        matched(1),
        price_event(1),
        cover_chosen(1),
        drafted(1, "Nirvana Album 1 CD 1991"),
        ambiguous(2),
        done(2, Status::NeedsReview),
        unknown(3),
        done(3, Status::Failed),
        matched(4),
    ])
}

async fn report(
    folder: &Path,
    (projection, all_details): &(JobProjection, Vec<ItemDetails>),
) -> Result<ReportPaths, ReportError> {
    let totals = Totals::new(projection, Some(timestamp("2024-03-18T14:31:00.250987654Z")));
    let all_details = stream::iter(all_details.clone().into_iter().map(Ok::<_, String>));
    write_reports(folder, &totals, all_details).await
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn results_have_the_keys_of_the_first_version() {
    let folder = tempfile::tempdir().unwrap();
    let written = report(folder.path(), &job_with_each_status()).await.unwrap();
    insta::assert_snapshot!(text(&written.json));
}

#[tokio::test]
async fn the_summary_table_has_a_row_for_each_ended_item() {
    let folder = tempfile::tempdir().unwrap();
    let written = report(folder.path(), &job_with_each_status()).await.unwrap();
    insta::assert_snapshot!(text(&written.csv), @"
    UPC,Success,Artist,Album,Year,Price,SKU,Offer_ID,Listing_ID,Status,Error,Condition,Media_Grade,Sleeve_Grade,Condition_Note,Location,Own_SKU,Cost,Parts,Store_Category,Best_Offer,Copies
    720640000016,true,Nirvana,Album 1,1991,8.88,DM0720640000016,,,exported,,,,,,,,,,,,3
    720640000023,false,,,,,,,,needs_review,check it in the review,,,,,,,,,,,1
    720640000030,false,,,,,,,,failed,eBay: status 500,,,,,,,,,,,1
    ");
}

#[tokio::test]
async fn an_empty_batch_is_a_complete_file() {
    let folder = tempfile::tempdir().unwrap();
    let written = report(folder.path(), &batch([JobEvent::InputClosed])).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&written.json)).unwrap();
    assert_eq!((json["results"].as_array().unwrap().len(), json["success_rate"].as_f64()), (0, Some(0.0)));
    assert_eq!(text(&written.csv).lines().count(), 1);
}

#[tokio::test]
async fn the_counts_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let written = report(folder.path(), &job_with_each_status()).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&written.json)).unwrap();
    let summary = &json["summary"];
    let count = |key: &str| summary[key].as_u64().unwrap();
    let ended: u64 = Status::ALL.iter().map(|status| count(status.as_str())).sum();
    assert_eq!(json["total_upcs"].as_u64().unwrap(), ended + count("unfinished"));
    assert_eq!(json["results"].as_array().unwrap().len() as u64, ended);
    for entry in json["results"].as_array().unwrap() {
        assert_eq!(entry.as_object().unwrap().len(), 20, "every key is always present: {entry}");
    }
}

#[tokio::test]
async fn a_job_replaces_its_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let first = report(folder.path(), &job_with_each_status()).await.unwrap();
    let (mut projection, mut all_details) = job_with_each_status();
    let ends = done(4, Status::Skipped);
    let JobEvent::Item { item_event: event, .. } = ends.clone() else { unreachable!() };
    all_details[3].apply_event(timestamp("2024-03-18T15:00:00Z"), event);
    let job = projection.job.clone();
    projection
        .apply_event(&EventEnvelope { seq: Seq(2), at: timestamp("2024-03-18T15:00:00Z"), job, payload: ends })
        .unwrap();
    let second = report(folder.path(), &(projection, all_details)).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(files(folder.path()), ["batch_results_20240318_143022_0.json", "batch_summary_20240318_143022_0.csv"]);
    assert!(text(&second.json).contains("\"state\": \"completed\""));
    assert!(text(&second.json).contains("\"unfinished\": 0") && text(&second.csv).contains("skipped"));
}

#[tokio::test]
async fn files_of_another_run_are_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let taken_json = folder.path().join("batch_results_20240318_143022_0.json");
    let taken_csv = folder.path().join("batch_summary_20240318_143022_0_1.csv");
    std::fs::write(&taken_json, "{\n  \"job_id\": \"batch_20240318_143022_0\",\n  \"start_time\": \"1999\"").unwrap();
    std::fs::write(&taken_csv, "a table").unwrap();
    std::fs::create_dir(folder.path().join("batch_results_20240318_143022_0_2.json")).unwrap();
    let batch = job_with_each_status();
    let written = report(folder.path(), &batch).await.unwrap();
    assert_eq!(written.json.file_name().unwrap(), "batch_results_20240318_143022_0_3.json");
    assert_eq!(written.csv.file_name().unwrap(), "batch_summary_20240318_143022_0_3.csv");
    assert!(text(&taken_json).ends_with("1999\"") && text(&taken_csv) == "a table");
    assert_eq!(report(folder.path(), &batch).await.unwrap(), written, "the job's own files are found again");
}

#[test]
fn the_files_are_written_without_blocking_the_runtime() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("output");
    let (projection, all_details) = job_with_each_status();
    let (totals, is_created) = (Totals::new(&projection, None), || folder.exists());
    let items = stream::iter(all_details).map(|details| {
        assert!(!is_created(), "the thread for blocking calls is busy");
        Ok::<_, String>(details)
    });
    let written = run_with_one_blocking_thread(assert_leaves_task_thread(write_reports(&folder, &totals, items)));
    assert!(written.unwrap().json.exists());
}

#[tokio::test]
async fn a_failed_report_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (projection, all_details) = job_with_each_status();
    let broken = all_details.into_iter().map(Ok).chain([Err("event 7 cannot be read")]);
    let error = write_reports(folder.path(), &Totals::new(&projection, None), stream::iter(broken)).await.unwrap_err();
    assert_eq!(error.to_string(), "the result files are not written: event 7 cannot be read");
    assert_eq!(files(folder.path()), [""; 0]);

    let not_a_folder = folder.path().join("file");
    std::fs::write(&not_a_folder, "").unwrap();
    let error = report(&not_a_folder, &job_with_each_status()).await.unwrap_err().to_string();
    assert!(error.contains("cannot write the result files to") && error.contains("--output"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn result_files_are_readable_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let ordinary = folder.path().join("ordinary");
    std::fs::write(&ordinary, "").unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let written = report(folder.path(), &job_with_each_status()).await.unwrap();
    assert_eq!((mode(&written.json), mode(&written.csv)), (mode(&ordinary), mode(&ordinary)));
}

#[cfg(unix)]
#[test]
fn an_exported_table_is_readable_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (ordinary, exported) = (folder.path().join("ordinary"), folder.path().join("rows.csv"));
    std::fs::write(&ordinary, "").unwrap();
    report::table_export::export_table(&exported, std::iter::empty(), false).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&exported), mode(&ordinary));
}

/// Returns a summary table with one row.
fn table_of(artist: &str, error: &str) -> Vec<u8> {
    let mut found = match_of(artist, "Nevermind", 1);
    found.release.date = None;
    let verdict = Verdict::Matched { best_match: Box::new(found), runner_up: None };
    let outcome = ItemOutcome::failed(error.into());
    let mut details = ItemDetails::new(input_item(1));
    details.apply_event(
        timestamp("2024-03-18T14:30:22Z"),
        ItemEvent::Identified { verdict, unavailable_providers: Vec::new() },
    );
    details.apply_event(timestamp("2024-03-18T14:30:23Z"), ItemEvent::Finished { outcome });
    let mut table = CsvReport::new(Vec::new()).unwrap();
    table.write_entry(&ResultEntry::from_details(&details, &CopyDescription::default()).unwrap()).unwrap();
    table.finish().unwrap()
}

#[test]
fn no_cell_is_executed_by_a_spreadsheet() {
    let table = String::from_utf8(table_of("=cmd|' /C calc'!A0", "\t@SUM(1+1), \"quoted\"\nsecond line")).unwrap();
    insta::assert_snapshot!(table, @r#"
    UPC,Success,Artist,Album,Year,Price,SKU,Offer_ID,Listing_ID,Status,Error,Condition,Media_Grade,Sleeve_Grade,Condition_Note,Location,Own_SKU,Cost,Parts,Store_Category,Best_Offer,Copies
    720640000016,false,'=cmd|' /C calc'!A0,Nevermind,,,,,,failed,"' @SUM(1+1), ""quoted"" second line",,,,,,,,,,,1
    "#);
}

proptest! {
    #[test]
    fn any_text_is_one_harmless_cell(artist in "\\PC{0,20}|[=+@\\-\t\r\n ]{1,3}.{0,8}", error in any::<String>()) {
        let table = table_of(&artist, &error);
        let mut rows = csv::Reader::from_reader(table.as_slice());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        prop_assert_eq!(rows.len(), 1);
        for cell in &rows[0] {
            let first = cell.trim_start().chars().next();
            prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{:?}", cell);
            prop_assert!(!cell.contains(char::is_control), "{:?}", cell);
        }
        let (shown, meant) = (rows[0][2].chars().count(), artist.chars().count());
        prop_assert!(shown == meant || shown == meant + 1, "only a leading quote may be added");
    }
}

#[tokio::test]
async fn an_unfinished_batch_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let (projection, all_details) =
        batch([items_added([1, 2]), done(1, Status::Skipped), JobEvent::manual_stop("asked to".into())]);
    let written = report(folder.path(), &(projection, all_details)).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&written.json)).unwrap();
    assert_eq!((&json["summary"]["state"], &json["summary"]["unfinished"]), (&"stopped".into(), &1.into()));
    assert_eq!(json["end_time"], "2024-03-18T14:30:25Z", "the time of the stop, not of the report");
    assert_eq!(json["results"].as_array().unwrap().len(), 1);
}

/// An item whose terms were corrected gets one line, when it ends with them, no matter how late the events are read.
#[test]
fn a_corrected_scan_gets_one_line() {
    let scanned = |key: &str, corrects| JobEvent::Scanned {
        key: key.to_owned(),
        upc: Some(upc(1)),
        copies: 1,
        line: 1,
        seller: None,
        corrects,
    };
    let corrected = vec![items_added([1]), scanned("a", false), done(1, Status::Skipped), scanned("b", true)];
    let repeated = [item_event(1, ItemEvent::Redescribed), done(1, Status::Skipped)];
    for (events, lines) in [(corrected.clone(), 1), (corrected.into_iter().chain(repeated).collect(), 2)] {
        let (projection, _) = batch(events.clone());
        let printed = print_lines(&projection, events);
        assert_eq!(printed.iter().filter(|line| line.contains("skipped")).count(), lines - 1, "{printed:?}");
        assert_eq!(printed.len(), lines, "{printed:?}");
    }
}

fn print_lines(projection: &JobProjection, events: Vec<JobEvent>) -> Vec<String> {
    let (job, at) = (projection.job.clone(), timestamp("2024-03-18T14:30:22Z"));
    let numbered =
        (1..).zip(events).map(|(seq, payload)| EventEnvelope { seq: Seq(seq), at, job: job.clone(), payload });
    format_events(&numbered.collect::<Vec<_>>(), projection, EventFormat::Text)
}

/// An item that is decided by an earlier decision gets one line, when it ends, no matter how late the events are read.
#[test]
fn an_item_decided_meanwhile_gets_one_line() {
    let skipped = || Decision { choice: ReviewChoice::Skip { why: "cracked".to_owned() }, ..Decision::accept() };
    let decided = |end: Option<JobEvent>| {
        let events = [items_added([1]), unknown(1), done(1, Status::NeedsReview)];
        let decision = item_event(1, ItemEvent::ReviewDecided { decision: skipped() });
        events.into_iter().chain([decision]).chain(end).collect::<Vec<_>>()
    };
    for (events, lines) in [
        (vec![items_added([1]), unknown(1), done(1, Status::NeedsReview)], 1),
        (decided(None), 0),
        (decided(Some(done(1, Status::Skipped))), 1),
        (decided(Some(done(1, Status::NeedsReview))), 1),
    ] {
        let (projection, _) = batch(events.clone());
        assert_eq!(print_lines(&projection, events).len(), lines);
    }
}
