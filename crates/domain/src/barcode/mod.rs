//! Parses barcodes as people, scanners, spreadsheets and databases write them.
//!
//! [`parse_barcode`] parses one code with the characters around it; [`find_barcodes`] finds the codes in a line of
//! text. The result is a [`Upc`](super::upc::Upc), whose own `parse` accepts only the form that Draft Maker stores.

mod database;
mod decorations;
mod find;
mod isbn;
mod keyboard;
mod normalize;
mod parse;
mod run_together;
mod upc_e;

pub use database::{parse_database_barcode, parse_database_barcodes};
pub use find::{FoundBarcode, find_barcodes};
pub use isbn::parse_isbn10;
pub use keyboard::KeyboardLayout;
pub use normalize::normalize_text;
pub use parse::{BarcodeError, parse_barcode};
