//! The seller's own photos, from a folder to eBay's picture service.
//!
//! ```text
//! folder ──list──> files                                                                     source
//! file name ──> item and position | not a photo | a format that eBay does not take           file_name
//! content ──> JPEG: upright, without metadata, of eBay's size                                picture
//! uploaded once, saved with its item                                                         intake
//! ```

pub mod file_name;
pub mod intake;
pub mod picture;
pub mod source;

pub use file_name::{FileKind, PhotoName, PhotoSubject};
pub use intake::{IntakeReport, MAX_PHOTOS, PhotoIntake};
pub use picture::{PictureError, PreparedPicture};
pub use source::{PhotoFile, PhotoFolder, PhotoFolderError};
