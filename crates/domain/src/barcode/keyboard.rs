//! Codes that a scanner typed while the computer expected another keyboard: the row of digits then gives other characters.

use super::super::upc::Upc;

/// A keyboard layout whose digit row needs the shift key, which a scanner does not press.
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
}

impl KeyboardLayout {
    /// The characters of the keys 1 to 9 and 0, without the shift key.
    const fn digit_row(self) -> &'static str {
        match self {
            Self::French => "&é\"'(-è_çà",
            Self::Czech => "+ěščřžýáíé",
            Self::Slovak => "+ľščťžýáíé",
        }
    }

    /// Returns the layout under which the keys of `text` are a barcode, and that barcode.
    pub(super) fn detect(text: &str) -> Option<(Self, Upc)> {
        if text.is_ascii() && !text.contains(['&', '"', '(']) {
            return None;
        }
        strum::VariantArray::VARIANTS.iter().find_map(|layout: &Self| {
            let upc = type_digits(text, layout.digit_row())?.parse().ok()?;
            Some((*layout, upc))
        })
    }
}

/// Returns the digits of the keys that gave `text`, or `None` if one of its characters is not in `row`. Belgium types `§`
/// and `!` for 6 and 8.
fn type_digits(text: &str, row: &str) -> Option<String> {
    let digit = |character: char| {
        let character = match character {
            '§' => '-',
            '!' => '_',
            other => other,
        };
        let place = row.chars().position(|key| key == character)?;
        char::from_digit(u32::try_from((place + 1) % 10).ok()?, 10)
    };
    text.trim().chars().map(digit).collect()
}
