//! Codes that a scanner typed while the computer expected another keyboard: the row of digits then gives other characters.

use super::super::upc::Upc;

/// A state of the keyboard in which the digit row gives other characters: mostly a layout whose digits need the shift key,
/// which a scanner does not press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::VariantArray)]
pub enum KeyboardLayout {
    /// AZERTY, of France and Belgium.
    #[strum(serialize = "French (AZERTY)")]
    French,
    /// Czech QWERTZ.
    #[strum(serialize = "Czech")]
    Czech,
    /// Slovak QWERTZ.
    #[strum(serialize = "Slovak")]
    Slovak,
    /// Lithuanian, which keeps the keys 9 and 0.
    #[strum(serialize = "Lithuanian")]
    Lithuanian,
    /// English (US) with the shift key held, or with shift lock.
    #[strum(serialize = "shifted English")]
    ShiftedEnglish,
    /// German with the shift key held, or with shift lock.
    #[strum(serialize = "shifted German")]
    ShiftedGerman,
}

impl KeyboardLayout {
    /// The characters of the keys 1 to 9 and 0, without the shift key.
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

    /// Returns the layout under which the keys of `text` are a barcode, and that barcode.
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

/// Returns the digits of the keys that gave `text`, or `None` if one of its characters is not in `row`. Belgium types `§`
/// and `!` for the 6 and 8 of France.
fn type_digits(text: &str, row: &str) -> Option<String> {
    let digit = |character: char| {
        let character = match character {
            '§' if !row.contains('§') => '-',
            '!' if !row.contains('!') => '_',
            other => other,
        };
        let place = row.chars().position(|key| key == character)?;
        char::from_digit(u32::try_from((place + 1) % 10).ok()?, 10)
    };
    text.trim().chars().map(digit).collect()
}
