//! `draft-maker edit`: changes the listings of items, before or after they are drafted, and updates the drafts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;

use super::arrange_photos;
use super::draft_update::resume_after_edit;
use super::error::UsageError;
use super::output::{print_json_line, print_stderr, print_stdout};
use super::photos::MAX_SEARCHED_JOBS;
use super::review::submit_decisions;
use crate::cli::{EditArgs, OutputFormat};
use crate::config::Config;
use domain::clearable_field::ClearableField;
use domain::decision::Decision;
use domain::display_text::utf16_len;
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::listing::Listing;
use domain::money::Money;
use domain::outcome::{DraftedGroup, Status};
use domain::review::{FieldError, ReviewInput, ReviewResult};
use domain::sink::SinkKind;
use domain::upc::Upc;
use store::journal::Journal;
use store::location::StoreLocation;

pub(super) async fn edit_items(
    config: &Config,
    args: &EditArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    check_has_change(args)?;
    check_single_item_fields(args)?;
    let job = match &args.job {
        Some(job) => job.clone(),
        None => find_newest_job(&config.store_location()?, &args.upcs).await?.announce(quiet),
    };
    let mut arranged = None;
    if let ([upc], false) = (&args.upcs[..], args.photos.is_empty()) {
        let input = args.to_input(*upc);
        check_fields(&config.store_location()?, &job, &input).await?;
        let photos = arrange_photos::arrange_photos(config, *upc, &args.photos).await?;
        if input.is_empty() {
            return photos.update_draft(config, job, format, quiet).await;
        }
        arranged = Some(photos);
    }
    let answers = unique_upcs(&args.upcs).into_iter().map(|upc| (upc, args.to_input(upc))).collect::<Vec<_>>();
    let groups = read_draft_groups(&config.store_location()?, &job, &args.upcs).await?;
    let results = submit_decisions(config, &job, &answers).await?;
    let (mut edited, mut rejected) = (Vec::new(), Vec::new());
    for ((upc, _), result) in answers.iter().zip(results) {
        match rejection_reason((*upc, &job), result, &config.command_flags()) {
            Ok(decision) => edited.push((*upc, decision)),
            Err(why) => rejected.push(why),
        }
    }
    if let (Some(photos), [(upc, _)]) = (&arranged, &edited[..]) {
        photos.join_newest_decision(config, *upc).await?;
    }
    // Report a value that is invalid for every item only once.
    rejected.dedup();
    if arranged.is_some() && !rejected.is_empty() {
        rejected.push(format_waiting_photos(args.upcs[0], &config.command_flags()));
    }
    print_edits(&job, (&edited, &groups), answers.len(), format)?;
    let code = if edited.is_empty() {
        ExitCode::SUCCESS
    } else {
        let upcs = edited.iter().map(|(upc, _)| *upc).collect();
        resume_after_edit(config, (job, upcs), format, quiet).await?
    };
    if rejected.is_empty() { Ok(code) } else { Err(UsageError(rejected.join("\n")).into()) }
}

/// Drafts of items whose copies are described differently.
type DraftGroups = BTreeMap<Upc, Vec<DraftedGroup>>;

/// Reads the drafts of the items as they are before an edit.
async fn read_draft_groups(store: &StoreLocation, job: &JobId, upcs: &[Upc]) -> anyhow::Result<DraftGroups> {
    // An item that is not in the batch is reported by the edit.
    let items = Journal::open_read_only(store).await?.item_details(job, upcs).await.unwrap_or_default();
    let groups = items.into_iter().filter_map(|item| Some((item.input.upc, item.outcome?.groups)));
    Ok(groups.collect())
}

/// Says what happens to the photos of an item whose other fields were rejected.
fn format_waiting_photos(upc: Upc, flags: &str) -> String {
    format!(
        "Its photos are saved and wait for the next update of the draft. To restore them: draft-maker undo {upc}{flags}"
    )
}

/// Checks the fields of an edit before its photos are uploaded.
async fn check_fields(store: &StoreLocation, job: &JobId, input: &ReviewInput) -> anyhow::Result<()> {
    let projection = Journal::open_read_only(store).await?.outline_projection(job).await?;
    let site = projection.spec.as_ref().map(|spec| spec.site).unwrap_or_default();
    let wrong = input.field_errors(site.currency());
    if wrong.is_empty() { Ok(()) } else { Err(UsageError(describe_errors(&wrong)).into()) }
}

fn describe_errors(wrong: &[FieldError]) -> String {
    wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Prints the changes of the edited items; `requested` is the number of items that the command named.
fn print_edits(
    job: &JobId,
    (edited, groups): (&[(Upc, Box<Decision>)], &DraftGroups),
    requested: usize,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    match format {
        OutputFormat::Text => {
            let groups = |upc| groups.get(upc).map_or(&[][..], Vec::as_slice);
            let text = edited.iter().map(|(upc, decision)| format_edit((*upc, job), decision, groups(upc)));
            let text = text.collect::<String>();
            print_stdout(&text)
        }
        OutputFormat::Json => {
            let edits = edited
                .iter()
                .map(|(upc, decision)| serde_json::json!({ "job_id": job, "upc": upc, "decision": decision }));
            match (requested, &edits.collect::<Vec<_>>()[..]) {
                (_, []) => Ok(ExitCode::SUCCESS),
                (1, [edit]) => print_json_line(edit),
                (_, edits) => print_json_line(&edits),
            }
        }
    }
}

/// Checks that the command names a change.
fn check_has_change(args: &EditArgs) -> Result<(), UsageError> {
    let has_change = !args.photos.is_empty() || args.upcs.iter().any(|upc| !args.to_input(*upc).is_empty());
    let tip = || UsageError("no change is named; name one, for example --price 24.00".to_owned());
    has_change.then_some(()).ok_or_else(tip)
}

/// Checks that fields that only one item can have are not set for several items.
fn check_single_item_fields(args: &EditArgs) -> Result<(), UsageError> {
    let has_several = args.upcs.len() > 1;
    // The title of several items is the title of their lot.
    let field = match args {
        EditArgs { title: Some(_), lot: None, .. } => "--title",
        EditArgs { photos, .. } if !photos.is_empty() => "--photos",
        _ => return Ok(()),
    };
    if has_several {
        return Err(UsageError(format!("{field} is for one item: run the command for each item")));
    }
    Ok(())
}

fn unique_upcs(upcs: &[Upc]) -> Vec<Upc> {
    let mut seen = BTreeSet::new();
    upcs.iter().copied().filter(|upc| seen.insert(*upc)).collect()
}

/// Returns the decision, or the reason why an item was not edited and what to do instead.
fn rejection_reason((upc, job): (Upc, &JobId), result: ReviewResult, flags: &str) -> Result<Box<Decision>, String> {
    Err(match result {
        ReviewResult::Decided { decision } => return Ok(decision),
        ReviewResult::Invalid { wrong } if wrong.iter().any(|error| error.field == "choose") => {
            let fix = format!("choose one first: draft-maker review {job}{flags}");
            format!("{upc} in {job} needs your decision: several pressings match; {fix}")
        }
        ReviewResult::Invalid { wrong } => describe_errors(&wrong),
        ReviewResult::NotWaiting { status } => {
            let (status, fix) = match status {
                None => ("not finished yet".to_owned(), "wait until it has its draft"),
                Some(status) => (status.to_string(), "run its list again to draft it"),
            };
            format!("{upc} in {job} has no draft to edit: it is {status}; {fix}")
        }
        ReviewResult::DraftDeleted { sku } => {
            format!("{upc} in {job} has no draft to edit: {sku} {}", ReviewResult::DRAFT_DELETED)
        }
        ReviewResult::UnknownItem | ReviewResult::Unanswered => format!("{upc} is not in {job}"),
    })
}

/// The batch in which items are edited.
pub(super) struct EditedBatch {
    job: JobId,
    /// A newer batch with the items, in which they have no draft.
    newer: Option<JobId>,
}

impl EditedBatch {
    /// Says on standard error that a newer batch is not the one that is edited, and returns the batch.
    pub(super) fn announce(self, quiet: bool) -> JobId {
        if let Some(newer) = self.newer.filter(|_| !quiet) {
            let job = &self.job;
            print_stderr(&format!(
                "{newer} has no draft to edit yet, so {job} is edited; --job {newer} edits that one"
            ));
        }
        self.job
    }
}

/// Returns the newest batch that creates drafts and in which all the items have a draft or need review. If there is none,
/// returns the newest batch with the items.
pub(super) async fn find_newest_job(store: &StoreLocation, upcs: &[Upc]) -> anyhow::Result<EditedBatch> {
    let journal = Journal::open_read_only(store).await?;
    let (mut newest, mut elsewhere) = (None, None);
    for job in journal.job_ids().await?.into_iter().take(MAX_SEARCHED_JOBS) {
        let projection = journal.outline_projection(&job).await?;
        let spec = projection.spec.as_ref().filter(|spec| spec.create_drafts && !spec.test_mode);
        let items = upcs.iter().map(|upc| projection.item(*upc)).collect::<Option<Vec<_>>>();
        let items = items.filter(|_| projection.state != JobState::Cancelled);
        let Some((spec, items)) = spec.zip(items) else { continue };
        // A row of a drafts file belongs to the batch that wrote it. A run to another destination skips items that have
        // a draft.
        let is_elsewhere = items.iter().all(|item| match item.status {
            Some(Status::AlreadyDrafted) => spec.sink == SinkKind::Csv,
            status => status == Some(Status::Skipped),
        });
        let is_editable = |status: Status| status.has_draft() || status == Status::NeedsReview;
        if !is_elsewhere && items.iter().all(|item| item.status.is_some_and(is_editable)) {
            return Ok(EditedBatch { job, newer: newest });
        }
        let fallback = if is_elsewhere { &mut elsewhere } else { &mut newest };
        fallback.get_or_insert(job);
    }
    let message = match upcs {
        [upc] => format!("no batch has {upc}: run a list with it first"),
        _ => "no batch has all of these items: run a list with them first".to_owned(),
    };
    let newest = newest.or(elsewhere).map(|job| EditedBatch { job, newer: None });
    newest.ok_or_else(|| UsageError(message).into())
}

fn format_cleared(cleared: &[ClearableField]) -> String {
    let name = |field: &ClearableField| match field {
        ClearableField::ListingTitle => "title".to_owned(),
        field => field.to_string().replace('_', " "),
    };
    cleared.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Describes the new price; if the item has several drafts, with the earlier price of each.
fn format_prices(price: Money, groups: &[DraftedGroup]) -> String {
    let [_, _, ..] = groups else { return format!("price     {price}") };
    let describe = |group: &DraftedGroup| {
        format!("price     {} -> {price}: {} ({})", group.price, group.sku, group.copy.summary())
    };
    groups.iter().map(describe).collect::<Vec<_>>().join("\n  ")
}

fn format_edit((upc, job): (Upc, &JobId), decision: &Decision, groups: &[DraftedGroup]) -> String {
    let corrections = &decision.corrections;
    let title = corrections.listing.title.as_ref();
    let copy = corrections.copy_description();
    let lines = [
        title.map(|title| {
            format!("title     {title} ({} of {} characters)", utf16_len(title), Listing::MAX_TITLE_UNITS)
        }),
        decision.price.map(|price| format_prices(price, groups)),
        corrections.listing.quantity.map(|quantity| format!("quantity  {quantity}")),
        (!copy.is_empty()).then(|| format!("copy      {}", copy.summary())),
        corrections.listing.lot.as_ref().map(|lot| format!("lot       {lot}")),
        (!decision.cleared.is_empty()).then(|| format!("cleared   {}", format_cleared(&decision.cleared))),
    ];
    let mut text = format!("{upc} in {job}:\n");
    for line in lines.into_iter().flatten() {
        let _ = writeln!(text, "  {line}");
    }
    text
}
