//! Complete sessions of the scan screen on a pseudo-terminal: scans faster than responses, kills, leaving, and an
//! unreachable service.

use std::fmt::Write as _;
use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::SandboxOptions;

use super::pty::Session;
use crate::batch::shop::{Shop, send_signal, wait_for_exit};

/// A scanner that is faster than any response: a hundred scans at once, each counted once.
#[tokio::test(flavor = "multi_thread")]
async fn fast_scans_are_counted_once_and_saved() {
    let shop = Shop::with_synthetic(100).await;
    let mut session = Session::open(&shop, &["scan"], (24, 80));
    session.until("R E A D Y").await;
    let upcs = shop.sandbox.synthetic_upcs();
    let all = upcs.iter().fold(String::new(), |mut all, upc| {
        let _ = write!(all, "{upc}\r");
        all
    });
    session.press(&all);
    session.until("100 UPCs").await;
    session.until("100 good").await;
    session.press("nonsense\r");
    session.until("N O T   A   B A R C O D E").await;
    let unknown = "614141000036\r";
    session.press(unknown);
    session.until("U N K N O W N").await;
    session.press(unknown);
    session.until("D U P L I C A T E").await;
    session.press("\x15");
    session.until("1 copy is left").await;
    session.press("\x15");
    session.until("100 scans · 100 UPCs · 100 good · 1 not a barcode").await;
    save_scans(&mut session).await;
    session.press("\x1bOS");
    session.until("completed  101/101").await;
    let saved = crate::batch::shop::files(shop.home.path());
    let saved = saved.iter().find(|path| crate::batch::shop::name(path).starts_with("scans_")).unwrap();
    assert_eq!(std::fs::read_to_string(saved).unwrap(), crate::batch::shop::lines(&upcs));
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean());
    // The saved list can be run as a batch, and has the same items.
    let ran = shop.run(&["gs://draft-maker-bucket/boxes/1.txt", "--test"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(shop.statuses().len(), 100);
}

/// A pasted list is longer than a terminal delivers at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_pasted() {
    let shop = Shop::with_synthetic(120).await;
    let mut session = Session::open(&shop, &["scan", "--test"], (24, 80));
    session.until("R E A D Y").await;
    let all = crate::batch::shop::lines(&shop.sandbox.synthetic_upcs());
    session.press(&format!("\x1b[200~{all}\x1b[201~"));
    session.until("120 UPCs · 120 good").await;
    session.press("\x1bOS");
    session.until("completed  120/120").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

/// Saves the scans as a file and as an object. A refused name stays in its field, with the reason.
async fn save_scans(session: &mut Session) {
    session.press("\x1bOR");
    session.until("not overwritten").await;
    session.press("\r");
    session.until("saved as scans_").await;
    session.press("\x1bOR");
    session.until("not overwritten").await;
    session.press("\r");
    session.until("not saved").await;
    save_as(session, "no/such/folder.txt").await;
    session.until("not saved: no/such/folder.txt: no such file").await;
    // The existing object is someone's list.
    save_as(session, "gs://draft-maker-bucket/upcs.txt").await;
    let is_refused =
        |screen: &str| screen.contains("upcs.txt▏") && screen.contains("an object of this name already exists");
    session.until_it(is_refused, "the reason").await;
    save_as(session, "gs://draft-maker-bucket/boxes/1.txt").await;
    session.until("saved as gs://draft-maker-bucket/boxes/1.txt").await;
}

/// Enters this address in the prompt of F3.
async fn save_as(session: &mut Session, to: &str) {
    session.press(&"\x7f".repeat(40));
    session.press(to);
    session.until(&format!("{to}▏")).await;
    session.press("\r");
}

/// After a kill, the next screen joins the batch, and each scan counts once. The same applies after leaving.
#[tokio::test(flavor = "multi_thread")]
async fn each_scan_counts_once_despite_kills_and_leaving() {
    let options = SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 40,
        latency: Duration::from_millis(30),
        ..SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    let upcs = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut session = Session::open(&shop, &["scan"], (24, 80));
    session.until("R E A D Y").await;
    for upc in &upcs[..20] {
        session.press(&format!("{upc}\r"));
    }
    session.until("20 UPCs").await;
    session.kill();
    let mut session = Session::open(&shop, &["scan"], (24, 80));
    session.until("20 scans · 20 UPCs").await;
    for upc in &upcs[20..] {
        session.press(&format!("{upc}\t"));
    }
    session.until("40 scans · 40 UPCs").await;
    // After leaving, the batch stays open, and its local run stops cleanly.
    session.press("\x03");
    session.until("quit?").await;
    session.press("y");
    session.wait_for_exit().await;
    assert!(session.is_clean());
    assert!(session.shown().contains("draft-maker scan"), "{}", session.shown());
    let mut session = Session::open(&shop, &["scan"], (24, 80));
    session.until("40 good").await;
    session.press("\x1bOS");
    session.until("completed  40/40").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let mut rows = shop.draft_rows();
    let count = rows.len();
    rows.sort();
    rows.dedup();
    assert_eq!((count, rows.len()), (40, 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bell_is_a_setting_and_an_idle_timeout_ends_a_scan() {
    let shop = Shop::open().await;
    let settings = [("DRAFT_MAKER__CONSOLE__BELL", "true"), ("DRAFT_MAKER__CONSOLE__SCAN_PAUSE_MS", "100")];
    let mut session = Session::open_with(&shop, &["scan", "--test"], (24, 80), &settings);
    session.until("R E A D Y").await;
    session.press("720642472712");
    session.until("1 good").await;
    assert!(!session.has_written().contains('\u{7}'));
    session.press("nonsense\r");
    session.until("N O T   A   B A R C O D E").await;
    session.until_written("\u{7}").await;
    session.press("\x1bOS");
    session.until("completed  1/1").await;
    session.press("q");
    session.wait_for_exit().await;
    let mut quiet = Session::open(&shop, &["scan", "--test"], (24, 80));
    quiet.until("R E A D Y").await;
    quiet.press("nonsense\r");
    quiet.until("N O T   A   B A R C O D E").await;
    quiet.press("\x03");
    quiet.wait_for_exit().await;
    assert!(!quiet.has_written().contains('\u{7}'));
}

/// While the service is unreachable, scans are stored and sent later.
#[tokio::test(flavor = "multi_thread")]
async fn no_scan_is_lost_while_the_service_is_unreachable() {
    let shop = Shop::with_synthetic(30).await;
    let upcs = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["scan"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    session.until("R E A D Y").await;
    for upc in &upcs[..10] {
        session.press(&format!("{upc}\r"));
    }
    session.until("10 good").await;
    send_signal(&service, Signal::SIGKILL);
    wait_for_exit(&mut service).await;
    for upc in &upcs[10..20] {
        session.press(&format!("{upc}\t"));
    }
    session.until("10 queued").await;
    session.until("service offline").await;
    let mut service = shop.start(&["serve", "--port", "0"]);
    session.until("20 good").await;
    session.press(&format!("\x1b[200~{}\x1b[201~", upcs[20..].join("\n")));
    session.until("30 good").await;
    session.press("\x1bOS");
    session.until("completed  30/30").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    send_signal(&service, Signal::SIGTERM);
    wait_for_exit(&mut service).await;
}
