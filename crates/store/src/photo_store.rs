//! Records which picture at eBay belongs to which of the seller's items. Durable, and shared by all processes of a
//! store.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::sqlite::SqliteSynchronous;

use crate::location::StoreLocation;
use crate::rebuildable_database::RebuildableDatabase;
use crate::statement::arguments;
use crate::store_database::{StoreDatabase, StoreDatabaseError, StorePart};
use crate::store_files::{PHOTOS_FILE, PHOTOS_MIGRATIONS};
use domain::upc::Upc;

const SAVE_PHOTO_SQL: &str = "
    INSERT INTO photos (seller, upc, copy, name, position, digest, address, expires)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (seller, upc, copy, name) DO UPDATE SET position = $5, digest = $6, address = $7, expires = $8";

const STORE_PART: StorePart = StorePart {
    file_name: PHOTOS_FILE,
    migrations: PHOTOS_MIGRATIONS,
    synchronous: SqliteSynchronous::Full,
    consequence: "the photos of items are unknown until they are added again with `draft-maker photos FOLDER`",
};

/// A photo hosted by eBay's picture service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedPhoto {
    /// Number of the copy that the photo shows, from 1.
    pub copy: u32,
    /// File name without the folder.
    pub name: String,
    /// Place among the photos of the copy; photos with the same place are sorted by name.
    pub place: PhotoPlace,
    /// Digest of the file content.
    pub digest: String,
    /// URL of the photo at eBay.
    pub address: String,
    /// When eBay deletes the photo if no listing uses it; `None` if eBay did not say.
    pub expires_at: Option<Timestamp>,
}

/// Place of a photo among the photos of its copy. Photos that the seller arranged come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhotoPlace {
    /// The seller moved the photo to this position, from 0.
    Arranged(u32),
    /// The file name contains this position.
    Named(u32),
    /// The seller removed the photo from the drafts. The record is kept so that the file is not added again.
    Removed,
    /// The photo is not in the drafts, but its file can be added again: it was left out, or its upload was undone.
    LeftOut,
}

impl PhotoPlace {
    /// Database value of [`Self::Removed`].
    const REMOVED: i64 = -1;

    /// Database value of [`Self::LeftOut`].
    const LEFT_OUT: i64 = -2;

    /// Database value of the first arranged photo, less than all other values so that arranged photos sort first.
    const FIRST_ARRANGED: i64 = -1_000_000;

    fn to_number(self) -> i64 {
        match self {
            Self::Arranged(position) => (Self::FIRST_ARRANGED + i64::from(position)).min(Self::LEFT_OUT - 1),
            Self::Named(position) => i64::from(position),
            Self::Removed => Self::REMOVED,
            Self::LeftOut => Self::LEFT_OUT,
        }
    }

    /// Returns true for a photo that the drafts of its item have.
    pub const fn is_used(self) -> bool {
        matches!(self, Self::Arranged(_) | Self::Named(_))
    }

    fn from_number(number: i64) -> Self {
        let position = |number: i64| u32::try_from(number).unwrap_or_default();
        match number {
            Self::REMOVED => Self::Removed,
            Self::LEFT_OUT => Self::LeftOut,
            ..Self::LEFT_OUT => Self::Arranged(position(number - Self::FIRST_ARRANGED)),
            named => Self::Named(position(named)),
        }
    }
}

/// What was read from a picture file, identified by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPicture {
    /// Time at which the photo was taken, as the camera wrote it.
    pub taken_at: Option<String>,
    /// Barcodes in the picture.
    pub barcodes: Vec<Upc>,
}

/// The photos of an item before an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoEdit {
    pub upc: Upc,
    pub at: Timestamp,
    /// Copy, name and database value of the place of each photo, including removed ones.
    before: Vec<(u32, String, i64)>,
}

/// The photo records of a store. Clones share the database.
#[derive(Clone, Debug)]
pub struct PhotoStore {
    database: StoreDatabase,
}

type PhotoRow = (i64, String, i64, String, String, Option<i64>);

impl PhotoStore {
    /// Opens the photo records of a store: its database, or `photos.db` in its folder. Creates either if it does not
    /// exist. Moves a damaged file aside to `photos.db.damaged`.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn open(location: impl Into<StoreLocation>) -> Result<Self, StoreDatabaseError> {
        let location = location.into();
        Ok(Self { database: StoreDatabase::open(&location, STORE_PART).await? })
    }

    /// Opens the photo records of a store for reading. Creates and moves nothing; a missing or unreadable file reads
    /// as empty.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn open_read_only(location: &StoreLocation) -> Result<Self, StoreDatabaseError> {
        if location.database().is_some() {
            return Self::open(location).await;
        }
        let path = location.data_dir().join(PHOTOS_FILE);
        let file = RebuildableDatabase::open_read_only(&path, PHOTOS_MIGRATIONS).await?;
        Ok(Self { database: StoreDatabase::File(file) })
    }

    /// Saves a photo of an item, replacing one with the same file name. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn save_photo(&self, seller: &str, upc: Upc, photo: &HostedPhoto) -> Result<(), StoreDatabaseError> {
        let row = arguments![
            seller,
            upc.ean13(),
            i64::from(photo.copy),
            &photo.name,
            photo.place.to_number(),
            &photo.digest,
            &photo.address,
            photo.expires_at.map(Timestamp::as_millisecond),
        ];
        self.database.execute(SAVE_PHOTO_SQL, &row).await.map(drop)
    }

    /// Puts photos of an item into the order of `names`, and removes those that are not named from its drafts.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn arrange_photos(
        &self,
        seller: &str,
        upc: Upc,
        photos: Vec<HostedPhoto>,
        names: &[&str],
    ) -> Result<(), StoreDatabaseError> {
        for mut photo in photos {
            let position = names.iter().position(|name| *name == photo.name).and_then(|at| u32::try_from(at).ok());
            photo.place = position.map_or(PhotoPlace::Removed, PhotoPlace::Arranged);
            self.save_photo(seller, upc, &photo).await?;
        }
        Ok(())
    }

    /// Returns the photo of any item with this content that expires last; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn find_by_digest(&self, seller: &str, digest: &str) -> Result<Option<HostedPhoto>, StoreDatabaseError> {
        let select = "SELECT copy, name, position, digest, address, expires FROM photos
            WHERE seller = $1 AND digest = $2 ORDER BY expires DESC NULLS LAST LIMIT 1";
        let found: Option<PhotoRow> = self.database.fetch_optional(select, &arguments![seller, digest]).await?;
        Ok(found.map(HostedPhoto::from))
    }

    /// Returns what was read from the file with this digest; `None` if it was not read yet.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn find_read_picture(&self, digest: &str) -> Result<Option<ReadPicture>, StoreDatabaseError> {
        let select = "SELECT taken_at, barcodes FROM pictures WHERE digest = $1";
        let found: Option<(String, String)> = self.database.fetch_optional(select, &arguments![digest]).await?;
        let barcodes = |text: &str| text.split_whitespace().filter_map(|upc| upc.parse().ok()).collect();
        Ok(found.map(|(time, text)| ReadPicture {
            taken_at: Some(time).filter(|time| !time.is_empty()),
            barcodes: barcodes(&text),
        }))
    }

    /// Saves what was read from the file with this digest.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn save_read_picture(&self, digest: &str, picture: &ReadPicture) -> Result<(), StoreDatabaseError> {
        let insert = "INSERT INTO pictures (digest, taken_at, barcodes) VALUES ($1, $2, $3)
            ON CONFLICT (digest) DO UPDATE SET taken_at = $2, barcodes = $3";
        let barcodes = picture.barcodes.iter().map(|upc| upc.ean13()).collect::<Vec<_>>().join(" ");
        self.database
            .execute(insert, &arguments![digest, picture.taken_at.as_deref().unwrap_or_default(), barcodes])
            .await
            .map(drop)
    }

    /// Records the photos of an item before an edit that begins at this time, so that it can be undone. Durable when
    /// this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn begin_edit(&self, seller: &str, upc: Upc, at: Timestamp) -> Result<(), StoreDatabaseError> {
        let photos = self.all_photos_for_upc(seller, upc).await?;
        let before = photos.iter().map(|photo| (photo.copy, photo.name.as_str(), photo.place.to_number()));
        // This cannot fail: the values are numbers and texts.
        let before = serde_json::to_string(&before.collect::<Vec<_>>()).unwrap_or_default();
        let insert = "INSERT INTO photo_edits (seller, upc, at, photos) VALUES ($1, $2, $3, $4)
            ON CONFLICT (seller, upc, at) DO NOTHING";
        self.database.execute(insert, &arguments![seller, upc.ean13(), at.as_millisecond(), before]).await.map(drop)
    }

    /// Returns the latest edit of photos that was not undone, of one item or of any item.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn newest_edit(&self, seller: &str, upc: Option<Upc>) -> Result<Option<PhotoEdit>, StoreDatabaseError> {
        let select = "SELECT upc, at, photos FROM photo_edits
            WHERE seller = $1 AND ($2 = '' OR upc = $2) ORDER BY at DESC LIMIT 1";
        let code = upc.map(Upc::ean13).unwrap_or_default();
        let found: Option<(String, i64, String)> =
            self.database.fetch_optional(select, &arguments![seller, code]).await?;
        Ok(found.and_then(|(upc, at, before)| {
            let before = serde_json::from_str(&before).ok()?;
            Some(PhotoEdit { upc: upc.parse().ok()?, at: Timestamp::from_millisecond(at).ok()?, before })
        }))
    }

    /// Returns the edits that began at this time: one action can edit the photos of several items.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn edits_at(&self, seller: &str, at: Timestamp) -> Result<Vec<PhotoEdit>, StoreDatabaseError> {
        let select = "SELECT upc, photos FROM photo_edits WHERE seller = $1 AND at = $2 ORDER BY upc";
        let row = arguments![seller, at.as_millisecond()];
        let found: Vec<(String, String)> = self.database.fetch_all(select, &row).await?;
        let edits = found.into_iter().filter_map(|(upc, before)| {
            Some(PhotoEdit { upc: upc.parse().ok()?, at, before: serde_json::from_str(&before).ok()? })
        });
        Ok(edits.collect())
    }

    /// Deletes the record of an edit that changed nothing.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn forget_edit(&self, seller: &str, upc: Upc, at: Timestamp) -> Result<(), StoreDatabaseError> {
        let delete = "DELETE FROM photo_edits WHERE seller = $1 AND upc = $2 AND at = $3";
        self.database.execute(delete, &arguments![seller, upc.ean13(), at.as_millisecond()]).await.map(drop)
    }

    /// Returns the items whose drafts have the picture with this digest.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn items_with_picture(&self, seller: &str, digest: &str) -> Result<Vec<Upc>, StoreDatabaseError> {
        let select = "SELECT DISTINCT upc FROM photos
            WHERE seller = $1 AND digest = $2 AND position NOT IN (-1, -2) ORDER BY upc";
        let found: Vec<(String,)> = self.database.fetch_all(select, &arguments![seller, digest]).await?;
        Ok(found.into_iter().filter_map(|(upc,)| upc.parse().ok()).collect())
    }

    /// Gives the photos of an item the places that they had before an edit, and leaves out those that the edit added.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn undo_edit(&self, seller: &str, edit: &PhotoEdit) -> Result<(), StoreDatabaseError> {
        for mut photo in self.all_photos_for_upc(seller, edit.upc).await? {
            let before = edit.before.iter().find(|(copy, name, _)| *copy == photo.copy && *name == photo.name);
            photo.place = before.map_or(PhotoPlace::LeftOut, |(.., place)| PhotoPlace::from_number(*place));
            self.save_photo(seller, edit.upc, &photo).await?;
        }
        self.forget_edit(seller, edit.upc, edit.at).await
    }

    /// Moves an edit to the time of a decision that belongs to the same action.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn move_edit(
        &self,
        seller: &str,
        upc: Upc,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<(), StoreDatabaseError> {
        let update = "UPDATE photo_edits SET at = $4 WHERE seller = $1 AND upc = $2 AND at = $3";
        let row = arguments![seller, upc.ean13(), from.as_millisecond(), to.as_millisecond()];
        self.database.execute(update, &row).await.map(drop)
    }

    /// Records that the drafts of an item were composed with these photos. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn mark_attached(
        &self,
        seller: &str,
        upc: Upc,
        photos: &[HostedPhoto],
    ) -> Result<(), StoreDatabaseError> {
        let upsert = "INSERT INTO attached (seller, upc, photos) VALUES ($1, $2, $3)
            ON CONFLICT (seller, upc) DO UPDATE SET photos = $3";
        self.database.execute(upsert, &arguments![seller, upc.ean13(), join_addresses(photos)]).await.map(drop)
    }

    /// Returns true if the drafts of an item were composed with just these photos: with none if no others were attached.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn is_attached(
        &self,
        seller: &str,
        upc: Upc,
        photos: &[HostedPhoto],
    ) -> Result<bool, StoreDatabaseError> {
        let select = "SELECT photos FROM attached WHERE seller = $1 AND upc = $2";
        let found: Option<(String,)> = self.database.fetch_optional(select, &arguments![seller, upc.ean13()]).await?;
        Ok(found.unwrap_or_default().0 == join_addresses(photos))
    }

    /// Returns the number of each item's photos that eBay still hosts at `now`. Items without photos are omitted.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn count_photos(&self, seller: &str, now: Timestamp) -> Result<HashMap<Upc, u32>, StoreDatabaseError> {
        let select = "SELECT upc, COUNT(*) FROM photos
            WHERE seller = $1 AND (expires IS NULL OR expires > $2) AND position NOT IN (-1, -2) GROUP BY upc";
        let rows: Vec<(String, i64)> =
            self.database.fetch_all(select, &arguments![seller, now.as_millisecond()]).await?;
        let counts = rows.into_iter().filter_map(|(upc, count)| Some((upc.parse().ok()?, u32::try_from(count).ok()?)));
        Ok(counts.collect())
    }

    /// Returns the photos of all copies of an item, in order, without those that its drafts do not have.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn photos_for_upc(&self, seller: &str, upc: Upc) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        let mut photos = self.all_photos_for_upc(seller, upc).await?;
        photos.retain(|photo| photo.place.is_used());
        Ok(photos)
    }

    /// Returns the photos of an item like [`Self::photos_for_upc`], including those that its drafts do not have.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn all_photos_for_upc(&self, seller: &str, upc: Upc) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        let select = "SELECT copy, name, position, digest, address, expires FROM photos
            WHERE seller = $1 AND upc = $2 ORDER BY copy, position, name";
        let rows: Vec<PhotoRow> = self.database.fetch_all(select, &arguments![seller, upc.ean13()]).await?;
        Ok(rows.into_iter().map(HostedPhoto::from).collect())
    }
}

fn join_addresses(photos: &[HostedPhoto]) -> String {
    photos.iter().map(|photo| format!("{} {}", photo.copy, photo.address)).collect::<Vec<_>>().join("\n")
}

impl From<PhotoRow> for HostedPhoto {
    fn from((copy, name, position, digest, address, expires): PhotoRow) -> Self {
        let number = |value: i64| u32::try_from(value).unwrap_or_default();
        Self {
            copy: number(copy),
            name,
            place: PhotoPlace::from_number(position),
            digest,
            address,
            expires_at: expires.and_then(|at| Timestamp::from_millisecond(at).ok()),
        }
    }
}
