//! The seller's own photos of an item, for its drafts.

use jiff::{SignedDuration, Timestamp};

use domain::listing::OwnPhoto;
use domain::upc::Upc;
use store::StoreDatabaseError;
use store::photo_store::{HostedPhoto, PhotoStore};

/// A photo that eBay deletes within this time is not added to a draft.
const EXPIRY_MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// The photos of one eBay environment. Without a store, no item has photos.
#[derive(Clone, Debug, Default)]
pub struct ItemPhotos {
    source: Option<(PhotoStore, String)>,
}

/// The photos found for an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FoundPhotos {
    pub lasting: Vec<OwnPhoto>,
    /// Tells the seller what to do about photos that eBay has deleted.
    pub note: Option<String>,
}

impl ItemPhotos {
    pub fn new(store: PhotoStore, environment_id: String) -> Self {
        Self { source: Some((store, environment_id)) }
    }

    /// Returns the photo store; `None` without one.
    pub fn store(&self) -> Option<&PhotoStore> {
        self.source.as_ref().map(|(store, _)| store)
    }

    /// Returns the stored photos of all copies of an item, in draft order.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn stored_photos(&self, upc: Upc) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        match &self.source {
            Some((store, environment_id)) => store.photos_for_upc(environment_id, upc).await,
            None => Ok(Vec::new()),
        }
    }

    /// Returns the photos of an item that eBay still hosts, with [`EXPIRY_MARGIN`] to spare.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub(super) async fn find_photos(&self, upc: Upc) -> Result<FoundPhotos, StoreDatabaseError> {
        let photos = self.stored_photos(upc).await?;
        let limit = Timestamp::now() + EXPIRY_MARGIN;
        let (lasting, expired): (Vec<_>, Vec<_>) =
            photos.into_iter().partition(|photo| photo.expires_at.is_none_or(|until| until > limit));
        let note = (!expired.is_empty())
            .then(|| format!("{} of its photos have expired at eBay: run `draft-maker photos` again", expired.len()));
        let lasting = lasting.into_iter().map(|photo| OwnPhoto { copy: photo.copy, address: photo.address });
        Ok(FoundPhotos { lasting: lasting.collect(), note })
    }
}
