//! Steps through the events of a finished batch, on a terminal.

use super::pty::Session;
use crate::batch::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_stepped_back_to_its_start_and_forward() {
    let shop = Shop::with_synthetic(30).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(30).await;
    session.press("\r");
    session.until("completed  30/30").await;
    session.press("t");
    session.until("finished").await;
    session.press("g");
    session.until("event 1 of").await;
    session.press("l");
    session.until("event 2 of").await;
    session.press("]");
    session.until("event 102 of").await;
    // How many items have finished by then depends on the machine.
    session.until_it(|screen| screen.contains("· M") && !screen.contains("30/30"), "somewhere between").await;
    session.press("[");
    session.until("event 2 of").await;
    session.press("G");
    session.until("30/30").await;
    session.press("\x1b");
    session.until("by list").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
}
