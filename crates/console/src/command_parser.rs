//! Parses and completes lines of the command line. One table contains the commands with an argument. Every command that
//! a key can run is also accepted, by its name in `keys.toml`.

use std::str::FromStr;

use super::columns::{COLUMNS, UnknownColumn, VisibleColumns};
use super::command::{COMMANDS, KeyCommand};
use super::keymap::{KeyContext, Keymap};
use super::theme::{BUILT_IN_THEMES, Theme};
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::upc::Upc;

/// Minimum Jaro-Winkler similarity (0-1) of a command that is suggested for an unknown word.
const MIN_SIMILARITY: f64 = 0.75;

/// A parsed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsedCommand {
    Command(KeyCommand),
    /// Sorts by the column of the screen with this name.
    Sort {
        column: String,
        descending: bool,
    },
    Columns(VisibleColumns),
    /// Shows only items with this status; `None` for all items.
    StatusFilter(Option<Status>),
    Filter(String),
    Watch(JobId),
    OpenItem(Upc),
    /// Selects the row with this number, from 1.
    GoToRow(usize),
    Theme(&'static str),
    /// Shows a saved view.
    View(String),
    /// Saves the current view of the table under a name.
    SaveView(String),
    RemoveView(String),
}

/// The kind of an argument, for its completion.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArgumentKind {
    Column,
    Columns,
    Status,
    Job,
    Theme,
    View,
    Upc,
    Text,
}

/// A command with an argument.
pub(super) struct CommandSyntax {
    pub(super) name: &'static str,
    /// Contexts of the screens on which the command works; empty for all screens.
    contexts: &'static [KeyContext],
    argument: ArgumentKind,
    /// Usage for the help, such as `sort COLUMN`.
    pub(super) usage: &'static str,
    pub(super) description: &'static str,
    parse: fn(&str) -> Result<ParsedCommand, String>,
}

const EVERYWHERE: &[KeyContext] = &[];
const BATCHES: &[KeyContext] = &[KeyContext::Watch, KeyContext::Replay];
const LISTS: &[KeyContext] = &[KeyContext::Watch, KeyContext::Replay, KeyContext::Jobs, KeyContext::Browse];

impl CommandSyntax {
    /// Returns true if the command works on screens of this context.
    pub(super) fn works_in(&self, context: KeyContext) -> bool {
        self.contexts.is_empty() || self.contexts.contains(&context)
    }
}

/// The commands with an argument, in the order of the help.
pub(super) static SYNTAX: &[CommandSyntax] = &[
    CommandSyntax {
        name: "sort",
        contexts: LISTS,
        argument: ArgumentKind::Column,
        usage: "sort COLUMN",
        description: "sort by a column; -COLUMN reverses the order",
        parse: |text| {
            let column = text.trim_start_matches('-').to_owned();
            Ok(ParsedCommand::Sort { column, descending: text.starts_with('-') })
        },
    },
    CommandSyntax {
        name: "columns",
        contexts: EVERYWHERE,
        argument: ArgumentKind::Columns,
        usage: "columns A,B,…",
        description: "show these columns, in this order",
        parse: |text| text.parse().map(ParsedCommand::Columns).map_err(|error: UnknownColumn| error.to_string()),
    },
    CommandSyntax {
        name: "state",
        contexts: BATCHES,
        argument: ArgumentKind::Status,
        usage: "state STATE",
        description: "show only items of this status, or all",
        parse: parse_status,
    },
    CommandSyntax {
        name: "filter",
        contexts: LISTS,
        argument: ArgumentKind::Text,
        usage: "filter TEXT",
        description: "show only rows with this text",
        parse: |text| Ok(ParsedCommand::Filter(text.to_owned())),
    },
    CommandSyntax {
        name: "watch",
        contexts: EVERYWHERE,
        argument: ArgumentKind::Job,
        usage: "watch BATCH",
        description: "watch a batch",
        parse: |text| parse_argument(text).map(ParsedCommand::Watch),
    },
    CommandSyntax {
        name: "open",
        contexts: BATCHES,
        argument: ArgumentKind::Upc,
        usage: "open UPC",
        description: "open an item of the batch",
        parse: |text| parse_argument(text).map(ParsedCommand::OpenItem),
    },
    CommandSyntax {
        name: "view",
        contexts: BATCHES,
        argument: ArgumentKind::View,
        usage: "view NAME",
        description: "show a saved view: filter, state, order and columns",
        parse: |text| Ok(ParsedCommand::View(text.to_owned())),
    },
    CommandSyntax {
        name: "save_view",
        contexts: BATCHES,
        argument: ArgumentKind::View,
        usage: "save_view NAME",
        description: "save filter, state, order and columns as a view",
        parse: |text| Ok(ParsedCommand::SaveView(text.to_owned())),
    },
    CommandSyntax {
        name: "remove_view",
        contexts: EVERYWHERE,
        argument: ArgumentKind::View,
        usage: "remove_view NAME",
        description: "remove a saved view",
        parse: |text| Ok(ParsedCommand::RemoveView(text.to_owned())),
    },
    CommandSyntax {
        name: "theme",
        contexts: EVERYWHERE,
        argument: ArgumentKind::Theme,
        usage: "theme THEME",
        description: "change the theme of this session",
        parse: parse_theme,
    },
];

/// Short names of commands.
const ALIASES: [(&str, &str); 3] = [("q", "quit"), ("h", "help"), ("w", "watch")];

fn parse_argument<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse::<T>().map_err(|error| format!("{text}: {}", error.to_string()))
}

fn parse_status(text: &str) -> Result<ParsedCommand, String> {
    if text == "all" {
        return Ok(ParsedCommand::StatusFilter(None));
    }
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    let all = || Status::ALL.map(Status::as_str).join(", ");
    found
        .map(|status| ParsedCommand::StatusFilter(Some(status)))
        .ok_or_else(|| format!("unknown state {text:?}; use {}, all", all()))
}

fn parse_theme(text: &str) -> Result<ParsedCommand, String> {
    let found = BUILT_IN_THEMES.iter().find(|built_in| built_in.name == text);
    let all = || BUILT_IN_THEMES.iter().map(|built_in| built_in.name).collect::<Vec<_>>().join(", ");
    found.map(|found| ParsedCommand::Theme(found.name)).ok_or_else(|| format!("unknown theme {text:?}; use {}", all()))
}

/// Parses a line.
///
/// # Errors
/// Returns a message for the operator. For an unknown command, it suggests similar ones.
pub(super) fn parse_line(line: &str) -> Result<ParsedCommand, String> {
    let line = line.trim();
    let (word, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let word = ALIASES.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long);
    let argument = argument.trim();
    if let Ok(row) = word.parse() {
        return Ok(ParsedCommand::GoToRow(row));
    }
    let with_argument = SYNTAX.iter().find(|known| known.name == word);
    match (with_argument, KeyCommand::from_name(word)) {
        (_, Some(command)) if argument.is_empty() => Ok(ParsedCommand::Command(command)),
        (Some(known), _) if !argument.is_empty() => (known.parse)(argument),
        (Some(known), _) => Err(format!("incomplete; use :{}", known.usage)),
        (None, Some(_)) => Err(format!(":{word} takes no arguments")),
        (None, None) => Err(unknown_command_message(word)),
    }
}

fn unknown_command_message(word: &str) -> String {
    let mut scored = all_command_names().map(|known| (strsim::jaro_winkler(known, word), known)).collect::<Vec<_>>();
    scored.retain(|(likeness, _)| *likeness >= MIN_SIMILARITY);
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    scored.dedup_by_key(|(_, known)| *known);
    match &scored.iter().take(3).map(|(_, known)| format!(":{known}")).collect::<Vec<_>>()[..] {
        [] => format!("unknown command :{word}; an empty line lists all commands"),
        near => format!("unknown command :{word}; similar: {}", near.join(", ")),
    }
}

fn all_command_names() -> impl Iterator<Item = &'static str> {
    SYNTAX.iter().map(|known| known.name).chain(COMMANDS.iter().map(|meaning| meaning.name))
}

/// What completion needs in addition to the tables of commands.
pub(super) struct CompletionContext<'a> {
    pub(super) keymap: &'a Keymap,
    /// Determines the labels of keys.
    pub(super) theme: Theme,
    /// Context of the topmost screen.
    pub(super) key_context: KeyContext,
    /// Names of the columns by which the screen can be sorted.
    pub(super) sort_columns: Vec<&'static str>,
    pub(super) jobs: &'a [JobId],
    /// Names of the saved views.
    pub(super) views: Vec<&'a str>,
}

/// How a typed command name is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CommandWord {
    /// A complete name, or a text that no command starts with: the line is run unchanged.
    AsTyped,
    /// The only command that starts with the text.
    Unique(String),
    /// The commands that start with the text.
    Ambiguous(Vec<String>),
}

/// Finds the commands of the screen that start with the first word of a line.
pub(super) fn resolve_command_word(word: &str, names: &CompletionContext<'_>) -> CommandWord {
    let is_alias = ALIASES.iter().any(|(short, _)| *short == word);
    let is_name = KeyCommand::from_name(word).is_some() || SYNTAX.iter().any(|known| known.name == word);
    if word.is_empty() || is_alias || is_name || word.parse::<usize>().is_ok() {
        return CommandWord::AsTyped;
    }
    let mut candidates = with_prefix(word, command_names_in(names));
    match candidates.len() {
        0 => CommandWord::AsTyped,
        1 => CommandWord::Unique(candidates.remove(0)),
        _ => CommandWord::Ambiguous(candidates),
    }
}

/// Returns true for a command that always needs an argument.
pub(super) fn needs_argument(name: &str) -> bool {
    SYNTAX.iter().any(|known| known.name == name) && KeyCommand::from_name(name).is_none()
}

/// Returns the byte offset of the last word of a line, and the candidates for that word.
pub(super) fn complete_line(line: &str, names: &CompletionContext<'_>) -> (usize, Vec<String>) {
    let Some((word, argument)) = line.split_once(' ') else {
        return (0, with_prefix(line, command_names_in(names)));
    };
    let Some(known) = SYNTAX.iter().find(|known| known.name == word) else { return (line.len(), Vec::new()) };
    let (all, from): (Vec<String>, usize) = match known.argument {
        ArgumentKind::Column if argument.starts_with('-') => {
            (to_strings(&names.sort_columns), line.len() - argument.len() + 1)
        }
        ArgumentKind::Column => (to_strings(&names.sort_columns), line.len() - argument.len()),
        ArgumentKind::Columns => {
            let from = line.len() - argument.rsplit(',').next().map_or(0, str::len);
            let listed = argument.split(',').collect::<Vec<_>>();
            let unused =
                COLUMNS.iter().map(|column| column.name).filter(|name| !listed.contains(name) || line.ends_with(name));
            (unused.map(ToOwned::to_owned).collect(), from)
        }
        ArgumentKind::Status => {
            let all = Status::ALL.map(Status::as_str).into_iter().chain(["all"]);
            (all.map(ToOwned::to_owned).collect(), line.len() - argument.len())
        }
        ArgumentKind::Job => (names.jobs.iter().map(ToString::to_string).collect(), line.len() - argument.len()),
        ArgumentKind::Theme => {
            (BUILT_IN_THEMES.iter().map(|theme| theme.name.to_owned()).collect(), line.len() - argument.len())
        }
        ArgumentKind::View => {
            (names.views.iter().map(|name| (*name).to_owned()).collect(), line.len() - argument.len())
        }
        ArgumentKind::Upc | ArgumentKind::Text => (Vec::new(), line.len()),
    };
    (from, with_prefix(&line[from..], all.into_iter()))
}

fn to_strings(names: &[&'static str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Returns the names of the commands that a screen accepts, sorted.
fn command_names_in<'a>(names: &'a CompletionContext<'_>) -> impl Iterator<Item = String> + 'a {
    let commands = names.keymap.commands_in(names.key_context).into_iter().map(|(command, _)| command.spec().name);
    let syntax = SYNTAX.iter().filter(|known| known.works_in(names.key_context));
    let mut all = syntax.map(|known| known.name).chain(commands).collect::<Vec<_>>();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(ToOwned::to_owned)
}

fn with_prefix(start: &str, all: impl Iterator<Item = String>) -> Vec<String> {
    all.filter(|name| name.starts_with(start)).collect()
}
