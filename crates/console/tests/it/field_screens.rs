//! Every screen with a text field inserts pasted text, moves the caret, and puts the terminal's cursor on the caret.

use console::{
    BrowseScreen, Console, Effect, JobListScreen, JobScreen, LocationEffect, LocationPrompt, Message, MessageLog,
    ReviewScreen, RowEffect,
};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::JobSpec;
use ratatui::Terminal;
use ratatui::backend::{Backend as _, TestBackend};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;

use super::{console, job, now, press, projection_of, watching};
use testing::events::{items_added, job_spec, matched, timestamp, upc};

/// Pastes `abc`, moves the caret left twice and types `X`. Checks that the field contains `aXbc`, and that the
/// terminal's cursor is between `X` and `b`.
#[track_caller]
fn assert_edits_at_caret(name: &str, mut console: Console) -> Console {
    assert_eq!(console.handle_paste("abc\n"), [], "{name}");
    press(&mut console, &["left", "left", "X"]);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    let Position { x, y } = terminal.backend_mut().get_cursor_position().unwrap();
    let buffer = terminal.backend().buffer();
    let line = (0..80).map(|column| buffer[(column, y)].symbol()).collect::<String>();
    let (before, after) = (line.chars().take(usize::from(x)), line.chars().skip(usize::from(x)));
    let (before, after) = (before.collect::<String>(), after.collect::<String>());
    assert!(before.ends_with("aX") && after.starts_with("▏bc"), "{name}: {line:?}, cursor at {x}");
    console
}

fn after_keys(mut console: Console, keys: &[&str]) -> Console {
    press(&mut console, keys);
    console
}

fn job_console() -> Console {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of([items_added(1..=6), matched(1)])));
    console
}

#[test]
fn filter_fields_edit_at_the_caret() {
    let jobs = || {
        let mut console = console(JobListScreen::default());
        let summary = console::JobSummary {
            job: job(),
            source: "aXbc.txt".into(),
            state: domain::job::JobState::Running,
            started_at: None,
            ended_at: None,
            total: 1,
            done: 0,
            successful: 0,
        };
        console.handle_message(&Message::JobsListed(Ok(vec![summary])));
        console
    };
    let messages = ["aXbc".to_owned(), "other".to_owned()];
    assert_edits_at_caret("a folder", after_keys(console(BrowseScreen::for_current_dir().0), &["/"]));
    assert_edits_at_caret("jobs", after_keys(jobs(), &["/"]));
    assert_edits_at_caret("a job", after_keys(job_console(), &["/"]));
    let log = assert_edits_at_caret("the log", after_keys(console(MessageLog::from_messages(messages.iter())), &["/"]));
    let screen = super::drawn(&mut { log }, 80, 24);
    assert!(screen.contains("1 of 2") && !screen.contains("other"), "the list is filtered by pasted text: {screen}");
}

#[test]
fn the_address_field_edits_at_the_caret() {
    let mut prompt = assert_edits_at_caret("browse", console(LocationPrompt::for_browsing()));
    assert_eq!(press(&mut prompt, &["enter"]), [Effect::Location(LocationEffect::ResolveAddress("gs://aXbc".into()))]);
    let mut prompt = assert_edits_at_caret("upload", console(LocationPrompt::for_upload("box.txt".into())));
    let upload = Effect::Location(LocationEffect::UploadFile {
        file: "box.txt".into(),
        to: "gs://aXbc".into(),
        replace_generation: None,
    });
    assert_eq!(press(&mut prompt, &["enter"]), [upload]);
}

#[test]
fn the_export_name_field_edits_at_the_caret() {
    let mut prompt = assert_edits_at_caret("export", after_keys(job_console(), &[" ", "w"]));
    let path = format!("{}_rows.csvaXbc", job()).into();
    let export = Effect::Rows(RowEffect::ExportRows { job: job(), upcs: vec![upc(1)], path, replace: false });
    assert_eq!(press(&mut prompt, &["enter"]), [export]);
}

#[test]
fn the_correction_field_edits_at_the_caret() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&super::review::waiting());
    let mut review = assert_edits_at_caret("review", after_keys(console, &["e"]));
    let sent = press(&mut review, &["enter", "1"]);
    let [Effect::SubmitReview { input, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert!(input.artist.ends_with("aXbc"), "{}", input.artist);
}

#[test]
fn the_scan_target_field_edits_at_the_caret() {
    let mut prompt = assert_edits_at_caret("save", scans_to_save());
    let sent = press(&mut prompt, &["enter"]);
    let [Effect::Scan(console::ScanEffect::SaveList { to, .. })] = &sent[..] else { panic!("{sent:?}") };
    assert!(to.ends_with(".txtaXbc"), "{to}");
    let refused = console::ScanReply::ListSaved(Err("/no/scans.txt: no such folder".to_owned()));
    prompt.handle_message(&Message::Scan(refused));
    let screen = super::drawn(&mut prompt, 80, 24);
    assert!(screen.contains(".txtaX") && screen.contains("not saved: /no/scans.txt: no such folder"), "{screen}");
    prompt.handle_paste("Y");
    assert_eq!(press(&mut prompt, &["enter"]).len(), 1);
    prompt.handle_message(&Message::Scan(console::ScanReply::ListSaved(Ok("there.txt".to_owned()))));
    let screen = super::drawn(&mut prompt, 80, 24);
    assert!(screen.contains("saved as there.txt") && !screen.contains("not overwritten"), "{screen}");
}

/// Returns a scan screen whose job has one scan, with the prompt that saves its list.
fn scans_to_save() -> Console {
    let mut console = super::scan::console_with_scan();
    let mut projection = JobProjection::new(job());
    let scanned = JobEvent::Scanned {
        key: "here-1".into(),
        upc: Some(upc(1)),
        copies: 1,
        line: 1,
        seller: None,
        corrects: false,
    };
    let submitted = JobEvent::Submitted { spec: JobSpec::into_scan_session(job_spec()) };
    for (number, payload) in (1..).zip([submitted, items_added([1]), scanned]) {
        let at = timestamp("2024-03-18T14:30:22Z");
        projection.apply_event(&EventEnvelope { seq: Seq(number), at, job: job(), payload }).unwrap();
    }
    console.handle_message(&watching(projection));
    console.handle_key(KeyEvent::new(KeyCode::F(3), KeyModifiers::NONE));
    console
}

#[test]
fn the_cursor_is_where_the_next_digit_of_a_scan_goes() {
    let (scan, _) = console::ScanScreen::new("here".to_owned());
    let mut console = console(scan);
    press(&mut console, &["7", "2", "0"]);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    let Position { x, y } = terminal.backend_mut().get_cursor_position().unwrap();
    let line = (0..80).map(|column| terminal.backend().buffer()[(column, y)].symbol()).collect::<String>();
    assert!(line.starts_with("> 720▏") && x == 5, "{line:?}, cursor at {x}");
}

/// The keys with Ctrl work in every field: Ctrl-C cancels as Esc does, Ctrl-Z suspends, Ctrl-L redraws.
#[test]
fn control_keys_work_while_a_text_is_typed() {
    type OpenField = fn() -> Console;
    let fields: [(&str, OpenField); 5] = [
        ("filter", || after_keys(job_console(), &["/"])),
        ("edit", || after_keys(job_console(), &["e"])),
        ("export", || after_keys(job_console(), &["w"])),
        ("command line", || after_keys(job_console(), &[":"])),
        ("typed answer", || after_keys(job_console(), &["X"])),
    ];
    let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    for (name, open) in fields {
        let screen_after = |key: KeyEvent| {
            let mut console = open();
            console.handle_paste("m");
            assert_eq!(console.handle_key(key), [], "{name}");
            super::drawn(&mut console, 80, 24)
        };
        assert_eq!(screen_after(control('c')), screen_after(KeyEvent::from(KeyCode::Esc)), "{name}");
        assert_eq!(open().handle_key(control('z')), [Effect::Suspend], "{name}");
        assert_eq!(open().handle_key(control('l')), [Effect::Redraw], "{name}");
    }
    let mut question = after_keys(job_console(), &["q"]);
    assert!(super::drawn(&mut question, 80, 24).contains("y yes"));
    assert_eq!(question.handle_key(control('z')), [Effect::Suspend], "a question that a key answers");
    assert_eq!(question.handle_key(control('l')), [Effect::Redraw], "a question that a key answers");
}
