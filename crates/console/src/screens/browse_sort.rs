//! The sort orders of a folder or bucket.

use std::cmp::Ordering;

use crate::location::{DirectoryEntry, DirectoryEntryKind};

/// The sort order of lists. Folders always come before lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BrowseSort {
    /// The order in which the location lists its entries.
    Name,
    Size,
    /// Most recently updated first.
    Age,
}

impl BrowseSort {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Name => Self::Size,
            Self::Size => Self::Age,
            Self::Age => Self::Name,
        }
    }

    pub(super) fn compare_entries(self, one: &DirectoryEntry, other: &DirectoryEntry) -> Ordering {
        let key = |entry: &DirectoryEntry| match (&entry.kind, self) {
            (DirectoryEntryKind::Folder(_), _) => (false, 0),
            (DirectoryEntryKind::File { .. }, Self::Name) => (true, 0),
            (DirectoryEntryKind::File { size, .. }, Self::Size) => (true, size.cast_signed()),
            (DirectoryEntryKind::File { updated, .. }, Self::Age) => {
                (true, -updated.map_or(0, jiff::Timestamp::as_second))
            }
        };
        key(one).cmp(&key(other))
    }
}
