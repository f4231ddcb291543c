//! The folder of the offline catalog, in which an import of any process can replace the catalog at any time.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::read::{CATALOG_FILE, OfflineCatalog, OpenCatalogError};

/// A folder with an offline catalog, or without one until the first import.
#[derive(Debug)]
pub struct CatalogFolder {
    folder: PathBuf,
    /// The catalog that was opened last, and its file.
    opened: Mutex<Option<(FileIdentity, Arc<OfflineCatalog>)>>,
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

impl CatalogFolder {
    /// Names the folder; nothing is opened yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), opened: Mutex::new(None) }
    }

    /// Returns the catalog that is in the folder now; `None` if there is none. The same file is opened once.
    ///
    /// # Errors
    /// Returns [`OpenCatalogError`] if there is one that cannot be read.
    pub fn current(&self) -> Result<Option<Arc<OfflineCatalog>>, OpenCatalogError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder.join(CATALOG_FILE);
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
