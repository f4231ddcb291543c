//! What the terminal can show, from what is known without asking it.

use super::Line;
use crate::config::{Config, ConfigError};
use console::{Settings, Terminal};

const PART: &str = "terminal";

pub(super) fn line(config: &Config) -> Result<Line, ConfigError> {
    let settings = config.section::<Settings>("console")?;
    let term = settings.term.as_deref();
    if let Err(error) = Terminal::there_is_one(term) {
        return Ok(Line::note(PART, "terminal", "none that a console can be shown on", error.to_string()));
    }
    let (cols, rows) = ratatui::crossterm::terminal::size().unwrap_or((80, 24));
    let colours = if settings.no_color.is_none() { "colours" } else { "no colours (NO_COLOR)" };
    let theme = match settings.theme() {
        Ok(theme) => theme,
        Err(why) => return Ok(Line::fail(PART, "theme", why, "mend the file, or move it away")),
    };
    let signs = if theme.unicode { "signs beyond ASCII" } else { "ASCII only, by the locale" };
    let term = term.unwrap_or("TERM is not set");
    let found = format!("{cols}x{rows}, {term}, {colours}, {signs}; copying over ssh: {}", clipboard(term));
    if cols < 40 || rows < 10 {
        return Ok(Line::note(PART, "terminal", found, "make it 40x10 or larger; 80x24 shows all of a row"));
    }
    Ok(Line::ok(PART, "terminal", found))
}

/// Whether a copied text reaches the clipboard (OSC 52), as far as the name of the terminal tells.
fn clipboard(term: &str) -> &'static str {
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
