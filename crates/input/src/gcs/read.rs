//! Reads an object at one generation, so that its bytes are never mixed with those of a replacement.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use google_cloud_storage::builder::storage::ReadObject;
use google_cloud_storage::model_ext::ReadRange;
use google_cloud_storage::read_object::ReadObjectResponse;
use retry::{RetryAdvice, RetryPolicy, RetrySchedule};
use serde::de::IgnoredAny;
use tokio::time::timeout;

use super::client::{GcsClient, bucket_resource};
use super::error::{GcsError, GcsErrorContext};
use super::json_api::JsonRequest;
use super::name::{BucketName, ObjectName};
use super::settings::{MAX_BACKOFF, MIN_BACKOFF};

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
    resumptions: Resumptions,
    error_context: GcsErrorContext,
    stall_timeout: Duration,
}

/// Maximum number of attempts to resume a read after a stall or a broken connection. Each byte that arrives allows as
/// many again.
const MAX_RESUMPTIONS: u32 = 3;

/// The attempts to resume a read since the last byte that arrived.
struct Resumptions {
    policy: RetryPolicy,
    schedule: RetrySchedule,
    /// Number of bytes that had been returned at the last attempt.
    delivered: u64,
}

impl Resumptions {
    fn with_max(attempts: u32) -> Self {
        let policy = RetryPolicy::exponential(MIN_BACKOFF, MAX_BACKOFF).with_max_retries(attempts);
        Self { policy, schedule: policy.start(), delivered: 0 }
    }

    /// Waits until the next attempt. Returns false if there is none.
    async fn wait(&mut self, error: &GcsError, delivered: u64) -> bool {
        if delivered > self.delivered {
            (self.schedule, self.delivered) = (self.policy.start(), delivered);
        }
        let advice = if error.is_transient() { RetryAdvice::Retry } else { RetryAdvice::Stop };
        self.schedule.wait(advice).await
    }
}

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
        let context = GcsErrorContext {
            generation,
            bucket_of_object: Some(bucket.to_string()),
            ..self.error_context("roles/storage.objectViewer")
        };
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
            resumptions: Resumptions::with_max(MAX_RESUMPTIONS),
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
            Err(error @ GcsError::ObjectNotFound { .. }) => Err(self.explain_missing(bucket, object, error).await),
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
    async fn explain_missing(&self, bucket: &BucketName, object: &ObjectName, error: GcsError) -> GcsError {
        match self.find_object(bucket, object).await {
            Err(GcsError::BucketNotFound) => GcsError::BucketNotFound,
            _ => error,
        }
    }
}

impl ObjectReader {
    /// Sets the maximum number of attempts to resume the read without a byte that arrives.
    pub fn with_max_resumptions(self, attempts: u32) -> Self {
        Self { resumptions: Resumptions::with_max(attempts), ..self }
    }

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

    /// Requests the rest of the object from the next byte on, or the whole object if it is stored compressed. Tries
    /// again while the service cannot be reached.
    async fn resume(&mut self, mut error: GcsError) -> Result<(), GcsError> {
        while self.resumptions.wait(&error, self.delivered).await {
            tracing::debug!(%error, delivered = self.delivered, "resuming the read of an object");
            let request = if self.is_compressed {
                self.skip = self.delivered;
                self.request.clone()
            } else {
                self.request.clone().set_read_range(ReadRange::offset(self.delivered))
            };
            match timeout(self.stall_timeout, request.send()).await {
                Ok(Ok(response)) => {
                    self.response = response;
                    return Ok(());
                }
                Ok(Err(refusal)) => error = GcsError::from_google(&refusal, &self.error_context),
                Err(_) => error = GcsError::Timeout { seconds: self.stall_timeout.as_secs() },
            }
        }
        Err(error)
    }
}
