//! What screens suggest to do next: after a batch has stopped, with its files, and for a filter that hides everything.

use std::path::PathBuf;

use console::{
    BrowseScreen, Console, DirectoryEntry, DirectoryEntryKind, DirectoryPage, ItemScreen, JobListScreen, JobScreen,
    JobSummary, Location, Message, ReviewScreen, Settings, StartScreen, UpstreamStatus,
};
use domain::event::JobEvent;
use domain::item_details::ItemDetails;
use domain::job::JobState;
use domain::outcome::Status;
use testing::events::{ambiguous, done, input_item, items_added, matched, price_event, unknown, upc};

use super::review::{case, foot};
use super::{console, drawn, job, picture, press, projection_of, watching};

fn batch_console(events: impl IntoIterator<Item = JobEvent>) -> Console {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events)));
    console
}

fn running() -> [JobEvent; 3] {
    [items_added(1..=3), JobEvent::InputClosed, matched(1)]
}

/// Returns the line that contains `part`.
fn line_with(screen: &str, part: &str) -> String {
    let line = screen.lines().find(|line| line.contains(part));
    line.unwrap_or_else(|| panic!("no {part:?} in\n{screen}")).to_owned()
}

#[test]
fn a_stopped_or_paused_batch_says_how_it_continues() {
    let why = "the process was stopped; `draft-maker resume batch_20240318_143022_0` continues, and nothing is lost";
    let ends = [
        JobEvent::Stopped { why: why.into(), auto_resume: false, only_paused_items_left: false, ended_at: None },
        JobEvent::Paused { why: why.into() },
        JobEvent::Failed { why: why.into() },
    ];
    for end in ends {
        let mut console = batch_console(running().into_iter().chain([end]));
        let screen = picture(&mut console, 80, 24);
        assert!(screen.contains("P resumes the batch"), "{screen}");
        assert!(line_with(&screen, "the process was stopped").ends_with('…'), "{screen}");
        assert!(!screen.contains("min left"), "the time of a break says nothing about the rest: {screen}");
    }
    let screen = picture(&mut batch_console(running()), 80, 24);
    assert!(!screen.contains("resumes the batch"), "{screen}");
}

fn finished_with_files(files: &[&str]) -> Console {
    let mut console = batch_console(
        running()
            .into_iter()
            .chain([1, 2, 3].map(|number| done(number, Status::NeedsReview)))
            .chain([JobEvent::Completed]),
    );
    let paths = files.iter().map(PathBuf::from).collect();
    console.handle_message(&Message::OutputFilesListed { job: job(), paths });
    console
}

#[test]
fn the_files_to_upload_are_named_as_far_as_they_fit() {
    let one = picture(&mut finished_with_files(&["output/ebay_drafts_20240318_143022_0.csv"]), 120, 24);
    assert!(one.contains("d reviews 3   Upload in Seller Hub: output/ebay_drafts_20240318_143022_0.csv"), "{one}");
    let two = ["output/ebay_drafts_20240318_143022_0.csv", "output/ebay_drafts_20240318_143022_0_2.csv"];
    let shown = picture(&mut finished_with_files(&two), 120, 24);
    let expected = "Upload 2 files in Seller Hub, each once: output/ebay_drafts_20240318_143022_0*.csv";
    assert!(shown.contains(expected), "{shown}");
    let shown = picture(&mut finished_with_files(&two), 80, 24);
    assert!(line_with(&shown, "Upload 2 files").ends_with('…'), "{shown}");
}

#[test]
fn missing_files_are_in_the_folder_where_the_batch_was_started() {
    let shown = picture(&mut finished_with_files(&[]), 80, 24);
    assert!(shown.contains("Files: in the folder output where the batch was started"), "{shown}");
}

#[test]
fn what_limits_the_pace_is_shown_at_every_size() {
    let mut console = batch_console(running());
    let gauge = |name: &str, waiting| UpstreamStatus {
        name: name.into(),
        requests: 38,
        requests_last_minute: 25,
        limit_per_minute: Some(60.0),
        waiting,
        ..UpstreamStatus::default()
    };
    console.handle_message(&Message::Upstreams(vec![gauge("musicbrainz", 36), gauge("coverartarchive", 2)]));
    for (width, height) in [(120, 40), (139, 40), (140, 40), (200, 50)] {
        let screen = picture(&mut console, width, height);
        assert!(screen.contains("MusicBrainz ["), "{width}x{height}\n{screen}");
        assert!(screen.contains("of limit, 36 waiting"), "{width}x{height}\n{screen}");
    }
    assert!(picture(&mut console, 200, 50).contains("Cover Art Archive ["));
}

#[test]
fn keys_that_do_nothing_are_not_offered() {
    let source = "box.csv".to_owned();
    let mut start = console(StartScreen::for_source(source.clone()).0);
    let error = "box.csv: no such file".to_owned();
    start.handle_message(&Message::PreviewReady { source, result: Err(error.clone()) });
    let screen = picture(&mut start, 80, 24);
    assert!(screen.contains(&error) && screen.contains("Esc back"), "{screen}");
    assert!(!screen.contains("start\n") && !screen.contains("change") && !screen.contains("condition"), "{screen}");
    assert_eq!(press(&mut start, &[" ", "enter"]), []);

    let mut unknown = console(JobScreen::new(job()));
    unknown.handle_message(&Message::JobAttached { job: job(), result: Err("there is no such batch".into()) });
    let screen = picture(&mut unknown, 80, 24);
    assert!(screen.contains("there is no such batch") && screen.contains("Esc back"), "{screen}");
    assert!(!screen.contains("d review"), "{screen}");

    let mut batches = console(JobListScreen::default());
    batches.handle_message(&Message::JobsListed(Ok(Vec::new())));
    let foot = picture(&mut batches, 80, 24).lines().last().unwrap().to_owned();
    assert!(foot.contains("B browse") && !foot.contains("resume") && !foot.contains("retry"), "{foot}");
    let completed = JobSummary {
        job: job(),
        source: "box.csv".into(),
        state: JobState::Completed,
        started_at: None,
        ended_at: None,
        total: 3,
        done: 3,
        successful: 3,
    };
    batches.handle_message(&Message::JobsListed(Ok(vec![completed])));
    let foot = picture(&mut batches, 80, 24).lines().last().unwrap().to_owned();
    assert!(foot.contains("R retry") && !foot.contains("resume") && !foot.contains("pause"), "{foot}");
}

#[test]
fn the_key_that_leaves_an_item_is_at_its_foot() {
    let mut console = console(ItemScreen::new(job(), upc(2)).0);
    let details = Box::new(ItemDetails::new(input_item(2)));
    console.handle_message(&Message::ItemLoaded { job: job(), upc: upc(2), result: Ok(details) });
    let screen = picture(&mut console, 80, 24);
    assert!(screen.lines().last().unwrap().contains("Esc back"), "{screen}");
    assert!(screen.contains(&format!("{}  waiting", upc(2))), "nothing is known of it yet: {screen}");
}

#[test]
fn a_filter_that_hides_all_rows_because_of_a_wrong_condition_says_so() {
    for (filter, problem) in [
        ("foo:bar", "unknown field \"foo\"; the fields are status"),
        ("year>1990", "unknown field \"year\""),
        ("price>abc", "price needs a number, not \"abc\""),
        ("!title>abc", "title is a text: write title:abc"),
    ] {
        let mut console = batch_console(running());
        press(&mut console, &["/"]);
        console.handle_paste(filter);
        let typing = picture(&mut console, 120, 24);
        if !filter.starts_with('!') {
            assert!(typing.contains(problem), "{filter}: {typing}");
            press(&mut console, &["enter"]);
            let shown = picture(&mut console, 120, 24);
            assert!(shown.contains(problem), "{filter}: {shown}");
        }
    }
    let mut console = batch_console(running());
    press(&mut console, &["/"]);
    console.handle_paste("nothing");
    assert!(!picture(&mut console, 120, 24).contains("field"), "a word that is not found is no mistake");
}

#[test]
fn the_heading_of_the_order_is_not_cut() {
    let mut console = batch_console(running().into_iter().chain([price_event(1)]));
    for (line, heading) in [("sort price", "price▲"), ("sort -price", "price▼"), ("sort match", "match▲")] {
        press(&mut console, &[":"]);
        console.handle_paste(line);
        press(&mut console, &["enter"]);
        let screen = picture(&mut console, 80, 24);
        assert!(screen.contains(heading), "{screen}");
    }
}

#[test]
fn a_folder_shows_its_full_address_and_cut_names_end_in_a_mark() {
    let location = Location::Folder("lists".into());
    let mut console = console(BrowseScreen::for_location(location.clone()).0);
    let kind =
        DirectoryEntryKind::File { source: "lists/long".into(), size: 12, updated: None, storage_class: String::new() };
    let long = DirectoryEntry { name: "estate sale of a radio station, ".repeat(4), kind };
    let page = DirectoryPage { entries: vec![long], address: Some("~/records/lists/".into()), ..<_>::default() };
    console.handle_message(&Message::LocationListed { location, page_token: None, result: Ok(page) });
    let screen = picture(&mut console, 80, 24);
    assert!(screen.starts_with("~/records/lists/ "), "{screen}");
    assert!(screen.contains("1 entry in ~/records/lists/"), "{screen}");
    assert!(line_with(&screen, "estate sale").contains("…"), "{screen}");
    assert!(line_with(&screen, "name ").contains("size    age"), "{screen}");
}

fn settings(variables: &str) -> Settings {
    let required = "keys = 'k'\ncolumns_file = 'c'\nstate_file = 's'\ntheme = 'dark'\ntheme_file = 't'\n";
    toml::from_str(&format!("{required}{variables}")).unwrap()
}

/// A VT100 would blink where the console sets a color.
#[test]
fn terminals_without_colors_get_none() {
    for term in ["vt100", "vt220-8bit", "ansi"] {
        let theme = settings(&format!("term = '{term}'")).theme().unwrap();
        assert_eq!(theme.warning_style().fg, None, "{term}");
    }
    for term in ["linux", "xterm", "tmux-256color", "screen"] {
        assert!(settings(&format!("term = '{term}'")).theme().unwrap().warning_style().fg.is_some(), "{term}");
    }
}

/// The fonts of the Linux console, and older terminals, lack the symbols.
#[test]
fn terminals_without_the_symbols_get_ascii() {
    for (term, has_symbols) in
        [("linux", false), ("linux-16color", false), ("vt220", false), ("xterm", true), ("", true)]
    {
        let theme = settings(&format!("term = '{term}'\nlocale = 'en_US.UTF-8'")).theme().unwrap();
        assert_eq!(theme.unicode, has_symbols, "{term}");
    }
    assert!(!settings("term = 'xterm'\nlocale = 'C'").theme().unwrap().unicode);
}

#[test]
fn terminals_are_recognized_inside_tmux() {
    let emulator = |variables: &str| settings(variables).terminal_capabilities().emulator;
    assert_eq!(emulator("tmux = '/tmp/tmux'\nemulator = 'tmux'\nghostty = '/usr/share/ghostty'"), "ghostty");
    assert_eq!(emulator("tmux = '/tmp/tmux'\nemulator = 'tmux'\nwezterm = '0'"), "wezterm");
    assert_eq!(emulator("emulator = 'vscode'\nghostty = '/usr/share/ghostty'"), "vscode", "started from Ghostty");
    assert_eq!(emulator("emulator = 'tmux'\nghostty = ''"), "tmux");
}

/// Screens without a question show the help key at the right edge; the help itself shows that the same key closes it.
#[test]
fn the_help_key_is_on_every_screen() {
    for (keys, wanted) in [
        (&[][..], "? help"),
        (&["t"], "? help"),
        (&["c"], "? help"),
        (&["d"], "? help"),
        (&["enter"], "? help"),
        (&["J"], "? help"),
        (&["E"], "? help"),
        (&["~"], "? help"),
        (&["?"], "? close"),
    ] {
        let mut console = batch_console(running());
        press(&mut console, keys);
        let screen = picture(&mut console, 80, 24);
        assert!(screen.trim_end().ends_with(wanted), "{keys:?}: {screen}");
    }
    let mut help = batch_console(running());
    press(&mut help, &["E", "?"]);
    assert!(picture(&mut help, 80, 24).trim_end().ends_with("? close"));
    press(&mut help, &["?"]);
    assert!(picture(&mut help, 80, 24).trim_end().ends_with("? help"), "it closes the help, not the log");
}

#[test]
fn an_item_without_candidates_says_what_can_be_done() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case(3, unknown(3))]) });
    let keys = foot(&mut console);
    assert!(keys.trim_matches('"').starts_with("/ search  e correct  x skip"), "{keys}");
    assert_eq!(press(&mut console, &["enter"]), []);
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("There are no candidates: / searches for some"), "{shown}");
    assert!(!shown.contains("write this field"), "{shown}");
}

/// Candidates may differ at the end of a long value.
#[test]
fn values_that_differ_are_shown_in_full() {
    let mut case = case(2, ambiguous(2));
    let row = case.rows.iter_mut().find(|row| row.differs).expect("a difference");
    row.values = ["GEFD24433", "SPCD834"].map(|end| Some(format!("Geffen Records and Sub Pop {end}"))).to_vec();
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case]) });
    let screen = picture(&mut console, 60, 24);
    let last = screen.lines().find(|line| line.contains("GEFD24433")).unwrap_or_else(|| panic!("{screen}"));
    assert!(last.contains("SPCD834"), "beside each other: {screen}");
}
