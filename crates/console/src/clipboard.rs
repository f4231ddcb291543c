//! The operator's clipboard, wherever he sits: OSC 52, which goes over ssh; through tmux and screen in their wrappers; and
//! a file where the terminal has none, the text is too long for one, or the same is copied again because nothing came.

use std::io::{self, Write as _};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::reach::Reach;

/// Terminals take 100,000 bytes of the sequence at least (xterm's limit; kitty and tmux take more).
const LONGEST: usize = 74_000;

/// GNU screen hands on so many bytes of a wrapped sequence at once.
const OF_SCREEN: usize = 760;

/// What is shown of a copied text.
const SHOWN: usize = 60;

/// The clipboard, and what was copied last.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    last: Option<String>,
}

/// How a text is copied.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The terminal is handed this.
    Sequence(String),
    /// It goes into a file.
    File,
}

impl Clipboard {
    /// How this text is to be copied.
    pub(super) fn copy(&mut self, text: &str, reach: &Reach) -> Way {
        let again = self.last.as_deref() == Some(text);
        self.last = (!again).then(|| text.to_owned());
        if again || !reach.takes_sequences() || text.len() > LONGEST {
            Way::File
        } else {
            Way::Sequence(sequence(text, reach))
        }
    }
}

/// `copied Fear Of A Black Planet; again for a file`
pub(super) fn said(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let cut = first.chars().take(SHOWN).collect::<String>();
    let more = if cut.len() < text.len() { " …" } else { "" };
    format!("copied {cut}{more}; the same key again puts it into a file")
}

fn sequence(text: &str, reach: &Reach) -> String {
    let bare = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if reach.in_tmux {
        // By itself for `set-clipboard on`, wrapped for `allow-passthrough on`: which of them is set cannot be seen.
        let wrapped = bare.replace('\x1b', "\x1b\x1b");
        return format!("{bare}\x1bPtmux;{wrapped}\x1b\\");
    }
    if reach.in_screen() {
        // Only ASCII, so that any place may be cut.
        let pieces = bare.as_bytes().chunks(OF_SCREEN).map(String::from_utf8_lossy);
        return pieces.map(|piece| ["\x1bP", &*piece, "\x1b\\"].concat()).collect();
    }
    bare
}

/// Puts it into a file of its own that nobody else may read.
///
/// # Errors
/// Where there is no place for it.
pub(super) fn keep(text: &str) -> io::Result<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("draft-maker-").suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.keep().map(|(_, path)| path).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(term: &str, in_tmux: bool) -> Reach {
        Reach { term: term.to_owned(), in_tmux, ..Reach::default() }
    }

    #[test]
    fn the_terminal_is_told_in_its_way() {
        let way = |reach: &Reach| Clipboard::default().copy("a", reach);
        assert_eq!(way(&reach("xterm", false)), Way::Sequence("\x1b]52;c;YQ==\x07".to_owned()));
        let in_tmux = "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\";
        assert_eq!(way(&reach("tmux-256color", true)), Way::Sequence(in_tmux.to_owned()));
        assert_eq!(way(&reach("screen", false)), Way::Sequence("\x1bP\x1b]52;c;YQ==\x07\x1b\\".to_owned()));
        assert_eq!(way(&reach("linux", false)), Way::File);
    }

    #[test]
    fn a_file_is_the_last_resort() {
        let mut clipboard = Clipboard::default();
        let terminal = reach("xterm", false);
        assert!(matches!(clipboard.copy("a", &terminal), Way::Sequence(_)));
        assert_eq!(clipboard.copy("a", &terminal), Way::File, "the same again: nothing had come");
        assert!(matches!(clipboard.copy("a", &terminal), Way::Sequence(_)));
        assert_eq!(clipboard.copy(&"a".repeat(LONGEST + 1), &terminal), Way::File);
        let path = keep("whole").expect("a place for it");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "whole");
        std::fs::remove_file(path).expect("it goes");
    }
}
