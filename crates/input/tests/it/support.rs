//! Reads bytes as a list, in chunks of several sizes, because chunk boundaries must not matter.

use input::{InputList, ListError, ListParser};

/// Three real UPC-A codes and an EAN-13.
pub(super) const NEVERMIND: &str = "720642442524";
pub(super) const BLEACH: &str = "098787003420";
pub(super) const IN_UTERO: &str = "720642460726";
pub(super) const EAN: &str = "5099749994621";

/// Reads the list in `bytes`.
pub(super) fn list_of(bytes: &[u8]) -> Result<InputList, ListError> {
    let whole = in_chunks(bytes, bytes.len().max(1));
    for size in [1, 7] {
        let items = in_chunks(bytes, size);
        assert_eq!(format!("{whole:?}"), format!("{items:?}"), "in chunks of {size}");
    }
    whole
}

pub(super) fn in_chunks(bytes: &[u8], size: usize) -> Result<InputList, ListError> {
    let mut reading = ListParser::new(1 << 20);
    for item in bytes.chunks(size) {
        reading.push(item)?;
    }
    reading.finish()
}

/// Formats the items of a list as `code×copies@lines`, and its rejected lines as `line: reason`.
pub(super) fn describe_list(list: &InputList) -> (Vec<String>, Vec<String>) {
    let items = list.items.iter().map(|i| format!("{}x{}@{:?}", i.upc, i.copies, i.lines)).collect();
    let refused = list.rejected.iter().map(|r| format!("{}: {}", r.line, r.reason)).collect();
    (items, refused)
}
