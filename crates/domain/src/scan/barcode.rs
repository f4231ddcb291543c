//! One scan as the scanner typed it: the code without what scanners put around it.
//!
//! ISO/IEC 15424: a scanner may put an AIM identifier before the data, `]E0` for UPC-A, UPC-E and EAN-13, `]E4` for
//! EAN-8, `]C1` for GS1-128. GS1 General Specifications, 5.2.2.4: a UPC-E is a UPC-A whose zeros are left out; its
//! check digit is that of the UPC-A. 5.2.3: two or five digits beside a code are an add-on and no part of it.

use super::super::upc::{ParseUpcError, Upc};

/// The most characters of a scan; a product's code has fourteen, and a longer one is a ticket or an address.
const MAX_SCAN_CHARS: usize = 128;

/// Why a scan names no product.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    #[error("nothing in it")]
    Empty,
    #[error("{0} characters: too long for a product's barcode")]
    TooLong(usize),
    #[error("{0} digits, a UPC-E without its check digit: let the scanner send it, or expand UPC-E to UPC-A")]
    ShortUpcE(usize),
    #[error(transparent)]
    InvalidCode(#[from] ParseUpcError),
}

/// Reads one scan.
///
/// # Errors
/// Returns the first problem as a [`BarcodeError`].
pub fn parse_barcode(typed: &str) -> Result<Upc, BarcodeError> {
    let shown = typed.chars().filter(|c| !c.is_control()).collect::<String>();
    let text = shown.trim();
    if text.chars().count() > MAX_SCAN_CHARS {
        return Err(BarcodeError::TooLong(text.chars().count()));
    }
    let (symbology, data) = split_aim_identifier(text);
    let data = data.trim();
    match (symbology, data.len()) {
        (_, 0) => Err(BarcodeError::Empty),
        (Some("E4"), _) => Ok(data.parse()?),
        (_, length @ (6 | 7)) if is_number(data) => Err(BarcodeError::ShortUpcE(length)),
        (_, 8) => Ok(expand_upc_e(data).map_or_else(|| data.parse(), Ok)?),
        _ => Ok(find_gtin(data).unwrap_or(data).parse().or_else(|why| strip_add_on(data).ok_or(why))?),
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The AIM identifier, a letter and a character behind `]`, and what follows it.
fn split_aim_identifier(text: &str) -> (Option<&str>, &str) {
    let behind = text.strip_prefix(']').and_then(|rest| Some((rest.get(..2)?, rest.get(2..)?)));
    match behind {
        Some((identifier, data)) if identifier.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            (Some(identifier), data)
        }
        _ => (None, text),
    }
}

/// GS1 element strings, of GS1-128, `DataBar` and the square codes: application identifier 01 and 14 digits.
fn find_gtin(data: &str) -> Option<&str> {
    let rest = data.strip_prefix("(01)").or_else(|| data.strip_prefix("01").filter(|rest| rest.len() >= 14))?;
    rest.get(..14).filter(|digits| is_number(digits))
}

/// The UPC-A of a UPC-E with number system 0 and check digit. An EAN-8 that begins with 0 is a shop's own number, which
/// no record has; one that begins otherwise is an EAN-8.
fn expand_upc_e(data: &str) -> Option<Upc> {
    let six = data.get(1..7).filter(|_| is_number(data) && data.starts_with('0'))?;
    let (check, last) = (data.get(7..)?, six.get(5..)?);
    let (maker, item) = match last {
        "0" | "1" | "2" => (format!("{}{last}00", six.get(..2)?), format!("00{}", six.get(2..5)?)),
        "3" => (format!("{}00", six.get(..3)?), format!("000{}", six.get(3..5)?)),
        "4" => (format!("{}0", six.get(..4)?), format!("0000{}", six.get(4..5)?)),
        _ => (six.get(..5)?.to_owned(), format!("0000{last}")),
    };
    format!("0{maker}{item}{check}").parse().ok()
}

/// UPC-A and EAN-13 with an add-on of two or five digits.
fn strip_add_on(data: &str) -> Option<Upc> {
    let digits = data.split_whitespace().collect::<String>();
    let own = match digits.len() {
        14 | 17 => 12,
        15 | 18 => 13,
        _ => return None,
    };
    digits.get(..own).filter(|_| is_number(&digits))?.parse().ok()
}
