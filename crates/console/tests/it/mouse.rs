//! The mouse on the screens other than the table of a batch.

use console::{BrowseScreen, Console, DirectoryPage, Effect, ItemEffect, JobScreen, Message};
use ratatui::crossterm::event::{MouseButton, MouseEventKind};

use super::command_line::mouse;
use super::item::rests;
use super::screens::{bucket_location, list};
use super::{console, drawn, job, press, projection_of, watching};
use testing::events::{items_added, upc};

fn click(console: &mut Console, row: u16) -> Vec<Effect> {
    console.handle_mouse(mouse(MouseEventKind::Down(MouseButton::Left), 3, row))
}

#[test]
fn entries_of_a_folder_are_selected_opened_and_sorted() {
    let mut console = console(BrowseScreen::for_location(bucket_location()).0);
    let entries = [("box-1.txt", 30), ("box-2.txt", 20), ("box-3.txt", 10)].map(|(name, size)| list(name, size));
    let result = Ok(DirectoryPage { entries: entries.to_vec(), ..DirectoryPage::default() });
    console.handle_message(&Message::LocationListed { location: bucket_location(), page_token: None, result });
    drawn(&mut console, 80, 24);
    assert_eq!(click(&mut console, 4), []);
    let copied = |name: &str| [Effect::CopyText(format!("gs://draft-maker-bucket/2026/{name}"))];
    assert_eq!(press(&mut console, &["y"]), copied("box-3.txt"));
    click(&mut console, 1);
    drawn(&mut console, 80, 24);
    assert_eq!(press(&mut console, &["y"]), copied("box-1.txt"), "the heading sorts by the next column");
    assert_eq!(click(&mut console, 20), [], "below the entries");
    click(&mut console, 2);
    click(&mut console, 2);
    assert!(drawn(&mut console, 80, 24).contains("start gs://draft-maker-bucket/2026/box-3.txt"));
}

#[test]
fn a_click_beside_the_command_line_does_nothing() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of([items_added(1..=6)])));
    drawn(&mut console, 80, 24);
    press(&mut console, &[":"]);
    for _ in 0..2 {
        assert_eq!(click(&mut console, 7), []);
    }
    press(&mut console, &["esc"]);
    assert!(drawn(&mut console, 80, 24).contains("1/6"));
}

#[test]
fn the_item_beside_the_table_follows_clicks_and_commands() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of([items_added(1..=6)])));
    drawn(&mut console, 200, 50);
    let rest = |number| [Effect::Item(ItemEffect::Debounce { job: job(), upc: upc(number) })];
    assert_eq!(rests(&mut console), rest(1));
    let heading = drawn(&mut console, 200, 50).lines().position(|line| line.contains("UPC")).unwrap();
    click(&mut console, u16::try_from(heading).unwrap() + 3);
    assert_eq!(rests(&mut console), rest(3));
    console.run_line("5");
    assert_eq!(rests(&mut console), rest(5));
}
