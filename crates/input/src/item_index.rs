//! Finds the item of a barcode while a list is read.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use domain::job_spec::InputItem;
use domain::upc::Upc;

/// Index of items by barcode. It needs only eight bytes per item: a map from a million barcodes to positions would not
/// fit into the CPU caches.
#[derive(Debug, Default)]
pub(super) struct ItemIndex {
    /// Half of the hash of a barcode, and the index of its item.
    table: HashTable<(u32, u32)>,
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

    /// Reserves memory for further barcodes.
    pub(super) fn reserve(&mut self, count: usize) {
        self.table.reserve(count, |(hash, _)| spread(*hash));
    }

    #[inline]
    fn find_or_insert_next(&mut self, upc: Upc, items: &[InputItem]) -> u32 {
        let Self { table, hasher, new_upcs } = self;
        let hash = (hasher.hash_one(upc) >> 32) as u32;
        let upc_at = |index: usize| match index.checked_sub(items.len()) {
            None => items.get(index).map(|item| item.upc),
            Some(new) => new_upcs.get(new).copied(),
        };
        let is_item = |known: &(u32, u32)| known.0 == hash && upc_at(known.1 as usize) == Some(upc);
        let next = u32::try_from(items.len() + new_upcs.len()).unwrap_or(u32::MAX);
        let index = table.entry(spread(hash), is_item, |(hash, _)| spread(*hash)).or_insert((hash, next)).get().1;
        if index == next {
            new_upcs.push(upc);
        }
        index
    }
}

/// Returns a hash with the same bits in both halves. The table uses the low bits of a hash for the bucket and the high
/// bits for the tag.
fn spread(hash: u32) -> u64 {
    (u64::from(hash) << 32) | u64::from(hash)
}
