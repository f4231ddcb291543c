//! All that is known of single items, read from the journal when somebody opens one or a report is written.

use std::collections::HashMap;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::error::JournalError;
use super::open::Journal;
use super::store::{Part, Store, Wanted};
use domain::batch::{BadLine, JobId, Listed};
use domain::dossier::Dossier;
use domain::event::{Event, Fact, Seq};
use domain::upc::Upc;

/// Items folded at a time; each may hold several providers' entries with all their tracks.
const CHUNK: usize = 128;

impl Journal {
    /// The dossiers of items, in the order asked.
    ///
    /// # Errors
    /// [`JournalError::NotListed`] for a UPC that the job does not have, or why they cannot be read.
    pub async fn dossiers(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<Dossier>, JournalError> {
        let mut all = Vec::with_capacity(upcs.len());
        for chunk in upcs.chunks(CHUNK) {
            let found = fold(self.store(), job, Wanted::These(chunk)).await?;
            let by_upc: HashMap<Upc, &Dossier> = found.iter().map(|dossier| (dossier.listed.upc, dossier)).collect();
            for upc in chunk {
                let dossier = by_upc.get(upc).ok_or_else(|| JournalError::NotListed { job: job.clone(), upc: *upc })?;
                all.push((*dossier).clone());
            }
        }
        Ok(all)
    }

    /// All that happened to one item, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn history(&self, job: &JobId, upc: Upc) -> Result<Vec<Event>, JournalError> {
        self.store().steps(job, &[upc]).await
    }

    /// How many items ended in each way after a number, over all jobs; and the number up to which that is true.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn ended_since(&self, after: Seq) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        self.store().ended_since(after).await
    }

    /// What the list said of items, in the order of the list.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read.
    pub async fn listed(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<Listed>, JournalError> {
        let mut all = Vec::with_capacity(upcs.len());
        for chunk in upcs.chunks(CHUNK) {
            all.extend(self.store().listed(job, Wanted::These(chunk)).await?);
        }
        Ok(all)
    }

    /// The dossiers of items as a stream, some of them in memory at a time.
    pub fn each_dossier(&self, job: &JobId, upcs: Vec<Upc>) -> BoxStream<'static, Result<Dossier, JournalError>> {
        let (journal, job) = (self.clone(), job.clone());
        stream::try_unfold(upcs, move |mut upcs| {
            let (journal, job) = (journal.clone(), job.clone());
            async move {
                let rest = upcs.split_off(upcs.len().min(CHUNK));
                let some = journal.dossiers(&job, &upcs).await?;
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
    pub async fn refused(&self, job: &JobId) -> Result<Vec<BadLine>, JournalError> {
        let (mut refused, mut after) = (Vec::new(), Seq::default());
        loop {
            let page = self.store().events(Some(job), Part::Outline, after, CHUNK).await?;
            let Some(last) = page.last() else { return Ok(refused) };
            after = last.seq;
            for event in page {
                match event.fact {
                    Fact::Refused { lines } => refused.extend(lines),
                    Fact::ListRead => return Ok(refused),
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
    pub async fn dossiers_page(&self, job: &JobId, from: u64, at_most: usize) -> Result<Vec<Dossier>, JournalError> {
        fold(self.store(), job, Wanted::Places { from, at_most }).await
    }
}

async fn fold(store: &Store, job: &JobId, wanted: Wanted<'_>) -> Result<Vec<Dossier>, JournalError> {
    let mut dossiers: Vec<Dossier> = store.listed(job, wanted).await?.into_iter().map(Dossier::new).collect();
    let upcs: Vec<Upc> = dossiers.iter().map(|dossier| dossier.listed.upc).collect();
    let place: HashMap<Upc, usize> = upcs.iter().enumerate().map(|(place, upc)| (*upc, place)).collect();
    for event in store.steps(job, &upcs).await? {
        if let Fact::Item { upc, step } = event.fact
            && let Some(place) = place.get(&upc)
        {
            dossiers[*place].learn(event.at, step);
        }
    }
    Ok(dossiers)
}
