//! Stores bookmarks and recently used addresses of the console, in a small file next to the key bindings.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Maximum number of recent addresses in the file.
const MAX_RECENT_ADDRESSES: usize = 20;

/// The content of the file. Addresses are stored as typed: `gs://bucket/prefix/` or a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct BookmarkFile {
    pub(super) bookmarks: Vec<String>,
    /// Recently used addresses, newest first.
    pub(super) recent: Vec<String>,
}

/// The file of bookmarks. Changes are made one at a time. Each change reads the file first, because another console may
/// have changed it.
pub(super) struct BookmarkStore {
    file: PathBuf,
    write_lock: tokio::sync::Mutex<()>,
}

impl BookmarkStore {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, write_lock: tokio::sync::Mutex::default() }
    }

    /// Returns the bookmarks; empty if the file does not exist.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read. Nothing is overwritten then.
    pub(super) async fn load_bookmarks(&self) -> io::Result<BookmarkFile> {
        let file = self.file.clone();
        files::run_blocking(move || read_bookmark_file(&file)).await
    }

    /// Adds or removes a bookmark. Returns whether the bookmark exists afterwards.
    pub(super) async fn toggle_bookmark(&self, address: &str) -> io::Result<bool> {
        self.update_file(|stored| {
            let before = stored.bookmarks.len();
            stored.bookmarks.retain(|known| known != address);
            let is_new = stored.bookmarks.len() == before;
            stored.bookmarks.extend(is_new.then(|| address.to_owned()));
            is_new
        })
        .await
    }

    /// Records a recently used address. A failed write is logged and has no other effect.
    pub(super) async fn add_recent(&self, address: &str) {
        let noted = self.update_file(|stored| {
            stored.recent.retain(|known| known != address);
            stored.recent.insert(0, address.to_owned());
            stored.recent.truncate(MAX_RECENT_ADDRESSES);
        });
        if let Err(error) = noted.await {
            let error = files::describe_io_error(&error);
            tracing::warn!(error, file = %self.file.display(), "cannot save recent locations");
        }
    }

    async fn update_file<T>(&self, change: impl FnOnce(&mut BookmarkFile) -> T) -> io::Result<T> {
        let _one_at_a_time = self.write_lock.lock().await;
        let mut stored = self.load_bookmarks().await?;
        let before = stored.clone();
        let changed = change(&mut stored);
        if stored != before {
            let file = self.file.clone();
            files::run_blocking(move || write_bookmark_file(&file, &stored)).await?;
        }
        Ok(changed)
    }
}

fn read_bookmark_file(file: &Path) -> io::Result<BookmarkFile> {
    match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| {
            io::Error::other(format!("{}: {error}; correct the file, or move it away", file.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BookmarkFile::default()),
        Err(error) => Err(error),
    }
}

fn write_bookmark_file(file: &Path, stored: &BookmarkFile) -> io::Result<()> {
    files::write_atomic_private(file, &serde_json::to_vec_pretty(stored)?)
}
