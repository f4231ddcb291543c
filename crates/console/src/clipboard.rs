//! Copies text to the operator's clipboard with OSC 52, which also works over ssh, and inside tmux and GNU screen if
//! the sequence is wrapped. The text is saved to a file instead in three cases: the terminal has no clipboard, the text
//! is too long, or the operator copies it again because it did not arrive.

use std::io::{self, Write as _};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::terminal_capabilities::TerminalCapabilities;

/// Maximum bytes of a text for OSC 52. Terminals accept at least 100,000 bytes of Base64 (xterm's limit; kitty and tmux
/// accept more).
const MAX_OSC52_BYTES: usize = 74_000;

/// Maximum bytes of a wrapped sequence that GNU screen accepts at a time.
const SCREEN_CHUNK_BYTES: usize = 760;

/// Maximum characters of a copied text that the message shows.
const MAX_SHOWN_CHARS: usize = 60;

/// The clipboard, with the last copied text.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    last_copied: Option<String>,
}

/// A method to copy a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CopyMethod {
    /// Sends this escape sequence to the terminal.
    Osc52(String),
    /// Writes the text to a file.
    File,
}

impl Clipboard {
    /// Chooses the method for this text, and remembers the text.
    pub(super) fn copy_method(&mut self, text: &str, capabilities: &TerminalCapabilities) -> CopyMethod {
        let is_repeated = self.last_copied.as_deref() == Some(text);
        self.last_copied = (!is_repeated).then(|| text.to_owned());
        if is_repeated || !capabilities.supports_escape_sequences() || text.len() > MAX_OSC52_BYTES {
            CopyMethod::File
        } else {
            CopyMethod::Osc52(osc52_sequence(text, capabilities))
        }
    }
}

/// Returns the message for the operator: `copied Fear Of A Black Planet; press the key again to save it to a file`.
pub(super) fn copied_message(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let cut = first.chars().take(MAX_SHOWN_CHARS).collect::<String>();
    let more = if cut.len() < text.len() { " …" } else { "" };
    format!("copied {cut}{more}; press the key again to save it to a file")
}

fn osc52_sequence(text: &str, capabilities: &TerminalCapabilities) -> String {
    let bare = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if capabilities.in_tmux {
        // Sent unwrapped for `set-clipboard on` and wrapped for `allow-passthrough on`, because the console cannot see
        // which option is set.
        return format!("{bare}{}", capabilities.wrap_for_tmux(&bare));
    }
    if capabilities.is_gnu_screen() {
        // The sequence is ASCII, so it can be cut anywhere.
        let chunks = bare.as_bytes().chunks(SCREEN_CHUNK_BYTES).map(String::from_utf8_lossy);
        return chunks.map(|chunk| ["\x1bP", &*chunk, "\x1b\\"].concat()).collect();
    }
    bare
}

/// Writes text to a new temporary file that only its owner can read (mode 0600). Returns its path.
///
/// # Errors
/// Returns the system's error if the file cannot be written.
pub(super) fn write_temp_file(text: &str) -> io::Result<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("draft-maker-").suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.keep().map(|(_, path)| path).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capabilities(term: &str, in_tmux: bool) -> TerminalCapabilities {
        TerminalCapabilities { term: term.to_owned(), in_tmux, ..TerminalCapabilities::default() }
    }

    #[test]
    fn sequence_fits_the_terminal() {
        let method = |terminal: &TerminalCapabilities| Clipboard::default().copy_method("a", terminal);
        assert_eq!(method(&capabilities("xterm", false)), CopyMethod::Osc52("\x1b]52;c;YQ==\x07".to_owned()));
        let in_tmux = "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\";
        assert_eq!(method(&capabilities("tmux-256color", true)), CopyMethod::Osc52(in_tmux.to_owned()));
        assert_eq!(
            method(&capabilities("screen", false)),
            CopyMethod::Osc52("\x1bP\x1b]52;c;YQ==\x07\x1b\\".to_owned())
        );
        assert_eq!(method(&capabilities("linux", false)), CopyMethod::File);
    }

    #[test]
    fn file_is_the_fallback() {
        let mut clipboard = Clipboard::default();
        let terminal = capabilities("xterm", false);
        assert!(matches!(clipboard.copy_method("a", &terminal), CopyMethod::Osc52(_)));
        assert_eq!(clipboard.copy_method("a", &terminal), CopyMethod::File, "the same again: nothing had come");
        assert!(matches!(clipboard.copy_method("a", &terminal), CopyMethod::Osc52(_)));
        assert_eq!(clipboard.copy_method(&"a".repeat(MAX_OSC52_BYTES + 1), &terminal), CopyMethod::File);
        let path = write_temp_file("whole").expect("a place for it");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "whole");
        std::fs::remove_file(path).expect("it goes");
    }
}
