//! The barcode of an item: a GTIN with a valid check digit.
//!
//! GS1 General Specifications, section 7.9: the last digit is chosen so that the sum of all digits, alternately
//! weighted 1 and 3 from the right, is a multiple of ten. A UPC-A (12 digits) is the EAN-13 that begins with 0.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::count::format_count;

/// A GTIN with a valid check digit. A UPC-A equals its EAN-13 form, because both are the same number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Upc(u64);

/// A parsed code, and how it was repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedUpc {
    pub upc: Upc,
    /// Number of leading zeros that a spreadsheet had dropped. The check digit proves them.
    pub zeros_restored: u8,
}

/// Why a text is not a UPC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseUpcError {
    #[error("no digits")]
    NoDigits,
    #[error("a barcode has digits only, not {0:?}")]
    InvalidCharacter(char),
    #[error("{}: a UPC has 12, an EAN 8 or 13, a GTIN 14", format_count(*.0, "digit", "digits"))]
    Length(usize),
    #[error("wrong check digit: {found}, expected {expected} (mistyped or mis-scanned?)")]
    CheckDigit { expected: u8, found: u8 },
    #[error("a spreadsheet has rounded it and the digits are lost: format the column as text")]
    Rounded,
    #[error("a GTIN-14 that begins with {0} is a carton of several items, not the item")]
    Carton(u8),
    #[error("only zeros")]
    AllZeros,
}

impl Upc {
    /// Parses one code as it is written in a list. Accepts spaces and hyphens between digits, the `="…"` and leading
    /// apostrophe with which spreadsheets mark text, a trailing `.0` or `.00`, and 10 or 11 digits if the check digit
    /// proves that leading zeros were dropped.
    ///
    /// # Errors
    /// Returns the first problem as a [`ParseUpcError`].
    pub fn parse_lenient(text: &str) -> Result<ParsedUpc, ParseUpcError> {
        let digits = extract_digits(text)?;
        // A spreadsheet drops all leading zeros, so a code that starts with one lacks none.
        let may_lack_zeros = digits.first().is_some_and(|digit| *digit != 0);
        let zeros_restored = match digits.len() {
            8 | 12 | 13 | 14 => 0,
            10 if may_lack_zeros => 2,
            11 if may_lack_zeros => 1,
            n => return Err(ParseUpcError::Length(n)),
        };
        let number = digits.iter().fold(0, |sum: u64, digit| sum * 10 + u64::from(*digit));
        Ok(ParsedUpc { upc: Self::from_number(number)?, zeros_restored })
    }

    /// Returns the code as a number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Creates the code from a number.
    ///
    /// # Errors
    /// Returns [`ParseUpcError`] for zero, a carton code or a wrong check digit.
    pub fn from_number(number: u64) -> Result<Self, ParseUpcError> {
        verify_check_digit(number)?;
        match number / 10_u64.pow(13) {
            0 if number == 0 => Err(ParseUpcError::AllZeros),
            0 => Ok(Self(number)),
            carton => Err(ParseUpcError::Carton(u8::try_from(carton).unwrap_or(9))),
        }
    }

    /// Parses 12 or 13 ASCII digits with a correct check digit; returns `None` for any other text. This is much faster than
    /// [`Self::parse_lenient`], and most codes of a list have this form.
    pub fn from_plain_digits(text: &str) -> Option<Self> {
        if !matches!(text.len(), 12 | 13) {
            return None;
        }
        let (mut number, mut sum, mut is_number) = (0_u64, 0_u32, true);
        // The weights are 1 and 3 in turn from the right.
        let mut weight = if text.len() == 13 { 1 } else { 3 };
        for byte in text.bytes() {
            let value = byte.wrapping_sub(b'0');
            is_number &= value <= 9;
            number = number * 10 + u64::from(value);
            sum += u32::from(value) * weight;
            weight = 4 - weight;
        }
        (is_number && sum % 10 == 0 && number > 0).then_some(Self(number))
    }

    /// Returns 13 digits, the form in which codes are compared.
    pub fn ean13(self) -> String {
        format!("{:013}", self.0)
    }

    /// Returns 12 digits if the code is a UPC-A or an EAN-8, which databases pad with zeros; `None` otherwise.
    pub fn upc_a(self) -> Option<String> {
        (self.0 < 10_u64.pow(12)).then(|| format!("{:012}", self.0))
    }

    /// Returns true if the code is an EAN-8.
    pub const fn is_ean8(self) -> bool {
        self.0 < 10_u64.pow(8)
    }

    /// Returns the forms that databases use: 12 and 13 digits, and 8 for an EAN-8.
    pub fn database_forms(self) -> Vec<String> {
        let ean8 = self.is_ean8().then(|| format!("{:08}", self.0));
        ean8.into_iter().chain(self.upc_a()).chain([self.ean13()]).collect()
    }
}

/// Formats 8, 12 or 13 digits. GS1: an EAN-8 padded with zeros never equals an assigned UPC-A, so the number determines
/// the form.
impl fmt::Display for Upc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = match self.0 {
            n if n < 10_u64.pow(8) => 8,
            n if n < 10_u64.pow(12) => 12,
            _ => 13,
        };
        f.pad(&format!("{:0width$}", self.0))
    }
}

impl fmt::Debug for Upc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upc({self})")
    }
}

impl FromStr for Upc {
    type Err = ParseUpcError;

    fn from_str(text: &str) -> Result<Self, ParseUpcError> {
        Self::parse_lenient(text).map(|scanned| scanned.upc)
    }
}

impl TryFrom<String> for Upc {
    type Error = ParseUpcError;

    fn try_from(text: String) -> Result<Self, ParseUpcError> {
        text.parse()
    }
}

impl From<Upc> for String {
    fn from(upc: Upc) -> Self {
        upc.to_string()
    }
}

fn extract_digits(text: &str) -> Result<Vec<u8>, ParseUpcError> {
    let text = text.trim().trim_start_matches('=').trim_matches(['"', '\'']).trim();
    // A spreadsheet may add decimal places: `720642442524.00`.
    let text =
        text.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0')).map_or(text, |(whole, _)| whole);
    if let Some(digits) = extract_exact_digits(text) {
        return Ok(digits);
    }
    let mut digits = Vec::with_capacity(14);
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character as u8 - b'0'),
            ' ' | '-' | '\u{a0}' | '\u{2010}'..='\u{2015}' | '\t' => {}
            'e' | 'E' | '.' | ',' | '+' if !digits.is_empty() && looks_rounded(text) => {
                return Err(ParseUpcError::Rounded);
            }
            other => return Err(ParseUpcError::InvalidCharacter(other)),
        }
    }
    if digits.is_empty() { Err(ParseUpcError::NoDigits) } else { Ok(digits) }
}

/// Returns the digits of a number in scientific notation that contains all of them (`7.20642442524E+11`), or of a
/// number with thousands separators (`720,642,442,524`).
fn extract_exact_digits(text: &str) -> Option<Vec<u8>> {
    let to_digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect::<Vec<u8>>();
    if let Some((number, exponent)) = text.split_once(['e', 'E']) {
        let (whole, decimals) = number.split_once(['.', ','])?;
        let is_exact = exponent.trim_start_matches('+').parse() == Ok(decimals.len());
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return (whole.len() == 1 && is_number(whole) && is_number(decimals) && is_exact).then(|| to_digits(number));
    }
    let separator = text.chars().find(|c| matches!(c, ',' | '.' | '\''))?;
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let is_group =
        |group: &str, lengths: &[usize]| lengths.contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit());
    let count = groups.clone().count();
    (is_group(first, &[1, 2, 3]) && count >= 3 && groups.all(|group| is_group(group, &[3]))).then(|| to_digits(text))
}

/// Returns true for rounded scientific notation: `7.20642E+11`, in some countries with a comma.
fn looks_rounded(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace(',', ".");
    text.contains('e') && text.parse::<f64>().is_ok()
}

fn verify_check_digit(number: u64) -> Result<(), ParseUpcError> {
    let found = u8::try_from(number % 10).unwrap_or_default();
    let (high, low) = (number / 10 / 10_u64.pow(8), number / 10 % 10_u64.pow(8));
    let sum = weighted_sum(high) + weighted_sum(low);
    let expected = u8::try_from((10 - sum % 10) % 10).unwrap_or_default();
    if expected == found { Ok(()) } else { Err(ParseUpcError::CheckDigit { expected, found }) }
}

/// Returns the sum of the digits, weighted 3 and 1 in turn from the right.
fn weighted_sum(mut digits: u64) -> u64 {
    let mut sum = 0;
    while digits > 0 {
        let pair = digits % 100;
        sum += (pair % 10) * 3 + pair / 10;
        digits /= 100;
    }
    sum
}
