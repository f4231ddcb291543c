//! From browsing to a running batch, on a terminal: locally, and with a service.

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::SandboxOptions;
use testing::barcodes::upc_a_text;

use super::pty::Session;
use crate::batch::shop::Shop;

/// Browses to the list, reads the plan, changes the destination and back, selects one draft per copy, and starts.
async fn from_the_bucket_to_the_batch(shop: &Shop, who: &str) {
    let mut session = Session::open(shop, &["console", "gs://draft-maker-bucket"], (30, 100));
    session.until(who).await;
    session.until("upcs.txt").await;
    session.press("/upcs\r");
    session.until("/upcs ").await;
    session.press("\r");
    session.until_estimated(83).await;
    session.until("83 items are looked up at MusicBrainz and Discogs").await;
    session.until("Discogs (key set)").await;
    session.until("starts at once").await;
    session.until("destination: csv (from settings)").await;
    session.press(" ");
    session.until("destination: inventory").await;
    session.until("Drafts cannot be created there yet").await;
    session.press("\r");
    session.press("  ");
    let is_csv = |screen: &str| screen.contains("destination: csv") && !screen.contains("Drafts cannot be created");
    session.until_it(is_csv, "the file again").await;
    session.press("j ");
    session.until("copies: one draft for each copy").await;
    session.until("86 drafts").await;
    session.press("\r");
    session.until("completed  83/83").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 3, "the exit code of the batch");
    assert!(session.is_clean());
    let rows = shop.draft_rows();
    assert!(!rows.is_empty(), "the drafts went to the chosen destination");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_started_locally() {
    let shop = Shop::open().await;
    from_the_bucket_to_the_batch(&shop, "this console").await;
}

/// The progress bar of a run names the bottleneck, like the console: locally, and with a service.
#[tokio::test(flavor = "multi_thread")]
async fn the_bar_of_a_run_names_its_bottleneck() {
    let paced = [("DRAFT_MAKER__PROVIDERS__DISCOGS__REQUESTS_PER_MINUTE", "120")];
    let shop = Shop::with_synthetic(60).await;
    let list = shop.synthetic_list();
    let mut alone = Session::open_with(&shop, &["run", list], (24, 120), &paced);
    alone.until("left: Discogs, 120 per minute").await;
    alone.press("\x03");
    alone.wait_for_exit().await;
    let mut command = shop.program(&["serve", "--port", "0"]);
    let mut service = command.envs(paced).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    shop.wait_for_service().await;
    shop.sandbox.put_object(
        "draft-maker-bucket",
        "s.txt",
        crate::batch::shop::lines(&shop.sandbox.synthetic_upcs()).as_bytes(),
    );
    let mut attached = Session::open(&shop, &["run", "gs://draft-maker-bucket/s.txt"], (24, 120));
    attached.until("left: Discogs, 120 per minute").await;
    attached.press("\x03");
    attached.wait_for_exit().await;
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    crate::batch::shop::wait_for_exit(&mut service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_started_at_a_joined_service() {
    let shop = Shop::open().await;
    let mut service = shop.serve().await;
    from_the_bucket_to_the_batch(&shop, "the service at 127.0.0.1").await;
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}

/// The same list twice: the second console offers the batch of the first, and a third console starts a queued batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_progress_can_be_joined_or_started_again() {
    let latency = Duration::from_millis(200);
    let shop = Shop::with(SandboxOptions { enforce_limits: false, latency, ..SandboxOptions::default() }).await;
    let mut service = shop.serve().await;
    let list = "gs://draft-maker-bucket/upcs.txt";
    let mut first = Session::open(&shop, &["console", list], (30, 100));
    first.until("starts at once").await;
    first.press("\r");
    first.until("running").await;
    let mut second = Session::open(&shop, &["console", list], (30, 100));
    second.until("is running over the same list").await;
    second.until("position 1: ").await;
    second.press("\r");
    second.until("join batch_").await;
    second.press("j\r");
    second.until("pending").await;
    second.press("q");
    second.wait_for_exit().await;
    first.press("q");
    first.wait_for_exit().await;
    let jobs = shop.run(&["jobs"]);
    assert_eq!(jobs.out.matches("batch_").count(), 2, "{}", jobs.out);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    crate::batch::shop::wait_for_exit(&mut service).await;
}

/// Without permission to read the bucket, the console shows what the service reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_without_bucket_access_reads_through_the_service() {
    let shop = Shop::open().await;
    let mut service = shop.serve().await;
    let elsewhere = [("STORAGE_EMULATOR_HOST", "127.0.0.1:9")];
    let list = "gs://draft-maker-bucket/upcs.txt";
    let session = Session::open_with(&shop, &["console", list], (30, 100), &elsewhere);
    session.until_estimated(83).await;
    session.until("starts at once").await;
    drop(session);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    crate::batch::shop::wait_for_exit(&mut service).await;
}

/// Keys work while a list of a million lines is read, and Esc cancels reading.
#[tokio::test(flavor = "multi_thread")]
async fn keys_work_while_a_million_lines_are_read() {
    let shop = Shop::open().await;
    let mut lines = String::new();
    (0..1_000_000_u64).for_each(|number| lines.extend([upc_a_text(70_000_000_000 + number).as_str(), "\n"]));
    std::fs::write(shop.home.path().join("million.txt"), lines).unwrap();
    let mut session = Session::open(&shop, &["console", "."], (30, 100));
    session.until("million.txt").await;
    session.press("/million\r\r");
    session.until("lines so far").await;
    session.press("?");
    session.until("╭ keys").await;
    session.press("\x1b");
    session.until_it(|screen| !screen.contains("╭ keys"), "no help").await;
    session
        .until_it(
            |screen| screen.contains("so far") || screen.contains("earlier drafts:") || screen.contains("UPCs"),
            "the dialog",
        )
        .await;
    session.press("\x1b");
    session.until_it(|screen| !screen.contains('╭'), "no dialog").await;
    session.press("\r");
    session.until_estimated(1_000_000).await;
    // The dialog, then the console.
    session.press("qq");
    assert_eq!(session.wait_for_exit().await, 0);
}

/// A list with far more copies than rows needs a confirmation, and its columns are chosen in the dialog.
#[tokio::test(flavor = "multi_thread")]
async fn copies_are_confirmed_and_columns_chosen_before_the_start() {
    let shop = Shop::open().await;
    let list = shop.list("UPC,Serial,Qty\n720642462928,1,278\n093624896326,2,278\n");
    let mut session = Session::open(&shop, &["console", list], (40, 110));
    session.until("556 copies in 2 rows").await;
    session.until("Are these the quantities?").await;
    session.until("starts at once").await;
    session.press("\r");
    session.until("press again to confirm").await;
    // Choose other quantity columns: none, UPC, Serial.
    session.press("jjjjjjj ");
    session.until("quantity column: none").await;
    session.until_it(|screen| !screen.contains("556 copies"), "no question").await;
    session.press("  ");
    session.until("quantity column: Serial").await;
    session.until("3 copies").await;
    session.until("starts at once").await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.press("q");
    session.wait_for_exit().await;
    let copies: Vec<_> =
        shop.results()["results"].as_array().unwrap().iter().map(|entry| entry["copies"].clone()).collect();
    assert_eq!(copies, [1, 2]);
    // After the confirmation, all copies are accepted.
    let mut session = Session::open(&shop, &["console", list], (40, 110));
    session.until("starts at once").await;
    session.press("\r");
    session.until("press again to confirm").await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.press("q");
    session.wait_for_exit().await;
    let copies: Vec<_> =
        shop.results()["results"].as_array().unwrap().iter().map(|entry| entry["copies"].clone()).collect();
    assert_eq!(copies, [278, 278]);
}
