//! Scans of a barcode scanner: parsing, and the scans of a batch that accepts them while it runs.

mod barcode;
mod scan_log;

pub use barcode::{BarcodeError, parse_barcode};
pub use scan_log::{ScanInput, ScanLog, ScanRecord};
