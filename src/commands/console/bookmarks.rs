//! Places that the operator comes back to: his bookmarks, and what he looked at last. A small file beside his keys.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// As many are kept of what was looked at last.
const MAX_RECENT_ADDRESSES: usize = 20;

/// What the file holds: addresses as they are typed, `gs://bucket/prefix/` or a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct BookmarkFile {
    pub(super) bookmarks: Vec<String>,
    /// The newest first.
    pub(super) recent: Vec<String>,
}

/// The file. One change at a time; another console's changes are read before each.
pub(super) struct BookmarkStore {
    file: PathBuf,
    write_lock: tokio::sync::Mutex<()>,
}

impl BookmarkStore {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, write_lock: tokio::sync::Mutex::default() }
    }

    /// What is kept; nothing where there is no file.
    ///
    /// # Errors
    /// Where there is one that cannot be read: it is the operator's, and is not written over.
    pub(super) async fn load_bookmarks(&self) -> io::Result<BookmarkFile> {
        let file = self.file.clone();
        tokio::task::spawn_blocking(move || read_bookmark_file(&file)).await.map_err(io::Error::other)?
    }

    /// Puts a bookmark, or takes it away. True where it is there now.
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

    /// Notes that this was looked at. A note that cannot be written is no reason to hold anybody up.
    pub(super) async fn add_recent(&self, address: &str) {
        let noted = self.update_file(|stored| {
            stored.recent.retain(|known| known != address);
            stored.recent.insert(0, address.to_owned());
            stored.recent.truncate(MAX_RECENT_ADDRESSES);
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, file = %self.file.display(), "what was looked at last is not kept");
        }
    }

    async fn update_file<T>(&self, change: impl FnOnce(&mut BookmarkFile) -> T) -> io::Result<T> {
        let _one_at_a_time = self.write_lock.lock().await;
        let mut stored = self.load_bookmarks().await?;
        let before = stored.clone();
        let changed = change(&mut stored);
        if stored != before {
            let file = self.file.clone();
            tokio::task::spawn_blocking(move || write_bookmark_file(&file, &stored))
                .await
                .map_err(io::Error::other)??;
        }
        Ok(changed)
    }
}

fn read_bookmark_file(file: &Path) -> io::Result<BookmarkFile> {
    match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|error| io::Error::other(format!("{}: {error}; mend it, or move it away", file.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BookmarkFile::default()),
        Err(error) => Err(error),
    }
}

fn write_bookmark_file(file: &Path, stored: &BookmarkFile) -> io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(&serde_json::to_vec_pretty(stored)?)?;
    written.persist(file).map(drop).map_err(|error| error.error)
}
