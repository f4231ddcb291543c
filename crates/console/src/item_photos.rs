//! The seller's own photos of an item, and changes to them.

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
