//! Locations that contain lists, and their entries.

use std::path::PathBuf;

use jiff::Timestamp;

/// A location that contains lists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// The objects of a bucket whose names start with `prefix`, which is empty or ends with `/`.
    Bucket { bucket: String, prefix: String },
    /// A folder on this machine.
    Folder(PathBuf),
    /// The start page: bookmarks, the buckets of the project, folders, and recent locations.
    Bookmarks,
}

/// The meaning of a typed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolvedAddress {
    Location(Location),
    /// The source of a list: `gs://bucket/object` or a path.
    List(String),
}

impl Location {
    /// Returns the working directory of the console.
    pub(super) fn current_dir() -> Self {
        Self::Folder(".".into())
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bucket { bucket, prefix } => write!(f, "gs://{bucket}/{prefix}"),
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Bookmarks => f.write_str("locations"),
        }
    }
}

/// An entry of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Name within the location.
    pub name: String,
    pub kind: DirectoryEntryKind,
}

/// The kind of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryEntryKind {
    Folder(Location),
    /// A file that may be a list.
    File {
        /// Source of the list: `gs://bucket/object` or a path.
        source: String,
        /// Size in bytes.
        size: u64,
        updated: Option<Timestamp>,
        /// Storage class of the object, such as `STANDARD`; empty for a file on this machine.
        storage_class: String,
    },
}

/// A page of the entries of a location.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryPage {
    /// Full address of a folder on this machine, with a final `/`; `None` for other locations.
    pub address: Option<String>,
    pub entries: Vec<DirectoryEntry>,
    /// Token of the next page; `None` on the last page.
    pub next_page_token: Option<String>,
    /// What could not be listed, and what the operator can do about it.
    pub warning: Option<String>,
}
