//! The operator's theme file, with one line for each role whose style it replaces. Errors name the file, the line, the
//! value that was found and the expected values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use strum::{EnumMessage as _, IntoEnumIterator as _, VariantNames as _};
use toml::Spanned;

use super::theme::{BUILT_IN_THEMES, Role, Theme};
use files::line_number;

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

/// Why a theme was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("console.theme: unknown theme {0:?}; use auto or one of {themes}", themes = theme_names())]
    UnknownTheme(String),
    #[error("{file}:{line}: found {found:?}, expected {expected}")]
    InvalidValue { file: String, line: usize, found: String, expected: String },
    #[error("{file}:{line}: {why}")]
    Syntax { file: String, line: usize, why: String },
    #[error("{file}: {why}")]
    Unreadable { file: String, why: String },
}

fn theme_names() -> String {
    BUILT_IN_THEMES.iter().map(|theme| theme.name).collect::<Vec<_>>().join(", ")
}

/// Returns `theme` with the styles of a built-in theme.
///
/// # Errors
/// Returns [`ThemeError::UnknownTheme`] if no built-in theme has this name.
pub(super) fn built_in_theme(theme: Theme, name: &str) -> Result<Theme, ThemeError> {
    let is_known = BUILT_IN_THEMES.iter().any(|built_in| built_in.name == name);
    if is_known { Ok(theme.with_built_in(name)) } else { Err(ThemeError::UnknownTheme(name.to_owned())) }
}

type RoleStyles = BTreeMap<Spanned<String>, Spanned<Vec<Spanned<String>>>>;

/// Returns `theme` with the styles from the text of a theme file. `file` is its path, for error messages.
///
/// # Errors
/// Returns [`ThemeError`] with file and line if the text is not TOML or has an unknown role or style.
pub fn apply_file(theme: Theme, file: &Path, text: &str) -> Result<Theme, ThemeError> {
    let file = file.display().to_string();
    let roles = toml::from_str::<RoleStyles>(text).map_err(|error| {
        let line = line_number(text, error.span().map_or(0, |span| span.start));
        let why = error.message();
        ThemeError::Syntax {
            file: file.clone(),
            line,
            why: format!("{why}; expected a line such as bad = [\"red\", \"bold\"]"),
        }
    })?;
    let invalid_value = |found: &Spanned<String>, expected: String| ThemeError::InvalidValue {
        file: file.clone(),
        line: line_number(text, found.span().start),
        found: found.get_ref().clone(),
        expected,
    };
    let mut theme = theme;
    for (name, words) in roles {
        let expected_role = || format!("one of {}", Role::VARIANTS.join(", "));
        let role = name.get_ref().parse::<Role>().map_err(|_| invalid_value(&name, expected_role()))?;
        let mut style = Style::new();
        for word in words.get_ref() {
            style = apply_style_word(style, word.get_ref()).ok_or_else(|| invalid_value(word, expected_style()))?;
        }
        theme = theme.with_style(role, style);
    }
    Ok(theme)
}

fn expected_style() -> String {
    let colors = COLORS.map(|(name, _)| name).join(", ");
    format!("a color ({colors}; with on- in front, the background) or {}", MODIFIERS.map(|(name, _)| name).join(", "))
}

fn apply_style_word(style: Style, word: &str) -> Option<Style> {
    let color_named = |name: &str| COLORS.iter().find(|(known, _)| *known == name).map(|(_, color)| *color);
    if let Some(background) = word.strip_prefix("on-") {
        return color_named(background).map(|color| style.bg(color));
    }
    if let Some(color) = color_named(word) {
        return Some(style.fg(color));
    }
    MODIFIERS.iter().find(|(known, _)| *known == word).map(|(_, modifier)| style.add_modifier(*modifier))
}

/// Returns the theme in the format of a theme file.
pub fn to_toml(theme: Theme) -> String {
    let mut text = String::new();
    for role in Role::iter() {
        let style = theme.style_for(role);
        let color_word = |color: Option<Color>, prefix: &str| {
            let known = COLORS.iter().find(|(_, known)| Some(*known) == color);
            known.map(|(name, _)| format!("\"{prefix}{name}\""))
        };
        let mut words =
            [color_word(style.fg, ""), color_word(style.bg, "on-")].into_iter().flatten().collect::<Vec<_>>();
        let modifiers = MODIFIERS.iter().filter(|(_, modifier)| style.add_modifier.contains(*modifier));
        words.extend(modifiers.map(|(name, _)| format!("{name:?}")));
        let (name, description) = (<&str>::from(role), role.get_message().unwrap_or_default());
        let _ = writeln!(text, "{name} = [{}]  # {description}", words.join(", "));
    }
    text
}
