//! The command line, its completion, and the mouse.

use console::{Effect, ItemEffect, JobEffect, JobListScreen, JobScreen, JobSummary, Message};
use domain::event::JobEvent;
use domain::job::JobState;
use domain::outcome::Status;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{console, drawn, job, press, projection_of, watching};
use testing::events::{done, items_added, matched, price_event, timestamp, unknown, upc};

fn watched() -> console::Console {
    let mut console = console(JobScreen::new(job()));
    let events = vec![
        items_added(1..=6),
        JobEvent::InputClosed,
        matched(1),
        price_event(1),
        done(1, Status::Exported),
        unknown(3),
        done(3, Status::Failed),
    ];
    console.handle_message(&watching(projection_of(events)));
    console
}

fn typed(console: &mut console::Console, text: &str) {
    for letter in text.chars() {
        let code = match letter {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            '↑' => KeyCode::Up,
            letter => KeyCode::Char(letter),
        };
        console.handle_key(KeyEvent::new(code, KeyModifiers::NONE));
    }
}

/// Returns the last line of the screen.
fn foot(console: &mut console::Console) -> String {
    drawn(console, 80, 24).lines().last().unwrap().trim_matches('"').trim_end().to_owned()
}

#[test]
fn tab_completes_commands_and_arguments() {
    let mut console = watched();
    assert_eq!(press(&mut console, &[":"]), [Effect::Job(JobEffect::ListJobs)], "names of batches are requested");
    typed(&mut console, "sor\t");
    assert!(foot(&mut console).starts_with(":sort ▏"), "{}", foot(&mut console));
    typed(&mut console, "pr\t");
    assert!(foot(&mut console).starts_with(":sort price"), "{}", foot(&mut console));
    typed(&mut console, "\n");
    assert!(drawn(&mut console, 80, 24).contains("by price"));
    typed(&mut console, ":state n\t\n");
    assert!(drawn(&mut console, 80, 24).contains("needs review, by price"));
    typed(&mut console, ":state all\n:columns artist,ti\t,pr\t\n");
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("artist") && !screen.contains("UPC"), "{screen}");
    typed(&mut console, ":columns \t\t");
    assert!(foot(&mut console).starts_with(":columns state"), "{}", foot(&mut console));
    typed(&mut console, "\n:");
    insta::assert_snapshot!("say_80x24", drawn(&mut console, 80, 24));
}

#[test]
fn jobs_are_completed_and_watched() {
    let mut console = watched();
    let line = JobSummary {
        job: "batch_20240318_150000_0".parse().unwrap(),
        source: "a.txt".into(),
        state: JobState::Completed,
        started_at: None,
        ended_at: None,
        total: 1,
        done: 1,
        successful: 1,
    };
    console.handle_message(&Message::JobsListed(Ok(vec![line.clone()])));
    typed(&mut console, ":watch b\t");
    assert_eq!(press(&mut console, &["enter"]), [Effect::Job(JobEffect::AttachJob(line.job))]);
}

#[test]
fn items_are_opened_and_rows_selected() {
    let mut console = watched();
    typed(&mut console, ":3\n");
    assert!(drawn(&mut console, 80, 24).contains("3/6 by list"));
    typed(&mut console, &format!(":open {}", upc(2)));
    assert_eq!(press(&mut console, &["enter"]), [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(2) })]);
}

#[test]
fn an_unknown_command_gets_suggestions() {
    let mut console = watched();
    // The line stays, with the reason above it, which may take several lines.
    let text = |console: &mut console::Console, line: &str| {
        typed(console, &format!(":{line}\n"));
        assert!(foot(console).starts_with(&format!(":{line}▏")), "{}", foot(console));
        let screen = drawn(console, 160, 24);
        assert_eq!(press(console, &["esc"]), []);
        screen
    };
    assert!(text(&mut console, "srot price").contains("unknown command :srot; similar: :sort"));
    assert!(text(&mut console, "xyzzy").contains("an empty line lists all commands"));
    assert!(text(&mut console, "state faild").contains("unknown state \"faild\"; use drafted"));
    assert!(text(&mut console, "watch").contains("incomplete; use :watch BATCH"));
    assert!(text(&mut console, "pause now").contains(":pause takes no arguments"));
    assert!(text(&mut console, "open 123").contains("123: "));
    assert!(text(&mut console, "sort prize").contains("cannot sort by \"prize\" here; use upc"));
    assert!(text(&mut console, "theme pink").contains("dark, light, mono"));
    typed(&mut console, ":jobs\n");
    assert!(text(&mut console, "mark").contains(":mark is not available on this screen"));
    assert!(text(&mut console, "view dear").contains("unknown view \"dear\"; :save_view NAME saves one"));
}

#[test]
fn a_rejected_line_is_corrected_where_it_is() {
    let mut console = watched();
    typed(&mut console, ":sort prize\n");
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("cannot sort by \"prize\" here") && !screen.contains('…'), "{screen}");
    for _ in 0..2 {
        console.handle_key(KeyEvent::from(KeyCode::Backspace));
    }
    assert!(!drawn(&mut console, 80, 24).contains("cannot sort"), "the reason is shown until the next key");
    typed(&mut console, "ce\n");
    assert!(drawn(&mut console, 80, 24).contains("by price"));
}

#[test]
fn earlier_lines_are_in_the_history() {
    let mut console = watched();
    typed(&mut console, ":sort price\n:state failed\n:↑↑");
    assert!(foot(&mut console).starts_with(":sort price▏"), "{}", foot(&mut console));
    press(&mut console, &["esc"]);
    assert!(!foot(&mut console).starts_with(':'));
    assert_eq!(press(&mut console, &[":", "j", "o", "b", "s", "enter"]), [Effect::Job(JobEffect::ListJobs)]);
}

#[test]
fn the_list_of_batches_is_sorted_and_filtered() {
    let mut console = console(JobListScreen::default());
    let line = |number: u64, source: &str| JobSummary {
        job: format!("batch_20240318_143022_{number}").parse().unwrap(),
        source: source.into(),
        state: if number == 1 { JobState::Running } else { JobState::Completed },
        started_at: Some(timestamp("2024-03-18T13:30:22Z")),
        ended_at: None,
        total: 100 - number,
        done: number,
        successful: number,
    };
    let lines = (0..40).map(|number| line(number, if number == 7 { "gs://b/椎名.txt" } else { "a.txt" })).collect();
    console.handle_message(&Message::JobsListed(Ok(lines)));
    typed(&mut console, ":sort -done\n");
    let screen = drawn(&mut console, 80, 12);
    assert!(screen.contains("by done, descending") && screen.contains("143022_39 "), "{screen}");
    typed(&mut console, "/椎");
    let screen = drawn(&mut console, 80, 12);
    assert!(screen.contains("143022_7 ") && !screen.contains("143022_8 ") && screen.contains("1/1"), "{screen}");
    press(&mut console, &["esc", "end"]);
    assert!(drawn(&mut console, 80, 12).contains("40/40"));
    for (width, height) in [(80, 24), (40, 12)] {
        insta::assert_snapshot!(format!("jobs_{width}x{height}"), drawn(&mut console, width, height));
    }
}

#[test]
fn the_log_wraps_scrolls_and_is_filtered() {
    let mut console = watched();
    for number in 0..30 {
        let message =
            format!("discogs: {number} answered 503 Service Unavailable, and so it is left alone for a while");
        console.handle_message(&Message::Notify(message));
    }
    console.handle_message(&Message::Notify("eBay: token refused".into()));
    press(&mut console, &["E"]);
    let screen = drawn(&mut console, 40, 12);
    assert!(screen.contains("eBay: token refused") && screen.contains("a while  "), "wrapped at words: {screen}");
    press(&mut console, &["k", "k"]);
    assert!(!drawn(&mut console, 40, 12).contains("eBay"), "it scrolls at once");
    press(&mut console, &["/", "e", "b", "a", "y", "enter"]);
    assert!(drawn(&mut console, 40, 12).contains("1 of 31"));
}

#[test]
fn the_help_is_readable_at_the_smallest_size() {
    let mut console = watched();
    press(&mut console, &["?"]);
    insta::assert_snapshot!("help_40x12", drawn(&mut console, 40, 12));
    let mut seen = String::new();
    for _ in 0..160 {
        seen += &drawn(&mut console, 40, 12);
        press(&mut console, &["j"]);
    }
    for message in ["sort by the next", ":columns A,B,…", ":theme THEME", "quit"] {
        assert!(seen.contains(message), "{message} in {seen}");
    }
}

pub(super) fn mouse(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }
}

#[test]
fn the_mouse_chooses_opens_sorts_and_scrolls() {
    let mut console = watched();
    let pressed = |column, row| mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    let screen = drawn(&mut console, 80, 24);
    let head = screen.lines().position(|line| line.contains("UPC")).unwrap();
    let row = u16::try_from(head + 3).unwrap();
    assert_eq!(console.handle_mouse(pressed(3, row)), []);
    assert!(drawn(&mut console, 80, 24).contains("3/6"));
    assert_eq!(console.handle_mouse(pressed(3, row)), [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(3) })]);
    press(&mut console, &["esc"]);
    let line = screen.lines().nth(head).unwrap().trim_matches('"').to_owned();
    let price = line.split("price").next().unwrap().chars().count();
    let heading = pressed(u16::try_from(price).unwrap(), u16::try_from(head).unwrap());
    console.handle_mouse(heading);
    assert!(drawn(&mut console, 80, 24).contains("by price,"));
    console.handle_mouse(heading);
    assert!(drawn(&mut console, 80, 24).contains("by price, descending"));
    console.handle_mouse(mouse(MouseEventKind::ScrollDown, 3, 5));
    assert!(drawn(&mut console, 80, 24).contains("6/6"));
    console.handle_mouse(mouse(MouseEventKind::ScrollUp, 3, 5));
    assert!(drawn(&mut console, 80, 24).contains("3/6"));
    console.handle_mouse(pressed(79, 23));
    let f2 = KeyEvent::new(KeyCode::F(2), KeyModifiers::NONE);
    assert_eq!(console.handle_key(f2), [Effect::CaptureMouse(true)]);
    assert_eq!(console.handle_key(f2), [Effect::CaptureMouse(false)]);
}

#[test]
fn the_palette_finds_commands_by_a_few_letters_and_runs_the_selected_one() {
    let mut console = watched();
    typed(&mut console, ":");
    let all = drawn(&mut console, 80, 24);
    assert!(all.contains(":reverse") && all.contains("reverse the order") && all.contains("commands"), "{all}");
    typed(&mut console, "rvrs");
    let found = drawn(&mut console, 80, 24);
    assert!(found.contains(":reverse") && found.contains("reverse the order"), "{found}");
    assert!(!found.contains(":pause"), "{found}");
    console.handle_key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
    typed(&mut console, "\n");
    assert!(!drawn(&mut console, 80, 24).contains("commands"));
    // A command with an argument waits for the argument.
    typed(&mut console, ":theme");
    console.handle_key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
    typed(&mut console, "\n");
    assert!(foot(&mut console).starts_with(":theme ▏"), "{}", foot(&mut console));
}

/// A unique prefix runs its command. An ambiguous prefix lists the commands, and the palette stays open.
#[test]
fn a_unique_prefix_runs_its_command() {
    let mut console = watched();
    typed(&mut console, ":pau");
    assert_eq!(
        press(&mut console, &["enter"]),
        [Effect::Job(JobEffect::ChangeJob { job: job(), action: console::JobAction::Pause })]
    );
    typed(&mut console, ":fil nirvana\n");
    assert!(drawn(&mut console, 80, 24).contains("contains \"nirvana\""), "with its argument");
    typed(&mut console, ":mar\n");
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("several commands start with this: mark"), "{shown}");
    assert!(shown.contains(":mar▏") && shown.contains(" commands ─"), "the palette stays open: {shown}");
    typed(&mut console, "k");
    assert!(!drawn(&mut console, 80, 24).contains("several commands"), "the message disappears at the next key");
    typed(&mut console, "\n");
    assert!(drawn(&mut console, 80, 24).contains("1 marked"), "a complete name runs its command");
    typed(&mut console, ":the\n");
    assert!(foot(&mut console).starts_with(":theme ▏"), "an argument is missing: {}", foot(&mut console));
    press(&mut console, &["esc", ":", "z", "z", "enter"]);
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("unknown command :zz") && foot(&mut console).starts_with(":zz▏"), "{shown}");
}

/// A view saves filter, state, order and columns under a name.
#[test]
fn views_are_saved_shown_and_removed() {
    let file = std::path::PathBuf::from("console.json");
    let mut console = watched()
        .with_preferences(console::Preferences::default())
        .with_saved_state(file.clone(), console::SavedState::default());
    console.run_line("filter nirvana");
    console.run_line("sort -price");
    console.run_line("columns upc,price");
    let [Effect::SaveState { file: saved_in, change }] = &console.run_line("save_view cheap ones")[..] else {
        panic!("the view is saved")
    };
    let console::StateChange::SaveView { name, view } = change else { panic!("a view: {change:?}") };
    assert_eq!((saved_in, name.as_str(), view.sort.as_str()), (&file, "cheap ones", "-price"));
    console.run_line("filter x");
    console.run_line("sort upc");
    console.run_line("columns upc,artist");
    console.run_line("view cheap ones");
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("contains \"nirvana\", by price, descending") && !shown.contains("artist"), "{shown}");
    console.run_line("view dear");
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("unknown view \"dear\"; use cheap ones"), "{shown}");
    press(&mut console, &["esc"]);
    typed(&mut console, ":view \t");
    assert!(foot(&mut console).starts_with(":view cheap ones"), "{}", foot(&mut console));
    press(&mut console, &["esc"]);
    assert_eq!(console.run_line("remove_view cheap ones").len(), 1);
    console.run_line("view cheap ones");
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains(":save_view NAME saves one"), "{shown}");
    press(&mut console, &["esc", "J"]);
    console.run_line("save_view jobs");
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("not available on this screen"), "{shown}");
}

/// The batch of the last session is opened again with its view. It is closed if it no longer exists.
#[test]
fn the_batch_of_the_last_session_is_opened_again() {
    let view = console::SavedView {
        filter: "nirvana".into(),
        state: "exported".into(),
        sort: "-price".into(),
        columns: "upc,nonsense".into(),
    };
    let (browse, _) = console::BrowseScreen::for_current_dir();
    let mut reopened = console(browse);
    assert_eq!(reopened.reopen_batch(job(), &view), [Effect::Job(JobEffect::AttachJob(job()))]);
    reopened.handle_message(&watching(projection_of([items_added(1..=2), matched(1), done(1, Status::Exported)])));
    let shown = drawn(&mut reopened, 80, 24);
    assert!(shown.contains("exported, by price, descending") && shown.contains("artist"), "{shown}");
    let (browse, _) = console::BrowseScreen::for_current_dir();
    let mut gone = console(browse);
    gone.reopen_batch(job(), &view);
    assert_eq!(gone.reopen_batches(), [Effect::Job(JobEffect::ListJobs)]);
    assert!(drawn(&mut gone, 80, 24).contains("› batches") || drawn(&mut gone, 80, 24).contains("> batches"));
    gone.handle_message(&Message::JobAttached { job: job(), result: Err("unknown batch".to_owned()) });
    let shown = drawn(&mut gone, 80, 24);
    assert!(shown.contains("this folder") && !shown.contains(job().as_str()), "{shown}");
}

#[test]
fn the_list_of_batches_is_opened_again_if_it_was_on_top() {
    let was_on_top = |keys: &[&str]| {
        let mut console = watched().with_saved_state("console.json".into(), console::SavedState::default());
        press(&mut console, keys);
        match console.place_to_save() {
            Some((_, console::StateChange::Leave(place))) => place.shows_batches,
            other => panic!("a place: {other:?}"),
        }
    };
    assert!(was_on_top(&["J"]) && was_on_top(&["J", "?"]));
    assert!(!was_on_top(&[]) && !was_on_top(&["J", "esc"]));
    let earlier = r#"{"started_in": "/here", "location": "./", "batch": ""}"#;
    assert!(!serde_json::from_str::<console::LastPlace>(earlier).unwrap().shows_batches, "of an earlier version");
}

/// Columns that a later version adds, or that are chosen later, are not hidden by those of the last session.
#[test]
fn the_last_place_has_columns_only_if_a_view_chose_them() {
    let columns_at_exit = |line: &str| {
        let state = console::SavedState {
            views: [("few".to_owned(), console::SavedView { columns: "upc".into(), ..Default::default() })].into(),
            ..Default::default()
        };
        let mut console = watched().with_saved_state("console.json".into(), state);
        console.run_line(line);
        match console.place_to_save() {
            Some((_, console::StateChange::Leave(place))) => place.view.columns,
            other => panic!("a place: {other:?}"),
        }
    };
    assert_eq!(columns_at_exit("filter x"), "");
    assert_eq!(columns_at_exit("columns upc,price"), "", "they are in a file of their own");
    assert_eq!(columns_at_exit("view few"), "upc");

    let earlier = "upc,state,steps,artist,title,format,match,price,confidence,draft,photos,ended,error";
    let view = console::SavedView { columns: earlier.into(), ..console::SavedView::default() };
    let (browse, _) = console::BrowseScreen::for_current_dir();
    let mut reopened = console(browse);
    reopened.reopen_batch(job(), &view);
    let items = vec![testing::events::described_item(1, "Box 14", "VG+")];
    reopened.handle_message(&watching(projection_of([domain::event::JobEvent::ItemsAdded { items }])));
    let shown = drawn(&mut reopened, 120, 24);
    assert!(shown.contains("Box 14") && shown.contains("VG+"), "{shown}");
}
