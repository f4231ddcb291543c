//! Makes `run` the default command: `draft-maker LIST …` means `draft-maker run LIST …`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::suggestions::{command_for_word, tip_for_flag};

/// Minimum similarity (Jaro-Winkler, 0 to 1) at which a word counts as a mistyped command.
const MIN_TYPO_SIMILARITY: f64 = 0.8;

/// Inserts `run` if the first argument is a list, or if there are only flags and one of them belongs to `run`; clap
/// then reports that the list is missing.
pub(super) fn insert_run(root: &Command, mut typed: Vec<OsString>) -> Vec<OsString> {
    if first_arg_is_source(root, &typed) {
        typed.insert(1, "run".into());
    }
    typed
}

/// Returns whether the first argument that is neither a flag nor a flag's value is a list; an argument after `--`
/// always is. If there is no such argument, returns whether one of the flags belongs to `run` alone.
fn first_arg_is_source(root: &Command, typed: &[OsString]) -> bool {
    let mut rest = typed.iter().skip(1);
    let mut has_run_flag = false;
    while let Some(argument) = rest.next() {
        match argument.to_string_lossy().as_ref() {
            "--" => return rest.next().is_some(),
            flag if flag.starts_with('-') && flag != "-" => {
                has_run_flag |= belongs_to_run(root, flag);
                if takes_value(root, flag) {
                    rest.next();
                }
            }
            _ => return is_source(root, argument),
        }
    }
    has_run_flag
}

/// Returns whether a long flag belongs to `run` and is not a global flag.
fn belongs_to_run(root: &Command, flag: &str) -> bool {
    let name = flag.trim_start_matches("--").split('=').next().unwrap_or_default();
    !has_long_flag(root, name) && root.find_subcommand("run").is_some_and(|run| has_long_flag(run, name))
}

/// Tips for words that people type after a command that has no such subcommand.
const SUBCOMMAND_TIPS: [(&str, &[&str], &str); 4] = [
    ("config", &["show", "list", "ls", "view", "check"], "draft-maker config shows and checks all settings"),
    ("auth", &["login", "signin", "sign-in", "connect"], "draft-maker auth ebay signs in to eBay"),
    ("auth", &["logout", "signout", "sign-out", "delete"], "draft-maker auth revoke signs out of eBay"),
    (
        "catalog",
        &["download", "refresh", "get"],
        "draft-maker catalog update --download gets and imports the newest data dumps",
    ),
];

/// Tip for any other word after `config`: `config set`, `config listing.condition`.
const SETTINGS_TIP: &str = "settings are in a file that you edit: draft-maker config init creates it, draft-maker config \
                            path shows where it is";

/// Returns the tip for a word after a command, if there is one. `typed` has the program name first. `is_typo` says whether
/// the word is similar to a subcommand.
fn subcommand_tip(typed: &[OsString], word: &str, is_typo: bool) -> Option<&'static str> {
    let is_typed = |command: &str| typed.iter().skip(1).any(|argument| argument == command);
    let tip = SUBCOMMAND_TIPS.iter().find(|(command, words, _)| is_typed(command) && words.contains(&word));
    tip.map(|(.., tip)| *tip).or_else(|| (is_typed("config") && !is_typo).then_some(SETTINGS_TIP))
}

/// Adds a tip to the error of another command that was given a flag of `run` (`draft-maker jobs --dry-run`), to that of a
/// run without a list, to that of an unknown destination, and to that of a subcommand that does not exist.
pub(super) fn with_tip(root: &Command, typed: &[OsString], mut error: clap::Error) -> clap::Error {
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
    {
        let is_typo = error.get(ContextKind::SuggestedSubcommand).is_some();
        if let Some(tip) = subcommand_tip(typed, word, is_typo) {
            error.remove(ContextKind::SuggestedSubcommand);
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        }
        return error;
    }
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        return with_flag_tip(root, typed, &error, flag);
    }
    let tip = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidValue, Some(ContextValue::String(flag))) if flag.starts_with("--sink ") => {
            "inventory creates drafts on eBay; csv creates a file for Seller Hub, without an account".to_owned()
        }
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) if *missing == ["<LIST>..."] => {
            "name a list: a file such as upcs.txt, gs://bucket/object, or - for standard input".to_owned()
        }
        (ErrorKind::ValueValidation, Some(ContextValue::String(argument)))
            if argument == "[JOB]" && typed.iter().any(|word| word == "review") =>
        {
            "to apply a review file, use draft-maker review --apply FILE".to_owned()
        }
        (ErrorKind::InvalidUtf8, _) => {
            "the name of a file is not UTF-8: rename the file, or send it to standard input with draft-maker - <FILE"
                .to_owned()
        }
        _ => return error,
    };
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Adds a tip to the error of an unknown flag. Without one, keeps the similar flag that clap suggests, but not its tip
/// to write `-- -n`, which would make the flag the name of a list.
fn with_flag_tip(root: &Command, typed: &[OsString], error: &clap::Error, flag: &str) -> clap::Error {
    let is_run = typed.iter().any(|argument| argument == "run");
    let tip = if let Some(long) = long_flag_with_one_dash(root, typed) {
        Some(format!("long options have two dashes: {long}"))
    } else if belongs_to_run(root, flag) {
        Some(format!("{flag} is an option of a run: draft-maker LIST {flag}"))
    } else {
        tip_for_flag(flag, is_run).map(str::to_owned)
    };
    let mut answer = clap::Error::new(error.kind()).with_cmd(root);
    for (kind, value) in error.context() {
        let is_replaced = kind == ContextKind::Suggested || (kind == ContextKind::SuggestedArg && tip.is_some());
        if !is_replaced {
            answer.insert(kind, value.clone());
        }
    }
    if let Some(tip) = tip {
        answer.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    answer
}

/// Returns the long flag that was typed with one dash, such as `--version` for `-version`; clap reads it as several short
/// flags.
fn long_flag_with_one_dash(root: &Command, typed: &[OsString]) -> Option<String> {
    let typed_commands = typed.iter().skip(1).filter_map(|word| root.find_subcommand(word));
    let commands = std::iter::once(root).chain(typed_commands).collect::<Vec<_>>();
    typed.iter().skip(1).find_map(|word| {
        let name = word.to_str()?.strip_prefix('-')?.split('=').next()?;
        let is_long = name.len() > 1 && commands.iter().any(|command| has_long_flag(command, name));
        is_long.then(|| format!("--{name}"))
    })
}

/// Returns whether a command has a flag with this long name or alias.
fn has_long_flag(command: &Command, name: &str) -> bool {
    command.get_arguments().any(|argument| {
        argument.get_long() == Some(name) || argument.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

/// Returns whether a flag of `draft-maker` or of `run` takes the next argument as its value.
fn takes_value(root: &Command, flag: &str) -> bool {
    let known = root.get_arguments().chain(root.find_subcommand("run").into_iter().flat_map(Command::get_arguments));
    let named = |argument: &clap::Arg| match flag.strip_prefix("--") {
        Some(long) => argument.get_long() == Some(long),
        None => flag.len() == 2 && argument.get_short().is_some_and(|short| flag.ends_with(short)),
    };
    known.into_iter().any(|argument| named(argument) && argument.get_action().takes_values())
}

fn is_source(root: &Command, word: &OsStr) -> bool {
    // clap adds `help` only when it parses.
    word != "help" && root.find_subcommand(word).is_none() && !looks_like_typo(root, word)
}

/// Returns whether a word is a mistyped command such as `jbos`, for which clap suggests the right one. A word with a
/// suggestion of its own (`stop`) is not one. If a file of that name exists, the word is a list.
fn looks_like_typo(root: &Command, word: &OsStr) -> bool {
    let text = word.to_string_lossy();
    let bare = text.chars().all(|c| c.is_ascii_lowercase());
    let near =
        root.get_subcommands().any(|command| strsim::jaro_winkler(command.get_name(), &text) >= MIN_TYPO_SIMILARITY);
    bare && near && command_for_word(&text).is_none() && !Path::new(word).exists()
}
