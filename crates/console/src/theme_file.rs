//! The operator's own theme: a file with a line for each part that shall look otherwise. What cannot be meant is told
//! with file, line, what was found and what could stand there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;

use super::theme::{BUILT_IN_THEMES, ROLES, Theme};

const COLORS: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// A theme that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("console.theme: {0:?} is no theme; expected one of {themes}", themes = theme_names())]
    UnknownTheme(String),
    #[error("{file}:{line}: found {found:?}, expected {expected}")]
    InvalidValue { file: String, line: usize, found: String, expected: String },
    #[error("{file}:{line}: {why}")]
    Syntax { file: String, line: usize, why: String },
}

fn theme_names() -> String {
    BUILT_IN_THEMES.iter().map(|theme| theme.name).collect::<Vec<_>>().join(", ")
}

/// The built-in theme of this name.
///
/// # Errors
/// [`BadTheme::Name`].
pub(super) fn built_in_theme(theme: Theme, name: &str) -> Result<Theme, ThemeError> {
    let is_known = BUILT_IN_THEMES.iter().any(|built_in| built_in.name == name);
    if is_known { Ok(theme.with_built_in(name)) } else { Err(ThemeError::UnknownTheme(name.to_owned())) }
}

type RoleStyles = BTreeMap<Spanned<String>, Spanned<Vec<Spanned<String>>>>;

/// The theme with what the file says over it.
///
/// # Errors
/// [`BadTheme`], with file and line.
pub fn apply_file(theme: Theme, file: &Path, text: &str) -> Result<Theme, ThemeError> {
    let shown = file.display().to_string();
    let roles = toml::from_str::<RoleStyles>(text).map_err(|error| {
        let line = line_number(text, error.span().map_or(0, |span| span.start));
        let why = error.message().to_owned();
        ThemeError::Syntax {
            file: shown.clone(),
            line,
            why: format!("{why}; expected a line such as bad = [\"red\", \"bold\"]"),
        }
    })?;
    let wrong = |at: usize, found: &str, expected: String| {
        let (file, found) = (shown.clone(), found.to_owned());
        ThemeError::InvalidValue { file, line: line_number(text, at), found, expected }
    };
    let mut theme = theme;
    for (name, message) in roles {
        let role = ROLES.iter().find(|(known, ..)| known == name.get_ref());
        let (_, role, _) =
            role.ok_or_else(|| wrong(name.span().start, name.get_ref(), one_of_names(ROLES.map(|role| role.0))))?;
        let mut style = Style::new();
        for word in message.get_ref() {
            style = apply_style_word(style, word.get_ref())
                .ok_or_else(|| wrong(word.span().start, word.get_ref(), expected_style()))?;
        }
        theme = theme.with_style(*role, style);
    }
    Ok(theme)
}

fn line_number(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn one_of_names<const N: usize>(names: [&str; N]) -> String {
    format!("one of {}", names.join(", "))
}

fn expected_style() -> String {
    let colours = COLORS.map(|colour| colour.0).join(", ");
    format!("a colour ({colours}; with on- before it the ground) or {}", MODIFIERS.map(|known| known.0).join(", "))
}

fn apply_style_word(style: Style, word: &str) -> Option<Style> {
    let colour = |name: &str| COLORS.iter().find(|(known, _)| *known == name).map(|(_, colour)| *colour);
    if let Some(ground) = word.strip_prefix("on-") {
        return colour(ground).map(|colour| style.bg(colour));
    }
    if let Some(colour) = colour(word) {
        return Some(style.fg(colour));
    }
    MODIFIERS.iter().find(|(known, _)| *known == word).map(|(_, modifier)| style.add_modifier(*modifier))
}

/// The theme in force, as such a file.
pub fn to_toml(theme: Theme) -> String {
    let mut text = String::new();
    for (name, role, about) in ROLES {
        let style = theme.style_for(role);
        let colour = |colour: Option<Color>, before: &str| {
            let known = COLORS.iter().find(|(_, known)| Some(*known) == colour);
            known.map(|(name, _)| format!("\"{before}{name}\""))
        };
        let mut message = [colour(style.fg, ""), colour(style.bg, "on-")].into_iter().flatten().collect::<Vec<_>>();
        let modifiers = MODIFIERS.iter().filter(|(_, modifier)| style.add_modifier.contains(*modifier));
        message.extend(modifiers.map(|(name, _)| format!("{name:?}")));
        let _ = writeln!(text, "{name} = [{}]  # {about}", message.join(", "));
    }
    text
}
