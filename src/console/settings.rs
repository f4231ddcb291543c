//! `[console]`: keys, and what the terminal can show.

use std::path::PathBuf;

use serde::Deserialize;

use super::theme::Theme;

/// Everything about the screen that the operator sets, himself or by his terminal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// The file with his own keys; it need not be there.
    pub keys: PathBuf,
    /// The variable `TERM`.
    #[serde(default)]
    pub term: Option<String>,
    /// The variable `NO_COLOR`: no colours where it says anything (no-color.org).
    #[serde(default)]
    pub no_color: Option<String>,
    /// Whether the terminal's bell is rung for a scan that needs a look.
    #[serde(default)]
    pub bell: bool,
    /// The locale: signs beyond ASCII where its encoding is UTF-8.
    #[serde(default)]
    pub locale: Option<String>,
}

impl Settings {
    /// How things look by these settings. A container often has no locale at all, and its terminal is the operator's
    /// own, so only a locale that names another encoding keeps to ASCII.
    pub fn theme(&self) -> Theme {
        let is_other = |locale: &str| {
            let locale = locale.to_lowercase();
            locale == "c" || locale == "posix" || (locale.contains('.') && !locale.replace('-', "").contains("utf8"))
        };
        Theme::new(self.no_color.is_none(), !self.locale.as_deref().is_some_and(is_other))
    }
}
