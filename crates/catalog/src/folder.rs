//! The folder of an offline catalog. An import, also in another process, can replace the catalog at any time.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;

use super::catalog_file::OpenCatalogError;
use super::format::CatalogRecord;
use super::read::OfflineCatalog;

/// The folder of a database's offline catalog, which may not exist before the first import.
#[derive(Debug)]
pub struct CatalogFolder<R> {
    folder: PathBuf,
    /// The most recently opened catalog and the identity of its file.
    opened: Mutex<Option<(FileIdentity, Arc<OfflineCatalog<R>>)>>,
}

/// Distinguishes a file from the one that replaces it.
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
    /// Creates a handle to the folder without opening a catalog.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), opened: Mutex::new(None) }
    }

    /// Returns the catalog that is currently in the folder; `None` if there is none. Opens the same file only once.
    ///
    /// # Errors
    /// Returns [`OpenCatalogError`] if the catalog cannot be read.
    pub fn current(&self) -> Result<Option<Arc<OfflineCatalog<R>>>, OpenCatalogError> {
        let mut opened = self.opened.lock();
        let path = self.folder.join(R::DATABASE.file_name());
        // If the file is replaced between this and the opening, the next call opens it again.
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
