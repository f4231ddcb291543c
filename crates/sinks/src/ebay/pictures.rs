//! Covers go to eBay's own picture service, once for each picture: from there they stay as they are, and all of a
//! listing's pictures are of one kind (eBay refuses a mixture).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::line::Line;
use super::shop::Shop;
use ebay::{Api, EBAY, EbayError};
use store::response_cache::Question;
use upstream::Request;

/// A picture that goes so soon is taken in anew; pictures that no listing uses live about 30 days.
const MARGIN: Duration = Duration::from_hours(48);

/// A picture that has another address waits no longer for its turn and its answer together.
const PATIENCE: Duration = Duration::from_mins(1);

/// A service that did not answer is left alone for so long; meanwhile pictures stay where they are.
const REST: Duration = Duration::from_mins(5);

/// EBay's picture service, as this job has met it.
#[derive(Default)]
pub(super) struct PictureService {
    rests_until: Mutex<Option<Instant>>,
}

impl PictureService {
    fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }
}

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
    // Any https address may stand in a listing; what was found out about it is that it is a picture of the size.
    let stays = |why: String| {
        let note = format!("the cover stays where it is, since eBay did not take it in: {why}");
        Ok((address.to_owned(), Some(note)))
    };
    let has_another_way = address.starts_with("https://");
    let taken =
        if has_another_way { briefly(shop, address).await } else { Brief::Told(take_in(&shop.line, address).await) };
    match taken {
        Brief::Told(Ok(kept)) => {
            let row = [(question, serde_json::to_value(&kept).ok())];
            if let Err(error) = shop.answers.keep(&row, Timestamp::now()).await {
                tracing::warn!(%error, "the address of a picture cannot be kept; it is taken in again next time");
            }
            Ok((kept.address, None))
        }
        Brief::Told(Err(error)) if error.closes() && !matches!(error, EbayError::Spent { .. }) => Err(error),
        Brief::Told(Err(error)) if !has_another_way => Err(error),
        Brief::Told(Err(error)) => stays(error.to_string()),
        Brief::Rests => stays("its picture service does not answer".to_owned()),
    }
}

/// What came of a picture that nobody waits long for.
enum Brief {
    Told(Result<Kept, EbayError>),
    /// The service does not answer, or is left alone since it did not.
    Rests,
}

/// One try, within bounds: a service that is out of order holds up the first pictures of a job and not all.
async fn briefly(shop: &Shop, address: &str) -> Brief {
    if shop.pictures.rests() {
        return Brief::Rests;
    }
    let line = shop.line.at_once();
    let told = timeout(PATIENCE, take_in(&line, address)).await;
    let is_out = match &told {
        Ok(Err(EbayError::Http(error))) => error.may_pass(),
        Ok(Err(EbayError::Unreadable { .. })) | Err(_) => true,
        Ok(_) => false,
    };
    if is_out {
        shop.pictures.rest();
    }
    told.map_or(Brief::Rests, Brief::Told)
}

async fn take_in(line: &Line, address: &str) -> Result<Kept, EbayError> {
    let request = Request::path(["commerce", "media", "v1_beta", "image", "create_image_from_url"])
        .post()
        .json(&json!({ "imageUrl": address }));
    let answer = line.ask(Api::Media, request).await?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let hosted = text("imageUrl").filter(|hosted| hosted.starts_with("https://"));
    let hosted = hosted.ok_or_else(|| EbayError::Unreadable { what: "no address of the picture".to_owned() })?;
    Ok(Kept { address: hosted.to_owned(), until: text("expirationDate").and_then(|until| until.parse().ok()) })
}
