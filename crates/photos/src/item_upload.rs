//! Uploads photos of items to eBay and saves their addresses with the items.
//!
//! A digest of the content identifies a photo, so that a saved photo is not uploaded again after a crash.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, MutexGuard};

use super::picture::{PictureError, PreparedPicture};
use domain::upc::Upc;
use ebay::{EbayClient, EbayError};
use sinks::ebay::PhotoUploader;
use store::StoreDatabaseError;
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};

/// Minimum remaining lifetime of a photo at eBay. A photo that eBay deletes earlier is uploaded again.
const EXPIRY_MARGIN: SignedDuration = SignedDuration::from_hours(48);

/// Number of [`UPLOAD_LOCKS`], of which few uploads at a time use the same.
const UPLOAD_LOCK_COUNT: usize = 64;

/// Locks of the uploads in this process, by content: the second of two equal pictures waits, and uses the address of the
/// first.
static UPLOAD_LOCKS: [Mutex<()>; UPLOAD_LOCK_COUNT] = [const { Mutex::const_new(()) }; UPLOAD_LOCK_COUNT];

/// Uploads photos of items to one seller's account.
pub struct ItemPhotoUploader {
    store: PhotoStore,
    uploader: PhotoUploader,
    /// Key of the eBay environment under which photos are saved.
    environment_id: String,
}

/// Item that a picture shows, and the picture's position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoTarget {
    pub upc: Upc,
    /// Number of the copy, from 1.
    pub copy: u32,
    /// Position among the photos of the copy, from 1.
    pub position: u32,
    /// Name of the file without the folder. Replaces a photo with the same name.
    pub name: String,
}

/// Result of taking in a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoImport {
    /// The photo was uploaded.
    Uploaded,
    /// The photo was already at eBay.
    Known,
    /// The item already has the photo at this position, or the seller has removed the photo.
    Unchanged,
}

/// Why a photo was not uploaded.
#[derive(Debug, thiserror::Error)]
pub enum PhotoUploadError {
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("{}", .0.describe_with_service())]
    Ebay(#[from] EbayError),
    #[error(transparent)]
    Store(#[from] StoreDatabaseError),
    #[error("it is the same picture as {0}, which the item already has: use that one")]
    SamePicture(String),
    #[error("an error in Draft Maker; the log has the details")]
    Panicked,
}

impl ItemPhotoUploader {
    pub fn new(store: PhotoStore, ebay: &EbayClient) -> Self {
        Self { store, uploader: PhotoUploader::new(ebay), environment_id: ebay.settings().environment_id() }
    }

    /// Prepares and uploads a picture, unless it is already at eBay, and saves it with its item. If the item has the
    /// picture under a name that is not in `folder_names`, the file was renamed: the picture takes the new name. Without
    /// `folder_names`, the file is not part of a folder.
    ///
    /// # Errors
    /// Returns [`PhotoUploadError`] if the picture cannot be used or uploaded, or if the store fails. A file that is not
    /// part of a folder must not be a picture that the copy has under another name.
    pub async fn upload(
        &self,
        target: &PhotoTarget,
        content: Vec<u8>,
        folder_names: &[String],
    ) -> Result<PhotoImport, PhotoUploadError> {
        let digest = content_digest(&content);
        let own = self.store.all_photos_for_upc(&self.environment_id, target.upc).await?;
        let is_same =
            |photo: &&HostedPhoto| photo.copy == target.copy && photo.digest == digest && photo.place.is_used();
        let same = own.iter().filter(is_same).find(|photo| photo.name != target.name);
        if let Some(same) = same.filter(|_| folder_names.is_empty()) {
            return Err(PhotoUploadError::SamePicture(same.name.clone()));
        }
        let place = place_of(target, &own, &digest);
        if place == PhotoPlace::Removed {
            return Ok(PhotoImport::Unchanged);
        }
        let _upload = lock_content(&digest).await;
        let known = self.store.find_by_digest(&self.environment_id, &digest).await?;
        let known = known.filter(|photo| is_lasting(photo.expires_at));
        let saved = |address: String, expires_at| HostedPhoto {
            copy: target.copy,
            name: target.name.clone(),
            place,
            digest: digest.clone(),
            address,
            expires_at,
        };
        if let Some(known) = known {
            let wanted = saved(known.address, known.expires_at);
            if own.contains(&wanted) {
                let is_renamed = self.remove_renamed(target, &own, &digest, folder_names).await?;
                return Ok(if is_renamed { PhotoImport::Known } else { PhotoImport::Unchanged });
            }
            self.save_photo(target, &own, &wanted, folder_names).await?;
            return Ok(PhotoImport::Known);
        }
        let prepared = tokio::task::spawn_blocking(move || PreparedPicture::from_file(&content)).await;
        let prepared = prepared.map_err(|_| PhotoUploadError::Panicked)??;
        let name = format!("{}-{}.jpg", target.upc, target.position);
        let uploaded = self.uploader.upload_jpeg(&name, prepared.jpeg).await?;
        let wanted = saved(uploaded.address, uploaded.expires_at);
        self.save_photo(target, &own, &wanted, folder_names).await?;
        Ok(PhotoImport::Uploaded)
    }

    /// Saves a photo, and removes those with its content whose files were renamed.
    async fn save_photo(
        &self,
        target: &PhotoTarget,
        own: &[HostedPhoto],
        photo: &HostedPhoto,
        folder_names: &[String],
    ) -> Result<(), StoreDatabaseError> {
        self.store.save_photo(&self.environment_id, target.upc, photo).await?;
        self.remove_renamed(target, own, &photo.digest, folder_names).await.map(drop)
    }

    /// Removes the photos of the copy that have this content under names that no file has any more. Returns false if
    /// there are none.
    async fn remove_renamed(
        &self,
        target: &PhotoTarget,
        own: &[HostedPhoto],
        digest: &str,
        folder_names: &[String],
    ) -> Result<bool, StoreDatabaseError> {
        let mut is_any_renamed = false;
        let is_renamed = |photo: &&HostedPhoto| {
            let is_same = photo.copy == target.copy && photo.digest == digest && photo.name != target.name;
            is_same && photo.place != PhotoPlace::Removed && !folder_names.contains(&photo.name)
        };
        for photo in own.iter().filter(|_| !folder_names.is_empty()).filter(is_renamed) {
            let removed = HostedPhoto { place: PhotoPlace::Removed, ..photo.clone() };
            self.store.save_photo(&self.environment_id, target.upc, &removed).await?;
            is_any_renamed = true;
        }
        Ok(is_any_renamed)
    }

    /// Leaves a photo out of the drafts of an item's first copy, unless the seller arranged it. Returns false if the
    /// drafts do not have it.
    pub(super) async fn leave_out(&self, upc: Upc, name: &str) -> Result<bool, StoreDatabaseError> {
        let own = self.store.all_photos_for_upc(&self.environment_id, upc).await?;
        let is_left_out =
            |photo: &HostedPhoto| photo.copy == 1 && photo.name == name && matches!(photo.place, PhotoPlace::Named(_));
        let Some(photo) = own.into_iter().find(is_left_out) else { return Ok(false) };
        let photo = HostedPhoto { place: PhotoPlace::LeftOut, ..photo };
        self.store.save_photo(&self.environment_id, upc, &photo).await?;
        Ok(true)
    }

    /// Records the photos of items before the import of a folder, so that it can be undone.
    pub(super) async fn begin_import(
        &self,
        folder: &str,
        upcs: &BTreeSet<Upc>,
        at: Timestamp,
    ) -> Result<(), StoreDatabaseError> {
        self.store.begin_import(&self.environment_id, folder, upcs, at).await
    }

    /// Ends an import, and deletes the records of items that it did not change.
    pub(super) async fn finish_import(&self, changed: &BTreeSet<Upc>, at: Timestamp) -> Result<(), StoreDatabaseError> {
        self.store.finish_import(&self.environment_id, changed, at).await
    }

    /// Returns the items whose drafts have the picture with this digest.
    pub(super) async fn items_with_picture(&self, digest: &str) -> Result<Vec<Upc>, StoreDatabaseError> {
        self.store.items_with_picture(&self.environment_id, digest).await
    }

    /// Returns the records of photos.
    pub(super) fn store(&self) -> &PhotoStore {
        &self.store
    }

    /// Returns the photos of all copies of an item, in the order of its drafts.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn photos_for_upc(&self, upc: Upc) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        self.store.photos_for_upc(&self.environment_id, upc).await
    }
}

/// Locks the upload of a picture with this digest.
async fn lock_content(digest: &str) -> MutexGuard<'static, ()> {
    let sum = digest.bytes().map(usize::from).sum::<usize>();
    UPLOAD_LOCKS[sum % UPLOAD_LOCK_COUNT].lock().await
}

/// Returns the digest that identifies a file by its content.
pub(super) fn content_digest(content: &[u8]) -> String {
    STANDARD_NO_PAD.encode(Sha256::digest(content))
}

/// Returns the place of a photo. Keeps the seller's arrangement and removals. A different picture with the name of a
/// removed photo is a new photo.
fn place_of(target: &PhotoTarget, own: &[HostedPhoto], digest: &str) -> PhotoPlace {
    let is_same = |one: &&HostedPhoto| one.copy == target.copy && one.name == target.name;
    match own.iter().find(is_same) {
        Some(HostedPhoto { place: place @ PhotoPlace::Arranged(_), .. }) => *place,
        Some(HostedPhoto { place: PhotoPlace::Removed, digest: of, .. }) if of == digest => PhotoPlace::Removed,
        _ => PhotoPlace::Named(target.position),
    }
}

fn is_lasting(expires_at: Option<Timestamp>) -> bool {
    expires_at.is_none_or(|until| until > Timestamp::now() + EXPIRY_MARGIN)
}
