//! What an operator must always see and be able to undo: where the files are, what was stopped, whether the service
//! responds. No single key press does anything irreversible.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sandbox::SandboxOptions;

use super::pty::Session;
use crate::batch::shop::{Shop, lines, send_signal, wait_for_exit};

/// Opens a shop whose list takes some time to process.
async fn slow_shop(items: usize) -> Shop {
    shop_with_latency(items, Duration::from_millis(150)).await
}

/// Opens a shop whose services take this time for each answer.
async fn shop_with_latency(items: usize, latency: Duration) -> Shop {
    let options =
        SandboxOptions { enforce_limits: false, synthetic_releases: items, latency, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    shop.sandbox.put_object("draft-maker-bucket", "s.txt", lines(&shop.sandbox.synthetic_upcs()).as_bytes());
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drafts_file_is_named_on_the_final_screen_and_at_exit() {
    let shop = Shop::with_synthetic(2).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 160));
    session.until_estimated(2).await;
    session.press("\r");
    session.until("completed  2/2").await;
    session
        .until_it(|screen| screen.contains("Upload in Seller Hub: ") && screen.contains("ebay_drafts_"), "the file")
        .await;
    session.until("batch_results_").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let written = session.has_written();
    let last_words = &written[written.rfind("\x1b[?1049l").unwrap()..];
    assert!(last_words.contains("Results:") && last_words.contains("ebay_drafts_"), "{last_words}");
}

/// Opening a stopped batch does not resume it: a dialog asks, Enter does not confirm, and `n` leaves it stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_batch_is_resumed_only_after_a_confirmation() {
    let shop = slow_shop(60).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(60).await;
    session.press("\r");
    session.until("running").await;
    session.press("q");
    session.until("quit?").await;
    session.press("y");
    session.until_written("Stopping").await;
    session.wait_for_exit().await;
    let mut session = Session::open(&shop, &["console", "."], (24, 100));
    session.until("Stopped before the end").await;
    session.press("\r");
    session.press("n");
    session.until_it(|screen| !screen.contains("Stopped before"), "no question").await;
    session.press("J");
    session.until("stopped").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(shop.run(&["jobs"]).out.contains("stopped"), "nothing was resumed");
    let mut session = Session::open(&shop, &["console", "."], (24, 100));
    session.until("Stopped before the end").await;
    session.press("y");
    session.press("J");
    // The list of batches is updated without a key press.
    session
        .until_it(|screen| screen.contains("completed") && screen.contains("60      60"), "the end of the batch")
        .await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_batch_survives_an_outage_of_the_service() {
    let shop = slow_shop(80).await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket/s.txt"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    session.until_estimated(80).await;
    session.press("\r");
    session.until("running").await;
    send_signal(&service, Signal::SIGKILL);
    wait_for_exit(&mut service).await;
    session.until("reconnecting since").await;
    let is_last_known = |screen: &str| screen.contains("this is the last known state") && !screen.contains('→');
    session.until_it(is_last_known, "that nothing is known to be looked up").await;
    // Longer than the event stream retries by itself.
    session.until("Reconnecting to batch_").await;
    let mut service = shop.serve().await;
    session.until_it(|screen| screen.contains("the service at 127.0.0.1"), "the connection").await;
    session.until("80/80").await;
    session.press("q");
    session.wait_for_exit().await;
    send_signal(&service, Signal::SIGTERM);
    wait_for_exit(&mut service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_batch_of_the_service_is_not_a_failure() {
    let shop = slow_shop(200).await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket/s.txt"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    session.until_estimated(200).await;
    session.press("\r");
    session.until("running").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let written = session.has_written();
    let last_words = &written[written.rfind("\x1b[?1049l").unwrap()..];
    assert!(last_words.contains("continues in the service") && !last_words.contains("resume"), "{last_words}");
    send_signal(&service, Signal::SIGTERM);
    wait_for_exit(&mut service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_canceled_only_after_typing_a_word() {
    let shop = slow_shop(200).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(200).await;
    session.press("\r");
    session.until("running").await;
    // Keys that are typed at once are carried out one after another.
    session.press("pPpP");
    session.until("is resumed").await;
    session.until_it(|screen| screen.contains("is resumed") && screen.contains("running"), "the resumption").await;
    session.press("X\r");
    session.until("Type yes to confirm").await;
    session.press("y\r");
    session.until("Type yes to confirm: y").await;
    session.press("es\r");
    session.until("is canceled").await;
    session.until_it(|screen| screen.contains("cancelled") && !screen.contains("running"), "the end").await;
    session.press("X");
    session.until("Nothing to cancel").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn control_l_redraws_the_screen() {
    let shop = Shop::with_synthetic(1).await;
    let mut session = Session::open(&shop, &["console", "."], (24, 80));
    session.until("this folder").await;
    let before = session.has_written().len();
    session.press("\x0c");
    session.until_it_wrote("\x1b[2J", before).await;
    session.until_it_wrote("this folder", before).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

/// Time of a look-up, longer than the interval at which the console asks which items are being looked up.
const LOOKUP_TIME: Duration = Duration::from_secs(3);

/// An item that is being looked up differs from an item further down the list, with and without a service.
async fn shows_what_is_being_looked_up(shop: &Shop) {
    let mut session = Session::open(shop, &["console", "gs://draft-maker-bucket/s.txt"], (24, 100));
    session.until_estimated(200).await;
    session.press("\r");
    session.until("running").await;
    session.until_it(|screen| screen.contains(" → ····") && screen.contains("being looked up now"), "a look-up").await;
    session.press("G");
    session.until_it(|screen| screen.contains(" · ····") && screen.contains("waiting for its turn"), "the queue").await;
    session.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_being_looked_up_differs_from_one_that_waits() {
    let shop = shop_with_latency(200, LOOKUP_TIME).await;
    shows_what_is_being_looked_up(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_a_service_looks_up_differs_from_one_that_waits() {
    let shop = shop_with_latency(200, LOOKUP_TIME).await;
    let mut service = shop.serve().await;
    shows_what_is_being_looked_up(&shop).await;
    send_signal(&service, Signal::SIGTERM);
    wait_for_exit(&mut service).await;
}

/// The batch must not be shown as one that runs without items, for which the console would wait.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_service_does_not_know_is_reported() {
    let shop = Shop::with_synthetic(1).await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "batch_20200101_000000_0"], (24, 100));
    session.until("unknown job batch_20200101_000000_0").await;
    let shown = session.shown();
    assert!(!shown.contains("running") && !shown.contains("Reconnecting"), "{shown}");
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(!session.has_written().contains("continues in the service"));
    send_signal(&service, Signal::SIGTERM);
    wait_for_exit(&mut service).await;
}

/// A database that accepts the connection and never answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_can_be_left_while_the_database_does_not_answer() {
    let shop = Shop::with_synthetic(1).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://anna:s3cret@{}/drafts", silent.local_addr().unwrap());
    let database = [("DATABASE_URL", address.as_str())];
    for key in ["q", "\x03"] {
        let mut session = Session::open_with(&shop, &["console", "."], (24, 80), &database);
        session.until("this folder").await;
        session.press(key);
        assert_eq!(session.wait_for_exit().await, 0, "{key:?}");
        assert!(session.is_clean(), "{key:?}");
    }
    let mut session = Session::open_with(&shop, &["console", "."], (24, 80), &database);
    session.until("this folder").await;
    // The key is part of the filter here.
    session.press("/q");
    session.until("/q").await;
    kill(Pid::from_raw(session.child.process_id().unwrap().cast_signed()), Signal::SIGTERM).unwrap();
    session.wait_for_exit().await;
    assert!(session.is_clean());
}
