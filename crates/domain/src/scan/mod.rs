//! Scans: what a barcode scanner types, and what became of each scan of a batch that takes them while it runs.

mod barcode;
mod landed;

pub use barcode::{NotABarcode, barcode};
pub use landed::{Landed, Scan, Scans};
