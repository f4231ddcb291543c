//! The seller's own photos of an item, and how an edit changes them.

/// A photo of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemPhoto {
    /// Name of its file.
    pub name: String,
    /// Where eBay shows it.
    pub address: String,
}

/// A change of the photos of one or many items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoChange {
    /// The item has these photos, in this order: names of those that it has, and paths of files or folders to upload. None
    /// removes all.
    Set(Vec<String>),
    /// These files are added after the photos of each item.
    Add(Vec<String>),
}

/// The word that removes all photos.
const NO_PHOTOS: &str = "none";

impl PhotoChange {
    /// Parses names and paths that are separated by commas. For several items, files are added; for one, the text names all
    /// photos.
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
