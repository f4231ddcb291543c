//! A job's items, a tray at a time, into slots.
//!
//! A tray is as many items as the most generous catalogue takes in one request. Its items start in the same moment,
//! so their first question leaves as one full request; a new tray starts when as many slots are free. More slots
//! than trays keep every upstream's queue filled: the slowest one sets the pace, and nothing else does.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::open_list::UnderWay;
use super::steps::{Road, Walked};
use crate::domain::event::Fact;
use crate::domain::item::Stage;
use crate::domain::upc::Upc;
use crate::journal::JournalError;

/// How long running items may finish after a stop. Docker kills after ten seconds; the result files take the rest of
/// eight.
const GRACE: Duration = Duration::from_secs(6);

/// A door whose hour has come already is not knocked at in a tight circle.
const SHORTEST_REST: Duration = Duration::from_secs(1);

/// How a run came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every item is in its end state.
    AllDone,
    /// It was asked to stop; the journal can go on from here.
    Asked { at: Instant },
    /// The rest waits for something that the operator has to do first.
    Waits { why: String },
}

/// One run over the unfinished items of a job.
pub struct Run {
    pub(super) road: Arc<Road>,
    pub(super) slots: usize,
    pub(super) tray: usize,
    pub(super) walks: JoinSet<Result<Walked, JournalError>>,
    /// Items whose walk has begun and not ended.
    pub(super) under_way: UnderWay,
    pub(super) parked: Parked,
}

impl Run {
    /// A run with `slots` items at a time; at least two trays' worth, or requests would leave half empty.
    pub fn new(road: Arc<Road>, slots: usize) -> Self {
        let tray = road.gatherer.tray();
        Self {
            slots: slots.max(2 * tray),
            tray,
            road,
            walks: JoinSet::new(),
            under_way: <_>::default(),
            parked: <_>::default(),
        }
    }

    /// Works until every item is done or `stop` is asked for. Items before a door that is closed wait until the others
    /// are done, and then for as long as is said there. Where the operator has to open one, the run ends.
    ///
    /// # Errors
    /// [`JournalError`] where a step could not be written down. The run ends then: work that cannot be written down
    /// would be done twice.
    pub async fn work(mut self, stop: &CancellationToken) -> Result<Ended, JournalError> {
        let mut waiting = self.unfinished().await?;
        loop {
            if !self.walk_all(&waiting, stop).await? {
                return self.wind_down().await;
            }
            let Some((first, _)) = self.parked.doors.first_key_value() else { return Ok(Ended::AllDone) };
            let Some(until) = *first else {
                return Ok(Ended::Waits { why: self.parked.words() });
            };
            self.say_parked().await?;
            if !rest(until, stop).await {
                return self.wind_down().await;
            }
            waiting = self.parked.let_in(until.max(Timestamp::now()));
        }
    }

    /// Walks these items, a tray at a time. False where the stop came first.
    async fn walk_all(&mut self, waiting: &[Upc], stop: &CancellationToken) -> Result<bool, JournalError> {
        let slots = Arc::new(Semaphore::new(self.slots));
        for tray in waiting.chunks(self.tray) {
            if !self.start(tray, &slots, stop).await? {
                return Ok(false);
            }
        }
        loop {
            tokio::select! {
                walked = self.walks.join_next() => match walked {
                    Some(walked) => self.parked.settle(walked)?,
                    None => return Ok(true),
                },
                () = stop.cancelled() => return Ok(false),
            }
        }
    }

    /// Each door once.
    pub(super) async fn say_parked(&mut self) -> Result<(), JournalError> {
        for (until, door) in self.parked.doors.iter_mut().filter(|(_, door)| !door.is_told) {
            let Some(until) = *until else { continue };
            let (items, why) = (door.upcs.len() as u64, door.why.clone());
            self.road.journal.append(&self.road.job, Fact::Parked { items, until, why }).await?;
            door.is_told = true;
        }
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Upc>, JournalError> {
        let board = self.road.journal.board(&self.road.job).await?;
        let board = board.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(board.items().iter().filter(|item| item.stage != Stage::Done).map(|item| item.upc).collect())
    }

    /// Starts a tray once it has its slots. False where the stop came first.
    pub(super) async fn start(
        &mut self,
        tray: &[Upc],
        slots: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<bool, JournalError> {
        let wanted = u32::try_from(tray.len()).unwrap_or(u32::MAX);
        let free = slots.clone().acquire_many_owned(wanted);
        tokio::pin!(free);
        let mut seats = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(false),
                Some(walked) = self.walks.join_next() => self.parked.settle(walked)?,
                // The semaphore is never closed, so this is always a seat.
                Ok(seats) = &mut free => break seats,
            }
        };
        for item in self.road.journal.dossiers(&self.road.job, tray).await? {
            let (road, seat) = (self.road.clone(), seats.split(1));
            let walking = self.under_way.begin(item.listed.upc);
            self.walks.spawn(async move {
                let upc = item.listed.upc;
                let walked = AssertUnwindSafe(road.walk(item)).catch_unwind().await;
                let settled = match walked {
                    Ok(walked) => walked,
                    Err(_) => road.abandon(upc).await.map(|()| Walked::Ended),
                };
                drop((seat, walking));
                settled
            });
        }
        Ok(true)
    }

    pub(super) async fn wind_down(mut self) -> Result<Ended, JournalError> {
        let at = Instant::now();
        self.road.market.hurry();
        let (walks, parked) = (&mut self.walks, &mut self.parked);
        let finish = async {
            while let Some(walked) = walks.join_next().await {
                parked.settle(walked)?;
            }
            Ok::<(), JournalError>(())
        };
        match tokio::time::timeout(GRACE, finish).await {
            Ok(settled) => settled?,
            Err(_) => self.walks.shutdown().await,
        }
        Ok(Ended::Asked { at })
    }
}

/// Items before closed doors, by the time at which each opens; first those that only the operator opens.
#[derive(Default)]
pub(super) struct Parked {
    pub(super) doors: BTreeMap<Option<Timestamp>, Door>,
}

/// Those who wait for the same moment.
pub(super) struct Door {
    pub(super) upcs: Vec<Upc>,
    /// What is said there, the same for all.
    why: String,
    is_told: bool,
}

impl Parked {
    /// A walk that could not write ends the run.
    pub(super) fn settle(
        &mut self,
        walked: Result<Result<Walked, JournalError>, JoinError>,
    ) -> Result<(), JournalError> {
        // Panics are caught inside the walk, and nothing is aborted before the wind-down.
        let Walked::Parked { upc, until, why } = walked.unwrap_or(Ok(Walked::Ended))? else { return Ok(()) };
        let door = self.doors.entry(until).or_insert_with(|| Door { upcs: Vec::new(), why, is_told: false });
        door.upcs.push(upc);
        Ok(())
    }

    /// Takes those whose time has come.
    pub(super) fn let_in(&mut self, now: Timestamp) -> Vec<Upc> {
        let opened = self.doors.extract_if(.., |until, _| until.is_some_and(|until| until <= now));
        opened.flat_map(|(_, door)| door.upcs).collect()
    }

    /// All who wait, and why the first do.
    pub(super) fn words(&self) -> String {
        let items = self.doors.values().map(|door| door.upcs.len()).sum::<usize>();
        let why = self.doors.values().next().map(|door| door.why.as_str());
        format!("{items} items wait: {}", why.unwrap_or_default())
    }
}

/// Waits until then. False where the stop came first.
async fn rest(until: Timestamp, stop: &CancellationToken) -> bool {
    let left = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default().max(SHORTEST_REST);
    tokio::select! {
        () = tokio::time::sleep(left) => true,
        () = stop.cancelled() => false,
    }
}
