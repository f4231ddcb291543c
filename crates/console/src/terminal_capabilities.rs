//! The capabilities of the terminal: its clipboard, a browser, hyperlinks, titles, notifications.

/// Capabilities of the terminal, from environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable of the environment, set or not")]
pub struct TerminalCapabilities {
    /// The variable `TERM`.
    pub term: String,
    pub in_tmux: bool,
    /// Whether the operator is connected over ssh.
    pub over_ssh: bool,
    /// The operator's browser, from the variable `BROWSER`.
    pub browser: Option<String>,
    /// Whether a browser can open on a desktop.
    pub has_desktop: bool,
    /// The terminal emulator, from the variable `LC_TERMINAL` or `TERM_PROGRAM`, in lower case.
    pub emulator: String,
    /// Whether the terminal is Windows Terminal (variable `WT_SESSION`).
    pub is_windows_terminal: bool,
    /// Whether the terminal is kitty (variable `KITTY_WINDOW_ID`).
    pub is_kitty: bool,
    /// Version of the VTE library, such as 7602 for 0.76.2 (variable `VTE_VERSION`); 0 in other terminals.
    pub vte_version: u32,
}

/// Escape sequence for a desktop notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotificationProtocol {
    /// `OSC 9 ; text`, of iTerm2.
    Osc9,
    /// `OSC 777 ; notify ; title ; text`, of rxvt-unicode.
    Osc777,
}

/// Terminals that print unknown escape sequences as text, or have no clipboard.
const MINIMAL_TERMINALS: [&str; 8] = ["", "linux", "dumb", "vt52", "vt100", "vt220", "ansi", "cons25"];

/// Terminals that read `ESC [ 38 ; 5 ; n m`, with which the console sets a color, as the order to blink. They have no colors,
/// or only those of `ESC [ 3n m`.
const TERMINALS_WITHOUT_INDEXED_COLORS: [&str; 7] = ["vt52", "vt100", "vt102", "vt220", "vt320", "ansi", "cons25"];

/// First version of VTE with taskbar progress: 0.80.
const VTE_WITH_PROGRESS: u32 = 8000;

impl TerminalCapabilities {
    /// Returns true if the terminal ignores unknown escape sequences.
    pub(crate) fn supports_escape_sequences(&self) -> bool {
        !MINIMAL_TERMINALS.contains(&self.term.as_str())
    }

    /// Returns true if the terminal shows the colors of the console.
    pub(super) fn supports_colors(&self) -> bool {
        // `vt100-w` and `vt220-8bit` are variants of the same terminals; `xterm-mono` and `screen-m` have no colors.
        let mut parts = self.term.split('-');
        let name = parts.next().unwrap_or_default();
        !TERMINALS_WITHOUT_INDEXED_COLORS.contains(&name) && !parts.any(|part| part == "m" || part == "mono")
    }

    /// Returns true if the terminal can show the console's symbols beyond ASCII. The Linux console has fonts of at most
    /// 512 characters, without `⏎`, `✓` or rounded corners.
    pub(super) fn supports_symbols(&self) -> bool {
        let name = self.term.split('-').next().unwrap_or_default();
        name != "linux" && !TERMINALS_WITHOUT_INDEXED_COLORS.contains(&name)
    }

    /// Returns true for GNU screen, which only passes on escape sequences in its own wrapper.
    pub(crate) fn is_gnu_screen(&self) -> bool {
        self.term.starts_with("screen") && !self.in_tmux
    }

    /// Returns true if addresses can be drawn as hyperlinks (OSC 8).
    pub(crate) fn supports_hyperlinks(&self) -> bool {
        self.supports_escape_sequences() && !self.is_gnu_screen()
    }

    /// Returns the command that opens an address; `None` over ssh or without a desktop.
    pub(crate) fn browser_command(&self) -> Option<String> {
        if self.over_ssh {
            return None;
        }
        // `BROWSER` can be a list, whose first entry is used.
        let own = self.browser.as_deref().and_then(|list| list.split(':').next()).filter(|name| !name.is_empty());
        own.map(str::to_owned).or_else(|| self.has_desktop.then(|| "xdg-open".to_owned()))
    }

    /// Returns true if the terminal has a window title that programs can set. GNU screen would use the title as the
    /// name of one of its windows.
    pub(crate) fn supports_window_title(&self) -> bool {
        self.supports_escape_sequences() && !self.is_gnu_screen()
    }

    /// Returns true if the terminal can be asked for its background color and for unambiguous keys. Terminals without
    /// these features ignore the queries.
    pub(crate) fn accepts_queries(&self) -> bool {
        self.supports_escape_sequences() && !self.is_gnu_screen()
    }

    /// Returns true if the terminal is known to report Esc unambiguously on request (kitty keyboard protocol).
    pub(crate) fn reports_escape_unambiguously(&self) -> bool {
        let is_known = self.term == "xterm-kitty" || self.is_ghostty() || self.term.starts_with("foot");
        is_known && !self.in_tmux
    }

    /// Returns true if the terminal shows progress in the taskbar (OSC 9;4). Others interpret the sequence as a
    /// notification.
    pub(crate) fn supports_progress(&self) -> bool {
        let is_known = self.is_windows_terminal
            || self.is_ghostty()
            || self.emulator == "mintty"
            || self.vte_version >= VTE_WITH_PROGRESS;
        is_known && self.supports_escape_sequences() && !self.is_gnu_screen()
    }

    /// Returns the sequence for desktop notifications; `None` if the terminal is not known to show any.
    pub(crate) fn notification_protocol(&self) -> Option<NotificationProtocol> {
        if !self.supports_escape_sequences() || self.is_gnu_screen() {
            return None;
        }
        let is_kitty = self.is_kitty || self.term == "xterm-kitty";
        if is_kitty || self.is_ghostty() || ["iterm.app", "iterm2", "wezterm"].contains(&self.emulator.as_str()) {
            return Some(NotificationProtocol::Osc9);
        }
        let has_osc777 = self.term.starts_with("foot") || self.term.starts_with("rxvt-unicode");
        has_osc777.then_some(NotificationProtocol::Osc777)
    }

    fn is_ghostty(&self) -> bool {
        self.emulator == "ghostty" || self.term == "xterm-ghostty"
    }

    /// Wraps a sequence so that tmux passes it on to the terminal (`allow-passthrough`). Outside tmux, returns it
    /// unchanged.
    pub(crate) fn wrap_for_tmux(&self, sequence: &str) -> String {
        if !self.in_tmux || sequence.is_empty() {
            return sequence.to_owned();
        }
        format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
    }
}
