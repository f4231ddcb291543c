//! Covers go to eBay's own picture service, once for each picture: from there they stay as they are, and all of a
//! listing's pictures are of one kind (eBay refuses a mixture).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::shop::Shop;
use crate::answers::Question;
use crate::ebay::{Api, EBAY, EbayError};
use crate::http::Request;

/// A picture that goes so soon is taken in anew; pictures that no listing uses live about 30 days.
const MARGIN: Duration = Duration::from_hours(48);

#[derive(Serialize, Deserialize)]
struct Kept {
    address: String,
    until: Option<Timestamp>,
}

/// The address under which eBay shows a picture, and what is worth knowing where it is not eBay's own.
pub(super) async fn hosted(shop: &Shop, address: &str) -> Result<(String, Option<String>), EbayError> {
    // A picture that another seller has, or an imitation, stands in no listing of this one.
    let question = Question::new(EBAY, format!("picture:{}:{address}", shop.place));
    let known = shop.answers.look_up(std::slice::from_ref(&question)).await.unwrap_or_default();
    let kept = known.get(&question).and_then(|answer| serde_json::from_value::<Kept>(answer.found.clone()?).ok());
    if let Some(kept) = kept.filter(|kept| kept.until.is_none_or(|until| until > Timestamp::now() + MARGIN)) {
        return Ok((kept.address, None));
    }
    match take_in(shop, address).await {
        Ok(kept) => {
            let row = [(question, serde_json::to_value(&kept).ok())];
            if let Err(error) = shop.answers.keep(&row, Timestamp::now()).await {
                tracing::warn!(%error, "the address of a picture cannot be kept; it is taken in again next time");
            }
            Ok((kept.address, None))
        }
        Err(error) if error.closes() && !matches!(error, EbayError::Spent { .. }) => Err(error),
        // Any https address may stand in a listing; what was found out about it is that it is a picture of the size.
        Err(error) if address.starts_with("https://") => Ok((
            address.to_owned(),
            Some(format!("the cover stays where it is, since eBay did not take it in: {error}")),
        )),
        Err(error) => Err(error),
    }
}

async fn take_in(shop: &Shop, address: &str) -> Result<Kept, EbayError> {
    let request = Request::path(["commerce", "media", "v1_beta", "image", "create_image_from_url"])
        .post()
        .json(&json!({ "imageUrl": address }));
    let answer = shop.ask(Api::Media, request).await?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let hosted = text("imageUrl").filter(|hosted| hosted.starts_with("https://"));
    let hosted = hosted.ok_or_else(|| EbayError::Unreadable { what: "no address of the picture".to_owned() })?;
    Ok(Kept { address: hosted.to_owned(), until: text("expirationDate").and_then(|until| until.parse().ok()) })
}
