//! A whole session with a decision in it: browse, start, watch, open, decide, quit. In this process, and over a service.

use nix::sys::signal::Signal;

use super::pty::Session;
use crate::batch::shop::Shop;

/// Two pressings of the first fit equally well; nobody knows a price of the second.
const LIST: &[u8] = b"720642442524\n075596111324\n";

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "boxes/a-box.txt", LIST);
    shop
}

/// From the bucket to the last draft. No look-up is made for the decision: its candidates were kept.
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
    session.until("2 needs_review").await;
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
    // Pasted as terminals do it that mark what is pasted.
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
    assert_eq!(shop.searches(), asked, "no database was asked who it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_decided_where_it_is_watched() {
    let shop = shop().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    from_the_bucket_to_the_last_draft(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0, "nothing is left to look at");
    assert!(session.is_clean());
    assert!(shop.draft_rows().iter().any(|row| row.contains(&"12.50".to_owned())), "{:?}", shop.draft_rows());
}

/// An item that no database knows by its barcode is found by its catalog number, and the choice makes its draft.
async fn an_unknown_item_is_searched_for(shop: &Shop, session: &mut Session) {
    session.until("a-box.txt").await;
    session.press("\r");
    session.until_estimated(1).await;
    session.press("\r");
    session.until("1 needs_review").await;
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
    assert!(rows.iter().any(|row| row.contains(&UNKNOWN_UPC.to_owned())), "the scanned barcode stays: {rows:?}");
}

/// A barcode that no simulated service has.
const UNKNOWN_UPC: &str = "036000291452";

#[tokio::test(flavor = "multi_thread")]
async fn what_no_database_knows_is_found_by_hand_where_it_is_watched() {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "a-box.txt", UNKNOWN_UPC.as_bytes());
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    an_unknown_item_is_searched_for(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_database_knows_is_found_by_hand_over_the_service() {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "a-box.txt", UNKNOWN_UPC.as_bytes());
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    an_unknown_item_is_searched_for(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_decided_over_the_service() {
    let shop = shop().await;
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    from_the_bucket_to_the_last_draft(&shop, &mut session).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0, "nothing is left to look at");
    assert!(session.is_clean());
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}
