//! Suggests adding the seller's own photos to the drafts of a batch on eBay.

use domain::job_projection::JobProjection;
use domain::outcome::Status;
use domain::upc::Upc;
use parking_lot::RwLock;
use store::StoreDatabaseError;
use store::location::StoreLocation;
use store::photo_store::PhotoStore;

use crate::config::Config;

/// Number of items whose photos are read at once.
const ITEMS_PER_READ: usize = 500;

/// Returns the items for which a batch created drafts on eBay. Empty if its destination is a file.
fn items_drafted_on_ebay(projection: &JobProjection) -> Vec<Upc> {
    let is_on_ebay = projection.spec.as_ref().is_some_and(|spec| spec.sink.needs_account());
    let drafted = projection.items().iter().filter(|item| is_on_ebay && item.status == Some(Status::Drafted));
    drafted.map(|item| item.upc).collect()
}

/// Formats the command that adds photos to the drafts of a batch, with `flags` that find it. Empty if each of its drafts
/// on eBay has photos, or if the photo records cannot be read, because the batch itself has succeeded.
pub(super) async fn format_photo_hint(config: &Config, projection: &RwLock<JobProjection>, flags: &str) -> String {
    let items = items_drafted_on_ebay(&projection.read());
    if items.is_empty() {
        return String::new();
    }
    let (Ok(location), Ok(settings)) = (config.store_location(), config.section::<ebay::Settings>("ebay")) else {
        return String::new();
    };
    match has_draft_without_photos(&location, &settings.environment_id(), &items).await {
        Ok(true) => format!("\nTo add your own photos to the drafts:\n  draft-maker photos FOLDER{flags}\n"),
        Ok(false) => String::new(),
        Err(error) => {
            tracing::warn!(%error, "cannot read the records of photos, so the summary does not suggest adding photos");
            String::new()
        }
    }
}

/// Returns whether one of the items has no photo of the seller.
async fn has_draft_without_photos(
    location: &StoreLocation,
    environment_id: &str,
    items: &[Upc],
) -> Result<bool, StoreDatabaseError> {
    let photos = PhotoStore::open_read_only(location).await?;
    for chunk in items.chunks(ITEMS_PER_READ) {
        if photos.photos_by_upc(environment_id, chunk).await?.len() < chunk.len() {
            return Ok(true);
        }
    }
    Ok(false)
}
