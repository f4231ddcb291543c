//! Barcodes as people, scanners, spreadsheets and databases write them.
//!
//! [`parse_barcode`] reads one code with all that may stand around it; [`find_barcodes`] finds the codes in a line of text.
//! [`Upc`](super::upc::Upc) is the result, and its own `parse` reads only the form in which Draft Maker stores it.

mod database;
mod decorations;
mod find;
mod isbn;
mod keyboard;
mod normalize;
mod parse;
mod upc_e;

pub use database::{parse_database_barcode, parse_database_barcodes};
pub use find::{FoundBarcode, find_barcodes};
pub use isbn::parse_isbn10;
pub use keyboard::KeyboardLayout;
pub use normalize::normalize_text;
pub use parse::{BarcodeError, parse_barcode};
