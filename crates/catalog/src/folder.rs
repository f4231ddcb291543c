//! The folder of the offline catalog, in which an import of any process can replace the catalog at any time.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;

use super::catalog_file::OpenCatalogError;
use super::format::CatalogRecord;
use super::read::OfflineCatalog;

/// A folder with the offline catalog of a database, or without one until the first import.
#[derive(Debug)]
pub struct CatalogFolder<R> {
    folder: PathBuf,
    /// The catalog that was opened last, and its file.
    opened: Mutex<Option<(FileIdentity, Arc<OfflineCatalog<R>>)>>,
}

/// Tells a file from the one that replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity {
    device: u64,
    inode: u64,
    length: u64,
    modified: Option<SystemTime>,
}

impl FileIdentity {
    fn new(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

impl<R: CatalogRecord> CatalogFolder<R> {
    /// Names the folder; nothing is opened yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), opened: Mutex::new(None) }
    }

    /// Returns the catalog that is in the folder now; `None` if there is none. The same file is opened once.
    ///
    /// # Errors
    /// Returns [`OpenCatalogError`] if there is one that cannot be read.
    pub fn current(&self) -> Result<Option<Arc<OfflineCatalog<R>>>, OpenCatalogError> {
        let mut opened = self.opened.lock();
        let path = self.folder.join(R::DATABASE.file_name());
        // If the file is replaced between this and the opening, the next call opens it once more.
        let identity = std::fs::metadata(&path).ok().map(|metadata| FileIdentity::new(&metadata));
        if let (Some((known, catalog)), Some(identity)) = (opened.as_ref(), identity)
            && *known == identity
        {
            return Ok(Some(catalog.clone()));
        }
        let current = OfflineCatalog::open(&self.folder)?.map(Arc::new);
        *opened = identity.zip(current.clone());
        Ok(current)
    }
}
