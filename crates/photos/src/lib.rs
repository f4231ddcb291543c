//! The seller's own photos: from a folder to eBay's picture service.
//!
//! ```text
//! folder ──list──> files                                                                     source
//! file name ──> item and position | not a photo | unsupported format                         file_name
//! content ──> barcodes and time, for files whose names identify no item                      barcode, exif_time
//! photo of a barcode, and the photos up to the next one ──> item and position                series
//! times of the photos ──> photos that may show another item                                  pauses
//! content ──> JPEG: upright, without metadata, of a size that eBay accepts                   picture
//! upload once, save with the item                                                            item_upload
//! all photos of a folder                                                                     intake
//! ```

mod barcode;
mod exif_time;
mod file_name;
mod intake;
mod item_upload;
mod pauses;
mod picture;
mod series;
mod source;

pub use barcode::read_barcodes;
pub use file_name::{FileKind, PhotoName, PhotoSubject};
pub use intake::{IntakeProgress, IntakeReport, IntakeStep, ListedCopies, MAX_PHOTOS, PhotoError, PhotoIntake};
pub use item_upload::{ItemPhotoUploader, PhotoImport, PhotoTarget, PhotoUploadError};
pub use picture::{PictureContent, PictureError, PreparedPicture};
pub use series::{AssignedSeries, BarcodePhoto, ScannedPicture, SeriesPhoto, assign_series};
pub use source::{PhotoFile, PhotoFolder, PhotoFolderError};
