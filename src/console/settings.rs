//! `[console]`: keys, and what the terminal can show.

use std::path::PathBuf;

use serde::Deserialize;

use super::reach::Reach;
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
    /// The locale: signs beyond ASCII where its encoding is UTF-8.
    #[serde(default)]
    pub locale: Option<String>,
    /// The variable `TMUX`: the terminal is tmux.
    #[serde(default)]
    pub tmux: Option<String>,
    /// The variable `SSH_CONNECTION`: the operator sits elsewhere.
    #[serde(default)]
    pub ssh: Option<String>,
    /// The variable `BROWSER`: what opens an address.
    #[serde(default)]
    pub browser: Option<String>,
    /// The variable `DISPLAY` or `WAYLAND_DISPLAY`: there is a desktop.
    #[serde(default)]
    pub display: Option<String>,
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
            .with_links(self.reach().opens_addresses())
    }

    /// What can be reached from this terminal.
    pub fn reach(&self) -> Reach {
        let is_set = |variable: &Option<String>| variable.as_deref().is_some_and(|value| !value.is_empty());
        Reach {
            term: self.term.clone().unwrap_or_default(),
            in_tmux: is_set(&self.tmux),
            over_ssh: is_set(&self.ssh),
            browser: self.browser.clone(),
            has_desktop: is_set(&self.display),
        }
    }
}
