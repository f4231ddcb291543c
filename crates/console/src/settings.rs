//! `[console]`: keys, and what the terminal can show.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::preferences::Preferences;
use super::terminal_capabilities::TerminalCapabilities;
use super::theme::Theme;
use super::theme_file;

/// Everything about the screen that the operator sets, himself or by his terminal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// The file with his own keys; it need not be there.
    pub keys: PathBuf,
    /// The columns of a batch's table, with commas between them; empty for the built-in ones.
    #[serde(default)]
    pub columns: Option<String>,
    /// The file with columns that were chosen in the console; it need not be there.
    pub columns_file: PathBuf,
    /// What a batch is sorted by when it is opened: a column, with `-` before it the greatest first.
    #[serde(default)]
    pub sort: Option<String>,
    /// The mouse is the console's from the start.
    #[serde(default)]
    pub mouse: bool,
    /// `dark`, `light` or `mono`.
    pub theme: String,
    /// The file with styles of his own over the theme; it need not be there.
    pub theme_file: PathBuf,
    /// The variable `TERM`.
    #[serde(default)]
    pub term: Option<String>,
    /// The variable `NO_COLOR`: no colours where it says anything (no-color.org).
    #[serde(default)]
    pub no_color: Option<String>,
    /// Whether the terminal's bell is rung for a scan that needs a look.
    #[serde(default)]
    #[serde(rename = "bell")]
    pub audible_alert: bool,
    /// In milliseconds: so much silence ends a scan, for a scanner that sends nothing behind a code. 0 waits for a key.
    #[serde(default)]
    pub scan_pause_ms: u64,
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
    /// The tables as he wishes them.
    ///
    /// # Errors
    /// In words: what is no column, and where it stands.
    pub fn preferences(&self) -> Result<Preferences, String> {
        let text = |setting: &Option<String>| setting.clone().unwrap_or_default();
        let taste = Preferences::from_settings(&text(&self.columns), &text(&self.sort), self.columns_file.clone())?;
        let scan_pause = Duration::from_millis(self.scan_pause_ms);
        Ok(Preferences {
            capture_mouse: self.mouse,
            audible_alert: self.audible_alert,
            scan_idle_timeout: scan_pause,
            ..taste
        })
    }

    /// How things look by these settings. A container often has no locale at all, and its terminal is the operator's
    /// own, so only a locale that names another encoding keeps to ASCII.
    ///
    /// # Errors
    /// In words: where the theme is none, and in the file with its line.
    pub fn theme(&self) -> Result<Theme, String> {
        let is_other = |locale: &str| {
            let locale = locale.to_lowercase();
            locale == "c" || locale == "posix" || (locale.contains('.') && !locale.replace('-', "").contains("utf8"))
        };
        let plain = Theme::new(self.no_color.is_none(), !self.locale.as_deref().is_some_and(is_other));
        let plain = plain.with_hyperlinks(self.terminal_capabilities().supports_hyperlinks());
        // Where there are no colours, what only they set apart needs other means.
        let name = if self.no_color.is_some() { "mono" } else { &self.theme };
        let theme = theme_file::built_in_theme(plain, &self.theme)
            .map(|_| plain.with_built_in(name))
            .map_err(|error| error.to_string())?;
        match std::fs::read_to_string(&self.theme_file) {
            Ok(text) => theme_file::apply_file(theme, &self.theme_file, &text).map_err(|error| error.to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(theme),
            Err(error) => Err(format!("{}: {error}", self.theme_file.display())),
        }
    }

    /// What can be reached from this terminal.
    pub fn terminal_capabilities(&self) -> TerminalCapabilities {
        let is_set = |variable: &Option<String>| variable.as_deref().is_some_and(|value| !value.is_empty());
        TerminalCapabilities {
            term: self.term.clone().unwrap_or_default(),
            in_tmux: is_set(&self.tmux),
            over_ssh: is_set(&self.ssh),
            browser: self.browser.clone(),
            has_desktop: is_set(&self.display),
        }
    }
}
