//! What a job is, folded from what happened to it. The only fold: console, server, reports and exit code read it.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::{BadLine, JobId, Order};
use super::event::{Event, Fact, Seq, Step};
use super::item::{IllegalStep, Item};
use super::items::Items;
use super::job::JobState;
use super::outcome::Status;
use super::scan::Scans;
use super::upc::Upc;

/// Counts that add up: `total == waiting + working + done`, and `done` is the sum of `by_status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub total: u64,
    pub done: u64,
    /// Items by end state, in the order of [`Status::ALL`].
    by_status: [u64; Status::ALL.len()],
    /// Items that the operator set aside; they are not done.
    #[serde(default)]
    pub held: u64,
    /// Lines that were not taken.
    pub refused_lines: u64,
}

impl Counts {
    /// Items in this end state.
    pub fn of(&self, status: Status) -> u64 {
        self.by_status[status as usize]
    }

    /// An item ended, or leaves an end state because a person decided about it.
    fn move_over(&mut self, before: Option<Status>, after: Option<Status>) {
        if let Some(status) = before {
            self.done -= 1;
            self.by_status[status as usize] -= 1;
        }
        if let Some(status) = after {
            self.done += 1;
            self.by_status[status as usize] += 1;
        }
    }

    /// Items where the operator wanted them.
    pub fn successful(&self) -> u64 {
        Status::ALL.into_iter().filter(|s| s.is_success()).map(|s| self.of(s)).sum()
    }
}

/// One job, up to a point in its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    pub job: JobId,
    /// The last event that was folded in, and when it happened.
    pub upto: Seq,
    pub upto_at: Option<Timestamp>,
    pub order: Option<Order>,
    pub state: JobState,
    /// True for a job that the service takes up by itself when it starts again.
    pub goes_on: bool,
    /// When work on it began; `None` while it waits for its first turn.
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// True once no more items can come.
    pub list_read: bool,
    /// Why it stopped or broke.
    pub why: Option<String>,
    pub counts: Counts,
    /// The lines that were not taken, at most [`Board::REFUSED_KEPT`]; the journal has all.
    pub refused: Vec<BadLine>,
    /// Items that a person decided about and that have not ended since.
    #[serde(default)]
    pub decided: BTreeSet<Upc>,
    /// Of a batch that takes scans.
    #[serde(default)]
    pub scans: Scans,
    /// Items in the order of the list. Those who keep a board keep them in a form of their own.
    #[serde(skip)]
    items: Items,
    #[serde(skip)]
    places: Places,
}

/// Where each UPC stands among the items. Made when the first one is looked for: a board that is only shown needs none.
#[derive(Clone, Debug, Default)]
struct Places(OnceLock<Arc<Numbers>>);

/// The places as numbers and nothing else, five bytes each.
#[derive(Clone, Debug, Default)]
struct Numbers {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Places {
    fn find(&self, items: &Items, upc: Upc) -> Option<usize> {
        let Numbers { table, hasher } = &**self.0.get_or_init(|| Arc::new(Numbers::of(items)));
        let is_it = |number: &u32| items.get(*number as usize).is_some_and(|item| item.upc == upc);
        table.find(hasher.hash_one(upc), is_it).map(|number| *number as usize)
    }

    /// Notes the last of the items.
    fn note_last(&mut self, items: &Items) {
        if let Some(numbers) = self.0.get_mut() {
            Arc::make_mut(numbers).note(items, items.len().saturating_sub(1));
        }
    }
}

impl Numbers {
    fn of(items: &Items) -> Self {
        let mut numbers = Self { table: HashTable::with_capacity(items.len()), ..Self::default() };
        (0..items.len()).for_each(|place| numbers.note(items, place));
        numbers
    }

    fn note(&mut self, items: &Items, place: usize) {
        let (Some(item), Ok(number)) = (items.get(place), u32::try_from(place)) else { return };
        let hash = |number: &u32| items.get(*number as usize).map_or(0, |item| self.hasher.hash_one(item.upc));
        self.table.insert_unique(self.hasher.hash_one(item.upc), number, hash);
    }
}

/// They follow from the items.
impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Board {
    /// How many refused lines a board holds for showing.
    pub const REFUSED_KEPT: usize = 1_000;

    /// A job of which nothing is known yet.
    pub fn new(job: JobId) -> Self {
        Self {
            job,
            upto: Seq::default(),
            upto_at: None,
            order: None,
            state: JobState::Running,
            goes_on: false,
            started_at: None,
            ended_at: None,
            list_read: false,
            why: None,
            counts: Counts::default(),
            refused: Vec::new(),
            scans: Scans::default(),
            decided: BTreeSet::new(),
            items: Items::default(),
            places: Places::default(),
        }
    }

    /// The same board with these items, each of another UPC: one that was kept, and is taken up again.
    pub fn with_items(self, items: Items) -> Self {
        Self { places: Places::default(), items, ..self }
    }

    /// All items, in the order of the list.
    pub fn items(&self) -> &Items {
        &self.items
    }

    /// One item.
    pub fn item(&self, upc: Upc) -> Option<&Item> {
        self.items.get(self.place_of(upc)?)
    }

    /// The place of an item in the list, from 0.
    pub fn place_of(&self, upc: Upc) -> Option<usize> {
        self.places.find(&self.items, upc)
    }

    /// True for a batch that takes scans and whose list was not closed.
    pub fn is_open_for_scans(&self) -> bool {
        !self.list_read && self.order.as_ref().is_some_and(Order::takes_scans)
    }

    /// True for an item whose draft is made for fewer copies than were scanned: the others came after it.
    pub fn is_outdated(&self, item: &Item) -> bool {
        item.status.is_some_and(Status::is_success)
            && self.scans.drafted(item.upc).is_some_and(|drafted| drafted < item.copies)
    }

    /// Whether `fact` may be written down now.
    ///
    /// # Errors
    /// [`IllegalStep`] where an item step cannot follow, or the item is not of this job.
    pub fn allows(&self, fact: &Fact) -> Result<(), IllegalStep> {
        let Fact::Item { upc, step } = fact else { return Ok(()) };
        let stranger = Item::new(*upc, 0);
        match self.item(*upc) {
            Some(item) => item.next_stage(step).map(drop),
            None => Err(IllegalStep { upc: *upc, stage: stranger.stage, step: "a step of an item that is not listed" }),
        }
    }

    /// Folds one event in.
    ///
    /// # Errors
    /// As [`Board::allows`]; the board is unchanged then.
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalStep> {
        self.allows(&event.fact)?;
        (self.upto, self.upto_at) = (event.seq, Some(event.at));
        match &event.fact {
            Fact::Ordered { order } => {
                self.order = Some(order.clone());
                self.started_at = Some(event.at);
            }
            Fact::Taken { items } => items.iter().for_each(|listed| self.take(listed.upc, listed.copies)),
            Fact::Refused { lines } => self.refuse(lines),
            Fact::FurtherRefused { lines } => self.counts.refused_lines += lines,
            Fact::Scanned { key, upc, copies, .. } => {
                self.scans.land(key, *upc, *copies);
                self.count_copies(*upc, *copies);
            }
            Fact::TakenBack { key, upc, copies } => {
                self.scans.take_back(key);
                self.count_copies(Some(*upc), *copies);
            }
            Fact::ListRead => self.list_read = true,
            Fact::Queued => self.wait(),
            Fact::Started => {
                self.go_on(JobState::Running);
                self.started_at = Some(event.at);
            }
            Fact::Resumed => self.go_on(JobState::Running),
            // What an item waits for does not change how far it is.
            Fact::Parked { .. } => {}
            Fact::Stopped { why, goes_on } => {
                self.end(JobState::Stopped, event.at, Some(why));
                self.goes_on = *goes_on;
            }
            Fact::Paused { why } => {
                self.go_on(JobState::Paused);
                self.why = Some(why.clone());
            }
            Fact::Cancelled { why } => self.end(JobState::Cancelled, event.at, Some(why)),
            Fact::Broke { why } => self.end(JobState::Failed, event.at, Some(why)),
            Fact::Finished => self.end(JobState::Completed, event.at, None),
            Fact::Item { upc, step } => self.step(*upc, step, event.at)?,
        }
        Ok(())
    }

    fn step(&mut self, upc: Upc, step: &Step, at: Timestamp) -> Result<(), IllegalStep> {
        let Some(item) = self.place_of(upc).and_then(|place| self.items.get_mut(place)) else { return Ok(()) };
        let (before, was_held) = (item.status, item.held);
        item.after(step)?;
        item.note_time(at);
        self.counts.held = self.counts.held + u64::from(item.held) - u64::from(was_held);
        self.counts.move_over(before, item.status);
        match step {
            Step::Decided { .. } => drop(self.decided.insert(upc)),
            Step::Done { .. } => drop(self.decided.remove(&upc)),
            Step::Drafting { .. } => self.scans.draft(upc, item.copies),
            _ => {}
        }
        Ok(())
    }

    fn take(&mut self, upc: Upc, copies: u32) {
        if self.place_of(upc).is_some() {
            return;
        }
        self.items.push(Item::new(upc, copies));
        self.places.note_last(&self.items);
        self.counts.total += 1;
    }

    fn count_copies(&mut self, upc: Option<Upc>, copies: u32) {
        let place = upc.and_then(|upc| self.place_of(upc));
        if let Some(item) = place.and_then(|place| self.items.get_mut(place)) {
            item.copies = copies;
        }
    }

    fn refuse(&mut self, lines: &[BadLine]) {
        self.counts.refused_lines += lines.len() as u64;
        let room = Self::REFUSED_KEPT.saturating_sub(self.refused.len());
        self.refused.extend(lines.iter().take(room).cloned());
    }

    /// A job that was only ordered has not begun; one that comes back to the queue has.
    fn wait(&mut self) {
        if self.state == JobState::Running {
            self.started_at = None;
        }
        self.go_on(JobState::Pending);
    }

    fn go_on(&mut self, state: JobState) {
        self.state = state;
        self.goes_on = false;
        self.ended_at = None;
        self.why = None;
    }

    fn end(&mut self, state: JobState, at: Timestamp, why: Option<&String>) {
        self.state = state;
        self.goes_on = false;
        self.ended_at = Some(at);
        self.why = why.cloned();
    }
}
