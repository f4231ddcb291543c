//! `draft-maker undo`: undoes the last decision about an item or its last edit.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::draft_update::resume_after_edit;
use super::error::UsageError;
use super::output::{print_json_line, print_stdout};
use super::review::submit_decisions;
use crate::cli::{OutputFormat, UndoArgs};
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use domain::decision::Decision;
use domain::job_spec::JobId;
use domain::outcome::{Draft, ItemOutcome};
use domain::review::{PreviousDecision, ReviewInput, ReviewResult, without_undone};
use domain::sink::SinkKind;
use domain::upc::Upc;
use store::journal::Journal;

pub(super) async fn undo_decision(
    config: &Config,
    args: &UndoArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let journal = Journal::open_read_only(config.store_location()?).await?;
    let newest = find_newest_decision(&journal, args.upc, args.job.as_ref()).await?;
    let Some((upc, PreviousDecision { job, decision: undone, .. })) = newest else {
        return Err(UsageError(describe_nothing_to_undo(args)).into());
    };
    let drafts = find_drafts(&journal, &job, upc).await?;
    journal.close().await;
    let results = submit_decisions(config, &job, &[(upc, ReviewInput::undo())]).await?;
    let decision = match results.into_iter().next() {
        Some(ReviewResult::Decided { decision }) => decision,
        Some(ReviewResult::Invalid { wrong }) => {
            let reasons = wrong.into_iter().map(|error| error.fix).collect::<Vec<_>>().join("; ");
            return Err(UsageError(format!("cannot undo the decision about {upc} in {job}: {reasons}")).into());
        }
        Some(ReviewResult::NotWaiting { status: None }) => {
            let fix = "wait until it has finished, then undo";
            return Err(UsageError(format!("{upc} in {job} is still in progress: {fix}")).into());
        }
        _ => {
            let why = "the batch was canceled, or the item is no longer in it";
            return Err(UsageError(format!("cannot undo the decision about {upc} in {job}: {why}")).into());
        }
    };
    // Undoing an edit updates the draft; undoing a decision keeps the draft that resulted from it.
    let left_drafts = if decision.reopens_review() { &drafts[..] } else { &[] };
    match format {
        OutputFormat::Text => {
            let text = format_undone(upc, &job, (&undone, &decision), left_drafts, &config.command_flags());
            print_stdout(&text)?
        }
        OutputFormat::Json => print_json_line(&serde_json::json!({
            "job_id": job, "upc": upc, "undone": undone, "decision": decision, "left_drafts": left_drafts
        }))?,
    };
    if decision.reopens_review() {
        return Ok(ExitCode::SUCCESS);
    }
    resume_after_edit(config, (job, vec![upc]), format, quiet).await
}

/// Returns the operator's newest decision that was not undone, about this item or about any item.
async fn find_newest_decision(
    journal: &Journal,
    upc: Option<Upc>,
    job: Option<&JobId>,
) -> anyhow::Result<Option<(Upc, PreviousDecision)>> {
    let Some(upc) = upc else { return Ok(journal.newest_decision(job).await?) };
    let decisions = without_undone(journal.all_decisions(upc).await?.into_iter().map(|decision| (upc, decision)));
    Ok(decisions.into_iter().rev().find(|(_, previous)| job.is_none_or(|job| previous.job == *job)))
}

/// Returns the drafts of an item in a batch.
async fn find_drafts(journal: &Journal, job: &JobId, upc: Upc) -> anyhow::Result<Vec<Draft>> {
    let outcome = journal.item_details(job, &[upc]).await?.into_iter().next().and_then(|details| details.outcome);
    Ok(outcome.iter().flat_map(ItemOutcome::drafts).cloned().collect())
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
