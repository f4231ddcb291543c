//! What the terminal can do: its clipboard, a browser, hyperlinks.

/// What the environment tells about the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalCapabilities {
    /// The variable `TERM`.
    pub term: String,
    pub in_tmux: bool,
    /// True if the operator is connected over ssh.
    pub over_ssh: bool,
    /// The operator's browser, from the variable `BROWSER`.
    pub browser: Option<String>,
    /// True if a browser can open on a desktop.
    pub has_desktop: bool,
}

/// Terminals that print unknown escape sequences as text, or have no clipboard.
const MINIMAL_TERMINALS: [&str; 8] = ["", "linux", "dumb", "vt52", "vt100", "vt220", "ansi", "cons25"];

impl TerminalCapabilities {
    /// Returns true if the terminal ignores escape sequences that it does not know.
    pub fn supports_escape_sequences(&self) -> bool {
        !MINIMAL_TERMINALS.contains(&self.term.as_str())
    }

    /// Returns true for GNU screen, which passes on only escape sequences in its own wrapper.
    pub fn is_gnu_screen(&self) -> bool {
        self.term.starts_with("screen") && !self.in_tmux
    }

    /// Returns true if addresses are drawn as hyperlinks (OSC 8).
    pub fn supports_hyperlinks(&self) -> bool {
        self.supports_escape_sequences() && !self.is_gnu_screen()
    }

    /// Returns the command that opens an address; `None` over ssh and without a desktop.
    pub fn browser_command(&self) -> Option<String> {
        if self.over_ssh {
            return None;
        }
        // `BROWSER` can be a list, of which the first is used.
        let own = self.browser.as_deref().and_then(|list| list.split(':').next()).filter(|name| !name.is_empty());
        own.map(str::to_owned).or_else(|| self.has_desktop.then(|| "xdg-open".to_owned()))
    }
}
