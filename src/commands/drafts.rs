//! `draft-maker drafts`: the drafts that Draft Maker created at eBay, as eBay reports them.

use std::fmt::Write;
use std::process::ExitCode;

use super::auth;
use crate::cli::{DraftsArgs, OutputFormat};
use crate::commands::confirm::require_confirmation;
use crate::commands::output::{print_json, print_stdout};
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use domain::site::Site;
use domain::sku::Sku;
use sinks::ebay::{DeleteResult, DraftManager, RemoteDraft, identify_seller};
use sinks::{CsvSink, InventorySink, ItemDraftSink};
use store::journal::{Journal, SellerAccount};

pub(super) async fn list_or_delete_drafts(
    config: &Config,
    args: &DraftsArgs,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    if let Some(sku) = &args.delete {
        require_confirmation(&format!("Delete the draft of {sku}?"), args.yes)?;
        return delete_draft(config, sku, format).await;
    }
    let ebay = auth::connect_ebay(config).await?;
    let held = DraftManager::new(&ebay).list_drafts().await?;
    match format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string_pretty(&held)?)),
        OutputFormat::Text => print_stdout(&format_drafts_table(&held)),
    }
}

fn format_drafts_table(held: &[RemoteDraft]) -> String {
    if held.is_empty() {
        return "No drafts created by Draft Maker are on eBay. Drafts for Seller Hub are in the drafts file of the batch.\n".to_owned();
    }
    let mut text = format!("{:<18} {:<12} {:>14} {:>4}  {:<16} title\n", "sku", "state", "price", "qty", "offer");
    for draft in held {
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

/// Deletes a draft at its destination, then in the ledger, so that the item can be drafted again.
async fn delete_draft(config: &Config, sku: &Sku, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let journal = Journal::open(config.store_location()?).await?;
    let settings = config.section::<ebay::Settings>("ebay")?;
    let owner = if settings.has_keyset() {
        identify_seller(&auth::connect_ebay(config).await?, &journal).await
    } else {
        SellerAccount::anonymous(settings.environment_id())
    };
    let route = journal.find_ledger_sink(&owner, sku).await?;
    let (destination, site) = route.as_deref().map(Site::parse_ledger_name).unzip();
    if let Some(other) = site.filter(|site| destination == Some(InventorySink::NAME) && *site != settings.site) {
        anyhow::bail!(
            "the draft of {sku} is at {other}, and ebay.marketplace is {}\nfix: set it to {other} (EBAY_MARKETPLACE), then \
             delete the draft",
            settings.site
        );
    }
    let message = match destination {
        Some(CsvSink::NAME) => {
            "Forgotten. If you uploaded its drafts file, delete the draft in Seller Hub as well.".to_owned()
        }
        Some(ItemDraftSink::NAME) => "Forgotten. Delete the draft in Seller Hub > Drafts as well.".to_owned(),
        Some(InventorySink::NAME) | None => {
            match DraftManager::new(&auth::connect_ebay(config).await?).delete_draft(sku).await? {
                DeleteResult::Deleted => "Deleted on eBay.".to_owned(),
                DeleteResult::OfferOnly => {
                    "The offer is deleted on eBay. The inventory item stays, because another offer of yours uses it."
                        .to_owned()
                }
                DeleteResult::NotFound => "eBay has no draft with this SKU.".to_owned(),
                DeleteResult::Live { listing_id } => {
                    let id = listing_id.map(|id| format!(" as item {id}")).unwrap_or_default();
                    let message =
                        format!("the listing is live on eBay{id}. End the listing there first. Nothing was deleted.");
                    print_deletion(sku, route.as_deref(), &message, format)?;
                    return Ok(ExitCode::from(3));
                }
            }
        }
        Some(other) => format!("Forgotten. It went to {other}."),
    };
    journal.delete_ledger_entry(&owner, sku).await?;
    journal.close().await;
    print_deletion(sku, route.as_deref(), &message, format)
}

fn print_deletion(
    sku: &Sku,
    destination: Option<&str>,
    message: &str,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    match format {
        OutputFormat::Text => print_stdout(&format!("{sku}: {message}\n")),
        OutputFormat::Json => {
            let sku = sku.to_string();
            print_json(&serde_json::json!({ "sku": sku, "destination": destination, "message": message }))
        }
    }
}
