//! Rendered screens at common terminal sizes.

use console::{
    BrowseScreen, DirectoryEntry, DirectoryEntryKind, DirectoryPage, ItemScreen, JobListScreen, JobScreen, Location,
    Message, UpstreamStatus,
};
use console::{Effect, ItemEffect, JobSummary, LocationEffect};
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::outcome::Status;

use super::{console, drawn, job, now, press, projection_of, watching};
use testing::events::{
    ambiguous, cover_chosen, done, input_item, item_event, items_added, line_rejected, matched, price_event, timestamp,
    unknown, upc,
};

pub(super) fn mixed_events() -> Vec<JobEvent> {
    vec![
        items_added(1..=6),
        line_rejected(9),
        JobEvent::InputClosed,
        matched(1),
        price_event(1),
        cover_chosen(1),
        done(1, Status::Exported),
        ambiguous(2),
        done(2, Status::NeedsReview),
        unknown(3),
        done(3, Status::Failed),
        matched(4),
        price_event(4),
    ]
}

#[test]
fn a_running_batch() {
    let mut console = console(JobScreen::new(job()));
    insta::assert_snapshot!("watch_joining", drawn(&mut console, 80, 24));
    console.handle_message(&watching(projection_of(mixed_events())));
    console.handle_message(&Message::Upstreams(vec![UpstreamStatus {
        name: "discogs".into(),
        requests: 7,
        waiting: 3,
        ..UpstreamStatus::default()
    }]));
    insta::assert_snapshot!("watch_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("watch_120x40", drawn(&mut console, 120, 40));
    insta::assert_snapshot!("watch_40x12", drawn(&mut console, 40, 12));
}

#[test]
fn rows_are_filtered_and_sorted() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(mixed_events())));
    press(&mut console, &["f", "f"]);
    let reviews = drawn(&mut console, 80, 12);
    assert!(reviews.contains("720640000023") && !reviews.contains("720640000016"), "{reviews}");
    press(&mut console, &["f", "f", "/", "0", "0", "3", "0"]);
    let found = drawn(&mut console, 80, 12);
    assert!(found.contains("720640000030") && !found.contains("720640000016") && found.contains("1 of 6"), "{found}");
    press(&mut console, &["esc", "o", "o", "O"]);
    let sorted = drawn(&mut console, 80, 12);
    assert!(sorted.contains("by state, descending"), "{sorted}");
    let place = |text: &str| sorted.find(text).unwrap();
    assert!(place("720640000030") < place("720640000016"), "failed before exported: {sorted}");
}

#[test]
fn problems_can_be_found_and_items_opened() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(mixed_events())));
    assert_eq!(
        press(&mut console, &["n", "n", "enter"]),
        [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(3) })]
    );
    press(&mut console, &["esc", "N"]);
    assert_eq!(press(&mut console, &["enter"]), [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(2) })]);
}

#[test]
fn the_complete_item() {
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut console = console(screen);
    insta::assert_snapshot!("item_asked", drawn(&mut console, 80, 24));
    let mut details = ItemDetails::new(input_item(1));
    for event in [matched(1), price_event(1), cover_chosen(1), done(1, Status::Exported)] {
        let JobEvent::Item { item_event: step, .. } = event else { unreachable!() };
        details.apply_event(timestamp("2024-03-18T14:30:30Z"), step);
    }
    console.handle_message(&Message::ItemLoaded { job: job(), upc: upc(1), result: Ok(Box::new(details)) });
    insta::assert_snapshot!("item_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("item_40x12", drawn(&mut console, 40, 12));
}

#[test]
fn several_pressings_are_side_by_side() {
    let (screen, _) = ItemScreen::new(job(), upc(2));
    let mut console = console(screen);
    let mut details = ItemDetails::new(input_item(2));
    for event in [ambiguous(2), done(2, Status::NeedsReview)] {
        let JobEvent::Item { item_event: step, .. } = event else { unreachable!() };
        details.apply_event(timestamp("2024-03-18T14:30:30Z"), step);
    }
    console.handle_message(&Message::ItemLoaded { job: job(), upc: upc(2), result: Ok(Box::new(details)) });
    insta::assert_snapshot!("item_undecided", drawn(&mut console, 80, 24));
}

/// Foreign text never becomes a terminal command, and wide characters keep the columns aligned.
#[test]
fn hostile_and_wide_names_keep_the_layout() {
    let mut events = vec![items_added(1..=2), JobEvent::InputClosed];
    for (number, artist) in
        [(1, "\u{1b}[2J\u{202e}evil\u{9b}31m"), (2, "椎名林檎 と長い名前のバンドの長い名前のアルバム")]
    {
        let JobEvent::Item { item_event: ItemEvent::Identified { mut verdict, unavailable_providers: without }, upc } =
            matched(number)
        else {
            unreachable!()
        };
        if let domain::matching::Verdict::Matched { best_match: found, .. } = &mut verdict {
            let event = found.release.title.as_mut().unwrap();
            artist.clone_into(&mut event.value);
        }
        events.push(JobEvent::Item {
            upc,
            item_event: ItemEvent::Identified { verdict, unavailable_providers: without },
        });
    }
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events)));
    let screen = drawn(&mut console, 80, 8);
    assert!(!screen.chars().any(|c| c.is_control() && c != '\n'), "{screen:?}");
    assert!(!screen.contains('\u{202e}'), "{screen:?}");
    insta::assert_snapshot!("watch_hostile", screen);
}

pub(super) fn bucket_location() -> Location {
    Location::Bucket { bucket: "draft-maker-bucket".into(), prefix: "2026/".into() }
}

pub(super) fn list(name: &str, size: u64) -> DirectoryEntry {
    let source = format!("gs://draft-maker-bucket/2026/{name}");
    let updated = Some(timestamp("2024-03-18T12:30:22Z"));
    DirectoryEntry {
        name: name.into(),
        kind: DirectoryEntryKind::File { source, size, updated, storage_class: "STANDARD".into() },
    }
}

#[test]
fn a_bucket_is_loaded_page_by_page() {
    let (screen, ask) = BrowseScreen::for_location(bucket_location());
    assert_eq!(ask, Effect::Location(LocationEffect::ListLocation { location: bucket_location(), page_token: None }));
    let mut console = console(screen);
    insta::assert_snapshot!("browse_asked", drawn(&mut console, 80, 10));
    let folder = DirectoryEntry { name: "march".into(), kind: DirectoryEntryKind::Folder(bucket_location()) };
    let entries = vec![folder, list("box-1.txt", 1_312), list("box-2.csv", 48_211_000)];
    let answer = Ok(DirectoryPage { entries, next_page_token: Some("more".into()), warning: None, address: None });
    console.handle_message(&Message::LocationListed { location: bucket_location(), page_token: None, result: answer });
    insta::assert_snapshot!("browse_80x10", drawn(&mut console, 80, 10));
    // Near the end of the loaded entries, the next page is requested once.
    assert_eq!(
        press(&mut console, &["down"]),
        [Effect::Location(LocationEffect::ListLocation {
            location: bucket_location(),
            page_token: Some("more".into())
        })]
    );
    assert_eq!(press(&mut console, &["down"]), []);
    let answer =
        Ok(DirectoryPage { entries: vec![list("box-3.txt", 12)], next_page_token: None, warning: None, address: None });
    console.handle_message(&Message::LocationListed {
        location: bucket_location(),
        page_token: Some("more".into()),
        result: answer,
    });
    press(&mut console, &["/", "3"]);
    let found = drawn(&mut console, 80, 10);
    assert!(found.contains("box-3.txt") && !found.contains("box-1.txt"), "{found}");
    let source = "gs://draft-maker-bucket/2026/box-3.txt".to_owned();
    assert_eq!(
        press(&mut console, &["enter", "enter"]),
        [Effect::Location(LocationEffect::PreviewList { source, list: domain::list_options::ListOptions::default() })]
    );
}

/// Answers to requests before the newest one change nothing twice, and an error is not shown beside the entries.
#[test]
fn a_reload_shows_each_entry_once() {
    let answer = |page_token: Option<&str>, result| Message::LocationListed {
        location: bucket_location(),
        page_token: page_token.map(str::to_owned),
        result,
    };
    let page = |name: &str, next: Option<&str>| {
        let next_page_token = next.map(str::to_owned);
        Ok(DirectoryPage { entries: vec![list(name, 12)], next_page_token, ..DirectoryPage::default() })
    };
    let mut console = console(BrowseScreen::for_location(bucket_location()).0);
    press(&mut console, &["r"]);
    console.handle_message(&answer(None, Err("the bucket does not answer".to_owned())));
    console.handle_message(&answer(None, page("box-1.txt", Some("more"))));
    let shown = drawn(&mut console, 80, 10);
    assert!(shown.contains("box-1.txt") && !shown.contains("does not answer"), "{shown}");
    // The second page is requested, then the folder is loaded again.
    press(&mut console, &["down", "r"]);
    console.handle_message(&answer(Some("more"), page("box-2.txt", None)));
    for _ in 0..2 {
        console.handle_message(&answer(None, page("box-1.txt", Some("more"))));
        let shown = drawn(&mut console, 80, 10);
        assert!(shown.matches("box-1.txt").count() == 1 && !shown.contains("box-2.txt"), "{shown}");
    }
    press(&mut console, &["down"]);
    for _ in 0..2 {
        console.handle_message(&answer(Some("more"), page("box-2.txt", None)));
        assert!(drawn(&mut console, 80, 10).contains("2 entries"));
    }
    // The selected entry stays selected, although another one now comes before it.
    press(&mut console, &["down", "r"]);
    drawn(&mut console, 80, 10);
    let entries = ["box-0.txt", "box-1.txt", "box-2.txt"].map(|name| list(name, 12)).to_vec();
    console.handle_message(&answer(None, Ok(DirectoryPage { entries, ..DirectoryPage::default() })));
    let copied = Effect::CopyText("gs://draft-maker-bucket/2026/box-2.txt".to_owned());
    assert_eq!(press(&mut console, &["y"]), [copied]);
}

/// The first `Enter` starts a list; it does not leave the folder. A reload does not move the cursor.
#[test]
fn the_cursor_begins_on_the_first_list() {
    let (screen, _) = BrowseScreen::for_location(bucket_location());
    let mut console = console(screen);
    let folder = |name: &str| DirectoryEntry {
        name: name.into(),
        kind: DirectoryEntryKind::Folder(Location::Folder(name.into())),
    };
    let listed = || {
        let entries = vec![folder(".."), folder("drafts"), list("back.JPG", 9), list("box-1.txt", 1_312)];
        let page = DirectoryPage { entries, ..DirectoryPage::default() };
        Message::LocationListed { location: bucket_location(), page_token: None, result: Ok(page) }
    };
    let source = "gs://draft-maker-bucket/2026/box-1.txt".to_owned();
    let copied = |text: &str| [Effect::CopyText(text.to_owned())];
    console.handle_message(&listed());
    assert_eq!(press(&mut console, &["y"]), copied(&source));
    press(&mut console, &["k", "k", "k", "r"]);
    console.handle_message(&listed());
    assert_eq!(press(&mut console, &["y"]), copied(".."));
}

#[test]
fn an_unreadable_bucket_shows_the_reason() {
    let (screen, _) = BrowseScreen::for_location(bucket_location());
    let mut console = console(screen);
    let answer = Err("403: the account lacks roles/storage.objectViewer".to_owned());
    console.handle_message(&Message::LocationListed { location: bucket_location(), page_token: None, result: answer });
    assert!(drawn(&mut console, 80, 10).contains("roles/storage.objectViewer"));
}

#[test]
fn the_list_of_batches() {
    let mut console = console(JobListScreen::default());
    let line = |number: u64, state| JobSummary {
        job: format!("batch_20240318_143022_{number}").parse().unwrap(),
        source: "gs://draft-maker-bucket/upcs.txt".into(),
        state,
        started_at: Some(timestamp("2024-03-18T13:30:22Z")),
        ended_at: None,
        total: 83,
        done: number,
        successful: number,
    };
    console.handle_message(&Message::JobsListed(Ok(vec![line(1, JobState::Running), line(0, JobState::Completed)])));
    insta::assert_snapshot!("jobs_80x8", drawn(&mut console, 80, 8));
    assert_eq!(press(&mut console, &["down", "enter"]).len(), 1);
}

#[test]
fn leaving_asks_only_if_something_would_stop() {
    let mut running = console(JobScreen::new(job()));
    running.handle_message(&watching(projection_of(mixed_events())));
    assert_eq!(press(&mut running, &["q"]), []);
    assert!(drawn(&mut running, 120, 24).contains("draft-maker resume"));
    assert_eq!(press(&mut running, &["y"]), [Effect::Quit]);

    let mut ended = console(JobScreen::new(job()));
    ended.handle_message(&watching(projection_of([
        items_added(1..=1),
        JobEvent::InputClosed,
        unknown(1),
        done(1, Status::NeedsReview),
        JobEvent::Completed,
    ])));
    assert_eq!(press(&mut ended, &["q"]), [Effect::Quit]);
    assert!(now() > timestamp("2024-03-18T14:30:22Z"));
}

#[test]
fn the_help_shows_the_keys_of_the_current_screen() {
    let mut console = console(JobScreen::new(job()));
    press(&mut console, &["?"]);
    let help = drawn(&mut console, 80, 40);
    assert!(help.contains("the next item that failed") && help.contains("pause the marked items"), "{help}");
    press(&mut console, &["?", "J", "?"]);
    let help = drawn(&mut console, 80, 60);
    assert!(!help.contains("the next item that failed") && help.contains(":sort COLUMN"), "{help}");
    assert!(!help.contains(":state STATE") && !help.contains("marked items"), "{help}");
    // The keys that no table binds: digits in review, and what is typed while scanning.
    let mut review = super::console(console::ReviewScreen::new(job()).0);
    press(&mut review, &["?"]);
    let help = drawn(&mut review, 80, 60);
    assert!(help.contains("choose the candidate with this number") && !help.contains(":sort"), "{help}");
    let mut scan = super::console(console::ScanScreen::new("a".to_owned()).0);
    press(&mut scan, &["?"]);
    assert!(drawn(&mut scan, 80, 60).contains("the grades of the following scans"));
    let mut start = super::console(console::StartScreen::for_source("box.csv".to_owned()).0);
    press(&mut start, &["?"]);
    assert!(drawn(&mut start, 80, 60).contains("change the selected option"));
    start.run_line("sort price");
    assert!(drawn(&mut start, 80, 24).contains(":sort is not available on this screen"));
}

#[test]
fn errors_are_shown_and_logged() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&Message::Notify("the bucket does not answer\u{7}".into()));
    assert!(drawn(&mut console, 80, 24).contains("the bucket does not answer"));
    press(&mut console, &["down"]);
    assert!(!drawn(&mut console, 80, 24).contains("the bucket does not answer"));
    press(&mut console, &["E"]);
    assert!(drawn(&mut console, 80, 24).contains("the bucket does not answer"));
    // Also while the log is open, and every kind of message.
    console.handle_message(&Message::ConnectionChanged { lost_since: None });
    press(&mut console, &["down"]);
    assert!(drawn(&mut console, 80, 24).contains("Connected to the service again."));
}

#[test]
fn marked_upcs_are_copied_together() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(mixed_events())));
    assert_eq!(press(&mut console, &["y"]), [Effect::CopyText(upc(1).to_string())]);
    let both = format!("{}\n{}", upc(1), upc(2));
    assert_eq!(press(&mut console, &[" ", " ", "y"]), [Effect::CopyText(both)]);
    let _ = item_event(1, ItemEvent::MissingData { missing: Vec::new() });
}

/// Returns the number of rows that a filter keeps of six items.
fn filtered_rows(filter: &str) -> usize {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(mixed_events())));
    drop(console.run_line(&format!("filter {filter}")));
    drawn(&mut console, 80, 24).lines().filter(|line| line.contains(" 72064")).count()
}

#[test]
fn a_filter_has_words_negations_fields_and_numbers() {
    let all = filtered_rows("7206");
    let nirvana = filtered_rows("nirvana");
    assert!(all == 6 && (1..6).contains(&nirvana), "{all} {nirvana}");
    assert_eq!(filtered_rows("!nirvana"), all - nirvana);
    assert_eq!(filtered_rows("nrvn"), nirvana, "letters in this order");
    let all = filtered_rows("");
    assert_eq!(filtered_rows("!nrvn"), all, "a negation hides only rows that contain exactly the word");
    assert_eq!(filtered_rows("!nirvan"), all - nirvana);
    let both = filtered_rows("nirvana nevermind");
    assert!((1..nirvana).contains(&both), "both words: {both}");
    assert_eq!(filtered_rows("nirvana abbey"), 0);
    assert_eq!(filtered_rows("artist:nirv"), nirvana);
    assert_eq!(filtered_rows("title:nirv"), 0);
    assert_eq!(filtered_rows("status:review"), 1);
    assert_eq!(filtered_rows("!status:waiting"), 3);
    let priced = filtered_rows("price>0");
    assert!(priced > 0, "some have a price");
    assert_eq!(filtered_rows("price>100000"), 0);
    assert_eq!(filtered_rows("price<=100000"), priced, "an item without a price matches no number");
    assert_eq!(filtered_rows("copies=1"), all);
}

#[test]
fn empty_cells_sort_last_in_both_directions() {
    for line in ["sort price", "sort -price"] {
        let mut console = console(JobScreen::new(job()));
        console.handle_message(&watching(projection_of(mixed_events())));
        drop(console.run_line(line));
        let screen = drawn(&mut console, 80, 24);
        let first = screen.lines().find(|line| line.contains(" 72064")).unwrap().to_owned();
        assert!(first.contains('.'), "{line}: {screen}");
    }
}

/// The first folder that the console ever shows explains how to begin. Its lists keep a third of the screen.
#[test]
fn the_first_start_shows_how_to_begin_beside_lists() {
    let list = |number: u32| DirectoryEntry {
        name: format!("box-{number:02}.txt"),
        kind: DirectoryEntryKind::File {
            source: format!("box-{number:02}.txt"),
            size: 1_312,
            updated: None,
            storage_class: String::new(),
        },
    };
    let shown = |lists| {
        let mut console = console(BrowseScreen::for_current_dir().0.for_first_start());
        let page = DirectoryPage { entries: (0..lists).map(list).collect(), ..DirectoryPage::default() };
        let location = Location::Folder(".".into());
        console.handle_message(&Message::LocationListed { location, page_token: None, result: Ok(page) });
        assert_eq!(console.pending_effects(), [Effect::DescribeSetup]);
        drawn(&mut console, 80, 24)
    };
    let few = shown(2);
    assert!(few.contains("box-01.txt") && few.contains("Choose one above") && few.contains("demo"), "{few}");
    let many = shown(40);
    assert!(many.contains("box-05.txt") && many.contains("Choose one above"), "{many}");
}

/// A folder without lists shows which parts are set up.
#[test]
fn an_empty_folder_shows_what_is_set_up() {
    let (browse, _) = BrowseScreen::for_current_dir();
    let mut console = console(browse);
    let location = Location::Folder(".".into());
    let empty = Message::LocationListed { location, page_token: None, result: Ok(DirectoryPage::default()) };
    console.handle_message(&empty);
    assert_eq!(console.pending_effects(), [Effect::DescribeSetup]);
    assert_eq!(console.pending_effects(), [], "once");
    let fact = |name: &str, is_ready, text: &str| console::SetupFact { name: name.into(), is_ready, text: text.into() };
    let facts = vec![
        fact("without any account", true, "MusicBrainz, Deezer, and a drafts file for Seller Hub"),
        fact("discogs", false, "DISCOGS_TOKEN is not set; it adds prices"),
    ];
    console.handle_message(&Message::SetupDescribed(facts));
    insta::assert_snapshot!("introduction_80x24", drawn(&mut console, 80, 24));
}
