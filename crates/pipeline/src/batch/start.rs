//! Prepares a new or resumed job for its run.

use std::sync::Arc;

use jiff::Timestamp;

use super::error::BatchError;
use super::limit::limit_items;
use super::output::prepare_output_folder;
use super::stop::{StopSignal, unless_stopped};
use crate::app_context::AppContext;
use crate::catalog_coverage::count_in_catalogs;
use crate::needed_request::PROBE_UPC;
use domain::event::{ItemEvent, JobEvent};
use domain::item::{Item, Stage};
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use domain::sink::SinkKind;
use domain::upc::Upc;
use input::{self, InputList, IntakeError, Source};
use sinks::{DraftSink, ExpectedItems, PreparedSink, SinkContext, SinkFactory};
use store::journal::JournalError;

/// Items or rejected lines per event. It keeps the rows of the journal small and limits their number for a long list.
pub(crate) const ITEMS_PER_EVENT: usize = 1_000;

/// Events per write.
const EVENTS_PER_WRITE: usize = 1_000;

/// Items of which the check of the keys selects one.
const MAX_CHECKED_ITEMS: usize = 25;

/// A job whose list is recorded and whose sink is ready.
pub struct StartedJob {
    pub job: JobId,
    pub spec: JobSpec,
    pub sink: Arc<dyn DraftSink>,
}

/// Creates a job for a list that has been read.
///
/// # Errors
/// Returns [`BatchError`]. Nothing was recorded if [`BatchError::is_startup_error`] is true, or if the sink is not
/// ready.
pub async fn start_job(
    context: &AppContext,
    spec: JobSpec,
    list: InputList,
    stop: &StopSignal,
) -> Result<StartedJob, BatchError> {
    check_quantities(&spec, &list, &context.intake.for_list(&spec.list_options))?;
    let mut list = limit_items(list, spec.limit);
    note_catalog_coverage(context, &mut list).await;
    let items = ExpectedItems { count: list.items.len() as u64, state_condition: list.states_condition() };
    let first_upcs = list.items.iter().map(|item| item.upc).take(MAX_CHECKED_ITEMS).collect::<Vec<_>>();
    let prepare = Box::pin(async {
        check_credentials(context, &spec, &first_upcs).await?;
        prepare_sink(context, &spec, items).await
    });
    let sink = unless_stopped(stop, "before the batch began; nothing was written", prepare).await?;
    let job = context.journal.create_job(spec.clone(), Timestamp::now()).await?;
    // A stop does not interrupt this: the job exists, and its run, which is stopped at once, records that it is stopped.
    record_input(context, &job, list).await?;
    Ok(StartedJob { sink: sink.open_for_job(job.clone()), job, spec })
}

/// Counts the items in the offline catalogs for the forecasts of this batch, and adds the number to the notices of the
/// list.
async fn note_catalog_coverage(context: &AppContext, list: &mut InputList) {
    let catalog = count_in_catalogs(context.catalog_folder.as_deref(), &list.items).await;
    list.reading.notices.extend(catalog.and_then(|catalog| catalog.summary()));
    list.reading.catalog = catalog;
}

/// Checks that the quantity column really counts copies before drafts are created. A batch without drafts is not
/// checked.
fn check_quantities(spec: &JobSpec, list: &InputList, settings: &input::Settings) -> Result<(), BatchError> {
    if !spec.create_drafts {
        return Ok(());
    }
    let checked = input::check_copies(list, settings);
    checked.map_err(|error| BatchError::Input(IntakeError { location: spec.source.clone(), error }))
}

/// Creates a job that accepts scans while it runs.
///
/// # Errors
/// Returns the errors of [`start_job`].
pub async fn start_scan_job(context: &AppContext, spec: JobSpec, stop: &StopSignal) -> Result<StartedJob, BatchError> {
    let prepare = Box::pin(async {
        check_credentials(context, &spec, &probe_upcs()).await?;
        prepare_sink(context, &spec, ExpectedItems::with_possible_condition(0)).await
    });
    let sink = unless_stopped(stop, "before the first scan; nothing was written", prepare).await?;
    let job = context.journal.create_job(spec.clone(), Timestamp::now()).await?;
    Ok(StartedJob { sink: sink.open_for_job(job.clone()), job, spec })
}

/// Resumes a job with its original settings. `output` replaces the folder for its result files.
///
/// # Errors
/// Returns the errors of [`start_job`].
pub async fn resume_job(context: &AppContext, job: &JobId, output: Option<&str>) -> Result<StartedJob, BatchError> {
    let mut known = ResumableJob::from_journal(context, job).await?;
    if let Some(output) = output {
        known.spec.output = output.into();
    }
    prepare_output_folder(&context.results, &known.spec).await?;
    check_credentials_of_rest(context, job, &known.spec).await?;
    let items = ExpectedItems::with_possible_condition(known.unfinished_items);
    let sink = prepare_sink(context, &known.spec, items).await?.open_for_job(job.clone());
    resume_paused_items(context, job).await?;
    context.journal.append_event(job, known.resume_event()).await?;
    known.ensure_input_read(context, job).await?;
    // A process that runs a single job accepts no scans, so the session is closed with the scans it has.
    if known.spec.is_scan_session() && !known.input_closed {
        context.journal.append_event(job, JobEvent::InputClosed).await?;
    }
    Ok(StartedJob { job: job.clone(), spec: known.spec, sink })
}

/// Prepares a job from the queue whose start is already recorded, because preparing its sink may take long.
pub(super) async fn prepare_job(context: &AppContext, job: &JobId) -> Result<StartedJob, BatchError> {
    let known = ResumableJob::from_journal(context, job).await?;
    prepare_output_folder(&context.results, &known.spec).await?;
    let items = ExpectedItems::with_possible_condition(known.ensure_input_read(context, job).await?);
    check_credentials_of_rest(context, job, &known.spec).await?;
    let sink = prepare_sink(context, &known.spec, items).await?.open_for_job(job.clone());
    Ok(StartedJob { job: job.clone(), spec: known.spec, sink })
}

/// Resumes the paused items of a job if no other items are left: the request to resume such a job can only mean them.
///
/// # Errors
/// Returns [`JournalError`] if the journal cannot be read or written.
pub(crate) async fn resume_paused_items(context: &AppContext, job: &JobId) -> Result<(), JournalError> {
    let resumed = {
        let projection = context.journal.projection(job).await?;
        let projection = projection.read();
        let counts = &projection.counts;
        if counts.paused == 0 || counts.paused < counts.total - counts.done {
            return Ok(());
        }
        let paused = projection.items().iter().filter(|item| item.paused && item.stage != Stage::Done);
        paused.map(|item| JobEvent::Item { upc: item.upc, item_event: ItemEvent::Resumed }).collect::<Vec<_>>()
    };
    for chunk in resumed.chunks(EVENTS_PER_WRITE) {
        context.journal.append_events(job, chunk.to_vec()).await?;
    }
    Ok(())
}

/// Checks the keys that the job needs: those of the data sources if there are `items` to look up, and eBay's keyset if
/// drafts will be created.
async fn check_credentials(context: &AppContext, spec: &JobSpec, items: &[Upc]) -> Result<(), BatchError> {
    let draft_client = context.ebay.as_ref().filter(|_| spec.create_drafts && !spec.test_mode);
    Ok(context.credential_check.check(&context.gateway, draft_client, items).await?)
}

/// Returns what is looked up to check the keys before there are items.
fn probe_upcs() -> Vec<Upc> {
    PROBE_UPC.parse().into_iter().collect()
}

/// Checks the keys that the unfinished part of a job needs.
async fn check_credentials_of_rest(context: &AppContext, job: &JobId, spec: &JobSpec) -> Result<(), BatchError> {
    let (items, is_open) = {
        let projection = context.journal.projection(job).await?;
        let projection = projection.read();
        let is_incomplete = |item: &&Item| item.stage != Stage::Done && !(item.has_price && item.has_cover);
        let is_open = !projection.input_closed || projection.counts.done < projection.counts.total;
        let incomplete = projection.items().iter().filter(is_incomplete).map(|item| item.upc);
        let mut items = incomplete.take(MAX_CHECKED_ITEMS).collect::<Vec<_>>();
        if items.is_empty() && !projection.input_closed {
            items = probe_upcs();
        }
        (items, is_open)
    };
    if is_open { check_credentials(context, spec, &items).await } else { Ok(()) }
}

/// Prepares the sink of a job. A dry run gets a sink without credentials.
pub(super) async fn prepare_sink(
    context: &AppContext,
    spec: &JobSpec,
    items: ExpectedItems,
) -> Result<PreparedSink, BatchError> {
    let kind = if spec.test_mode || !spec.create_drafts { SinkKind::DryRun } else { spec.sink };
    let sink_context = SinkContext {
        journal: context.journal.clone(),
        job_spec: spec.clone(),
        output_folder: context.results.local_folder(&spec.output),
        ebay: context.ebay.clone(),
        ebay_environment: context.ebay_environment_id.clone(),
        response_cache: context.response_cache.clone(),
        categories: context.policies.categories,
        items,
        max_wait: context.gateway.outage_timeout(),
        notify_wait: context.notify_wait,
    };
    Ok((SinkFactory::for_kind(kind).prepare)(&sink_context).await?)
}

/// The recorded state of a job that is resumed.
pub(super) struct ResumableJob {
    spec: JobSpec,
    has_started: bool,
    input_closed: bool,
    unfinished_items: u64,
}

impl ResumableJob {
    pub(super) async fn from_journal(context: &AppContext, job: &JobId) -> Result<Self, BatchError> {
        let projection = context.journal.projection(job).await?;
        let projection = projection.read();
        if projection.state == JobState::Cancelled {
            return Err(BatchError::Cancelled(job.clone()));
        }
        let spec = projection.spec.clone().ok_or_else(|| BatchError::MissingSpec(job.clone()))?;
        let (begun_at, set) = (spec.site, context.policies.listing.site);
        if begun_at != set {
            return Err(BatchError::OtherSite { job: job.clone(), begun_at, set });
        }
        Ok(Self {
            spec,
            has_started: projection.started_at.is_some(),
            input_closed: projection.input_closed,
            unfinished_items: projection.counts.total - projection.counts.done,
        })
    }

    pub(super) fn resume_event(&self) -> JobEvent {
        if self.has_started { JobEvent::Resumed } else { JobEvent::Started }
    }

    /// Reads and records the list unless that was done before. Returns the number of unfinished items.
    async fn ensure_input_read(&self, context: &AppContext, job: &JobId) -> Result<u64, BatchError> {
        if self.input_closed || self.spec.is_scan_session() {
            return Ok(self.unfinished_items);
        }
        reread_input(context, job, &self.spec).await?;
        let projection = context.journal.projection(job).await?;
        let counts = &projection.read().counts;
        Ok(counts.total - counts.done)
    }
}

/// Records the list. After a crash in between, the list is not closed and none of its items has been processed.
async fn record_input(context: &AppContext, job: &JobId, list: InputList) -> Result<(), JournalError> {
    context.journal.append_input(job, input_events(list)).await.map(drop)
}

fn input_events(mut list: InputList) -> Vec<JobEvent> {
    let more = list.rejected_count.saturating_sub(list.rejected.len() as u64);
    let rejected = list.rejected.chunks(ITEMS_PER_EVENT).map(|lines| JobEvent::LinesRejected { lines: lines.to_vec() });
    let only_counted = (more > 0).then_some(JobEvent::MoreLinesRejected { lines: more });
    let described = JobEvent::InputDescribed { reading: std::mem::take(&mut list.reading) };
    let added = list.items.chunks(ITEMS_PER_EVENT).map(|items| JobEvent::ItemsAdded { items: items.to_vec() });
    std::iter::once(described).chain(rejected).chain(only_counted).chain(added).chain([JobEvent::InputClosed]).collect()
}

/// Reads the list again, in the object generation of the first read, after a process ended before the list was
/// recorded.
async fn reread_input(context: &AppContext, job: &JobId, spec: &JobSpec) -> Result<(), BatchError> {
    let source: Source = spec.source.parse()?;
    if matches!(source, Source::Stdin) {
        return Err(BatchError::InputLost(job.clone()));
    }
    let settings = context.intake.for_list(&spec.list_options);
    let mut list = input::read_generation(&source, spec.generation, &settings).await?;
    check_quantities(spec, &list, &settings)?;
    let warning = SinkFactory::dry_run_warning(spec, list.states_condition(), context.ebay.as_ref());
    list.reading.notices.extend(warning);
    let mut list = limit_items(list, spec.limit);
    note_catalog_coverage(context, &mut list).await;
    Ok(record_input(context, job, list).await?)
}
