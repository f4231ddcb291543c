//! In an ASCII locale, every screen draws only ASCII.

use console::{
    BrowseScreen, Console, Effect, JobListScreen, JobScreen, Keymap, Location, LocationEffect, Message, ReviewScreen,
    ScanScreen, Screen, StartOptions, StartScreen, Theme,
};
use domain::event::JobEvent;
use domain::outcome::Status;

use super::review::{case, waiting};
use super::start::{batch_estimate, list_preview};
use super::{drawn, job, press, projection_of, watching};
use testing::events::{ambiguous, done, items_added, matched, price_event, unknown};

fn ascii_console(first: impl Screen + 'static) -> Console {
    Console::new("this console".to_owned(), Keymap::new(None).unwrap(), Theme::new(true, false), Box::new(first), true)
}

fn assert_ascii(console: &mut Console, state: &str) {
    for (width, height) in [(40, 12), (80, 24), (200, 50)] {
        let shown = drawn(console, width, height);
        let others = shown.chars().filter(|letter| !letter.is_ascii()).collect::<String>();
        assert!(others.is_empty(), "{state} at {width}x{height} draws {others:?}:\n{shown}");
    }
}

fn watched() -> Console {
    let mut console = ascii_console(JobScreen::new(job()));
    let ended = [(1, Status::Exported), (2, Status::NeedsReview), (3, Status::Failed), (4, Status::Skipped)];
    let events = [items_added(1..=40), JobEvent::InputClosed, matched(1), price_event(1), ambiguous(2), unknown(3)];
    let events = events.into_iter().chain(ended.map(|(number, status)| done(number, status)));
    console.handle_message(&watching(projection_of(events)));
    console
}

#[test]
fn the_batch_its_dialogs_and_the_palette_are_ascii() {
    for keys in
        [&[][..], &["o"], &["o", "O"], &["f"], &["/", "x"], &[":"], &["?"], &["X"], &["w"], &["c"], &["E"], &["t"]]
    {
        let mut console = watched();
        press(&mut console, keys);
        assert_ascii(&mut console, &format!("the batch after {keys:?}"));
    }
}

#[test]
fn review_start_scan_and_list_screens_are_ascii() {
    let (review, _) = ReviewScreen::new(job());
    let mut console = ascii_console(review);
    assert_ascii(&mut console, "the review queue while it loads");
    console.handle_message(&waiting());
    assert_ascii(&mut console, "the review queue");
    press(&mut console, &["$", "x", "enter"]);
    assert_ascii(&mut console, "a price that is not valid");
    console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(vec![case(2, ambiguous(2))]) });

    let (start, _) = StartScreen::for_source("a.txt".to_owned());
    let mut console = ascii_console(start);
    assert_ascii(&mut console, "a list that is being read");
    console.handle_message(&Message::PreviewReady { source: "a.txt".into(), result: Ok(Box::new(list_preview())) });
    let options = StartOptions::for_source("a.txt".to_owned());
    console.handle_message(&Message::EstimateReady { options, result: Ok(Box::new(batch_estimate())) });
    assert_ascii(&mut console, "the start dialog");

    let (scan, _) = ScanScreen::new("here".to_owned());
    let mut console = ascii_console(scan);
    super::scan::show_scans(&mut console, super::scan::SCANS_SHOWN);
    assert_ascii(&mut console, "the scan screen");

    let (browse, effect) = BrowseScreen::for_location(Location::Bookmarks);
    assert!(matches!(effect, Effect::Location(LocationEffect::ListLocation { .. })));
    let mut console = ascii_console(browse);
    assert_ascii(&mut console, "locations");
    press(&mut console, &["a"]);
    assert_ascii(&mut console, "the address prompt");
    assert_ascii(&mut ascii_console(JobListScreen::default()), "the list of batches");
}
