//! Scans of a barcode scanner: parsing, and the scans of a batch that accepts them while it runs.

mod parse;
mod scan_log;

pub use parse::parse_barcode;
pub use scan_log::{ScanInput, ScanLog, ScanRecord};
