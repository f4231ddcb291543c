//! The dialog that edits items: what it shows and sends, and how to undo an edit.

use console::{Effect, ItemEdit, ItemEffect, ItemScreen, JobScreen, Message};
use domain::bulk_action::{BulkActionResult, RejectedAction};
use domain::event::JobEvent;
use domain::item_details::ItemDetails;
use domain::outcome::Status;
use domain::review::ReviewInput;

use super::{console, drawn, job, press, projection_of, watching};
use testing::events::{cover_chosen, done, input_item, items_added, matched, price_event, timestamp, upc};

fn opened() -> console::Console {
    let mut console = console(JobScreen::new(job()));
    let drafted = |number| [matched(number), price_event(number), cover_chosen(number), done(number, Status::Exported)];
    let events = [items_added(1..=4), JobEvent::InputClosed].into_iter().chain((1..=2).flat_map(drafted));
    console.handle_message(&watching(projection_of(events.chain([done(3, Status::NeedsReview)]))));
    console
}

fn type_text(console: &mut console::Console, text: &str) {
    for letter in text.chars() {
        press(console, &[&letter.to_string()]);
    }
}

/// Returns the details of an item with a price, as loaded from the journal.
pub(super) fn loaded(number: u32) -> Message {
    let mut details = ItemDetails::new(input_item(number));
    for event in [matched(number), price_event(number), cover_chosen(number), done(number, Status::Exported)] {
        let JobEvent::Item { item_event, .. } = event else { panic!("an item's step") };
        details.apply_event(timestamp("2024-03-18T14:31:00Z"), item_event);
    }
    Message::ItemLoaded { job: job(), upc: upc(number), result: Ok(Box::new(details)) }
}

#[test]
fn marked_items_are_edited_together() {
    let mut console = opened();
    press(&mut console, &[" ", " ", " ", "e"]);
    let dialog = drawn(&mut console, 80, 24);
    assert!(dialog.contains("Edit 3 marked items") && !dialog.contains("│title"), "{dialog}");
    insta::assert_snapshot!("edit_80x24", dialog);
    insta::assert_snapshot!("edit_40x12", drawn(&mut console, 40, 12));
    assert_eq!(press(&mut console, &["enter"]), []);
    assert!(drawn(&mut console, 80, 24).contains("Nothing was changed"));
    type_text(&mut console, "12.5x");
    assert_eq!(press(&mut console, &["tab", "tab"]), []);
    type_text(&mut console, "VG+");
    assert_eq!(press(&mut console, &["enter"]), [], "a field that is not valid is not sent");
    let refused = drawn(&mut console, 80, 24);
    assert!(refused.contains("price \"12.5x\": write an amount above 0 in USD"), "{refused}");
    console.handle_key(ratatui::crossterm::event::KeyCode::Backspace.into());
    let input = ReviewInput { price: "12.5".into(), media_grade: "VG+".into(), ..ReviewInput::default() };
    let items =
        vec![(upc(1), Some(Status::Exported)), (upc(2), Some(Status::Exported)), (upc(3), Some(Status::NeedsReview))];
    let edit = ItemEdit { job: job(), items, input: Box::new(input), has_new_photos: false };
    assert_eq!(press(&mut console, &["enter"]), [Effect::EditItems(edit.clone())]);
    assert!(!drawn(&mut console, 80, 24).contains("Edit 3 marked"), "the dialog is closed");
    assert_eq!(press(&mut console, &["u"]), [Effect::UndoNewest]);
    console.handle_message(&Message::EditUndone { edit: edit.clone(), was_sent: false });
    let undone = drawn(&mut console, 80, 24);
    assert!(undone.contains("Undone: media grade VG+, price 12.5 of 3 items."), "{undone}");
    let rejected = vec![RejectedAction { upc: upc(3), why: "several pressings match".into() }];
    let result = BulkActionResult { job: job(), succeeded: vec![upc(1), upc(2)], rejected };
    console.handle_message(&Message::ItemsEdited { edit, result: Ok(result) });
    let failed = drawn(&mut console, 80, 24);
    assert!(failed.contains("2 edited, 1 failed (still marked)") && failed.contains("several pressings"), "{failed}");
}

#[test]
fn one_item_begins_with_its_values_and_sends_what_changed() {
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut console = console(screen);
    console.handle_message(&watching(projection_of([items_added(1..=1)])));
    assert_eq!(press(&mut console, &["e"]), [Effect::Item(ItemEffect::LoadItem { job: job(), upc: upc(1) })]);
    console.handle_message(&loaded(1));
    for _ in 0..2 {
        console.handle_key(ratatui::crossterm::event::KeyCode::BackTab.into());
    }
    let price = drawn(&mut console, 120, 40);
    assert!(price.contains("quantity") && !price.contains("was "), "nothing is changed yet: {price}");
    press(&mut console, &["down", "down"]);
    type_text(&mut console, &"a".repeat(81));
    let title = drawn(&mut console, 120, 40);
    assert!(title.contains("81 of 80"), "{title}");
    assert_eq!(press(&mut console, &["enter"]), []);
    let error = drawn(&mut console, 120, 40);
    assert!(error.contains("shorten it to 80"), "{error}");
    console.handle_key(ratatui::crossterm::event::KeyCode::Backspace.into());
    press(&mut console, &["tab"]);
    console.handle_key(ratatui::crossterm::event::KeyCode::Backspace.into());
    press(&mut console, &["9"]);
    let changed = drawn(&mut console, 120, 40);
    assert!(changed.contains("80 of 80") && changed.contains("was "), "{changed}");
    insta::assert_snapshot!("edit_one_120x40", changed);
    let sent = press(&mut console, &["enter"]);
    let [Effect::EditItems(edit)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((edit.items.len(), edit.input.listing_title.len()), (1, 80));
    assert!(edit.input.price.ends_with('9') && edit.input.quantity.is_empty() && edit.input.condition.is_empty());
}

#[test]
fn a_key_that_the_operator_uses_stays_with_its_command() {
    let keymap = console::Keymap::new(Some("[watch]\nexport = [\"e\", \"u\"]\n")).unwrap();
    let command = |name| keymap.command_for(console::KeyContext::Watch, super::key(name));
    assert_eq!((command("e"), command("u")), (Some(console::KeyCommand::Export), Some(console::KeyCommand::Export)));
    assert_eq!(keymap.keys_for(console::KeyContext::Watch, console::KeyCommand::EditItems), None);
}

#[test]
fn emptied_and_reset_fields_are_cleared() {
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    let reset = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL);
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut console = console(screen);
    console.handle_message(&watching(projection_of([items_added(1..=1)])));
    press(&mut console, &["e"]);
    console.handle_message(&loaded(1));
    press(&mut console, &["tab"]);
    for _ in 0..10 {
        console.handle_key(KeyCode::Backspace.into());
    }
    let emptied = drawn(&mut console, 120, 40);
    assert!(emptied.contains("reset"), "{emptied}");
    let sent = press(&mut console, &["enter"]);
    let [Effect::EditItems(edit)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((&edit.input.clear[..], edit.input.price.as_str()), (&["price".to_owned()][..], ""));

    let mut console = opened();
    press(&mut console, &[" ", " ", "e", "tab"]);
    console.handle_key(reset);
    let sent = press(&mut console, &["enter"]);
    let [Effect::EditItems(edit)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((edit.items.len(), &edit.input.clear[..]), (2, &["condition".to_owned()][..]));
    // Pressing the key twice restores the field.
    press(&mut console, &["e"]);
    console.handle_key(reset);
    console.handle_key(reset);
    assert_eq!(press(&mut console, &["enter"]), []);
    assert!(drawn(&mut console, 80, 24).contains("Nothing was changed"));
}

/// What to do is visible also if a whole file was pasted.
#[test]
fn a_long_value_does_not_hide_its_error() {
    let mut console = console(ItemScreen::new(job(), upc(1)).0);
    press(&mut console, &["e"]);
    console.handle_message(&loaded(1));
    console.handle_paste(&"b".repeat(100_000));
    press(&mut console, &["enter"]);
    let error = drawn(&mut console, 120, 40);
    assert!(error.contains("shorten it to 80"), "{error}");
}
