//! Records which picture at eBay belongs to which of the seller's items. Durable, and shared by all processes of a
//! store.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::sqlite::SqliteSynchronous;

use crate::location::StoreLocation;
use crate::rebuildable_database::RebuildableDatabase;
use crate::statement::{Argument, Statement, arguments};
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

    pub(crate) fn to_number(self) -> i64 {
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

    pub(crate) fn from_number(number: i64) -> Self {
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

/// The photo records of a store. Clones share the database. `environment_id` is the eBay environment that hosts the
/// photos.
#[derive(Clone, Debug)]
pub struct PhotoStore {
    pub(crate) database: StoreDatabase,
}

type PhotoRow = (i64, String, i64, String, String, Option<i64>);

/// The barcode of an item, and the columns of [`PhotoRow`].
type ItemPhotoRow = (String, i64, String, i64, String, String, Option<i64>);

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
    pub async fn save_photo(
        &self,
        environment_id: &str,
        upc: Upc,
        photo: &HostedPhoto,
    ) -> Result<(), StoreDatabaseError> {
        let (statement, row) = save_statement(environment_id, upc, photo);
        self.database.execute(statement, &row).await.map(drop)
    }

    /// Puts photos of an item into the order of `names`, and removes those that are not named from its drafts. All of
    /// them are written at once.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn arrange_photos(
        &self,
        environment_id: &str,
        upc: Upc,
        mut photos: Vec<HostedPhoto>,
        names: &[&str],
    ) -> Result<(), StoreDatabaseError> {
        for photo in &mut photos {
            let position = names.iter().position(|name| *name == photo.name).and_then(|at| u32::try_from(at).ok());
            photo.place = position.map_or(PhotoPlace::Removed, PhotoPlace::Arranged);
        }
        let statements = photos.iter().map(|photo| save_statement(environment_id, upc, photo)).collect::<Vec<_>>();
        self.database.execute_transaction(&statements).await
    }

    /// Returns the photo of any item with this content that expires last; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn find_by_digest(
        &self,
        environment_id: &str,
        digest: &str,
    ) -> Result<Option<HostedPhoto>, StoreDatabaseError> {
        let select = "SELECT copy, name, position, digest, address, expires FROM photos
            WHERE seller = $1 AND digest = $2 ORDER BY expires DESC NULLS LAST LIMIT 1";
        let found: Option<PhotoRow> = self.database.fetch_optional(select, &arguments![environment_id, digest]).await?;
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

    /// Returns the items whose drafts have the picture with this digest.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn items_with_picture(&self, environment_id: &str, digest: &str) -> Result<Vec<Upc>, StoreDatabaseError> {
        let select = "SELECT DISTINCT upc FROM photos
            WHERE seller = $1 AND digest = $2 AND position NOT IN (-1, -2) ORDER BY upc";
        let found: Vec<(String,)> = self.database.fetch_all(select, &arguments![environment_id, digest]).await?;
        Ok(found.into_iter().filter_map(|(upc,)| upc.parse().ok()).collect())
    }

    /// Records that the drafts of an item were composed with these photos. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn mark_attached(
        &self,
        environment_id: &str,
        upc: Upc,
        photos: &[HostedPhoto],
    ) -> Result<(), StoreDatabaseError> {
        let upsert = "INSERT INTO attached (seller, upc, photos) VALUES ($1, $2, $3)
            ON CONFLICT (seller, upc) DO UPDATE SET photos = $3";
        self.database.execute(upsert, &arguments![environment_id, upc.ean13(), join_addresses(photos)]).await.map(drop)
    }

    /// Returns true if the drafts of an item were composed with just these photos: with none if no others were attached.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn is_attached(
        &self,
        environment_id: &str,
        upc: Upc,
        photos: &[HostedPhoto],
    ) -> Result<bool, StoreDatabaseError> {
        let select = "SELECT photos FROM attached WHERE seller = $1 AND upc = $2";
        let found: Option<(String,)> =
            self.database.fetch_optional(select, &arguments![environment_id, upc.ean13()]).await?;
        Ok(found.unwrap_or_default().0 == join_addresses(photos))
    }

    /// Returns the number of each item's photos that eBay still hosts at `now`. Items without photos are omitted.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn count_photos(
        &self,
        environment_id: &str,
        now: Timestamp,
    ) -> Result<HashMap<Upc, u32>, StoreDatabaseError> {
        let select = "SELECT upc, COUNT(*) FROM photos
            WHERE seller = $1 AND (expires IS NULL OR expires > $2) AND position NOT IN (-1, -2) GROUP BY upc";
        let rows: Vec<(String, i64)> =
            self.database.fetch_all(select, &arguments![environment_id, now.as_millisecond()]).await?;
        let counts = rows.into_iter().filter_map(|(upc, count)| Some((upc.parse().ok()?, u32::try_from(count).ok()?)));
        Ok(counts.collect())
    }

    /// Returns the photos of all copies of an item, in order, without those that its drafts do not have.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn photos_for_upc(&self, environment_id: &str, upc: Upc) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        let mut photos = self.all_photos_for_upc(environment_id, upc).await?;
        photos.retain(|photo| photo.place.is_used());
        Ok(photos)
    }

    /// Returns the photos of several items, as [`Self::photos_for_upc`] does. An item without photos is left out.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn photos_by_upc(
        &self,
        environment_id: &str,
        upcs: &[Upc],
    ) -> Result<HashMap<Upc, Vec<HostedPhoto>>, StoreDatabaseError> {
        let select = "SELECT upc, copy, name, position, digest, address, expires FROM photos
            WHERE seller = $1 AND upc = ANY($2) ORDER BY copy, position, name";
        let codes: Vec<String> = upcs.iter().map(|upc| upc.ean13()).collect();
        let rows: Vec<ItemPhotoRow> = self.database.fetch_all(select, &arguments![environment_id, codes]).await?;
        let mut photos = HashMap::<_, Vec<_>>::new();
        for (upc, copy, name, position, digest, address, expires) in rows {
            let photo = HostedPhoto::from((copy, name, position, digest, address, expires));
            if let Ok(upc) = upc.parse()
                && photo.place.is_used()
            {
                photos.entry(upc).or_default().push(photo);
            }
        }
        Ok(photos)
    }

    /// Returns the photos of an item like [`Self::photos_for_upc`], including those that its drafts do not have.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn all_photos_for_upc(
        &self,
        environment_id: &str,
        upc: Upc,
    ) -> Result<Vec<HostedPhoto>, StoreDatabaseError> {
        let select = "SELECT copy, name, position, digest, address, expires FROM photos
            WHERE seller = $1 AND upc = $2 ORDER BY copy, position, name";
        let rows: Vec<PhotoRow> = self.database.fetch_all(select, &arguments![environment_id, upc.ean13()]).await?;
        Ok(rows.into_iter().map(HostedPhoto::from).collect())
    }
}

/// Returns the statement that saves a photo, and its arguments.
pub(crate) fn save_statement<'a>(
    environment_id: &'a str,
    upc: Upc,
    photo: &'a HostedPhoto,
) -> (Statement, Vec<Argument<'a>>) {
    let row = arguments![
        environment_id,
        upc.ean13(),
        i64::from(photo.copy),
        &photo.name,
        photo.place.to_number(),
        &photo.digest,
        &photo.address,
        photo.expires_at.map(Timestamp::as_millisecond),
    ];
    (SAVE_PHOTO_SQL.into(), row.into())
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
