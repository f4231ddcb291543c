//! The `csv` sink. A draft is a row in the ledger; closing the sink writes the job's new rows to a new file.
//!
//! Before a row is claimed, the sink checks whether another job or another data folder already has a draft of the item.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use super::super::draft_sink::{
    DraftResult, DraftSink, InFlightGuard, RecordedEntry, RecordedMatch, SinkError, WithdrawResult, WriteFilesError,
    WrittenFiles, unsent_terms_note,
};
use super::super::ebay::{self, CategoryPolicies, DuplicateChecker, InventoryConflict};
use super::export::{DraftsFileExport, lock_files_of};
use super::row::CsvDraftRow;
use super::template::SiteTemplate;
use ::ebay::Environment;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::listing::{Listing, MissingField};
use domain::money::Money;
use domain::outcome::{Draft, Status};
use domain::output_location::OutputLocation;
use domain::sink::SinkKind;
use domain::sku::Sku;
use domain::text::time::format_minute;
use store::journal::{Claim, ClaimResult, Journal, JournalError, SellerAccount};

/// Maximum size of a file that eBay accepts, in bytes (Sell Feed API, data file limits: 15 MB).
const MAX_FILE_BYTES: usize = 15_000_000;

/// The drafts file of one job.
#[derive(Clone)]
pub struct CsvSink {
    pub(super) journal: Journal,
    pub(super) seller: SellerAccount,
    pub(super) job: JobId,
    folder: PathBuf,
    max_file_bytes: usize,
    /// eBay's template for the site of the job.
    template: SiteTemplate,
    /// Finds drafts on eBay that another data folder created; `None` if no seller is signed in.
    duplicate_checker: Option<Arc<DuplicateChecker>>,
    /// Rules of the categories; `None` if they could not be read.
    rules: Option<Arc<CategoryPolicies>>,
    warnings: Vec<String>,
    /// Other jobs that own drafts of this job's items.
    other_jobs: Arc<Mutex<BTreeSet<JobId>>>,
}

impl CsvSink {
    /// Name of the sink in settings, results and the ledger.
    pub const NAME: &'static str = SinkKind::Csv.as_str();

    /// Describes the drafts of this sink and where the seller finds them, for the default site.
    pub(crate) const DESCRIPTION: &'static str = SiteTemplate::DEFAULT.description;

    /// Creates the sink of `job`, which writes its file to `folder`, for an anonymous seller of the default site on the
    /// production eBay.
    pub fn new(journal: Journal, job: JobId, folder: PathBuf) -> Self {
        let seller = SellerAccount::anonymous(Environment::Production.key());
        let (duplicate_checker, rules, warnings, other_jobs) = (None, None, Vec::new(), Arc::default());
        Self {
            journal,
            seller,
            job,
            folder,
            max_file_bytes: MAX_FILE_BYTES,
            template: SiteTemplate::DEFAULT,
            duplicate_checker,
            rules,
            warnings,
            other_jobs,
        }
    }

    /// Sets the seller that owns the rows in the ledger.
    pub(crate) fn with_seller(self, seller: SellerAccount) -> Self {
        Self { seller, ..self }
    }

    pub(crate) fn with_rules(self, rules: Option<CategoryPolicies>) -> Self {
        Self { rules: rules.map(Arc::new), ..self }
    }

    /// Sets the check for existing drafts on eBay, which runs before a row is claimed.
    pub(crate) fn with_duplicate_check(self, checker: Option<DuplicateChecker>) -> Self {
        Self { duplicate_checker: checker.map(Arc::new), ..self }
    }

    /// Sets the template of the job's site.
    pub(super) fn with_template(self, template: SiteTemplate) -> Self {
        Self { template, ..self }
    }

    pub(crate) fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// Returns the name of the drafts file that contains the row of a ledger entry; `None` if no file contains it yet.
    pub fn file_of_row(payload: &Value) -> Option<String> {
        CsvDraftRow::from_payload(payload.clone()).ok()?.file
    }

    /// Sets the maximum size of a part, in bytes.
    #[cfg(feature = "test-support")]
    #[must_use]
    pub fn with_max_file_bytes(self, max_file_bytes: usize) -> Self {
        Self { max_file_bytes, ..self }
    }
}

impl DraftSink for CsvSink {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn item_status(&self) -> Status {
        Status::Exported
    }

    fn description(&self) -> &'static str {
        self.template.description
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn seller(&self) -> Option<&SellerAccount> {
        Some(&self.seller)
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        match self.rules.as_deref() {
            Some(rules) => ebay::validate_listing(listing, rules),
            None => ebay::validate_offline(listing),
        }
    }

    fn track_in_flight(&self) -> InFlightGuard {
        self.duplicate_checker.as_ref().map_or_else(InFlightGuard::without_batch, |checker| checker.track_in_flight())
    }

    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            let conflict = self.find_conflict(listing).await?;
            let create = async { Ok(add_note(self.claim_row(listing).await?, unsent_terms_note(listing))) };
            conflict.guard_creation("cannot check whether eBay already has the item", create).await
        })
    }

    fn withdraw_draft<'a>(&'a self, sku: &'a Sku) -> BoxFuture<'a, Result<WithdrawResult, SinkError>> {
        Box::pin(async move { Ok(WithdrawResult::Withdrawn { note: self.withdraw_row(sku).await? }) })
    }

    fn parse_recorded(&self, sku: &Sku, payload: &Value) -> Option<RecordedEntry> {
        let row = parse_row(payload.clone()).ok()?;
        let (price, quantity) = (self.row_price(&row), if row.is_withdrawn { 0 } else { row.quantity });
        Some(RecordedEntry { draft: Draft { price, ..new_draft(sku, row.title) }, quantity })
    }

    fn compare_recorded(&self, payload: &Value, listing: &Listing) -> RecordedMatch {
        parse_row(payload.clone()).map_or(RecordedMatch::Different, |row| row.compare_terms(&self.build_row(listing)))
    }

    fn flush_pending(&self) {
        if let Some(checker) = &self.duplicate_checker {
            checker.flush_pending();
        }
    }

    fn close(&self) -> BoxFuture<'_, Result<WrittenFiles, WriteFilesError>> {
        Box::pin(async move {
            let mut written = self.export().write_files().await?;
            let other_jobs = self.other_jobs.lock().clone();
            for job in other_jobs {
                written.extend(self.write_job_files(job).await?);
            }
            Ok(written)
        })
    }
}

impl CsvSink {
    fn row_price(&self, row: &CsvDraftRow) -> Option<Money> {
        Money::parse(&row.price, self.template.site.currency().code()).ok()
    }

    /// Returns the name of the sink in the ledger.
    pub(super) fn ledger_name(&self) -> String {
        self.template.site.ledger_name(Self::NAME)
    }

    async fn find_conflict(&self, listing: &Listing) -> Result<InventoryConflict, SinkError> {
        match &self.duplicate_checker {
            Some(checker) => checker.find_conflict(listing, &self.journal, &self.seller).await.map_err(ledger_error),
            None => Ok(InventoryConflict::None),
        }
    }

    /// Returns the row of a listing, with the condition and values that its category allows if the rules are known.
    fn build_row(&self, listing: &Listing) -> CsvDraftRow {
        let row = CsvDraftRow::from_listing(listing);
        match self.rules.as_deref().and_then(|rules| rules.rules_for(listing.category_id())) {
            Some(category) => row.normalized_for(listing, category),
            None => row,
        }
    }

    async fn claim_row(&self, listing: &Listing) -> Result<DraftResult, SinkError> {
        let claim = self.build_claim(listing)?;
        let claim_entry = || async { self.journal.claim_ledger_entry(&claim).await.map_err(ledger_error) };
        let claimed = claim_entry().await?;
        match claimed {
            ClaimResult::OwnedByOtherJob { job, row, .. } if parse_row(row.clone())?.is_withdrawn => {
                let left_note = self.remove_withdrawn_row(job, listing.sku()).await?;
                Ok(match (self.result_for_claimed(listing, claim_entry().await?).await?, left_note) {
                    (DraftResult::Created { draft, note: None }, note) => DraftResult::Created { draft, note },
                    (result, _) => result,
                })
            }
            ClaimResult::OwnedByThisJob(row) if self.must_replace(&parse_row(row.clone())?, listing) => {
                // Another job may be writing the files of this job: read the row again when it has finished.
                let _lock = lock_files_of(&self.job).await;
                self.result_for_claimed(listing, claim_entry().await?).await
            }
            claimed => self.result_for_claimed(listing, claimed).await,
        }
    }

    fn must_replace(&self, known: &CsvDraftRow, listing: &Listing) -> bool {
        known.is_withdrawn || !known.changes_to(&self.build_row(listing)).is_empty()
    }

    fn build_claim(&self, listing: &Listing) -> Result<Claim, SinkError> {
        Ok(Claim {
            seller: self.seller.clone(),
            sink: self.ledger_name(),
            sku: listing.sku().clone(),
            job: self.job.clone(),
            upc: listing.upc(),
            payload: serde_json::to_value(self.build_row(listing)).map_err(indeterminate_error)?,
            at: Timestamp::now(),
        })
    }

    async fn result_for_claimed(&self, listing: &Listing, claimed: ClaimResult) -> Result<DraftResult, SinkError> {
        Ok(match claimed {
            ClaimResult::Acquired => created_result(new_draft(listing.sku(), listing.title().to_owned())),
            ClaimResult::OwnedByThisJob(row) => {
                let (known, wanted) = (parse_row(row)?, self.build_row(listing));
                match known.changes_to(&wanted) {
                    changes if changes.is_empty() && !known.is_withdrawn => {
                        created_result(new_draft(listing.sku(), known.title))
                    }
                    changes => {
                        // Keep the row in its file.
                        let row = CsvDraftRow { is_newer_than_file: known.file.is_some(), file: known.file, ..wanted };
                        self.replace_row(listing, &row, &changes.join(", ")).await?
                    }
                }
            }
            ClaimResult::OtherSink(other) => DraftResult::ExistsElsewhere(other),
            ClaimResult::OwnedByOtherJob { job, at, row } => {
                let known = parse_row(row)?;
                let file = known.file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
                let since = format!("in the drafts file of {job}, since {}{file}", format_minute(at));
                self.other_jobs.lock().insert(job);
                let price = self.row_price(&known);
                let reason = match known.changes_to(&self.build_row(listing)) {
                    changes if changes.is_empty() => since,
                    changes => format!("{since}; {}", stale_row_note(listing.sku(), &changes)),
                };
                DraftResult::Unchanged { draft: Draft { price, ..new_draft(listing.sku(), known.title) }, reason }
            }
        })
    }

    /// Replaces the row of a draft of this job that changed later, because of photos or an edit.
    async fn replace_row(&self, listing: &Listing, row: &CsvDraftRow, changes: &str) -> Result<DraftResult, SinkError> {
        let payload = serde_json::to_value(row).map_err(indeterminate_error)?;
        let rows = vec![(listing.sku().clone(), payload)];
        self.journal.update_ledger_entries(&self.seller, &self.ledger_name(), rows).await.map_err(ledger_error)?;
        let note = format!(
            "its row of the drafts file was replaced ({changes}): if you have uploaded the file, change the draft in Seller Hub"
        );
        Ok(DraftResult::Created { draft: new_draft(listing.sku(), row.title.clone()), note: Some(note) })
    }

    /// Removes the withdrawn row of another job, which ended before it rewrote its file, from that file and from the
    /// ledger. Returns a note if the file still has the row, because the seller has added drafts to it.
    async fn remove_withdrawn_row(&self, job: JobId, sku: &Sku) -> Result<Option<String>, SinkError> {
        let Some((export, _)) = self.export_of_job(job.clone()).await.map_err(indeterminate_error)? else {
            // The journal no longer has the job, so its folder is unknown.
            self.journal.delete_ledger_entry(&self.seller, sku).await.map_err(ledger_error)?;
            return Ok(None);
        };
        let files = export.remove_withdrawn_row(sku).await.map_err(indeterminate_error)?;
        let name = files.outdated.first().and_then(|path| path.file_name());
        Ok(name.map(|name| {
            let name = name.to_string_lossy();
            format!(
                "the drafts file of {job} ({name}) still has its row, because you have added drafts to that file: delete \
                 the row there"
            )
        }))
    }

    /// Returns the export of another job and its state. The files get the name, and if possible the folder, that the
    /// other job would use.
    async fn export_of_job(&self, job: JobId) -> Result<Option<(DraftsFileExport, JobState)>, JournalError> {
        let projection = match self.journal.outline_projection(&job).await {
            Err(JournalError::UnknownJob(_)) => return Ok(None),
            projection => projection?,
        };
        let Some(spec) = projection.spec else { return Ok(None) };
        // Result files for a bucket are collected in one local folder.
        let folder = match spec.output {
            OutputLocation::Bucket(_) => self.folder.clone(),
            OutputLocation::Folder(folder) => folder.into(),
        };
        Ok(Some((DraftsFileExport { job, folder, ..self.export() }, projection.state)))
    }

    /// Returns the files of another job that owns drafts of this job's items. If that job has neither ended nor is
    /// active, writes its file: a killed job has drafts in the ledger and in no file. An active job writes its file
    /// itself.
    async fn write_job_files(&self, job: JobId) -> Result<WrittenFiles, WriteFilesError> {
        let Some((export, state)) = self.export_of_job(job).await? else { return Ok(WrittenFiles::default()) };
        if state == JobState::Completed || state.is_active() {
            return export.find_files().await;
        }
        match export.write_files().await {
            Err(WriteFilesError::Folder { .. }) => {
                DraftsFileExport { folder: self.folder.clone(), ..export }.write_files().await
            }
            written => written,
        }
    }

    fn export(&self) -> DraftsFileExport {
        DraftsFileExport {
            journal: self.journal.clone(),
            seller: self.seller.clone(),
            sink: self.ledger_name(),
            template: self.template,
            job: self.job.clone(),
            folder: self.folder.clone(),
            max_file_bytes: self.max_file_bytes,
        }
    }
}

/// Describes how the row in an earlier job's file differs from the list, and how to change it. The file may have been
/// uploaded, so it is not rewritten, and a second row would create a second draft.
fn stale_row_note(sku: &Sku, changes: &[String]) -> String {
    format!(
        "that row differs from what this batch would write ({}): if you have uploaded the file, change the draft in Seller \
         Hub; otherwise run `draft-maker drafts --delete {sku}` and the list again, and upload the new file instead",
        changes.join(", ")
    )
}

fn new_draft(sku: &Sku, title: String) -> Draft {
    Draft { sku: sku.clone(), title, sink: SinkKind::Csv, offer_id: None, url: None, price: None }
}

fn add_note(result: DraftResult, note: Option<String>) -> DraftResult {
    match note.filter(|_| matches!(result, DraftResult::Created { .. })) {
        Some(note) => result.with_note(&note),
        None => result,
    }
}

fn created_result(draft: Draft) -> DraftResult {
    DraftResult::Created { draft, note: None }
}

pub(super) fn parse_row(payload: Value) -> Result<CsvDraftRow, SinkError> {
    CsvDraftRow::from_payload(payload).map_err(|why| indeterminate_error(WriteFilesError::InvalidRow(why)))
}

#[expect(clippy::needless_pass_by_value, reason = "callers pass it to `map_err`")]
pub(super) fn ledger_error(error: JournalError) -> SinkError {
    SinkError::from_ledger(CsvSink::NAME, &error)
}

pub(super) fn indeterminate_error(why: impl std::fmt::Display) -> SinkError {
    SinkError::Indeterminate { sink: CsvSink::NAME, why: why.to_string() }
}
