//! Entering an address: completion with Tab, and uploads over an existing object.

use console::{Console, Effect, LocationEffect, LocationPrompt, Message, UploadError};

use super::{console, drawn, press};
use testing::events::timestamp;

fn type_in(console: &mut Console, text: &str) {
    for letter in text.chars() {
        press(console, &[letter.encode_utf8(&mut [0; 4])]);
    }
}

fn completed(console: &mut Console, typed: &str, names: &[&str]) {
    let answer = Ok(names.iter().map(|name| (*name).to_owned()).collect());
    console.handle_message(&Message::AddressCompleted { typed: typed.into(), result: answer });
}

#[test]
fn tab_completes_the_common_prefix_and_then_cycles() {
    let mut console = console(LocationPrompt::for_browsing());
    type_in(&mut console, "dra");
    assert_eq!(press(&mut console, &["tab"]), [Effect::Location(LocationEffect::CompleteAddress("gs://dra".into()))]);
    completed(&mut console, "gs://dr", &["gs://drum/"]);
    assert!(!drawn(&mut console, 80, 24).contains("drum"), "the response to an outdated text is ignored");
    let names = ["gs://draft-a/", "gs://draft-b/"];
    completed(&mut console, "gs://dra", &names);
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("gs://draft-▏") && shown.contains(names[0]) && shown.contains(names[1]), "{shown}");
    assert_eq!(press(&mut console, &["tab", "tab"]), []);
    assert!(drawn(&mut console, 80, 24).contains("gs://draft-b/▏"));
    assert_eq!(
        press(&mut console, &["tab", "enter"]),
        [Effect::Location(LocationEffect::ResolveAddress(names[0].into()))]
    );
}

#[test]
fn a_completed_folder_is_listed() {
    let mut console = console(LocationPrompt::for_browsing());
    press(&mut console, &["tab"]);
    completed(&mut console, "gs://", &["gs://only/"]);
    assert_eq!(press(&mut console, &["tab"]), [Effect::Location(LocationEffect::CompleteAddress("gs://only/".into()))]);
    completed(&mut console, "gs://only/", &[]);
    assert!(drawn(&mut console, 80, 24).contains("no match"));
}

fn upload(over: Option<i64>) -> Effect {
    Effect::Location(LocationEffect::UploadFile {
        file: "box.txt".into(),
        to: "gs://b/box.txt".into(),
        replace_generation: over,
    })
}

fn object_exists(generation: i64) -> Message {
    let (target, updated) = ("gs://b/box.txt".to_owned(), Some(timestamp("2024-03-18T12:30:22Z")));
    Message::FileUploaded(Err(UploadError::AlreadyExists { target, size: 1_312, updated, generation }))
}

#[test]
fn only_a_confirmation_overwrites_and_only_the_shown_object() {
    let mut console = console(LocationPrompt::for_upload("box.txt".into()));
    type_in(&mut console, "b/box.txt");
    assert_eq!(press(&mut console, &["enter"]), [upload(None)]);
    console.handle_message(&object_exists(17));
    insta::assert_snapshot!("there_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("there_40x12", drawn(&mut console, 40, 12));
    assert_eq!(press(&mut console, &["enter"]), [], "the key that asked is not a confirmation");
    assert_eq!(press(&mut console, &["y", "enter"]), [], "a single key does not overwrite anything");
    assert_eq!(press(&mut console, &["e", "s", "enter"]), [upload(Some(17))]);
    assert_eq!(press(&mut console, &["enter"]), [], "once");
    console.handle_message(&object_exists(18));
    let changed = drawn(&mut console, 80, 24);
    assert!(changed.contains("changed in the meantime") && changed.contains("generation 18"), "{changed}");
    assert_eq!(press(&mut console, &["enter"]), [], "the changed object needs a confirmation of its own");
    console.handle_paste("yes");
    assert_eq!(press(&mut console, &["enter"]), [upload(Some(18))]);
    console.handle_message(&object_exists(19));
    press(&mut console, &["esc"]);
    assert!(drawn(&mut console, 80, 24).contains("gs://b/box.txt▏"), "back to the address");
}
