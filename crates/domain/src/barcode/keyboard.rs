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
    /// French bépo.
    #[strum(serialize = "French (bépo)")]
    Bepo,
    /// Hungarian, whose 0 is to the left of the 1.
    #[strum(serialize = "Hungarian")]
    Hungarian,
    /// Thai (Kedmanee).
    #[strum(serialize = "Thai")]
    Thai,
    /// English (US) with Shift or Shift Lock.
    #[strum(serialize = "shifted English")]
    ShiftedEnglish,
    /// German with Shift or Shift Lock.
    #[strum(serialize = "shifted German")]
    ShiftedGerman,
    /// English (UK) with Shift or Shift Lock.
    #[strum(serialize = "shifted British")]
    ShiftedBritish,
    /// Danish, Finnish, Norwegian or Swedish with Shift or Shift Lock.
    #[strum(serialize = "shifted Nordic")]
    ShiftedNordic,
    /// Italian with Shift or Shift Lock.
    #[strum(serialize = "shifted Italian")]
    ShiftedItalian,
    /// Portuguese with Shift or Shift Lock.
    #[strum(serialize = "shifted Portuguese")]
    ShiftedPortuguese,
    /// Spanish with Shift or Shift Lock.
    #[strum(serialize = "shifted Spanish")]
    ShiftedSpanish,
    /// Swiss with Shift or Shift Lock.
    #[strum(serialize = "shifted Swiss")]
    ShiftedSwiss,
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
            Self::Bepo => "\"«»()@+-/*",
            Self::Hungarian => "123456789ö",
            Self::Thai => "ๅ/-ภถุึคตจ",
            Self::ShiftedBritish => "!\"£$%^&*()",
            Self::ShiftedNordic => "!\"#¤%&/()=",
            Self::ShiftedItalian => "!\"£$%&/()=",
            Self::ShiftedPortuguese => "!\"#$%&/()=",
            Self::ShiftedSpanish => "!\"·$%&/()=",
            Self::ShiftedSwiss => "+\"*ç%&/()=",
        }
    }

    /// Returns the layout with which a field of a line is a typed barcode, and the barcode.
    pub fn detect_in_line(line: &str) -> Option<(Self, Upc)> {
        let is_separator = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '|');
        let fields = line.split(is_separator).flat_map(|field| [field, field.trim_matches('"')]);
        fields.into_iter().find_map(Self::detect)
    }

    /// Returns the layout with which `text` is a typed barcode, and the barcode.
    pub(super) fn detect(text: &str) -> Option<(Self, Upc)> {
        let is_typed = |byte: u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b' ' | b'-' | b'\t');
        if text.bytes().filter(|byte| is_typed(*byte)).count() < 6 && !text.contains('ö') {
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
