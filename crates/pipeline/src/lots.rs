//! The lots of a job: items of a list that are sold as one listing.
//!
//! ```text
//! item composed ──join──> ready ──all others ready or left out──> one draft; every item of the lot is done
//!                               └─one in review or failed──> the others are done and wait; they are queued again
//!                                                            once that one is ready
//! ```
//!
//! What is ready is in memory. After a crash the items of a lot are not done, so they run again from their last steps and
//! join again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;

use domain::job_spec::{JobId, JobSpec};
use domain::listing::Listing;
use domain::lot::{lot_code, lot_key};
use domain::seller_data::ItemField;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Items of one read.
const ITEMS_PER_READ: usize = 1_000;

/// The lots of a job, by the items in them. Empty for a list without lots.
#[derive(Default)]
pub struct Lots {
    by_item: HashMap<Upc, Vec<Arc<Lot>>>,
}

/// One lot.
pub(super) struct Lot {
    pub(super) name: String,
    /// In the order of the list.
    pub(super) items: Vec<Upc>,
    /// The listings of the items that are ready, one for each group of copies.
    ready: Mutex<BTreeMap<Upc, Vec<Listing>>>,
    /// Held while the lot is drafted.
    pub(super) settling: tokio::sync::Mutex<()>,
}

impl Lots {
    /// Reads the lots of a job. A list whose columns name no lot costs nothing.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the list cannot be read.
    pub(super) async fn from_journal(journal: &Journal, job: &JobId, spec: &JobSpec) -> Result<Self, JournalError> {
        let upcs = {
            let projection = journal.projection(job).await?;
            let projection = projection.read();
            // A job that retries items has no columns of its own.
            let names_lots = projection.reading.as_ref().map_or(spec.retry_of.is_some(), |reading| {
                reading.item_columns.iter().any(|column| column.field == ItemField::Lot)
            });
            if !names_lots || !spec.create_drafts {
                return Ok(Self::default());
            }
            projection.items().iter().map(|item| item.upc).collect::<Vec<_>>()
        };
        let mut items_by_lot = BTreeMap::<String, (String, Vec<Upc>)>::new();
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            for item in journal.input_items(job, chunk).await? {
                for name in item.lots().into_iter().flatten() {
                    let entry = items_by_lot.entry(lot_key(&name)).or_insert_with(|| (name, Vec::new()));
                    entry.1.push(item.upc);
                }
            }
        }
        Ok(Self::from_items(items_by_lot.into_values()))
    }

    fn from_items(lots: impl Iterator<Item = (String, Vec<Upc>)>) -> Self {
        let mut by_item = HashMap::<Upc, Vec<Arc<Lot>>>::new();
        for (name, items) in lots {
            let lot = Arc::new(Lot { name, items, ready: Mutex::default(), settling: tokio::sync::Mutex::default() });
            for upc in &lot.items {
                by_item.entry(*upc).or_default().push(lot.clone());
            }
        }
        Self { by_item }
    }

    /// Returns the lots that rows of the item name: one, if they do not contradict each other.
    pub(super) fn lots_of(&self, upc: Upc) -> &[Arc<Lot>] {
        self.by_item.get(&upc).map_or(&[], Vec::as_slice)
    }

    /// True for an item that waits for the others of its lot.
    pub(super) fn is_ready(&self, upc: Upc) -> bool {
        self.lots_of(upc).iter().any(|lot| lot.ready.lock().contains_key(&upc))
    }

    /// Returns the lots of which an item is ready.
    pub(super) fn waiting_lots(&self) -> Vec<Arc<Lot>> {
        let mut waiting =
            self.by_item.values().flatten().filter(|lot| !lot.ready.lock().is_empty()).collect::<Vec<_>>();
        waiting.sort_by(|one, other| one.name.cmp(&other.name));
        waiting.dedup_by(|one, other| Arc::ptr_eq(one, other));
        waiting.into_iter().cloned().collect()
    }
}

impl Lot {
    /// Adds the listings of an item, in place of earlier ones.
    pub(super) fn add_listings(&self, upc: Upc, listings: Vec<Listing>) {
        self.ready.lock().insert(upc, listings);
    }

    /// Removes items.
    pub(super) fn remove_items(&self, upcs: &[Upc]) {
        self.ready.lock().retain(|upc, _| !upcs.contains(upc));
    }

    /// Returns the listings of the items that are ready.
    pub(super) fn ready_listings(&self) -> BTreeMap<Upc, Vec<Listing>> {
        self.ready.lock().clone()
    }

    /// Returns the number under which the ledger knows the lot.
    pub(super) fn ledger_code(&self) -> Option<Upc> {
        lot_code(&self.name, &self.items)
    }
}
