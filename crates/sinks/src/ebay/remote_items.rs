//! Fetches the inventory items of SKUs. An item is absent only if eBay says so: if eBay does not say, nothing may be
//! written.

use std::time::Duration;

use serde_json::Value;

use super::bulk_response::{BulkPart, BulkResponse};
use super::offers;
use super::retrying_client::RetryingClient;
use ebay::EbayError;
use upstream::batcher::BatchPolicy;
use upstream::retry::{RetryAdvice, RetryPolicy};

/// Maximum items of one bulk call (Inventory API, bulkGetInventoryItem and bulkCreateOffer: "up to 25").
pub(super) const MAX_BULK_ITEMS: usize = 25;

/// When listings leave together. Calls are what a batch at eBay costs, so a listing waits for others while more are on
/// their way, up to a time after which one of them must have failed.
pub(super) const LISTING_BATCHES: BatchPolicy =
    BatchPolicy { max_size: MAX_BULK_ITEMS, window: Duration::from_mins(5), flush_when_complete: true };

/// Maximum retries for items of which eBay said nothing.
const MAX_LOOKUP_RETRIES: u32 = 3;

/// Wait before the first retry; it doubles up to [`MAX_LOOKUP_WAIT`].
const FIRST_LOOKUP_WAIT: Duration = Duration::from_millis(500);
const MAX_LOOKUP_WAIT: Duration = Duration::from_secs(2);

/// What eBay says of the item of one SKU.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RemoteItem {
    Present(Value),
    Absent,
    /// eBay does not say; the text is eBay's.
    Unknown(String),
}

impl RemoteItem {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

/// Fetches the items of these SKUs, at most 25, in their order. Asks again for those of which eBay says nothing.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer.
pub(super) async fn fetch_items(client: &RetryingClient, skus: &[&str]) -> Result<Vec<RemoteItem>, EbayError> {
    let mut items = vec![RemoteItem::Unknown(String::new()); skus.len()];
    let policy = RetryPolicy::exponential(FIRST_LOOKUP_WAIT, MAX_LOOKUP_WAIT).with_max_retries(MAX_LOOKUP_RETRIES);
    let mut retries = policy.start();
    loop {
        let open = (0..skus.len()).filter(|index| items[*index].is_unknown()).collect::<Vec<_>>();
        let open_skus = open.iter().map(|index| skus[*index]).collect::<Vec<_>>();
        let fetched = fetch_items_once(client, &open_skus).await?;
        open.into_iter().zip(fetched).for_each(|(index, item)| items[index] = item);
        if !items.iter().any(RemoteItem::is_unknown) || !retries.wait(RetryAdvice::Retry).await {
            return Ok(items);
        }
    }
}

async fn fetch_items_once(client: &RetryingClient, skus: &[&str]) -> Result<Vec<RemoteItem>, EbayError> {
    let response = match client.call_bulk(offers::bulk_get_items_request(skus)).await {
        Ok(response) => response,
        Err(EbayError::InvalidResponse { what }) => return Ok(vec![RemoteItem::Unknown(what); skus.len()]),
        Err(error) => return Err(error),
    };
    if let Some(parts) = response.parts_for(skus) {
        let missing = || RemoteItem::Unknown(format!("eBay's answer says nothing of it; {}", parts.unassigned));
        return Ok(parts.by_sku.iter().map(|part| part.map_or_else(missing, parse_part)).collect());
    }
    // One bad SKU can make eBay refuse the whole call, so each SKU gets a call.
    if response.status == 400 && skus.len() > 1 {
        let mut items = Vec::with_capacity(skus.len());
        for sku in skus {
            items.extend(Box::pin(fetch_items_once(client, &[*sku])).await?);
        }
        return Ok(items);
    }
    Ok(vec![parse_whole(&response); skus.len()])
}

fn parse_part(part: &BulkPart) -> RemoteItem {
    match part.inventory_item() {
        Some(item) => RemoteItem::Present(item.clone()),
        None if part.is_item_absent() => RemoteItem::Absent,
        None => RemoteItem::Unknown(part.error_message()),
    }
}

/// Reads an answer without parts, which may say of all SKUs that their items are absent.
fn parse_whole(response: &BulkResponse) -> RemoteItem {
    if response.is_item_absent() { RemoteItem::Absent } else { RemoteItem::Unknown(response.error_message()) }
}
