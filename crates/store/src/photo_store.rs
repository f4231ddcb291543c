//! The seller's photos: which picture at eBay belongs to which item. Durable, and shared by all processes of a data
//! directory.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::SqlitePool;

use crate::sqlite::{self, SqliteError};
use domain::upc::Upc;

const DB_FILE: &str = "photos.db";

/// `seller` is the eBay environment and the signed-in seller; `expires` is in milliseconds since 1970.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE photos (
        seller TEXT NOT NULL,
        upc TEXT NOT NULL,
        copy INTEGER NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        digest TEXT NOT NULL,
        address TEXT NOT NULL,
        expires INTEGER,
        PRIMARY KEY (seller, upc, copy, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX photos_by_digest ON photos (seller, digest);
    CREATE TABLE attached (seller TEXT NOT NULL, upc TEXT NOT NULL, photos TEXT NOT NULL, PRIMARY KEY (seller, upc))
        STRICT, WITHOUT ROWID"];

const SAVE_PHOTO_SQL: &str = "
    INSERT INTO photos (seller, upc, copy, name, position, digest, address, expires)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT DO UPDATE SET position = ?5, digest = ?6, address = ?7, expires = ?8";

const SELECT_COLUMNS: &str = "SELECT copy, name, position, digest, address, expires FROM photos";

/// A photo that eBay's picture service holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedPhoto {
    /// Number of the copy that it shows, from 1.
    pub copy: u32,
    /// Name of its file, without the folder.
    pub name: String,
    /// Place among the photos of the copy; equal ones are ordered by name.
    pub position: u32,
    /// Digest of the file's content.
    pub digest: String,
    /// Where eBay shows it.
    pub address: String,
    /// When eBay deletes it if no listing uses it; `None` if eBay did not say.
    pub expires_at: Option<Timestamp>,
}

/// The photos of a data directory. Clones share the file.
#[derive(Clone, Debug)]
pub struct PhotoStore {
    pool: SqlitePool,
    path: Arc<Path>,
}

type PhotoRow = (i64, String, i64, String, String, Option<i64>);

impl PhotoStore {
    /// Opens `photos.db` in the data directory and creates both if they are missing.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be used.
    pub async fn open(dir: &Path) -> Result<Self, SqliteError> {
        let path = dir.join(DB_FILE);
        std::fs::create_dir_all(dir).map_err(|error| SqliteError::from_io(&path, &error))?;
        let pool = sqlite::connect_pool(&path, sqlite::write_options(&path), MIGRATIONS).await?;
        Ok(Self { pool, path: path.into() })
    }

    /// Saves a photo of an item. A photo of the same file name is replaced. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be written.
    pub async fn save_photo(&self, seller: &str, upc: Upc, photo: &HostedPhoto) -> Result<(), SqliteError> {
        let saved = sqlx::query(SAVE_PHOTO_SQL)
            .bind(seller)
            .bind(upc.ean13())
            .bind(i64::from(photo.copy))
            .bind(&photo.name)
            .bind(i64::from(photo.position))
            .bind(&photo.digest)
            .bind(&photo.address)
            .bind(photo.expires_at.map(Timestamp::as_millisecond))
            .execute(&self.pool);
        saved.await.map(drop).map_err(|error| SqliteError::from_sqlx(&self.path, &error))
    }

    /// Returns the photo with this content that lasts the longest, of any item.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be read.
    pub async fn find_by_digest(&self, seller: &str, digest: &str) -> Result<Option<HostedPhoto>, SqliteError> {
        let sql = format!("{SELECT_COLUMNS} WHERE seller = ?1 AND digest = ?2 ORDER BY expires DESC LIMIT 1");
        let found: Option<PhotoRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(seller)
            .bind(digest)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| SqliteError::from_sqlx(&self.path, &error))?;
        Ok(found.map(HostedPhoto::from))
    }

    /// Records that the drafts of an item are composed with these photos. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be written.
    pub async fn mark_attached(&self, seller: &str, upc: Upc, photos: &[HostedPhoto]) -> Result<(), SqliteError> {
        let sql =
            "INSERT INTO attached (seller, upc, photos) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET photos = ?3";
        let saved = sqlx::query(sql).bind(seller).bind(upc.ean13()).bind(join_addresses(photos)).execute(&self.pool);
        saved.await.map(drop).map_err(|error| SqliteError::from_sqlx(&self.path, &error))
    }

    /// Returns true if the drafts of an item were composed with just these photos.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be read.
    pub async fn is_attached(&self, seller: &str, upc: Upc, photos: &[HostedPhoto]) -> Result<bool, SqliteError> {
        let found = sqlx::query_scalar("SELECT photos FROM attached WHERE seller = ?1 AND upc = ?2");
        let found: Option<String> = found
            .bind(seller)
            .bind(upc.ean13())
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| SqliteError::from_sqlx(&self.path, &error))?;
        Ok(found.is_some_and(|attached| attached == join_addresses(photos)))
    }

    /// Returns the photos of an item, of all its copies, in their order.
    ///
    /// # Errors
    /// Returns [`SqliteError`] if the file cannot be read.
    pub async fn photos_for_upc(&self, seller: &str, upc: Upc) -> Result<Vec<HostedPhoto>, SqliteError> {
        let sql = format!("{SELECT_COLUMNS} WHERE seller = ?1 AND upc = ?2 ORDER BY copy, position, name");
        let rows: Vec<PhotoRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(seller)
            .bind(upc.ean13())
            .fetch_all(&self.pool)
            .await
            .map_err(|error| SqliteError::from_sqlx(&self.path, &error))?;
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
            position: number(position),
            digest,
            address,
            expires_at: expires.and_then(|at| Timestamp::from_millisecond(at).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(name: &str, position: u32, digest: &str) -> HostedPhoto {
        let expires_at = Timestamp::from_millisecond(1_900_000_000_000).ok();
        let (name, digest) = (name.to_owned(), digest.to_owned());
        HostedPhoto { copy: 1, position, address: format!("https://i.ebayimg.com/{digest}"), name, digest, expires_at }
    }

    #[tokio::test]
    async fn photos_stay_in_order_for_each_seller() {
        let dir = tempfile::tempdir().expect("a directory");
        let store = PhotoStore::open(dir.path()).await.expect("opens");
        let upc: Upc = "720642442524".parse().expect("a UPC");
        for photo in [photo("b.jpg", 2, "B"), photo("a.jpg", 1, "A")] {
            store.save_photo("one", upc, &photo).await.expect("saved");
        }
        store.save_photo("one", upc, &photo("b.jpg", 2, "C")).await.expect("replaced");
        let reopened = PhotoStore::open(dir.path()).await.expect("opens");
        let digests = |photos: Vec<HostedPhoto>| photos.into_iter().map(|photo| photo.digest).collect::<Vec<_>>();
        assert_eq!(digests(reopened.photos_for_upc("one", upc).await.expect("read")), ["A", "C"]);
        assert_eq!(reopened.photos_for_upc("two", upc).await.expect("read"), []);
        let found = reopened.find_by_digest("one", "A").await.expect("read").expect("found");
        assert_eq!(found, photo("a.jpg", 1, "A"));
        assert_eq!(reopened.find_by_digest("two", "A").await.expect("read"), None);
    }
}
