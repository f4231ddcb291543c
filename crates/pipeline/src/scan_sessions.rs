//! Records scans in a job that accepts them while it runs. Each scan is recorded once and gets a result.
//!
//! A repeated scan adds a copy. If the item already has a draft, the run queues the item again and updates the draft's
//! quantity, as for a list that is run again. A scan can be retracted unless a draft offers its copy.

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
use domain::scan::{
    MAX_SCAN_CHARS, ScanInput, ScanRecord, ScanTerms, TermsCommand, parse_scan_or_describe, split_terms,
};
use domain::seller_data::SellerData;
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;
use domain::upc::Upc;
use retry::{RetryAdvice, RetryPolicy, retry};
use store::journal::{Journal, JournalError};

/// The reason why a scan was not recorded or retracted.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The job has a list and is not a scan session.
    #[error("{0} does not accept scans: it is a batch of a list")]
    NotAScanJob(JobId),
    /// The session is closed, or the job has ended.
    #[error("{0} does not accept more scans: it is closed or finished; start another scan session")]
    Closed(JobId),
    /// The session has no such scan, or the scan was already retracted.
    #[error("{0} has no such scan, or it was already undone")]
    UnknownScan(JobId),
    /// The scanned copy is offered by a draft.
    #[error("its draft already exists, for {copies}: {fix}")]
    AlreadyDrafted { upc: Upc, copies: String, fix: &'static str },
    /// The item's draft is being submitted.
    #[error("its draft is being created; undo the scan in a moment")]
    Busy,
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The result of recording one scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanResult {
    pub key: String,
    /// The barcode, or the reason why the text is not a barcode.
    pub barcode: Result<Upc, String>,
    /// Copies of the UPC including this scan; more than 1 for a repeated scan.
    pub copies: u32,
}

/// Returns true for a scan session, open or closed.
pub(crate) fn is_scan_job(job: &Job) -> bool {
    job.spec.as_ref().is_some_and(domain::job_spec::JobSpec::is_scan_session)
}

/// Returns true for a scan session that accepts scans now or after a resume.
pub fn accepts_scans(job: &Job) -> bool {
    is_scan_job(job) && !job.input_closed && !matches!(job.state, JobState::Completed | JobState::Cancelled)
}

const RETRACTED_REASON: &str = "scan undone";
const DELETE_DRAFT_ADVICE: &str = "`draft-maker drafts --delete`, or Seller Hub";
/// Maximum recorded characters of a scan that is not a barcode.
const MAX_TEXT_CHARS: usize = 60;
/// Maximum time that a retraction waits while its item moves from one stage to the next or its draft is being created.
const MAX_RETRACT_WAIT: Duration = Duration::from_secs(5);

/// Pause before the first retry, and the maximum pause.
const RETRACT_PAUSES: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(100)];

/// Records scans. A process has one instance; clones share it.
#[derive(Clone)]
pub struct ScanSessions {
    journal: Journal,
    write_lock: Arc<Mutex<()>>,
}

impl ScanSessions {
    /// Creates the scan recorder of a process.
    pub fn new(journal: Journal) -> Self {
        Self { journal, write_lock: Arc::default() }
    }

    /// Records scans in order. A scan whose key was recorded before has no effect and gets the same result as before.
    ///
    /// # Errors
    /// Returns [`ScanError`] if the job does not accept scans; in that case none was recorded.
    pub async fn record_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<Vec<ScanResult>, ScanError> {
        let _guard = self.write_lock.lock().await;
        let corrected = self.find_corrected_terms(job, scans).await?;
        let (events, results) = {
            let projection = self.open_projection(job).await?;
            let projection = projection.read();
            let mut batch = ScanBatch::new(&projection);
            batch.last_terms = corrected;
            let results = scans.iter().map(|scan| batch.add_scan(scan)).collect();
            (batch.events, results)
        };
        self.journal.append_events(job, events).await?;
        Ok(results)
    }

    /// Returns the terms of the last recorded scan, if one of these scans may correct it.
    async fn find_corrected_terms(&self, job: &JobId, scans: &[ScanInput]) -> Result<ScanTerms, ScanError> {
        if scans.iter().all(|scan| TermsCommand::parse_correction(&scan.code).is_none()) {
            return Ok(ScanTerms::default());
        }
        let last = {
            let projection = self.open_projection(job).await?;
            let projection = projection.read();
            let last = projection.scans.last_active();
            last.and_then(|scan| Some((scan.upc?, projection.scans.line_of(&scan.key)?)))
        };
        let Some((upc, line)) = last else { return Ok(ScanTerms::default()) };
        let groups = self.journal.input_items(job, &[upc]).await?.into_iter().flat_map(|item| item.copy_groups());
        let seller = groups.into_iter().find(|group| group.lines.contains(&line)).and_then(|group| group.seller);
        Ok(seller.as_deref().map(ScanTerms::from).unwrap_or_default())
    }

    /// Retracts the scan with this key, or the last one. Returns its UPC and the remaining copies of that UPC. While the
    /// draft is being created, waits for up to [`MAX_RETRACT_WAIT`]: it may be a dry run, or fail.
    ///
    /// # Errors
    /// Returns [`ScanError::AlreadyDrafted`] if a draft offers the copy, and [`ScanError::Busy`] if the draft is still
    /// being created after the wait.
    pub async fn retract_scan(&self, job: &JobId, key: Option<&str>) -> Result<(Upc, u32), ScanError> {
        let advice = |error: &ScanError| match error {
            ScanError::Busy | ScanError::Journal(JournalError::InvalidTransition(_)) => RetryAdvice::Retry,
            _ => RetryAdvice::Stop,
        };
        let [first, longest] = RETRACT_PAUSES;
        let policy = RetryPolicy::exponential(first, longest).with_time_limit(MAX_RETRACT_WAIT);
        match retry(policy, advice, || self.try_retract(job, key)).await {
            Err(ScanError::Journal(JournalError::InvalidTransition(_))) => Err(ScanError::Busy),
            result => result,
        }
    }

    async fn try_retract(&self, job: &JobId, key: Option<&str>) -> Result<(Upc, u32), ScanError> {
        let _guard = self.write_lock.lock().await;
        let (events, remaining) = {
            let projection = self.open_projection(job).await?;
            let projection = projection.read();
            retraction_events(&projection, key)?
        };
        self.journal.append_events(job, events).await?;
        Ok(remaining)
    }

    /// Closes the session: it accepts no more scans, and the job ends when all items are finished. Closing a closed
    /// session has no effect.
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

    /// Returns the projection of a session that accepts scans.
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

/// Returns the newest open scan session that scans with the options of `requested` may join (see
/// [`JobSpec::can_take_scans_for`]). A stopped session, for example one of an earlier console, is resumed by the next
/// scan.
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

/// Scans to be recorded in one write.
struct ScanBatch<'a> {
    projection: &'a JobProjection,
    events: Vec<JobEvent>,
    /// Scans of this batch that are not in the projection yet.
    records: Vec<ScanRecord>,
    /// Terms of the last scan.
    last_terms: ScanTerms,
}

impl<'a> ScanBatch<'a> {
    fn new(projection: &'a JobProjection) -> Self {
        Self { projection, events: Vec::new(), records: Vec::new(), last_terms: ScanTerms::default() }
    }

    fn add_scan(&mut self, scan: &ScanInput) -> ScanResult {
        let is_cut = scan.code.chars().count() >= MAX_SCAN_CHARS;
        let correction = TermsCommand::parse_correction(&scan.code).filter(|_| !is_cut);
        let (code, command) = split_terms(&scan.code);
        let terms = command.applied_to(ScanTerms::default());
        let (code, barcode) = match (&correction, TermsCommand::invalid_correction(&scan.code)) {
            _ if is_cut => (scan.code.trim(), Err(format!("longer than {} characters", MAX_SCAN_CHARS - 1))),
            (Some(_), _) => (scan.code.trim(), Err(NOTHING_TO_CORRECT.to_owned())),
            (None, Some(part)) => (scan.code.trim(), Err(describe_invalid_correction(part))),
            (None, None) => (code, parse_code(code, &terms)),
        };
        if let Some(previous) = self.find_previous(&scan.key) {
            let barcode = previous.upc.ok_or_else(|| barcode.err().unwrap_or_default());
            return ScanResult { key: scan.key.clone(), barcode, copies: previous.copies };
        }
        let line = scan.line.unwrap_or_else(|| self.next_number());
        if let Some(command) = correction
            && let Some(result) = self.correct_last(&scan.key, command)
        {
            return result;
        }
        let seller = (!terms.is_empty()).then(|| Box::new(SellerData::from(terms.clone())));
        let upc = barcode.as_ref().ok().copied();
        let copies = upc.map_or(0, |upc| self.current_copies(upc) + 1);
        let scanned =
            JobEvent::Scanned { key: scan.key.clone(), upc, copies, line, seller: seller.clone(), corrects: false };
        match &barcode {
            Err(why) => {
                let text = strip_terminal_controls(code).chars().take(MAX_TEXT_CHARS).collect();
                let lines = vec![RejectedLine { line, text, reason: why.clone() }];
                self.events.extend([JobEvent::LinesRejected { lines }, scanned]);
            }
            Ok(upc) if copies == 1 && self.projection.item(*upc).is_some() => {
                // The grade, and with it the price, may be another one than before.
                self.events.extend([scanned, JobEvent::Item { upc: *upc, item_event: ItemEvent::Redescribed }]);
            }
            Ok(upc) if copies == 1 => {
                let items = vec![single_copy(*upc, line, seller)];
                self.events.extend([JobEvent::ItemsAdded { items }, scanned]);
            }
            Ok(_) => self.events.push(scanned),
        }
        let record = ScanRecord { key: scan.key.as_str().into(), upc, copies, line: Some(line), is_retracted: false };
        self.records.push(record);
        if barcode.is_ok() {
            self.last_terms = terms;
        }
        ScanResult { key: scan.key.clone(), barcode, copies }
    }

    /// Returns the number of the next scan, from 1.
    fn next_number(&self) -> u32 {
        u32::try_from(self.projection.scans.records().len() + self.records.len() + 1).unwrap_or(u32::MAX)
    }

    /// Replaces the last scan by one with other terms. Returns `None` if there is no scan, or if a text that is not a
    /// barcode came after it: it may be a misread barcode, which the correction would be for.
    fn correct_last(&mut self, key: &str, command: TermsCommand) -> Option<ScanResult> {
        let newest = self.records.last().or_else(|| self.projection.scans.records().last());
        newest?.upc?;
        let is_active = |record: &&ScanRecord| record.upc.is_some() && !record.is_retracted;
        let in_batch = self.records.iter().rposition(|record| is_active(&record));
        let last = match in_batch {
            Some(index) => self.records[index].clone(),
            None => self.projection.scans.last_active()?.clone(),
        };
        let (upc, copies) = (last.upc?, self.current_copies(last.upc?));
        let line = last.line.or_else(|| self.projection.scans.line_of(&last.key))?;
        let terms = command.applied_to(std::mem::take(&mut self.last_terms));
        self.events.push(JobEvent::Scanned {
            key: key.to_owned(),
            upc: Some(upc),
            copies,
            line,
            seller: Some(Box::new(SellerData::from(terms.clone()))),
            corrects: true,
        });
        if let Some(index) = in_batch {
            self.records[index].is_retracted = true;
        }
        self.records.push(ScanRecord {
            key: key.into(),
            upc: Some(upc),
            copies,
            line: Some(line),
            is_retracted: false,
        });
        self.last_terms = terms;
        Some(ScanResult { key: key.to_owned(), barcode: Ok(upc), copies })
    }

    /// Returns the recorded scan with this key, including scans of this batch.
    fn find_previous(&self, key: &str) -> Option<&ScanRecord> {
        self.projection.scans.find_by_key(key).or_else(|| self.records.iter().find(|record| *record.key == *key))
    }

    fn current_copies(&self, upc: Upc) -> u32 {
        let in_batch = self.records.iter().rev().find(|record| record.upc == Some(upc)).map(|record| record.copies);
        in_batch.or_else(|| self.projection.item(upc).map(|item| item.copies)).unwrap_or_default()
    }
}

/// Returns an item of one copy on this line.
fn single_copy(upc: Upc, line: u32, seller: Option<Box<SellerData>>) -> InputItem {
    let lines = LineNumbers::from_slice(&[line]);
    InputItem { upc, copies: 1, lines, zeros_restored: 0, seller, differing: Vec::new() }
}

/// Reason why a correction is rejected.
const NOTHING_TO_CORRECT: &str = "the scan before it is not a barcode, so it is not clear what to correct";

/// Added to the reason for a text that may be a mistyped command.
const TERMS_STAY_IN_FORCE: &str = "the terms stated before it stay in force";

/// Parses the barcode of a scan. `terms` are those of the scan.
fn parse_code(code: &str, terms: &ScanTerms) -> Result<Upc, String> {
    // A text without digits may be a mistyped command.
    let is_barcode = terms.is_empty() || code.contains(|c: char| c.is_ascii_digit());
    parse_scan_or_describe(code)
        .map_err(|invalid| if is_barcode { invalid.to_string() } else { format!("{invalid}; {TERMS_STAY_IN_FORCE}") })
}

/// Describes a correction of which `part` is not a term.
fn describe_invalid_correction(part: &str) -> String {
    match part {
        "" => "last needs a grade or a location after it, for example last VG; the last scan is unchanged".to_owned(),
        part => format!("{part} is not a grade, part or location; the last scan is unchanged"),
    }
}

/// Returns the events that retract a scan, with the UPC and its remaining copies.
fn retraction_events(projection: &JobProjection, key: Option<&str>) -> Result<(Vec<JobEvent>, (Upc, u32)), ScanError> {
    let scan = key.map_or_else(|| projection.scans.last_active(), |key| projection.scans.find_by_key(key));
    let found = scan.filter(|scan| !scan.is_retracted).and_then(|scan| Some((scan, projection.item(scan.upc?)?)));
    let Some((scan, item)) = found else { return Err(ScanError::UnknownScan(projection.job.clone())) };
    let (upc, remaining) = (item.upc, item.copies.saturating_sub(1));
    let drafted = projection.scans.drafted_copies(upc).filter(|drafted| *drafted > remaining);
    let has_draft = item.status.is_some_and(|status| status.is_success() && status != Status::DryRun);
    if let Some(drafted) = drafted {
        if item.stage == Stage::Drafting {
            return Err(ScanError::Busy);
        }
        if has_draft {
            let copies = format_count(drafted, "copy", "copies");
            return Err(ScanError::AlreadyDrafted { upc, copies, fix: DELETE_DRAFT_ADVICE });
        }
    }
    let line = projection.scans.line_of(&scan.key);
    let mut events = vec![JobEvent::ScanRetracted { key: scan.key.to_string(), upc, copies: remaining, line }];
    if remaining == 0 {
        let requeued = (item.stage == Stage::Done).then_some(ItemEvent::Requeued);
        let skipped = ItemEvent::Finished { outcome: ItemOutcome::skipped(RETRACTED_REASON.to_owned()) };
        events.extend(requeued.into_iter().chain([skipped]).map(|step| JobEvent::Item { upc, item_event: step }));
    }
    Ok((events, (upc, remaining)))
}
