//! Fetches the inventory items of SKUs. An item counts as absent only if eBay says so; nothing may be written while its
//! state is unknown.

use std::time::Duration;

use serde_json::Value;

use super::bulk_response::{BulkPart, BulkResponse, PendingCause, missing_part_message};
use super::bulk_retry::{BulkRetries, CallRound, PendingPart};
use super::bulk_split::call_with_splits;
use super::offers;
use super::retrying_client::RetryingClient;
use ebay::EbayError;
use upstream::batcher::BatchPolicy;

/// Maximum number of items per bulk call (Inventory API, bulkGetInventoryItem and bulkCreateOffer: "up to 25").
pub(super) const MAX_BULK_ITEMS: usize = 25;

/// Batching of listings. Calls are the cost of a batch on eBay, so a listing waits for announced listings, up to a time
/// after which one of them must have failed.
pub(super) const LISTING_BATCHES: BatchPolicy =
    BatchPolicy { max_size: MAX_BULK_ITEMS, window: Duration::from_mins(5), flush_when_complete: true };

/// State of a SKU's item on eBay.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RemoteItem {
    Present(Value),
    Absent,
    /// eBay does not say whether the item exists; the text is eBay's.
    Unknown(PendingCause, String),
}

/// Fetches the items of at most 25 SKUs, in their order. Repeats the request for items whose state is unknown.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer.
pub(super) async fn fetch_items(client: &RetryingClient, skus: &[&str]) -> Result<Vec<RemoteItem>, EbayError> {
    let mut items = vec![RemoteItem::Unknown(PendingCause::Fault, String::new()); skus.len()];
    let mut needed = (0..skus.len()).collect::<Vec<_>>();
    let mut retries = BulkRetries::start(client.max_wait);
    while !needed.is_empty() {
        let requested_skus = needed.iter().map(|index| skus[*index]).collect::<Vec<_>>();
        let mut round = retries.next_round();
        let fetched = fetch_items_once(client, &requested_skus, &mut round).await?;
        let mut pending = Vec::new();
        for (index, item) in needed.into_iter().zip(fetched) {
            if let RemoteItem::Unknown(cause, message) = &item {
                pending.push(PendingPart { index, cause: *cause, message: message.clone() });
            }
            items[index] = item;
        }
        retries.wait_for_next(client.ebay.upstream(), &round, &mut pending).await;
        needed = pending.into_iter().map(|part| part.index).collect();
    }
    Ok(items)
}

/// Fetches the items of at most 25 SKUs, in their order, in one round.
///
/// # Errors
/// Returns [`EbayError`] if eBay does not answer.
pub(super) async fn fetch_items_once(
    client: &RetryingClient,
    skus: &[&str],
    round: &mut CallRound,
) -> Result<Vec<RemoteItem>, EbayError> {
    let skus_of = |parts: &[usize]| parts.iter().map(|index| skus[*index]).collect::<Vec<_>>();
    let all = (0..skus.len()).collect::<Vec<_>>();
    // A single bad SKU can make eBay reject the whole call, or fail at it.
    let request = |parts: &[usize]| offers::bulk_get_items_request(&skus_of(parts));
    let sent = call_with_splits(client, &all, round, request).await;
    let mut items = vec![RemoteItem::Unknown(PendingCause::Fault, String::new()); skus.len()];
    for PendingPart { index, cause, message } in sent.unsent {
        items[index] = RemoteItem::Unknown(cause, message);
    }
    for (parts, answer) in sent.answers {
        for (index, item) in parts.iter().zip(parse_items(&answer?, &skus_of(&parts))) {
            items[*index] = item;
        }
    }
    Ok(items)
}

fn parse_items(response: &BulkResponse, skus: &[&str]) -> Vec<RemoteItem> {
    let Some(parts) = response.parts_for(skus) else { return vec![parse_whole(response); skus.len()] };
    let missing = || RemoteItem::Unknown(PendingCause::Fault, missing_part_message(&parts.unassigned));
    parts.by_sku.iter().map(|part| part.map_or_else(missing, parse_part)).collect()
}

fn parse_part(part: &BulkPart) -> RemoteItem {
    match part.inventory_item() {
        Some(item) => RemoteItem::Present(item.clone()),
        None if part.is_item_absent() => RemoteItem::Absent,
        None => RemoteItem::Unknown(PendingCause::Fault, part.error_message()),
    }
}

/// Parses an answer without parts, which can say that a single requested item is absent.
fn parse_whole(response: &BulkResponse) -> RemoteItem {
    if response.is_item_absent() {
        return RemoteItem::Absent;
    }
    unknown(response)
}

fn unknown(response: &BulkResponse) -> RemoteItem {
    RemoteItem::Unknown(response.failure_cause(), response.error_message())
}
