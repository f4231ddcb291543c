//! Typing an address: what Tab makes of it, and what happens where something is there already.

use console::{Console, Effect, LocationPrompt, Message, UploadError};

use super::{console, drawn, press};
use testing::events::at;

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
fn tab_completes_as_far_as_all_agree_and_then_goes_through_them() {
    let mut console = console(LocationPrompt::for_browsing());
    type_in(&mut console, "dra");
    assert_eq!(press(&mut console, &["tab"]), [Effect::CompleteAddress("gs://dra".into())]);
    completed(&mut console, "gs://dr", &["gs://drum/"]);
    assert!(!drawn(&mut console, 80, 24).contains("drum"), "the answer to an older text is not taken");
    let names = ["gs://draft-a/", "gs://draft-b/"];
    completed(&mut console, "gs://dra", &names);
    let shown = drawn(&mut console, 80, 24);
    assert!(shown.contains("gs://draft-▏") && shown.contains(names[0]) && shown.contains(names[1]), "{shown}");
    assert_eq!(press(&mut console, &["tab", "tab"]), []);
    assert!(drawn(&mut console, 80, 24).contains("gs://draft-b/▏"));
    assert_eq!(press(&mut console, &["tab", "enter"]), [Effect::ResolveAddress(names[0].into())]);
}

#[test]
fn what_is_completed_whole_is_asked_for_what_is_in_it() {
    let mut console = console(LocationPrompt::for_browsing());
    press(&mut console, &["tab"]);
    completed(&mut console, "gs://", &["gs://only/"]);
    assert_eq!(press(&mut console, &["tab"]), [Effect::CompleteAddress("gs://only/".into())]);
    completed(&mut console, "gs://only/", &[]);
    assert!(drawn(&mut console, 80, 24).contains("no match"));
}

fn upload(over: Option<i64>) -> Effect {
    Effect::UploadFile { file: "box.txt".into(), to: "gs://b/box.txt".into(), replace_generation: over }
}

fn there(generation: i64) -> Message {
    let (target, updated) = ("gs://b/box.txt".to_owned(), Some(at("2024-03-18T12:30:22Z")));
    Message::FileUploaded(Err(UploadError::AlreadyExists { target, size: 1_312, updated, generation }))
}

#[test]
fn only_a_second_answer_overwrites_and_only_what_was_shown() {
    let mut console = console(LocationPrompt::for_upload("box.txt".into()));
    type_in(&mut console, "b/box.txt");
    assert_eq!(press(&mut console, &["enter"]), [upload(None)]);
    console.handle_message(&there(17));
    insta::assert_snapshot!("there_80x24", drawn(&mut console, 80, 24));
    insta::assert_snapshot!("there_40x12", drawn(&mut console, 40, 12));
    assert_eq!(press(&mut console, &["enter"]), [], "the key that asked is no answer");
    assert_eq!(press(&mut console, &["y"]), [upload(Some(17))]);
    assert_eq!(press(&mut console, &["y"]), [], "once");
    console.handle_message(&there(18));
    let changed = drawn(&mut console, 80, 24);
    assert!(changed.contains("changed meanwhile") && changed.contains("generation 18"), "{changed}");
    assert_eq!(press(&mut console, &["y"]), [upload(Some(18))]);
    console.handle_message(&there(19));
    press(&mut console, &["n"]);
    assert!(drawn(&mut console, 80, 24).contains("gs://b/box.txt▏"), "back to the address");
}
