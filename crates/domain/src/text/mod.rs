//! External text (from upstreams, files, users): sanitized, cut for listings, and fitted to terminal columns.

pub mod count;
pub mod display;
pub mod error_message;
pub mod sanitize;
pub mod terminal;
pub mod time;

/// The byte order mark that programs put at the beginning of a UTF-8 text.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Returns true if the text has letters and all of them are Latin.
pub fn is_latin(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(is_latin_letter)
}

/// Returns true for a letter in the Latin blocks of Unicode: Basic Latin to IPA Extensions, Latin Extended Additional,
/// C and D, and the full-width forms.
fn is_latin_letter(letter: char) -> bool {
    matches!(letter, '\0'..='\u{2ff}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}'
        | '\u{ff21}'..='\u{ff5a}')
}
