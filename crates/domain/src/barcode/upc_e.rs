//! UPC-E, the short form of a UPC-A with zeros omitted.

use super::super::upc::Upc;

/// Expands an 8-digit UPC-E to its UPC-A. A UPC-E is number system 0 or 1, six digits, and the check digit of the UPC-A
/// (GS1 General Specifications, 5.2.2.4). Returns `None` if `data` is not a UPC-E.
pub(super) fn expand_upc_e(data: &str) -> Option<Upc> {
    let is_upc_e = data.len() == 8 && data.bytes().all(|byte| byte.is_ascii_digit()) && data.starts_with(['0', '1']);
    let six = data.get(1..7).filter(|_| is_upc_e)?;
    let (system, check, last) = (data.get(..1)?, data.get(7..)?, six.get(5..)?);
    let (maker, item) = match last {
        "0" | "1" | "2" => (format!("{}{last}00", six.get(..2)?), format!("00{}", six.get(2..5)?)),
        "3" => (format!("{}00", six.get(..3)?), format!("000{}", six.get(3..5)?)),
        "4" => (format!("{}0", six.get(..4)?), format!("0000{}", six.get(4..5)?)),
        _ => (six.get(..5)?.to_owned(), format!("0000{last}")),
    };
    format!("{system}{maker}{item}{check}").parse().ok()
}
