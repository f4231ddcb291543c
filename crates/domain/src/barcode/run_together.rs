//! Splits two barcodes without a separator.

use super::super::upc::Upc;

/// Splits 24 to 26 digits into two barcodes, as a scanner sends them that adds nothing between them.
pub(super) fn split_run_together(code: &str) -> Option<(Upc, Upc)> {
    if !matches!(code.len(), 24..=26) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    [12, 13].into_iter().find_map(|length| {
        let (first, second) = code.split_at(length);
        let is_whole = matches!(second.len(), 12 | 13);
        is_whole.then(|| Some((first.parse().ok()?, second.parse().ok()?)))?
    })
}
