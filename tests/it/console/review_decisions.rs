//! Complete sessions with a review decision: browse, start, watch, open, decide, quit. Locally, and through a service.

use nix::sys::signal::Signal;

use super::pty::Session;
use crate::batch::shop::Shop;

/// For the first barcode, two pressings match equally well; for the second, no source has a price.
const LIST: &[u8] = b"720642442524\n075596111324\n";

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "boxes/a-box.txt", LIST);
    shop
}

/// Goes from the bucket to the last draft. The decision needs no lookup, because its candidates are stored.
async fn from_the_bucket_to_the_last_draft(shop: &Shop, session: &mut Session) {
    session.until("boxes/").await;
    session.press("/boxes\r");
    session.until_it(|screen| !screen.contains("upcs.txt"), "the folder alone").await;
    session.press("\r");
    session.until("a-box.txt").await;
    session.press("\r");
    session.until_estimated(2).await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.until("2 needs review").await;
    session.press("\r");
    session.until("▾ release").await;
    session.press("\x1b");
    session.until("by list").await;
    session.press("d");
    session.until("1-2 chooses a candidate").await;
    let asked = shop.searches();
    session.press("$12x\r");
    session.until("write an amount above 0").await;
    session.press("\x1b");
    session.until_it(|screen| !screen.contains("write an amount"), "the card without the field").await;
    session.press("$");
    // Pasted like in a terminal with bracketed paste.
    session.press("\x1b[200~12.50\x1b[201~\r");
    session.until("decision: price 12.50").await;
    session.press("1");
    session.until_it(|screen| screen.contains("2 of 2") && screen.contains("075596111324"), "the next").await;
    session.press("u");
    session.until_it(|screen| screen.contains("1 of 2") && screen.contains("choose 1"), "the undone decision").await;
    session.press("2");
    session.until_it(|screen| screen.contains("2 of 2") && screen.contains("075596111324"), "the next").await;
    session.press("$4.50\r");
    session.until("price 4.50").await;
    session.press("\r");
    session.until("Nothing to review").await;
    session.press("\x1b");
    session.until("2 exported").await;
    session.until("completed  2/2").await;
    session.until_it(|screen| screen.contains("12.50") && screen.contains("4.50"), "both prices").await;
    assert_eq!(shop.searches(), asked, "no search was repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_in_review_are_decided_in_the_console() {
    let shop = shop().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    from_the_bucket_to_the_last_draft(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0, "no item is left to review");
    assert!(session.is_clean());
    assert!(shop.draft_rows().iter().any(|row| row.contains(&"12.50".to_owned())), "{:?}", shop.draft_rows());
}

/// Opens the batch of the list and its review queue.
async fn from_the_bucket_to_the_review(session: &mut Session) {
    session.until("boxes/").await;
    session.press("/boxes\r");
    session.until_it(|screen| !screen.contains("upcs.txt"), "the folder alone").await;
    session.press("\r");
    session.until("a-box.txt").await;
    session.press("\r");
    session.until_estimated(2).await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.until("2 needs review").await;
    session.press("d");
    session.until("1-2 chooses a candidate").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_a_dead_service_did_not_record_is_named_at_the_end() {
    let shop = shop().await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    from_the_bucket_to_the_review(&mut session).await;
    service.kill().unwrap();
    service.wait().unwrap();
    session.until("reconnecting since").await;
    session.press("1");
    session.until_it(|screen| screen.contains("2 of 2") && screen.contains("075596111324"), "the next").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 1, "{}", session.shown());
    let last_words = session.shown();
    assert!(last_words.contains("Not recorded:") && last_words.contains("720642442524 of batch_"), "{last_words}");
    assert!(session.is_clean());
}

/// The stream of a service ends with its batch. A decision that is made elsewhere continues the batch, which is shown.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_batch_shows_what_is_decided_elsewhere() {
    let shop = shop().await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    from_the_bucket_to_the_review(&mut session).await;
    session.press("\x1b");
    session.until_it(|screen| screen.contains("completed  2/2") && screen.contains("by list"), "the batch").await;
    let written = shop.run(&["review", "--output", "review.toml"]);
    assert_eq!(written.code, Some(0), "{}{}", written.out, written.err);
    let path = shop.home.path().join("review.toml");
    let text = std::fs::read_to_string(&path).unwrap().replacen("choose = \"\"", "choose = 1", 1);
    std::fs::write(&path, format!("{text}\n")).unwrap();
    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert!(applied.out.contains("1  decided"), "{}{}", applied.out, applied.err);
    session.until("1 exported").await;
    session.press("q");
    session.wait_for_exit().await;
    service.kill().unwrap();
    service.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_recorded_when_the_console_ends_at_once() {
    let shop = shop().await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    from_the_bucket_to_the_review(&mut session).await;
    session.press("1");
    session.until_it(|screen| screen.contains("2 of 2") && screen.contains("075596111324"), "the next").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(!session.shown().contains("Not recorded"), "{}", session.shown());
    let waiting = shop.run(&["review", "--output", "-"]);
    assert!(!waiting.out.contains("720642442524"), "it is decided: {}{}", waiting.out, waiting.err);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}

/// Edits two drafts together: the first edit is undone, the second one is recorded.
async fn drafts_are_edited(session: &mut Session) {
    session.press("Ae9.75\r");
    session.until("2 items: price 9.75.  u undoes it").await;
    session.press("u");
    session.until("Undone: price 9.75 of 2 items.").await;
    session.press("e8.75\r");
    session.until("Edited 2 items: price 8.75.").await;
    session.until_it(|screen| screen.matches("8.75").count() >= 2, "both prices").await;
    session.until("completed  2/2").await;
    session.press("\r");
    session.until("▾ release").await;
    session.press("G");
    session.until("edited, ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_edited_where_they_are_watched() {
    let shop = shop().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    from_the_bucket_to_the_last_draft(&shop, &mut session).await;
    drafts_are_edited(&mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let prices = shop.draft_rows().into_iter().filter(|row| row.contains(&"8.75".to_owned())).count();
    assert_eq!(prices, 2, "{:?}", shop.draft_rows());
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_edited_over_the_service() {
    let shop = shop().await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    from_the_bucket_to_the_last_draft(&shop, &mut session).await;
    drafts_are_edited(&mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}

/// Finds an item whose barcode no database has by its catalog number; the choice creates its draft.
async fn search_for_unknown_item(shop: &Shop, session: &mut Session) {
    session.until("a-box.txt").await;
    session.press("\r");
    session.until_estimated(1).await;
    session.press("\r");
    session.until("1 needs review").await;
    session.press("d");
    session.until("/ searches for it").await;
    session.press("/zzzz qqqq\r");
    session.until("nothing new was found for \"zzzz qqqq\"").await;
    session.press("/nevermind");
    session.until("search (catalog number").await;
    session.press("\x1b");
    session.until_it(|screen| !screen.contains("search (catalog number"), "the card without the search").await;
    session.press("/DGCD-24425\r");
    session.until("found by your search for \"DGCD-24425\"").await;
    session.press("$7.50\r");
    session.until("price 7.50").await;
    session.press("1");
    session.until("Nothing to review").await;
    session.press("\x1b");
    session.until("1 exported").await;
    session.until("completed  1/1").await;
    let rows = shop.draft_rows();
    assert!(rows.iter().any(|row| row.iter().any(|field| field.contains("Nevermind"))), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains(&UNKNOWN_UPC.to_owned())), "the scanned barcode is unchanged: {rows:?}");
}

/// A barcode that no simulated service knows.
const UNKNOWN_UPC: &str = "036000291452";

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_item_is_found_by_a_manual_search() {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "a-box.txt", UNKNOWN_UPC.as_bytes());
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    search_for_unknown_item(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_item_is_found_by_a_manual_search_through_the_service() {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "a-box.txt", UNKNOWN_UPC.as_bytes());
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    search_for_unknown_item(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn items_in_review_are_decided_through_the_service() {
    let shop = shop().await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    from_the_bucket_to_the_last_draft(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0, "no item is left to review");
    assert!(session.is_clean());
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}
