//! The items of a list that is still open: each begins as soon as it is scanned, and the run ends when the list is
//! closed and all of them have ended.
//!
//! ```text
//! Scanned ──bell──> new? begin · has ended with a draft for fewer copies? Again, begin · under way? look when it ends
//! ListRead, nothing under way, nothing before a closed door ──> all done
//! ```

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::workers::{Ended, Run, SHORTEST_REST};
use domain::event::{Fact, Step};
use domain::item::Stage;
use domain::upc::Upc;
use store::journal::JournalError;

/// How far the list has been seen.
#[derive(Default)]
struct Seen {
    items: usize,
    scans: usize,
    /// Those that have not been seen to have ended: under way, before a closed door, or held.
    open: HashSet<Upc>,
}

/// What is to be done now.
#[derive(Default)]
struct Due {
    begin: Vec<Upc>,
    /// Those that begin anew: their draft is made for fewer copies than there are.
    again: Vec<Upc>,
    is_closed: bool,
}

impl Run {
    /// Works while the list is open, and until every item is done after it was closed, or `stop` is asked for.
    ///
    /// # Errors
    /// As [`Run::work`].
    pub async fn keep_up(mut self, stop: &CancellationToken) -> Result<Ended, JournalError> {
        let slots = Arc::new(Semaphore::new(self.slots));
        let (mut bell, mut seen) = (self.road.journal.bell(), Seen::default());
        loop {
            // Before the look at the board: what happens between the look and the wait must ring.
            bell.mark_unchanged();
            let due = self.look(&mut seen).await?;
            if !due.begin.is_empty() || !due.again.is_empty() {
                if !self.begin(due, &slots, stop).await? {
                    return self.wind_down().await;
                }
                continue;
            }
            self.say_parked().await?;
            if due.is_closed
                && self.walks.is_empty()
                && let Some(ended) = self.ended().await?
            {
                return Ok(ended);
            }
            // A moment late, so that a door whose hour has come already is not knocked at in a tight circle.
            let opens = self.parked.doors.keys().flatten().next().map(|opens| *opens + SHORTEST_REST);
            tokio::select! {
                () = stop.cancelled() => return self.wind_down().await,
                Some(walked) = self.walks.join_next(), if !self.walks.is_empty() => self.settle(walked)?,
                rung = bell.changed() => rung.map_err(|_| JournalError::Closed)?,
                // They are among those that have begun and not ended, so the next look finds them.
                () = until(opens), if opens.is_some() => drop(self.parked.let_in(Timestamp::now())),
            }
        }
    }

    /// Begins what is due, a tray at a time. False where the stop came first.
    async fn begin(
        &mut self,
        due: Due,
        slots: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let again = due.again.iter().map(|upc| Fact::Item { upc: *upc, step: Step::Again }).collect();
        self.road.journal.append_all(&self.road.job, again).await?;
        let all = due.begin.into_iter().chain(due.again).collect::<Vec<_>>();
        for tray in all.chunks(self.tray) {
            if !self.start(tray, slots, stop).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How the run ends where nothing is under way; `None` while items wait for a door that opens by itself.
    async fn ended(&self) -> Result<Option<Ended>, JournalError> {
        Ok(match self.parked.doors.first_key_value() {
            None => Some(self.all_done().await?),
            Some((None, _)) => Some(Ended::Waits { why: self.parked.words() }),
            Some(_) => None,
        })
    }

    /// Looks at what came since the last look, and at what has not ended.
    async fn look(&self, seen: &mut Seen) -> Result<Due, JournalError> {
        let parked = self.parked.doors.values().flat_map(|door| door.upcs.iter().copied()).collect::<HashSet<_>>();
        let board = self.road.journal.board(&self.road.job).await?;
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let mut due = Due { is_closed: board.list_read, ..Due::default() };
        let fresh = board.items().from(seen.items).map(|item| item.upc);
        let scanned = board.scans.all().get(seen.scans..).unwrap_or_default().iter().filter_map(|scan| scan.upc);
        seen.open.extend(fresh.chain(scanned).chain(board.decided.iter().copied()));
        (seen.items, seen.scans) = (board.items().len(), board.scans.all().len());
        seen.open.retain(|upc| {
            if self.under_way.contains(upc) || parked.contains(upc) {
                return true;
            }
            let Some(item) = board.item(*upc) else { return false };
            match item.stage {
                _ if item.held => return true,
                Stage::Done if board.is_outdated(item) => due.again.push(*upc),
                Stage::Done => return false,
                _ => due.begin.push(*upc),
            }
            true
        });
        due.begin.sort_unstable_by_key(|upc| board.place_of(*upc));
        due.again.sort_unstable_by_key(|upc| board.place_of(*upc));
        Ok(due)
    }
}

async fn until(opens: Option<Timestamp>) {
    let left = opens.map(|opens| opens.duration_since(Timestamp::now())).unwrap_or_default();
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
}
