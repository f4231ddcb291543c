//! Pages of events, ready to be sent, each read and put together once for all readers who stand at the same place.
//!
//! ```text
//! readers at seq 41 ─┐
//! readers at seq 41 ─┼─> page after 41 ── read once ──> events 42 to 57 ──> all of them stand at 57
//! readers at seq 12 ───> page after 12 ── …
//! ```
//!
//! What is past never changes, so a page stays true; some megabytes of them are held. A reader holds the page that it
//! sends and nothing else, so a slow one costs no more than a fast one and finds the rest in the journal.

use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use domain::event::Seq;
use domain::job_spec::JobId;
use store::journal::{DetailLevel, Journal, JournalError};

/// Events of a page at most, and bytes after which it is full.
const MAX_PAGE_EVENTS: usize = 256;
const FULL_PAGE_BYTES: usize = 128 << 10;

/// Pages that are held: bytes, and places.
const MAX_CACHE_BYTES: usize = 16 << 20;
const MAX_CACHED_PAGES: usize = 4_096;

/// News are gathered for so long, so that readers are woken some times a second and not at each fact.
const COALESCE_WINDOW: Duration = Duration::from_millis(50);

/// Where a reader stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct EventCursor {
    /// `None` reads all jobs.
    pub(super) job: Option<JobId>,
    pub(super) view: DetailLevel,
    pub(super) after: Seq,
}

/// Some events in the form of the stream.
pub(super) struct EventPage {
    pub(super) text: Bytes,
    pub(super) last_seq: Seq,
    /// True where the last of them ends the work on its job.
    pub(super) ends_work: bool,
}

/// What is known of a place.
#[derive(Default)]
struct PageSlot {
    page: Option<Arc<EventPage>>,
    /// The newest event when it was looked at last.
    checked_at: Option<Seq>,
}

type SharedPageSlot = Arc<tokio::sync::Mutex<PageSlot>>;

#[derive(Default)]
struct CachedPages {
    slots: HashMap<EventCursor, (SharedPageSlot, usize)>,
    /// From the oldest.
    eviction_order: VecDeque<EventCursor>,
    total_bytes: usize,
}

/// The pages of a journal.
pub(super) struct EventCache {
    journal: Journal,
    cached_pages: Mutex<CachedPages>,
    head: watch::Receiver<Seq>,
}

impl EventCache {
    pub(super) fn new(journal: Journal) -> Self {
        let (ringer, head) = watch::channel(*journal.subscribe_head().borrow());
        let mut bell = journal.subscribe_head();
        tokio::spawn(async move {
            while bell.changed().await.is_ok() {
                let newest = *bell.borrow_and_update();
                ringer.send_replace(newest);
                tokio::time::sleep(COALESCE_WINDOW).await;
            }
        });
        Self { journal, cached_pages: Mutex::default(), head }
    }

    /// Rings where there may be more; closed with the journal.
    pub(super) fn subscribe(&self) -> watch::Receiver<Seq> {
        self.head.clone()
    }

    /// The events after a place; `None` where there are none yet.
    pub(super) async fn page_after(&self, place: &EventCursor) -> Result<Option<Arc<EventPage>>, JournalError> {
        let newest = *self.journal.subscribe_head().borrow();
        if place.after >= newest {
            return Ok(None);
        }
        let location = self.slot_at(place);
        let mut location = location.lock().await;
        if location.page.is_none() && location.checked_at.is_none_or(|looked_at| looked_at < newest) {
            location.page = self.read_page(place).await?.map(Arc::new);
            location.checked_at = Some(newest);
            if let Some(page) = &location.page {
                self.lock_cached_pages().record_size(place, page.text.len());
            }
        }
        Ok(location.page.clone())
    }

    async fn read_page(&self, place: &EventCursor) -> Result<Option<EventPage>, JournalError> {
        let messages = self.journal.raw_events(place.job.as_ref(), place.view, place.after, MAX_PAGE_EVENTS).await?;
        let mut text = String::new();
        let mut last = None;
        for event in &messages {
            let _ = write!(text, "id: {}\nevent: {}\ndata: {}\n\n", event.seq.0, event.kind, event.json);
            last = Some(event);
            if text.len() >= FULL_PAGE_BYTES {
                break;
            }
        }
        Ok(last.map(|last| EventPage { last_seq: last.seq, ends_work: last.ends_work, text: text.into() }))
    }

    fn slot_at(&self, place: &EventCursor) -> SharedPageSlot {
        let mut held = self.lock_cached_pages();
        if let Some((location, _)) = held.slots.get(place) {
            return location.clone();
        }
        let location = SharedPageSlot::default();
        held.slots.insert(place.clone(), (location.clone(), 0));
        held.eviction_order.push_back(place.clone());
        held.evict_oldest();
        location
    }

    fn lock_cached_pages(&self) -> MutexGuard<'_, CachedPages> {
        self.cached_pages.lock()
    }
}

impl CachedPages {
    fn record_size(&mut self, place: &EventCursor, bytes: usize) {
        if let Some((_, weight)) = self.slots.get_mut(place) {
            self.total_bytes += bytes;
            *weight += bytes;
        }
        self.evict_oldest();
    }

    /// The oldest go first; who needs one again reads it again.
    fn evict_oldest(&mut self) {
        while self.total_bytes > MAX_CACHE_BYTES || self.eviction_order.len() > MAX_CACHED_PAGES {
            let Some(place) = self.eviction_order.pop_front() else { return };
            if let Some((_, weight)) = self.slots.remove(&place) {
                self.total_bytes -= weight;
            }
        }
    }
}
