//! `draft-maker undo`: undoes the last action: decisions about items, or an edit of their listings or photos.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;

use super::arrange_photos::{self, ArrangedPhotos, UndonePhotos};
use super::attach;
use super::draft_update::resume_after_edit;
use super::error::UsageError;
use super::output::{print_json_line, print_stdout};
use super::photos::{RedraftedItems, find_newest_jobs, redraft_items};
use super::review::submit_decisions;
use crate::cli::{OutputFormat, UndoArgs};
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use domain::bulk_action::RejectedAction;
use domain::decision::Decision;
use domain::item::Item;
use domain::job_spec::JobId;
use domain::outcome::{Draft, ItemOutcome};
use domain::review::{PreviousDecision, ReviewInput, ReviewResult, without_undone};
use domain::sink::SinkKind;
use domain::text::count::format_count;
use domain::upc::Upc;
use pipeline::batch;
use store::journal::Journal;
use store::photo_edits::PhotoEdit;

/// Minimum number of items in a lot that has a draft.
const MIN_LOT_ITEMS: usize = 2;

pub(super) async fn undo_last_action(
    config: &Config,
    args: &UndoArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let location = config.store_location()?;
    let journal = Journal::open_read_only(&location).await?;
    let decisions = find_newest_decisions(&journal, args.upc, args.job.as_ref()).await?;
    let decided_at = decisions.first().map(|(_, previous)| previous.at);
    let photo_edit = find_photo_edit(config, &journal, args).await?;
    let photo_edit = photo_edit.filter(|edit| decided_at.is_none_or(|at| edit.at >= at));
    let mut undone_photos = None;
    if let Some(edit) = photo_edit {
        if decided_at != Some(edit.at) {
            let edits = match args.upc {
                Some(_) => vec![edit],
                None => arrange_photos::find_edits_of_action(config, &edit).await?,
            };
            journal.close().await;
            return undo_photos(config, (args.job.as_ref(), &edits), format, quiet).await;
        }
        // The draft is composed again because the decision is undone too.
        undone_photos = Some(arrange_photos::undo_edit(config, edit).await?);
    }
    let Some((_, PreviousDecision { job, .. })) = decisions.first() else {
        return Err(UsageError(describe_nothing_to_undo(args)).into());
    };
    let job = job.clone();
    let decided = decisions.iter().map(|(upc, _)| *upc).collect::<BTreeSet<_>>();
    let mut undone = Vec::new();
    for (upc, PreviousDecision { decision, .. }) in decisions {
        let (drafts, lot_items) = find_drafts(&journal, &job, upc, &decided).await?;
        undone.push(UndoneDecision { upc, undone: decision, drafts, lot_items });
    }
    journal.close().await;
    undo_decisions(config, (job, undone), undone_photos, (format, quiet)).await
}

/// Undoes an action that changed the photos of items, and updates their drafts in this batch, or in the newest ones.
async fn undo_photos(
    config: &Config,
    (job, edits): (Option<&JobId>, &[PhotoEdit]),
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let mut arranged = Vec::new();
    for edit in edits {
        arranged.push(arrange_photos::undo_edit(config, edit.clone()).await?.into_arranged());
    }
    let upcs = edits.iter().map(|edit| edit.upc).collect::<BTreeSet<_>>();
    let by_job = match job {
        Some(job) => BTreeMap::from([(job.clone(), upcs.iter().copied().collect())]),
        None => find_newest_jobs(&config.store_location()?, &upcs).await?,
    };
    let redrafted = redraft_items(config, by_job).await?;
    let is_redrafted = |photos: &&ArrangedPhotos| redrafted.by_job.values().flatten().any(|upc| *upc == photos.upc());
    for photos in arranged.iter().filter(is_redrafted) {
        photos.mark_attached().await?;
    }
    match format {
        OutputFormat::Text => print_stdout(&format_undone_photos(&arranged, &redrafted))?,
        OutputFormat::Json => print_json_line(&serde_json::json!({
            "items": upcs, "updated_drafts": redrafted.by_job, "not_updated": redrafted.rejected_to_json()
        }))?,
    };
    resume_all(redrafted.by_job.into_iter(), config, (format, quiet)).await
}

fn format_undone_photos(arranged: &[ArrangedPhotos], redrafted: &RedraftedItems) -> String {
    let drafts = redrafted.by_job.values().map(Vec::len).sum::<usize>();
    let mut text = format!(
        "The photos of {} are as before; {} updated.\n",
        format_count(arranged.len(), "item", "items"),
        format_count(drafts, "draft is", "drafts are")
    );
    if let [only] = arranged {
        let _ = writeln!(text, "{}:\n  photos    {}", only.upc(), only.describe_photos());
    }
    for RejectedAction { upc, why } in &redrafted.rejected {
        let _ = writeln!(text, "{upc}: {}", strip_terminal_controls(why));
    }
    text
}

/// A decision to undo.
struct UndoneDecision {
    upc: Upc,
    undone: Decision,
    /// The drafts of the item.
    drafts: Vec<Draft>,
    /// The other items in the draft of its lot whose decisions are not undone. They are drafted again without the item.
    lot_items: Vec<Upc>,
}

impl UndoneDecision {
    /// Returns the drafts that stay as they are if the item waits for review again: a lot of at least two other items is
    /// drafted again.
    fn left_drafts(&self) -> &[Draft] {
        if self.lot_items.len() < MIN_LOT_ITEMS { &self.drafts } else { &[] }
    }
}

/// Undoes decisions that were recorded at once, and updates the drafts of edited items. `undone_photos` belong to the
/// same action.
async fn undo_decisions(
    config: &Config,
    (job, decisions): (JobId, Vec<UndoneDecision>),
    undone_photos: Option<UndonePhotos>,
    (format, quiet): (OutputFormat, bool),
) -> anyhow::Result<ExitCode> {
    let answers = decisions.iter().map(|decided| (decided.upc, ReviewInput::undo())).collect::<Vec<_>>();
    let repeats = find_repeated_edits(config, &job, &answers).await?;
    let results = match submit_decisions(config, &job, &answers).await {
        Ok(results) => results,
        Err(error) => return Err(redo_photos(undone_photos, error).await),
    };
    let repeats = undo_repeats(config, repeats, &undone_edits(&answers, &results)).await?;
    let (mut text, mut lines, mut edited, mut rejected) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    for (decided, result) in decisions.iter().zip(results) {
        let UndoneDecision { upc, undone, lot_items, .. } = decided;
        let decision = match decision_of(result, *upc, &job) {
            Ok(decision) => decision,
            Err(why) => {
                rejected.push((*upc, why));
                continue;
            }
        };
        // Undoing an edit updates the draft; undoing a decision keeps the draft that resulted from it.
        let left_drafts = if decision.reopens_review() { decided.left_drafts() } else { &[] };
        if decision.reopens_review() {
            edited.extend(lot_items);
        } else {
            edited.push(*upc);
        }
        text += &format_undone(*upc, &job, (undone, &decision), left_drafts, &config.command_flags());
        lines.push(serde_json::json!({
            "job_id": job, "upc": upc, "undone": undone, "decision": decision, "left_drafts": left_drafts
        }));
    }
    match (format, &lines[..]) {
        (OutputFormat::Text, _) => print_stdout(&text)?,
        (OutputFormat::Json, []) => ExitCode::SUCCESS,
        (OutputFormat::Json, [line]) => print_json_line(line)?,
        (OutputFormat::Json, lines) => print_json_line(&lines)?,
    };
    if let Some(photos) = undone_photos.filter(|photos| rejected.iter().any(|(upc, _)| *upc == photos.upc())) {
        photos.redo_edit().await?;
    }
    let code = resume_all([(job, edited)].into_iter().chain(repeats), config, (format, quiet)).await?;
    if rejected.is_empty() { Ok(code) } else { Err(UsageError(join_reasons(&rejected)).into()) }
}

/// Updates the drafts of these items, batch by batch.
async fn resume_all(
    edited: impl Iterator<Item = (JobId, Vec<Upc>)>,
    config: &Config,
    (format, quiet): (OutputFormat, bool),
) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for (job, upcs) in edited.filter(|(_, upcs)| !upcs.is_empty()) {
        let updated = resume_after_edit(config, (job, upcs), format, quiet).await?;
        code = if code == ExitCode::SUCCESS { updated } else { code };
    }
    Ok(code)
}

/// Returns the items of which an edit was undone.
fn undone_edits(answers: &[(Upc, ReviewInput)], results: &[ReviewResult]) -> BTreeSet<Upc> {
    let undone = answers.iter().zip(results).filter(|(_, result)| result.undoes_edit());
    undone.map(|((upc, _), _)| *upc).collect()
}

/// Returns the later batches that repeated an edit which these answers undo. A running service undoes it there itself.
async fn find_repeated_edits(
    config: &Config,
    job: &JobId,
    answers: &[(Upc, ReviewInput)],
) -> anyhow::Result<BTreeMap<JobId, Vec<Upc>>> {
    if attach::running_service(config)?.is_some() {
        return Ok(BTreeMap::new());
    }
    let journal = Journal::open_read_only(&config.store_location()?).await?;
    let repeats = batch::find_repeated_edits(&journal, job, answers).await;
    journal.close().await;
    Ok(repeats?)
}

/// Undoes the edits of these items in the batches that repeated them. Returns the batches with the items.
async fn undo_repeats(
    config: &Config,
    repeats: BTreeMap<JobId, Vec<Upc>>,
    undone: &BTreeSet<Upc>,
) -> anyhow::Result<BTreeMap<JobId, Vec<Upc>>> {
    let mut undone_in = BTreeMap::new();
    for (job, mut upcs) in repeats {
        upcs.retain(|upc| undone.contains(upc));
        let answers = upcs.iter().map(|upc| (*upc, ReviewInput::undo())).collect::<Vec<_>>();
        let results = submit_decisions(config, &job, &answers).await?;
        let resumed = upcs.into_iter().zip(results).filter(|(_, result)| result.resumes_item());
        undone_in.insert(job, resumed.map(|(upc, _)| upc).collect());
    }
    Ok(undone_in)
}

/// Does the edit of photos again, because its decision was not undone. Returns the error of the decision.
async fn redo_photos(undone_photos: Option<UndonePhotos>, error: anyhow::Error) -> anyhow::Error {
    let Some(photos) = undone_photos else { return error };
    match photos.redo_edit().await {
        Ok(()) => error,
        Err(failure) => failure.context(error),
    }
}

fn join_reasons(rejected: &[(Upc, String)]) -> String {
    rejected.iter().map(|(_, why)| why.as_str()).collect::<Vec<_>>().join("\n")
}

/// Returns the decision that undoes the earlier one, or why it cannot be undone.
fn decision_of(result: ReviewResult, upc: Upc, job: &JobId) -> Result<Box<Decision>, String> {
    match result {
        ReviewResult::Decided { decision } => Ok(decision),
        ReviewResult::Invalid { wrong } => {
            let reasons = wrong.into_iter().map(|error| error.fix).collect::<Vec<_>>().join("; ");
            Err(format!("cannot undo the decision about {upc} in {job}: {reasons}"))
        }
        ReviewResult::DraftDeleted { sku } => {
            Err(format!("cannot undo the edit of {upc} in {job}: its draft {sku} {}", ReviewResult::DRAFT_DELETED))
        }
        ReviewResult::NotWaiting { status: None } => {
            Err(format!("{upc} in {job} is still in progress: wait until it has finished, then undo"))
        }
        _ => {
            let why = "the batch was canceled, or the item is no longer in it";
            Err(format!("cannot undo the decision about {upc} in {job}: {why}"))
        }
    }
}

/// Returns the operator's newest decisions that were not undone: the last one about this item, or all of the last
/// action.
async fn find_newest_decisions(
    journal: &Journal,
    upc: Option<Upc>,
    job: Option<&JobId>,
) -> anyhow::Result<Vec<(Upc, PreviousDecision)>> {
    let Some(upc) = upc else { return Ok(journal.newest_decisions(job).await?) };
    let mut decisions = without_undone(journal.all_decisions(upc).await?.into_iter().map(|decision| (upc, decision)));
    let newest = decisions.iter().rposition(|(_, previous)| job.is_none_or(|job| previous.job == *job));
    let Some(newest) = newest else { return Ok(Vec::new()) };
    // An edit is undone where it was made, and so in the batches that repeated it.
    let origin = decisions[newest].1.origin();
    let is_origin = |(_, previous): &(Upc, PreviousDecision)| {
        job.is_none() && previous.decision.is_edit && previous.decision.repeats.is_none() && previous.origin() == origin
    };
    let undone = decisions.iter().position(is_origin).unwrap_or(newest);
    Ok(vec![decisions.swap_remove(undone)])
}

/// Returns the latest edit of photos; `None` if its item is not in the batch that the command names.
async fn find_photo_edit(config: &Config, journal: &Journal, args: &UndoArgs) -> anyhow::Result<Option<PhotoEdit>> {
    let Some(edit) = arrange_photos::find_newest_edit(config, args.upc).await? else { return Ok(None) };
    let Some(job) = &args.job else { return Ok(Some(edit)) };
    let is_listed = journal.outline_projection(job).await?.item(edit.upc).is_some();
    Ok(Some(edit).filter(|_| is_listed))
}

/// Returns the drafts of an item in a batch, and the items in the draft of its lot that are not in `decided`.
async fn find_drafts(
    journal: &Journal,
    job: &JobId,
    upc: Upc,
    decided: &BTreeSet<Upc>,
) -> anyhow::Result<(Vec<Draft>, Vec<Upc>)> {
    let outcome = journal.item_details(job, &[upc]).await?.into_iter().next().and_then(|details| details.outcome);
    let mut drafts = outcome.iter().flat_map(ItemOutcome::drafts).cloned().collect::<Vec<_>>();
    let deleted = journal.skus_without_draft(drafts.iter().map(|draft| draft.sku.clone()).collect()).await?;
    drafts.retain(|draft| !deleted.contains(&draft.sku));
    let Some(draft) = drafts.first().filter(|_| outcome.is_some_and(|outcome| outcome.lot.is_some())) else {
        return Ok((drafts, Vec::new()));
    };
    let projection = journal.outline_projection(job).await?;
    let is_in_lot = |item: &&Item| item.sku() == draft.sku && !decided.contains(&item.upc);
    let lot_items = projection.items().iter().filter(is_in_lot).map(|item| item.upc).collect();
    Ok((drafts, lot_items))
}

fn describe_nothing_to_undo(args: &UndoArgs) -> String {
    let of_item = args.upc.map(|upc| format!(" about {upc}")).unwrap_or_default();
    let in_job = args.job.as_ref().map(|job| format!(" in {job}")).unwrap_or_default();
    format!("there is no decision or edit{of_item}{in_job} to undo")
}

fn format_undone(
    upc: Upc,
    job: &JobId,
    (undone, decision): (&Decision, &Decision),
    left_drafts: &[Draft],
    flags: &str,
) -> String {
    let summary = strip_terminal_controls(&undone.summary()).into_owned();
    let mut text = format!("{upc} in {job}: undone.\n  {summary}\n");
    if decision.reopens_review() {
        let _ = writeln!(text, "The item waits for your decision again:\n  draft-maker review {job}{flags}");
    }
    if let [first, ..] = left_drafts {
        let skus = left_drafts.iter().map(|draft| draft.sku.to_string()).collect::<Vec<_>>().join(" ");
        let (draft, it) = if left_drafts.len() == 1 { ("draft", "it") } else { ("drafts", "them") };
        let location = if first.sink == SinkKind::Csv { "in the drafts file" } else { "on eBay" };
        let _ = writeln!(
            text,
            "Its {draft} {skus} {location} did not change. Decide again to update {it}, or delete {it}:\n  \
             draft-maker drafts --delete {skus}{flags}"
        );
    }
    text
}
