//! The seller's own photos: the number of photos of each item, the items without photos, and the photos of one item.

use std::collections::HashMap;

use console::{Effect, ItemEdit, ItemEffect, ItemPhoto, ItemScreen, JobScreen, Message, PhotoChange};
use domain::event::{ItemEvent, JobEvent};
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::review::ReviewInput;
use domain::sink::SinkKind;
use domain::sku::Sku;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{console, drawn, job, press, projection_of, watching};
use domain::upc::Upc;
use testing::events::{done, item_event, items_added, matched, upc};

/// Returns a console with three items, of which the second has two photos.
fn opened() -> console::Console {
    let mut console = console(JobScreen::new(job()));
    let events = [items_added(1..=3), JobEvent::InputClosed, matched(1), matched(2), done(1, Status::Exported)];
    let effects = console.handle_message(&watching(projection_of(events)));
    assert_eq!(effects, [Effect::Item(ItemEffect::CountPhotos)]);
    console.handle_message(&Message::PhotosCounted(Ok(HashMap::from([(upc(2), 2)]).into())));
    console
}

#[test]
fn the_items_without_photos_are_one_key_away() {
    let mut console = opened();
    let all = drawn(&mut console, 200, 50);
    assert!(all.contains(" photos") && all.contains(&upc(2).to_string()), "{all}");
    assert!(
        press(&mut console, &["i"]).contains(&Effect::Item(ItemEffect::CountPhotos)),
        "photos may have come meanwhile"
    );
    let without = drawn(&mut console, 80, 24);
    assert!(without.contains(&upc(1).to_string()) && without.contains(&upc(3).to_string()), "{without}");
    assert!(!without.contains(&upc(2).to_string()), "{without}");
    console.handle_message(&Message::PhotosCounted(Ok(HashMap::from([(upc(1), 1), (upc(2), 2)]).into())));
    let later = drawn(&mut console, 80, 24);
    assert!(!later.contains(&upc(1).to_string()) && later.contains(&upc(3).to_string()), "{later}");
    press(&mut console, &["i"]);
    assert!(drawn(&mut console, 80, 24).contains(&upc(2).to_string()), "all items are shown again");
    console.run_line("filter photos>=2");
    let many = drawn(&mut console, 80, 24);
    assert!(many.contains(&upc(2).to_string()) && !many.contains(&upc(1).to_string()), "{many}");
    console.run_line("sort -photos");
    console.run_line("filter album");
    let sorted = drawn(&mut console, 80, 24);
    let position = |number| sorted.find(&upc(number).to_string()).unwrap();
    assert!(position(2) < position(1), "{sorted}");
}

#[test]
fn the_photos_of_an_item_are_listed_and_shown() {
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut console = console(screen);
    console.handle_message(&super::edits::loaded(1));
    console.handle_message(&Message::PhotosListed { upc: upc(1), result: Ok(Vec::new()) });
    assert!(drawn(&mut console, 80, 50).contains("none: edit the item to add them"));
    let photos = ["one.jpg", "two.jpg"].map(|name| {
        let address = format!("https://i.ebayimg.com/{name}");
        ItemPhoto { name: name.to_owned(), address }
    });
    console.handle_message(&Message::PhotosListed { upc: upc(1), result: Ok(photos.to_vec()) });
    let page = drawn(&mut console, 80, 50);
    assert!(page.contains("your photos") && page.contains("two.jpg  (2 of 2)"), "{page}");
    let shown = press(&mut console, &["i"]);
    assert!(
        matches!(&shown[..], [Effect::Item(ItemEffect::LoadImage { url, .. })] if *url == photos[0].address),
        "{shown:?}"
    );
}

#[test]
fn photos_are_edited_on_one_item() {
    let last_field = KeyEvent::from(KeyCode::BackTab);
    let (screen, _) = ItemScreen::new(job(), upc(1));
    let mut one = console(screen);
    press(&mut one, &["e"]);
    one.handle_message(&super::edits::loaded(1));
    let photo = |name: &str| ItemPhoto { name: name.to_owned(), address: format!("https://i.ebayimg.com/{name}") };
    let listed = vec![photo("front.jpg"), photo("back.jpg")];
    one.handle_message(&Message::PhotosListed { upc: upc(1), result: Ok(listed) });
    one.handle_key(last_field);
    assert!(drawn(&mut one, 100, 30).contains("front.jpg, back.jpg"));
    one.handle_paste(", /tmp/more photos");
    let sent = press(&mut one, &["enter"]);
    let wanted = ["front.jpg", "back.jpg", "/tmp/more photos"].map(ToOwned::to_owned).to_vec();
    let change =
        ItemEffect::ChangePhotos { job: job(), upcs: vec![upc(1)], change: PhotoChange::Set(wanted), edit: None };
    assert!(sent.contains(&Effect::Item(change)), "{sent:?}");
}

/// An edit after the drafts were updated would be rejected while they are, so it updates them itself.
#[test]
fn photos_of_several_items_are_saved_with_the_other_fields() {
    let last_field = KeyEvent::from(KeyCode::BackTab);
    let mut several = opened();
    press(&mut several, &[" ", " ", "e"]);
    several.handle_key(last_field);
    several.handle_paste("shelf.jpg");
    several.handle_key(last_field);
    several.handle_paste("Box A");
    let sent = press(&mut several, &["enter"]);
    let edit = |items: &[(Upc, Option<Status>)], has_new_photos| ItemEdit {
        job: job(),
        items: items.to_vec(),
        input: Box::new(ReviewInput { lot: "Box A".into(), ..ReviewInput::default() }),
        has_new_photos,
    };
    let (first, second) = ((upc(1), Some(Status::Exported)), (upc(2), None));
    let change = |file: &str, items: &[(Upc, Option<Status>)]| {
        let (upcs, change) = (items.iter().map(|(upc, _)| *upc).collect(), PhotoChange::Add(vec![file.to_owned()]));
        Effect::Item(ItemEffect::ChangePhotos { job: job(), upcs, change, edit: Some(edit(items, false)) })
    };
    assert_eq!(sent, [change("shelf.jpg", &[first, second])], "the other fields are saved with the photos");
    let page = drawn(&mut several, 100, 30);
    assert!(page.contains("Esc closes; the photos") && !page.contains("Esc cancels"), "{page}");
    let changed = |remaining: &[Upc], text: &str, edit| Message::PhotosChanged {
        job: job(),
        remaining: remaining.to_vec(),
        text: text.to_owned(),
        edit: Some(edit),
    };
    let text = "1 photo of 720640000016: saved. 720640000023: shelf.jpg: no such file";
    let sent = several.handle_message(&changed(&[upc(2)], text, edit(&[first], true)));
    assert_eq!(sent, [Effect::EditItems(edit(&[first], true))]);
    let page = drawn(&mut several, 100, 30);
    assert!(page.contains("no such file") && page.contains("Box A"), "the dialog keeps what was typed: {page}");
    several.handle_paste("x");
    assert!(drawn(&mut several, 100, 30).contains("shelf.jpgx"), "the field with the error is selected");
    let again = press(&mut several, &["enter"]);
    assert_eq!(again, [change("shelf.jpgx", &[second])], "only the item whose photos were not saved");
    // The other fields are saved also if the dialog was closed meanwhile.
    press(&mut several, &["esc"]);
    let saved = changed(&[], "1 photo of 720640000023: saved.", edit(&[second], true));
    assert_eq!(several.handle_message(&saved), [Effect::EditItems(edit(&[second], true))]);
    assert!(!drawn(&mut several, 100, 30).contains("shelf.jpg"), "the dialog is closed");
}

/// Nothing brings removed photos back, so the key that restores a field never removes them.
#[test]
fn restoring_the_field_removes_no_photos() {
    let mut several = opened();
    press(&mut several, &[" ", " ", "e"]);
    several.handle_key(KeyEvent::from(KeyCode::BackTab));
    several.handle_paste("shelf.jpg");
    several.handle_key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL));
    let page = drawn(&mut several, 100, 30);
    assert!(!page.contains("removed") && !page.contains("shelf.jpg"), "{page}");
    assert_eq!(press(&mut several, &["enter"]), []);
    assert!(drawn(&mut several, 100, 30).contains("Nothing was changed"));
}

#[test]
fn the_sku_of_the_draft_is_shown_also_behind_a_location() {
    let mut console = console(JobScreen::new(job()));
    let drafted = |number, sku: Sku| {
        let title = format!("Album {number}");
        let draft = Draft { sku, title, sink: SinkKind::ItemDraft, offer_id: None, url: None, price: None };
        let outcome = ItemOutcome::succeeded(Status::Drafted, Some(draft));
        item_event(number, ItemEvent::Finished { outcome })
    };
    let behind = Sku::for_upc(upc(1)).with_location_prefix("Box 14");
    let events =
        [items_added(1..=2), matched(1), matched(2), drafted(1, behind.clone()), drafted(2, Sku::for_upc(upc(2)))];
    console.handle_message(&watching(projection_of(events)));
    let table = drawn(&mut console, 130, 24);
    assert!(table.contains(&format!(" {behind}")) && table.contains(&format!(" {}", Sku::for_upc(upc(2)))), "{table}");
    console.run_line("filter box14");
    let found = drawn(&mut console, 130, 24);
    assert!(found.contains(behind.as_str()) && !found.contains(Sku::for_upc(upc(2)).as_str()), "{found}");
}
