//! Scans: what a barcode scanner types, and what became of each scan of a batch that takes them while it runs.

mod barcode;
mod scan_log;

pub use barcode::{BarcodeError, parse_barcode};
pub use scan_log::{ScanInput, ScanLog, ScanRecord};
