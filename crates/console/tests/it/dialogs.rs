//! Dialogs in each of their states, at three sizes.

use console::{
    BrowseScreen, Console, Effect, ExportFailure, ImageViewer, ItemEffect, JobScreen, Location, LocationEffect,
    Message, StartScreen,
};
use ratatui::layout::Size;

use super::states::{NAMES, console_after, drawn, named};
use super::{cells, job, press, projection_of, watching};
use testing::events::{items_added, matched};

fn with_keys(mut console: Console, keys: &[&str]) -> Console {
    press(&mut console, keys);
    console
}

fn with_message(mut console: Console, message: &Message) -> Console {
    console.handle_message(message);
    console
}

fn job_console() -> Console {
    console_after(JobScreen::new(job()), [watching(projection_of([items_added(1..=60), matched(1), matched(2)]))])
}

#[test]
fn dialogs_over_a_batch() {
    let path = std::path::PathBuf::from(format!("{}_rows.csv", job()));
    let message = format!("{}: no space left on device", path.display());
    let refused = Message::RowsExported { path, result: Err(ExportFailure { message, already_exists: false }) };
    drawn(
        "over_watch",
        vec![
            ("help", with_keys(job_console(), &["?"])),
            ("columns", with_keys(job_console(), &["c"])),
            ("cancel", with_keys(job_console(), &["X"])),
            ("cancel two", with_keys(job_console(), &[" ", " ", "X"])),
            ("export", with_keys(job_console(), &["w"])),
            ("export failed", with_message(with_keys(job_console(), &["w", "enter"]), &refused)),
            ("a command", with_keys(job_console(), &[":", "s"])),
            ("filter", with_keys(job_console(), &["/", "m"])),
        ],
    );
}

/// A wide character that begins beside a dialog would cover its border.
#[test]
fn wide_names_leave_the_border_of_a_dialog() {
    use unicode_width::UnicodeWidthStr as _;
    let names = (1..=30).map(|number| named(number, &format!("{}日本語", "椎".repeat(number as usize % 2))));
    let names = (1..=30).zip(names).map(|(number, event)| if number % 3 == 0 { matched(number) } else { event });
    let projection = projection_of([items_added(1..=30)].into_iter().chain(names));
    let mut console = with_keys(console_after(JobScreen::new(job()), [watching(projection)]), &["c"]);
    for width in 76..150 {
        let rows = cells(&mut console, width, 30);
        let top = rows.iter().position(|row| row.iter().any(|cell| cell == "╭")).unwrap();
        let left = rows[top].iter().position(|cell| cell == "╭").unwrap();
        for row in rows[top + 1..].iter().take_while(|row| row[left] == "│") {
            let before = left.checked_sub(1).map_or("", |before| row[before].as_str());
            assert!(before.width() <= 1, "{before} at {width}");
        }
    }
}

#[test]
fn the_address_dialog() {
    let address = || with_keys(console_after(BrowseScreen::for_location(Location::Bookmarks).0, []), &["a", "g"]);
    let completed = |answer| Message::AddressCompleted { typed: "gs://g".into(), result: answer };
    let many = (1..=40).map(|number| format!("gs://draft-maker-bucket/box-{number:02}.txt")).collect();
    let names = NAMES.map(|name| format!("gs://draft-maker-bucket/{name}")).to_vec();
    let why = || "403: the account lacks roles/storage.objectViewer; grant it on the bucket".to_owned();
    drawn(
        "address",
        vec![
            ("empty", with_keys(console_after(BrowseScreen::for_location(Location::Bookmarks).0, []), &["a"])),
            ("waiting", with_keys(address(), &["tab"])),
            ("nothing fits", with_message(with_keys(address(), &["tab"]), &completed(Ok(Vec::new())))),
            ("many fit", with_message(with_keys(address(), &["tab"]), &completed(Ok(many)))),
            ("names", with_message(with_keys(address(), &["tab"]), &completed(Ok(names)))),
            ("cannot be looked up", with_message(with_keys(address(), &["tab"]), &completed(Err(why())))),
            ("leads nowhere", with_message(with_keys(address(), &["enter"]), &Message::AddressResolved(Err(why())))),
        ],
    );
}

#[test]
fn a_start_that_fails() {
    let source = "gs://draft-maker-bucket/2026/box-1.txt";
    let start = |name: &str| console_after(StartScreen::for_source(name.to_owned()).0, []);
    let failed = |name: &str, why: &str| Message::PreviewReady { source: name.into(), result: Err(why.into()) };
    drawn(
        "start_failed",
        vec![
            ("reading", start(source)),
            ("stopped", with_keys(start(source), &["esc"])),
            (
                "unreadable",
                with_message(start(source), &failed(source, "404: there is no such object; look at the bucket")),
            ),
            ("a long name", with_message(start(NAMES[0]), &failed(NAMES[0], NAMES[0]))),
            ("a name from the right", with_message(start(NAMES[1]), &failed(NAMES[1], NAMES[2]))),
            ("a wide name", with_message(start(NAMES[3]), &failed(NAMES[3], NAMES[3]))),
            ("a name that means harm", with_message(start(NAMES[5]), &failed(NAMES[5], NAMES[5]))),
        ],
    );
}

#[test]
fn a_picture_that_cannot_be_loaded() {
    let picture = || {
        let (screen, ask) = ImageViewer::new("https://covers.example/1.jpg".to_owned(), Size::new(80, 22));
        (console_after(screen, []), ask)
    };
    let (loading, ask) = picture();
    assert!(matches!(ask, Effect::Item(ItemEffect::LoadImage { .. })));
    let failed =
        |why: &str| Message::ImageLoaded { url: "https://covers.example/1.jpg".into(), result: Err(why.into()) };
    drawn(
        "picture",
        vec![
            ("loading", loading),
            ("failed", with_message(picture().0, &failed("status 404"))),
            ("in hostile words", with_message(picture().0, &failed(NAMES[5]))),
        ],
    );
}

#[test]
fn a_full_address_replaces_the_prefilled_scheme() {
    let typed = |text: &str| {
        let mut console = with_keys(console_after(BrowseScreen::for_location(Location::Bookmarks).0, []), &["a"]);
        for letter in text.chars() {
            press(&mut console, &[&letter.to_string()]);
        }
        press(&mut console, &["enter"])
    };
    let pasted = |text: &str| {
        let mut console = with_keys(console_after(BrowseScreen::for_location(Location::Bookmarks).0, []), &["a"]);
        console.handle_paste(text);
        press(&mut console, &["enter"])
    };
    for address in ["gs://my-bucket/2026/", "/home/me/lists", "~/lists", "./box-1.txt"] {
        assert_eq!(typed(address), [Effect::Location(LocationEffect::ResolveAddress(address.to_owned()))]);
        assert_eq!(pasted(address), [Effect::Location(LocationEffect::ResolveAddress(address.to_owned()))]);
    }
    assert_eq!(typed("my-bucket/"), [Effect::Location(LocationEffect::ResolveAddress("gs://my-bucket/".to_owned()))]);
}
