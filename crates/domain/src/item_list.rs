//! The items of a job in chunks, in the order of its list. A chunk from a snapshot is decoded at first access, so that a
//! job of a million items opens as fast as the fifty that are shown; clones share the chunks in which they do not differ.

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::item::Item;

/// Decodes the items of a chunk, at first access.
pub type ChunkLoader = Box<dyn FnOnce() -> Vec<Item> + Send>;

/// Consecutive items.
struct ItemChunk(LazyLock<Vec<Item>, ChunkLoader>);

impl ItemChunk {
    fn from_items(items: Vec<Item>) -> Self {
        let part = Self(LazyLock::new(Box::new(|| items)));
        LazyLock::force(&part.0);
        part
    }
}

/// A chunk is cloned to be changed, so it is decoded first.
impl Clone for ItemChunk {
    fn clone(&self) -> Self {
        Self::from_items(self.0.to_vec())
    }
}

/// Items in the order of the list, with positions from 0.
#[derive(Clone, Default)]
pub struct ItemList {
    /// Chunks of [`Self::CHUNK_LEN`] items; the last one may hold fewer.
    chunks: Vec<Arc<ItemChunk>>,
    count: usize,
}

impl ItemList {
    /// Number of items of a chunk: decoding one is fast enough for a redraw.
    pub const CHUNK_LEN: usize = 1 << 13;

    /// Creates a list of `count` items that are decoded later, [`Self::CHUNK_LEN`] by each loader but the last. A position
    /// for which a loader returns no item stays empty.
    pub fn from_lazy_chunks(count: usize, readings: impl IntoIterator<Item = ChunkLoader>) -> Self {
        let chunks = readings.into_iter().map(|reading| Arc::new(ItemChunk(LazyLock::new(reading)))).collect();
        Self { chunks, count }
    }

    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True if there are no items.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the item at a position.
    pub fn get(&self, place: usize) -> Option<&Item> {
        self.chunks.get(place / Self::CHUNK_LEN)?.0.get(place % Self::CHUNK_LEN)
    }

    /// Returns the last item.
    pub fn last(&self) -> Option<&Item> {
        self.get(self.count.checked_sub(1)?)
    }

    /// Iterates over all items.
    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.iter_from(0)
    }

    /// Iterates over the items from a position on. Chunks before it are not decoded.
    pub fn iter_from(&self, place: usize) -> impl Iterator<Item = &Item> {
        let parts = self.chunks.iter().skip(place / Self::CHUNK_LEN);
        let mut passed_over = place % Self::CHUNK_LEN;
        parts.flat_map(move |part| part.0.iter().skip(std::mem::take(&mut passed_over)))
    }

    /// Returns the item at a position for a change; clones of the list keep the old item.
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Item> {
        let part = Arc::make_mut(self.chunks.get_mut(place / Self::CHUNK_LEN)?);
        part.0.get_mut(place % Self::CHUNK_LEN)
    }

    /// Appends an item.
    pub(super) fn push(&mut self, item: Item) {
        match self.chunks.last_mut() {
            Some(last) if !self.count.is_multiple_of(Self::CHUNK_LEN) => Arc::make_mut(last).0.push(item),
            _ => self.chunks.push(Arc::new(ItemChunk::from_items(vec![item]))),
        }
        self.count += 1;
    }
}

impl FromIterator<Item> for ItemList {
    fn from_iter<I: IntoIterator<Item = Item>>(items: I) -> Self {
        let mut all = Self::default();
        items.into_iter().for_each(|item| all.push(item));
        all
    }
}

impl PartialEq for ItemList {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for ItemList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
