//! Projection of a job and its items from the job's events. The console, server, reports and exit code read it.
//! [`ItemDetails`](super::item_details::ItemDetails) is the projection of one item with all details.

use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hashbrown::{DefaultHashBuilder, HashTable};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::copy_terms::CopyTerms;
use super::decision::Decision;
use super::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use super::item::{InvalidTransition, Item, RejectedStep};
use super::item_list::ItemList;
use super::job::{ItemCounts, Job, JobState};
use super::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use super::list_reading::ListReading;
use super::outcome::Status;
use super::run_time::RunTime;
use super::scan::ScanLog;
use super::upc::Upc;

/// A job, up to a position in its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobProjection {
    pub job: JobId,
    /// Position of the latest event that was applied. `last_event_at` is its time.
    #[serde(rename = "upto")]
    pub position: Seq,
    #[serde(rename = "upto_at")]
    pub last_event_at: Option<Timestamp>,
    #[serde(rename = "order")]
    pub spec: Option<JobSpec>,
    pub state: JobState,
    /// True for a job that the service resumes when it starts again.
    #[serde(rename = "goes_on")]
    pub auto_resume: bool,
    /// Time at which processing started; `None` while the job waits in the queue for the first time.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Sum of the runs; see [`Self::run_time`].
    #[serde(default)]
    pub run_time: RunTime,
    /// True if no more items can be added.
    #[serde(rename = "list_read")]
    pub input_closed: bool,
    /// How the list was read.
    #[serde(default)]
    pub reading: Option<ListReading>,
    /// Why the job is stopped, failed, paused or canceled.
    pub why: Option<String>,
    #[serde(default)]
    only_paused_items_left: bool,
    pub counts: ItemCounts,
    /// The first rejected lines, at most [`Self::MAX_REJECTED_LINES`]. The journal has all of them.
    #[serde(rename = "refused")]
    pub rejected_lines: Vec<RejectedLine>,
    /// Items that the operator has decided about and that have not finished since.
    #[serde(default)]
    #[serde(rename = "decided")]
    pub decided_upcs: BTreeSet<Upc>,
    /// Edits that name lots.
    #[serde(default)]
    pub lot_edits: LotEditLog,
    #[serde(skip)]
    decision_log: DecisionLog,
    /// Scans of a batch that accepts scans.
    #[serde(default)]
    pub scans: ScanLog,
    /// Items in list order. A snapshot stores them separately, in its own format.
    #[serde(skip)]
    items: ItemList,
    #[serde(skip)]
    upc_index: LazyUpcIndex,
}

/// Record of the edits that name the lots of items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotEditLog {
    /// Items whose lot was named by an edit, even if the edit was undone.
    pub upcs: BTreeSet<Upc>,
    /// Number of these edits, plus the decisions that undo one.
    pub changes: u64,
}

/// Items that were decided about since the projection was loaded, in the order of the decisions.
#[derive(Clone, Debug, Default)]
struct DecisionLog(Vec<Upc>);

/// Position of a reader in the decisions of a projection. It reads each decision once.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecisionCursor(usize);

impl DecisionCursor {
    /// Returns the UPCs of all decisions since the last call, in the order of the decisions. Repeated decisions about a
    /// UPC repeat the UPC. The first call returns the decisions since the projection was loaded.
    pub fn take_new<'a>(&mut self, projection: &'a JobProjection) -> &'a [Upc] {
        let log = &projection.decision_log.0;
        let new = log.get(self.0..).unwrap_or_default();
        self.0 = log.len();
        new
    }
}

/// Always equal: projections of the same events are equal, no matter when they were loaded.
impl PartialEq for DecisionLog {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Start of the stop reason that versions without `only_paused_items_left` recorded.
const LEGACY_PAUSED_ITEMS_REASON: &str = "paused items are all that is left";

/// Position of each UPC among the items. Built at the first lookup, because a projection that is only displayed needs
/// none.
#[derive(Clone, Debug, Default)]
struct LazyUpcIndex(OnceLock<Arc<UpcIndex>>);

/// Positions by UPC: a hash table that stores only positions, five bytes per item.
#[derive(Clone, Debug, Default)]
struct UpcIndex {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl LazyUpcIndex {
    fn find_index(&self, items: &ItemList, upc: Upc) -> Option<usize> {
        let UpcIndex { table, hasher } = &**self.0.get_or_init(|| Arc::new(UpcIndex::from_items(items)));
        let is_it = |number: &u32| items.get(*number as usize).is_some_and(|item| item.upc == upc);
        table.find(hasher.hash_one(upc), is_it).map(|number| *number as usize)
    }

    /// Adds the last item of `items`.
    fn insert_last(&mut self, items: &ItemList) {
        if let Some(numbers) = self.0.get_mut() {
            Arc::make_mut(numbers).insert_at(items, items.len().saturating_sub(1));
        }
    }
}

impl UpcIndex {
    fn from_items(items: &ItemList) -> Self {
        let mut numbers = Self { table: HashTable::with_capacity(items.len()), ..Self::default() };
        (0..items.len()).for_each(|index| numbers.insert_at(items, index));
        numbers
    }

    fn insert_at(&mut self, items: &ItemList, index: usize) {
        let (Some(item), Ok(number)) = (items.get(index), u32::try_from(index)) else { return };
        let hash = |number: &u32| items.get(*number as usize).map_or(0, |item| self.hasher.hash_one(item.upc));
        self.table.insert_unique(self.hasher.hash_one(item.upc), number, hash);
    }
}

/// Always equal: an index follows from the items.
impl PartialEq for LazyUpcIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl JobProjection {
    /// Maximum number of rejected lines in a projection.
    pub const MAX_REJECTED_LINES: usize = 1_000;

    /// Creates the projection of a job that has no events yet.
    pub fn new(job: JobId) -> Self {
        Self {
            job,
            position: Seq::default(),
            last_event_at: None,
            spec: None,
            state: JobState::Running,
            auto_resume: false,
            started_at: None,
            ended_at: None,
            run_time: RunTime::default(),
            input_closed: false,
            reading: None,
            why: None,
            only_paused_items_left: false,
            counts: ItemCounts::default(),
            rejected_lines: Vec::new(),
            scans: ScanLog::default(),
            decided_upcs: BTreeSet::new(),
            lot_edits: LotEditLog::default(),
            decision_log: DecisionLog::default(),
            items: ItemList::default(),
            upc_index: LazyUpcIndex::default(),
        }
    }

    /// Returns the projection with these items from a snapshot. Their UPCs must be distinct.
    pub fn with_items(self, items: ItemList) -> Self {
        Self { upc_index: LazyUpcIndex::default(), items, ..self }
    }

    /// Returns all items in list order.
    pub fn items(&self) -> &ItemList {
        &self.items
    }

    /// Returns the item with this UPC.
    pub fn item(&self, upc: Upc) -> Option<&Item> {
        self.items.get(self.index_of(upc)?)
    }

    /// Counts the drafts of all items, also those of a dry run. The items of a lot share one draft.
    pub fn count_drafts(&self) -> u64 {
        let mut located = HashSet::new();
        let drafted = self.items.iter().filter(|item| item.drafts > 0);
        let distinct = drafted.filter(|item| item.located_sku.as_deref().is_none_or(|sku| located.insert(sku)));
        distinct.map(|item| u64::from(item.drafts)).sum()
    }

    /// Returns the position of the item with this UPC, from 0.
    pub fn index_of(&self, upc: Upc) -> Option<usize> {
        self.upc_index.find_index(&self.items, upc)
    }

    /// Returns true for a batch that accepts scans and has not been closed.
    pub fn is_open_for_scans(&self) -> bool {
        !self.input_closed && self.spec.as_ref().is_some_and(JobSpec::is_scan_session)
    }

    /// Returns true for a running batch that has nothing to do until the next scan.
    pub fn waits_for_scans(&self) -> bool {
        self.is_open_for_scans() && self.state == JobState::Running && self.counts.done >= self.counts.total
    }

    /// Returns true for an item whose draft differs from the scans: it has fewer copies, or other terms.
    pub fn needs_scan_update(&self, item: &Item) -> bool {
        self.scans.is_corrected(item.upc) || self.needs_quantity_update(item)
    }

    /// Returns true for an item that was scanned again after its draft was sent with fewer copies.
    pub fn needs_quantity_update(&self, item: &Item) -> bool {
        item.status.is_some_and(Status::is_success)
            && self.scans.drafted_copies(item.upc).is_some_and(|drafted| drafted < item.copies)
    }

    /// Returns true if the job stopped because only paused items are left. Resuming one of them resumes the job.
    pub fn waits_for_paused_items(&self) -> bool {
        let has_legacy_reason = || self.why.as_deref().is_some_and(|why| why.starts_with(LEGACY_PAUSED_ITEMS_REASON));
        self.state == JobState::Stopped && (self.only_paused_items_left || has_legacy_reason())
    }

    /// Returns the time in which the job ran until `end`, without the time between its runs; `None` if it has not started.
    pub fn run_time(&self, end: Option<Timestamp>) -> Option<Duration> {
        let whole = || {
            let time = self.ended_at.or(end)?.duration_since(self.started_at?);
            Some(Duration::try_from(time).unwrap_or_default())
        };
        self.run_time.until(end.or(self.last_event_at)).or_else(whole)
    }

    /// Checks that `event` may be recorded now.
    ///
    /// # Errors
    /// Returns [`InvalidTransition`] if an item event cannot follow the item's state, or the item is not in this job.
    pub(crate) fn validate_event(&self, event: &JobEvent) -> Result<(), InvalidTransition> {
        let JobEvent::Item { upc, item_event: step } = event else { return Ok(()) };
        let stranger = Item::new(*upc, 0);
        match self.item(*upc) {
            Some(item) => item.next_stage(step).map(drop),
            None => Err(InvalidTransition { upc: *upc, stage: stranger.stage, step: RejectedStep::OfUnlistedItem }),
        }
    }

    /// Applies one event.
    ///
    /// # Errors
    /// Returns the errors of `validate_event`; the projection is then unchanged.
    pub fn apply_event(&mut self, event: &EventEnvelope) -> Result<(), InvalidTransition> {
        self.validate_event(&event.payload)?;
        let state_before = self.state;
        if let Some(state) = event.payload.job_state() {
            self.change_state(state, event);
        }
        (self.position, self.last_event_at) = (event.seq, Some(event.at));
        match &event.payload {
            JobEvent::Submitted { spec } => self.submit(spec, event.at),
            JobEvent::ItemsAdded { items } => items.iter().for_each(|listed| self.add_item(listed)),
            JobEvent::LinesRejected { lines } => self.reject_lines(lines),
            JobEvent::MoreLinesRejected { lines } => self.counts.rejected_lines += lines,
            JobEvent::Scanned { key, upc, copies, line, seller, corrects } => {
                if let Some(upc) = upc.filter(|_| *corrects) {
                    self.scans.replace_last(upc);
                }
                self.scans.record_scan(key, (*upc, *line), *copies);
                if let Some(item) = self.change_copies(*upc, *copies) {
                    CopyTerms::apply_scan(&mut item.terms, seller.as_deref(), *copies, *line);
                }
            }
            JobEvent::ScanRetracted { key, upc, copies, line } => {
                self.scans.retract_scan(key);
                let item = self.change_copies(Some(*upc), *copies);
                if let (Some(item), Some(line)) = (item, line) {
                    CopyTerms::retract_scan(&mut item.terms, *line);
                }
            }
            JobEvent::InputDescribed { reading } => self.reading = Some(reading.clone()),
            JobEvent::InputClosed => self.input_closed = true,
            // A job that was only submitted has not started; a job that returns to the queue has.
            JobEvent::Queued if state_before == JobState::Running => {
                (self.started_at, self.run_time) = (None, RunTime::default());
            }
            JobEvent::Started => self.started_at = Some(event.at),
            // Waiting does not change the stage of an item.
            JobEvent::Queued | JobEvent::Resumed | JobEvent::Completed | JobEvent::Deferred { .. } => {}
            JobEvent::Stopped { why, auto_resume, only_paused_items_left, ended_at: _ } => {
                (self.why, self.auto_resume) = (Some(why.clone()), *auto_resume);
                self.only_paused_items_left = *only_paused_items_left;
            }
            JobEvent::Paused { why } | JobEvent::Cancelled { why } | JobEvent::Failed { why } => {
                self.why = Some(why.clone());
            }
            JobEvent::Item { upc, item_event: step } => self.apply_item_event(*upc, step, event.at)?,
        }
        Ok(())
    }

    fn apply_item_event(&mut self, upc: Upc, step: &ItemEvent, at: Timestamp) -> Result<(), InvalidTransition> {
        let Some(item) = self.index_of(upc).and_then(|index| self.items.get_mut(index)) else { return Ok(()) };
        let (before, was_held) = (item.status, item.paused);
        item.apply_event(step)?;
        item.record_time(at);
        self.counts.paused = self.counts.paused + u64::from(item.paused) - u64::from(was_held);
        self.counts.change_status(before, item.status);
        match step {
            ItemEvent::ReviewDecided { decision } => {
                self.lot_edits.record_decision(upc, decision);
                self.decided_upcs.insert(upc);
                self.decision_log.0.push(upc);
            }
            ItemEvent::Finished { .. } => drop(self.decided_upcs.remove(&upc)),
            ItemEvent::DraftStarted { .. } => self.scans.record_draft(upc, item.copies),
            ItemEvent::Redescribed => self.scans.clear_corrected(upc),
            _ => {}
        }
        Ok(())
    }

    fn add_item(&mut self, listed: &InputItem) {
        if self.index_of(listed.upc).is_some() {
            return;
        }
        let terms = CopyTerms::for_listed(listed, self.items.last().map(|item| &item.terms));
        self.items.push(Item { terms, ..Item::new(listed.upc, listed.copies) });
        self.upc_index.insert_last(&self.items);
        self.counts.total += 1;
    }

    pub(super) fn replace_item(&mut self, place: usize, item: Item) {
        if let Some(old) = self.items.get_mut(place) {
            *old = item;
        }
    }

    /// Returns this state of a job as a whole with the items of another one.
    pub(super) fn with_items_of(self, other: Self) -> Self {
        let mut counts = other.counts;
        counts.rejected_lines = self.counts.rejected_lines;
        let (decided_upcs, lot_edits, scans) = (other.decided_upcs, other.lot_edits, other.scans);
        let (items, upc_index) = (other.items, other.upc_index);
        Self { counts, decided_upcs, lot_edits, scans, items, upc_index, ..self }
    }

    /// Sets the number of copies of an item, and returns the item.
    fn change_copies(&mut self, upc: Option<Upc>, copies: u32) -> Option<&mut Item> {
        let index = upc.and_then(|upc| self.index_of(upc))?;
        let item = self.items.get_mut(index)?;
        item.copies = copies;
        Some(item)
    }

    fn reject_lines(&mut self, lines: &[RejectedLine]) {
        self.counts.rejected_lines += lines.len() as u64;
        let room = Self::MAX_REJECTED_LINES.saturating_sub(self.rejected_lines.len());
        self.rejected_lines.extend(lines.iter().take(room).cloned());
    }

    fn submit(&mut self, spec: &JobSpec, at: Timestamp) {
        (self.spec, self.started_at) = (Some(spec.clone()), Some(at));
        self.run_time.enter_state(JobState::Running, at, None);
    }

    fn change_state(&mut self, state: JobState, event: &EventEnvelope) {
        let ended_at = match &event.payload {
            JobEvent::Stopped { ended_at: Some(ended_at), .. } => *ended_at,
            _ => event.at,
        };
        self.run_time.enter_state(state, event.at, Some(ended_at));
        self.enter_state(state, event.at);
    }

    fn enter_state(&mut self, state: JobState, at: Timestamp) {
        self.state = state;
        self.auto_resume = false;
        self.only_paused_items_left = false;
        self.ended_at = state.has_ended().then_some(at);
        self.why = None;
    }
}

impl LotEditLog {
    fn record_decision(&mut self, upc: Upc, decision: &Decision) {
        let is_new = decision.changes_lot();
        if is_new {
            self.upcs.insert(upc);
        }
        self.changes += u64::from(is_new || (decision.is_undo() && self.upcs.contains(&upc)));
    }
}

impl From<&JobProjection> for Job {
    fn from(projection: &JobProjection) -> Self {
        Self {
            id: projection.job.clone(),
            spec: projection.spec.clone(),
            state: projection.state,
            auto_resume: projection.auto_resume,
            started_at: projection.started_at,
            ended_at: projection.ended_at,
            input_closed: projection.input_closed,
            why: projection.why.clone(),
            counts: projection.counts.clone(),
        }
    }
}
