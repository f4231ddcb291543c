//! Scans into a batch that takes them while it runs: one after the other, each once, each told what it was.
//!
//! A repeat raises the copies. Where the item has its draft already, the run takes the item up once more and brings the
//! draft to the number of copies, as a list that is run again does. A scan is taken back while no draft stands for it.

use std::sync::{Arc, PoisonError};

use tokio::sync::Mutex;

use domain::batch::{BadLine, JobId, Listed};
use domain::board::Board;
use domain::event::{Fact, Step};
use domain::item::Stage;
use domain::job::{Job, JobState};
use domain::outcome::{Outcome, Status};
use domain::scan::{Landed, Scan, barcode};
use domain::screen::clean;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Why a scan was not taken, or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("{0} takes no scans: it is a batch over a list")]
    NoScans(JobId),
    #[error("{0} takes no more scans: it was closed, or it has ended; begin another one")]
    Closed(JobId),
    #[error("there is no such scan in {0}, or it is taken back already")]
    NoScan(JobId),
    #[error("its draft is made, for {copies}: {fix}")]
    Drafted { upc: Upc, copies: String, fix: &'static str },
    #[error("its draft is just being made; take the scan back in a moment")]
    Busy,
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What became of one scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    pub key: String,
    /// The barcode, or why it is none.
    pub read: Result<Upc, String>,
    /// The copies that there are with it: more than one is a repeat.
    pub copies: u32,
}

/// True for a job into which one can scan, now or after it is resumed.
pub fn takes_scans(job: &Job) -> bool {
    job.order.as_ref().is_some_and(domain::batch::Order::takes_scans)
}

/// True while the list of such a job is open.
pub fn is_open(job: &Job) -> bool {
    takes_scans(job) && !job.list_read && !matches!(job.state, JobState::Completed | JobState::Cancelled)
}

const GONE: &str = "taken back by the operator who had scanned it";
const HAS_DRAFT: &str = "`draft-maker drafts --delete`, or Seller Hub";
/// Characters of a scan that is no barcode.
const TEXT_KEPT: usize = 60;
/// Tries to take a scan back whose item is just on its way from one stage to another.
const TRIES: usize = 5;

/// Where scans come in. Clones are the same place.
#[derive(Clone)]
pub struct Desk {
    journal: Journal,
    one: Arc<Mutex<()>>,
}

impl Desk {
    /// The place of a process where scans come in; there is one.
    pub fn new(journal: Journal) -> Self {
        Self { journal, one: Arc::default() }
    }

    /// Takes scans in their order. One that was taken before, by its key, changes nothing and is answered as before.
    ///
    /// # Errors
    /// [`ScanError`] where the job takes none; none of them is taken then.
    pub async fn add(&self, job: &JobId, scans: &[Scan]) -> Result<Vec<Landing>, ScanError> {
        let _one = self.one.lock().await;
        let (facts, landed) = {
            let board = self.open(job).await?;
            let board = board.read().unwrap_or_else(PoisonError::into_inner);
            let mut count = Count::new(&board);
            let landed = scans.iter().map(|scan| count.take(scan)).collect();
            (count.facts, landed)
        };
        self.journal.append_all(job, facts).await?;
        Ok(landed)
    }

    /// Takes the scan of this key back, or the last one; the UPC and the copies that are left.
    ///
    /// # Errors
    /// [`ScanError::Drafted`] where a draft stands for it; it stays then.
    pub async fn take_back(&self, job: &JobId, key: Option<&str>) -> Result<(Upc, u32), ScanError> {
        let _one = self.one.lock().await;
        let mut tries = 0;
        loop {
            tries += 1;
            let (facts, left) = {
                let board = self.open(job).await?;
                let board = board.read().unwrap_or_else(PoisonError::into_inner);
                taken_back(&board, key)?
            };
            match self.journal.append_all(job, facts).await {
                Ok(_) => return Ok(left),
                Err(JournalError::Illegal(_)) if tries < TRIES => tokio::task::yield_now().await,
                Err(JournalError::Illegal(_)) => return Err(ScanError::Busy),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Closes the list: no scans come after this, and the batch ends when all items have. Closing twice is closing once.
    ///
    /// # Errors
    /// [`ScanError`].
    pub async fn close(&self, job: &JobId) -> Result<Job, ScanError> {
        let _one = self.one.lock().await;
        let known = self.journal.job(job).await?;
        if !takes_scans(&known) {
            return Err(ScanError::NoScans(job.clone()));
        }
        if is_open(&known) {
            self.journal.append(job, Fact::ListRead).await?;
        }
        Ok(self.journal.job(job).await?)
    }

    /// The newest batch into which one can scan and that runs or waits for its turn.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn newest(&self) -> Result<Option<JobId>, JournalError> {
        newest(&self.journal).await
    }

    async fn open(&self, job: &JobId) -> Result<store::journal::SharedBoard, ScanError> {
        let board = self.journal.board(job).await?;
        let known = Job::from(&*board.read().unwrap_or_else(PoisonError::into_inner));
        match (takes_scans(&known), is_open(&known)) {
            (false, _) => Err(ScanError::NoScans(job.clone())),
            (true, false) => Err(ScanError::Closed(job.clone())),
            (true, true) => Ok(board),
        }
    }
}

/// The newest batch into which one can scan and that runs or waits for its turn; a stopped one goes on first.
///
/// # Errors
/// [`JournalError`] where it cannot be read.
pub async fn newest(journal: &Journal) -> Result<Option<JobId>, JournalError> {
    for standing in journal.standings().await? {
        if standing.state.is_live() && is_open(&journal.job(&standing.job).await?) {
            return Ok(Some(standing.job));
        }
    }
    Ok(None)
}

/// The facts of scans that are taken together.
struct Count<'a> {
    board: &'a Board,
    facts: Vec<Fact>,
    /// Those that this call adds.
    landed: Vec<Landed>,
}

impl<'a> Count<'a> {
    fn new(board: &'a Board) -> Self {
        Self { board, facts: Vec::new(), landed: Vec::new() }
    }

    fn take(&mut self, scan: &Scan) -> Landing {
        let read = barcode(&scan.code).map_err(|why| why.to_string());
        if let Some(before) = self.before(&scan.key) {
            let read = before.upc.ok_or_else(|| read.err().unwrap_or_default());
            return Landing { key: scan.key.clone(), read, copies: before.copies };
        }
        let line = u32::try_from(self.board.scans.all().len() + self.landed.len() + 1).unwrap_or(u32::MAX);
        let upc = read.as_ref().ok().copied();
        let copies = upc.map_or(0, |upc| self.copies(upc) + 1);
        let scanned = Fact::Scanned { key: scan.key.clone(), upc, copies, line };
        match &read {
            Err(why) => {
                let text = clean(&scan.code).chars().take(TEXT_KEPT).collect();
                let lines = vec![BadLine { line, text, reason: why.clone() }];
                self.facts.extend([Fact::Refused { lines }, scanned]);
            }
            Ok(upc) if copies == 1 && self.board.item(*upc).is_some() => {
                self.facts.extend([scanned, Fact::Item { upc: *upc, step: Step::Again }]);
            }
            Ok(upc) if copies == 1 => {
                let listed = Listed { upc: *upc, copies, lines: vec![line], zeros_restored: 0 };
                self.facts.extend([Fact::Taken { items: vec![listed] }, scanned]);
            }
            Ok(_) => self.facts.push(scanned),
        }
        self.landed.push(Landed { key: scan.key.as_str().into(), upc, copies, is_taken_back: false });
        Landing { key: scan.key.clone(), read, copies }
    }

    /// The scan of this key, where there was one.
    fn before(&self, key: &str) -> Option<&Landed> {
        self.board.scans.of(key).or_else(|| self.landed.iter().find(|one| *one.key == *key))
    }

    fn copies(&self, upc: Upc) -> u32 {
        let here = self.landed.iter().rev().find(|one| one.upc == Some(upc)).map(|one| one.copies);
        here.or_else(|| self.board.item(upc).map(|item| item.copies)).unwrap_or_default()
    }
}

/// What taking a scan back comes to, and the UPC with the copies that are left.
fn taken_back(board: &Board, key: Option<&str>) -> Result<(Vec<Fact>, (Upc, u32)), ScanError> {
    let scan = key.map_or_else(|| board.scans.last(), |key| board.scans.of(key));
    let found = scan.filter(|scan| !scan.is_taken_back).and_then(|scan| Some((scan, board.item(scan.upc?)?)));
    let Some((scan, item)) = found else { return Err(ScanError::NoScan(board.job.clone())) };
    let (upc, left) = (item.upc, item.copies.saturating_sub(1));
    let drafted = board.scans.drafted(upc).filter(|drafted| *drafted > left);
    let stands = item.status.is_some_and(|status| status.is_success() && status != Status::Rehearsed);
    if let Some(drafted) = drafted.filter(|_| stands || item.stage == Stage::Drafting) {
        let copies = if drafted == 1 { "1 copy".to_owned() } else { format!("{drafted} copies") };
        return Err(ScanError::Drafted { upc, copies, fix: HAS_DRAFT });
    }
    let mut facts = vec![Fact::TakenBack { key: scan.key.to_string(), upc, copies: left }];
    if left == 0 {
        let again = (item.stage == Stage::Done).then_some(Step::Again);
        let gone = Step::Done { outcome: Outcome::skipped(GONE.to_owned()) };
        facts.extend(again.into_iter().chain([gone]).map(|step| Fact::Item { upc, step }));
    }
    Ok((facts, (upc, left)))
}
