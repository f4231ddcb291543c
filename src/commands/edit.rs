//! `draft-maker edit`: changes the listing of one item, before or after its draft, and updates the draft.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::arrange_photos;
use super::draft_update::resume_after_edit;
use super::error::UsageError;
use super::output::{print_json, print_stdout};
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
use domain::outcome::Status;
use domain::review::ReviewResult;
use domain::sink::SinkKind;
use domain::upc::Upc;
use store::journal::Journal;
use store::location::StoreLocation;

pub(super) async fn edit_item(
    config: &Config,
    args: &EditArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let job = match &args.job {
        Some(job) => job.clone(),
        None => find_newest_job(&config.store_location()?, args.upc).await?,
    };
    if !args.photos.is_empty() {
        let arranged = arrange_photos::arrange_photos(config, args.upc, &args.photos).await?;
        if args.to_input().is_empty() {
            return arranged.update_draft(config, job, format, quiet).await;
        }
        arranged.mark_attached().await?;
    }
    let results = submit_decisions(config, &job, &[(args.upc, args.to_input())]).await?;
    let decision = match results.into_iter().next() {
        Some(ReviewResult::Decided { decision }) => decision,
        Some(ReviewResult::Invalid { wrong }) if wrong.iter().any(|error| error.field == "choose") => {
            let fix = format!("choose one first: draft-maker review {job}{}", config.command_flags());
            return Err(UsageError(format!(
                "{} in {job} needs your decision: several pressings match; {fix}",
                args.upc
            ))
            .into());
        }
        Some(ReviewResult::Invalid { wrong }) => {
            let errors = wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            return Err(UsageError(errors).into());
        }
        Some(ReviewResult::NotWaiting { status }) => {
            let status = status.map_or_else(|| "not finished yet".to_owned(), |status| status.to_string());
            let fix = "wait until it has its draft, or run the list again";
            return Err(UsageError(format!("{} in {job} has no draft to edit: it is {status}; {fix}", args.upc)).into());
        }
        Some(ReviewResult::UnknownItem | ReviewResult::Unanswered) | None => {
            return Err(UsageError(format!("{} is not in {job}", args.upc)).into());
        }
    };
    match format {
        OutputFormat::Text => print_stdout(&format_edit(args.upc, &job, &decision))?,
        OutputFormat::Json => print_json(&serde_json::json!({ "job_id": job, "upc": args.upc, "decision": decision }))?,
    };
    resume_after_edit(config, (job, args.upc), format, quiet).await
}

/// Returns the newest batch that has the item and makes drafts.
async fn find_newest_job(store: &StoreLocation, upc: Upc) -> anyhow::Result<JobId> {
    let journal = Journal::open_read_only(store).await?;
    let mut newest = None;
    for job in journal.job_ids().await?.into_iter().take(MAX_SEARCHED_JOBS) {
        let projection = journal.outline_projection(&job).await?;
        let spec = projection.spec.as_ref().filter(|spec| spec.create_drafts && !spec.test_mode);
        let item = projection.item(upc).filter(|_| projection.state != JobState::Cancelled);
        let Some((spec, item)) = spec.zip(item) else { continue };
        // The row of a drafts file belongs to the batch that wrote it.
        let is_elsewhere = spec.sink == SinkKind::Csv && item.status == Some(Status::AlreadyDrafted);
        newest.get_or_insert_with(|| job.clone());
        if !is_elsewhere {
            return Ok(job);
        }
    }
    newest.ok_or_else(|| UsageError(format!("no batch has {upc}: run a list with it first")).into())
}

fn format_cleared(cleared: &[ClearableField]) -> String {
    let name = |field: &ClearableField| match field {
        ClearableField::ListingTitle => "title".to_owned(),
        field => field.to_string().replace('_', " "),
    };
    cleared.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn format_edit(upc: Upc, job: &JobId, decision: &Decision) -> String {
    let corrections = &decision.corrections;
    let title = corrections.listing.title.as_ref();
    let copy = corrections.copy_description();
    let lines = [
        title.map(|title| {
            format!("title     {title} ({} of {} characters)", utf16_len(title), Listing::MAX_TITLE_UNITS)
        }),
        decision.price.map(|price| format!("price     {price}")),
        corrections.listing.quantity.map(|quantity| format!("quantity  {quantity}")),
        (!copy.is_empty()).then(|| format!("copy      {}", copy.summary())),
        (!decision.cleared.is_empty()).then(|| format!("cleared   {}", format_cleared(&decision.cleared))),
    ];
    let mut text = format!("{upc} in {job}:\n");
    for line in lines.into_iter().flatten() {
        let _ = writeln!(text, "  {line}");
    }
    text
}
