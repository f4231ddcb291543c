//! The seller's own photos of an item.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use domain::upc::Upc;

/// Maximum bytes of one photo.
pub const MAX_PHOTO_BYTES: usize = 60_000_000;
/// Maximum bytes of a request that sends photos.
pub const MAX_PHOTO_REQUEST_BYTES: usize = 200_000_000;
/// Maximum number of photos of a request: as many as a listing can have.
pub const MAX_REQUEST_PHOTOS: usize = 24;
/// Maximum number of a copy; no item has more copies.
pub const MAX_COPY: u32 = 10_000;

/// What the photos that are sent show.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddPhotosQuery {
    /// Number of the copy that the photos show, if each copy has its own draft.
    #[serde(default)]
    #[param(minimum = 1, maximum = 10_000, default = 1)]
    pub copy: Option<u32>,
}

/// A form with photos: a file for each, in the order of the listing.
#[derive(ToSchema)]
#[schema(as = PhotosForm)]
#[expect(dead_code, reason = "only described: the form is read field by field")]
pub struct PhotosForm {
    /// A photo as JPEG or PNG. Repeat the field for several photos, each with its own file name.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// The photos of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ItemPhotos)]
pub struct ItemPhotosResponse {
    /// Barcode of the item.
    #[schema(value_type = String)]
    pub upc: Upc,
    /// The photos of all its copies, in the order of its drafts.
    pub photos: Vec<PhotoEntry>,
}

/// A photo that eBay holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhotoEntry {
    /// Number of the copy that it shows, from 1.
    pub copy: u32,
    /// Name of its file.
    pub name: String,
    /// Its address at eBay.
    pub url: String,
    /// When eBay deletes it if no listing uses it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// What became of photos that were sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AddedPhotos)]
pub struct AddPhotosResponse {
    /// Barcode of the item.
    #[schema(value_type = String)]
    pub upc: Upc,
    /// Number of photos that were uploaded to eBay now.
    pub uploaded: u64,
    /// Number of photos that eBay already had.
    pub already_uploaded: u64,
    /// The photos of all copies of the item, in the order of its drafts.
    pub photos: Vec<PhotoEntry>,
    /// True if the draft of the item is composed again with its photos.
    pub updates_draft: bool,
    /// Why the draft is not composed again, if the photos are not in it yet. A draft that is created later has them.
    pub not_updated: Option<String>,
    /// The files that were not used.
    pub failed: Vec<PhotoFailure>,
}

/// A file that was not used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhotoFailure {
    /// Name of the file.
    pub name: String,
    /// Why, and what to do.
    pub error: String,
}
