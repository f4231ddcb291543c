//! Uploads the seller's own photos to eBay's picture service (Media API, `createImageFromFile`).

use std::time::Duration;

use jiff::Timestamp;

use super::images::{HostedImage, read_hosted_image};
use super::retrying_client::RetryingClient;
use ebay::{Api, EbayClient, EbayError};
use upstream::{FormFile, UpstreamRequest};

/// Maximum time to wait while the picture service does not answer.
const MAX_WAIT: Duration = Duration::from_mins(2);

/// Uploads photos for the signed-in seller.
pub struct PhotoUploader {
    client: RetryingClient,
}

/// A photo on eBay's picture service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedPhoto {
    pub address: String,
    /// Time when eBay deletes the photo if no listing uses it; `None` if eBay does not say.
    pub expires_at: Option<Timestamp>,
}

impl PhotoUploader {
    pub fn new(ebay: &EbayClient) -> Self {
        Self { client: RetryingClient::new(ebay.clone(), MAX_WAIT) }
    }

    /// Uploads a JPEG. Repeating an upload creates a second picture on eBay, which eBay deletes if no listing uses it.
    ///
    /// # Errors
    /// Returns [`EbayError`] if eBay rejects the picture or does not answer.
    pub async fn upload_jpeg(&self, file_name: &str, jpeg: Vec<u8>) -> Result<UploadedPhoto, EbayError> {
        let file = FormFile { field: "image", file_name, content_type: "image/jpeg", content: &jpeg };
        let path = ["commerce", "media", "v1_beta", "image", "create_image_from_file"];
        let request = UpstreamRequest::for_path(path).post().file(file);
        let HostedImage { address, expires_at } =
            read_hosted_image(self.client.request_json(Api::Media, request).await?)?;
        Ok(UploadedPhoto { address, expires_at })
    }
}
