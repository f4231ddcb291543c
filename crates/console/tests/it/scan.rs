//! The scan screen: a scan is listed before any request, and its status is readable without color.

use std::time::Duration;

use console::KeyContext;
use console::{
    Console, Effect, JobEffect, JobListScreen, Message, Preferences, ScanEffect, ScanReply, ScanScreen, ScanSendError,
    Screen as _,
};
use domain::condition::Condition;
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobSpec;
use domain::matching::Verdict;
use domain::outcome::Status;
use domain::sink::SinkKind;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{console, drawn, job, key as named, picture, press, watching};
use testing::events::{
    ambiguous, cover_chosen, done, item_event, items_added, job_spec, matched, price_event, timestamp, unknown, upc,
};

fn typed(console: &mut Console, text: &str) -> Vec<Effect> {
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    for c in text.chars() {
        assert_eq!(console.handle_key(key(KeyCode::Char(c))), []);
    }
    console.handle_key(key(KeyCode::Enter))
}

fn screen() -> Console {
    let (scan, _) = ScanScreen::new("here".to_owned());
    let mut console = console(scan);
    let describe = [Effect::Scan(ScanEffect::DescribeNextJob)];
    assert_eq!(console.handle_message(&Message::Scan(ScanReply::ActiveJobFound(Ok(None)))), describe);
    console
}

fn scanned(number: u32, key: u32, copies: u32) -> JobEvent {
    JobEvent::Scanned {
        key: format!("here-{key}"),
        upc: Some(upc(number)),
        copies,
        line: key,
        seller: None,
        corrects: false,
    }
}

fn projection_of(events: Vec<JobEvent>) -> JobProjection {
    let mut projection = JobProjection::new(job());
    let first = JobEvent::Submitted { spec: JobSpec::into_scan_session(job_spec()) };
    for (number, event) in (1..).zip(std::iter::once(first).chain(events)) {
        projection
            .apply_event(&EventEnvelope {
                seq: Seq(number),
                at: timestamp("2024-03-18T14:30:22Z"),
                job: job(),
                payload: event,
            })
            .unwrap();
    }
    projection
}

#[test]
fn the_first_scan_starts_the_batch_and_nothing_is_sent_twice() {
    let mut console = screen();
    assert!(drawn(&mut console, 80, 24).contains("R E A D Y"));
    let begun = typed(&mut console, &format!("]E0{}", upc(1)));
    assert!(matches!(&begun[..], [Effect::Scan(ScanEffect::CreateJob { is_retry: false, .. })]), "{begun:?}");
    assert!(drawn(&mut console, 80, 24).contains("L O O K I N G"));
    assert_eq!(typed(&mut console, &upc(2).to_string()), []);
    let asked = console.handle_message(&Message::Scan(ScanReply::JobCreated(Ok(job()))));
    let [Effect::Job(JobEffect::AttachJob(_)), Effect::Scan(ScanEffect::SendScans { scans, .. })] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(scans.iter().map(|scan| scan.key.as_str()).collect::<Vec<_>>(), ["here-1", "here-2"]);
    assert_eq!(typed(&mut console, "nonsense"), [Effect::Beep]);
    let keys = vec!["here-1".to_owned(), "here-2".to_owned()];
    assert_eq!(console.handle_message(&Message::Scan(ScanReply::ScansSent { job: job(), keys, result: Ok(()) })), []);
}

#[test]
fn scans_are_queued_while_the_backend_is_unreachable() {
    let mut console = screen();
    typed(&mut console, &upc(1).to_string());
    console.handle_message(&Message::Scan(ScanReply::JobCreated(Ok(job()))));
    let down = || Err(ScanSendError::Unreachable("the service does not answer".to_owned()));
    let keys = vec!["here-1".to_owned()];
    let again =
        console.handle_message(&Message::Scan(ScanReply::ScansSent { job: job(), keys: keys.clone(), result: down() }));
    assert!(matches!(&again[..], [Effect::Scan(ScanEffect::SendScans { is_retry: true, .. })]), "{again:?}");
    let down = drawn(&mut console, 80, 24);
    assert!(down.contains("service offline") && down.contains("Q U E U E D") && down.contains("1 queued"), "{down}");
    assert!(press(&mut console, &["esc"]).is_empty());
    assert!(drawn(&mut console, 80, 24).contains("1 scan is not in the batch yet"));
    console.handle_message(&Message::Scan(ScanReply::ScansSent { job: job(), keys, result: Ok(()) }));
    assert!(!drawn(&mut console, 80, 24).contains("service offline"));
}

/// A batch that cannot be started, for example because of a setting, is not requested again and again.
#[test]
fn a_rejected_batch_is_requested_again_with_the_next_scan_only() {
    let mut console = screen();
    typed(&mut console, &upc(1).to_string());
    let rejected = || Err(ScanSendError::Rejected("sinks.ebay.site: expected a site".to_owned()));
    assert_eq!(console.handle_message(&Message::Scan(ScanReply::JobCreated(rejected()))), []);
    let shown = drawn(&mut console, 120, 24);
    assert!(shown.contains("cannot start a batch: sinks.ebay.site: expected a site. Scans are saved"), "{shown}");
    assert!(shown.contains("Q U E U E D") && !shown.contains("service offline"), "{shown}");
    let begun = typed(&mut console, &upc(2).to_string());
    assert!(matches!(&begun[..], [Effect::Scan(ScanEffect::CreateJob { is_retry: false, .. })]), "{begun:?}");
    let sent = console.handle_message(&Message::Scan(ScanReply::JobCreated(Ok(job()))));
    let [_, Effect::Scan(ScanEffect::SendScans { scans, .. })] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(scans.len(), 2);
    assert!(!drawn(&mut console, 120, 24).contains("cannot start"));
}

#[test]
fn a_broken_stream_is_attached_again_once() {
    let mut console = console_with_scan();
    let lost = Message::StreamLost { job: job(), error: "connection reset".to_owned() };
    assert_eq!(console.handle_message(&lost), [Effect::Job(JobEffect::ReattachJob(job()))]);
}

/// Returns the screen with one scan that the job has received.
pub(super) fn console_with_scan() -> Console {
    let mut console = screen();
    typed(&mut console, &upc(1).to_string());
    answered(&mut console, 1);
    console
}

fn answered(console: &mut Console, scans: u32) {
    console.handle_message(&Message::Scan(ScanReply::JobCreated(Ok(job()))));
    let keys = (1..=scans).map(|key| format!("here-{key}")).collect();
    console.handle_message(&Message::Scan(ScanReply::ScansSent { job: job(), keys, result: Ok(()) }));
}

/// Number of scans of [`show_scans`], the last of which is not a barcode.
pub(super) const SCANS_SHOWN: usize = 6;

/// Scans the first `scans` barcodes on a scan screen and shows their results. With all of them, every status occurs.
pub(super) fn show_scans(console: &mut Console, scans: usize) {
    let describe = [Effect::Scan(ScanEffect::DescribeNextJob)];
    assert_eq!(console.handle_message(&Message::Scan(ScanReply::ActiveJobFound(Ok(None)))), describe);
    for number in [1, 2, 3, 4, 1].into_iter().take(scans) {
        typed(console, &upc(number).to_string());
    }
    if scans == SCANS_SHOWN {
        typed(console, "720640000099");
    }
    if scans == 0 {
        return;
    }
    answered(console, u32::try_from(scans.min(5)).unwrap());
    let events = [
        vec![scanned(1, 1, 1), matched(1), price_event(1), cover_chosen(1), done(1, Status::Exported)],
        vec![scanned(2, 2, 1), ambiguous(2), done(2, Status::NeedsReview)],
        vec![scanned(3, 3, 1), unknown(3), done(3, Status::NeedsReview)],
        vec![scanned(4, 4, 1)],
        vec![
            scanned(1, 5, 2),
            JobEvent::ScanRetracted { key: "here-4".into(), upc: upc(4), copies: 0, line: None },
            done(4, Status::Skipped),
        ],
    ];
    let all = [items_added([1, 2, 3, 4])].into_iter().chain(events.into_iter().take(scans).flatten()).collect();
    let beep = console.handle_message(&watching(projection_of(all)));
    assert_eq!(beep, if scans > 1 { vec![Effect::Beep] } else { vec![] });
}

/// Returns a console with a scan of each status.
pub(super) fn console_with_all_statuses() -> Console {
    let (scan, _) = ScanScreen::new("here".to_owned());
    let mut console = console(scan);
    show_scans(&mut console, SCANS_SHOWN);
    console
}

#[test]
fn every_status_at_every_size() {
    let mut console = console_with_all_statuses();
    let message = ["NOT A BARCODE", "DUPLICATE (2)", "UNDONE", "UNKNOWN", "REVIEW", "GOOD"];
    for (width, height, shown) in [(80, 24, 6), (120, 40, 6), (40, 12, 5)] {
        let screen = drawn(&mut console, width, height);
        assert!(screen.contains("N O T   A   B A R C O D E"), "{screen}");
        for word in &message[..shown] {
            assert!(screen.contains(word), "{word} on {screen}");
        }
    }
    // The counts are complete, and the banner is as wide as the screen.
    let screen = picture(&mut console, 80, 24);
    assert!(screen.contains("1 duplicate · 1 not a barcode") || screen.contains("\n1 not a barcode\n"), "{screen}");
    let banner = picture(&mut console, 200, 50).lines().nth(1).unwrap().chars().position(|c| c == '!').unwrap();
    assert!((80..100).contains(&banner), "{banner}");
    let ctrl_u = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert_eq!(console.handle_key(ctrl_u), [Effect::Scan(ScanEffect::UndoScan { job: job(), key: "here-5".into() })]);
    let f4 = KeyEvent::new(KeyCode::F(4), KeyModifiers::NONE);
    assert_eq!(console.handle_key(f4), [Effect::Scan(ScanEffect::CloseJob { job: job() })]);
}

/// Returns a console with one scan, after these events of its item.
fn console_with_item(events: Vec<JobEvent>) -> Console {
    let mut console = screen();
    typed(&mut console, &upc(1).to_string());
    answered(&mut console, 1);
    console.handle_message(&watching(projection_of([vec![items_added([1]), scanned(1, 1, 1)], events].concat())));
    console
}

fn console_with_title(artist: &str, title: &str) -> Console {
    let found = testing::events::match_of(artist, title, 1);
    let verdict = Verdict::Matched { best_match: Box::new(found), runner_up: None };
    let identified = item_event(1, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() });
    console_with_item(vec![identified, price_event(1), cover_chosen(1), done(1, Status::Exported)])
}

#[test]
fn each_state_at_each_size() {
    let unread = |code: &str| {
        let mut console = screen();
        typed(&mut console, code);
        console
    };
    let repeated = || {
        let mut console =
            console_with_item(vec![matched(1), price_event(1), cover_chosen(1), done(1, Status::Exported)]);
        typed(&mut console, &upc(1).to_string());
        console
    };
    let undone = vec![
        JobEvent::ScanRetracted { key: "here-1".into(), upc: upc(1), copies: 0, line: None },
        done(1, Status::Skipped),
    ];
    let long = "The Complete Studio Recordings of the Orchestra, Volume Seventeen, Remastered ".repeat(4);
    let states = vec![
        ("empty", screen()),
        ("looking", console_with_item(Vec::new())),
        ("good", console_with_item(vec![matched(1), price_event(1), cover_chosen(1), done(1, Status::Exported)])),
        ("unknown", console_with_item(vec![unknown(1), done(1, Status::NeedsReview)])),
        ("review", console_with_item(vec![ambiguous(1), done(1, Status::NeedsReview)])),
        ("failed", console_with_item(vec![matched(1), done(1, Status::Failed)])),
        ("held", console_with_item(vec![item_event(1, ItemEvent::Paused)])),
        ("repeated", repeated()),
        ("undone", console_with_item(undone)),
        ("no_barcode", unread("https://example.org/an-address-that-is-longer-than-the-screen-is-wide-and-goes-on")),
        ("bad_check_digit", unread("720642442525")),
        ("long", console_with_title(&"An Artist with a Name ".repeat(6), &long)),
        (
            "cjk",
            console_with_title(
                "椎名林檎",
                "無罪モラトリアム・勝訴ストリップ・加爾基精液栗ノ花・無罪モラトリアム・勝訴ストリップ・加爾基",
            ),
        ),
        ("rtl", console_with_title("فيروز", "معرفتي فيك")),
        ("all", console_with_all_statuses()),
    ];
    for (name, mut console) in states {
        for (width, height) in [(80, 24), (120, 40), (40, 12)] {
            insta::assert_snapshot!(format!("scan_{name}_{width}x{height}"), drawn(&mut console, width, height));
        }
    }
}

/// No key that a scanner sends runs a command: digits, letters, and the prefix and suffix of a code.
#[test]
fn keys_of_a_scanner_are_not_commands() {
    let mut console = screen();
    let key = |code, modifiers| KeyEvent::new(code, modifiers);
    let printable = (' '..='~').filter(|c| !c.is_ascii_digit());
    for c in printable {
        assert_eq!(console.handle_key(key(KeyCode::Char(c), KeyModifiers::NONE)), [], "{c:?}");
        assert_eq!(console.key_context(), KeyContext::Scan, "{c:?}");
    }
    // The first Esc clears the typed text, and the screen stays open.
    assert_eq!(press(&mut console, &["esc"]), []);
    assert!(drawn(&mut console, 80, 24).contains("R E A D Y"));
    // The keys for STX and ETX.
    assert_eq!(console.handle_key(key(KeyCode::Char('b'), KeyModifiers::CONTROL)), []);
    for c in upc(1).to_string().chars() {
        console.handle_key(key(KeyCode::Char(c), KeyModifiers::NONE));
    }
    let begun = press(&mut console, &["ctrl-c"]);
    assert!(matches!(&begun[..], [Effect::Scan(ScanEffect::CreateJob { .. })]), "{begun:?}");
    assert_eq!(console.key_context(), KeyContext::Scan);
}

/// The operator does not look at the screen while scanning, so a dialog may cover the scan screen.
#[test]
fn a_scan_over_another_screen_is_recorded_and_runs_no_command() {
    let mut console = console_with_item(vec![matched(1)]);
    for over in [KeyCode::F(1), KeyCode::F(6), KeyCode::F(7), KeyCode::F(8)] {
        console.handle_key(KeyEvent::new(over, KeyModifiers::NONE));
        let place = console.key_context();
        assert_ne!(place, KeyContext::Scan, "{over:?}");
        let sent = typed(&mut console, &format!("]E0{}", upc(2).ean13()));
        let is_sent = |action: &Effect| matches!(action, Effect::Scan(ScanEffect::SendScans { .. }) | Effect::Beep);
        assert!(sent.iter().all(is_sent), "{sent:?}");
        assert_eq!(console.key_context(), place, "{over:?}");
        press(&mut console, &["esc"]);
        assert_eq!(console.key_context(), KeyContext::Scan, "{over:?}");
    }
    assert!(drawn(&mut console, 80, 24).contains("DUPLICATE (4)"), "{}", drawn(&mut console, 80, 24));
    // The Enter of a scan does not answer the question before leaving.
    press(&mut console, &["ctrl-c"]);
    console.handle_key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert_eq!(console.key_context(), KeyContext::Dialog);
    assert!(!typed(&mut console, &upc(3).to_string()).contains(&Effect::Quit));
    assert_eq!(console.key_context(), KeyContext::Dialog);
}

/// A second batch beside the open one would divide the list.
#[test]
fn no_batch_is_created_until_it_is_known_whether_one_is_open() {
    let mut console = console(ScanScreen::new("here".to_owned()).0);
    let found = |result| Message::Scan(ScanReply::ActiveJobFound(result));
    let retry = [Effect::Scan(ScanEffect::FindActiveJob { is_retry: true })];
    assert_eq!(console.handle_message(&found(Err("the service does not answer".into()))), retry);
    assert_eq!(typed(&mut console, &upc(1).to_string()), []);
    let offline = drawn(&mut console, 80, 24);
    assert!(offline.contains("cannot check for an open batch"), "{offline}");
    let effects = console.handle_message(&found(Ok(Some(job()))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Scan(ScanEffect::SendScans { .. }))), "{effects:?}");
    assert!(!drawn(&mut console, 80, 24).contains("cannot check"));
}

/// `S` returns from any screen to the open scan screen and its typed text.
#[test]
fn there_is_only_one_scan_screen() {
    let mut console = console(JobListScreen::default());
    let was = console.key_context();
    let [Effect::Scan(ScanEffect::FindActiveJob { is_retry: false })] = &press(&mut console, &["S"])[..] else {
        panic!("the screen requests a batch")
    };
    typed(&mut console, &upc(1).to_string());
    console.handle_key(KeyEvent::new(KeyCode::F(7), KeyModifiers::NONE));
    assert_eq!((was, console.key_context()), (KeyContext::Jobs, KeyContext::Jobs));
    assert_eq!(press(&mut console, &["S"]), []);
    assert!(drawn(&mut console, 80, 24).contains(&upc(1).to_string()));
    press(&mut console, &["esc"]);
    press(&mut console, &["esc"]);
    assert_eq!(console.key_context(), KeyContext::Jobs);
}

/// Some scanners send nothing after a code. A pause then ends the scan if it is configured.
#[test]
fn a_pause_ends_a_scan_if_it_is_configured() {
    let pause = Duration::from_millis(80);
    let (mut scan, _) = ScanScreen::new("here".to_owned());
    scan.apply_preferences(&Preferences { scan_idle_timeout: pause, ..Preferences::default() });
    let mut console =
        console(scan).with_preferences(Preferences { scan_idle_timeout: pause, ..Preferences::default() });
    console.handle_message(&Message::Scan(ScanReply::ActiveJobFound(Ok(None))));
    let asked = upc(1).to_string().chars().fold(Vec::new(), |_, c| console.handle_key(named(&c.to_string())));
    assert_eq!(asked, [Effect::Scan(ScanEffect::WaitForIdle { after_key: 12, timeout: pause })]);
    assert_eq!(
        console.handle_message(&Message::Scan(ScanReply::IdleTimeout { after_key: 11 })),
        [],
        "another key came"
    );
    let begun = console.handle_message(&Message::Scan(ScanReply::IdleTimeout { after_key: 12 }));
    assert!(matches!(&begun[..], [Effect::Scan(ScanEffect::CreateJob { .. })]), "{begun:?}");
    // An Enter after the pause is an empty line.
    assert_eq!(press(&mut console, &["enter"]), []);
}

/// Destination, condition and grades are shown before the first scan. `?` opens the help because no barcode contains
/// it.
#[test]
fn what_the_scans_become_is_shown_and_a_command_barcode_grades_them() {
    let mut console = screen();
    let spec = JobSpec { sink: SinkKind::Inventory, condition: Some(Condition::VeryGood), ..job_spec() };
    console.handle_message(&Message::Scan(ScanReply::NextJobDescribed(Ok(Box::new(spec)))));
    let ready = drawn(&mut console, 80, 24);
    assert!(ready.contains("drafts: inventory · condition very good"), "{ready}");
    typed(&mut console, "GRADE VG+/VG");
    let graded = drawn(&mut console, 120, 40);
    assert!(graded.contains("next scans: VG+/VG · drafts: inventory"), "{graded}");
    assert_eq!(press(&mut console, &["?"]), []);
    assert_eq!(console.key_context(), KeyContext::Pager, "the help is open");
    press(&mut console, &["esc"]);
    let begun = typed(&mut console, &upc(1).to_string());
    assert!(matches!(&begun[..], [Effect::Scan(ScanEffect::CreateJob { .. })]), "{begun:?}");
    let sent = console.handle_message(&Message::Scan(ScanReply::JobCreated(Ok(job()))));
    let codes = sent.iter().find_map(|effect| match effect {
        Effect::Scan(ScanEffect::SendScans { scans, .. }) => {
            Some(scans.iter().map(|scan| scan.code.clone()).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(codes, Some(vec![format!("{} VG+/VG", upc(1))]));
    typed(&mut console, "grade nograde");
    let ended = drawn(&mut console, 120, 40);
    assert!(ended.contains("next scans: no grade") && !ended.contains("VG+/VG ·"), "{ended}");
}

/// The grade of each scan is next to its barcode, and a corrected scan is not called undone.
#[test]
fn scans_show_their_grades_and_corrections() {
    let mut console = screen();
    typed(&mut console, "VG+/VG loc Box 14");
    typed(&mut console, &upc(1).to_string());
    typed(&mut console, "last NM");
    answered(&mut console, 2);
    let correction =
        JobEvent::Scanned { key: "here-2".into(), upc: Some(upc(1)), copies: 1, line: 1, seller: None, corrects: true };
    let events = vec![items_added([1]), scanned(1, 1, 1), correction, matched(1)];
    console.handle_message(&watching(projection_of(events)));
    for (width, height) in [(80, 24), (40, 12)] {
        let shown = drawn(&mut console, width, height);
        let rows = shown.lines().filter(|line| line.contains(&format!("{} ", upc(1)))).collect::<Vec<_>>();
        assert!(rows.iter().any(|row| row.contains("CORRECTED") && row.contains(" VG+/VG ")), "{shown}");
        assert!(rows.iter().any(|row| row.contains("GOOD") && row.contains(" NM ")), "{shown}");
        assert!(!shown.contains("UNDONE"), "{shown}");
    }
    for _ in 0..2 {
        typed(&mut console, "720640000099");
        typed(&mut console, "last NM");
        typed(&mut console, "last NM");
    }
    let shown = drawn(&mut console, 120, 24);
    assert!(shown.contains("!   N O T   A P P L I E D") && shown.contains("2 not a barcode"), "{shown}");
    typed(&mut console, "VGG");
    let shown = drawn(&mut console, 120, 24);
    assert!(shown.contains("neither a barcode nor a grade (M, NM, EX, VG+, VG, G+, G, F or P)"), "{shown}");
    let mistyped = shown.lines().find(|line| line.contains("! NOT A BARCODE")).unwrap();
    assert!(!mistyped.contains("VG+/VG"), "only barcodes have grades: {mistyped}");
}
