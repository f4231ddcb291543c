//! Covers go to eBay's own picture service, once for each picture: from there they stay as they are, and all of a
//! listing's pictures are of one kind (eBay refuses a mixture).

use parking_lot::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::context::InventoryContext;
use super::retrying_client::RetryingClient;
use ebay::{Api, EBAY, EbayError};
use store::response_cache::CacheKey;
use upstream::UpstreamRequest;

/// A picture that goes so soon is taken in anew; pictures that no listing uses live about 30 days.
const EXPIRY_MARGIN: Duration = Duration::from_hours(48);

/// A picture that has another address waits no longer for its turn and its answer together.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(1);

/// A service that did not answer is left alone for so long; meanwhile pictures stay where they are.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_mins(5);

/// EBay's picture service, as this job has met it.
#[derive(Default)]
pub(super) struct ImageHosting {
    paused_until: Mutex<Option<Instant>>,
}

impl ImageHosting {
    fn is_paused(&self) -> bool {
        let until = *self.paused_until.lock();
        until.is_some_and(|until| Instant::now() < until)
    }

    fn pause(&self) {
        *self.paused_until.lock() = Some(Instant::now() + PAUSE_AFTER_FAILURE);
    }
}

#[derive(Serialize, Deserialize)]
struct HostedImage {
    address: String,
    #[serde(rename = "until")]
    expires_at: Option<Timestamp>,
}

/// The address under which eBay shows a picture, and what is worth knowing where it is not eBay's own.
pub(super) async fn ensure_hosted(
    shop: &InventoryContext,
    address: &str,
) -> Result<(String, Option<String>), EbayError> {
    // A picture that another seller has, or an imitation, stands in no listing of this one.
    let question = CacheKey::new(EBAY, format!("picture:{}:{address}", shop.account_key));
    let known = shop.response_cache.get_many(std::slice::from_ref(&question)).await.unwrap_or_default();
    let stored =
        known.get(&question).and_then(|answer| serde_json::from_value::<HostedImage>(answer.value.clone()?).ok());
    if let Some(stored) =
        stored.filter(|stored| stored.expires_at.is_none_or(|until| until > Timestamp::now() + EXPIRY_MARGIN))
    {
        return Ok((stored.address, None));
    }
    // Any https address may stand in a listing; what was found out about it is that it is a picture of the size.
    let stays = |why: String| {
        let note = format!("the cover stays where it is, since eBay did not take it in: {why}");
        Ok((address.to_owned(), Some(note)))
    };
    let has_another_way = address.starts_with("https://");
    let taken = if has_another_way {
        try_upload(shop, address).await
    } else {
        UploadAttempt::Completed(upload_image(&shop.client, address).await)
    };
    match taken {
        UploadAttempt::Completed(Ok(stored)) => {
            let row = [(question, serde_json::to_value(&stored).ok())];
            if let Err(error) = shop.response_cache.put_many(&row, Timestamp::now()).await {
                tracing::warn!(%error, "the address of a picture cannot be kept; it is taken in again next time");
            }
            Ok((stored.address, None))
        }
        UploadAttempt::Completed(Err(error))
            if error.is_terminal() && !matches!(error, EbayError::QuotaExhausted { .. }) =>
        {
            Err(error)
        }
        UploadAttempt::Completed(Err(error)) if !has_another_way => Err(error),
        UploadAttempt::Completed(Err(error)) => stays(error.to_string()),
        UploadAttempt::Unavailable => stays("its picture service does not answer".to_owned()),
    }
}

/// What came of a picture that nobody waits long for.
enum UploadAttempt {
    Completed(Result<HostedImage, EbayError>),
    /// The service does not answer, or is left alone since it did not.
    Unavailable,
}

/// One try, within bounds: a service that is out of order holds up the first pictures of a job and not all.
async fn try_upload(shop: &InventoryContext, address: &str) -> UploadAttempt {
    if shop.image_hosting.is_paused() {
        return UploadAttempt::Unavailable;
    }
    let line = shop.client.without_retry();
    let messages = timeout(UPLOAD_TIMEOUT, upload_image(&line, address)).await;
    let is_out = match &messages {
        Ok(Err(EbayError::Http(error))) => error.is_transient(),
        Ok(Err(EbayError::InvalidResponse { .. })) | Err(_) => true,
        Ok(_) => false,
    };
    if is_out {
        shop.image_hosting.pause();
    }
    messages.map_or(UploadAttempt::Unavailable, UploadAttempt::Completed)
}

async fn upload_image(line: &RetryingClient, address: &str) -> Result<HostedImage, EbayError> {
    let request = UpstreamRequest::for_path(["commerce", "media", "v1_beta", "image", "create_image_from_url"])
        .post()
        .json(&json!({ "imageUrl": address }));
    let answer = line.request_json(Api::Media, request).await?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let hosted = text("imageUrl").filter(|hosted| hosted.starts_with("https://"));
    let hosted = hosted.ok_or_else(|| EbayError::InvalidResponse { what: "no address of the picture".to_owned() })?;
    Ok(HostedImage {
        address: hosted.to_owned(),
        expires_at: text("expirationDate").and_then(|until| until.parse().ok()),
    })
}
