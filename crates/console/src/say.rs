//! What is said at the foot of the screen after `:`. One table of words with an argument; every command that has a key
//! can be said too, by its word in the file of keys.

use std::str::FromStr;

use super::columns::{BadColumn, COLUMNS, Columns};
use super::command::{Command, MEANINGS};
use super::keymap::{Keymap, Place};
use super::theme::BUILT_IN;
use domain::batch::JobId;
use domain::outcome::Status;
use domain::upc::Upc;

/// From this likeness on, a word may be what was meant.
const NEAR: f64 = 0.75;

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Meant(Command),
    /// A column of the screen at hand, by its name.
    Sort {
        by: String,
        backwards: bool,
    },
    Columns(Columns),
    /// `None` for all.
    State(Option<Status>),
    Filter(String),
    Watch(JobId),
    Open(Upc),
    /// A row, from 1.
    Row(usize),
    Theme(&'static str),
}

/// What stands after a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    Column,
    Columns,
    Status,
    Job,
    Theme,
    Upc,
    Text,
}

/// One row of the table.
pub(super) struct Spoken {
    pub(super) word: &'static str,
    argument: Argument,
    /// For the help.
    pub(super) shown: &'static str,
    pub(super) words: &'static str,
    meant: fn(&str) -> Result<Said, String>,
}

/// Words with an argument, in the order of the help.
pub(super) static WORDS: &[Spoken] = &[
    Spoken {
        word: "sort",
        argument: Argument::Column,
        shown: "sort COLUMN",
        words: "sort by it; -COLUMN turns the order around",
        meant: |text| {
            let by = text.trim_start_matches('-').to_owned();
            Ok(Said::Sort { by, backwards: text.starts_with('-') })
        },
    },
    Spoken {
        word: "columns",
        argument: Argument::Columns,
        shown: "columns A,B,…",
        words: "show these columns, in this order",
        meant: |text| text.parse().map(Said::Columns).map_err(|error: BadColumn| error.to_string()),
    },
    Spoken {
        word: "state",
        argument: Argument::Status,
        shown: "state STATE",
        words: "show only what ended so, or all",
        meant: status,
    },
    Spoken {
        word: "filter",
        argument: Argument::Text,
        shown: "filter TEXT",
        words: "show only what holds the text",
        meant: |text| Ok(Said::Filter(text.to_owned())),
    },
    Spoken {
        word: "watch",
        argument: Argument::Job,
        shown: "watch BATCH",
        words: "watch a batch",
        meant: |text| parsed(text).map(Said::Watch),
    },
    Spoken {
        word: "open",
        argument: Argument::Upc,
        shown: "open UPC",
        words: "open an item of the batch",
        meant: |text| parsed(text).map(Said::Open),
    },
    Spoken {
        word: "theme",
        argument: Argument::Theme,
        shown: "theme THEME",
        words: "dark, light or mono, until the console ends",
        meant: theme,
    },
];

/// Short for.
const SHORT: [(&str, &str); 3] = [("q", "quit"), ("h", "help"), ("w", "watch")];

fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse::<T>().map_err(|error| format!("{text}: {}", error.to_string()))
}

fn status(text: &str) -> Result<Said, String> {
    if text == "all" {
        return Ok(Said::State(None));
    }
    let found = Status::ALL.into_iter().find(|status| status.key() == text);
    let all = || Status::ALL.map(Status::key).join(", ");
    found
        .map(|status| Said::State(Some(status)))
        .ok_or_else(|| format!("{text:?} is no state; there are {}, all", all()))
}

fn theme(text: &str) -> Result<Said, String> {
    let found = BUILT_IN.iter().find(|built_in| built_in.name == text);
    let all = || BUILT_IN.iter().map(|built_in| built_in.name).collect::<Vec<_>>().join(", ");
    found.map(|found| Said::Theme(found.name)).ok_or_else(|| format!("{text:?} is no theme; there are {}", all()))
}

/// What a line means.
///
/// # Errors
/// In words; where the word is not known, with those that are near.
pub(super) fn understood(line: &str) -> Result<Said, String> {
    let line = line.trim();
    let (word, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let word = SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long);
    let argument = argument.trim();
    if let Ok(row) = word.parse() {
        return Ok(Said::Row(row));
    }
    let with_argument = WORDS.iter().find(|known| known.word == word);
    match (with_argument, Command::named(word)) {
        (_, Some(command)) if argument.is_empty() => Ok(Said::Meant(command)),
        (Some(known), _) if !argument.is_empty() => (known.meant)(argument),
        (Some(known), _) => Err(format!("more is needed: :{}", known.shown)),
        (None, Some(_)) => Err(format!("nothing stands after :{word}")),
        (None, None) => Err(unknown(word)),
    }
}

fn unknown(word: &str) -> String {
    let mut scored = words().map(|known| (strsim::jaro_winkler(known, word), known)).collect::<Vec<_>>();
    scored.retain(|(likeness, _)| *likeness >= NEAR);
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    scored.dedup_by_key(|(_, known)| *known);
    match &scored.iter().take(3).map(|(_, known)| format!(":{known}")).collect::<Vec<_>>()[..] {
        [] => format!("no command :{word}; Tab shows those that there are"),
        near => format!("no command :{word}; near are {}", near.join(", ")),
    }
}

fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|known| known.word).chain(MEANINGS.iter().map(|meaning| meaning.word))
}

/// Names that a line can be completed with, beside those of the tables.
pub(super) struct Names<'a> {
    pub(super) keymap: &'a Keymap,
    /// Where it is said.
    pub(super) place: Place,
    /// What the screen can be sorted by.
    pub(super) sorts: Vec<&'static str>,
    pub(super) jobs: &'a [JobId],
}

/// Where the last piece of a line begins, and all that it can become.
pub(super) fn completions(line: &str, names: &Names<'_>) -> (usize, Vec<String>) {
    let Some((word, argument)) = line.split_once(' ') else {
        return (0, beginning(line, said_at(names)));
    };
    let Some(known) = WORDS.iter().find(|known| known.word == word) else { return (line.len(), Vec::new()) };
    let (all, from): (Vec<String>, usize) = match known.argument {
        Argument::Column if argument.starts_with('-') => (owned(&names.sorts), line.len() - argument.len() + 1),
        Argument::Column => (owned(&names.sorts), line.len() - argument.len()),
        Argument::Columns => {
            let from = line.len() - argument.rsplit(',').next().map_or(0, str::len);
            let taken = argument.split(',').collect::<Vec<_>>();
            let left =
                COLUMNS.iter().map(|about| about.name).filter(|name| !taken.contains(name) || line.ends_with(name));
            (left.map(ToOwned::to_owned).collect(), from)
        }
        Argument::Status => {
            let all = Status::ALL.map(Status::key).into_iter().chain(["all"]);
            (all.map(ToOwned::to_owned).collect(), line.len() - argument.len())
        }
        Argument::Job => (names.jobs.iter().map(ToString::to_string).collect(), line.len() - argument.len()),
        Argument::Theme => (BUILT_IN.iter().map(|theme| theme.name.to_owned()).collect(), line.len() - argument.len()),
        Argument::Upc | Argument::Text => (Vec::new(), line.len()),
    };
    (from, beginning(&line[from..], all.into_iter()))
}

fn owned(names: &[&'static str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The words that mean something at a place.
fn said_at<'a>(names: &'a Names<'_>) -> impl Iterator<Item = String> + 'a {
    let commands = names.keymap.at(names.place).into_iter().map(|(command, _)| command.meaning().word);
    let mut all = WORDS.iter().map(|known| known.word).chain(commands).collect::<Vec<_>>();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(ToOwned::to_owned)
}

fn beginning(start: &str, all: impl Iterator<Item = String>) -> Vec<String> {
    all.filter(|name| name.starts_with(start)).collect()
}
