//! Uploaded lists as files in the data folder, and their copies in PostgreSQL. A machine that takes over batches
//! reads the lists that the previous machine received from these copies. A store in SQLite files has no copies.
//!
//! ```text
//! uploads/2cf24dba5fb0a30e26e83b2ac5b9e29e/box-15.csv    one folder per content, named by its SHA-256
//! ```

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::journal::TablePool;
use crate::location::DatabaseUrl;
use crate::statement::arguments;
use crate::store_database::StoreDatabaseError;
use domain::uploaded_list::{DIGEST_BYTES, UPLOADS_DIR};

pub(crate) const UPSERT_SQL: &str = "
    INSERT INTO uploads (path, content) VALUES ($1, $2)
    ON CONFLICT (path) DO UPDATE SET content = excluded.content";

pub(crate) const SELECT_SQL: &str = "SELECT content FROM uploads WHERE path = $1";

/// Returns the folder for uploaded lists in a data directory. The path is absolute, because a job stores the path of
/// its list and a later process may have another working directory.
pub fn uploads_folder(data_dir: &Path) -> PathBuf {
    let folder = data_dir.join(UPLOADS_DIR);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// Returns the folder name for a list with this SHA-256 digest.
pub fn content_folder_name(sha256: &[u8]) -> String {
    hex::encode(&sha256[..DIGEST_BYTES.min(sha256.len())])
}

/// Returns the paths of all lists in a folder for uploaded lists.
pub fn uploaded_list_paths(uploads_folder: &Path) -> Vec<PathBuf> {
    let entries = |dir: &Path| {
        std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect()
    };
    let folders: Vec<PathBuf> = entries(uploads_folder);
    folders.iter().flat_map(|path| if path.is_dir() { entries(path) } else { Vec::new() }).collect()
}

/// Writes a list to its path unless a file exists there. The path must contain the digest of the content, so that
/// nothing but an uploaded list is ever written.
///
/// # Errors
/// Returns an error if the path is not that of an uploaded list with this content, or if the file cannot be written.
pub fn write_uploaded_list(path: &Path, content: &[u8]) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    let name = content_folder_name(digest.as_ref());
    let folder = path.parent().filter(|folder| folder.file_name() == Some(name.as_ref()));
    let folder = folder.ok_or_else(|| io::Error::other("the path does not belong to this content"))?;
    std::fs::create_dir_all(folder)?;
    files::write_atomic(path, content)
}

/// The copies of uploaded lists in a database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct UploadedLists {
    tables: TablePool,
}

impl UploadedLists {
    /// Connects to a database.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be reached.
    pub async fn open(database: &DatabaseUrl) -> Result<Self, StoreDatabaseError> {
        Ok(Self { tables: TablePool::open(database).await? })
    }

    /// Stores a copy of the list at `path`. Durable when this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the copy cannot be written.
    pub async fn store(&self, path: &str, content: Vec<u8>) -> Result<(), StoreDatabaseError> {
        self.tables.execute(&UPSERT_SQL.into(), &arguments![path, content]).await?;
        Ok(())
    }

    /// Returns the content of the list at `path`; `None` if there is no copy.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the copy cannot be read.
    pub async fn find(&self, path: &str) -> Result<Option<Vec<u8>>, StoreDatabaseError> {
        let rows: Vec<(Vec<u8>,)> = self.tables.fetch_all(&SELECT_SQL.into(), &arguments![path]).await?;
        Ok(rows.into_iter().next().map(|(content,)| content))
    }

    /// Deletes all copies except those at `paths`. Returns the paths of the deleted copies.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the copies cannot be deleted.
    pub async fn keep_only(&self, paths: &BTreeSet<String>) -> Result<Vec<PathBuf>, StoreDatabaseError> {
        let paths: Vec<String> = paths.iter().cloned().collect();
        let delete = "DELETE FROM uploads WHERE NOT path = ANY($1) RETURNING path".into();
        let rows: Vec<(String,)> = self.tables.fetch_all(&delete, &arguments![paths]).await?;
        Ok(rows.into_iter().map(|(path,)| path.into()).collect())
    }
}
