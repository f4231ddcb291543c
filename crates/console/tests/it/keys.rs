//! One table of keys drives dispatch, footer and help, and the operator's file overrides it.

use console::{COMMANDS, KeyCommand, KeyContext, Keymap};

use super::key;

#[test]
fn every_command_has_a_row_and_a_unique_name() {
    let mut names = COMMANDS.iter().map(|spec| spec.name).collect::<Vec<_>>();
    for spec in COMMANDS {
        assert_eq!(KeyCommand::from_name(spec.name), Some(spec.command));
        assert_eq!(spec.command.spec().name, spec.name);
        assert!(!spec.description.is_empty());
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len());
}

#[test]
fn every_command_has_a_key_somewhere() {
    let keymap = Keymap::new(None).unwrap();
    let places = [
        KeyContext::Global,
        KeyContext::Browse,
        KeyContext::Watch,
        KeyContext::Replay,
        KeyContext::Review,
        KeyContext::Item,
        KeyContext::Columns,
        KeyContext::Jobs,
        KeyContext::Start,
        KeyContext::Dialog,
        KeyContext::Scan,
        KeyContext::Pager,
    ];
    for spec in COMMANDS {
        let has_key = places.iter().any(|place| keymap.keys_for(*place, spec.command).is_some());
        assert!(has_key, "{}", spec.name);
    }
}

#[test]
fn the_keys_of_a_context_take_precedence() {
    let keymap = Keymap::new(None).unwrap();
    assert_eq!(keymap.command_for(KeyContext::Watch, key("n")), Some(KeyCommand::NextProblem));
    assert_eq!(keymap.command_for(KeyContext::Dialog, key("n")), Some(KeyCommand::Back));
    assert_eq!(keymap.command_for(KeyContext::Dialog, key("y")), Some(KeyCommand::Confirm));
    assert_eq!(keymap.command_for(KeyContext::Watch, key("y")), Some(KeyCommand::Copy));
    assert_eq!(keymap.command_for(KeyContext::Item, key("ctrl-c")), Some(KeyCommand::Quit));
    assert_eq!(keymap.command_for(KeyContext::Jobs, key("n")), None);
}

#[test]
fn the_users_file_overrides_the_built_in_keys() {
    let keymap = Keymap::new(Some("[watch]\nnext_problem = [\"tab\", \"ctrl-n\"]\nfollow = []\n")).unwrap();
    assert_eq!(keymap.command_for(KeyContext::Watch, key("n")), None);
    assert_eq!(keymap.command_for(KeyContext::Watch, key("F")), None);
    let shown = keymap.keys_for(KeyContext::Watch, KeyCommand::NextProblem).unwrap().iter().map(ToString::to_string);
    assert_eq!(shown.collect::<Vec<_>>(), ["Tab", "^n"]);
}

/// In an earlier version, one command moved both along events and along columns. Files of that version use its names in
/// `[columns]`.
#[test]
fn columns_accept_the_earlier_names_of_their_commands() {
    let keymap = Keymap::new(Some("[columns]\nearlier = [\"a\"]\nlater = [\"b\"]\n")).unwrap();
    assert_eq!(keymap.command_for(KeyContext::Columns, key("a")), Some(KeyCommand::MoveLeft));
    assert_eq!(keymap.command_for(KeyContext::Columns, key("b")), Some(KeyCommand::MoveRight));
    assert_eq!(keymap.command_for(KeyContext::Columns, key("<")), None, "the file replaces the built-in keys");
    assert_eq!(keymap.command_for(KeyContext::Replay, key("left")), Some(KeyCommand::StepBack));
    assert!(keymap.to_toml().contains("move_left = [\"a\"]"), "{}", keymap.to_toml());
}

#[test]
fn the_printed_keys_are_a_valid_key_file() {
    let keymap = Keymap::new(Some("[watch]\nnext_problem = [\"alt-x\", \"f5\"]\n")).unwrap();
    let printed = keymap.to_toml();
    assert_eq!(Keymap::new(Some(&printed)).unwrap().to_toml(), printed);
    assert!(printed.contains("next_problem = [\"alt-x\", \"f5\"]"), "{printed}");
}

#[test]
fn an_invalid_key_file_is_rejected() {
    let output = |text: &str| Keymap::new(Some(text)).unwrap_err().to_string();
    assert!(
        output("[kitchen]\nup = [\"k\"]").contains("kitchen") && output("[kitchen]\nup = [\"k\"]").contains("browse")
    );
    assert!(output("[watch]\nfly = [\"k\"]").contains("fly"));
    assert!(output("[watch]\nfollow = [\"hyper-k\"]").contains("hyper-k"));
    assert!(
        output("[watch]\nfollow = [\"p\"]").contains("follow and pause")
            || output("[watch]\nfollow = [\"p\"]").contains("pause and follow")
    );
    assert!(output("watch = 3").contains("not valid TOML"));
}

#[test]
fn a_key_file_of_an_earlier_version_is_read() {
    let own = "[past]\npast = [\"1\"]\nmuch_earlier = [\"2\"]\nmuch_later = [\"3\"]\nbegin = [\"4\"]\nnewest = [\"5\"]\n\
               [scan]\ntake_back = [\"ctrl-x\"]\n[watch]\nsay = [\"6\"]\nplaces = [\"7\"]\n";
    let keymap = Keymap::new(Some(own)).unwrap();
    for (context, pressed, command) in [
        (KeyContext::Replay, "1", KeyCommand::Replay),
        (KeyContext::Replay, "2", KeyCommand::Back100),
        (KeyContext::Replay, "3", KeyCommand::Forward100),
        (KeyContext::Replay, "4", KeyCommand::FirstEvent),
        (KeyContext::Replay, "5", KeyCommand::LastEvent),
        (KeyContext::Watch, "6", KeyCommand::CommandLine),
        (KeyContext::Watch, "7", KeyCommand::Bookmarks),
    ] {
        assert_eq!(keymap.command_for(context, key(pressed)), Some(command), "{pressed}");
    }
    let shown = keymap.keys_for(KeyContext::Scan, KeyCommand::UndoScan).unwrap().iter().map(ToString::to_string);
    assert_eq!(shown.collect::<Vec<_>>(), ["^x"]);
}
