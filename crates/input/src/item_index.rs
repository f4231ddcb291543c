//! Finds the item of a barcode while a list is read.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use domain::job_spec::InputItem;
use domain::upc::Upc;

/// Index of items by barcode. It needs only five bytes per item: a map from a million barcodes to positions would not fit
/// into the CPU caches.
#[derive(Debug, Default)]
pub(super) struct ItemIndex {
    /// Indices of the items.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Barcodes of the rows that are being indexed and that no earlier row had.
    new_upcs: Vec<Upc>,
}

impl ItemIndex {
    /// Returns the index of the item with this barcode. A new barcode gets the index after the last item.
    pub(super) fn find_or_insert(&mut self, upc: Upc, items: &[InputItem]) -> u32 {
        self.new_upcs.clear();
        self.find_or_insert_next(upc, items)
    }

    /// Writes the indices of the items of several rows to `indices`. New barcodes get the indices after the last item, in
    /// the order of the rows.
    ///
    /// The index of a long list does not fit into the CPU caches. This loop does nothing else, so that the processor waits
    /// for the memory of several rows at the same time.
    pub(super) fn find_or_insert_all(
        &mut self,
        upcs: impl Iterator<Item = Upc>,
        items: &[InputItem],
        indices: &mut Vec<u32>,
    ) {
        self.new_upcs.clear();
        indices.clear();
        indices.extend(upcs.map(|upc| self.find_or_insert_next(upc, items)));
    }

    /// Reserves memory for further barcodes, in addition to those of `items`.
    pub(super) fn reserve(&mut self, count: usize, items: &[InputItem]) {
        let Self { table, hasher, .. } = self;
        table.reserve(count, |index| items.get(*index as usize).map_or(0, |item| hasher.hash_one(item.upc)));
    }

    #[inline]
    fn find_or_insert_next(&mut self, upc: Upc, items: &[InputItem]) -> u32 {
        let Self { table, hasher, new_upcs } = self;
        let upc_at = |index: &u32| match (*index as usize).checked_sub(items.len()) {
            None => items.get(*index as usize).map(|item| item.upc),
            Some(new) => new_upcs.get(new).copied(),
        };
        let next = u32::try_from(items.len() + new_upcs.len()).unwrap_or(u32::MAX);
        let is_item = |index: &u32| upc_at(index) == Some(upc);
        let hash_at = |index: &u32| upc_at(index).map_or(0, |upc| hasher.hash_one(upc));
        let index = *table.entry(hasher.hash_one(upc), is_item, hash_at).or_insert(next).get();
        if index == next {
            new_upcs.push(upc);
        }
        index
    }
}
