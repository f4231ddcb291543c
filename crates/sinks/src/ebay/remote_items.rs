//! What eBay holds of SKUs. Only what eBay itself calls absent is absent: where it does not say, nobody may write.

use std::time::Duration;

use serde_json::Value;

use super::bulk_response::{BulkResponse, is_part_absent, part_message};
use super::offers;
use super::retrying_client::RetryingClient;
use ebay::EbayError;

/// Further tries for what was not told, and the first wait, which doubles.
const MAX_LOOKUP_RETRIES: u32 = 4;
const FIRST_LOOKUP_WAIT: Duration = Duration::from_millis(500);

/// What eBay says of the item of one SKU.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RemoteItem {
    Present(Value),
    Absent,
    /// It does not say; the words are its own.
    Unknown(String),
}

/// The items of these SKUs, at most 25, in their order; what is not told is asked for again.
///
/// # Errors
/// [`EbayError`] where eBay does not answer at all.
pub(super) async fn fetch_items(line: &RetryingClient, skus: &[&str]) -> Result<Vec<RemoteItem>, EbayError> {
    let mut seen = vec![RemoteItem::Unknown(String::new()); skus.len()];
    let mut wait = FIRST_LOOKUP_WAIT;
    for tries_left in (0..MAX_LOOKUP_RETRIES).rev() {
        let open = (0..skus.len()).filter(|at| matches!(seen[*at], RemoteItem::Unknown(_))).collect::<Vec<_>>();
        let asked = open.iter().map(|at| skus[*at]).collect::<Vec<_>>();
        let messages = fetch_items_once(line, &asked).await?;
        open.into_iter().zip(messages).for_each(|(at, messages)| seen[at] = messages);
        if tries_left == 0 || !seen.iter().any(|seen| matches!(seen, RemoteItem::Unknown(_))) {
            break;
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    Ok(seen)
}

async fn fetch_items_once(line: &RetryingClient, skus: &[&str]) -> Result<Vec<RemoteItem>, EbayError> {
    let whole = match line.call_bulk(offers::bulk_get_items_request(skus)).await {
        Ok(whole) => whole,
        Err(EbayError::InvalidResponse { what }) => return Ok(vec![RemoteItem::Unknown(what); skus.len()]),
        Err(error) => return Err(error),
    };
    if let Some(parts) = whole.parts_for(skus) {
        let untold = || RemoteItem::Unknown(format!("eBay's answer says nothing of it; {}", parts.unassigned));
        return Ok(parts.by_sku.iter().map(|part| part.map_or_else(untold, parse_part)).collect());
    }
    // One bad SKU can make eBay refuse the whole: each is then asked for by itself.
    if whole.status == 400 && skus.len() > 1 {
        let mut seen = Vec::with_capacity(skus.len());
        for sku in skus {
            seen.extend(Box::pin(fetch_items_once(line, &[*sku])).await?);
        }
        return Ok(seen);
    }
    Ok(vec![parse_whole(&whole); skus.len()])
}

fn parse_part(part: &Value) -> RemoteItem {
    match part.get("inventoryItem").filter(|item| item.is_object()) {
        Some(item) => RemoteItem::Present(item.clone()),
        None if is_part_absent(part) => RemoteItem::Absent,
        None => RemoteItem::Unknown(part_message(part)),
    }
}

/// That none is there may be said of the whole.
fn parse_whole(whole: &BulkResponse) -> RemoteItem {
    if whole.is_item_absent() { RemoteItem::Absent } else { RemoteItem::Unknown(whole.error_message()) }
}
