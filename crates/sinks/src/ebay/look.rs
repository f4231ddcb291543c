//! What eBay holds of SKUs. Only what eBay itself calls absent is absent: where it does not say, nobody may write.

use std::time::Duration;

use serde_json::Value;

use super::line::Line;
use super::offers;
use super::parts::{Whole, says_absent, words};
use ebay::EbayError;

/// Further tries for what was not told, and the first wait, which doubles.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What eBay says of the item of one SKU.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    There(Value),
    Absent,
    /// It does not say; the words are its own.
    Untold(String),
}

/// The items of these SKUs, at most 25, in their order; what is not told is asked for again.
///
/// # Errors
/// [`EbayError`] where eBay does not answer at all.
pub(super) async fn items(line: &Line, skus: &[&str]) -> Result<Vec<Seen>, EbayError> {
    let mut seen = vec![Seen::Untold(String::new()); skus.len()];
    let mut wait = FIRST_WAIT;
    for tries_left in (0..TRIES).rev() {
        let open = (0..skus.len()).filter(|at| matches!(seen[*at], Seen::Untold(_))).collect::<Vec<_>>();
        let asked = open.iter().map(|at| skus[*at]).collect::<Vec<_>>();
        let told = once(line, &asked).await?;
        open.into_iter().zip(told).for_each(|(at, told)| seen[at] = told);
        if tries_left == 0 || !seen.iter().any(|seen| matches!(seen, Seen::Untold(_))) {
            break;
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    Ok(seen)
}

async fn once(line: &Line, skus: &[&str]) -> Result<Vec<Seen>, EbayError> {
    let whole = match line.bulk(offers::items(skus)).await {
        Ok(whole) => whole,
        Err(EbayError::Unreadable { what }) => return Ok(vec![Seen::Untold(what); skus.len()]),
        Err(error) => return Err(error),
    };
    if let Some(parts) = whole.parts(skus) {
        let untold = || Seen::Untold(format!("eBay's answer says nothing of it; {}", parts.loose));
        return Ok(parts.each.iter().map(|part| part.map_or_else(untold, see)).collect());
    }
    // One bad SKU can make eBay refuse the whole: each is then asked for by itself.
    if whole.status == 400 && skus.len() > 1 {
        let mut seen = Vec::with_capacity(skus.len());
        for sku in skus {
            seen.extend(Box::pin(once(line, &[*sku])).await?);
        }
        return Ok(seen);
    }
    Ok(vec![see_whole(&whole); skus.len()])
}

fn see(part: &Value) -> Seen {
    match part.get("inventoryItem").filter(|item| item.is_object()) {
        Some(item) => Seen::There(item.clone()),
        None if says_absent(part) => Seen::Absent,
        None => Seen::Untold(words(part)),
    }
}

/// That none is there may be said of the whole.
fn see_whole(whole: &Whole) -> Seen {
    if whole.says_absent() { Seen::Absent } else { Seen::Untold(whole.words()) }
}
