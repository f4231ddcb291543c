//! Requests of the JSON API: metadata, listings, downloads and uploads.
//! <https://cloud.google.com/storage/docs/json_api/v1>

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use futures::stream;
use google_cloud_auth::credentials::{CacheableResource, Credentials};
use jiff::Timestamp;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, RANGE};
use reqwest::{RequestBuilder, Response};
use retry::{RetryAdvice, RetryPolicy, retry};
use serde_json::json;
use tokio::time::timeout;
use upstream::parse_retry_after;
use url::Url;

use super::connection_failure::ConnectionFailure;
use super::credentials::request_headers;
use super::error::{GcsError, GcsErrorContext, error_chain};
use super::name::{BucketName, ObjectName};
use super::settings::{MAX_ATTEMPTS, MAX_BACKOFF, MIN_BACKOFF, Settings};

/// Address of the service.
const SERVICE_ADDRESS: &str = "https://storage.googleapis.com";
/// Path of requests for metadata and content, and path of uploads.
const API_PATH: &[&str] = &["storage", "v1"];
const UPLOAD_PATH: &[&str] = &["upload", "storage", "v1"];
/// Header that names the project that pays for a request. It replaces the project of the credentials, because two
/// different projects cause the error `userProjectInconsistent`.
const PAYER_HEADER: &str = "x-goog-user-project";
/// Maximum size of an answer in bytes. A page of 1,000 names of 1,024 bytes needs a tenth of it.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// A connection to the JSON API.
#[derive(Clone)]
pub(super) struct JsonApi {
    client: reqwest::Client,
    address: Url,
    credentials: Credentials,
}

/// A request for metadata: the path segments after `/storage/v1`, and the query.
#[derive(Clone, Debug)]
pub(super) struct JsonRequest<'a> {
    pub(super) path: Vec<&'a str>,
    pub(super) query: Vec<(&'static str, &'a str)>,
}

/// A request for the content of an object.
#[derive(Clone, Debug)]
pub(super) struct ObjectDownload {
    pub(super) bucket: BucketName,
    pub(super) object: ObjectName,
    /// The newest generation if `None`.
    pub(super) generation: Option<i64>,
    /// Project that pays, if any.
    pub(super) payer: Option<String>,
}

/// The content of an object to write.
#[derive(Clone, Debug)]
pub(super) struct ObjectUpload<'a> {
    pub(super) bucket: &'a BucketName,
    pub(super) object: &'a ObjectName,
    pub(super) content: Bytes,
    /// Generation that is replaced; 0 if there must be no such object.
    pub(super) replaces: i64,
}

/// Time limits of one attempt and of all attempts together.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestTimeouts {
    pub(super) attempt: Duration,
    pub(super) total: Duration,
}

/// A failed attempt.
struct JsonFailure {
    error: GcsError,
    advice: RetryAdvice,
}

impl JsonFailure {
    fn permanent(error: GcsError) -> Self {
        Self { error, advice: RetryAdvice::Stop }
    }

    fn transient(error: GcsError) -> Self {
        Self { error, advice: RetryAdvice::Retry }
    }
}

impl JsonApi {
    pub(super) fn new(settings: &Settings, credentials: Credentials) -> Result<Self, GcsError> {
        let unusable = || GcsError::Setup { why: "its address or certificates are not accepted".to_owned() };
        let address = settings.json_address()?.unwrap_or_else(|| SERVICE_ADDRESS.to_owned());
        // Without gzip, the service decompresses objects that are stored compressed, and a download has its real size.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_gzip().build();
        let client = client.map_err(|error| {
            tracing::debug!(error = error_chain(&error), "the client for the JSON API was not built");
            unusable()
        })?;
        Ok(Self { client, address: Url::parse(&address).map_err(|_| unusable())?, credentials })
    }

    /// Returns the answer to a request. `payer` is the project that pays, if any.
    ///
    /// # Errors
    /// Returns the [`GcsError`] of the last attempt, or a timeout if no answer arrived within a limit.
    pub(super) async fn get(
        &self,
        request: &JsonRequest<'_>,
        payer: Option<&str>,
        context: &GcsErrorContext,
        limits: RequestTimeouts,
    ) -> Result<Bytes, GcsError> {
        let attempt = async || {
            let url = self.url(API_PATH, request);
            read_answer(self.send(self.client.get(url), payer, context).await?, context).await
        };
        with_retry(context, limits, attempt).await
    }

    /// Begins a download at the byte `from`. The response has the status 206 if it begins there, and 200 if it begins
    /// with the first byte.
    ///
    /// # Errors
    /// Returns the [`GcsError`] of the last attempt, or a timeout if no response began within a limit.
    pub(super) async fn download(
        &self,
        download: &ObjectDownload,
        from: u64,
        context: &GcsErrorContext,
        limits: RequestTimeouts,
    ) -> Result<Response, GcsError> {
        let generation = download.generation.map(|generation| generation.to_string());
        let mut query = vec![("alt", "media")];
        query.extend(generation.as_deref().map(|generation| ("generation", generation)));
        let path = vec!["b", download.bucket.as_str(), "o", download.object.as_str()];
        let request = JsonRequest { path, query };
        let attempt = async || {
            let whole = self.client.get(self.url(API_PATH, &request));
            let ranged = if from == 0 { whole } else { whole.header(RANGE, format!("bytes={from}-")) };
            self.send(ranged, download.payer.as_deref(), context).await
        };
        with_retry(context, limits, attempt).await
    }

    /// Writes an object and returns the answer, its metadata. The service compares the checksum.
    ///
    /// # Errors
    /// Returns the [`GcsError`] of the last attempt, or a timeout if no answer arrived within a limit.
    pub(super) async fn upload(
        &self,
        upload: &ObjectUpload<'_>,
        context: &GcsErrorContext,
        limits: RequestTimeouts,
    ) -> Result<Bytes, GcsError> {
        let replaces = upload.replaces.to_string();
        let query =
            vec![("uploadType", "multipart"), ("name", upload.object.as_str()), ("ifGenerationMatch", &*replaces)];
        let request = JsonRequest { path: vec!["b", upload.bucket.as_str(), "o"], query };
        let attempt = async || {
            let request = upload.fill_body(self.client.post(self.url(UPLOAD_PATH, &request)));
            read_answer(self.send(request, None, context).await?, context).await
        };
        with_retry(context, limits, attempt).await
    }

    /// Sends a request once. Returns the response if it is a success.
    async fn send(
        &self,
        request: RequestBuilder,
        payer: Option<&str>,
        context: &GcsErrorContext,
    ) -> Result<Response, JsonFailure> {
        let sent = request.headers(self.headers(payer).await?).send().await;
        let response = sent.map_err(|error| JsonFailure::transient(connection_error(error, context)))?;
        let status = response.status().as_u16();
        match status {
            200..300 => Ok(response),
            // The service never redirects, but a network that requires a sign-in does.
            300..400 => Err(JsonFailure::permanent(GcsError::UnexpectedResponse)),
            _ => {
                let retry_after = parse_retry_after(response.headers(), SystemTime::now());
                let not_before = retry_after.and_then(|wait| Timestamp::now().checked_add(wait).ok());
                let advice = match not_before {
                    _ if !matches!(status, 408 | 429 | 500..) => RetryAdvice::Stop,
                    Some(at) => RetryAdvice::NotBefore(at),
                    None => RetryAdvice::Retry,
                };
                let body = read_answer(response, context).await?;
                Err(JsonFailure { error: GcsError::from_json(status, &body, context), advice })
            }
        }
    }

    fn url(&self, api: &[&str], request: &JsonRequest<'_>) -> Url {
        let mut url = self.address.clone();
        // An http or https address always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(api).extend(&request.path);
        }
        url.query_pairs_mut().extend_pairs(&request.query);
        url
    }

    async fn headers(&self, payer: Option<&str>) -> Result<HeaderMap, JsonFailure> {
        let mut headers = match request_headers(&self.credentials).await {
            Ok(CacheableResource::New { data, .. }) => data,
            Ok(CacheableResource::NotModified) => HeaderMap::new(),
            Err(error) => {
                tracing::debug!(error = error_chain(&error), "no token was received");
                let refused = GcsError::Unauthenticated { message: "no token was granted".to_owned() };
                let failure = if error.is_transient() { JsonFailure::transient } else { JsonFailure::permanent };
                return Err(failure(refused));
            }
        };
        if let Some(project) = payer {
            let named = HeaderValue::from_str(project).map_err(|_| {
                let message = "its name contains characters that no project has".to_owned();
                JsonFailure::permanent(GcsError::PayerNotAccepted { project: project.to_owned(), message })
            })?;
            headers.insert(PAYER_HEADER, named);
        }
        Ok(headers)
    }
}

impl ObjectUpload<'_> {
    /// Adds the body (RFC 2387): the metadata, which includes the checksum, and the content.
    fn fill_body(&self, request: RequestBuilder) -> RequestBuilder {
        let checksum = crc32c::crc32c(&self.content);
        let metadata = json!({"name": self.object.as_str(), "crc32c": BASE64.encode(checksum.to_be_bytes())});
        // The content does not contain its own checksum by chance.
        let boundary = format!("draft-maker-{checksum:08x}-{}", self.content.len());
        let head = format!(
            "--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{metadata}\r\n\
             --{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        let parts = [head.into(), self.content.clone(), format!("\r\n--{boundary}--\r\n").into()];
        let length: usize = parts.iter().map(Bytes::len).sum();
        request
            .header(CONTENT_TYPE, format!("multipart/related; boundary={boundary}"))
            .header(CONTENT_LENGTH, length)
            .body(reqwest::Body::wrap_stream(stream::iter(parts.map(Ok::<_, std::io::Error>))))
    }
}

/// Repeats a request after transient failures (408, 429, 5xx and broken connections:
/// <https://cloud.google.com/storage/docs/retry-strategy>), not before the time that the service names.
async fn with_retry<T, F: Future<Output = Result<T, JsonFailure>>>(
    context: &GcsErrorContext,
    limits: RequestTimeouts,
    attempt: impl Fn() -> F,
) -> Result<T, GcsError> {
    let too_late = |limit| JsonFailure::transient(context.timeout_error(limit));
    let attempt = async || {
        let answer = timeout(limits.attempt, attempt()).await;
        answer.unwrap_or_else(|_| Err(too_late(limits.attempt)))
    };
    let policy = RetryPolicy::exponential(MIN_BACKOFF, MAX_BACKOFF)
        .with_full_jitter()
        .with_max_retries(MAX_ATTEMPTS - 1)
        .with_time_limit(limits.total);
    let answer = timeout(limits.total, retry(policy, |failure: &JsonFailure| failure.advice, attempt)).await;
    answer.unwrap_or_else(|_| Err(too_late(limits.total))).map_err(|failure| failure.error)
}

/// Reads the body of a response that is not the content of an object.
async fn read_answer(mut response: Response, context: &GcsErrorContext) -> Result<Bytes, JsonFailure> {
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| JsonFailure::transient(connection_error(error, context)))?
    {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(JsonFailure::permanent(GcsError::UnexpectedResponse));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// Returns the error for a connection that failed before or during a response.
pub(super) fn connection_error(error: reqwest::Error, context: &GcsErrorContext) -> GcsError {
    let error = error.without_url();
    tracing::debug!(error = error_chain(&error), "the connection to Google Cloud Storage failed");
    GcsError::from_connection(ConnectionFailure::from_error(&error), context)
}
