//! Records scans into a job that takes them while it runs: one at a time, each once, each with a result.
//!
//! A repeat adds a copy. If the item has a draft already, the run requeues the item and updates the draft's quantity, as
//! for a list that is run again. A scan can be retracted as long as no draft offers its copy.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use domain::event::{ItemEvent, JobEvent};
use domain::item::Stage;
use domain::job::{Job, JobState};
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId, JobSpec, RejectedLine};
use domain::line_numbers::LineNumbers;
use domain::outcome::{ItemOutcome, Status};
use domain::scan::{ScanInput, ScanRecord, parse_barcode, split_grades};
use domain::seller_data::SellerData;
use domain::terminal_text::strip_terminal_controls;
use domain::upc::Upc;
use store::journal::{Journal, JournalError};
use upstream::retry::{RetryAdvice, RetryPolicy, retry};

/// Why a scan was not recorded, or not retracted.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The job runs over a list.
    #[error("{0} does not accept scans: it is a batch of a list")]
    NotAScanJob(JobId),
    /// The session was closed, or the job has ended.
    #[error("{0} does not accept more scans: it is closed or finished; start another scan session")]
    Closed(JobId),
    /// The session does not have this scan, or the scan was already undone.
    #[error("{0} has no such scan, or it was already undone")]
    UnknownScan(JobId),
    /// The copy of this scan is in a draft.
    #[error("its draft already exists, for {copies}: {fix}")]
    AlreadyDrafted { upc: Upc, copies: String, fix: &'static str },
    /// The draft is being submitted.
    #[error("its draft is being created; undo the scan in a moment")]
    Busy,
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// How one scan was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanResult {
    pub key: String,
    /// The barcode, or why the scan is not one.
    pub barcode: Result<Upc, String>,
    /// Copies of the UPC with this scan; more than 1 is a repeat.
    pub copies: u32,
}

/// True for a scan session, open or not.
pub(crate) fn is_scan_job(job: &Job) -> bool {
    job.spec.as_ref().is_some_and(domain::job_spec::JobSpec::is_scan_session)
}

/// True for a scan session that is open, now or after it is resumed.
pub fn accepts_scans(job: &Job) -> bool {
    is_scan_job(job) && !job.input_closed && !matches!(job.state, JobState::Completed | JobState::Cancelled)
}

const RETRACTED_REASON: &str = "scan undone";
const DELETE_DRAFT_ADVICE: &str = "`draft-maker drafts --delete`, or Seller Hub";
/// Maximum characters that are recorded of a scan that is not a barcode.
const MAX_TEXT_CHARS: usize = 60;
/// Retries of a retraction while the item of the scan moves from one stage to the next.
const MAX_RETRACT_RETRIES: u32 = 4;

/// Pause before such a retry.
const RETRACT_PAUSE: Duration = Duration::from_millis(5);

/// Records scans. One per process; clones share it.
#[derive(Clone)]
pub struct ScanSessions {
    journal: Journal,
    write_lock: Arc<Mutex<()>>,
}

impl ScanSessions {
    /// Creates the recorder of a process.
    pub fn new(journal: Journal) -> Self {
        Self { journal, write_lock: Arc::default() }
    }

    /// Records scans in their order. A scan whose key was recorded before changes nothing and gets the same result again.
    ///
    /// # Errors
    /// Returns [`ScanError`] if the job takes no scans; then none was recorded.
    pub async fn record_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<Vec<ScanResult>, ScanError> {
        let _guard = self.write_lock.lock().await;
        let (events, results) = {
            let projection = self.open_projection(job).await?;
            let projection = projection.read();
            let mut batch = ScanBatch::new(&projection);
            let results = scans.iter().map(|scan| batch.add_scan(scan)).collect();
            (batch.events, results)
        };
        self.journal.append_events(job, events).await?;
        Ok(results)
    }

    /// Retracts the scan with this key, or the last one. Returns the UPC and its remaining copies.
    ///
    /// # Errors
    /// Returns [`ScanError::AlreadyDrafted`] if a draft offers the copy, and [`ScanError::Busy`] while the draft is being
    /// submitted.
    pub async fn retract_scan(&self, job: &JobId, key: Option<&str>) -> Result<(Upc, u32), ScanError> {
        let _guard = self.write_lock.lock().await;
        let advice = |error: &ScanError| match error {
            ScanError::Journal(JournalError::InvalidTransition(_)) => RetryAdvice::Retry,
            _ => RetryAdvice::Stop,
        };
        let policy = RetryPolicy::fixed(RETRACT_PAUSE).with_max_retries(MAX_RETRACT_RETRIES);
        match retry(policy, advice, || self.try_retract(job, key)).await {
            Err(ScanError::Journal(JournalError::InvalidTransition(_))) => Err(ScanError::Busy),
            result => result,
        }
    }

    async fn try_retract(&self, job: &JobId, key: Option<&str>) -> Result<(Upc, u32), ScanError> {
        let (events, remaining) = {
            let projection = self.open_projection(job).await?;
            let projection = projection.read();
            retraction_events(&projection, key)?
        };
        self.journal.append_events(job, events).await?;
        Ok(remaining)
    }

    /// Closes the session: it takes no more scans, and the job ends when all items are finished. Closing it again changes
    /// nothing.
    ///
    /// # Errors
    /// Returns [`ScanError::NotAScanJob`], or [`ScanError::Journal`].
    pub async fn close_session(&self, job: &JobId) -> Result<Job, ScanError> {
        let _guard = self.write_lock.lock().await;
        let summary = self.journal.job_summary(job).await?;
        if !is_scan_job(&summary) {
            return Err(ScanError::NotAScanJob(job.clone()));
        }
        if accepts_scans(&summary) {
            self.journal.append_event(job, JobEvent::InputClosed).await?;
        }
        Ok(self.journal.job_summary(job).await?)
    }

    /// Returns the projection of a session that takes scans.
    async fn open_projection(&self, job: &JobId) -> Result<store::journal::SharedProjection, ScanError> {
        let projection = self.journal.projection(job).await?;
        let summary = Job::from(&*projection.read());
        match (is_scan_job(&summary), accepts_scans(&summary)) {
            (false, _) => Err(ScanError::NotAScanJob(job.clone())),
            (true, false) => Err(ScanError::Closed(job.clone())),
            (true, true) => Ok(projection),
        }
    }
}

/// Returns the newest open scan session that scans with the options of `requested` may join, see
/// [`JobSpec::can_take_scans_for`]. One that was stopped, as by the end of the console, is resumed by the next scan.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read.
pub async fn find_latest_open(journal: &Journal, requested: &JobSpec) -> Result<Option<JobId>, JournalError> {
    for status in journal.job_statuses().await? {
        let has_ended = matches!(status.state, JobState::Completed | JobState::Cancelled);
        if has_ended {
            continue;
        }
        let summary = journal.job_summary(&status.job).await?;
        let fits = summary.spec.as_ref().is_some_and(|spec| spec.can_take_scans_for(requested));
        if fits && accepts_scans(&summary) {
            return Ok(Some(status.job));
        }
    }
    Ok(None)
}

/// Scans that are recorded in one write.
struct ScanBatch<'a> {
    projection: &'a JobProjection,
    events: Vec<JobEvent>,
    /// Scans of this batch that are not in the projection yet.
    records: Vec<ScanRecord>,
}

impl<'a> ScanBatch<'a> {
    fn new(projection: &'a JobProjection) -> Self {
        Self { projection, events: Vec::new(), records: Vec::new() }
    }

    fn add_scan(&mut self, scan: &ScanInput) -> ScanResult {
        let (code, grades) = split_grades(&scan.code);
        let barcode = parse_barcode(code).map_err(|why| why.to_string());
        let seller = grades.map(|grades| Box::new(SellerData::from(grades)));
        if let Some(previous) = self.find_previous(&scan.key) {
            let barcode = previous.upc.ok_or_else(|| barcode.err().unwrap_or_default());
            return ScanResult { key: scan.key.clone(), barcode, copies: previous.copies };
        }
        let line = u32::try_from(self.projection.scans.records().len() + self.records.len() + 1).unwrap_or(u32::MAX);
        let upc = barcode.as_ref().ok().copied();
        let copies = upc.map_or(0, |upc| self.current_copies(upc) + 1);
        let scanned = JobEvent::Scanned { key: scan.key.clone(), upc, copies, line, seller: seller.clone() };
        match &barcode {
            Err(why) => {
                let text = strip_terminal_controls(code).chars().take(MAX_TEXT_CHARS).collect();
                let lines = vec![RejectedLine { line, text, reason: why.clone() }];
                self.events.extend([JobEvent::LinesRejected { lines }, scanned]);
            }
            Ok(upc) if copies == 1 && self.projection.item(*upc).is_some() => {
                self.events.extend([scanned, JobEvent::Item { upc: *upc, item_event: ItemEvent::Requeued }]);
            }
            Ok(upc) if copies == 1 => {
                let item = InputItem {
                    upc: *upc,
                    copies,
                    lines: LineNumbers::from_slice(&[line]),
                    zeros_restored: 0,
                    seller,
                    differing: Vec::new(),
                };
                self.events.extend([JobEvent::ItemsAdded { items: vec![item] }, scanned]);
            }
            Ok(_) => self.events.push(scanned),
        }
        self.records.push(ScanRecord { key: scan.key.as_str().into(), upc, copies, is_retracted: false });
        ScanResult { key: scan.key.clone(), barcode, copies }
    }

    /// Returns the recorded scan with this key.
    fn find_previous(&self, key: &str) -> Option<&ScanRecord> {
        self.projection.scans.find_by_key(key).or_else(|| self.records.iter().find(|record| *record.key == *key))
    }

    fn current_copies(&self, upc: Upc) -> u32 {
        let in_batch = self.records.iter().rev().find(|record| record.upc == Some(upc)).map(|record| record.copies);
        in_batch.or_else(|| self.projection.item(upc).map(|item| item.copies)).unwrap_or_default()
    }
}

/// Returns the events that retract a scan, and the UPC with its remaining copies.
fn retraction_events(projection: &JobProjection, key: Option<&str>) -> Result<(Vec<JobEvent>, (Upc, u32)), ScanError> {
    let scan = key.map_or_else(|| projection.scans.last_active(), |key| projection.scans.find_by_key(key));
    let found = scan.filter(|scan| !scan.is_retracted).and_then(|scan| Some((scan, projection.item(scan.upc?)?)));
    let Some((scan, item)) = found else { return Err(ScanError::UnknownScan(projection.job.clone())) };
    let (upc, remaining) = (item.upc, item.copies.saturating_sub(1));
    let drafted = projection.scans.drafted_copies(upc).filter(|drafted| *drafted > remaining);
    let has_draft = item.status.is_some_and(|status| status.is_success() && status != Status::DryRun);
    if let Some(drafted) = drafted.filter(|_| has_draft || item.stage == Stage::Drafting) {
        let copies = if drafted == 1 { "1 copy".to_owned() } else { format!("{drafted} copies") };
        return Err(ScanError::AlreadyDrafted { upc, copies, fix: DELETE_DRAFT_ADVICE });
    }
    let place = projection.scans.records().iter().position(|record| record.key == scan.key);
    let line = place.and_then(|place| u32::try_from(place + 1).ok());
    let mut events = vec![JobEvent::ScanRetracted { key: scan.key.to_string(), upc, copies: remaining, line }];
    if remaining == 0 {
        let requeued = (item.stage == Stage::Done).then_some(ItemEvent::Requeued);
        let skipped = ItemEvent::Finished { outcome: ItemOutcome::skipped(RETRACTED_REASON.to_owned()) };
        events.extend(requeued.into_iter().chain([skipped]).map(|step| JobEvent::Item { upc, item_event: step }));
    }
    Ok((events, (upc, remaining)))
}
