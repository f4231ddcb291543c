//! Which key means what, by place. One table from `assets/keys.toml` and the operator's own file; it feeds the dispatch,
//! the line at the foot of the screen and the help, so that none of them can say something else than another.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{COMMANDS, KeyCommand};

/// The keys that are there without the operator's own.
const DEFAULT_KEYS_TOML: &str = include_str!("../../../assets/keys.toml");

/// Where the operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyContext {
    Global,
    Browse,
    Watch,
    Review,
    Columns,
    /// A batch as it was.
    Replay,
    Item,
    Jobs,
    Start,
    Dialog,
    Scan,
    Pager,
}

/// All places, under their names in the file of keys.
const CONTEXT_NAMES: [(&str, KeyContext); 12] = [
    ("everywhere", KeyContext::Global),
    ("browse", KeyContext::Browse),
    ("watch", KeyContext::Watch),
    ("review", KeyContext::Review),
    ("columns", KeyContext::Columns),
    ("past", KeyContext::Replay),
    ("item", KeyContext::Item),
    ("jobs", KeyContext::Jobs),
    ("start", KeyContext::Start),
    ("question", KeyContext::Dialog),
    ("scan", KeyContext::Scan),
    ("reading", KeyContext::Pager),
];

/// One key, as it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyChord {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// The table.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(KeyContext, KeyCommand, Vec<KeyChord>)>,
}

/// A file of keys that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    #[error("the file of keys is no TOML: {0}")]
    Syntax(String),
    #[error("[{0}] is no place; there are {places}", places = join_names(CONTEXT_NAMES.iter().map(|(name, _)| *name)))]
    UnknownContext(String),
    #[error("{0:?} is no command; `draft-maker console --print-keys` shows those that there are")]
    UnknownCommand(String),
    #[error("{0:?} is no key; one looks like j, G, enter, pgdn, f5 or ctrl-d")]
    UnknownKey(String),
    #[error("in [{place}], {key} is {first} and {second}")]
    Duplicate { place: String, key: String, first: String, second: String },
}

fn join_names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

type KeymapTables = BTreeMap<String, BTreeMap<String, Vec<String>>>;

impl Keymap {
    /// The built-in keys, and over them those of the operator's file.
    ///
    /// # Errors
    /// [`BadKeys`], which names what it found.
    pub fn new(own: Option<&str>) -> Result<Self, KeymapError> {
        let mut keymap = Self { bindings: Vec::new() };
        for text in std::iter::once(DEFAULT_KEYS_TOML).chain(own) {
            let tables: KeymapTables = toml::from_str(text).map_err(|error| KeymapError::Syntax(error.to_string()))?;
            for (place, table) in tables {
                keymap.merge_table(&place, table)?;
            }
        }
        keymap.check_duplicates()?;
        Ok(keymap)
    }

    fn merge_table(&mut self, name: &str, table: BTreeMap<String, Vec<String>>) -> Result<(), KeymapError> {
        let known = CONTEXT_NAMES.iter().find(|(known, _)| *known == name);
        let (_, place) = known.ok_or_else(|| KeymapError::UnknownContext(name.to_owned()))?;
        for (word, keys) in table {
            let command = KeyCommand::from_name(&word).ok_or(KeymapError::UnknownCommand(word))?;
            let keys = keys.iter().map(|key| KeyChord::from_name(key)).collect::<Result<Vec<_>, _>>()?;
            self.bindings.retain(|(at, of, _)| (*at, *of) != (*place, command));
            self.bindings.push((*place, command, keys));
        }
        Ok(())
    }

    fn check_duplicates(&self) -> Result<(), KeymapError> {
        for (at, (place, first, keys)) in self.bindings.iter().enumerate() {
            let later = self.bindings[at + 1..].iter().filter(|(other, ..)| other == place);
            for (_, second, others) in later {
                if let Some(key) = keys.iter().find(|key| others.contains(key)) {
                    let word = |command: &KeyCommand| command.spec().name.to_owned();
                    let (first, second) = (word(first), word(second));
                    return Err(KeymapError::Duplicate {
                        place: context_name(*place).into(),
                        key: key.to_string(),
                        first,
                        second,
                    });
                }
            }
        }
        Ok(())
    }

    /// No keys at all.
    pub(super) const fn empty() -> Self {
        Self { bindings: Vec::new() }
    }

    /// What a key means at a place; the place's own keys come before those of everywhere.
    pub fn command_for(&self, place: KeyContext, event: KeyEvent) -> Option<KeyCommand> {
        let key = KeyChord::from_event(event);
        let at = |wanted: KeyContext| {
            let here = self.bindings.iter().filter(move |(place, ..)| *place == wanted);
            here.filter(|(_, _, keys)| keys.contains(&key)).map(|(_, command, _)| *command).next()
        };
        at(place).or_else(|| at(KeyContext::Global))
    }

    /// The keys of a command at a place, the place's own where it has some.
    pub fn keys_for(&self, place: KeyContext, command: KeyCommand) -> Option<&[KeyChord]> {
        let at = |wanted| self.bindings.iter().find(|(place, of, _)| *place == wanted && *of == command);
        at(place).or_else(|| at(KeyContext::Global)).map(|(_, _, keys)| &keys[..]).filter(|keys| !keys.is_empty())
    }

    /// All that can be done at a place, in the order of the table of commands, with its keys. Where a place has taken the
    /// first key of a command for something else, that command is none of its own.
    pub fn commands_in(&self, place: KeyContext) -> Vec<(KeyCommand, Vec<KeyChord>)> {
        let own = |key: &KeyChord| self.bindings.iter().find(|(at, _, keys)| *at == place && keys.contains(key));
        let leads_to = |command, key: &KeyChord| own(key).is_none_or(|(_, of, _)| *of == command);
        let all = COMMANDS.iter().filter_map(|meaning| Some((meaning.command, self.keys_for(place, meaning.command)?)));
        let here = all.filter(|(command, keys)| keys.first().is_some_and(|first| leads_to(*command, first)));
        here.map(|(command, keys)| (command, keys.iter().copied().filter(|key| leads_to(command, key)).collect()))
            .collect()
    }

    /// The table as a file of keys.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for (name, place) in CONTEXT_NAMES {
            let here = self.bindings.iter().filter(|(at, ..)| *at == place).collect::<Vec<_>>();
            if here.is_empty() {
                continue;
            }
            let _ = writeln!(text, "[{name}]");
            for meaning in COMMANDS {
                for (.., keys) in here.iter().filter(|(_, command, _)| *command == meaning.command) {
                    let keys = keys.iter().map(|key| format!("{:?}", key.name())).collect::<Vec<_>>().join(", ");
                    let _ = writeln!(text, "{} = [{keys}]  # {}", meaning.name, meaning.description);
                }
            }
            text.push('\n');
        }
        text
    }
}

fn context_name(place: KeyContext) -> &'static str {
    CONTEXT_NAMES.iter().find(|(_, known)| *known == place).map_or("everywhere", |(name, _)| name)
}

/// Keys with a name of their own.
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

    /// Shift stands in the character itself: `G` and not shift-g.
    fn from_event(event: KeyEvent) -> Self {
        let has = |modifier| event.modifiers.contains(modifier);
        Self { code: event.code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) }
    }

    /// As the file of keys names it.
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

/// For the screen, short.
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
