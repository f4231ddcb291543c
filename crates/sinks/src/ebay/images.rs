//! Uploads each cover once to eBay's picture service. eBay then shows its own copy, and all pictures of a listing have
//! the same kind of address (eBay rejects a mix).

use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::retrying_client::RetryingClient;
use super::wire::{self, UploadedImage};
use ebay::{Api, EBAY, EbayError};
use store::response_cache::{CacheKey, ResponseCache};
use upstream::UpstreamRequest;

/// A picture that expires within this time is uploaded again. eBay deletes pictures that no listing uses after about 30
/// days.
const EXPIRY_MARGIN: Duration = Duration::from_hours(48);

/// Maximum time that a draft waits for the upload of a picture that also has another address.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(1);

/// Pause of uploads after the picture service did not answer. Meanwhile drafts keep the original addresses.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_mins(5);

/// Client of eBay's picture service for one job.
pub(super) struct ImageHosting {
    client: RetryingClient,
    cache: ResponseCache,
    /// eBay environment and seller. A listing cannot use a picture of another seller or of the eBay sandbox.
    seller_scope: String,
    paused_until: Mutex<Option<Instant>>,
}

/// A picture on eBay, as stored in the response cache.
#[derive(Serialize, Deserialize)]
pub(super) struct HostedImage {
    pub(super) address: String,
    #[serde(rename = "until")]
    pub(super) expires_at: Option<Timestamp>,
}

impl ImageHosting {
    pub(super) fn new(client: RetryingClient, cache: ResponseCache, seller_scope: String) -> Self {
        Self { client, cache, seller_scope, paused_until: Mutex::default() }
    }

    fn is_paused(&self) -> bool {
        let until = *self.paused_until.lock();
        until.is_some_and(|until| Instant::now() < until)
    }

    fn pause(&self) {
        *self.paused_until.lock() = Some(Instant::now() + PAUSE_AFTER_FAILURE);
    }

    /// Returns the picture's address on eBay. If this is still the original address, also returns the reason.
    ///
    /// # Errors
    /// Returns [`EbayError`] if no call can succeed, or if the picture has no address that a listing may use.
    pub(super) async fn ensure_hosted(&self, address: &str) -> Result<(String, Option<String>), EbayError> {
        let key = CacheKey::new(EBAY, format!("picture:{}:{address}", self.seller_scope));
        if let Some(hosted) = self.cached_image(&key).await {
            return Ok((hosted.address, None));
        }
        // A listing may use any https address. Matching has already checked that the picture is large enough.
        let keep_original = |why: String| Ok((address.to_owned(), Some(why)));
        let has_fallback = address.starts_with("https://");
        let attempt = if has_fallback {
            self.try_upload(address).await
        } else {
            UploadAttempt::Completed(upload_image(&self.client, address).await)
        };
        match attempt {
            UploadAttempt::Completed(Ok(hosted)) => {
                self.cache.put_values([(key, Some(&hosted))]).await;
                Ok((hosted.address, None))
            }
            UploadAttempt::Completed(Err(error))
                if error.is_terminal() && !matches!(error, EbayError::QuotaExhausted { .. }) =>
            {
                Err(error)
            }
            UploadAttempt::Completed(Err(error)) if !has_fallback => Err(error),
            UploadAttempt::Completed(Err(error)) => keep_original(error.to_string()),
            UploadAttempt::Unavailable => keep_original("its picture service does not answer".to_owned()),
        }
    }

    async fn cached_image(&self, key: &CacheKey) -> Option<HostedImage> {
        let mut known = self.cache.get_fresh::<HostedImage>(std::slice::from_ref(key), |_| true).await;
        let hosted = known.remove(key).flatten()?;
        let is_fresh = hosted.expires_at.is_none_or(|until| until > Timestamp::now() + EXPIRY_MARGIN);
        is_fresh.then_some(hosted)
    }

    /// Tries the upload once, within [`UPLOAD_TIMEOUT`], so that an unresponsive service delays only the first pictures
    /// of a job.
    async fn try_upload(&self, address: &str) -> UploadAttempt {
        if self.is_paused() {
            return UploadAttempt::Unavailable;
        }
        let client = self.client.without_retry();
        let uploaded = timeout(UPLOAD_TIMEOUT, upload_image(&client, address)).await;
        let is_out_of_order = match &uploaded {
            Ok(Err(EbayError::Http(error))) => error.is_transient(),
            // A fault without an eBay error is caused by the service, not by the picture.
            Ok(Err(error @ EbayError::Api { errors, .. })) => error.is_server_fault() && errors.is_empty(),
            Ok(Err(EbayError::InvalidResponse { .. })) | Err(_) => true,
            Ok(_) => false,
        };
        if is_out_of_order {
            self.pause();
        }
        uploaded.map_or(UploadAttempt::Unavailable, UploadAttempt::Completed)
    }
}

/// Result of an upload with a time limit.
enum UploadAttempt {
    Completed(Result<HostedImage, EbayError>),
    /// The service does not answer, or uploads are paused because it did not answer before.
    Unavailable,
}

async fn upload_image(client: &RetryingClient, address: &str) -> Result<HostedImage, EbayError> {
    let request = UpstreamRequest::for_path(["commerce", "media", "v1_beta", "image", "create_image_from_url"])
        .post()
        .json(&json!({ "imageUrl": address }));
    read_hosted_image(client.request_json(Api::Media, request).await?)
}

/// Parses the answer of the picture service to an upload.
pub(super) fn read_hosted_image(answer: Value) -> Result<HostedImage, EbayError> {
    let uploaded = wire::read_answer::<UploadedImage>(answer)?;
    let address = uploaded.image_url.filter(|hosted| hosted.starts_with("https://"));
    let address = address.ok_or_else(|| EbayError::InvalidResponse { what: "no address of the picture".to_owned() })?;
    Ok(HostedImage { address, expires_at: uploaded.expiration_date.and_then(|until| until.parse().ok()) })
}
