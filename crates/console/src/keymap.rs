//! Key bindings by context, from `assets/keys.toml` and the operator's own file. Dispatch, key hints and help use the
//! same table, so they cannot disagree.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use strum::{IntoEnumIterator as _, VariantNames as _};

use super::command::{COMMANDS, KeyCommand};
use super::theme::Theme;

/// The built-in key bindings.
const DEFAULT_KEYS_TOML: &str = include_str!("../../../assets/keys.toml");

/// The context in which a key binding applies. Its text is the name of its table in `keys.toml`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum KeyContext {
    /// All screens, unless the screen binds the key itself.
    #[strum(serialize = "everywhere")]
    Global,
    Browse,
    Watch,
    Review,
    Columns,
    /// A batch at an earlier event.
    #[strum(to_string = "history", serialize = "past")]
    Replay,
    Item,
    Jobs,
    Start,
    #[strum(serialize = "question")]
    Dialog,
    Scan,
    /// Long texts: the help and the message log.
    #[strum(serialize = "reading")]
    Pager,
}

/// Names of commands that earlier versions used in one context.
const COMMAND_ALIASES: [(KeyContext, &str, KeyCommand); 2] =
    [(KeyContext::Columns, "earlier", KeyCommand::MoveLeft), (KeyContext::Columns, "later", KeyCommand::MoveRight)];

/// Bindings that were added after operators had written files of their own. If such a file binds the key to another
/// command, that command keeps the key.
const LATER_BINDINGS: [(KeyContext, KeyCommand); 5] = [
    (KeyContext::Watch, KeyCommand::EditItems),
    (KeyContext::Watch, KeyCommand::UndoReview),
    (KeyContext::Watch, KeyCommand::ShowWithoutPhotos),
    (KeyContext::Item, KeyCommand::EditItems),
    (KeyContext::Item, KeyCommand::UndoReview),
];

/// Descriptions of commands that do something else in a context than in most others.
const CONTEXT_DESCRIPTIONS: [(KeyContext, KeyCommand, &str); 15] = [
    (KeyContext::Browse, KeyCommand::Filter, "show only the names with a text"),
    (KeyContext::Browse, KeyCommand::Back, "go back"),
    (KeyContext::Replay, KeyCommand::Back, "return to the live view"),
    (KeyContext::Jobs, KeyCommand::Filter, "show only the batches with a text in their ID, state or list"),
    (KeyContext::Jobs, KeyCommand::Pause, "pause the batch; running items finish"),
    (KeyContext::Jobs, KeyCommand::Resume, "resume the batch"),
    (KeyContext::Jobs, KeyCommand::Retry, "start a new batch over the failed items"),
    (KeyContext::Jobs, KeyCommand::Cancel, "cancel the batch"),
    (KeyContext::Start, KeyCommand::Start, "start the batch"),
    (KeyContext::Start, KeyCommand::Back, "close the dialog without starting"),
    (KeyContext::Start, KeyCommand::ToggleSelected, "change the selected option"),
    (KeyContext::Columns, KeyCommand::ToggleSelected, "show or hide the column"),
    (KeyContext::Scan, KeyCommand::Open, "open the item of the selected scan"),
    (KeyContext::Item, KeyCommand::Open, "open the address on the line, or collapse the section"),
    (KeyContext::Item, KeyCommand::EditItems, "edit the item: title, price, condition, grades, quantity, note, photos"),
];

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyChord {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// The active key bindings.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(KeyContext, KeyCommand, Vec<KeyChord>)>,
}

/// Why a file of key bindings was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    #[error("the keys file is not valid TOML: {0}")]
    Syntax(String),
    #[error("[{0}] is not a section; use {places}", places = KeyContext::VARIANTS.join(", "))]
    UnknownContext(String),
    #[error("unknown command {0:?}; `draft-maker console --print-keys` lists all commands")]
    UnknownCommand(String),
    #[error("{0:?} is not a key; use for example j, G, enter, pgdn, f5 or ctrl-d")]
    UnknownKey(String),
    #[error("[{context}] uses {key} for both {first} and {second}")]
    Duplicate { context: String, key: String, first: String, second: String },
}

type KeymapTables = BTreeMap<String, BTreeMap<String, Vec<String>>>;

impl Keymap {
    /// Returns the built-in bindings, some of which the operator's file replaces.
    ///
    /// # Errors
    /// Returns [`KeymapError`] if the text is not TOML, has an unknown context, command or key, or binds a key twice in
    /// one context.
    pub fn new(own: Option<&str>) -> Result<Self, KeymapError> {
        let mut keymap = Self { bindings: Vec::new() };
        for text in std::iter::once(DEFAULT_KEYS_TOML).chain(own) {
            let tables: KeymapTables = toml::from_str(text).map_err(|error| KeymapError::Syntax(error.to_string()))?;
            for (context, table) in tables {
                keymap.free_keys_of(&context, &table);
                keymap.merge_table(&context, table)?;
            }
        }
        keymap.check_duplicates()?;
        Ok(keymap)
    }

    /// Removes the keys that a table binds to other commands from the [`LATER_BINDINGS`] of a context.
    fn free_keys_of(&mut self, name: &str, table: &BTreeMap<String, Vec<String>>) {
        let used_keys = table.values().flatten().filter_map(|key| KeyChord::from_name(key).ok()).collect::<Vec<_>>();
        for (context, command, keys) in &mut self.bindings {
            let is_later = LATER_BINDINGS.contains(&(*context, *command)) && <&str>::from(*context) == name;
            if is_later && !table.contains_key(command.spec().name) {
                keys.retain(|key| !used_keys.contains(key));
            }
        }
    }

    fn merge_table(&mut self, name: &str, table: BTreeMap<String, Vec<String>>) -> Result<(), KeymapError> {
        let context = name.parse::<KeyContext>().map_err(|_| KeymapError::UnknownContext(name.to_owned()))?;
        for (word, keys) in table {
            let command = command_named(context, &word).ok_or(KeymapError::UnknownCommand(word))?;
            let keys = keys.iter().map(|key| KeyChord::from_name(key)).collect::<Result<Vec<_>, _>>()?;
            self.bindings.retain(|(bound, of, _)| (*bound, *of) != (context, command));
            self.bindings.push((context, command, keys));
        }
        Ok(())
    }

    fn check_duplicates(&self) -> Result<(), KeymapError> {
        for (index, (context, first, keys)) in self.bindings.iter().enumerate() {
            let later = self.bindings[index + 1..].iter().filter(|(other, ..)| other == context);
            for (_, second, others) in later {
                if let Some(key) = keys.iter().find(|key| others.contains(key)) {
                    return Err(KeymapError::Duplicate {
                        context: <&str>::from(context).to_owned(),
                        key: key.to_string(),
                        first: first.spec().name.to_owned(),
                        second: second.spec().name.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Returns a keymap without bindings.
    pub(super) const fn empty() -> Self {
        Self { bindings: Vec::new() }
    }

    /// Returns the command of a key in a context. Bindings of the context take precedence over global ones.
    pub fn command_for(&self, context: KeyContext, event: KeyEvent) -> Option<KeyCommand> {
        let key = KeyChord::from_event(event);
        let bound_in = |wanted: KeyContext| {
            let here = self.bindings.iter().filter(move |(context, ..)| *context == wanted);
            here.filter(|(_, _, keys)| keys.contains(&key)).map(|(_, command, _)| *command).next()
        };
        bound_in(context).or_else(|| bound_in(KeyContext::Global))
    }

    /// Returns the keys of a command in a context: the context's own if it binds the command, or else the global ones.
    /// `None` if there are no keys.
    pub fn keys_for(&self, context: KeyContext, command: KeyCommand) -> Option<&[KeyChord]> {
        let bound_in = |wanted| self.bindings.iter().find(|(context, of, _)| *context == wanted && *of == command);
        let binding = bound_in(context).or_else(|| bound_in(KeyContext::Global));
        binding.map(|(_, _, keys)| &keys[..]).filter(|keys| !keys.is_empty())
    }

    /// Returns the first key that runs a command in a context. A global key counts only if the context does not bind it
    /// to another command.
    pub(super) fn effective_key(&self, context: KeyContext, command: KeyCommand) -> Option<KeyChord> {
        let is_own = |key: &KeyChord| {
            let own = self.bindings.iter().find(|(at, _, keys)| *at == context && keys.contains(key));
            own.is_none_or(|(_, of, _)| *of == command)
        };
        self.keys_for(context, command)?.iter().copied().find(is_own)
    }

    /// Returns the commands of a context with their keys, in the order of the table of commands. A global command is
    /// omitted if the context binds its first key to another command.
    pub(crate) fn commands_in(&self, context: KeyContext) -> Vec<(KeyCommand, Vec<KeyChord>)> {
        let own = |key: &KeyChord| self.bindings.iter().find(|(at, _, keys)| *at == context && keys.contains(key));
        let leads_to = |command, key: &KeyChord| own(key).is_none_or(|(_, of, _)| *of == command);
        let all = COMMANDS.iter().filter_map(|spec| Some((spec.command, self.keys_for(context, spec.command)?)));
        let here = all.filter(|(command, keys)| keys.first().is_some_and(|first| leads_to(*command, first)));
        here.map(|(command, keys)| (command, keys.iter().copied().filter(|key| leads_to(command, key)).collect()))
            .collect()
    }

    /// Returns the bindings in the format of `keys.toml`.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for context in KeyContext::iter() {
            let here = self.bindings.iter().filter(|(at, ..)| *at == context).collect::<Vec<_>>();
            if here.is_empty() {
                continue;
            }
            let _ = writeln!(text, "[{}]", <&str>::from(context));
            for spec in COMMANDS {
                for (.., keys) in here.iter().filter(|(_, command, _)| *command == spec.command) {
                    let keys = keys.iter().map(|key| format!("{:?}", key.name())).collect::<Vec<_>>().join(", ");
                    let _ = writeln!(text, "{} = [{keys}]  # {}", spec.name, spec.description);
                }
            }
            text.push('\n');
        }
        text
    }
}

/// Returns what a command does in a context.
pub(super) fn describe_command(context: KeyContext, command: KeyCommand) -> &'static str {
    let own = CONTEXT_DESCRIPTIONS.iter().find(|(within, of, _)| (*within, *of) == (context, command));
    own.map_or(command.spec().description, |(.., description)| *description)
}

/// Returns the command with this name in a context. Accepts names of earlier versions.
fn command_named(context: KeyContext, name: &str) -> Option<KeyCommand> {
    let alias = COMMAND_ALIASES.iter().find(|(within, alias, _)| (*within, *alias) == (context, name));
    alias.map(|(.., command)| *command).or_else(|| KeyCommand::from_name(name))
}

/// Keys that are not a character: the name in `keys.toml`, the code, and the text on the screen.
const NAMED_KEYS: [(&str, KeyCode, &str); 14] = [
    ("enter", KeyCode::Enter, "⏎"),
    ("esc", KeyCode::Esc, "Esc"),
    ("space", KeyCode::Char(' '), "Space"),
    ("tab", KeyCode::Tab, "Tab"),
    ("backspace", KeyCode::Backspace, "⌫"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pgup", KeyCode::PageUp, "PgUp"),
    ("pgdn", KeyCode::PageDown, "PgDn"),
    ("delete", KeyCode::Delete, "Del"),
];

impl KeyChord {
    fn from_name(text: &str) -> Result<Self, KeymapError> {
        let (ctrl, rest) = text.strip_prefix("ctrl-").map_or((false, text), |rest| (true, rest));
        let (alt, rest) = rest.strip_prefix("alt-").map_or((false, rest), |rest| (true, rest));
        let named = NAMED_KEYS.iter().find(|(name, ..)| *name == rest).map(|(_, code, _)| *code);
        let function = rest.strip_prefix('f').and_then(|number| number.parse().ok()).filter(|n| (1..=12).contains(n));
        let mut letters = rest.chars();
        let single = letters.next().filter(|_| letters.next().is_none()).map(KeyCode::Char);
        let code =
            named.or(function.map(KeyCode::F)).or(single).ok_or_else(|| KeymapError::UnknownKey(text.to_owned()))?;
        Ok(Self { code, ctrl, alt })
    }

    /// Converts a key event. Shift is ignored because the character already contains it (`G`, not shift-g).
    fn from_event(event: KeyEvent) -> Self {
        let has = |modifier| event.modifiers.contains(modifier);
        Self { code: event.code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) }
    }

    /// Returns the text of the key for the screen. Without Unicode, this is its name rather than a symbol.
    pub(super) fn label(self, theme: Theme) -> String {
        let text = self.to_string();
        if theme.unicode || text.is_ascii() { text } else { self.name() }
    }

    /// Returns the key's name in `keys.toml`.
    pub fn name(&self) -> String {
        let prefix = format!("{}{}", if self.ctrl { "ctrl-" } else { "" }, if self.alt { "alt-" } else { "" });
        match (NAMED_KEYS.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((name, ..)), _) => format!("{prefix}{name}"),
            (None, KeyCode::F(number)) => format!("{prefix}f{number}"),
            (None, KeyCode::Char(letter)) => format!("{prefix}{letter}"),
            (None, other) => format!("{prefix}{other}"),
        }
    }
}

/// Formats the key for the screen, as short as possible.
impl fmt::Display for KeyChord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = format!("{}{}", if self.ctrl { "^" } else { "" }, if self.alt { "M-" } else { "" });
        match (NAMED_KEYS.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((_, _, sign)), _) => write!(f, "{prefix}{sign}"),
            (None, KeyCode::Char(letter)) => write!(f, "{prefix}{letter}"),
            (None, KeyCode::F(number)) => write!(f, "{prefix}F{number}"),
            (None, other) => write!(f, "{prefix}{other}"),
        }
    }
}
