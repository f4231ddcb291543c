//! The seller's own photos of an item, for its drafts.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use domain::listing::OwnPhoto;
use domain::upc::Upc;
use store::StoreDatabaseError;
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};

/// A photo that eBay deletes within this time is not added to a draft.
const EXPIRY_MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// The photos of one eBay environment.
#[derive(Clone, Debug)]
pub struct ItemPhotos {
    store: PhotoStore,
    environment_id: String,
}

/// The photos found for an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FoundPhotos {
    pub lasting: Vec<OwnPhoto>,
    /// Tells the seller what to do about photos that eBay has deleted.
    pub note: Option<String>,
}

/// Why the photos of an item were not arranged.
#[derive(Debug, thiserror::Error)]
pub enum ArrangePhotosError {
    #[error("the item has no photo {0:?}")]
    Unknown(String),
    #[error(transparent)]
    Store(#[from] StoreDatabaseError),
}

impl ItemPhotos {
    pub fn new(store: PhotoStore, environment_id: String) -> Self {
        Self { store, environment_id }
    }

    /// Returns the photo store.
    pub const fn store(&self) -> &PhotoStore {
        &self.store
    }

    /// Returns the stored photos of all copies of an item, in draft order.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn stored_photos(&self, upc: Upc) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        self.store.photos_for_upc(&self.environment_id, upc).await
    }

    /// Puts the photos of a copy into this order, and removes those that are not named from its drafts. Photos that were
    /// removed before can be named too.
    ///
    /// # Errors
    /// Returns [`ArrangePhotosError`] if the copy has no photo of a name, or if the store cannot be used.
    pub async fn arrange_photos(&self, upc: Upc, copy: u32, names: &[String]) -> Result<(), ArrangePhotosError> {
        let known = self.store.all_photos_for_upc(&self.environment_id, upc).await?;
        let photos = known.into_iter().filter(|photo| photo.copy == copy).collect::<Vec<_>>();
        if let Some(name) = names.iter().find(|name| photos.iter().all(|photo| photo.name != **name)) {
            return Err(ArrangePhotosError::Unknown(name.clone()));
        }
        self.begin_edit(upc).await?;
        let names = names.iter().map(String::as_str).collect::<Vec<_>>();
        Ok(self.store.arrange_photos(&self.environment_id, upc, photos, &names).await?)
    }

    /// Records the photos of an item before an edit, so that it can be undone.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be used.
    pub async fn begin_edit(&self, upc: Upc) -> Result<(), StoreDatabaseError> {
        self.store.begin_edit(&self.environment_id, upc, Timestamp::now()).await
    }

    /// Makes a photo that was removed from the drafts of a copy one of its photos again, at this position.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be used.
    pub async fn restore_photo(
        &self,
        upc: Upc,
        (copy, position): (u32, u32),
        name: &str,
    ) -> Result<(), StoreDatabaseError> {
        let known = self.store.all_photos_for_upc(&self.environment_id, upc).await?.into_iter();
        let mut removed = known.filter(|photo| !photo.place.is_used() && photo.copy == copy);
        match removed.find(|photo| photo.name == name) {
            Some(photo) => {
                let restored = HostedPhoto { place: PhotoPlace::Named(position), ..photo };
                self.store.save_photo(&self.environment_id, upc, &restored).await
            }
            None => Ok(()),
        }
    }

    /// Returns the photos of an item if its drafts were composed with others; `None` if they have just these photos.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn unattached_photos(&self, upc: Upc) -> Result<Option<Vec<HostedPhoto>>, StoreDatabaseError> {
        let photos = self.stored_photos(upc).await?;
        let is_attached = self.store.is_attached(&self.environment_id, upc, &photos).await?;
        Ok((!is_attached).then_some(photos))
    }

    /// Returns those of the items whose drafts were composed with other photos than they have now, with these photos.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn all_unattached_photos(
        &self,
        upcs: &[Upc],
    ) -> Result<HashMap<Upc, Vec<HostedPhoto>>, StoreDatabaseError> {
        let mut unattached = HashMap::new();
        for upc in upcs {
            if let Some(photos) = self.unattached_photos(*upc).await? {
                unattached.insert(*upc, photos);
            }
        }
        Ok(unattached)
    }

    /// Records that the drafts of an item are composed with these photos. They must be read before the drafts are
    /// queued: the drafts may lack a photo that was stored later.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be used.
    pub async fn mark_attached(&self, upc: Upc, photos: &[HostedPhoto]) -> Result<(), StoreDatabaseError> {
        self.store.mark_attached(&self.environment_id, upc, photos).await
    }

    /// Records that the drafts of these items, which are composed again, get these photos.
    pub async fn mark_all_attached(&self, upcs: &[Upc], photos: &HashMap<Upc, Vec<HostedPhoto>>) {
        for (upc, photos) in upcs.iter().filter_map(|upc| photos.get_key_value(upc)) {
            if let Err(error) = self.mark_attached(*upc, photos).await {
                tracing::warn!(%error, %upc, "cannot record that a draft has its photos; its next update repeats them");
            }
        }
    }

    /// Returns the photos for the drafts of an item.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the store cannot be read.
    pub async fn own_photos(&self, upc: Upc) -> Result<Vec<OwnPhoto>, StoreDatabaseError> {
        Ok(self.find_photos(upc).await?.lasting)
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
        let has = if expired.len() == 1 { "has" } else { "have" };
        let note = (!expired.is_empty())
            .then(|| format!("{} of its photos {has} expired at eBay: run `draft-maker photos` again", expired.len()));
        let lasting = lasting.into_iter().map(|photo| OwnPhoto { copy: photo.copy, address: photo.address });
        Ok(FoundPhotos { lasting: lasting.collect(), note })
    }
}
