//! `draft-maker SOURCE …` means `draft-maker run SOURCE …`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::Command;

/// How near a word must be to a command's name to be taken for a slip of the finger (Jaro-Winkler, 0 to 1).
const MIN_TYPO_SIMILARITY: f64 = 0.8;

/// Puts `run` in where the first word is no command but a list.
pub(super) fn insert_run(root: &Command, mut typed: Vec<OsString>) -> Vec<OsString> {
    if first_arg_is_source(root, &typed) {
        typed.insert(1, "run".into());
    }
    typed
}

/// True where the first argument that is neither a flag nor the value of one is a list; after `--` it always is.
fn first_arg_is_source(root: &Command, typed: &[OsString]) -> bool {
    let mut rest = typed.iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.to_string_lossy().as_ref() {
            "--" => return rest.next().is_some(),
            flag if flag.starts_with('-') && flag != "-" => {
                if takes_value(root, flag) {
                    rest.next();
                }
            }
            _ => return is_source(root, argument),
        }
    }
    false
}

/// True for a flag of `draft-maker` or of `run` whose value is the next argument.
fn takes_value(root: &Command, flag: &str) -> bool {
    let known = root.get_arguments().chain(root.find_subcommand("run").into_iter().flat_map(Command::get_arguments));
    let named = |argument: &clap::Arg| match flag.strip_prefix("--") {
        Some(long) => argument.get_long() == Some(long),
        None => flag.len() == 2 && argument.get_short().is_some_and(|short| flag.ends_with(short)),
    };
    known.into_iter().any(|argument| named(argument) && argument.get_action().takes_values())
}

fn is_source(root: &Command, word: &OsStr) -> bool {
    root.find_subcommand(word).is_none() && !looks_like_typo(root, word)
}

/// `jbos`: clap answers it with the command that was meant. A file of that name is a list all the same.
fn looks_like_typo(root: &Command, word: &OsStr) -> bool {
    let text = word.to_string_lossy();
    let bare = text.chars().all(|c| c.is_ascii_lowercase());
    let near =
        root.get_subcommands().any(|command| strsim::jaro_winkler(command.get_name(), &text) >= MIN_TYPO_SIMILARITY);
    bare && near && !Path::new(word).exists()
}
