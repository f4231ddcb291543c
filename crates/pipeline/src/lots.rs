//! The lots of a job: items that are sold as one listing, because the list or an edit puts them in a lot.
//!
//! ```text
//! item composed ──join──> ready ──all others ready or left out──> one draft; every item of the lot is done
//!                               └─one in review or failed──> the others are done and wait; they are queued again
//!                                                            when that item is ready
//! ```
//!
//! Ready listings are kept in memory only. After a crash, the items of a lot are not done, so they run again from
//! their last steps and join again. Edits may change the lots while the job runs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::lot_edits::EditedLots;
use domain::item_details::ItemDetails;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::Listing;
use domain::lot::{lot_code, lot_key, possible_lot_codes};
use domain::seller_data::ItemField;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Items per read.
const ITEMS_PER_READ: usize = 1_000;

/// The lots of a job by item. Empty for a job without lots.
#[derive(Default)]
pub struct Lots {
    index: RwLock<LotIndex>,
}

#[derive(Default)]
struct LotIndex {
    by_item: HashMap<Upc, Vec<Arc<Lot>>>,
    /// Key: [`lot_key`] of the name.
    by_key: BTreeMap<String, Arc<Lot>>,
    /// Number of lot edits applied so far, see [`JobProjection::lot_edits`].
    changes_seen: u64,
}

/// A lot of a job.
pub(super) struct Lot {
    pub(super) name: String,
    /// Items in list order.
    items: Mutex<Vec<Upc>>,
    /// Listings of the ready items, one for each group of copies.
    ready: Mutex<BTreeMap<Upc, Vec<Listing>>>,
    /// Held while the lot is drafted.
    pub(super) settling: tokio::sync::Mutex<()>,
}

impl Lots {
    /// Reads the lots of a job. Returns early for a job without lots.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the list or an edit cannot be read.
    pub(super) async fn from_journal(journal: &Journal, job: &JobId, spec: &JobSpec) -> Result<Self, JournalError> {
        let lots = Self::default();
        if !spec.create_drafts {
            return Ok(lots);
        }
        let upcs = {
            let projection = journal.projection(job).await?;
            let projection = projection.read();
            // A job that retries items has no column layout, so its items are always checked.
            let names_lots = projection.reading.as_ref().map_or(spec.retry_of.is_some(), |reading| {
                reading.item_columns.iter().any(|column| column.field == ItemField::Lot)
            });
            let items = projection.items().iter().filter(|_| names_lots);
            items.map(|item| item.upc).collect::<Vec<_>>()
        };
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            let items = journal.input_items(job, chunk).await?;
            let mut index = lots.index.write();
            for item in &items {
                index.set_lots(item.upc, &item.lots());
            }
        }
        lots.apply_edits(journal, job).await?;
        Ok(lots)
    }

    /// Moves items between lots according to edits recorded since the last call.
    ///
    /// # Errors
    /// Returns [`JournalError`] if an edit cannot be read.
    pub(super) async fn apply_edits(&self, journal: &Journal, job: &JobId) -> Result<(), JournalError> {
        let (changes, upcs) = {
            let projection = journal.projection(job).await?;
            let projection = projection.read();
            let changes = projection.lot_edits.changes;
            if changes == self.index.read().changes_seen {
                return Ok(());
            }
            (changes, projection.lot_edits.upcs.iter().copied().collect::<Vec<_>>())
        };
        let edited = EditedLots::from_journal(journal, job, &upcs).await?;
        let projection = journal.projection(job).await?;
        let projection = projection.read();
        let mut index = self.index.write();
        edited.lots.iter().for_each(|(upc, lots)| index.set_lots(*upc, lots));
        edited.expected.iter().for_each(|(upc, name)| index.add_to_lot(*upc, name));
        index.sort_items(&projection);
        index.changes_seen = changes;
        Ok(())
    }

    /// Returns the lots of an item: at most one, unless its rows name different lots.
    pub(super) fn lots_of(&self, upc: Upc) -> Vec<Arc<Lot>> {
        self.index.read().by_item.get(&upc).cloned().unwrap_or_default()
    }

    /// Returns the items of all lots.
    pub(super) fn items(&self) -> Vec<Upc> {
        self.index.read().by_key.values().flat_map(|lot| lot.items()).collect()
    }

    /// Returns the lot with this name, compared by [`lot_key`].
    pub(super) fn find_lot(&self, name: &str) -> Option<Arc<Lot>> {
        self.index.read().by_key.get(&lot_key(name)).cloned()
    }

    /// Returns true for an item that waits for the other items of its lot.
    pub(super) fn is_ready(&self, upc: Upc) -> bool {
        self.lots_of(upc).iter().any(|lot| lot.ready.lock().contains_key(&upc))
    }

    /// Returns true if a lot of at least two items may have this code in the ledger.
    pub(super) fn has_possible_code(&self, code: Upc) -> bool {
        let index = self.index.read();
        index.by_key.values().any(|lot| lot.items().len() > 1 && lot.possible_codes().contains(&code))
    }

    /// Returns the lots with at least one ready item.
    pub(super) fn waiting_lots(&self) -> Vec<Arc<Lot>> {
        self.index.read().by_key.values().filter(|lot| !lot.ready.lock().is_empty()).cloned().collect()
    }
}

impl LotIndex {
    /// Puts an item into exactly these lots.
    fn set_lots(&mut self, upc: Upc, names: &[Option<String>]) {
        let keys = names.iter().flatten().map(|name| lot_key(name)).collect::<Vec<_>>();
        for lot in self.by_item.remove(&upc).unwrap_or_default() {
            if keys.contains(&lot_key(&lot.name)) {
                self.by_item.entry(upc).or_default().push(lot);
            } else {
                lot.items.lock().retain(|item| *item != upc);
                lot.remove_items(&[upc]);
            }
        }
        names.iter().flatten().for_each(|name| self.add_to_lot(upc, name));
    }

    /// Adds an item to a lot unless it is already in the lot.
    fn add_to_lot(&mut self, upc: Upc, name: &str) {
        let lot = self.by_key.entry(lot_key(name)).or_insert_with(|| Arc::new(Lot::new(name.to_owned()))).clone();
        let of_item = self.by_item.entry(upc).or_default();
        if !of_item.iter().any(|known| Arc::ptr_eq(known, &lot)) {
            lot.items.lock().push(upc);
            of_item.push(lot);
        }
    }

    /// Sorts the items of all lots in list order.
    fn sort_items(&self, projection: &JobProjection) {
        for lot in self.by_key.values() {
            lot.items.lock().sort_by_key(|upc| projection.index_of(*upc));
        }
    }
}

impl Lot {
    fn new(name: String) -> Self {
        Self { name, items: Mutex::default(), ready: Mutex::default(), settling: tokio::sync::Mutex::default() }
    }

    /// Returns the items in list order.
    pub(super) fn items(&self) -> Vec<Upc> {
        self.items.lock().clone()
    }

    /// Adds or replaces the listings of an item.
    pub(super) fn add_listings(&self, upc: Upc, listings: Vec<Listing>) {
        self.ready.lock().insert(upc, listings);
    }

    /// Removes the listings of items.
    pub(super) fn remove_items(&self, upcs: &[Upc]) {
        self.ready.lock().retain(|upc, _| !upcs.contains(upc));
    }

    /// Returns the listings of the ready items.
    pub(super) fn ready_listings(&self) -> BTreeMap<Upc, Vec<Listing>> {
        self.ready.lock().clone()
    }

    /// Reads the items with `read`. Returns them, and the listings of those that are ready and not finished.
    ///
    /// The listings are taken before the read: an item that joins during the read may be edited after it was read, and
    /// the lot would be drafted without the edit.
    ///
    /// # Errors
    /// Returns the error of `read`.
    pub(super) async fn read_items<F, E>(
        &self,
        read: impl FnOnce(Vec<Upc>) -> F,
    ) -> Result<(Vec<ItemDetails>, BTreeMap<Upc, Vec<Listing>>), E>
    where
        F: Future<Output = Result<Vec<ItemDetails>, E>>,
    {
        let mut ready = self.ready_listings();
        let details = read(self.items()).await?;
        let done = details.iter().filter(|item| item.outcome.is_some()).map(|item| item.input.upc).collect::<Vec<_>>();
        self.remove_items(&done);
        ready.retain(|upc, _| !done.contains(upc));
        Ok((details, ready))
    }

    /// Returns the code under which the ledger stores the lot if it is new.
    pub(super) fn new_code(&self) -> Option<Upc> {
        lot_code(&self.name, &self.items.lock())
    }

    /// Returns the codes under which the ledger may have the lot.
    pub(super) fn possible_codes(&self) -> Vec<Upc> {
        possible_lot_codes(&self.name, &self.items.lock())
    }
}

#[cfg(test)]
mod tests {
    use testing::events::input_item;

    use super::*;

    /// The last item of a lot joins, with the edit of an earlier run, while another item reads the lot.
    #[tokio::test]
    async fn an_item_that_joins_during_the_read_is_not_ready_yet() {
        let (lot, items) = (Lot::new("A".to_owned()), [1, 2].map(input_item));
        lot.items.lock().extend(items.iter().map(|item| item.upc));
        lot.add_listings(items[0].upc, Vec::new());
        let read = async |upcs: Vec<Upc>| {
            assert_eq!(upcs, items.each_ref().map(|item| item.upc));
            lot.add_listings(items[1].upc, Vec::new());
            Ok::<_, JournalError>(items.iter().cloned().map(ItemDetails::new).collect())
        };
        let (details, ready) = lot.read_items(read).await.unwrap();
        assert_eq!((details.len(), ready.into_keys().collect::<Vec<_>>()), (2, vec![items[0].upc]));
        assert_eq!(lot.ready_listings().len(), 2, "the item settles the lot itself");
    }
}
