//! Settings of the console (section `[console]`), and the environment variables that describe the terminal.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::preferences::{Preferences, PreferencesError};
use super::terminal_capabilities::TerminalCapabilities;
use super::theme::Theme;
use super::theme_file::{self, ThemeError};

/// Settings of the console, from the settings file and the environment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settings {
    /// File with the operator's key bindings. It may be missing.
    pub keys: PathBuf,
    /// Columns of a batch's table, separated by commas; empty for the default columns.
    #[serde(default)]
    pub columns: Option<String>,
    /// File with the columns that were chosen in the console. It may be missing.
    pub columns_file: PathBuf,
    /// File for saved views and the place where the console was left. It may be missing.
    pub state_file: PathBuf,
    /// Column by which a batch is sorted when it is opened; a `-` before it means descending.
    #[serde(default)]
    pub sort: Option<String>,
    /// Whether the console captures the mouse from the start.
    #[serde(default)]
    pub mouse: bool,
    /// Name of the theme: `auto` (light or dark, depending on the terminal's background), `dark`, `light`,
    /// `high-contrast`, `color-blind` or `mono`.
    pub theme: String,
    /// File with styles that replace those of the theme. It may be missing.
    pub theme_file: PathBuf,
    /// The variable `TERM`.
    #[serde(default)]
    pub term: Option<String>,
    /// The variable `NO_COLOR`, which disables colors if it is set (no-color.org).
    #[serde(default)]
    pub no_color: Option<String>,
    /// Whether the terminal's bell rings for a scan that needs attention.
    #[serde(default)]
    #[serde(rename = "bell")]
    pub audible_alert: bool,
    /// Whether the terminal shows the batch in its title and taskbar, and notifies the operator.
    #[serde(default = "enabled")]
    pub notifications: bool,
    /// Time in milliseconds without a key that ends a scan, for a scanner that sends nothing after a code; 0 waits for
    /// a key.
    #[serde(default)]
    pub scan_pause_ms: u64,
    /// The locale. Symbols beyond ASCII are not used if it names an encoding other than UTF-8.
    #[serde(default)]
    pub locale: Option<String>,
    /// The variable `TMUX`, which is set inside tmux.
    #[serde(default)]
    pub tmux: Option<String>,
    /// The variable `SSH_CONNECTION`, which is set if the operator is connected over ssh.
    #[serde(default)]
    pub ssh: Option<String>,
    /// The variable `BROWSER`, the command that opens an address.
    #[serde(default)]
    pub browser: Option<String>,
    /// The variable `DISPLAY` or `WAYLAND_DISPLAY`, which is set on a desktop.
    #[serde(default)]
    pub display: Option<String>,
    /// The variable `LC_TERMINAL` or `TERM_PROGRAM`, which names the terminal emulator.
    #[serde(default)]
    pub emulator: Option<String>,
    /// The variable `WT_SESSION`, which is set in Windows Terminal.
    #[serde(default)]
    pub windows_terminal: Option<String>,
    /// The variable `KITTY_WINDOW_ID`, which is set in kitty.
    #[serde(default)]
    pub kitty: Option<String>,
    /// The variable `GHOSTTY_RESOURCES_DIR`, which is set in Ghostty, even inside tmux, which sets its own
    /// `TERM_PROGRAM`.
    #[serde(default)]
    pub ghostty: Option<String>,
    /// The variable `WEZTERM_PANE`, which is set in WezTerm, even inside tmux.
    #[serde(default)]
    pub wezterm: Option<String>,
    /// The variable `VTE_VERSION`, which is set in terminals that use the VTE library.
    #[serde(default)]
    pub vte: Option<String>,
}

/// Name of the theme that follows the terminal's background.
const AUTOMATIC_THEME: &str = "auto";

const fn enabled() -> bool {
    true
}

impl Settings {
    /// Returns the operator's preferences.
    ///
    /// # Errors
    /// Returns [`PreferencesError`].
    pub fn preferences(&self) -> Result<Preferences, PreferencesError> {
        let text = |setting: &Option<String>| setting.clone().unwrap_or_default();
        let preferences =
            Preferences::from_settings(&text(&self.columns), &text(&self.sort), self.columns_file.clone())?;
        Ok(Preferences {
            capture_mouse: self.mouse,
            audible_alert: self.audible_alert,
            notifications: self.notifications,
            scan_idle_timeout: Duration::from_millis(self.scan_pause_ms),
            ..preferences
        })
    }

    /// Returns the theme. A container often has no locale although the operator's terminal shows UTF-8, so only a
    /// locale that names another encoding, or a terminal without the symbols, restricts symbols to ASCII.
    ///
    /// # Errors
    /// Returns [`ThemeError`] if the theme is unknown, or the theme file is invalid or cannot be read.
    pub fn theme(&self) -> Result<Theme, ThemeError> {
        self.theme_named(if self.theme == AUTOMATIC_THEME { "dark" } else { &self.theme })
    }

    /// Returns the theme for a terminal with a light background; `None` if the settings name a theme or disable colors.
    ///
    /// # Errors
    /// Returns [`ThemeError`] if the theme file is invalid or cannot be read.
    pub fn light_theme(&self) -> Result<Option<Theme>, ThemeError> {
        let is_automatic = self.theme == AUTOMATIC_THEME && self.has_colors();
        is_automatic.then(|| self.theme_named("light")).transpose()
    }

    /// Returns true if the console is drawn in colors.
    pub fn has_colors(&self) -> bool {
        self.no_color.is_none() && self.terminal_capabilities().supports_colors()
    }

    fn theme_named(&self, configured: &str) -> Result<Theme, ThemeError> {
        let is_ascii = |locale: &str| {
            let locale = locale.to_lowercase();
            locale == "c" || locale == "posix" || (locale.contains('.') && !locale.replace('-', "").contains("utf8"))
        };
        let capabilities = self.terminal_capabilities();
        let has_symbols = capabilities.supports_symbols() && !self.locale.as_deref().is_some_and(is_ascii);
        let plain = Theme::new(self.has_colors(), has_symbols).with_hyperlinks(capabilities.supports_hyperlinks());
        // Without colors, `mono` shows with emphasis what the other themes show with color.
        let name = if self.has_colors() { configured } else { "mono" };
        let theme = theme_file::built_in_theme(plain, configured).map(|_| plain.with_built_in(name))?;
        match std::fs::read_to_string(&self.theme_file) {
            Ok(text) => theme_file::apply_file(theme, &self.theme_file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(theme),
            Err(error) => Err(ThemeError::Unreadable {
                file: self.theme_file.display().to_string(),
                why: files::describe_io_error(&error),
            }),
        }
    }

    /// Returns the name of the terminal emulator in lower case. tmux reports its own name, but passes the variables on
    /// by which emulators are recognized.
    fn emulator_name(&self) -> String {
        let is_set = |variable: &Option<String>| variable.as_deref().is_some_and(|value| !value.is_empty());
        let emulator = self.emulator.clone().unwrap_or_default().to_lowercase();
        match emulator.as_str() {
            "tmux" if is_set(&self.ghostty) => "ghostty".to_owned(),
            "tmux" if is_set(&self.wezterm) => "wezterm".to_owned(),
            _ => emulator,
        }
    }

    /// Returns the capabilities of the terminal.
    pub fn terminal_capabilities(&self) -> TerminalCapabilities {
        let is_set = |variable: &Option<String>| variable.as_deref().is_some_and(|value| !value.is_empty());
        TerminalCapabilities {
            term: self.term.clone().unwrap_or_default(),
            in_tmux: is_set(&self.tmux),
            over_ssh: is_set(&self.ssh),
            browser: self.browser.clone(),
            has_desktop: is_set(&self.display),
            emulator: self.emulator_name(),
            is_windows_terminal: is_set(&self.windows_terminal),
            is_kitty: is_set(&self.kitty),
            vte_version: self.vte.as_deref().and_then(|version| version.parse().ok()).unwrap_or_default(),
        }
    }
}
