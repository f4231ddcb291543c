//! The number of the seller's own photos of each item.

use std::collections::HashMap;
use std::sync::Arc;

use domain::upc::Upc;

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
