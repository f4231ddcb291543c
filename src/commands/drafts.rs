//! What eBay holds of ours, as eBay says it.

use std::fmt::Write;
use std::process::ExitCode;

use super::{auth, print};
use crate::cli::{DraftsArgs, PlainFormat};
use crate::config::{Batch, Config};
use crate::headless::clean;
use domain::sku::Sku;
use sinks::ebay::{Deleted, Held, Shelf, seller};
use sinks::{DraftsFile, Inventory, ItemDrafts};
use store::journal::{Journal, Seller};

pub(super) async fn drafts(config: &Config, args: &DraftsArgs) -> anyhow::Result<ExitCode> {
    if let Some(sku) = &args.delete {
        return delete(config, sku).await;
    }
    let ebay = auth::ebay(config).await?;
    let held = Shelf::of(&ebay).all().await?;
    match args.format {
        PlainFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&held)?)),
        PlainFormat::Text => print(&table(&held)),
    }
}

fn table(held: &[Held]) -> String {
    if held.is_empty() {
        return "eBay holds no drafts of ours; what went into a drafts file stands in the file\n".to_owned();
    }
    let mut text = format!("{:<18} {:<12} {:>14} {:>4}  {:<16} title\n", "sku", "state", "price", "qty", "offer");
    for draft in held {
        let show = |value: &Option<String>| clean(value.as_deref().unwrap_or("-")).into_owned();
        let quantity = draft.quantity.map_or_else(|| "-".to_owned(), |quantity| quantity.to_string());
        let _ = writeln!(
            text,
            "{:<18} {:<12} {:>14} {quantity:>4}  {:<16} {}",
            clean(&draft.sku),
            clean(&draft.state),
            show(&draft.price),
            show(&draft.offer_id),
            show(&draft.title)
        );
    }
    text
}

/// Takes the draft away where it went, then out of the ledger, so that the item may be drafted anew.
async fn delete(config: &Config, sku: &Sku) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    let journal = Journal::open(&data_dir).await?;
    let settings = config.section::<ebay::Settings>("ebay")?;
    let owner = if settings.has_keyset() {
        seller(&auth::ebay(config).await?, &journal).await
    } else {
        Seller::unknown(settings.place())
    };
    let route = journal.ledger_route(&owner, sku).await?;
    let words = match route.as_deref() {
        Some(DraftsFile::SINK) => {
            "Given up; where its drafts file was uploaded, delete the draft in Seller Hub as well.".to_owned()
        }
        Some(ItemDrafts::SINK) => "Given up; delete the draft in Seller Hub's Drafts as well.".to_owned(),
        Some(Inventory::SINK) | None => match Shelf::of(&auth::ebay(config).await?).delete(sku).await? {
            Deleted::Gone => "Deleted at eBay.".to_owned(),
            Deleted::OfferOnly => {
                "Our offer is deleted at eBay; the item stays, for another offer of yours stands on it.".to_owned()
            }
            Deleted::NotThere => "EBay holds nothing under this SKU.".to_owned(),
            Deleted::Live { listing_id } => {
                let id = listing_id.map(|id| format!(" as item {id}")).unwrap_or_default();
                print(&format!("{sku} is live on eBay{id}: end the listing there first. Nothing was deleted.\n"))?;
                return Ok(ExitCode::from(3));
            }
        },
        Some(other) => format!("Given up; it went to {other}."),
    };
    journal.ledger_strike(&owner, sku).await?;
    journal.close().await;
    print(&format!("{sku}: {words}\n"))
}
