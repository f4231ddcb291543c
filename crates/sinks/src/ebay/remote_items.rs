//! Fetches the inventory items of SKUs. An item is absent only if eBay says so: if eBay does not say, nothing may be
//! written.

use std::time::Duration;

use serde_json::Value;

use super::bulk_response::{BulkPart, BulkResponse, OpenCause};
use super::bulk_retry::{BulkRetries, CallRound, OpenParts, halves};
use super::offers;
use super::retrying_client::RetryingClient;
use ebay::EbayError;
use upstream::batcher::BatchPolicy;

/// Maximum items of one bulk call (Inventory API, bulkGetInventoryItem and bulkCreateOffer: "up to 25").
pub(super) const MAX_BULK_ITEMS: usize = 25;

/// When listings leave together. Calls are what a batch at eBay costs, so a listing waits for others while more are on
/// their way, up to a time after which one of them must have failed.
pub(super) const LISTING_BATCHES: BatchPolicy =
    BatchPolicy { max_size: MAX_BULK_ITEMS, window: Duration::from_mins(5), flush_when_complete: true };

/// What eBay says of the item of one SKU.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RemoteItem {
    Present(Value),
    Absent,
    /// eBay does not say; the text is eBay's.
    Unknown(OpenCause, String),
}

/// Fetches the items of these SKUs, at most 25, in their order. Asks again for those of which eBay says nothing.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer.
pub(super) async fn fetch_items(client: &RetryingClient, skus: &[&str]) -> Result<Vec<RemoteItem>, EbayError> {
    let mut items = vec![RemoteItem::Unknown(OpenCause::Fault, String::new()); skus.len()];
    let mut needed = (0..skus.len()).collect::<Vec<_>>();
    let mut retries = BulkRetries::start(client.max_wait);
    while !needed.is_empty() {
        let asked = needed.iter().map(|index| skus[*index]).collect::<Vec<_>>();
        let mut round = retries.next_round();
        let fetched = fetch_items_once(client, &asked, &mut round).await?;
        let mut open = OpenParts::new();
        for (index, item) in needed.into_iter().zip(fetched) {
            if let RemoteItem::Unknown(cause, message) = &item {
                open.push((index, *cause, message.clone()));
            }
            items[index] = item;
        }
        retries.wait_for_next(&round, &mut open).await;
        needed = open.into_iter().map(|(index, ..)| index).collect();
    }
    Ok(items)
}

async fn fetch_items_once(
    client: &RetryingClient,
    skus: &[&str],
    round: &mut CallRound,
) -> Result<Vec<RemoteItem>, EbayError> {
    let response = client.call_bulk(offers::bulk_get_items_request(skus)).await?;
    let is_failure = response.is_failure();
    round.is_answered |= !is_failure;
    if let Some(parts) = response.parts_for(skus) {
        let message = || format!("eBay's answer does not mention it; {}", parts.unassigned);
        let missing = || RemoteItem::Unknown(OpenCause::Fault, message());
        return Ok(parts.by_sku.iter().map(|part| part.map_or_else(missing, parse_part)).collect());
    }
    // One bad SKU can make eBay refuse the whole call, or fail at it.
    if skus.len() > 1 {
        let mut items = Vec::with_capacity(skus.len());
        for half in halves(skus) {
            if round.may_continue() {
                items.extend(Box::pin(fetch_items_once(client, half, round)).await?);
            } else {
                items.extend(half.iter().map(|_| unknown(&response)));
            }
        }
        return Ok(items);
    }
    if is_failure {
        round.record_single_fault();
    }
    Ok(vec![parse_whole(&response); skus.len()])
}

fn parse_part(part: &BulkPart) -> RemoteItem {
    match part.inventory_item() {
        Some(item) => RemoteItem::Present(item.clone()),
        None if part.is_item_absent() => RemoteItem::Absent,
        None => RemoteItem::Unknown(OpenCause::Fault, part.error_message()),
    }
}

/// Reads an answer without parts, which may say of a single SKU that its item is absent.
fn parse_whole(response: &BulkResponse) -> RemoteItem {
    if response.is_item_absent() {
        return RemoteItem::Absent;
    }
    unknown(response)
}

fn unknown(response: &BulkResponse) -> RemoteItem {
    RemoteItem::Unknown(response.failure_cause(), response.error_message())
}
