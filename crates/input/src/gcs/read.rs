//! Reads an object at one generation, so that its bytes are never mixed with those of a replacement.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use retry::{RetryAdvice, RetryPolicy, RetrySchedule};
use serde::de::IgnoredAny;
use tokio::time::timeout;

use super::client::GcsClient;
use super::error::{GcsError, GcsErrorContext};
use super::json_api::{JsonApi, JsonRequest, ObjectDownload, RequestTimeouts, connection_error};
use super::name::{BucketName, ObjectName};
use super::settings::{MAX_BACKOFF, MIN_BACKOFF};

/// An object that is being read.
pub struct ObjectReader {
    /// Generation of all returned bytes.
    pub generation: i64,
    /// Stored size in bytes; 0 if the service does not report it.
    pub size: u64,
    response: Response,
    /// Used to request the rest of this generation.
    api: JsonApi,
    download: ObjectDownload,
    /// True if the stored bytes are compressed, so that a range of the text cannot be requested.
    is_compressed: bool,
    /// CRC-32C of the whole object, and of the bytes returned so far. `None` if the service does not report it, or
    /// reports that of the compressed bytes.
    checksum: Option<u32>,
    delivered_checksum: u32,
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
    /// requested. At the end, the reader compares the checksum.
    ///
    /// # Errors
    /// Returns [`GcsError::GenerationGone`] if the generation no longer exists, and another [`GcsError`] if the request
    /// fails.
    pub async fn open_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        generation: Option<i64>,
    ) -> Result<ObjectReader, GcsError> {
        let download = ObjectDownload { bucket: bucket.clone(), object: object.clone(), generation, payer: None };
        let context = GcsErrorContext {
            generation,
            bucket_of_object: Some(bucket.to_string()),
            ..self.error_context("roles/storage.objectViewer")
        };
        let (response, download) = self.begin_download(download, &context).await?;
        let found = ObjectHeaders::from_response(response.headers()).ok_or(GcsError::UnexpectedResponse)?;
        Ok(ObjectReader {
            generation: found.generation,
            size: found.size,
            is_compressed: found.is_compressed,
            checksum: found.checksum.filter(|_| !found.is_compressed),
            delivered_checksum: 0,
            api: self.api.clone(),
            download: ObjectDownload { generation: Some(found.generation), ..download },
            response,
            delivered: 0,
            skip: 0,
            resumptions: Resumptions::with_max(MAX_RESUMPTIONS),
            error_context: GcsErrorContext { generation: Some(found.generation), ..context },
            stall_timeout: self.settings.attempt_timeout(),
        })
    }

    /// Requests the content until a response begins. Returns the response, and the request including the paying
    /// project, if any.
    async fn begin_download(
        &self,
        download: ObjectDownload,
        context: &GcsErrorContext,
    ) -> Result<(Response, ObjectDownload), GcsError> {
        let send = async |download: ObjectDownload| {
            let response = self.api.download(&download, 0, context, self.request_timeouts()).await?;
            Ok((response, download))
        };
        match send(download.clone()).await {
            Err(error @ GcsError::ObjectNotFound { .. }) => Err(self.explain_missing(&download, error).await),
            // The answer may be plain text, which contains no reason.
            Err(refusal @ (GcsError::RequesterPays { .. } | GcsError::Rejected { status: 400, .. })) => {
                match self.find_payer(&download, context).await? {
                    Some(payer) => send(ObjectDownload { payer: Some(payer), ..download }).await,
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
        download: &ObjectDownload,
        context: &GcsErrorContext,
    ) -> Result<Option<String>, GcsError> {
        let path = vec!["b", download.bucket.as_str(), "o", download.object.as_str()];
        let request = JsonRequest { path, query: vec![("fields", "generation")] };
        match (self.get_json::<IgnoredAny>(&request, None, context).await, &self.settings.project) {
            (Err(GcsError::RequesterPays { .. }), Some(project)) => {
                let answer = self.get_json::<IgnoredAny>(&request, Some(project), context).await;
                answer.map(|_| Some(project.clone())).map_err(|error| error.with_payer(project))
            }
            (Err(refusal @ GcsError::RequesterPays { .. }), None) => Err(refusal),
            _ => Ok(None),
        }
    }

    /// Distinguishes a missing object from a missing bucket by listing the bucket. The answer to a read has the same
    /// status for both.
    async fn explain_missing(&self, download: &ObjectDownload, error: GcsError) -> GcsError {
        match self.find_object(&download.bucket, &download.object).await {
            Err(GcsError::BucketNotFound) => GcsError::BucketNotFound,
            _ => error,
        }
    }
}

/// What the headers of a download say about the object.
struct ObjectHeaders {
    generation: i64,
    size: u64,
    is_compressed: bool,
    checksum: Option<u32>,
}

impl ObjectHeaders {
    /// Returns `None` without a generation, which every answer of the service has.
    fn from_response(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Some(Self {
            generation: text("x-goog-generation")?.parse().ok()?,
            size: text("x-goog-stored-content-length").and_then(|size| size.parse().ok()).unwrap_or(0),
            is_compressed: text("x-goog-stored-content-encoding") == Some("gzip"),
            checksum: headers.get_all("x-goog-hash").iter().find_map(|value| parse_checksum(value.to_str().ok()?)),
        })
    }
}

/// Parses the checksum in `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`.
fn parse_checksum(hashes: &str) -> Option<u32> {
    let encoded = hashes.split(',').find_map(|hash| hash.trim().strip_prefix("crc32c="))?;
    Some(u32::from_be_bytes(BASE64.decode(encoded).ok()?.try_into().ok()?))
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
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, GcsError> {
        loop {
            let error = match timeout(self.stall_timeout, self.response.chunk()).await {
                Ok(Ok(Some(bytes))) => match self.skip_delivered(bytes) {
                    Some(rest) => return Ok(Some(rest)),
                    None => continue,
                },
                Ok(Ok(None)) if self.checksum.is_some_and(|checksum| checksum != self.delivered_checksum) => {
                    return Err(GcsError::Damaged);
                }
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(error)) => connection_error(error, &self.error_context),
                Err(_) => GcsError::Timeout { seconds: self.stall_timeout.as_secs() },
            };
            self.resume(error).await?;
        }
    }

    /// Returns the part of a chunk that was not returned before.
    fn skip_delivered(&mut self, mut bytes: Bytes) -> Option<Bytes> {
        let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= known as u64;
        let rest = bytes.split_off(known);
        self.delivered += rest.len() as u64;
        self.delivered_checksum = crc32c::crc32c_append(self.delivered_checksum, &rest);
        Some(rest).filter(|rest| !rest.is_empty())
    }

    /// Requests the rest of the object from the next byte on, or the whole object if it is stored compressed. Tries
    /// again while the service cannot be reached.
    async fn resume(&mut self, mut error: GcsError) -> Result<(), GcsError> {
        while self.resumptions.wait(&error, self.delivered).await {
            tracing::debug!(%error, delivered = self.delivered, "resuming the read of an object");
            let from = if self.is_compressed { 0 } else { self.delivered };
            let limits = RequestTimeouts { attempt: self.stall_timeout, total: self.stall_timeout };
            match self.api.download(&self.download, from, &self.error_context, limits).await {
                Ok(response) => {
                    let begins_there = response.status() == StatusCode::PARTIAL_CONTENT;
                    self.skip = if begins_there { 0 } else { self.delivered };
                    self.response = response;
                    return Ok(());
                }
                Err(refusal) => error = refusal,
            }
        }
        Err(error)
    }
}
