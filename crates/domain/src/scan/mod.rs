//! Scans of a barcode scanner: parsing, and the scans of a batch that accepts them while it runs.

mod grades;
mod parse;
mod scan_log;

pub use grades::{join_grades, parse_grades, split_grades};
pub use parse::parse_barcode;
pub use scan_log::{ScanInput, ScanLog, ScanRecord};
