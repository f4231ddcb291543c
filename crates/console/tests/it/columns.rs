//! The columns of a batch's table are chosen, reordered and saved, and stay aligned whatever they contain.

use console::{Effect, JobScreen, Preferences, Sort, VisibleColumns};
use domain::event::{ItemEvent, JobEvent};
use domain::job_spec::InputItem;
use domain::matching::Verdict;
use domain::outcome::{ItemOutcome, Status};
use domain::seller_data::{ItemField, SellerData};

use super::{console, drawn, job, press, projection_of, watching};
use testing::events::{described_item, done, input_item, item_event, items_added, match_of, matched, price_event, upc};

fn watch_with(columns: &str, events: Vec<JobEvent>) -> console::Console {
    let columns = columns.parse::<VisibleColumns>().unwrap();
    let preferences = Preferences { columns: columns.clone(), default_columns: columns, ..Preferences::default() };
    let mut console = console(JobScreen::new(job())).with_preferences(preferences);
    console.handle_message(&watching(projection_of(events)));
    console
}

const ALL: &str =
    "upc,state,steps,copies,location,grade,artist,title,format,match,price,confidence,draft,ended,took,error";

#[test]
fn every_column_has_a_description() {
    let events = vec![
        items_added(1..=3),
        matched(1),
        price_event(1),
        done(1, Status::Exported),
        matched(2),
        done(2, Status::Failed),
    ];
    let mut console = watch_with(ALL, events);
    insta::assert_snapshot!("columns_all_200x8", drawn(&mut console, 200, 8));
    for name in ALL.split(',') {
        let alone = watch_with(name, vec![items_added(1..=1)]);
        let screen = drawn(&mut { alone }, 20, 6);
        assert_eq!(screen.lines().count(), 6, "{name}");
    }
}

#[test]
fn columns_are_chosen_ordered_and_saved() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("columns.toml");
    let preferences = Preferences::from_settings("upc, artist", "-price", file.clone()).unwrap();
    assert_eq!((preferences.columns.to_string(), preferences.sort.descending), ("upc,artist".to_owned(), true));
    let mut console = console(JobScreen::new(job())).with_preferences(preferences);
    console.handle_message(&watching(projection_of([items_added(1..=2)])));
    assert!(drawn(&mut console, 80, 10).contains("by price, descending"));
    press(&mut console, &["c"]);
    insta::assert_snapshot!("columns_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("columns_40x12", drawn(&mut console, 40, 12));
    // The artist moves to the left of the UPC, and the state is added.
    press(&mut console, &["down", "<", "down", "down", " "]);
    let [Effect::SaveFile(stored)] = &press(&mut console, &["esc"])[..] else { panic!("it is saved") };
    assert_eq!(stored.file, file);
    let text = stored.text.clone().unwrap();
    assert!(text.contains("columns = \"artist,upc,state\""), "{text}");
    std::fs::write(&file, text).unwrap();
    assert_eq!(
        Preferences::from_settings("upc, artist", "", file.clone()).unwrap().columns.to_string(),
        "artist,upc,state"
    );
    // Columns from the settings are not saved as the user's own choice.
    press(&mut console, &["c", "0"]);
    let [Effect::SaveFile(stored)] = &press(&mut console, &["esc"])[..] else { panic!("it is saved") };
    assert_eq!(stored.text, None);
}

/// Settings and files of earlier versions name the column `way`.
#[test]
fn an_earlier_name_of_a_column_is_accepted() {
    assert_eq!("upc,way".parse::<VisibleColumns>().unwrap().to_string(), "upc,steps");
    assert_eq!("-way".parse::<Sort>().unwrap().to_string(), "-steps");
}

/// No column is wider than its content, so that artist and title are not cut if there is room.
#[test]
fn columns_are_as_wide_as_their_content() {
    let identified = |number, artist: &str, title: &str| {
        let best = match_of(artist, title, number);
        let verdict = Verdict::Matched { best_match: Box::new(best), runner_up: None };
        item_event(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() })
    };
    let (artist, title) = ("Leonard Cohen", "You Want It Darker");
    let events = vec![
        items_added(1..=2),
        identified(1, artist, title),
        price_event(1),
        done(1, Status::Exported),
        identified(2, "Nirvana", "Bleach"),
    ];
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(events)));
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let shown = drawn(&mut console, width, height);
        assert!(shown.contains(artist) && shown.contains(title), "{shown}");
    }
    let wide = drawn(&mut console, 120, 10);
    assert!(wide.contains(artist) && wide.contains(title) && wide.contains("in file"), "{wide}");
    assert!(wide.contains(" steps ") && !wide.contains(" way "), "{wide}");
    for width in 20..=200 {
        let shown = drawn(&mut console, width, 10);
        let rows = shown.lines().filter(|line| line.contains(&upc(1).to_string())).count();
        assert_eq!(rows, 1, "{shown}");
    }
}

#[test]
fn the_last_column_cannot_be_removed() {
    let mut console = watch_with("upc", vec![items_added(1..=1)]);
    press(&mut console, &["c", " "]);
    assert!(drawn(&mut console, 80, 24).contains("[x] upc"));
}

#[test]
fn unknown_columns_are_reported_with_their_source() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("columns.toml");
    let text =
        |columns: &str, sort: &str| Preferences::from_settings(columns, sort, file.clone()).unwrap_err().to_string();
    assert!(text("upc,prize", "").contains("console.columns: unknown column \"prize\"; the columns are upc, state"));
    assert!(text("upc", "-prize").contains("console.sort"));
    std::fs::write(&file, "columns = \"upc,prize\"\n").unwrap();
    let why = text("", "");
    assert!(why.contains("columns.toml") && why.contains("prize"), "{why}");
    std::fs::write(&file, "columns = 3\n").unwrap();
    assert!(text("", "").contains("line 1"));
}

/// Sorting by each column in both directions puts unknown values last and loses no row.
#[test]
fn every_column_can_be_sorted_by() {
    for name in ALL.split(',').chain(["list"]) {
        for sign in ["", "-"] {
            let sort = format!("{sign}{name}").parse::<Sort>().unwrap();
            let mut console =
                console(JobScreen::new(job())).with_preferences(Preferences { sort, ..Preferences::default() });
            let events = vec![items_added(1..=4), matched(3), matched(2), price_event(2), done(2, Status::Exported)];
            console.handle_message(&watching(projection_of(events)));
            let screen = drawn(&mut console, 120, 10);
            assert!(screen.contains(&format!("by {name}")), "{screen}");
            assert!((1..=4).all(|number| screen.contains(&upc(number).to_string())), "{screen}");
        }
    }
}

#[test]
fn texts_are_sorted_without_regard_to_case() {
    let titled = |number, title: &str| {
        let verdict = Verdict::Matched { best_match: Box::new(match_of("x", title, number)), runner_up: None };
        item_event(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() })
    };
    let events = vec![items_added(1..=3), titled(1, "iBook"), titled(2, "Kid A"), titled(3, "HITS")];
    let mut console = watch_with("upc,title", events);
    console.run_line("sort title");
    let screen = drawn(&mut console, 80, 10);
    let row = |title: &str| screen.lines().position(|line| line.contains(title)).unwrap();
    assert!(row("HITS") < row("iBook") && row("iBook") < row("Kid A"), "{screen}");
}

/// Names with wide characters, characters of several code points, zero-width characters, and right-to-left text.
const HARD: [&str; 6] = [
    "椎名林檎と東京事変の長い名前のアルバム",
    "فيروز – نهاد حداد والأخوان رحباني",
    "👨‍👩‍👧‍👦👩🏽‍🚀🏴‍☠️ family",
    "Bjo\u{308}rk Gu\u{30a}mundsdo\u{301}ttir",
    "ｆｕｌｌ ｗｉｄｔｈ ﾊﾝｶｸ",
    "a\u{200b}b\u{200d}c\u{feff}d",
];

fn hard(number: u32, text: &str) -> Vec<JobEvent> {
    let best = match_of(text, text, number);
    let verdict = Verdict::Matched { best_match: Box::new(best), runner_up: None };
    let outcome = ItemOutcome { error: Some(text.to_owned()), ..ItemOutcome::needs_review(String::new()) };
    vec![
        item_event(number, ItemEvent::Identified { verdict, unavailable_providers: Vec::new() }),
        item_event(number, ItemEvent::Finished { outcome }),
    ]
}

#[test]
fn wide_and_combining_characters_keep_the_alignment() {
    let mut events = vec![items_added(1..=6)];
    for (number, text) in (1..).zip(HARD) {
        events.extend(hard(number, text));
    }
    for (columns, right) in [("artist,title,error,upc", "upc"), ("error,title,artist,upc", "upc")] {
        let mut console = watch_with(columns, events.clone());
        for (width, height) in [(80, 24), (120, 40), (40, 12)] {
            let screen = super::cells(&mut console, width, height);
            let column = |row: usize, text: &str| {
                screen[row]
                    .windows(text.len())
                    .position(|cells| cells.iter().zip(text.chars()).all(|(cell, letter)| *cell == letter.to_string()))
            };
            let top = (0..usize::from(height)).find(|row| column(*row, &upc(1).to_string()).is_some());
            let top = top.unwrap_or_else(|| panic!("{right} at {width}x{height}"));
            let first = column(top, &upc(1).to_string());
            assert!(first.is_some(), "{right} at {width}x{height}");
            for number in 1..=6_u32 {
                assert_eq!(
                    column(top + number as usize - 1, &upc(number).to_string()),
                    first,
                    "row {number} at {width}"
                );
            }
        }
    }
    let mut console = watch_with("upc,artist,title,error", events);
    insta::assert_snapshot!("columns_hard_120x12", drawn(&mut console, 120, 12));
}

fn described(columns: &str) -> console::Console {
    let items = [(1, "Box 14", "VG+/VG"), (2, "Shelf B", "NM"), (3, "Box 2", "sealed")];
    let items = items.map(|(number, location, grade)| described_item(number, location, grade)).to_vec();
    watch_with(columns, vec![JobEvent::ItemsAdded { items }, items_added(4..=4)])
}

/// Lists that state no location and no grade have no empty columns for them.
#[test]
fn location_and_grade_are_shown_if_the_list_states_them() {
    let default = VisibleColumns::default().to_string();
    for width in [80, 120] {
        let shown = drawn(&mut described(&default), width, 10);
        assert!(shown.contains("Box 14") && shown.contains("VG+/VG") && shown.contains(" location"), "{shown}");
    }
    let mut console = watch_with(&default, vec![items_added(1..=4)]);
    let shown = drawn(&mut console, 200, 10);
    assert!(!shown.contains("location") && !shown.contains("grade"), "{shown}");
}

#[test]
fn location_and_grade_are_sorted_and_filtered() {
    let rows = |line: &str| {
        let mut console = described("upc,location,grade");
        console.run_line(line);
        let screen = drawn(&mut console, 120, 10);
        let row = |line: &str| (1..=4).find(|number| line.contains(&upc(*number).to_string()));
        screen.lines().filter_map(row).collect::<Vec<u32>>()
    };
    for (line, expected) in [
        ("sort grade", &[3, 2, 1, 4][..]),
        ("sort -grade", &[1, 2, 3, 4]),
        ("sort location", &[1, 3, 2, 4]),
        ("filter location:box", &[1, 3]),
        ("filter \"box 2\"", &[3]),
        ("filter location:\"BOX 14\"", &[1]),
        ("filter !location:", &[4]),
        ("filter grade:VG+", &[1]),
        ("filter grade:vg+/vg", &[1]),
        ("filter grade:v", &[]),
        ("filter grade:new", &[3]),
        ("filter grade:like_new", &[]),
        ("filter VG+", &[1]),
        ("filter !grade:", &[4]),
    ] {
        assert_eq!(rows(line), expected, "{line}");
    }
}

/// The table shows a condition in words, which can be typed as they are shown.
#[test]
fn conditions_are_filtered_as_they_are_shown() {
    let stated = |number, field, value: &str| {
        let mut seller = SellerData::default();
        seller.set_field(field, value).unwrap();
        InputItem { seller: Some(Box::new(seller)), ..input_item(number) }
    };
    let items = vec![
        stated(1, ItemField::Condition, "very_good"),
        stated(2, ItemField::Condition, "good"),
        stated(3, ItemField::MediaGrade, "VG"),
    ];
    for (filter, expected) in [
        ("grade:very", &[1][..]),
        ("grade:very_good", &[1]),
        ("grade:good", &[2]),
        ("grade:vg", &[3]),
        ("\"very good\"", &[1]),
        ("good", &[1, 2]),
    ] {
        let mut console = watch_with("upc,location,grade", vec![JobEvent::ItemsAdded { items: items.clone() }]);
        console.run_line(&format!("filter {filter}"));
        let screen = drawn(&mut console, 120, 10);
        let shown = (1..=3).filter(|number| screen.contains(&upc(*number).to_string())).collect::<Vec<u32>>();
        assert_eq!(shown, expected, "{filter}: {screen}");
    }
}
