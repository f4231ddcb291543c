//! The seller's own photos of an item.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use domain::upc::Upc;

/// Maximum size of a photo, in bytes.
pub const MAX_PHOTO_BYTES: usize = 60_000_000;
/// Maximum size of a request with photos, in bytes.
pub const MAX_PHOTO_REQUEST_BYTES: usize = 200_000_000;
/// Maximum number of photos in a request: eBay's limit for a listing.
pub const MAX_REQUEST_PHOTOS: usize = domain::listing::MAX_IMAGES;
/// Maximum copy number; no item has more copies.
pub const MAX_COPY: u32 = 10_000;

/// Query parameters for adding photos.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddPhotosQuery {
    /// Number of the copy that the photos show, if each copy gets its own draft.
    #[serde(default)]
    #[param(minimum = 1, maximum = 10_000, default = 1)]
    pub copy: Option<u32>,
}

/// The photos of a copy, in the order of its draft.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhotoOrder)]
pub struct ArrangePhotosRequest {
    /// Names of the files, each once. Photos that are not named are removed from the draft.
    #[schema(max_items = 24, example = json!(["front.jpg", "back.jpg"]))]
    pub names: Vec<String>,
    /// Number of the copy that the photos show, if each copy has its own draft.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000, default = 1)]
    pub copy: Option<u32>,
}

/// The photos of an item after they were arranged.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ArrangedPhotos)]
pub struct ArrangePhotosResponse {
    /// Barcode of the item.
    #[schema(value_type = String)]
    pub upc: Upc,
    /// The photos of all copies of the item, in the order of its drafts.
    pub photos: Vec<PhotoEntry>,
    /// True if the draft of the item is composed again with its photos.
    pub updates_draft: bool,
    /// Why the draft is not composed again. A draft that is created later has the photos as they are arranged.
    pub not_updated: Option<String>,
}

/// Form with one file field per photo, in the order of the listing.
#[derive(ToSchema)]
#[schema(as = PhotosForm)]
#[expect(dead_code, reason = "only described: the form is read field by field")]
pub struct PhotosForm {
    /// A JPEG or PNG photo. Repeat the field for each photo, with different file names.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// Photos of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ItemPhotos)]
pub struct ItemPhotosResponse {
    /// Barcode of the item.
    #[schema(value_type = String)]
    pub upc: Upc,
    /// Photos of all copies, in the order of the drafts.
    pub photos: Vec<PhotoEntry>,
}

/// A photo that is uploaded to eBay.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhotoEntry {
    /// Number of the copy that the photo shows, from 1.
    pub copy: u32,
    /// Name of the photo's file.
    pub name: String,
    /// Address of the photo at eBay.
    pub url: String,
    /// Time at which eBay deletes the photo unless a listing uses it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Result of adding photos.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AddedPhotos)]
pub struct AddPhotosResponse {
    /// Barcode of the item.
    #[schema(value_type = String)]
    pub upc: Upc,
    /// Number of photos that this request uploaded to eBay.
    pub uploaded: u64,
    /// Number of photos that were already at eBay.
    pub already_uploaded: u64,
    /// Photos of all copies of the item, in the order of the drafts.
    pub photos: Vec<PhotoEntry>,
    /// True if the item's draft is being composed again with the photos.
    pub updates_draft: bool,
    /// Why the existing draft is not updated with the photos. Drafts that are created later include them.
    pub not_updated: Option<String>,
    /// Files that were not used.
    pub failed: Vec<PhotoFailure>,
}

/// A file that was not used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhotoFailure {
    /// Name of the file.
    pub name: String,
    /// Why the file was not used, and how to fix it.
    pub error: String,
}
