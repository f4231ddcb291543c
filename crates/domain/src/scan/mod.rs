//! Barcode scans: parsing, grades, and the log of a batch that accepts scans.

mod grades;
mod parse;
mod scan_log;

pub use grades::{join_grades, parse_grade_scan, split_grades};
pub use parse::parse_scan;
pub use scan_log::{ScanInput, ScanLog, ScanRecord};

/// Digits of the shortest barcode, an EAN-8.
pub const MIN_BARCODE_DIGITS: usize = 8;
