//! Requests of the JSON API that the official client only sends over gRPC: listings and metadata.
//! <https://cloud.google.com/storage/docs/json_api/v1>

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use google_cloud_auth::credentials::{CacheableResource, Credentials};
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use retry::{RetryAdvice, RetryPolicy, retry};
use tokio::time::timeout;
use upstream::parse_retry_after;
use url::Url;

use super::connection_failure::ConnectionFailure;
use super::credentials::request_headers;
use super::error::{GcsError, GcsErrorContext, error_chain};
use super::settings::{MAX_ATTEMPTS, MAX_BACKOFF, MIN_BACKOFF, Settings};

/// Address of the service.
const SERVICE_ADDRESS: &str = "https://storage.googleapis.com";
/// Header that names the project that pays for a request. It replaces the project of the credentials, because two
/// different projects cause the error `userProjectInconsistent`.
const PAYER_HEADER: &str = "x-goog-user-project";
/// Maximum size of an answer in bytes. A page of 1,000 names of 1,024 bytes needs a tenth of it.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// A connection to the JSON API.
pub(super) struct JsonApi {
    client: reqwest::Client,
    address: Url,
    credentials: Credentials,
}

/// A GET request of the JSON API: the path segments after `/storage/v1`, and the query.
#[derive(Clone, Debug)]
pub(super) struct JsonRequest<'a> {
    pub(super) path: Vec<&'a str>,
    pub(super) query: Vec<(&'static str, &'a str)>,
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
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| {
            tracing::debug!(error = error_chain(&error), "the client for the JSON API was not built");
            unusable()
        })?;
        Ok(Self { client, address: Url::parse(&address).map_err(|_| unusable())?, credentials })
    }

    /// Returns the answer to a request. Retries transient failures (408, 429, 5xx and broken connections:
    /// <https://cloud.google.com/storage/docs/retry-strategy>), not before the time that the service names. `payer` is
    /// the project that pays, if any.
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
        let too_late = |limit| JsonFailure::transient(context.timeout_error(limit));
        let attempt = async || {
            let answer = timeout(limits.attempt, self.send(request, payer, context)).await;
            answer.unwrap_or_else(|_| Err(too_late(limits.attempt)))
        };
        let policy = RetryPolicy::exponential(MIN_BACKOFF, MAX_BACKOFF)
            .with_full_jitter()
            .with_max_retries(MAX_ATTEMPTS - 1)
            .with_time_limit(limits.total);
        let answer = timeout(limits.total, retry(policy, |failure: &JsonFailure| failure.advice, attempt)).await;
        answer.unwrap_or_else(|_| Err(too_late(limits.total))).map_err(|failure| failure.error)
    }

    /// Sends the request once. `payer` is the project that pays, if any.
    async fn send(
        &self,
        request: &JsonRequest<'_>,
        payer: Option<&str>,
        context: &GcsErrorContext,
    ) -> Result<Bytes, JsonFailure> {
        let sent = self.client.get(self.url(request)).headers(self.headers(payer).await?).send().await;
        let mut response = sent.map_err(|error| connection_failure(error, context))?;
        let (status, retry_after) =
            (response.status().as_u16(), parse_retry_after(response.headers(), SystemTime::now()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| connection_failure(error, context))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(JsonFailure::permanent(GcsError::UnexpectedResponse));
            }
            body.extend_from_slice(&chunk);
        }
        match status {
            200..300 => Ok(body.into()),
            // The service never redirects, but a network that requires a sign-in does.
            300..400 => Err(JsonFailure::permanent(GcsError::UnexpectedResponse)),
            _ => {
                let not_before = retry_after.and_then(|wait| Timestamp::now().checked_add(wait).ok());
                let advice = match not_before {
                    _ if !matches!(status, 408 | 429 | 500..) => RetryAdvice::Stop,
                    Some(at) => RetryAdvice::NotBefore(at),
                    None => RetryAdvice::Retry,
                };
                Err(JsonFailure { error: GcsError::from_json(status, &body, context), advice })
            }
        }
    }

    fn url(&self, request: &JsonRequest<'_>) -> Url {
        let mut url = self.address.clone();
        // An http or https address always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["storage", "v1"]).extend(&request.path);
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

fn connection_failure(error: reqwest::Error, context: &GcsErrorContext) -> JsonFailure {
    let error = error.without_url();
    tracing::debug!(error = error_chain(&error), "a request to Google Cloud Storage got no answer");
    JsonFailure::transient(GcsError::from_connection(ConnectionFailure::from_error(&error), context))
}
