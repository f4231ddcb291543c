//! A single HTTP exchange: sends a request and returns the response, a redirect or a failure.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::body::BodyStream;
use super::redactor::Redactor;
use super::request::{BodyRead, UpstreamRequest, UpstreamRequestBody};
use super::retry_after::parse_retry_after;
use super::{HttpError, UpstreamConfig, UpstreamResponse, body, error_text, redirect};

/// Context shared by all exchanges of one request.
pub(super) struct ExchangeContext<'a> {
    pub(super) client: &'a reqwest::Client,
    pub(super) request: &'a UpstreamRequest,
    pub(super) max_body_bytes: usize,
    /// Maximum time between two chunks of a streamed body.
    pub(super) idle_timeout: Duration,
    pub(super) config: &'a UpstreamConfig,
}

/// The result of an exchange.
pub(super) enum ExchangeOutcome {
    /// A response below 500 that is not a throttle status, or a status that the request or the configuration accepts.
    Response(Box<UpstreamResponse>),
    /// A redirect with the value of its `Location` header.
    Redirect(Option<String>),
}

/// A failed attempt.
pub(super) struct AttemptFailure {
    pub(super) error: HttpError,
    /// How long the server asks the client to wait before the next attempt.
    pub(super) retry_after: Option<Duration>,
    /// True for a throttle status, with or without `Retry-After`.
    pub(super) throttled: bool,
}

impl AttemptFailure {
    /// Returns false if the server has certainly not executed the request: the connection failed, or the server
    /// throttled it.
    pub(super) fn may_have_executed(&self) -> bool {
        !self.throttled && self.error.may_have_executed()
    }
}

impl From<HttpError> for AttemptFailure {
    fn from(error: HttpError) -> Self {
        Self { error, retry_after: None, throttled: false }
    }
}

impl ExchangeContext<'_> {
    /// Sends the request to `url`. Includes its secrets only if `with_secrets` is true.
    pub(super) async fn send_request(&self, url: &Url, with_secrets: bool) -> Result<ExchangeOutcome, AttemptFailure> {
        let response =
            self.build_request(url, with_secrets)?.send().await.map_err(|error| HttpError::from_reqwest(&error))?;
        let status = response.status().as_u16();
        if redirect::is_redirect(status) {
            let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            // Reading the body to the end allows the connection to be reused.
            body::read_error_page(response).await;
            return Ok(ExchangeOutcome::Redirect(location));
        }
        if status >= 500 || self.is_throttle_status(status) {
            return self.read_failure(response, url).await;
        }
        self.read_response(response, url).await
    }

    fn build_request(&self, url: &Url, with_secrets: bool) -> Result<reqwest::RequestBuilder, HttpError> {
        let mut builder = self.client.request(self.request.method.clone(), url.clone());
        for (name, value) in &self.request.headers {
            builder = builder.header(*name, value);
        }
        if !with_secrets {
            return Ok(builder);
        }
        for (name, secret) in &self.request.secrets {
            builder = builder.header(*name, sensitive_header(secret)?);
        }
        Ok(match &self.request.body {
            None => builder,
            Some(UpstreamRequestBody::Json(json)) => {
                builder.header(CONTENT_TYPE, "application/json").body(json.clone())
            }
            Some(UpstreamRequestBody::Multipart { content_type, body }) => {
                builder.header(CONTENT_TYPE, content_type).body(body.clone())
            }
            Some(UpstreamRequestBody::Form(form)) => {
                builder.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.expose_secret().to_owned())
            }
        })
    }

    fn redactor(&self) -> Redactor {
        let in_headers = self.request.secrets.iter().map(|(_, secret)| secret);
        Redactor::new(in_headers.chain(&self.request.further_secrets))
    }

    fn is_throttle_status(&self, status: u16) -> bool {
        status == 429 || self.config.throttle_statuses.contains(&status)
    }

    async fn read_response(&self, response: reqwest::Response, url: &Url) -> Result<ExchangeOutcome, AttemptFailure> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let url = url.clone();
        if self.request.body_read == BodyRead::Streamed && response.status().is_success() {
            let stream = Some(BodyStream::new(response, self.idle_timeout));
            let (body, truncated) = <_>::default();
            let response = UpstreamResponse { status, url, headers, body, truncated, stream };
            return Ok(ExchangeOutcome::Response(Box::new(response)));
        }
        let (body, truncated) = body::read_body(response, self.request.body_read, self.max_body_bytes).await?;
        // A token response contains secrets by design, and its text is never shown.
        let issues_tokens =
            matches!(self.request.body, Some(UpstreamRequestBody::Form(_))) && (200..300).contains(&status);
        let body = if issues_tokens { body } else { self.redactor().redact_body(body) };
        let response = UpstreamResponse { status, url, headers, body, truncated, stream: None };
        Ok(ExchangeOutcome::Response(Box::new(response)))
    }

    async fn read_failure(&self, response: reqwest::Response, url: &Url) -> Result<ExchangeOutcome, AttemptFailure> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let retry_after = parse_retry_after(&headers, SystemTime::now());
        let body = self.redactor().redact_body(body::read_error_page(response).await);
        let is_own_failure = self.request.isolates_failures && !self.is_throttle_status(status);
        if is_own_failure || self.config.quota_exhausted.is_some_and(|is_exhausted| is_exhausted(status, &body)) {
            return Ok(ExchangeOutcome::Response(Box::new(UpstreamResponse {
                status,
                url: url.clone(),
                headers,
                body,
                truncated: false,
                stream: None,
            })));
        }
        let message = error_text::extract_message(&body);
        let retry_at = retry_after.and_then(|wait| Timestamp::now().checked_add(wait).ok());
        Err(AttemptFailure {
            error: HttpError::Status { status, message, retry_at },
            retry_after,
            throttled: self.is_throttle_status(status),
        })
    }
}

/// Creates a header value that is marked as sensitive, so that libraries do not print it.
fn sensitive_header(secret: &SecretString) -> Result<HeaderValue, HttpError> {
    let mut value = HeaderValue::from_str(secret.expose_secret().trim()).map_err(|_| HttpError::Client {
        message: "a key contains characters that a header cannot have; copy it again".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}
