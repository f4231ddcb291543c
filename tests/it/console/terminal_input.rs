//! Terminal input: sequences that arrive in parts, unambiguous keys, and the reply about the background color.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::pty::{Session, TIMEOUT};
use crate::batch::shop::{Shop, send_signal, wait_for_exit};

/// Returns the row of the terminal's cursor.
fn cursor_row(session: &Session) -> u16 {
    session.screen.lock().screen().cursor_position().0
}

/// An arrow key whose bytes arrive one by one moves the cursor. If the machine is too slow for that, the test retries:
/// the keys Esc, `[` and `B` change nothing here.
#[tokio::test(flavor = "multi_thread")]
async fn an_arrow_key_that_arrives_byte_by_byte_moves_the_cursor() {
    /// The first row below the title and the headings.
    const FIRST_ROW: u16 = 2;
    let shop = Shop::with_synthetic(1).await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        std::fs::write(shop.home.path().join(name), "720642442524\n").unwrap();
    }
    let mut session = Session::open(&shop, &["console", "."], (24, 80));
    session.until("c.txt").await;
    session.press("g");
    session.until_it(|_| cursor_row(&session) == FIRST_ROW, "the first row").await;
    let began = Instant::now();
    while cursor_row(&session) == FIRST_ROW {
        assert!(began.elapsed() < TIMEOUT, "the cursor does not move");
        for byte in ["\x1b", "[", "B"] {
            session.press(byte);
            tokio::time::sleep(Duration::from_millis(8)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(session.shown().contains("this folder"), "no screen was closed or opened");
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean());
}

/// The kitty keyboard protocol is switched on and off. A terminal that prints unknown sequences is not queried.
#[tokio::test(flavor = "multi_thread")]
async fn unambiguous_keys_are_enabled_and_disabled() {
    let shop = Shop::with_synthetic(1).await;
    let mut session = Session::open(&shop, &["console", "."], (24, 80));
    session.until_written("\x1b[>1u").await;
    session.until("this folder").await;
    // The sequences with which such a terminal reports Esc and then the key q.
    session.press("\x1b[27u\x1b[113u");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean() && session.has_written().contains("\x1b[<1u"));
    let mut session = Session::open_with(&shop, &["console", "."], (24, 80), &[("TERM", "linux")]);
    session.until("this folder").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let written = session.has_written();
    assert!(!written.contains("\x1b[>1u") && !written.contains("\x1b]11;?"), "{written:?}");
}

/// A light background selects the light theme, and the reply is not mistaken for keys. A late reply is ignored, so the
/// test retries on a slow machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_light_background_selects_the_light_theme() {
    let shop = Shop::with_synthetic(1).await;
    let began = Instant::now();
    loop {
        let mut session = Session::open(&shop, &["console", "."], (24, 80));
        session.until_written("\x1b]11;?").await;
        session.press("\x1b]11;rgb:ffff/ffff/f0f0\x1b\\");
        session.until("this folder").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        // Keys are blue in the light theme and cyan in the dark one.
        let is_light = session.has_written().contains("38;5;4;");
        assert!(!session.shown().contains(" commands "), "the reply is no key: {}", session.shown());
        session.press("q");
        assert_eq!(session.wait_for_exit().await, 0);
        if is_light {
            break;
        }
        assert!(began.elapsed() < TIMEOUT, "the theme stays dark");
    }
    let named = [("DRAFT_MAKER__CONSOLE__THEME", "dark")];
    let mut session = Session::open_with(&shop, &["console", "."], (24, 80), &named);
    session.until("this folder").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(!session.has_written().contains("\x1b]11;?"), "a theme in the settings needs no query");
}

/// A local list is uploaded to the service that runs the batches.
#[tokio::test(flavor = "multi_thread")]
async fn a_local_list_is_uploaded_to_the_service() {
    let shop = Shop::open().await;
    std::fs::write(shop.home.path().join("box.csv"), "upc,quantity\n720642442524,1\n075596111324,2\n").unwrap();
    let mut service = shop.serve().await;
    let mut session = Session::open(&shop, &["console", "box.csv"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    session.until_estimated(2).await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains("box.csv"), "{}{}", jobs.out, jobs.err);
    send_signal(&service, Signal::SIGTERM);
    wait_for_exit(&mut service).await;
}

/// A console started in the same folder restores its last screen; a console started for a list does not.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_restores_its_last_screen() {
    let shop = Shop::with_synthetic(3).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(3).await;
    session.press("\r");
    session.until("completed  3/3").await;
    session.press(":sort -upc\r");
    session.until("by upc, descending").await;
    session.press(":save_view last first\r");
    session.until("The view last first is saved").await;
    session.press("q");
    session.wait_for_exit().await;
    let mut again = Session::open(&shop, &["console"], (24, 100));
    again.until("by upc, descending").await;
    again.press("o");
    again.until_it(|screen| !screen.contains("by upc, descending"), "another order").await;
    again.press(":view last first\r");
    again.until("by upc, descending").await;
    again.press("\x1b");
    again.until_it(|screen| !screen.contains("by upc"), "the folder below it").await;
    again.press("J");
    again.until("success    ago").await;
    again.press("q");
    again.wait_for_exit().await;
    let mut batches = Session::open(&shop, &["console"], (24, 100));
    batches.until("success    ago").await;
    batches.press("\x1b");
    batches.until("3 entries in").await;
    batches.press("q");
    batches.wait_for_exit().await;
    let file = shop.home.path().join(".local/state/draft-maker/console.json");
    std::fs::write(&file, "{\"views\": ").unwrap();
    let mut damaged = Session::open(&shop, &["console"], (24, 100));
    damaged.until("this folder").await;
    damaged.press("q");
    assert_eq!(damaged.wait_for_exit().await, 0);
    assert!(file.with_extension("json.damaged").exists(), "the damaged file is preserved");
}

/// The first start shows what works without an account, and what is not set up.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_shows_what_is_set_up() {
    let shop = Shop::open().await;
    let folder = shop.home.path().join("empty");
    std::fs::create_dir_all(&folder).unwrap();
    let mut session = Session::open(&shop, &["console", "empty"], (30, 100));
    session.until("without any account: ").await;
    session.until("drafts go to a file that you upload in Seller Hub").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

/// This applies in a folder with lists too; the second start shows only the lists.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_start_in_a_folder_with_lists_says_how_to_begin() {
    let shop = Shop::open().await;
    shop.demo_lines(2);
    let mut session = Session::open(&shop, &["console"], (24, 80));
    session.until_it(|screen| screen.contains("upcs.txt") && screen.contains("Choose one above"), "how to begin").await;
    session.until("without any account: ").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let mut session = Session::open(&shop, &["console"], (24, 80));
    session.until_it(|screen| screen.contains("upcs.txt") && !screen.contains("Choose one"), "the lists alone").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

/// A view saved just before the end is stored, and so is the place where the operator left the console.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_saved_at_the_last_moment_is_stored() {
    let shop = Shop::with_synthetic(3).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(3).await;
    session.press("\r");
    session.until("completed  3/3").await;
    session.press(":save_view one\r");
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    let saved = std::fs::read(shop.home.path().join(".local/state/draft-maker/console.json")).unwrap();
    let saved = serde_json::from_slice::<serde_json::Value>(&saved).unwrap();
    assert!(saved["views"]["one"].is_object(), "{saved}");
    assert!(saved["last_place"]["batch"].as_str().unwrap().starts_with("batch_"), "{saved}");
}

/// A list opened by a relative path is found again from another folder, with its size.
#[tokio::test(flavor = "multi_thread")]
async fn recent_lists_are_found_from_another_folder() {
    let shop = Shop::open().await;
    shop.list("720642442524\n602527042138\n");
    let mut session = Session::open(&shop, &["console", "./upcs.txt"], (24, 100));
    session.until("2 UPCs").await;
    session.press("q");
    session.wait_for_exit().await;
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::open_in(&shop, folder.path(), &["console", "."], (24, 100));
    session.until("1 entry in").await;
    session.press("~");
    let list = format!("recent    {}", shop.home.path().join("upcs.txt").display());
    session.until_it(|screen| screen.lines().any(|line| line.contains(&list) && line.contains(" B ")), &list).await;
    session.press("q");
    session.wait_for_exit().await;
}
