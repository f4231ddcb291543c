//! Normalizes digits, spaces, hyphens and quotes of all scripts, input methods and word processors to ASCII.

use std::borrow::Cow;

use crate::text::sanitize::is_unsafe;

/// The zero of each script whose ten decimal digits are contiguous (Unicode, general category Nd).
const SCRIPT_ZEROS: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0,
    0x0f20, 0x1040, 0x17e0, 0x1810, 0x1d7ce, 0xff10,
];

/// Returns `text` with ASCII digits, spaces, hyphens and quotes, without invisible characters, and trimmed.
pub fn normalize_text(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(trimmed);
    }
    let normal: String = trimmed.chars().filter_map(normalize_character).collect();
    Cow::Owned(normal.trim().to_owned())
}

fn normalize_character(character: char) -> Option<char> {
    Some(match character {
        ' '..='~' => character,
        // Control characters that separate lines, pages or fields.
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{1c}'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        // Joiners have no meaning in a barcode.
        '\u{200c}' | '\u{200d}' => return None,
        _ if is_unsafe(character) => return None,
        _ if character.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{30fc}' | '\u{ff70}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{b4}' | '\u{2039}' | '\u{203a}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' | '\u{300c}' | '\u{300d}' => '"',
        // The full-width forms of ASCII are one block in the same order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xff01 + 0x21)?,
        _ => to_ascii_digit(character).unwrap_or(character),
    })
}

fn to_ascii_digit(character: char) -> Option<char> {
    let value =
        SCRIPT_ZEROS.iter().find_map(|zero| (character as u32).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}
