//! Items of a job in chunks, in list order. A chunk from a snapshot is decoded at first access, so that a large job
//! opens as fast as a small one. Clones of a list share unchanged chunks.

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::item::Item;

/// Decodes the items of a chunk. Called at first access.
pub type ChunkLoader = Box<dyn FnOnce() -> Vec<Item> + Send>;

/// Consecutive items, decoded or not yet.
struct ItemChunk(LazyLock<Vec<Item>, ChunkLoader>);

impl ItemChunk {
    fn from_items(items: Vec<Item>) -> Self {
        let chunk = Self(LazyLock::new(Box::new(|| items)));
        LazyLock::force(&chunk.0);
        chunk
    }
}

/// Decodes the chunk before cloning it; a chunk is cloned only to be changed.
impl Clone for ItemChunk {
    fn clone(&self) -> Self {
        Self::from_items(self.0.to_vec())
    }
}

/// Items in list order, with positions from 0.
#[derive(Clone, Default)]
pub struct ItemList {
    /// Chunks of [`Self::CHUNK_LEN`] items. The last chunk may be shorter.
    chunks: Vec<Arc<ItemChunk>>,
    count: usize,
}

impl ItemList {
    /// Number of items per chunk. Decoding one chunk is fast enough for a redraw.
    pub const CHUNK_LEN: usize = 1 << 13;

    /// Creates a list of `count` items. Each loader decodes [`Self::CHUNK_LEN`] items; the last one may decode fewer.
    /// If a loader returns too few items, the other positions are empty.
    pub fn from_lazy_chunks(count: usize, loaders: impl IntoIterator<Item = ChunkLoader>) -> Self {
        let chunks = loaders.into_iter().map(|load| Arc::new(ItemChunk(LazyLock::new(load)))).collect();
        Self { chunks, count }
    }

    /// Returns the number of items.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns true if there are no items.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the item at position `place`.
    pub fn get(&self, index: usize) -> Option<&Item> {
        self.chunks.get(index / Self::CHUNK_LEN)?.0.get(index % Self::CHUNK_LEN)
    }

    /// Returns the last item.
    pub fn last(&self) -> Option<&Item> {
        self.get(self.count.checked_sub(1)?)
    }

    /// Iterates over all items.
    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.iter_from(0)
    }

    /// Iterates over the items from position `place` on, without decoding earlier chunks.
    pub fn iter_from(&self, index: usize) -> impl Iterator<Item = &Item> {
        let chunks = self.chunks.iter().skip(index / Self::CHUNK_LEN);
        let mut passed_over = index % Self::CHUNK_LEN;
        chunks.flat_map(move |chunk| chunk.0.iter().skip(std::mem::take(&mut passed_over)))
    }

    /// Returns the item at position `place` for modification. Clones of the list keep the old item.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Item> {
        let chunk = Arc::make_mut(self.chunks.get_mut(index / Self::CHUNK_LEN)?);
        chunk.0.get_mut(index % Self::CHUNK_LEN)
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
