//! Reads an object at one generation, so that its bytes are never mixed with those of a replacement.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use google_cloud_storage::builder::storage::ReadObject;
use google_cloud_storage::model_ext::ReadRange;
use google_cloud_storage::read_object::ReadObjectResponse;
use serde::de::IgnoredAny;
use tokio::time::timeout;

use super::client::{GcsClient, bucket_resource};
use super::error::{GcsError, GcsErrorContext};
use super::json_api::JsonRequest;
use super::name::{BucketName, ObjectName};

/// An object that is being read.
pub struct ObjectReader {
    /// Generation of all returned bytes.
    pub generation: i64,
    /// Stored size in bytes; 0 if the service does not report it.
    pub size: u64,
    response: ReadObjectResponse,
    /// Request for this generation, used to request the rest.
    request: ReadObject,
    /// True if the stored bytes are compressed, so that a range of the text cannot be requested.
    is_compressed: bool,
    /// Number of bytes returned, and number of bytes to skip in a repeated response.
    delivered: u64,
    skip: u64,
    resumptions_left: u32,
    error_context: GcsErrorContext,
    stall_timeout: Duration,
}

/// Maximum number of times that one read is resumed after a stall or a broken connection.
const MAX_RESUMPTIONS: u32 = 3;

impl GcsClient {
    /// Opens an object at its newest generation, or at `generation` if given.
    ///
    /// The first response contains the generation. If the connection breaks or stalls, the rest of that generation is
    /// requested. At the end, the client compares the checksum.
    ///
    /// # Errors
    /// Returns [`GcsError::GenerationGone`] if the generation no longer exists, and another [`GcsError`] if the request
    /// fails.
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
            // Files uploaded with `gcloud storage cp --gzip-local` are decompressed to their text.
            .with_automatic_decompression(true);
        let context =
            GcsErrorContext { generation, reads_object: true, ..self.error_context("roles/storage.objectViewer") };
        let (response, request) = Box::pin(self.send_read(bucket, object, request, &context)).await?;
        let found = response.object();
        Ok(ObjectReader {
            generation: found.generation,
            size: u64::try_from(found.size).unwrap_or(0),
            is_compressed: found.content_encoding == "gzip",
            request: request.set_generation(found.generation),
            response,
            delivered: 0,
            skip: 0,
            resumptions_left: MAX_RESUMPTIONS,
            error_context: GcsErrorContext { generation: Some(found.generation), ..context },
            stall_timeout: self.settings.attempt_timeout(),
        })
    }

    /// Sends the request until a response begins. Returns the response, and the request including the paying project,
    /// if any.
    async fn send_read(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        request: ReadObject,
        context: &GcsErrorContext,
    ) -> Result<(ReadObjectResponse, ReadObject), GcsError> {
        let send = async |request: ReadObject| {
            let response = self.with_retry(context, || request.clone().send()).await?;
            Ok((response, request))
        };
        match send(request.clone()).await {
            Err(GcsError::ObjectNotFound { message }) => Err(self.explain_missing(bucket, object, message).await),
            // The answer may be plain text, which contains no reason.
            Err(refusal @ (GcsError::RequesterPays { .. } | GcsError::Rejected { status: 400, .. })) => {
                match self.find_payer(bucket, object, context).await? {
                    Some(payer) => send(request.with_quota_project(payer)).await,
                    None => Err(refusal),
                }
            }
            answer => answer,
        }
    }

    /// Returns the project that must pay for reading an object, or `None` if the service demands none. Requests the
    /// metadata of the object, which needs the same permission as the content and is rejected with a reason.
    ///
    /// # Errors
    /// Returns [`GcsError::RequesterPays`] if no project is set, and another [`GcsError`] if the project is not
    /// accepted.
    async fn find_payer(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        context: &GcsErrorContext,
    ) -> Result<Option<String>, GcsError> {
        let path = vec!["b", bucket.as_str(), "o", object.as_str()];
        let request = JsonRequest { path, query: vec![("fields", "generation")] };
        match (self.get_json::<IgnoredAny>(request.clone(), None, context).await, &self.settings.project) {
            (Err(GcsError::RequesterPays { .. }), Some(project)) => {
                let answer = self.get_json::<IgnoredAny>(request, Some(project), context).await;
                answer.map(|_| Some(project.clone())).map_err(|error| error.with_payer(project))
            }
            (Err(refusal @ GcsError::RequesterPays { .. }), None) => Err(refusal),
            _ => Ok(None),
        }
    }

    /// Distinguishes a missing object from a missing bucket by listing the bucket. The answer to a read has the same
    /// status for both.
    async fn explain_missing(&self, bucket: &BucketName, object: &ObjectName, message: String) -> GcsError {
        match self.find_object(bucket, object).await {
            Err(GcsError::BucketNotFound { message }) => GcsError::BucketNotFound { message },
            _ => GcsError::ObjectNotFound { message },
        }
    }
}

impl ObjectReader {
    /// Returns the next bytes, or `None` at the end of the object.
    ///
    /// # Errors
    /// Returns [`GcsError::GenerationGone`] if the object was replaced and the rest is gone, [`GcsError::Damaged`] if
    /// the checksum is wrong, and another [`GcsError`] if the read breaks off repeatedly.
    pub fn next_chunk(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, GcsError>> {
        Box::pin(async move {
            loop {
                let error = match timeout(self.stall_timeout, self.response.next()).await {
                    Ok(Some(Ok(bytes))) => match self.skip_delivered(bytes) {
                        Some(rest) => return Ok(Some(rest)),
                        None => continue,
                    },
                    Ok(None) => return Ok(None),
                    Ok(Some(Err(error))) => GcsError::from_google(&error, &self.error_context),
                    Err(_) => GcsError::Timeout { seconds: self.stall_timeout.as_secs() },
                };
                self.resume(error).await?;
            }
        })
    }

    /// Returns the part of a chunk that was not returned before.
    fn skip_delivered(&mut self, mut bytes: Bytes) -> Option<Bytes> {
        let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= known as u64;
        let rest = bytes.split_off(known);
        self.delivered += rest.len() as u64;
        Some(rest).filter(|rest| !rest.is_empty())
    }

    /// Requests the rest of the object from the next byte on, or the whole object if it is stored compressed.
    async fn resume(&mut self, error: GcsError) -> Result<(), GcsError> {
        let is_transient = matches!(error, GcsError::Timeout { .. } | GcsError::Unreachable { .. });
        let Some(left) = self.resumptions_left.checked_sub(1).filter(|_| is_transient) else { return Err(error) };
        self.resumptions_left = left;
        let request = if self.is_compressed {
            self.skip = self.delivered;
            self.request.clone()
        } else {
            self.request.clone().set_read_range(ReadRange::offset(self.delivered))
        };
        tracing::debug!(%error, delivered = self.delivered, "resuming the read of an object");
        match timeout(self.stall_timeout, request.send()).await {
            Ok(Ok(response)) => {
                self.response = response;
                Ok(())
            }
            Ok(Err(error)) => Err(GcsError::from_google(&error, &self.error_context)),
            Err(_) => Err(error),
        }
    }
}
