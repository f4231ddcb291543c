//! The scanner's screen: what is typed is on it before anybody is asked, and each scan has a sign that reads without colour.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use draft_maker::console::{Action, Ask, Console, Heard, News, Scan, Unsent};
use draft_maker::domain::batch::Order;
use draft_maker::domain::board::Board;
use draft_maker::domain::event::{Event, Fact, Seq};
use draft_maker::domain::outcome::Status;
use nix::sys::signal::Signal;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::session::{LONGEST, Session};
use super::{console, drawn, job, press, watching};
use crate::batch::shop::{Shop, end, send};
use crate::journal::facts::{ambiguous, appraised, at, done, illustrated, matched, order, taken, unknown, upc};

fn typed(console: &mut Console, text: &str) -> Vec<Action> {
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    for c in text.chars() {
        assert_eq!(console.press(key(KeyCode::Char(c))), []);
    }
    console.press(key(KeyCode::Enter))
}

fn screen() -> Console {
    let (scan, _) = Scan::new("here".to_owned());
    let mut console = console(scan);
    assert_eq!(console.learn(&News::Scans(Heard::Joined(Ok(None)))), []);
    console
}

fn scanned(number: u32, key: u32, copies: u32) -> Fact {
    Fact::Scanned { key: format!("here-{key}"), upc: Some(upc(number)), copies, line: key }
}

fn board(facts: Vec<Fact>) -> Board {
    let mut board = Board::new(job());
    let first = Fact::Ordered { order: Order::over_scans(order()) };
    for (number, fact) in (1..).zip(std::iter::once(first).chain(facts)) {
        board.apply(&Event { seq: Seq(number), at: at("2024-03-18T14:30:22Z"), job: job(), fact }).unwrap();
    }
    board
}

#[test]
fn the_first_scan_begins_the_batch_and_nothing_is_sent_twice() {
    let mut console = screen();
    assert!(drawn(&mut console, 80, 24).contains("R E A D Y"));
    let begun = typed(&mut console, &format!("]E0{}", upc(1)));
    assert!(matches!(&begun[..], [Action::Scans(Ask::Begin { again: false, .. })]), "{begun:?}");
    assert!(drawn(&mut console, 80, 24).contains("L O O K I N G"));
    assert_eq!(typed(&mut console, &upc(2).to_string()), []);
    let asked = console.learn(&News::Scans(Heard::Begun(Ok(job()))));
    let [Action::Watch(_), Action::Scans(Ask::Send { scans, .. })] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(scans.iter().map(|scan| scan.key.as_str()).collect::<Vec<_>>(), ["here-1", "here-2"]);
    assert_eq!(typed(&mut console, "nonsense"), [Action::Ring]);
    let keys = vec!["here-1".to_owned(), "here-2".to_owned()];
    assert_eq!(console.learn(&News::Scans(Heard::Sent { job: job(), keys, answer: Ok(()) })), []);
}

#[test]
fn while_nobody_answers_scans_are_kept() {
    let mut console = screen();
    typed(&mut console, &upc(1).to_string());
    console.learn(&News::Scans(Heard::Begun(Ok(job()))));
    let down = || Err(Unsent::Down("the service does not answer".to_owned()));
    let keys = vec!["here-1".to_owned()];
    let again = console.learn(&News::Scans(Heard::Sent { job: job(), keys: keys.clone(), answer: down() }));
    assert!(matches!(&again[..], [Action::Scans(Ask::Send { again: true, .. })]), "{again:?}");
    let down = drawn(&mut console, 80, 24);
    assert!(down.contains("nobody answers") && down.contains("K E P T") && down.contains("1 not sent yet"), "{down}");
    assert!(press(&mut console, &["esc"]).is_empty());
    assert!(drawn(&mut console, 80, 24).contains("1 scans are not in the batch yet"));
    console.learn(&News::Scans(Heard::Sent { job: job(), keys, answer: Ok(()) }));
    assert!(!drawn(&mut console, 80, 24).contains("nobody answers"));
}

#[test]
fn every_sign_at_every_size() {
    let mut console = screen();
    for number in [1, 2, 3, 4, 1] {
        typed(&mut console, &upc(number).to_string());
    }
    typed(&mut console, "720640000099");
    console.learn(&News::Scans(Heard::Begun(Ok(job()))));
    let keys = (1..=5).map(|key| format!("here-{key}")).collect();
    console.learn(&News::Scans(Heard::Sent { job: job(), keys, answer: Ok(()) }));
    let facts = vec![
        taken([1, 2, 3, 4]),
        scanned(1, 1, 1),
        scanned(2, 2, 1),
        scanned(3, 3, 1),
        scanned(4, 4, 1),
        scanned(1, 5, 2),
        matched(1),
        appraised(1),
        illustrated(1),
        done(1, Status::Exported),
        ambiguous(2),
        done(2, Status::NeedsReview),
        unknown(3),
        done(3, Status::NeedsReview),
        Fact::TakenBack { key: "here-4".into(), upc: upc(4), copies: 0 },
        done(4, Status::Skipped),
    ];
    let rung = console.learn(&watching(board(facts)));
    assert_eq!(rung, [Action::Ring]);
    let words = ["NO BARCODE", "REPEATED 2", "TAKEN BACK", "UNKNOWN", "REVIEW", "GOOD"];
    for (width, height, shown) in [(80, 24, 6), (120, 40, 6), (40, 12, 5)] {
        let screen = drawn(&mut console, width, height);
        assert!(screen.contains("N O   B A R C O D E"), "{screen}");
        for word in &words[..shown] {
            assert!(screen.contains(word), "{word} on {screen}");
        }
    }
    let ctrl_u = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert_eq!(console.press(ctrl_u), [Action::Scans(Ask::TakeBack { job: job(), key: "here-5".into() })]);
    let f4 = KeyEvent::new(KeyCode::F(4), KeyModifiers::NONE);
    assert_eq!(console.press(f4), [Action::Scans(Ask::Close { job: job() })]);
}

/// A scanner that is quicker than any answer: two hundred in a moment, each counted once.
#[tokio::test(flavor = "multi_thread")]
async fn faster_than_answers_and_saved_in_the_end() {
    let shop = Shop::with_synthetic(200).await;
    let mut session = Session::open(&shop, &["scan"], (24, 80));
    session.until("R E A D Y").await;
    let all = shop.sandbox.synthetic_upcs().iter().fold(String::new(), |mut all, upc| {
        let _ = write!(all, "{upc}\r");
        all
    });
    session.press(&all);
    session.until("200 UPCs").await;
    session.until("200 good").await;
    session.press("nonsense\r");
    session.until("N O   B A R C O D E").await;
    session.press("\x1bOR");
    session.until("never overwritten").await;
    session.press("\r");
    session.until("saved as scans_").await;
    session.press("\x1bOS");
    session.until("completed  200/200").await;
    let saved = crate::batch::shop::files(shop.home.path());
    let saved = saved.iter().find(|path| crate::batch::shop::name(path).starts_with("scans_")).unwrap();
    assert_eq!(std::fs::read_to_string(saved).unwrap().lines().count(), 200);
    session.press("q");
    assert_eq!(session.end().await, 0);
    assert!(session.is_clean());
}

/// The service goes away and comes back: what was scanned meanwhile is sent later.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_loses_no_scan() {
    let shop = Shop::with_synthetic(30).await;
    let upcs = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut service = shop.start(&["serve", "--port", "0"]);
    let beacon = shop.home.path().join(".local/share/draft-maker/service.json");
    let began = Instant::now();
    while !beacon.exists() {
        assert!(began.elapsed() < LONGEST, "no service");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut session = Session::open(&shop, &["scan"], (24, 100));
    session.until("the service at 127.0.0.1").await;
    session.until("R E A D Y").await;
    for upc in &upcs[..10] {
        session.press(&format!("{upc}\r"));
    }
    session.until("10 good").await;
    send(&service, Signal::SIGKILL);
    end(&mut service).await;
    for upc in &upcs[10..20] {
        session.press(&format!("{upc}\t"));
    }
    session.until("10 not sent yet").await;
    session.until("nobody answers").await;
    let mut service = shop.start(&["serve", "--port", "0"]);
    session.until("20 good").await;
    session.press(&format!("\x1b[200~{}\x1b[201~", upcs[20..].join("\n")));
    session.until("30 good").await;
    session.press("\x1bOS");
    session.until("completed  30/30").await;
    session.press("q");
    assert_eq!(session.end().await, 0);
    send(&service, Signal::SIGTERM);
    end(&mut service).await;
}
