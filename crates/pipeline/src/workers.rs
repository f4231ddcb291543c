//! A job's items, a tray at a time, into slots.
//!
//! A tray is as many items as the most generous catalogue takes in one request. Its items start in the same moment,
//! so their first question leaves as one full request; a new tray starts when as many slots are free. More slots
//! than trays keep every upstream's queue filled: the slowest one sets the pace, and nothing else does.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::held;
use super::steps::{Road, Walked};
use domain::event::Fact;
use domain::item::Stage;
use domain::upc::Upc;
use store::journal::JournalError;

/// How long running items may finish after a stop. Docker kills after ten seconds; the result files take the rest of
/// eight.
const GRACE: Duration = Duration::from_secs(6);

/// A door whose hour has come already is not knocked at in a tight circle.
pub(super) const SHORTEST_REST: Duration = Duration::from_secs(1);

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
    pub(super) walks: JoinSet<(Upc, Result<Walked, JournalError>)>,
    /// Those whose walk has begun and not been settled.
    pub(super) under_way: HashSet<Upc>,
    pub(super) parked: Parked,
    /// Those that are on their way after a person's decision.
    decided: BTreeSet<Upc>,
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
            under_way: HashSet::new(),
            parked: Parked::default(),
            decided: BTreeSet::new(),
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
        self.decided = self.decided_now().await?;
        loop {
            if !self.walk_all(&waiting, stop).await? {
                return self.wind_down().await;
            }
            waiting = self.newly_decided().await?;
            if !waiting.is_empty() {
                continue;
            }
            // Let go while the others were worked on.
            waiting = self.let_go().await?;
            if !waiting.is_empty() {
                continue;
            }
            let Some((first, _)) = self.parked.doors.first_key_value() else { return self.all_done().await };
            let Some(until) = *first else {
                return Ok(Ended::Waits { why: self.parked.words() });
            };
            self.say_parked().await?;
            match self.rest(until, stop).await? {
                Rest::Stopped => return self.wind_down().await,
                Rest::Over => waiting = self.parked.let_in(until.max(Timestamp::now())),
                Rest::LetGo => {}
            }
        }
    }

    /// Walks these items, a tray at a time. False where the stop came first.
    async fn walk_all(&mut self, waiting: &[Upc], stop: &CancellationToken) -> Result<bool, JournalError> {
        let slots = Arc::new(Semaphore::new(self.slots));
        for tray in waiting.chunks(self.tray) {
            // Who decides while a long list runs does not wait for its end.
            for decided in self.newly_decided().await?.chunks(self.tray) {
                if !self.start(decided, &slots, stop).await? {
                    return Ok(false);
                }
            }
            if !self.start(tray, &slots, stop).await? {
                return Ok(false);
            }
        }
        loop {
            tokio::select! {
                walked = self.walks.join_next() => match walked {
                    Some(walked) => self.settle(walked)?,
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

    pub(super) fn settle(
        &mut self,
        walked: Result<(Upc, Result<Walked, JournalError>), JoinError>,
    ) -> Result<(), JournalError> {
        if let Ok((upc, walked)) = &walked {
            self.under_way.remove(upc);
            if matches!(walked, Ok(Walked::Ended)) {
                self.decided.remove(upc);
            }
        }
        self.parked.settle(walked.map(|(_, walked)| walked))
    }

    /// Those that a person decided about since the run looked last. From here on they are under way.
    async fn newly_decided(&mut self) -> Result<Vec<Upc>, JournalError> {
        let now = self.decided_now().await?;
        let new = now.difference(&self.decided).copied().collect::<Vec<_>>();
        self.decided.extend(&new);
        Ok(new)
    }

    async fn decided_now(&self) -> Result<BTreeSet<Upc>, JournalError> {
        let board = self.road.journal.board(&self.road.job).await?;
        let board = board.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(board.decided.clone())
    }

    async fn unfinished(&self) -> Result<Vec<Upc>, JournalError> {
        let board = self.road.journal.board(&self.road.job).await?;
        let board = board.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(board.items().iter().filter(|item| item.stage != Stage::Done && !item.held).map(|item| item.upc).collect())
    }

    /// Those that wait for nothing and were not worked on.
    async fn let_go(&self) -> Result<Vec<Upc>, JournalError> {
        let mut upcs = self.unfinished().await?;
        if !self.parked.doors.is_empty() {
            let parked = self.parked.doors.values().flat_map(|door| &door.upcs).collect::<HashSet<_>>();
            upcs.retain(|upc| !parked.contains(upc));
        }
        Ok(upcs)
    }

    /// Every item has ended, or is held.
    pub(super) async fn all_done(&self) -> Result<Ended, JournalError> {
        Ok(match self.held().await? {
            0 => Ended::AllDone,
            held => Ended::Waits { why: held::why(held) },
        })
    }

    async fn held(&self) -> Result<u64, JournalError> {
        let board = self.road.journal.board(&self.road.job).await?;
        Ok(board.read().unwrap_or_else(std::sync::PoisonError::into_inner).counts.held)
    }

    /// Waits until then, until something is let go or decided, or until the stop.
    async fn rest(&self, until: Timestamp, stop: &CancellationToken) -> Result<Rest, JournalError> {
        let left = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default().max(SHORTEST_REST);
        let over = tokio::time::sleep(left);
        tokio::pin!(over);
        let mut bell = self.road.journal.bell();
        let held = self.held().await?;
        loop {
            tokio::select! {
                () = &mut over => return Ok(Rest::Over),
                () = stop.cancelled() => return Ok(Rest::Stopped),
                Ok(()) = bell.changed() => {
                    if self.held().await? < held || !self.decided_now().await?.is_subset(&self.decided) {
                        return Ok(Rest::LetGo);
                    }
                }
            }
        }
    }

    /// Without those that were set aside or given up since they were chosen.
    async fn still_to_do(&self, tray: &[Upc]) -> Result<Vec<Upc>, JournalError> {
        let board = self.road.journal.board(&self.road.job).await?;
        let board = board.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_to_do = |upc: &&Upc| board.item(**upc).is_some_and(|item| item.stage != Stage::Done && !item.held);
        Ok(tray.iter().filter(is_to_do).copied().collect())
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
                Some(walked) = self.walks.join_next() => self.settle(walked)?,
                // The semaphore is never closed, so this is always a seat.
                Ok(seats) = &mut free => break seats,
            }
        };
        let tray = self.still_to_do(tray).await?;
        for item in self.road.journal.dossiers(&self.road.job, &tray).await? {
            let (road, seat) = (self.road.clone(), seats.split(1));
            let upc = item.listed.upc;
            self.under_way.insert(upc);
            // A task of its own: the job is named once more. Of the highest level, so that no filter leaves it out.
            let span = tracing::error_span!("item", job = %road.job, %upc);
            let walk = async move {
                let walked = AssertUnwindSafe(road.walk(item)).catch_unwind().await;
                let settled = match walked {
                    Ok(walked) => walked,
                    Err(_) => road.abandon(upc).await.map(|()| Walked::Ended),
                };
                drop(seat);
                (upc, settled)
            };
            self.walks.spawn(walk.instrument(span));
        }
        Ok(true)
    }

    pub(super) async fn wind_down(mut self) -> Result<Ended, JournalError> {
        let at = Instant::now();
        self.road.market.hurry();
        let (walks, parked) = (&mut self.walks, &mut self.parked);
        let finish = async {
            while let Some(walked) = walks.join_next().await {
                parked.settle(walked.map(|(_, walked)| walked))?;
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

/// How a rest before a closed door came to its end.
enum Rest {
    Over,
    /// Something that was held, or that a person has decided about, is to be worked on.
    LetGo,
    Stopped,
}
