//! Scans into a batch that takes them while it runs: one after the other, each once, each told what it was.
//!
//! A repeat raises the copies. Where the item has its draft already, the run takes the item up once more and brings the
//! draft to the number of copies, as a list that is run again does. A scan is taken back while no draft stands for it.

use std::sync::Arc;

use tokio::sync::Mutex;

use domain::event::{ItemEvent, JobEvent};
use domain::item::Stage;
use domain::job::{Job, JobState};
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId, RejectedLine};
use domain::outcome::{ItemOutcome, Status};
use domain::scan::{ScanInput, ScanRecord, parse_barcode};
use domain::terminal_text::strip_terminal_controls;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};

/// Why a scan was not taken, or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("{0} takes no scans: it is a batch over a list")]
    NotAScanJob(JobId),
    #[error("{0} takes no more scans: it was closed, or it has ended; begin another one")]
    Closed(JobId),
    #[error("there is no such scan in {0}, or it is taken back already")]
    UnknownScan(JobId),
    #[error("its draft is made, for {copies}: {fix}")]
    AlreadyDrafted { upc: Upc, copies: String, fix: &'static str },
    #[error("its draft is just being made; take the scan back in a moment")]
    Busy,
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What became of one scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanResult {
    pub key: String,
    /// The barcode, or why it is none.
    pub barcode: Result<Upc, String>,
    /// The copies that there are with it: more than one is a repeat.
    pub copies: u32,
}

/// True for a job into which one can scan, now or after it is resumed.
pub fn is_scan_job(job: &Job) -> bool {
    job.spec.as_ref().is_some_and(domain::job_spec::JobSpec::is_scan_session)
}

/// True while the list of such a job is open.
pub fn accepts_scans(job: &Job) -> bool {
    is_scan_job(job) && !job.input_closed && !matches!(job.state, JobState::Completed | JobState::Cancelled)
}

const RETRACTED_REASON: &str = "taken back by the operator who had scanned it";
const DELETE_DRAFT_ADVICE: &str = "`draft-maker drafts --delete`, or Seller Hub";
/// Characters of a scan that is no barcode.
const MAX_TEXT_CHARS: usize = 60;
/// Tries to take a scan back whose item is just on its way from one stage to another.
const MAX_RETRACT_ATTEMPTS: usize = 5;

/// Where scans come in. Clones are the same place.
#[derive(Clone)]
pub struct ScanSessions {
    journal: Journal,
    write_lock: Arc<Mutex<()>>,
}

impl ScanSessions {
    /// The place of a process where scans come in; there is one.
    pub fn new(journal: Journal) -> Self {
        Self { journal, write_lock: Arc::default() }
    }

    /// Takes scans in their order. One that was taken before, by its key, changes nothing and is answered as before.
    ///
    /// # Errors
    /// [`ScanError`] where the job takes none; none of them is taken then.
    pub async fn record_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<Vec<ScanResult>, ScanError> {
        let _one = self.write_lock.lock().await;
        let (events, record) = {
            let projection = self.open_projection(job).await?;
            let projection = projection.read();
            let mut count = ScanBatch::new(&projection);
            let record = scans.iter().map(|scan| count.add_scan(scan)).collect();
            (count.events, record)
        };
        self.journal.append_events(job, events).await?;
        Ok(record)
    }

    /// Takes the scan of this key back, or the last one; the UPC and the copies that are left.
    ///
    /// # Errors
    /// [`ScanError::Drafted`] where a draft stands for it; it stays then.
    pub async fn retract_scan(&self, job: &JobId, key: Option<&str>) -> Result<(Upc, u32), ScanError> {
        let _one = self.write_lock.lock().await;
        let mut tries = 0;
        loop {
            tries += 1;
            let (events, left) = {
                let projection = self.open_projection(job).await?;
                let projection = projection.read();
                retraction_events(&projection, key)?
            };
            match self.journal.append_events(job, events).await {
                Ok(_) => return Ok(left),
                Err(JournalError::InvalidTransition(_)) if tries < MAX_RETRACT_ATTEMPTS => {
                    tokio::task::yield_now().await
                }
                Err(JournalError::InvalidTransition(_)) => return Err(ScanError::Busy),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Closes the list: no scans come after this, and the batch ends when all items have. Closing twice is closing once.
    ///
    /// # Errors
    /// [`ScanError`].
    pub async fn close_session(&self, job: &JobId) -> Result<Job, ScanError> {
        let _one = self.write_lock.lock().await;
        let known = self.journal.job_summary(job).await?;
        if !is_scan_job(&known) {
            return Err(ScanError::NotAScanJob(job.clone()));
        }
        if accepts_scans(&known) {
            self.journal.append_event(job, JobEvent::InputClosed).await?;
        }
        Ok(self.journal.job_summary(job).await?)
    }

    /// The newest batch into which one can scan and that runs or waits for its turn.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn latest_open(&self) -> Result<Option<JobId>, JournalError> {
        find_latest_open(&self.journal).await
    }

    async fn open_projection(&self, job: &JobId) -> Result<store::journal::SharedProjection, ScanError> {
        let projection = self.journal.projection(job).await?;
        let known = Job::from(&*projection.read());
        match (is_scan_job(&known), accepts_scans(&known)) {
            (false, _) => Err(ScanError::NotAScanJob(job.clone())),
            (true, false) => Err(ScanError::Closed(job.clone())),
            (true, true) => Ok(projection),
        }
    }
}

/// The newest batch into which one can scan and that runs or waits for its turn; a stopped one goes on first.
///
/// # Errors
/// [`JournalError`] where it cannot be read.
pub async fn find_latest_open(journal: &Journal) -> Result<Option<JobId>, JournalError> {
    for standing in journal.job_statuses().await? {
        if standing.state.is_active() && accepts_scans(&journal.job_summary(&standing.job).await?) {
            return Ok(Some(standing.job));
        }
    }
    Ok(None)
}

/// The facts of scans that are taken together.
struct ScanBatch<'a> {
    projection: &'a JobProjection,
    events: Vec<JobEvent>,
    /// Those that this call adds.
    records: Vec<ScanRecord>,
}

impl<'a> ScanBatch<'a> {
    fn new(projection: &'a JobProjection) -> Self {
        Self { projection, events: Vec::new(), records: Vec::new() }
    }

    fn add_scan(&mut self, scan: &ScanInput) -> ScanResult {
        let read = parse_barcode(&scan.code).map_err(|why| why.to_string());
        if let Some(before) = self.find_previous(&scan.key) {
            let read = before.upc.ok_or_else(|| read.err().unwrap_or_default());
            return ScanResult { key: scan.key.clone(), barcode: read, copies: before.copies };
        }
        let line = u32::try_from(self.projection.scans.records().len() + self.records.len() + 1).unwrap_or(u32::MAX);
        let upc = read.as_ref().ok().copied();
        let copies = upc.map_or(0, |upc| self.current_copies(upc) + 1);
        let scanned = JobEvent::Scanned { key: scan.key.clone(), upc, copies, line };
        match &read {
            Err(why) => {
                let text = strip_terminal_controls(&scan.code).chars().take(MAX_TEXT_CHARS).collect();
                let lines = vec![RejectedLine { line, text, reason: why.clone() }];
                self.events.extend([JobEvent::LinesRejected { lines }, scanned]);
            }
            Ok(upc) if copies == 1 && self.projection.item(*upc).is_some() => {
                self.events.extend([scanned, JobEvent::Item { upc: *upc, item_event: ItemEvent::Requeued }]);
            }
            Ok(upc) if copies == 1 => {
                let listed = InputItem { upc: *upc, copies, lines: vec![line], zeros_restored: 0 };
                self.events.extend([JobEvent::ItemsAdded { items: vec![listed] }, scanned]);
            }
            Ok(_) => self.events.push(scanned),
        }
        self.records.push(ScanRecord { key: scan.key.as_str().into(), upc, copies, is_retracted: false });
        ScanResult { key: scan.key.clone(), barcode: read, copies }
    }

    /// The scan of this key, where there was one.
    fn find_previous(&self, key: &str) -> Option<&ScanRecord> {
        self.projection.scans.find_by_key(key).or_else(|| self.records.iter().find(|one| *one.key == *key))
    }

    fn current_copies(&self, upc: Upc) -> u32 {
        let here = self.records.iter().rev().find(|one| one.upc == Some(upc)).map(|one| one.copies);
        here.or_else(|| self.projection.item(upc).map(|item| item.copies)).unwrap_or_default()
    }
}

/// What taking a scan back comes to, and the UPC with the copies that are left.
fn retraction_events(projection: &JobProjection, key: Option<&str>) -> Result<(Vec<JobEvent>, (Upc, u32)), ScanError> {
    let scan = key.map_or_else(|| projection.scans.last_active(), |key| projection.scans.find_by_key(key));
    let found = scan.filter(|scan| !scan.is_retracted).and_then(|scan| Some((scan, projection.item(scan.upc?)?)));
    let Some((scan, item)) = found else { return Err(ScanError::UnknownScan(projection.job.clone())) };
    let (upc, left) = (item.upc, item.copies.saturating_sub(1));
    let drafted = projection.scans.drafted_copies(upc).filter(|drafted| *drafted > left);
    let stands = item.status.is_some_and(|status| status.is_success() && status != Status::DryRun);
    if let Some(drafted) = drafted.filter(|_| stands || item.stage == Stage::Drafting) {
        let copies = if drafted == 1 { "1 copy".to_owned() } else { format!("{drafted} copies") };
        return Err(ScanError::AlreadyDrafted { upc, copies, fix: DELETE_DRAFT_ADVICE });
    }
    let mut events = vec![JobEvent::ScanRetracted { key: scan.key.to_string(), upc, copies: left }];
    if left == 0 {
        let again = (item.stage == Stage::Done).then_some(ItemEvent::Requeued);
        let gone = ItemEvent::Finished { outcome: ItemOutcome::skipped(RETRACTED_REASON.to_owned()) };
        events.extend(again.into_iter().chain([gone]).map(|step| JobEvent::Item { upc, item_event: step }));
    }
    Ok((events, (upc, left)))
}
