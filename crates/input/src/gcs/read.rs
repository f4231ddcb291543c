//! Reads an object at one generation, so that a replaced object is not mixed with its predecessor.

use bytes::Bytes;
use futures::future::BoxFuture;
use google_cloud_storage::builder::storage::ReadObject;
use google_cloud_storage::read_object::ReadObjectResponse;
use tokio::time::timeout;

use super::client::{GcsClient, bucket_resource};
use super::error::{GcsError, GcsErrorContext};
use super::name::{BucketName, ObjectName};

/// An object that is being read.
pub struct ObjectReader {
    /// Generation of all its bytes.
    pub generation: i64,
    /// Stored size in bytes; 0 if the service does not report it.
    pub size: u64,
    response: ReadObjectResponse,
    error_context: GcsErrorContext,
    stall_timeout: std::time::Duration,
}

impl GcsClient {
    /// Opens an object at its newest generation, or at `generation`.
    ///
    /// The first response names the generation. If the connection breaks, the client requests the rest of that generation;
    /// at the end it compares the checksum.
    ///
    /// # Errors
    /// Returns [`GcsError::GenerationGone`] if the generation no longer exists, and another [`GcsError`] if the request fails.
    pub fn open_object<'a>(
        &'a self,
        bucket: &'a BucketName,
        object: &'a ObjectName,
        generation: Option<i64>,
    ) -> BoxFuture<'a, Result<ObjectReader, GcsError>> {
        Box::pin(self.open_generation(bucket, object, generation))
    }

    async fn open_generation(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        generation: Option<i64>,
    ) -> Result<ObjectReader, GcsError> {
        let request = self
            .storage
            .read_object(bucket_resource(bucket), object.as_str())
            .set_generation(generation.unwrap_or_default())
            // Files that were uploaded with `gcloud storage cp --gzip-local` arrive as the text they are.
            .with_automatic_decompression(true);
        let asked = GcsErrorContext { generation, ..self.error_context("roles/storage.objectViewer") };
        let ask =
            |payer: Option<String>| payer.into_iter().fold(request.clone(), ReadObject::with_quota_project).send();
        let response = self.with_requester_pays(&asked, ask).await?;
        let found = response.object();
        Ok(ObjectReader {
            generation: found.generation,
            size: u64::try_from(found.size).unwrap_or(0),
            response,
            error_context: GcsErrorContext { generation: Some(found.generation), ..asked },
            stall_timeout: self.settings.attempt_timeout(),
        })
    }
}

impl ObjectReader {
    /// Returns the next bytes, or `None` at the end.
    ///
    /// # Errors
    /// Returns [`GcsError::GenerationGone`] if the object was replaced and the rest is gone, and another [`GcsError`] if the
    /// response pauses for too long or the request fails.
    pub fn next_chunk(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, GcsError>> {
        Box::pin(async move {
            match timeout(self.stall_timeout, self.response.next()).await {
                Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
                Ok(Some(Err(error))) => Err(GcsError::from_google(&error, &self.error_context)),
                Ok(None) => Ok(None),
                Err(_) => Err(GcsError::Timeout { seconds: self.stall_timeout.as_secs() }),
            }
        })
    }
}
