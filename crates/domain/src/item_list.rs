//! The items of a job, in the order of its list, in parts. A part that was kept on a disk is read when somebody looks
//! into it, so that a million items are there as soon as the fifty that are shown; copies of a board share the parts in
//! which they do not differ.

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::item::Item;

/// Makes the items of a part; whoever looks first has it done.
pub type ChunkLoader = Box<dyn FnOnce() -> Vec<Item> + Send>;

/// Some items that stand together.
struct ItemChunk(LazyLock<Vec<Item>, ChunkLoader>);

impl ItemChunk {
    fn from_items(items: Vec<Item>) -> Self {
        let part = Self(LazyLock::new(Box::new(|| items)));
        LazyLock::force(&part.0);
        part
    }
}

/// What is copied is written to next: it is read before.
impl Clone for ItemChunk {
    fn clone(&self) -> Self {
        Self::from_items(self.0.to_vec())
    }
}

/// Items in their order, counted from 0.
#[derive(Clone, Default)]
pub struct ItemList {
    /// All of [`Items::PART`] items but the last one, which holds from one to that many.
    chunks: Vec<Arc<ItemChunk>>,
    count: usize,
}

impl ItemList {
    /// Items of a part: reading it takes no longer than a drawing may.
    pub const CHUNK_LEN: usize = 1 << 13;

    /// So many items that are read later, [`Items::PART`] by each reading but the last. Places for which a reading makes
    /// nothing stay empty.
    pub fn from_lazy_chunks(count: usize, readings: impl IntoIterator<Item = ChunkLoader>) -> Self {
        let chunks = readings.into_iter().map(|reading| Arc::new(ItemChunk(LazyLock::new(reading)))).collect();
        Self { chunks, count }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The item at a place.
    pub fn get(&self, place: usize) -> Option<&Item> {
        self.chunks.get(place / Self::CHUNK_LEN)?.0.get(place % Self::CHUNK_LEN)
    }

    /// The last one.
    pub fn last(&self) -> Option<&Item> {
        self.get(self.count.checked_sub(1)?)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Item> {
        self.iter_from(0)
    }

    /// Those from a place on. Parts that are passed over are not read.
    pub fn iter_from(&self, place: usize) -> impl Iterator<Item = &Item> {
        let parts = self.chunks.iter().skip(place / Self::CHUNK_LEN);
        let mut passed_over = place % Self::CHUNK_LEN;
        parts.flat_map(move |part| part.0.iter().skip(std::mem::take(&mut passed_over)))
    }

    /// To change the item at a place; copies of the board keep theirs as it is.
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Item> {
        let part = Arc::make_mut(self.chunks.get_mut(place / Self::CHUNK_LEN)?);
        part.0.get_mut(place % Self::CHUNK_LEN)
    }

    /// Puts one behind the last.
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
