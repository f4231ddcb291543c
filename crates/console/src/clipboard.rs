//! The operator's clipboard, wherever he sits: OSC 52, which goes over ssh; through tmux and screen in their wrappers; and
//! a file where the terminal has none, the text is too long for one, or the same is copied again because nothing came.

use std::io::{self, Write as _};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::terminal_capabilities::TerminalCapabilities;

/// Terminals take 100,000 bytes of the sequence at least (xterm's limit; kitty and tmux take more).
const MAX_OSC52_BYTES: usize = 74_000;

/// GNU screen hands on so many bytes of a wrapped sequence at once.
const SCREEN_CHUNK_BYTES: usize = 760;

/// What is shown of a copied text.
const MAX_SHOWN_CHARS: usize = 60;

/// The clipboard, and what was copied last.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    last_copied: Option<String>,
}

/// How a text is copied.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CopyMethod {
    /// The terminal is handed this.
    Osc52(String),
    /// It goes into a file.
    File,
}

impl Clipboard {
    /// How this text is to be copied.
    pub(super) fn copy_method(&mut self, text: &str, reach: &TerminalCapabilities) -> CopyMethod {
        let again = self.last_copied.as_deref() == Some(text);
        self.last_copied = (!again).then(|| text.to_owned());
        if again || !reach.supports_escape_sequences() || text.len() > MAX_OSC52_BYTES {
            CopyMethod::File
        } else {
            CopyMethod::Osc52(osc52_sequence(text, reach))
        }
    }
}

/// `copied Fear Of A Black Planet; again for a file`
pub(super) fn copied_message(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let cut = first.chars().take(MAX_SHOWN_CHARS).collect::<String>();
    let more = if cut.len() < text.len() { " …" } else { "" };
    format!("copied {cut}{more}; the same key again puts it into a file")
}

fn osc52_sequence(text: &str, reach: &TerminalCapabilities) -> String {
    let bare = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if reach.in_tmux {
        // By itself for `set-clipboard on`, wrapped for `allow-passthrough on`: which of them is set cannot be seen.
        let wrapped = bare.replace('\x1b', "\x1b\x1b");
        return format!("{bare}\x1bPtmux;{wrapped}\x1b\\");
    }
    if reach.is_gnu_screen() {
        // Only ASCII, so that any place may be cut.
        let items = bare.as_bytes().chunks(SCREEN_CHUNK_BYTES).map(String::from_utf8_lossy);
        return items.map(|item| ["\x1bP", &*item, "\x1b\\"].concat()).collect();
    }
    bare
}

/// Puts it into a file of its own that nobody else may read.
///
/// # Errors
/// Where there is no place for it.
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
        let way = |reach: &TerminalCapabilities| Clipboard::default().copy_method("a", reach);
        assert_eq!(way(&capabilities("xterm", false)), CopyMethod::Osc52("\x1b]52;c;YQ==\x07".to_owned()));
        let in_tmux = "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\";
        assert_eq!(way(&capabilities("tmux-256color", true)), CopyMethod::Osc52(in_tmux.to_owned()));
        assert_eq!(way(&capabilities("screen", false)), CopyMethod::Osc52("\x1bP\x1b]52;c;YQ==\x07\x1b\\".to_owned()));
        assert_eq!(way(&capabilities("linux", false)), CopyMethod::File);
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
