//! The one writer. All that waits when it is free goes to the disk in one transaction with one fsync.
//!
//! ```text
//! tasks ──> staged: may it follow? ─no─> answered at once, the others go on
//!               │ yes
//!            insert … insert ── commit ─failed─> everybody of the group hears why; boards are untouched
//!                                  │ done
//!                               boards ── bell ── answers
//! ```

use std::collections::VecDeque;
use std::sync::PoisonError;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use super::boards::SharedBoard;
use super::error::JournalError;
use super::ledger::{Claim, Claimed};
use super::order::{NewJob, Ordered};
use super::owner::Owner;
use super::saving::Saving;
use super::seller::Seller;
use super::staged::Staged;
use super::store::Pen;
use domain::board::Board;
use domain::event::{Event, Fact, Seq};
use domain::sku::Sku;

/// The most tasks of one transaction.
const GROUP: usize = 256;

type Reply<T> = oneshot::Sender<Result<T, JournalError>>;

/// What the writer can be asked for.
pub(super) enum Task {
    Begin { new: Box<NewJob>, reply: Reply<Ordered> },
    Append(Append),
    Claim { claim: Claim, reply: Reply<Claimed> },
    Amend { seller: Seller, sink: String, rows: Vec<(Sku, Value)>, reply: Reply<()> },
    Strike { seller: Seller, sku: Sku, reply: Reply<bool> },
    Account { ebay: String, names: Vec<String>, reply: Reply<u64> },
    Probe { reply: Reply<()> },
    Close { reply: Reply<()> },
}

/// Facts for one job, all or none.
pub(super) struct Append {
    board: SharedBoard,
    facts: Vec<Fact>,
    reply: Reply<Seq>,
}

impl Append {
    pub(super) fn new(board: SharedBoard, facts: Vec<Fact>, reply: Reply<Seq>) -> Self {
        Self { board, facts, reply }
    }
}

/// What everybody of a group is told once it is known whether it is on the disk.
type Answer = Box<dyn FnOnce(Result<(), JournalError>) + Send>;

/// One transaction under way.
#[derive(Default)]
struct Group {
    staged: Staged,
    events: Vec<(Option<SharedBoard>, Event)>,
    answers: Vec<Answer>,
}

/// Works until the last [`super::Journal`] is gone or one asks to close; the ownership ends with it.
pub(super) async fn work(
    owner: Owner,
    mut pen: Pen,
    bell: watch::Sender<Seq>,
    mut tasks: mpsc::Receiver<Task>,
    mut saving: Saving,
) {
    let mut arrived = Vec::with_capacity(GROUP);
    let mut closing = Vec::new();
    while closing.is_empty() && tasks.recv_many(&mut arrived, GROUP).await > 0 {
        let mut waiting = VecDeque::new();
        for task in arrived.drain(..) {
            match task {
                Task::Close { reply } => closing.push(reply),
                task => waiting.push_back(task),
            }
        }
        while !waiting.is_empty() {
            let ended = one_group(&mut pen, &bell, &mut waiting).await;
            for board in ended {
                saving.begin(board);
            }
        }
    }
    drop(tasks);
    saving.finish().await;
    pen.close().await;
    drop(owner);
    drop(bell);
    for reply in closing {
        reply.send(Ok(())).ok();
    }
}

/// Writes the tasks that wait. After a failure the rest stays and makes the next group. The boards of the jobs on which
/// the work has ended with it.
async fn one_group(pen: &mut Pen, bell: &watch::Sender<Seq>, waiting: &mut VecDeque<Task>) -> Vec<SharedBoard> {
    let mut group = Group::default();
    let written = group.write(pen, waiting).await;
    let settled = match written {
        Ok(()) => pen.commit().await,
        Err(error) => Err(error),
    };
    let ended = if settled.is_err() {
        pen.roll_back().await;
        Vec::new()
    } else {
        group.show(bell)
    };
    for answer in group.answers {
        answer(settled.clone());
    }
    ended
}

impl Group {
    async fn write(&mut self, pen: &mut Pen, waiting: &mut VecDeque<Task>) -> Result<(), JournalError> {
        while let Some(task) = waiting.pop_front() {
            match task {
                Task::Begin { new, reply } => self.begin(pen, *new, reply).await?,
                Task::Append(append) => self.append(pen, append).await?,
                Task::Claim { claim, reply } => self.claim(pen, &claim, reply).await?,
                Task::Amend { seller, sink, rows, reply } => {
                    let amended = pen.amend(&seller, &sink, &rows).await;
                    self.settle(reply, amended)?;
                }
                Task::Strike { seller, sku, reply } => {
                    let struck = pen.strike(&seller, &sku).await;
                    self.settle(reply, struck)?;
                }
                Task::Account { ebay, names, reply } => {
                    let account = pen.account(&ebay, &names).await;
                    self.settle(reply, account)?;
                }
                Task::Probe { reply } => {
                    let probed = pen.probe().await;
                    self.settle(reply, probed)?;
                }
                Task::Close { .. } => {}
            }
        }
        Ok(())
    }

    async fn begin(&mut self, pen: &mut Pen, new: NewJob, reply: Reply<Ordered>) -> Result<(), JournalError> {
        let begun = self.begin_once(pen, new).await;
        self.settle(reply, begun)
    }

    async fn begin_once(&mut self, pen: &mut Pen, new: NewJob) -> Result<Ordered, JournalError> {
        if let Some(request) = &new.request
            && let Some(ordered) = new.known(pen.requested(&request.key).await?)
        {
            return Ok(ordered);
        }
        let at = to_the_millisecond(new.now);
        let job = pen.new_job(at).await?;
        if let Some(request) = &new.request {
            pen.request(request, &job).await?;
        }
        for added in self.staged.stage(&Board::new(job.clone()), &new.then)? {
            pen.items(&job, added.from, &added.items).await?;
        }
        for fact in std::iter::once(Fact::Ordered { order: new.order }).chain(new.then) {
            let event = pen.event(&job, at, fact).await?;
            self.events.push((None, event));
        }
        Ok(Ordered::New(job))
    }

    async fn append(&mut self, pen: &mut Pen, append: Append) -> Result<(), JournalError> {
        let Append { board, facts, reply } = append;
        let at = to_the_millisecond(Timestamp::now());
        let staged = {
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            self.staged.stage(&board, &facts).map(|added| (board.job.clone(), added))
        };
        let (job, added) = match staged {
            Ok(staged) => staged,
            Err(illegal) => {
                reply.send(Err(illegal.into())).ok();
                return Ok(());
            }
        };
        let written = async {
            for added in added {
                pen.items(&job, added.from, &added.items).await?;
            }
            let mut last = Seq::default();
            for fact in facts {
                pen.scanned(&job, &fact).await?;
                let event = pen.event(&job, at, fact).await?;
                last = event.seq;
                self.events.push((Some(board.clone()), event));
            }
            Ok(last)
        };
        let written = written.await;
        self.settle(reply, written)
    }

    async fn claim(&mut self, pen: &mut Pen, claim: &Claim, reply: Reply<Claimed>) -> Result<(), JournalError> {
        let claimed = pen.claim(claim).await;
        self.settle(reply, claimed)
    }

    /// Notes what to tell the caller, and stops the group where the write failed.
    fn settle<T: Send + 'static>(
        &mut self,
        reply: Reply<T>,
        written: Result<T, JournalError>,
    ) -> Result<(), JournalError> {
        let stop = written.as_ref().err().cloned().map_or(Ok(()), Err);
        self.answer_later(reply, written);
        stop
    }

    /// The group's failure outweighs the task's own success. A caller that went away is no failure.
    fn answer_later<T: Send + 'static>(&mut self, reply: Reply<T>, written: Result<T, JournalError>) {
        self.answers.push(Box::new(move |settled| {
            reply.send(settled.and(written)).ok();
        }));
    }

    /// What is on the disk reaches the boards, then the bell rings.
    fn show(&mut self, bell: &watch::Sender<Seq>) -> Vec<SharedBoard> {
        let mut ended = Vec::new();
        let newest = self.events.last().map(|(_, event)| event.seq);
        for (board, event) in self.events.drain(..) {
            let Some(board) = board else { continue };
            ended.extend(event.fact.ends_work().then(|| board.clone()));
            let mut board = board.write().unwrap_or_else(PoisonError::into_inner);
            if let Err(illegal) = board.apply(&event) {
                tracing::error!(seq = event.seq.0, %illegal, "the journal took an event that its board refuses");
            }
        }
        if let Some(newest) = newest {
            bell.send_replace(newest);
        }
        ended
    }
}

/// Finer than people read; and what the disk holds must equal what the board saw.
fn to_the_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
