//! `draft-maker photos`: uploads the seller's own photos and adds them to drafts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;

use super::output::{print_json_line, print_stdout};
use super::{attach, auth, run};
use crate::cli::{EventFormatArg, OutputArgs, PhotosArgs};
use crate::config::Config;
use crate::headless::{EXIT_DONE, EXIT_FAILED, strip_terminal_controls};
use domain::bulk_action::{ItemAction, RejectedAction};
use domain::event::JobEvent;
use domain::item::Stage;
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::sku::Sku;
use domain::upc::Upc;
use ebay::TokenKind;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use photos::{
    FileKind, IntakeProgress, IntakeReport, IntakeStep, ItemPhotoUploader, ListedCopies, PhotoFolder, PhotoIntake,
    PhotoSubject,
};
use pipeline::batch;
use store::journal::Journal;
use store::location::StoreLocation;
use store::photo_store::{HostedPhoto, PhotoStore};

/// Maximum number of batches searched for an item, newest first.
pub(super) const MAX_SEARCHED_JOBS: usize = 200;

/// Number of items per read.
const ITEMS_PER_READ: usize = 1_000;

/// Drafts that are composed again with their photos.
#[derive(Default)]
pub(super) struct RedraftedItems {
    pub(super) by_job: BTreeMap<JobId, Vec<Upc>>,
    pub(super) rejected: Vec<RejectedAction>,
}

pub(super) async fn upload_photos(
    config: &Config,
    args: &PhotosArgs,
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let location = config.store_location()?;
    let folder = PhotoFolder::open(&args.folder, &config.section::<input::Settings>("intake")?.gcs).await?;
    let listed = find_listed_copies(&folder, &location).await?;
    let ebay = auth::connect_ebay(config).await?;
    ebay.tokens().valid_token(TokenKind::Seller).await?;
    let (store, environment_id) = (PhotoStore::open(&location).await?, ebay.settings().environment_id());
    let uploader = ItemPhotoUploader::new(store.clone(), &ebay);
    let (barcode_photo, started_at) = (args.barcode_photo.into(), Timestamp::now());
    let intake = PhotoIntake { folder, uploader, listed, barcode_photo, started_at };
    let bar = show_progress(shown, quiet);
    let report = intake.import_all(|progress| update_progress(&bar, progress)).await;
    bar.finish_and_clear();
    let mut report = report?;
    let attached = AttachedPhotos::find_waiting(store, environment_id, &report).await?;
    let waiting = attached.photos.keys().copied().collect::<BTreeSet<_>>();
    // Assign each item to the newest batch that contains it.
    let by_job = find_newest_jobs(&location, &waiting).await?;
    report.problems.extend(attached.find_unused(&location, &by_job).await?);
    let is_known = |upc: &Upc| by_job.values().flatten().any(|known| known == upc);
    let unknown = waiting.iter().copied().filter(|upc| !is_known(upc)).collect::<Vec<_>>();
    // Another process may be using the data directory. The report of the uploads is printed also then.
    let redraft = redraft_items(config, by_job.clone()).await;
    let (redrafted, failure) = match redraft {
        Ok(redrafted) => (redrafted, None),
        Err(error) => (RedraftedItems::default(), Some(error)),
    };
    match shown.format {
        EventFormatArg::Text => print_stdout(&format_report(&report, &redrafted, &unknown))?,
        EventFormatArg::Ndjson => print_json_line(&report_to_json(&report, &redrafted, &unknown))?,
    };
    if let Some(error) = failure {
        return Err(error);
    }
    let is_complete = report.problems.is_empty() && !report.items.is_empty();
    let upload_code = ExitCode::from(if is_complete { EXIT_DONE } else { EXIT_FAILED });
    if attach::running_service(config)?.is_some() {
        return Ok(upload_code);
    }
    let updated = update_drafts(config, by_job, &attached, shown, quiet).await?;
    Ok(if upload_code == ExitCode::SUCCESS { updated } else { upload_code })
}

/// Updates the drafts of these items in this process. Includes items that an earlier run queued again before it was
/// killed.
async fn update_drafts(
    config: &Config,
    by_job: BTreeMap<JobId, Vec<Upc>>,
    attached: &AttachedPhotos,
    shown: &OutputArgs,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let (location, mut code) = (config.store_location()?, ExitCode::SUCCESS);
    for (job, upcs) in by_job {
        let pending = unfinished_items(&location, &job, &upcs).await?;
        if pending.is_empty() {
            continue;
        }
        let resumed = run::resume_edited_job(config, (job.clone(), pending.clone()), shown, quiet).await?;
        code = if code == ExitCode::SUCCESS { resumed } else { code };
        let left = unfinished_items(&location, &job, &pending).await?;
        attached.mark(pending.iter().filter(|upc| !left.contains(upc))).await?;
    }
    Ok(code)
}

/// Shows a progress bar on standard error if that is a terminal.
fn show_progress(shown: &OutputArgs, quiet: bool) -> ProgressBar {
    let is_shown = shown.to_output_options(quiet).show_bar && !quiet;
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    match ProgressStyle::with_template("{msg}  {bar:24} {pos}/{len}") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

fn update_progress(bar: &ProgressBar, IntakeProgress { step, done, total }: IntakeProgress) {
    tracing::debug!(?step, done, total, "photo processed");
    bar.set_message(match step {
        IntakeStep::ReadBarcodes => "Reading barcodes",
        IntakeStep::Upload => "Uploading photos",
    });
    bar.set_length(total as u64);
    bar.set_position(done as u64);
}

/// Where it is recorded which photos the drafts have.
struct AttachedPhotos {
    store: PhotoStore,
    environment_id: String,
    /// Photos of the items whose drafts do not contain just these. Read before the drafts are updated: an update may
    /// lack a photo that was stored later.
    photos: BTreeMap<Upc, Vec<HostedPhoto>>,
}

impl AttachedPhotos {
    /// Finds the items whose drafts do not contain their current photos yet.
    async fn find_waiting(store: PhotoStore, environment_id: String, report: &IntakeReport) -> anyhow::Result<Self> {
        let mut waiting = BTreeMap::new();
        for upc in &report.items {
            let photos = store.photos_for_upc(&environment_id, *upc).await?;
            if !photos.is_empty() && !store.is_attached(&environment_id, *upc, &photos).await? {
                waiting.insert(*upc, photos);
            }
        }
        Ok(Self { store, environment_id, photos: waiting })
    }

    /// Returns the photos that no draft gets, because their items have no draft of this number, each with the reason.
    async fn find_unused(
        &self,
        store: &StoreLocation,
        by_job: &BTreeMap<JobId, Vec<Upc>>,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let (journal, mut unused) = (Journal::open_read_only(store).await?, Vec::new());
        for (job, upcs) in by_job {
            for chunk in upcs.chunks(ITEMS_PER_READ) {
                for item in journal.item_details(job, chunk).await? {
                    // The draft of a lot has a number of its own.
                    let Some(outcome) = item.outcome.filter(|outcome| outcome.lot.is_none()) else { continue };
                    let skus = outcome.draft.into_iter().chain(outcome.additional_drafts).map(|draft| draft.sku);
                    let photos = self.photos.get(&item.input.upc).map(Vec::as_slice).unwrap_or_default();
                    unused.extend(describe_unused(photos, &skus.collect::<Vec<_>>()));
                }
            }
        }
        Ok(unused)
    }

    /// Records that the drafts of these items have their photos. A run that is killed before this repeats the update
    /// of the drafts.
    async fn mark(&self, upcs: impl IntoIterator<Item = &Upc>) -> anyhow::Result<()> {
        for (upc, photos) in upcs.into_iter().filter_map(|upc| self.photos.get_key_value(upc)) {
            self.store.mark_attached(&self.environment_id, *upc, photos).await?;
        }
        Ok(())
    }
}

/// Returns the photos for drafts that are not among `skus`, the drafts of their item, each with what to do. Without drafts,
/// the photos wait.
fn describe_unused(photos: &[HostedPhoto], skus: &[Sku]) -> Vec<(String, String)> {
    let is_unused = |photo: &&HostedPhoto| !skus.is_empty() && skus.iter().all(|sku| sku.copy_number() != photo.copy);
    let known = skus.iter().map(Sku::as_str).collect::<Vec<_>>().join(" or ");
    let why = |photo: &HostedPhoto| {
        format!(
            "no draft gets this photo, which is named for draft {}: the item has {known}; rename the file",
            photo.copy
        )
    };
    photos.iter().filter(is_unused).map(|photo| (photo.name.clone(), why(photo))).collect()
}

/// Returns those of the items that a batch has not finished.
async fn unfinished_items(store: &StoreLocation, job: &JobId, upcs: &[Upc]) -> anyhow::Result<Vec<Upc>> {
    let projection = Journal::open_read_only(store).await?.outline_projection(job).await?;
    let is_unfinished = |upc: &&Upc| projection.item(**upc).is_some_and(|item| item.stage != Stage::Done);
    Ok(upcs.iter().filter(is_unfinished).copied().collect())
}

/// Returns the drafts by the seller's own SKU in the newest batches, and the items with several drafts, if the folder has
/// a file that is not named by a barcode.
async fn find_listed_copies(folder: &PhotoFolder, store: &StoreLocation) -> anyhow::Result<ListedCopies> {
    let is_named_by_sku = |name: &str| match FileKind::from_name(name) {
        FileKind::Photo(name) => !matches!(name.subjects.first(), Some((PhotoSubject::Copy(..), _))),
        FileKind::OtherPicture(_) | FileKind::Other => false,
    };
    let mut listed = ListedCopies::default();
    if !folder.list_files().await?.iter().any(|file| is_named_by_sku(&file.name)) {
        return Ok(listed);
    }
    let journal = Journal::open_read_only(store).await?;
    for job in journal.job_ids().await?.into_iter().take(MAX_SEARCHED_JOBS) {
        let upcs = journal.outline_projection(&job).await?.items().iter().map(|item| item.upc).collect::<Vec<_>>();
        for chunk in upcs.chunks(ITEMS_PER_READ) {
            for item in journal.input_items(&job, chunk).await? {
                let groups = item.copy_groups();
                if groups.len() > 1 {
                    listed.with_several_drafts.insert(item.upc);
                }
                for (copy, group) in (1..).zip(groups) {
                    let Some(seller) = group.seller else { continue };
                    for sku in seller.own_skus().chain(seller.sku.as_deref().map(str::trim)) {
                        listed.by_own_sku.entry(sku.to_lowercase()).or_insert((item.upc, copy));
                    }
                }
            }
        }
    }
    Ok(listed)
}

/// Queues the drafted items of these batches again: at the service that owns the data directory, or in this process.
pub(super) async fn redraft_items(
    config: &Config,
    by_job: BTreeMap<JobId, Vec<Upc>>,
) -> anyhow::Result<RedraftedItems> {
    let store = config.store_location()?;
    let mut redrafted = RedraftedItems::default();
    if let Some(service) = attach::running_service(config)? {
        for (job, upcs) in by_job {
            for chunk in upcs.chunks(ITEMS_PER_READ) {
                let key = format!("photos-{:032x}", rand::random::<u128>());
                let result = service.apply_item_action(&job, ItemAction::Redraft, chunk, &key).await?;
                redrafted.record(&job, result.succeeded, result.rejected);
            }
        }
        return Ok(redrafted);
    }
    if by_job.is_empty() {
        return Ok(redrafted);
    }
    let journal = Journal::open(&store).await?;
    journal.mark_killed_jobs().await?;
    for (job, upcs) in by_job {
        let stop = JobEvent::manual_stop("photos were changed, waiting for `draft-maker resume`".to_owned());
        let (requeued, rejected) = batch::requeue_drafted(&journal, &job, &upcs, stop).await?;
        redrafted.record(&job, requeued, rejected);
    }
    journal.close().await;
    Ok(redrafted)
}

/// Returns the items by the newest batch that contains them, because an older batch may have another condition. Batches
/// that skipped an item come last: a run to another destination skips an item that has a draft.
pub(super) async fn find_newest_jobs(
    store: &StoreLocation,
    waiting: &BTreeSet<Upc>,
) -> anyhow::Result<BTreeMap<JobId, Vec<Upc>>> {
    let (mut by_job, mut left) = (BTreeMap::<JobId, Vec<Upc>>::new(), waiting.clone());
    let mut skipped_in = BTreeMap::new();
    let journal = Journal::open_read_only(store).await?;
    for job in journal.job_ids().await?.into_iter().take(MAX_SEARCHED_JOBS) {
        if left.is_empty() {
            break;
        }
        let projection = journal.outline_projection(&job).await?;
        let is_drafting = projection.spec.as_ref().is_some_and(|spec| spec.create_drafts && !spec.test_mode);
        for upc in left.clone() {
            match projection.item(upc).filter(|_| is_drafting).map(|item| item.status) {
                None => {}
                Some(Some(Status::Skipped)) => drop(skipped_in.entry(upc).or_insert_with(|| job.clone())),
                Some(_) => {
                    left.remove(&upc);
                    by_job.entry(job.clone()).or_default().push(upc);
                }
            }
        }
    }
    for (upc, job) in skipped_in.into_iter().filter(|(upc, _)| left.contains(upc)) {
        by_job.entry(job).or_default().push(upc);
    }
    Ok(by_job)
}

impl RedraftedItems {
    /// Returns the items whose drafts were not composed again, each with the reason.
    pub(super) fn rejected_to_json(&self) -> Vec<serde_json::Value> {
        self.rejected.iter().map(|one| serde_json::json!({ "upc": one.upc, "why": one.why })).collect()
    }

    fn record(&mut self, job: &JobId, requeued: Vec<Upc>, rejected: Vec<RejectedAction>) {
        if !requeued.is_empty() {
            self.by_job.entry(job.clone()).or_default().extend(requeued);
        }
        self.rejected.extend(rejected);
    }
}

fn report_to_json(report: &IntakeReport, redrafted: &RedraftedItems, unknown: &[Upc]) -> serde_json::Value {
    let problems = report.problems.iter().map(|(file, why)| serde_json::json!({ "file": file, "why": why }));
    let repeated = report.repeated.iter().map(|(file, why)| serde_json::json!({ "file": file, "why": why }));
    let doubtful = report.doubtful.iter().map(|(file, why)| serde_json::json!({ "file": file, "why": why }));
    serde_json::json!({
        "uploaded": report.uploaded,
        "already_uploaded": report.known,
        "matched_by_barcode": report.matched_by_barcode,
        "items": report.items,
        "updated_drafts": redrafted.by_job,
        "not_updated": redrafted.rejected_to_json(),
        "in_no_batch": unknown,
        "repeated": repeated.collect::<Vec<_>>(),
        "doubtful": doubtful.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}

fn format_report(report: &IntakeReport, redrafted: &RedraftedItems, unknown: &[Upc]) -> String {
    let count = |number: u64, one: &str| if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") };
    let items = count(report.items.len() as u64, "item");
    let mut text =
        format!("{} uploaded, {} already at eBay, for {items}.\n", count(report.uploaded, "photo"), report.known);
    if report.matched_by_barcode > 0 {
        let _ = writeln!(text, "{} matched by the barcode in a photo.", count(report.matched_by_barcode, "photo"));
    }
    let drafts = redrafted.by_job.values().map(Vec::len).sum::<usize>() as u64;
    if drafts > 0 {
        let _ = writeln!(text, "{} will be updated with them.", count(drafts, "draft"));
    }
    for RejectedAction { upc, why } in &redrafted.rejected {
        let _ = writeln!(text, "{upc}: its photos wait for a draft: {why}");
    }
    for upc in unknown {
        let _ = writeln!(text, "{upc}: no batch has this barcode, so its photos wait; check the names of its files");
    }
    for (file, why) in report.repeated.iter().chain(&report.doubtful).chain(&report.problems) {
        let _ = writeln!(text, "{file}: {why}");
    }
    if report.items.is_empty() && report.problems.is_empty() {
        text += "The folder has no JPEG or PNG file that is named by a barcode or an SKU.\n";
    }
    let lines = text.lines().map(strip_terminal_controls).collect::<Vec<_>>();
    lines.join("\n") + "\n"
}
