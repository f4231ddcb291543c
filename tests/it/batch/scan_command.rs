//! Scans from standard input: each one counts once, in a batch that stays open until the input ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use domain::job_spec::JobId;
use nix::sys::signal::Signal;
use sandbox::SandboxOptions;
use store::journal::Journal;

use super::shop::{ProgramOutput, Shop, lines, run_output, send_signal, wait_for_exit};

fn scanning(shop: &Shop, arguments: &[&str]) -> Child {
    let arguments = [&["scan"], arguments].concat();
    let mut program = shop.program(&arguments);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs the program with this input until it ends.
fn scan(shop: &Shop, arguments: &[&str], input: &str) -> ProgramOutput {
    let mut child = scanning(shop, arguments);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    run_output(&child.wait_with_output().unwrap())
}

async fn journal(shop: &Shop) -> Journal {
    Journal::open_read_only(&shop.home.path().join(".local/share/draft-maker")).await.unwrap()
}

async fn newest_job(shop: &Shop) -> (Journal, JobId) {
    let journal = journal(shop).await;
    let job = journal.job_ids().await.unwrap().remove(0);
    (journal, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_for_each_result_and_the_exit_code_of_a_run() {
    let shop = Shop::open().await;
    let ran = scan(&shop, &[], "]E00720642472712\r\n093624896326\n\nnonsense\n720642472712\n614141000036\n");
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("accepts scans"), "{}", ran.out);
    assert!(ran.out.contains("line 4 skipped: \"nonsense\""), "{}", ran.out);
    assert!(ran.out.contains("720642472712   repeated: 2 copies"), "{}", ran.out);
    assert!(ran.out.contains("093624896326   exported"), "{}", ran.out);
    assert!(ran.out.contains("614141000036   needs_review"), "{}", ran.out);
    let (journal, job) = newest_job(&shop).await;
    let listed = journal.input_items(&job, &["720642472712".parse().unwrap()]).await.unwrap();
    assert_eq!((listed[0].copies, listed[0].lines.to_vec()), (2, vec![1, 5]));
    let all_good = scan(&shop, &["--test"], "720642472712\n");
    assert_eq!(all_good.code, Some(0), "{}{}", all_good.out, all_good.err);
    assert!(all_good.out.contains("already_drafted"), "it has its draft: {}", all_good.out);
    assert!(!all_good.out.contains("quantity of 0"), "{}", all_good.out);
}

/// A copy scanned after its draft was created increases the quantity of the draft if the destination can do that, and
/// is reported otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_scanned_later_is_drafted_too() {
    let shop = Shop::open().await;
    let mut child = scanning(&shop, &[]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"720642472712\n").unwrap();
    // The result of an item that is scanned again before its line is printed is left out.
    let (mut output, mut printed) = (BufReader::new(child.stdout.take().unwrap()), String::new());
    while !printed.contains("exported") {
        assert!(output.read_line(&mut printed).unwrap() > 0, "{printed}");
    }
    input.write_all(b"720642472712\n").unwrap();
    drop(input);
    output.read_to_string(&mut printed).unwrap();
    let ran = ProgramOutput { out: printed, ..run_output(&child.wait_with_output().unwrap()) };
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("repeated: 2 copies"), "{}", ran.out);
    assert_eq!(ran.out.matches("720642472712   ").count(), 3, "{}", ran.out);
    let results = shop.results();
    assert_eq!(results["results"].as_array().unwrap().len(), 1, "{results}");
    let text = results["results"][0].to_string();
    assert!(text.contains("was replaced (quantity from 1 to 2)"), "{text}");
    let rows = shop.draft_rows();
    assert!(rows.len() == 1 && rows[0].contains(&"2".to_owned()), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scan_is_finished_once_despite_a_kill() {
    let latency = Duration::from_millis(20);
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        latency,
        synthetic_releases: 60,
        ..SandboxOptions::default()
    })
    .await;
    let mut child = scanning(&shop, &[]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines(&shop.sandbox.synthetic_upcs()).as_bytes()).unwrap();
    input.flush().unwrap();
    shop.wait_for_requests(20).await;
    send_signal(&child, Signal::SIGKILL);
    wait_for_exit(&mut child).await;
    let (journal, job) = newest_job(&shop).await;
    let record = journal.projection(&job).await.unwrap().read().scans.records().len();
    assert!(record > 0);
    drop(journal);
    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    let statuses = shop.statuses();
    assert_eq!(statuses.len(), record);
    assert!(statuses.iter().all(|(_, status)| status == "exported"), "{statuses:?}");
    let mut rows = shop.draft_rows();
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), record);
}

/// A line with only grades applies to the following scans; a scan can state its own grade.
#[tokio::test(flavor = "multi_thread")]
async fn grades_can_be_entered_while_scanning() {
    let shop = Shop::open().await;
    let ran = scan(&shop, &[], "VG+/VG\n720642472712\n093624896326 G\nnograde\n720642442524\n");
    let (journal, job) = newest_job(&shop).await;
    let upcs = ["720642472712", "093624896326", "720642442524"].map(|upc| upc.parse().unwrap());
    let listed = journal.input_items(&job, &upcs).await.unwrap();
    let grades = |place: usize| {
        let seller = listed[place].seller.as_deref()?;
        Some((seller.media_grade?.as_str(), seller.sleeve_grade.map(domain::seller_data::MediaGrade::as_str)))
    };
    assert_eq!([grades(0), grades(1), grades(2)], [Some(("VG+", Some("VG"))), Some(("G", None)), None]);
    assert!(ran.out.contains("720642472712   exported"), "{}{}", ran.out, ran.err);
    let condition = |upc: &str| {
        let rows = shop.draft_rows();
        rows.iter().find(|row| row[4] == upc).map(|row| row[8].clone())
    };
    assert_eq!(
        condition("720642472712").as_deref(),
        Some("3000"),
        "a record: used, with its grade as an item specific"
    );
    assert_eq!(condition("093624896326").as_deref(), Some("6000"));
}

/// A second copy in another grade is not silently added to the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_copy_in_another_grade_goes_to_review() {
    let shop = Shop::open().await;
    let ran = scan(&shop, &["--test"], "720642472712 VG+\n720642472712 G\n");
    let (journal, job) = newest_job(&shop).await;
    let listed = journal.input_items(&job, &["720642472712".parse().unwrap()]).await.unwrap().remove(0);
    let copies = listed.copy_groups().iter().map(|group| group.copies).collect::<Vec<_>>();
    assert_eq!((listed.copies, copies), (2, vec![1, 1]), "{}{}", ran.out, ran.err);
}

/// A location, parts and a mistyped grade between scans, and the correction of the last scan, whose draft may exist.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_scan_is_corrected_and_locations_apply_to_the_scans_that_follow() {
    let shop = Shop::open().await;
    let lines = "VG+ loc Box 14\n720642472712\nVGG\n093624896326 no-booklet\nlast G\n720642442525\nlast VG\nlast VGG\n";
    let ran = scan(&shop, &[], lines);
    assert!(
        ran.out.contains("line 3 skipped: \"VGG\": neither a barcode nor a grade (M, NM, EX, VG+, ")
            && ran.out.contains("the terms stated before it stay in force"),
        "{}",
        ran.out
    );
    let (journal, job) = newest_job(&shop).await;
    let upcs = ["720642472712", "093624896326"].map(|upc| upc.parse().unwrap());
    let listed = journal.input_items(&job, &upcs).await.unwrap();
    let terms = |place: usize| domain::scan::ScanTerms::from(&**listed[place].seller.as_ref().unwrap()).summary();
    assert_eq!([terms(0), terms(1)], ["VG+ loc Box 14", "G no-booklet loc Box 14"]);
    assert_eq!((listed[1].copies, listed[1].lines.to_vec()), (1, vec![4]));
    assert!(ran.out.contains("093624896326   scan corrected"), "{}", ran.out);
    assert!(
        ran.out.contains("line 7 skipped: \"last VG\": the scan before it is not a barcode"),
        "a misread: {}",
        ran.out
    );
    assert!(ran.out.contains("line 8 skipped: \"last VGG\": VGG is not a grade"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_follows_the_corrected_grade() {
    let shop = Shop::with_synthetic(1).await;
    let upc = shop.sandbox.synthetic_upcs()[0];
    let mut child = {
        let mut program = shop.seller(&["scan", "--sink", "inventory"]);
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{upc} VG+\n").as_bytes()).unwrap();
    let sku = domain::sku::Sku::for_upc(upc).to_string();
    let text = || shop.sandbox.ebay_state().items.get(&sku).map(|item| item["conditionDescription"].to_string());
    while text().is_none() || shop.sandbox.ebay_state().offers_for_sku(&sku).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let price = || shop.sandbox.ebay_state().offers_for_sku(&sku)[0]["pricingSummary"]["price"]["value"].clone();
    let before = price();
    input.write_all(b"last G\n").unwrap();
    drop(input);
    let ran = run_output(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(text().unwrap().contains("Good (G)"), "{:?} {}{}", text(), ran.out, ran.err);
    assert_ne!(price(), before, "the price of the other grade: {}", ran.out);
    assert_eq!(shop.sandbox.ebay_state().offers_for_sku(&sku).len(), 1);
}

/// The batch is not closed, because scans may be missing.
#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_cannot_be_read_does_not_close_the_batch() {
    let shop = Shop::open().await;
    let folder = std::fs::File::open(shop.home.path()).unwrap();
    let ran = run_output(&shop.program(&["scan"]).stdin(folder).output().unwrap());
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("error: cannot read standard input"), "{}", ran.err);
    assert!(ran.out.contains("stopped: the scans could not be read or recorded"), "{}", ran.out);
    let (journal, job) = newest_job(&shop).await;
    assert!(ran.err.contains(&format!("`draft-maker resume {job}` finishes the batch")), "{}", ran.err);
    let summary = journal.job_summary(&job).await.unwrap();
    assert_eq!(summary.state, domain::job::JobState::Stopped, "{}{}", ran.out, ran.err);
    drop(journal);
    let resumed = shop.run(&["resume", job.as_str()]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
}
