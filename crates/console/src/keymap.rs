//! Which key means what, by place. One table from `assets/keys.toml` and the operator's own file; it feeds the dispatch,
//! the line at the foot of the screen and the help, so that none of them can say something else than another.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{Command, MEANINGS};

/// The keys that are there without the operator's own.
const BUILT_IN: &str = include_str!("../../../assets/keys.toml");

/// Where the operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Everywhere,
    Browse,
    Watch,
    Review,
    Columns,
    /// A batch as it was.
    Past,
    Item,
    Jobs,
    Start,
    Question,
    Scan,
    Reading,
}

/// All places, under their names in the file of keys.
const PLACES: [(&str, Place); 12] = [
    ("everywhere", Place::Everywhere),
    ("browse", Place::Browse),
    ("watch", Place::Watch),
    ("review", Place::Review),
    ("columns", Place::Columns),
    ("past", Place::Past),
    ("item", Place::Item),
    ("jobs", Place::Jobs),
    ("start", Place::Start),
    ("question", Place::Question),
    ("scan", Place::Scan),
    ("reading", Place::Reading),
];

/// One key, as it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// The table.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Place, Command, Vec<Key>)>,
}

/// A file of keys that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    #[error("the file of keys is no TOML: {0}")]
    Form(String),
    #[error("[{0}] is no place; there are {places}", places = names(PLACES.iter().map(|(name, _)| *name)))]
    Place(String),
    #[error("{0:?} is no command; `draft-maker console --print-keys` shows those that there are")]
    Command(String),
    #[error("{0:?} is no key; one looks like j, G, enter, pgdn, f5 or ctrl-d")]
    Key(String),
    #[error("in [{place}], {key} is {first} and {second}")]
    Twice { place: String, key: String, first: String, second: String },
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

type Tables = BTreeMap<String, BTreeMap<String, Vec<String>>>;

impl Keymap {
    /// The built-in keys, and over them those of the operator's file.
    ///
    /// # Errors
    /// [`BadKeys`], which names what it found.
    pub fn new(own: Option<&str>) -> Result<Self, BadKeys> {
        let mut keymap = Self { bindings: Vec::new() };
        for text in std::iter::once(BUILT_IN).chain(own) {
            let tables: Tables = toml::from_str(text).map_err(|error| BadKeys::Form(error.to_string()))?;
            for (place, table) in tables {
                keymap.take(&place, table)?;
            }
        }
        keymap.check()?;
        Ok(keymap)
    }

    fn take(&mut self, name: &str, table: BTreeMap<String, Vec<String>>) -> Result<(), BadKeys> {
        let known = PLACES.iter().find(|(known, _)| *known == name);
        let (_, place) = known.ok_or_else(|| BadKeys::Place(name.to_owned()))?;
        for (word, keys) in table {
            let command = Command::named(&word).ok_or(BadKeys::Command(word))?;
            let keys = keys.iter().map(|key| Key::named(key)).collect::<Result<Vec<_>, _>>()?;
            self.bindings.retain(|(at, of, _)| (*at, *of) != (*place, command));
            self.bindings.push((*place, command, keys));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), BadKeys> {
        for (at, (place, first, keys)) in self.bindings.iter().enumerate() {
            let later = self.bindings[at + 1..].iter().filter(|(other, ..)| other == place);
            for (_, second, others) in later {
                if let Some(key) = keys.iter().find(|key| others.contains(key)) {
                    let word = |command: &Command| command.meaning().word.to_owned();
                    let (first, second) = (word(first), word(second));
                    return Err(BadKeys::Twice { place: name_of(*place).into(), key: key.to_string(), first, second });
                }
            }
        }
        Ok(())
    }

    /// No keys at all.
    pub(super) const fn none() -> Self {
        Self { bindings: Vec::new() }
    }

    /// What a key means at a place; the place's own keys come before those of everywhere.
    pub fn command(&self, place: Place, event: KeyEvent) -> Option<Command> {
        let key = Key::pressed(event);
        let at = |wanted: Place| {
            let here = self.bindings.iter().filter(move |(place, ..)| *place == wanted);
            here.filter(|(_, _, keys)| keys.contains(&key)).map(|(_, command, _)| *command).next()
        };
        at(place).or_else(|| at(Place::Everywhere))
    }

    /// The keys of a command at a place, the place's own where it has some.
    pub fn keys(&self, place: Place, command: Command) -> Option<&[Key]> {
        let at = |wanted| self.bindings.iter().find(|(place, of, _)| *place == wanted && *of == command);
        at(place).or_else(|| at(Place::Everywhere)).map(|(_, _, keys)| &keys[..]).filter(|keys| !keys.is_empty())
    }

    /// All that can be done at a place, in the order of the table of commands, with its keys. Where a place has taken the
    /// first key of a command for something else, that command is none of its own.
    pub fn at(&self, place: Place) -> Vec<(Command, Vec<Key>)> {
        let own = |key: &Key| self.bindings.iter().find(|(at, _, keys)| *at == place && keys.contains(key));
        let leads_to = |command, key: &Key| own(key).is_none_or(|(_, of, _)| *of == command);
        let all = MEANINGS.iter().filter_map(|meaning| Some((meaning.command, self.keys(place, meaning.command)?)));
        let here = all.filter(|(command, keys)| keys.first().is_some_and(|first| leads_to(*command, first)));
        here.map(|(command, keys)| (command, keys.iter().copied().filter(|key| leads_to(command, key)).collect()))
            .collect()
    }

    /// The table as a file of keys.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for (name, place) in PLACES {
            let here = self.bindings.iter().filter(|(at, ..)| *at == place).collect::<Vec<_>>();
            if here.is_empty() {
                continue;
            }
            let _ = writeln!(text, "[{name}]");
            for meaning in MEANINGS {
                for (.., keys) in here.iter().filter(|(_, command, _)| *command == meaning.command) {
                    let keys = keys.iter().map(|key| format!("{:?}", key.name())).collect::<Vec<_>>().join(", ");
                    let _ = writeln!(text, "{} = [{keys}]  # {}", meaning.word, meaning.words);
                }
            }
            text.push('\n');
        }
        text
    }
}

fn name_of(place: Place) -> &'static str {
    PLACES.iter().find(|(_, known)| *known == place).map_or("everywhere", |(name, _)| name)
}

/// Keys with a name of their own.
const NAMED: [(&str, KeyCode, &str); 14] = [
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

impl Key {
    fn named(text: &str) -> Result<Self, BadKeys> {
        let (ctrl, rest) = text.strip_prefix("ctrl-").map_or((false, text), |rest| (true, rest));
        let (alt, rest) = rest.strip_prefix("alt-").map_or((false, rest), |rest| (true, rest));
        let named = NAMED.iter().find(|(name, ..)| *name == rest).map(|(_, code, _)| *code);
        let function = rest.strip_prefix('f').and_then(|number| number.parse().ok()).filter(|n| (1..=12).contains(n));
        let mut letters = rest.chars();
        let single = letters.next().filter(|_| letters.next().is_none()).map(KeyCode::Char);
        let code = named.or(function.map(KeyCode::F)).or(single).ok_or_else(|| BadKeys::Key(text.to_owned()))?;
        Ok(Self { code, ctrl, alt })
    }

    /// Shift stands in the character itself: `G` and not shift-g.
    fn pressed(event: KeyEvent) -> Self {
        let has = |modifier| event.modifiers.contains(modifier);
        Self { code: event.code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) }
    }

    /// As the file of keys names it.
    pub fn name(&self) -> String {
        let prefix = format!("{}{}", if self.ctrl { "ctrl-" } else { "" }, if self.alt { "alt-" } else { "" });
        match (NAMED.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((name, ..)), _) => format!("{prefix}{name}"),
            (None, KeyCode::F(number)) => format!("{prefix}f{number}"),
            (None, KeyCode::Char(letter)) => format!("{prefix}{letter}"),
            (None, other) => format!("{prefix}{other}"),
        }
    }
}

/// For the screen, short.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = format!("{}{}", if self.ctrl { "^" } else { "" }, if self.alt { "M-" } else { "" });
        match (NAMED.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((_, _, sign)), _) => write!(f, "{prefix}{sign}"),
            (None, KeyCode::Char(letter)) => write!(f, "{prefix}{letter}"),
            (None, KeyCode::F(number)) => write!(f, "{prefix}F{number}"),
            (None, other) => write!(f, "{prefix}{other}"),
        }
    }
}
