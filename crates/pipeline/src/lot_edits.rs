//! Reads the lots of items whose lot was edited in review.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::job_spec::JobId;
use domain::lot::lot_key;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Items whose details are in memory at a time.
const ITEMS_PER_READ: usize = 128;

/// The current lots of edited items.
#[derive(Default)]
pub(super) struct EditedLots {
    /// The lots of each edited item; `None` stands for copies that are sold alone.
    pub(super) lots: Vec<(Upc, Vec<Option<String>>)>,
    /// Items that were in one of these lots in an earlier run of the list, but whose edit this run has not repeated
    /// yet.
    pub(super) expected: Vec<(Upc, String)>,
}

impl EditedLots {
    /// Reads the current lots of edited items.
    ///
    /// # Errors
    /// Returns [`JournalError`] if an item cannot be read.
    pub(super) async fn from_journal(journal: &Journal, job: &JobId, upcs: &[Upc]) -> Result<Self, JournalError> {
        let (mut edited, mut repeated) = (Self::default(), BTreeMap::<JobId, BTreeSet<String>>::new());
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            for item in journal.item_details(job, chunk).await? {
                let record = item.review_record.as_ref();
                if let Some(origin) = record.and_then(|record| record.decision.repeats.as_ref()) {
                    let keys = repeated.entry(origin.job.clone()).or_default();
                    keys.extend(item.lot_name().map(|name| lot_key(&name)));
                }
                edited.lots.push((item.input.upc, item.lots()));
            }
        }
        let known = upcs.iter().copied().collect::<HashSet<_>>();
        for (origin, keys) in repeated.into_iter().filter(|(origin, _)| origin != job) {
            let earlier = read_lot_names(journal, &origin).await?;
            let projection = journal.projection(job).await?;
            let projection = projection.read();
            let is_expected = |upc: Upc| !known.contains(&upc) && projection.item(upc).is_some();
            let expected = earlier.into_iter().filter(|(upc, name)| is_expected(*upc) && keys.contains(&lot_key(name)));
            edited.expected.extend(expected);
        }
        Ok(edited)
    }
}

/// Returns the job's edited items that are in a lot, with the lot's name.
async fn read_lot_names(journal: &Journal, job: &JobId) -> Result<Vec<(Upc, String)>, JournalError> {
    let upcs = journal.projection(job).await?.read().lot_edits.upcs.iter().copied().collect::<Vec<_>>();
    let mut names = Vec::new();
    for chunk in upcs.chunks(ITEMS_PER_READ) {
        let items = journal.item_details(job, chunk).await?;
        names.extend(items.iter().filter_map(|item| Some((item.input.upc, item.lot_name()?))));
    }
    Ok(names)
}
