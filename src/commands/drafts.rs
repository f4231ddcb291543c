//! `draft-maker drafts`: lists and deletes the drafts that Draft Maker created on eBay, as eBay reports them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;

use super::auth;
use crate::cli::{DraftsArgs, OutputFormat};
use crate::commands::confirm::require_confirmation;
use crate::commands::demo_files::demo_file_name;
use crate::commands::error::{UsageError, exit_status_for};
use crate::commands::output::{print_json, print_stderr, print_stdout};
use crate::config::Config;
use crate::headless::{EXIT_DONE, EXIT_INCOMPLETE, path_from_here, strip_terminal_controls};
use domain::job_spec::JobId;
use domain::output_location::OutputLocation;
use domain::site::Site;
use domain::sku::Sku;
use ebay::EbayClient;
use sinks::ebay::{DeleteResult, DraftManager, RemoteDraft, identify_seller};
use sinks::{CsvSink, InventorySink, ItemDraftSink};
use store::journal::{Journal, SellerAccount};

/// Number of ledger entries read at a time.
const ENTRIES_PER_PAGE: usize = 500;

pub(super) async fn list_or_delete_drafts(
    config: &Config,
    args: &DraftsArgs,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    if !args.delete.is_empty() || args.delete_batch.is_some() {
        return delete_drafts(config, args, format).await;
    }
    let ebay = auth::connect_ebay(config).await?;
    let drafts = DraftManager::new(&ebay).list_drafts().await.context("cannot list the drafts on eBay")?;
    match format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string_pretty(&drafts)?)),
        OutputFormat::Text => print_stdout(&format_drafts_table(&drafts)),
    }
}

fn format_drafts_table(drafts: &[RemoteDraft]) -> String {
    if drafts.is_empty() {
        return "No drafts created by Draft Maker are on eBay. Drafts for Seller Hub are in the drafts file of the batch.\n".to_owned();
    }
    let mut text = format!("{:<18} {:<12} {:>14} {:>4}  {:<16} title\n", "sku", "state", "price", "qty", "offer");
    for draft in drafts {
        let show = |value: &Option<String>| strip_terminal_controls(value.as_deref().unwrap_or("-")).into_owned();
        let quantity = draft.quantity.map_or_else(|| "-".to_owned(), |quantity| quantity.to_string());
        let _ = writeln!(
            text,
            "{:<18} {:<12} {:>14} {quantity:>4}  {:<16} {}",
            strip_terminal_controls(&draft.sku),
            strip_terminal_controls(&draft.state),
            show(&draft.price),
            show(&draft.offer_id),
            show(&draft.title)
        );
    }
    text
}

/// Deletes drafts at their destinations and then in the ledger, so that the items can be drafted again.
async fn delete_drafts(config: &Config, args: &DraftsArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let journal = Journal::open(config.store_location()?).await?;
    let settings = config.section::<ebay::Settings>("ebay")?;
    let ebay = if settings.has_keyset() { Some(auth::connect_ebay(config).await?) } else { None };
    let owner = match &ebay {
        Some(ebay) => identify_seller(ebay, &journal).await,
        None => SellerAccount::anonymous(settings.environment_id()),
    };
    let skus = match &args.delete_batch {
        Some(job) => find_drafts_of_batch(&journal, &owner, job).await?,
        None => args.delete.clone(),
    };
    let question = match (&args.delete_batch, skus.as_slice()) {
        (Some(job), []) => return Err(UsageError(format!("{job} has no drafts")).into()),
        (Some(job), [_]) => format!("Delete the draft of {job}?"),
        (Some(job), skus) => format!("Delete the {} drafts of {job}?", skus.len()),
        (None, [sku]) => format!("Delete the draft of {sku}?"),
        (None, skus) => format!("Delete the drafts of {} items?", skus.len()),
    };
    require_confirmation(&question, args.yes)?;
    // What was deleted before an error is reported too.
    let (mut deletions, mut failure) = (Vec::new(), None);
    for sku in &skus {
        let deletion = match delete_draft(ebay.as_ref(), settings.site, &journal, &owner, sku).await {
            Ok(deletion) => deletion,
            Err(error) => {
                failure = Some(error);
                break;
            }
        };
        if format == OutputFormat::Text {
            print_stdout(&format!("{sku}: {}\n", deletion.message))?;
        }
        deletions.push(deletion);
    }
    journal.close().await;
    report_deletions(&deletions, skus.len(), failure, format)
}

/// Prints the deletions as JSON if asked, and returns the exit code. `failure` is the error that ended them.
fn report_deletions(
    deletions: &[Deletion],
    count: usize,
    failure: Option<anyhow::Error>,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let is_json = format == OutputFormat::Json && !deletions.is_empty();
    if is_json {
        match deletions {
            [one] if count == 1 => print_json(one)?,
            all => print_json(&all)?,
        };
    }
    match failure {
        // Standard output has one JSON text, so the error is only on standard error.
        Some(error) if is_json => {
            print_stderr(&format!("error: {error:#}"));
            Ok(ExitCode::from(exit_status_for(&error)))
        }
        Some(error) => Err(error),
        None if deletions.iter().all(|deletion| deletion.is_deleted) => Ok(ExitCode::from(EXIT_DONE)),
        None => Ok(ExitCode::from(EXIT_INCOMPLETE)),
    }
}

/// Returns the SKUs of all drafts that a batch created at its destination.
async fn find_drafts_of_batch(journal: &Journal, owner: &SellerAccount, job: &JobId) -> anyhow::Result<Vec<Sku>> {
    let Some(spec) = journal.job_summary(job).await?.spec else { return Ok(Vec::new()) };
    let destination = spec.site.ledger_name(spec.sink.as_str());
    let (mut skus, mut after) = (Vec::new(), 0);
    loop {
        let page = journal.ledger_entries_page(owner, &destination, job, after, ENTRIES_PER_PAGE).await?;
        let Some(last) = page.last() else { return Ok(skus) };
        after = last.number;
        skus.extend(page.into_iter().map(|entry| entry.sku));
    }
}

/// Result of deleting one draft.
#[derive(Serialize)]
struct Deletion {
    sku: String,
    destination: Option<String>,
    message: String,
    /// False if the listing is live.
    #[serde(skip)]
    is_deleted: bool,
}

async fn delete_draft(
    ebay: Option<&EbayClient>,
    own_site: Site,
    journal: &Journal,
    owner: &SellerAccount,
    sku: &Sku,
) -> anyhow::Result<Deletion> {
    let destination = journal.find_ledger_sink(owner, sku).await?;
    let (kind, site) = destination.as_deref().map(Site::parse_ledger_name).unzip();
    if let Some(other) = site.filter(|site| kind == Some(InventorySink::NAME) && *site != own_site) {
        anyhow::bail!(
            "the draft of {sku} is at {other}, but ebay.marketplace is {own_site}\nfix: set it to {other} \
             (EBAY_MARKETPLACE), then delete the draft"
        );
    }
    let (message, is_deleted) = match kind {
        Some(CsvSink::NAME) => (forget_row(journal, owner, sku, destination.as_deref()).await?, true),
        Some(ItemDraftSink::NAME) => ("Forgotten. Delete the draft in Seller Hub > Drafts as well.".to_owned(), true),
        Some(InventorySink::NAME) | None => delete_offer(ebay, sku).await?,
        Some(other) => (format!("Forgotten. The draft is at the destination {other}."), true),
    };
    if is_deleted {
        journal.delete_ledger_entry(owner, sku).await?;
    }
    Ok(Deletion { sku: sku.to_string(), destination, message, is_deleted })
}

/// Reports which drafts file still contains the row of a draft. Files are not changed, because the seller may have
/// uploaded them.
async fn forget_row(
    journal: &Journal,
    owner: &SellerAccount,
    sku: &Sku,
    destination: Option<&str>,
) -> anyhow::Result<String> {
    let drafts = journal.existing_drafts(owner, sku.upc().as_slice()).await?;
    let Some(draft) = drafts.into_iter().find(|draft| draft.sku == *sku) else {
        return Ok("Forgotten.".to_owned());
    };
    let (job, entries) =
        (draft.job, journal.ledger_entries_for_upc(owner, destination.unwrap_or(CsvSink::NAME), draft.upc).await?);
    let name = entries.iter().find(|entry| entry.sku == *sku).and_then(|entry| CsvSink::file_of_row(&entry.payload));
    let folder = journal.job_summary(&job).await.ok().and_then(|summary| summary.spec).map(|spec| spec.output);
    let demo_file = folder.as_ref().zip(name.as_deref());
    let demo_file = demo_file.and_then(|(folder, name)| find_demo_file(folder.as_str(), name));
    if let Some(file) = demo_file {
        return Ok(format!("Forgotten. Its row is still in the demo file {}.", path_from_here(&file).display()));
    }
    let file = match (folder, name) {
        (Some(OutputLocation::Bucket(folder)), Some(name)) => format!("{}/{name}", folder.trim_end_matches('/')),
        (Some(OutputLocation::Folder(folder)), Some(name)) => {
            path_from_here(&Path::new(&folder).join(name)).display().to_string()
        }
        _ => format!("the drafts file of {job}"),
    };
    Ok(format!(
        "Forgotten. Its row is still in {file}: remove the row before you upload the file. If you have uploaded the \
         file, delete the draft in Seller Hub as well."
    ))
}

/// Returns the path of a drafts file that is marked as one of the demo.
fn find_demo_file(folder: &str, name: &str) -> Option<PathBuf> {
    Some(Path::new(folder).join(demo_file_name(name))).filter(|path| path.exists())
}

/// Deletes a draft on eBay. Returns a description of the result, and whether the draft is gone.
async fn delete_offer(ebay: Option<&EbayClient>, sku: &Sku) -> anyhow::Result<(String, bool)> {
    let Some(ebay) = ebay else { return Err(auth::missing_keyset_error()) };
    let result = DraftManager::new(ebay).delete_draft(sku).await?;
    Ok(match result {
        DeleteResult::Deleted => ("Deleted on eBay.".to_owned(), true),
        DeleteResult::OfferOnly => {
            let why = "The inventory item was not deleted, because another of your offers uses it.";
            (format!("The offer is deleted on eBay. {why}"), true)
        }
        DeleteResult::NotFound => ("eBay has no draft with this SKU.".to_owned(), true),
        DeleteResult::Live { listing_id } => {
            let id = listing_id.map(|id| format!(" as item {id}")).unwrap_or_default();
            (format!("the listing is live on eBay{id}. End the listing there first. Nothing was deleted."), false)
        }
    })
}
