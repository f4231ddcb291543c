//! Reports the capabilities of the terminal, as far as they are known without querying it.

use super::check::DoctorCheck;
use crate::config::{Config, ConfigError};
use console::{ConsoleTerminal, Settings};

const PART: &str = "terminal";

pub(super) fn check_terminal(config: &Config) -> Result<DoctorCheck, ConfigError> {
    let settings = config.section::<Settings>("console")?;
    let term = settings.term.as_deref();
    if let Err(error) = ConsoleTerminal::check_available(term) {
        return Ok(DoctorCheck::note(PART, "terminal", "not usable for the console", error.to_string()));
    }
    let (cols, rows) = ratatui::crossterm::terminal::size().unwrap_or((80, 24));
    let colors = match settings.no_color {
        Some(_) => "no colors (NO_COLOR)",
        None if settings.has_colors() => "colors",
        None => "no colors (TERM)",
    };
    let theme = match settings.theme() {
        Ok(theme) => theme,
        Err(error) => {
            return Ok(DoctorCheck::fail(PART, "theme", error.to_string(), "fix the file, or move it away"));
        }
    };
    let signs = if theme.unicode { "Unicode symbols" } else { "ASCII symbols (locale or TERM)" };
    let term = term.unwrap_or("TERM is not set");
    let found = format!("{cols}x{rows}, {term}, {colors}, {signs}; copying over ssh: {}", clipboard_support(term));
    if cols < 40 || rows < 10 {
        return Ok(DoctorCheck::note(PART, "terminal", found, "make it 40x10 or larger; 80x24 shows all of a row"));
    }
    Ok(DoctorCheck::ok(PART, "terminal", found))
}

/// Describes the terminal's support for OSC 52 (copy to clipboard), judged by its name.
fn clipboard_support(term: &str) -> &'static str {
    let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    if begins(&["tmux", "screen"]) {
        "tmux needs `set -g set-clipboard on`, screen has none"
    } else if begins(&["xterm-kitty", "kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "contour"]) {
        "yes"
    } else if begins(&["linux", "vt"]) {
        "no"
    } else {
        "most terminals of this name do; it may have to be allowed in their settings"
    }
}
