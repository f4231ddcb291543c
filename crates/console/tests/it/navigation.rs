//! The trail of open screens: opening a screen that is already in it returns to that screen.

use console::{BrowseScreen, Effect, JobEffect, Location, Message, ResolvedAddress};
use domain::event::JobEvent;

use super::{console, drawn, job, press, projection_of, watching};
use testing::events::items_added;

/// Returns the titles of the open screens from the header.
fn trail(console: &mut console::Console) -> String {
    let header = drawn(console, 120, 24).lines().next().unwrap().trim_matches('"').to_owned();
    header.trim_end().trim_end_matches("this console").trim_end().to_owned()
}

#[test]
fn revisiting_screens_does_not_lengthen_the_trail() {
    let (browse, _) = BrowseScreen::for_current_dir();
    let mut console = console(browse);
    for _ in 0..3 {
        assert_eq!(press(&mut console, &["J"]), [Effect::Job(JobEffect::ListJobs)]);
        assert_eq!(trail(&mut console), "this folder › batches");
        assert_eq!(press(&mut console, &["B"]), []);
        assert_eq!(trail(&mut console), "this folder");
    }
    console.run_line(&format!("watch {}", job()));
    press(&mut console, &["J"]);
    console.run_line(&format!("watch {}", job()));
    assert_eq!(trail(&mut console), format!("this folder › {}", job()), "back to the batch");
}

#[test]
fn opening_an_open_address_returns_to_it() {
    let bucket = Location::Bucket { bucket: "draft-maker-bucket".into(), prefix: String::new() };
    let (browse, _) = BrowseScreen::for_location(bucket.clone());
    let mut console = console(browse);
    press(&mut console, &["J", "B"]);
    assert_eq!(trail(&mut console), "gs://draft-maker-bucket/ › batches › this folder");
    press(&mut console, &["a", "b", "enter"]);
    let found = Message::AddressResolved(Ok(ResolvedAddress::Location(bucket)));
    assert_eq!(console.handle_message(&found), [], "its entries are loaded already");
    assert_eq!(trail(&mut console), "gs://draft-maker-bucket/");
}

#[test]
fn the_scan_screen_is_never_closed_by_it() {
    let (browse, _) = BrowseScreen::for_current_dir();
    let mut console = console(browse);
    press(&mut console, &["S"]);
    console.handle_message(&watching(projection_of([items_added(1..=1), JobEvent::InputClosed])));
    console.run_line("jobs");
    console.run_line("browse");
    assert_eq!(trail(&mut console), "this folder › scan › batches › this folder", "unsent scans would be lost");
}
