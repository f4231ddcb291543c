//! What can be reached from this terminal: its clipboard, a browser, addresses that it opens by itself.

/// What is known of the terminal and of what stands around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalCapabilities {
    /// The variable `TERM`.
    pub term: String,
    pub in_tmux: bool,
    /// The operator sits at another machine.
    pub over_ssh: bool,
    /// The operator's own choice of a browser.
    pub browser: Option<String>,
    /// True where there is a desktop that a browser can open on.
    pub has_desktop: bool,
}

/// Terminals that show a sequence which they do not know as text, or have no clipboard.
const MINIMAL_TERMINALS: [&str; 8] = ["", "linux", "dumb", "vt52", "vt100", "vt220", "ansi", "cons25"];

impl TerminalCapabilities {
    /// True where a sequence that the terminal does not know does no harm.
    pub fn supports_escape_sequences(&self) -> bool {
        !MINIMAL_TERMINALS.contains(&self.term.as_str())
    }

    /// GNU screen, which hands on nothing that is not wrapped.
    pub fn is_gnu_screen(&self) -> bool {
        self.term.starts_with("screen") && !self.in_tmux
    }

    /// True where addresses are made links (OSC 8).
    pub fn supports_hyperlinks(&self) -> bool {
        self.supports_escape_sequences() && !self.is_gnu_screen()
    }

    /// The command that opens an address, with a desktop in reach.
    pub fn browser_command(&self) -> Option<String> {
        if self.over_ssh {
            return None;
        }
        // A list is tried from its first by convention; one is enough here.
        let own = self.browser.as_deref().and_then(|list| list.split(':').next()).filter(|name| !name.is_empty());
        own.map(str::to_owned).or_else(|| self.has_desktop.then(|| "xdg-open".to_owned()))
    }
}
