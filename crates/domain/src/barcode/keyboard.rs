//! Recognizes codes from a scanner whose keyboard layout differs from the computer's, so that digit keys produce other
//! characters.

use super::super::upc::Upc;

/// A keyboard state in which the digit row produces other characters: usually a layout whose digits need the Shift key,
/// which a scanner does not press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::VariantArray)]
pub enum KeyboardLayout {
    /// AZERTY, used in France and Belgium.
    #[strum(serialize = "French (AZERTY)")]
    French,
    /// Czech QWERTZ.
    #[strum(serialize = "Czech")]
    Czech,
    /// Slovak QWERTZ.
    #[strum(serialize = "Slovak")]
    Slovak,
    /// Lithuanian, whose 9 and 0 keys produce digits.
    #[strum(serialize = "Lithuanian")]
    Lithuanian,
    /// English (US) with Shift or Shift Lock.
    #[strum(serialize = "shifted English")]
    ShiftedEnglish,
    /// German with Shift or Shift Lock.
    #[strum(serialize = "shifted German")]
    ShiftedGerman,
}

impl KeyboardLayout {
    /// Returns the characters of the keys 1 to 9 and 0, without the Shift key.
    const fn digit_row(self) -> &'static str {
        match self {
            Self::French => "&é\"'(-è_çà",
            Self::Czech => "+ěščřžýáíé",
            Self::Slovak => "+ľščťžýáíé",
            Self::Lithuanian => "ąčęėįšųū90",
            Self::ShiftedEnglish => "!@#$%^&*()",
            Self::ShiftedGerman => "!\"§$%&/()=",
        }
    }

    /// Returns the layout with which `text` is a typed barcode, and the barcode.
    pub(super) fn detect(text: &str) -> Option<(Self, Upc)> {
        let is_typed = |byte: u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b' ' | b'-' | b'\t');
        if text.bytes().filter(|byte| is_typed(*byte)).count() < 6 {
            return None;
        }
        strum::VariantArray::VARIANTS.iter().find_map(|layout: &Self| {
            let upc = type_digits(text, layout.digit_row())?.parse().ok()?;
            Some((*layout, upc))
        })
    }
}

/// Returns the digits of the keys that produced `text`; `None` if `row` lacks one of its characters. Belgian AZERTY has
/// `§` and `!` on the keys 6 and 8.
fn type_digits(text: &str, row: &str) -> Option<String> {
    let digit = |character: char| {
        let character = match character {
            '§' if !row.contains('§') => '-',
            '!' if !row.contains('!') => '_',
            other => other,
        };
        let index = row.chars().position(|key| key == character)?;
        char::from_digit(u32::try_from((index + 1) % 10).ok()?, 10)
    };
    text.trim().chars().map(digit).collect()
}
