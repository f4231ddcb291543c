//! Barcode scans: parsing, terms, and the log of a batch that accepts scans.

mod parse;
mod scan_log;
mod terms;

pub use parse::{InvalidScan, parse_scan, parse_scan_or_describe};
pub use scan_log::{ScanInput, ScanLog, ScanRecord};
pub use terms::{ScanTerms, TermsCommand, join_terms, split_terms};

/// Characters of a scan with its terms. One with as many may have been cut, and is rejected.
pub const MAX_SCAN_CHARS: usize = 256;

/// Digits of the shortest barcode, an EAN-8.
pub const MIN_BARCODE_DIGITS: usize = 8;
