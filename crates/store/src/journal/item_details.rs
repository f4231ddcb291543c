//! All that is known of single items, read from the journal when somebody opens one or a report is written.

use std::collections::HashMap;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::error::JournalError;
use super::open::Journal;
use super::store::{DetailLevel, ItemSelector, ReadPool};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::job_spec::{InputItem, JobId, RejectedLine};
use domain::upc::Upc;

/// Items folded at a time; each may hold several providers' entries with all their tracks.
const ITEMS_PER_READ: usize = 128;

impl Journal {
    /// The dossiers of items, in the order asked.
    ///
    /// # Errors
    /// [`JournalError::NotListed`] for a UPC that the job does not have, or why they cannot be read.
    pub async fn item_details(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<ItemDetails>, JournalError> {
        let mut all = Vec::with_capacity(upcs.len());
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            let found = fold_item_details(self.store(), job, ItemSelector::Upcs(chunk)).await?;
            let by_upc: HashMap<Upc, &ItemDetails> = found.iter().map(|details| (details.input.upc, details)).collect();
            for upc in chunk {
                let details =
                    by_upc.get(upc).ok_or_else(|| JournalError::UnknownItem { job: job.clone(), upc: *upc })?;
                all.push((*details).clone());
            }
        }
        Ok(all)
    }

    /// All that happened to one item, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn item_events(&self, job: &JobId, upc: Upc) -> Result<Vec<EventEnvelope>, JournalError> {
        self.store().item_events(job, &[upc]).await
    }

    /// How many items ended in each way after a number, over all jobs; and the number up to which that is true.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn count_outcomes_since(&self, after: Seq) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        self.store().count_outcomes_since(after).await
    }

    /// What the list said of items, in the order of the list.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn input_items(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<InputItem>, JournalError> {
        let mut all = Vec::with_capacity(upcs.len());
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            all.extend(self.store().input_items(job, ItemSelector::Upcs(chunk)).await?);
        }
        Ok(all)
    }

    /// The dossiers of items as a stream, some of them in memory at a time.
    pub fn stream_item_details(
        &self,
        job: &JobId,
        upcs: Vec<Upc>,
    ) -> BoxStream<'static, Result<ItemDetails, JournalError>> {
        let (journal, job) = (self.clone(), job.clone());
        stream::try_unfold(upcs, move |mut upcs| {
            let (journal, job) = (journal.clone(), job.clone());
            async move {
                let rest = upcs.split_off(upcs.len().min(ITEMS_PER_READ));
                let some = journal.item_details(&job, &upcs).await?;
                Ok::<_, JournalError>((!some.is_empty()).then(|| (stream::iter(some.into_iter().map(Ok)), rest)))
            }
        })
        .try_flatten()
        .boxed()
    }

    /// The lines of the list that were not taken, as far as they are kept.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn rejected_lines(&self, job: &JobId) -> Result<Vec<RejectedLine>, JournalError> {
        let (mut rejected, mut after) = (Vec::new(), Seq::default());
        loop {
            let page = self.store().read_events(Some(job), DetailLevel::Outline, after, ITEMS_PER_READ).await?;
            let Some(last) = page.last() else { return Ok(rejected) };
            after = last.seq;
            for event in page {
                match event.payload {
                    JobEvent::LinesRejected { lines } => rejected.extend(lines),
                    JobEvent::InputClosed => return Ok(rejected),
                    _ => {}
                }
            }
        }
    }

    /// The dossiers of the items from a place on, in the order of the list, at most so many. Places count from 0
    /// without gaps, so the next page begins at `from` and the length of this one; an empty page is the end.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be read.
    pub async fn item_details_page(
        &self,
        job: &JobId,
        from: u64,
        at_most: usize,
    ) -> Result<Vec<ItemDetails>, JournalError> {
        fold_item_details(self.store(), job, ItemSelector::Page { from, at_most }).await
    }
}

async fn fold_item_details(
    store: &ReadPool,
    job: &JobId,
    wanted: ItemSelector<'_>,
) -> Result<Vec<ItemDetails>, JournalError> {
    let mut all_details: Vec<ItemDetails> =
        store.input_items(job, wanted).await?.into_iter().map(ItemDetails::new).collect();
    let upcs: Vec<Upc> = all_details.iter().map(|details| details.input.upc).collect();
    let place: HashMap<Upc, usize> = upcs.iter().enumerate().map(|(place, upc)| (*upc, place)).collect();
    for event in store.item_events(job, &upcs).await? {
        if let JobEvent::Item { upc, item_event: step } = event.payload
            && let Some(place) = place.get(&upc)
        {
            all_details[*place].apply_event(event.at, step);
        }
    }
    Ok(all_details)
}
