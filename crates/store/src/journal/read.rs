//! The read half of the event store's interface. `journal.rs` is the write half.

use std::collections::HashMap;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use parking_lot::RwLock;
use tokio::sync::watch;

use super::codec::run_blocking;
use super::error::JournalError;
use super::journal::Journal;
use super::model::{
    DetailLevel, EarlierSubmission, ExistingDraft, IdempotentRequest, JobStatus, LedgerEntry, RawEvent, SellerAccount,
    SharedProjection,
};
use super::replay::{catch_up, fold_item_details, replay_events};
use super::subscription::CatchUpSubscription;
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::item_details::ItemDetails;
use domain::job::Job;
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId, RejectedLine};
use domain::review::{PreviousDecision, without_undone};
use domain::sku::Sku;
use domain::upc::Upc;

/// Items per read; an item can hold several provider releases with all their tracks.
const ITEMS_PER_READ: usize = 128;

/// Number of newest decisions to search for one that was not undone.
const MAX_NEWEST_DECISIONS: u32 = 1_000;

/// Maximum UPCs in one query for decisions.
const UPCS_PER_QUERY: usize = 1_000;

/// Reads events.
impl Journal {
    /// Returns a receiver of the newest position. It changes after each commit, when the events are on disk and in the
    /// projections.
    pub fn subscribe_head(&self) -> watch::Receiver<Seq> {
        self.head().clone()
    }

    /// Returns at most `limit` events after a position, oldest first, of one job or of all jobs.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn read_events(
        &self,
        job: Option<&JobId>,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, JournalError> {
        self.reader().read_events(job, DetailLevel::Full, after, limit).await
    }

    /// Returns events of one job like [`Journal::read_events`], at [`DetailLevel::Rows`].
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    #[cfg(feature = "test-support")]
    pub async fn row_events(&self, job: &JobId, after: Seq, limit: usize) -> Result<Vec<EventEnvelope>, JournalError> {
        self.reader().read_events(Some(job), DetailLevel::Rows, after, limit).await
    }

    /// Returns the JSON of at most `limit` events after a position, oldest first, of one job or of all jobs, as far as
    /// they are in the projections.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn raw_events(
        &self,
        job: Option<&JobId>,
        detail: DetailLevel,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<RawEvent>, JournalError> {
        let mut events = self.reader().read_raw_events(job, detail, after, limit).await?;
        if self.is_head_live() {
            let newest = *self.head().borrow();
            events.retain(|event| event.seq <= newest);
        }
        Ok(events)
    }

    /// Returns the positions of a job's events after `after`, in ascending order.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the positions cannot be read.
    pub async fn event_seqs(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError> {
        self.reader().event_seqs(job, after).await
    }

    /// Returns a stream of all events after a position, stored events first and then new ones as they happen. Every
    /// event comes once and in order. The stream ends after an error or when the journal is closed.
    pub fn follow_events(
        &self,
        job: Option<JobId>,
        after: Seq,
    ) -> BoxStream<'static, Result<Vec<EventEnvelope>, JournalError>> {
        self.follow_with_detail(job, DetailLevel::Full, after)
    }

    /// Returns a stream like [`Journal::follow_events`] at [`DetailLevel::Outline`]. It takes a fraction of the
    /// processor time, because provider data of items is not read.
    pub fn follow_outline(
        &self,
        job: Option<JobId>,
        after: Seq,
    ) -> BoxStream<'static, Result<Vec<EventEnvelope>, JournalError>> {
        self.follow_with_detail(job, DetailLevel::Outline, after)
    }

    fn follow_with_detail(
        &self,
        job: Option<JobId>,
        detail: DetailLevel,
        after: Seq,
    ) -> BoxStream<'static, Result<Vec<EventEnvelope>, JournalError>> {
        let head = self.is_head_live().then(|| self.subscribe_head());
        CatchUpSubscription { reader: self.reader().clone(), head, job, detail, after }.into_stream()
    }

    /// Returns how many items of all jobs ended in each status after a position, and the position up to which they
    /// were counted.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn count_outcomes_since(&self, after: Seq) -> Result<(Seq, Vec<(String, u64)>), JournalError> {
        self.reader().count_outcomes_since(after).await
    }
}

/// Reads jobs.
impl Journal {
    /// Returns the projection of a job, which the writer keeps up to date. In a read-only journal it is a copy of the
    /// current state that does not change.
    ///
    /// # Errors
    /// Returns [`JournalError::UnknownJob`], and other errors if the events cannot be read.
    pub async fn projection(&self, job: &JobId) -> Result<SharedProjection, JournalError> {
        if !self.is_writable() {
            return Ok(Arc::new(RwLock::new(self.load_projection(job).await?)));
        }
        if let Some(projection) = self.projections().get_resident(job) {
            return Ok(projection);
        }
        let _one_load_at_a_time = self.projections().load_lock.lock().await;
        if let Some(projection) = self.projections().get_resident(job) {
            return Ok(projection);
        }
        Ok(self.projections().insert_and_evict(self.load_projection(job).await?))
    }

    /// Builds a projection from its snapshot, if one exists, and the later events.
    async fn load_projection(&self, job: &JobId) -> Result<JobProjection, JournalError> {
        let (snapshots, wanted) = (self.snapshots().clone(), job.clone());
        let snapshot = run_blocking(move || snapshots.read_snapshot(&wanted)).await?;
        match snapshot {
            Some(projection) if self.contains_snapshot(&projection).await? => {
                match catch_up(self.reader(), projection, DetailLevel::Rows, None).await {
                    Ok(projection) => Ok(projection),
                    Err(error) => {
                        tracing::warn!(%error, %job, "the snapshot does not match the events; reading all events instead");
                        replay_events(self.reader(), job, DetailLevel::Rows).await
                    }
                }
            }
            _ => replay_events(self.reader(), job, DetailLevel::Rows).await,
        }
    }

    /// Returns whether the last event of a snapshot is in this journal. If not, the snapshot belongs to another
    /// journal that was in the directory before.
    async fn contains_snapshot(&self, projection: &JobProjection) -> Result<bool, JournalError> {
        let before = Seq(projection.position.0.saturating_sub(1));
        let found = self.reader().read_events(Some(&projection.job), DetailLevel::Rows, before, 1).await?;
        Ok(found
            .first()
            .is_some_and(|event| event.seq == projection.position && Some(event.at) == projection.last_event_at))
    }

    /// Returns a job's state and counts without what its rows show (artist, title, price). Reads no provider releases,
    /// so it is cheap even for a job of a million items.
    ///
    /// # Errors
    /// Returns the errors of [`Journal::projection`].
    pub async fn outline_projection(&self, job: &JobId) -> Result<JobProjection, JournalError> {
        replay_events(self.reader(), job, DetailLevel::Outline).await
    }

    /// Returns a job without its items, from the cache if the job has not changed. For lists that are refreshed often.
    ///
    /// # Errors
    /// Returns the errors of [`Journal::projection`].
    pub async fn job_summary(&self, job: &JobId) -> Result<Job, JournalError> {
        if let Some(projection) = self.projections().get_resident(job) {
            return Ok(Job::from(&*projection.read()));
        }
        let last = self.reader().last_seq_for_job(job).await?.ok_or_else(|| JournalError::UnknownJob(job.clone()))?;
        if let Some(summary) = self.projections().cached_summary(job, last) {
            return Ok(summary);
        }
        let summary = Job::from(&self.outline_projection(job).await?);
        self.projections().cache_summary(last, summary.clone());
        Ok(summary)
    }

    /// Returns all jobs with their states, newest first.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the jobs cannot be read.
    pub async fn job_statuses(&self) -> Result<Vec<JobStatus>, JournalError> {
        let events = self.reader().last_state_events().await?;
        Ok(events.into_iter().map(|(job, event)| JobStatus::from_last_event(job, event.as_ref())).collect())
    }

    /// Returns all jobs, newest first.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the jobs cannot be read.
    pub async fn job_ids(&self) -> Result<Vec<JobId>, JournalError> {
        self.reader().job_ids().await
    }

    /// Returns the earlier submission under the key of `request`; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the submission cannot be read.
    pub async fn find_submission(
        &self,
        request: &IdempotentRequest,
    ) -> Result<Option<EarlierSubmission>, JournalError> {
        let found = self.reader().find_idempotent_request(&request.key).await?;
        Ok(found.map(|found| EarlierSubmission::compare(request, found)))
    }
}

/// Reads items.
impl Journal {
    /// Returns the details of items in the order of `upcs`.
    ///
    /// # Errors
    /// Returns [`JournalError::UnknownItem`] for a UPC that is not in the job, and other errors if the items cannot be
    /// read.
    pub async fn item_details(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<ItemDetails>, JournalError> {
        let mut all = Vec::with_capacity(upcs.len());
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            let details = fold_item_details(self.reader(), job, chunk).await?;
            let mut by_upc: HashMap<Upc, ItemDetails> =
                details.into_iter().map(|details| (details.input.upc, details)).collect();
            for (position, upc) in chunk.iter().enumerate() {
                // A repeated UPC is cloned except for its last occurrence: details hold several releases with their
                // tracks.
                let is_last = !chunk[position + 1..].contains(upc);
                let details = if is_last { by_upc.remove(upc) } else { by_upc.get(upc).cloned() };
                all.push(details.ok_or_else(|| JournalError::UnknownItem { job: job.clone(), upc: *upc })?);
            }
        }
        Ok(all)
    }

    /// Returns the details of items as a stream that keeps a bounded number of them in memory.
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
                let details = journal.item_details(&job, &upcs).await?;
                Ok::<_, JournalError>((!details.is_empty()).then(|| (stream::iter(details.into_iter().map(Ok)), rest)))
            }
        })
        .try_flatten()
        .boxed()
    }

    /// Returns all events of one item, oldest first.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn item_events(&self, job: &JobId, upc: Upc) -> Result<Vec<EventEnvelope>, JournalError> {
        self.reader().item_events(job, &[upc]).await
    }

    /// Returns items as they are in the input list (UPC, quantity and lines), in list order.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the items cannot be read.
    pub async fn input_items(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<InputItem>, JournalError> {
        let mut all = Vec::with_capacity(upcs.len());
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            all.extend(self.reader().input_items(job, chunk).await?);
        }
        Ok(all)
    }

    /// Returns the rejected lines of the input list that the events contain.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the events cannot be read.
    pub async fn rejected_lines(&self, job: &JobId) -> Result<Vec<RejectedLine>, JournalError> {
        let (mut rejected, mut after) = (Vec::new(), Seq::default());
        loop {
            let page = self.reader().read_events(Some(job), DetailLevel::Outline, after, ITEMS_PER_READ).await?;
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

    /// Returns the newest decision about each UPC from any job. UPCs without a decision are omitted.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the decisions cannot be read.
    pub async fn previous_decisions(&self, upcs: &[Upc]) -> Result<HashMap<Upc, PreviousDecision>, JournalError> {
        let mut newest = HashMap::new();
        for chunk in upcs.chunks(UPCS_PER_QUERY) {
            let decisions = self.reader().read_decisions(chunk).await?.into_iter().filter_map(to_decision);
            newest.extend(without_undone(decisions));
        }
        Ok(newest)
    }

    /// Returns the operator's newest decisions that were not undone, from this job or from any job: all that were
    /// recorded at once, because one action can decide about several items. Empty if the newest events contain no such
    /// decision. Decisions repeated from an earlier job do not count.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the decisions cannot be read.
    pub async fn newest_decisions(&self, job: Option<&JobId>) -> Result<Vec<(Upc, PreviousDecision)>, JournalError> {
        let events = self.reader().read_newest_decisions(job, MAX_NEWEST_DECISIONS).await?;
        let mut decisions = without_undone(events.into_iter().filter_map(to_decision));
        decisions.retain(|(_, previous)| previous.decision.repeats.is_none());
        let newest = decisions.last().map(|(_, previous)| (previous.job.clone(), previous.at));
        decisions.retain(|(_, previous)| {
            newest.as_ref().is_some_and(|(job, at)| previous.job == *job && previous.at == *at)
        });
        Ok(decisions)
    }

    /// Returns the jobs in which an item ended in a lot, with or without a draft, newest first. It may have left the lot
    /// since then.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the jobs cannot be read.
    pub async fn jobs_with_lot(&self, upc: Upc) -> Result<Vec<JobId>, JournalError> {
        self.reader().jobs_with_lot(upc).await
    }

    /// Returns all decisions about a UPC from any job, oldest first, including undone ones and the events that undid
    /// them.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the decisions cannot be read.
    pub async fn all_decisions(&self, upc: Upc) -> Result<Vec<PreviousDecision>, JournalError> {
        let events = self.reader().read_decisions(&[upc]).await?;
        Ok(events.into_iter().filter_map(to_decision).map(|(_, decision)| decision).collect())
    }
}

/// Reads the ledger of drafts.
impl Journal {
    /// Returns the sink that has a draft of the SKU; `None` if there is no draft.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub async fn find_ledger_sink(&self, seller: &SellerAccount, sku: &Sku) -> Result<Option<String>, JournalError> {
        self.reader().find_sink(seller, sku).await
    }

    /// Returns the drafts of the items in all sinks, in claim order. Pass at most a few thousand UPCs. An item has one
    /// draft for each copy that is sold separately. Drafts are found by item and not by SKU, because a SKU may contain
    /// an earlier location than the list states now.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub async fn existing_drafts(
        &self,
        seller: &SellerAccount,
        upcs: &[Upc],
    ) -> Result<Vec<ExistingDraft>, JournalError> {
        self.reader().existing_drafts(seller, upcs).await
    }

    /// Returns the ledger entries of an item in one sink, from any job: one entry, or one per copy.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub async fn ledger_entries_for_upc(
        &self,
        seller: &SellerAccount,
        sink: &str,
        upc: Upc,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        self.reader().entries_for_upc(seller, sink, upc).await
    }

    /// Returns at most `limit` entries that `job` claimed in one sink, in claim order, after the entry number `after`
    /// (0 for the first page). An empty page is the end.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub async fn ledger_entries_page(
        &self,
        seller: &SellerAccount,
        sink: &str,
        job: &JobId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        self.reader().entries_page(seller, sink, job, after, limit).await
    }

    /// Returns the account with this name in an eBay environment; `None` if the name is unknown.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub async fn find_seller_account(&self, environment_id: &str, name: &str) -> Result<Option<u64>, JournalError> {
        self.reader().find_account(environment_id, name).await
    }
}

/// Returns the decision that an event records, with its item; `None` for other events.
fn to_decision(event: EventEnvelope) -> Option<(Upc, PreviousDecision)> {
    match event.payload {
        JobEvent::Item { upc, item_event: ItemEvent::ReviewDecided { decision } } => {
            Some((upc, PreviousDecision { job: event.job, at: event.at, decision }))
        }
        _ => None,
    }
}
