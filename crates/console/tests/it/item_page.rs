//! The page of an item: long names of fields, and the cursor while the page changes.

use console::{Effect, Message};
use domain::draft_diff::{DiffKind, FieldDiff};
use domain::event::{EventEnvelope, Seq};

use super::item::{compared, item_with_everything, load_item, opened};
use super::{drawn, job, now, picture, press};
use testing::events::{price_event, upc};

/// Returns the column at which a text begins on the screen.
fn column_of(screen: &str, text: &str) -> usize {
    let line = screen.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text} in {screen}"));
    line[..line.find(text).unwrap()].chars().count()
}

#[test]
fn values_are_in_one_column_beside_long_names() {
    let mut console = opened(&item_with_everything());
    for width in [80, 120] {
        let screen = picture(&mut console, width, 110);
        let listing = &screen[screen.find("listing ─").expect("the section")..];
        let value = column_of(listing, "DM");
        for (name, text) in
            [("Release Title", "The Future"), ("Catalog Number", "CK 53226"), ("description", "Leonard")]
        {
            let line =
                listing.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {listing}"));
            assert_eq!(column_of(line, text), value, "{name} at {width}: {line}");
        }
    }
}

/// A name gets at most a third of the page. A longer one has a line of its own, and is not truncated.
#[test]
fn a_very_long_name_has_a_line_of_its_own() {
    let mut console = opened(&item_with_everything());
    let name = "Country/Region of Manufacture (as printed on the spine)";
    let field = FieldDiff { name: name.into(), kind: DiffKind::Same, sent: None, remote: Some("Germany".into()) };
    let mut diff = compared();
    diff.fields.push(field);
    console.handle_message(&Message::DraftCompared { job: job(), upc: upc(1), result: Ok(vec![diff]) });
    let screen = picture(&mut console, 80, 140);
    let lines = screen.lines().collect::<Vec<_>>();
    let at = lines.iter().position(|line| *line == format!("= {name}")).unwrap_or_else(|| panic!("{screen}"));
    assert_eq!(lines[at + 1].trim(), "Germany");
    assert!(column_of(lines[at + 1], "Germany") <= 27, "{}", lines[at + 1]);
}

/// A heading at the bottom would hide what the section contains.
#[test]
fn the_next_section_is_shown_from_its_heading_on() {
    let mut console = opened(&item_with_everything());
    drawn(&mut console, 80, 24);
    for _ in 0..3 {
        press(&mut console, &["tab"]);
        drawn(&mut console, 80, 24);
    }
    let screen = picture(&mut console, 80, 24);
    assert!(screen.lines().nth(1).is_some_and(|line| line.contains("price ─")), "{screen}");
}

#[test]
fn the_cursor_stays_on_its_row_when_the_page_is_wrapped_again_or_changes() {
    let mut console = opened(&item_with_everything());
    drawn(&mut console, 120, 40);
    let catalog_number = [Effect::CopyText("CK 53226".to_owned())];
    let mut presses = 0;
    while press(&mut console, &["y"]) != catalog_number {
        presses += 1;
        assert!(presses < 40, "{}", drawn(&mut console, 120, 40));
        press(&mut console, &["down"]);
    }
    for width in [40, 200, 30, 80] {
        drawn(&mut console, width, 24);
        assert_eq!(press(&mut console, &["y"]), catalog_number, "{width}");
    }
    // A live update comes between two keys, before the next frame.
    let event = EventEnvelope { seq: Seq(9), at: now(), job: job(), payload: price_event(1) };
    console.handle_message(&Message::JobEvents { job: job(), events: vec![event] });
    load_item(&mut console, &item_with_everything());
    press(&mut console, &["down", "k"]);
    drawn(&mut console, 80, 24);
    assert_eq!(press(&mut console, &["y"]), catalog_number);
}
