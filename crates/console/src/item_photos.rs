//! The seller's own photos of items: their names, their numbers, and changes to them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::upc::Upc;

/// A photo of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemPhoto {
    /// File name of the photo.
    pub name: String,
    /// Address of the photo at eBay.
    pub address: String,
}

/// A change to the photos of one or several items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoChange {
    /// Sets the photos and their order, as names of existing photos and paths of files or folders to upload. An empty
    /// list removes all photos.
    Set(Vec<String>),
    /// Adds these files after the existing photos of each item.
    Add(Vec<String>),
}

/// Text that removes all photos.
const NO_PHOTOS: &str = "none";

impl PhotoChange {
    /// Parses names and paths separated by commas. For several items, the files are added; for one item, the text lists
    /// all of its photos.
    pub(super) fn parse(text: &str, has_several_items: bool) -> Self {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let names = names.collect::<Vec<_>>();
        match &names[..] {
            [] => Self::Set(Vec::new()),
            [word] if word.eq_ignore_ascii_case(NO_PHOTOS) => Self::Set(Vec::new()),
            _ if has_several_items => Self::Add(names),
            _ => Self::Set(names),
        }
    }
}

/// The numbers of photos as they were last counted.
#[derive(Clone, Debug, Default)]
pub struct PhotoCounts {
    /// `None` until they are counted. Items without photos are omitted.
    counts: Option<Arc<HashMap<Upc, u32>>>,
}

/// Two values are equal if they come from the same count.
impl PartialEq for PhotoCounts {
    fn eq(&self, other: &Self) -> bool {
        match (&self.counts, &other.counts) {
            (Some(one), Some(another)) => Arc::ptr_eq(one, another),
            (one, another) => one.is_none() && another.is_none(),
        }
    }
}

impl Eq for PhotoCounts {}

impl PhotoCounts {
    /// Returns the number of photos of an item; `None` until they are counted.
    pub(super) fn count_for(&self, upc: Upc) -> Option<u32> {
        self.counts.as_ref().map(|counts| counts.get(&upc).copied().unwrap_or_default())
    }
}

impl From<HashMap<Upc, u32>> for PhotoCounts {
    fn from(counts: HashMap<Upc, u32>) -> Self {
        Self { counts: Some(Arc::new(counts)) }
    }
}
