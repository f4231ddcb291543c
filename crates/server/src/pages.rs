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

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use domain::batch::JobId;
use domain::event::Seq;
use store::journal::{Journal, JournalError, Told, View};

/// Events of a page at most, and bytes after which it is full.
const MOST_EVENTS: usize = 256;
const FULL: usize = 128 << 10;

/// Pages that are held: bytes, and places.
const HELD: usize = 16 << 20;
const PLACES: usize = 4_096;

/// News are gathered for so long, so that readers are woken some times a second and not at each fact.
const MOMENT: Duration = Duration::from_millis(50);

/// Where a reader stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// `None` reads all jobs.
    pub(super) job: Option<JobId>,
    pub(super) view: View,
    pub(super) after: Seq,
}

/// Some events in the form of the stream.
pub(super) struct Page {
    pub(super) text: Bytes,
    pub(super) last: Seq,
    /// True where the last of them ends the work on its job.
    pub(super) ends: bool,
}

/// What is known of a place.
#[derive(Default)]
struct Spot {
    page: Option<Arc<Page>>,
    /// The newest event when it was looked at last.
    looked_at: Option<Seq>,
}

type SharedSpot = Arc<tokio::sync::Mutex<Spot>>;

#[derive(Default)]
struct Held {
    spots: HashMap<Place, (SharedSpot, usize)>,
    /// From the oldest.
    order: VecDeque<Place>,
    bytes: usize,
}

/// The pages of a journal.
pub(super) struct Pages {
    journal: Journal,
    held: Mutex<Held>,
    news: watch::Receiver<Seq>,
}

impl Pages {
    pub(super) fn of(journal: Journal) -> Self {
        let (ringer, news) = watch::channel(*journal.bell().borrow());
        let mut bell = journal.bell();
        tokio::spawn(async move {
            while bell.changed().await.is_ok() {
                let newest = *bell.borrow_and_update();
                ringer.send_replace(newest);
                tokio::time::sleep(MOMENT).await;
            }
        });
        Self { journal, held: Mutex::default(), news }
    }

    /// Rings where there may be more; closed with the journal.
    pub(super) fn news(&self) -> watch::Receiver<Seq> {
        self.news.clone()
    }

    /// The events after a place; `None` where there are none yet.
    pub(super) async fn page(&self, place: &Place) -> Result<Option<Arc<Page>>, JournalError> {
        let newest = *self.journal.bell().borrow();
        if place.after >= newest {
            return Ok(None);
        }
        let spot = self.spot(place);
        let mut spot = spot.lock().await;
        if spot.page.is_none() && spot.looked_at.is_none_or(|looked_at| looked_at < newest) {
            spot.page = self.read(place).await?.map(Arc::new);
            spot.looked_at = Some(newest);
            if let Some(page) = &spot.page {
                self.held().weigh(place, page.text.len());
            }
        }
        Ok(spot.page.clone())
    }

    async fn read(&self, place: &Place) -> Result<Option<Page>, JournalError> {
        let told = self.journal.told(place.job.as_ref(), place.view, place.after, MOST_EVENTS).await?;
        let mut text = String::new();
        let mut last = None;
        for event in &told {
            let _ = write!(text, "id: {}\nevent: {}\ndata: {}\n\n", event.seq.0, event.name, event.json);
            last = Some(event);
            if text.len() >= FULL {
                break;
            }
        }
        Ok(last.map(|last| Page { last: last.seq, ends: ends_work(last), text: text.into() }))
    }

    fn spot(&self, place: &Place) -> SharedSpot {
        let mut held = self.held();
        if let Some((spot, _)) = held.spots.get(place) {
            return spot.clone();
        }
        let spot = SharedSpot::default();
        held.spots.insert(place.clone(), (spot.clone(), 0));
        held.order.push_back(place.clone());
        held.let_go();
        spot
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn weigh(&mut self, place: &Place, bytes: usize) {
        if let Some((_, weight)) = self.spots.get_mut(place) {
            self.bytes += bytes;
            *weight += bytes;
        }
        self.let_go();
    }

    /// The oldest go first; who needs one again reads it again.
    fn let_go(&mut self) {
        while self.bytes > HELD || self.order.len() > PLACES {
            let Some(place) = self.order.pop_front() else { return };
            if let Some((_, weight)) = self.spots.remove(&place) {
                self.bytes -= weight;
            }
        }
    }
}

/// As [`domain::event::Fact::ends_work`], but for a pause, after which the stream goes on.
fn ends_work(event: &Told) -> bool {
    matches!(event.name.as_str(), "finished" | "stopped" | "cancelled" | "broke")
}
