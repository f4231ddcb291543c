//! Sends requests to eBay on behalf of the seller, and retries those that eBay does not answer, within a time limit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Semaphore;

use super::bulk_response::BulkResponse;
use ebay::{Api, EbayClient, EbayError, TokenKind, without_errors};
use retry::{RetryAdvice, RetryPolicy, retry};
use upstream::{HttpError, UpstreamRequest, UpstreamResponse};

/// Delay before the first retry in an outage; it doubles up to [`MAX_RETRY_WAIT`].
const FIRST_RETRY_WAIT: Duration = Duration::from_secs(2);
const MAX_RETRY_WAIT: Duration = Duration::from_secs(30);

/// Maximum retries of a call that fails through eBay's own fault, and the delay before the first retry.
pub(super) const MAX_FAULT_RETRIES: u32 = 4;
const FIRST_FAULT_WAIT: Duration = Duration::from_millis(500);

/// Maximum delay before the one early retry of a call whose connection broke. Most often it was only that connection.
const BROKEN_CONNECTION_WAIT: Duration = Duration::from_millis(250);

/// Maximum retries of a call whose answer is not readable.
const MAX_PARSE_RETRIES: u32 = 4;

/// Maximum retries of a call that eBay does not answer although it has answered others meanwhile.
const MAX_HANG_RETRIES: u32 = 2;

/// Maximum concurrent calls that repeat parts of a failed call. Fewer than the concurrent requests, so that parts at
/// which eBay never answers do not hold up the other items.
const MAX_SPLIT_CALLS: usize = 4;

/// A client for calls that are safe to repeat: eBay replaces what exists, and rejects a second offer for the same SKU.
#[derive(Clone)]
pub(super) struct RetryingClient {
    pub(super) ebay: EbayClient,
    /// Maximum time to wait while eBay does not answer.
    pub(super) max_wait: Duration,
    split_calls: Arc<Semaphore>,
}

impl RetryingClient {
    pub(super) fn new(ebay: EbayClient, max_wait: Duration) -> Self {
        Self { ebay, max_wait, split_calls: Arc::new(Semaphore::new(MAX_SPLIT_CALLS)) }
    }

    /// Returns a client that does not wait, for calls that a draft can do without. The HTTP client still retries a failed
    /// connection a few times.
    pub(super) fn without_retry(&self) -> Self {
        Self { max_wait: Duration::ZERO, ..self.clone() }
    }

    /// Sends one request, with retries.
    ///
    /// # Errors
    /// Returns the errors of [`EbayClient::call_api`]; [`EbayError::Http`] and faults of eBay only after their time
    /// limit.
    pub(super) async fn call(&self, api: Api, request: UpstreamRequest) -> Result<UpstreamResponse, EbayError> {
        let (mut outage, mut faults) = (outage_policy(self.max_wait).start(), fault_policy(self.max_wait).start());
        let mut hangs = fault_policy(self.max_wait).with_max_retries(MAX_HANG_RETRIES).start();
        let mut broken_connection = broken_connection_policy(self.max_wait).start();
        let request = request.isolate_failures();
        let (started, mut failing) = (Instant::now(), None);
        loop {
            let error = match self.ebay.call_api(TokenKind::Seller, api, request.clone()).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if matches!(error, EbayError::Http(HttpError::Interrupted { .. }))
                && broken_connection.wait(RetryAdvice::Retry).await
            {
                continue;
            }
            failing.get_or_insert_with(|| self.ebay.upstream().track_failure());
            // A fault with an eBay error concerns this request; a fault without one may be an outage.
            let is_own_fault = error.is_server_fault() && !error.api_errors().is_empty();
            let schedule = match &error {
                _ if is_own_fault => &mut faults,
                EbayError::Http(HttpError::Timeout { .. }) if self.ebay.upstream().has_answered_since(started) => {
                    &mut hangs
                }
                _ => &mut outage,
            };
            if !schedule.wait(retry_advice(&error)).await {
                return Err(error);
            }
        }
    }

    /// Sends a request whose answer is JSON. Retries if the answer is not JSON, such as the error page of a gateway.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call`], and [`EbayError::InvalidResponse`].
    pub(super) async fn request_json(&self, api: Api, request: UpstreamRequest) -> Result<Value, EbayError> {
        let retries = if self.max_wait.is_zero() { 1 } else { MAX_PARSE_RETRIES };
        let policy = RetryPolicy::fixed(FIRST_RETRY_WAIT.min(self.max_wait / 8)).with_max_retries(retries);
        // All other errors were waited for by `call`.
        let advise = |error: &EbayError| match error {
            EbayError::InvalidResponse { .. } => RetryAdvice::Retry,
            _ => RetryAdvice::Stop,
        };
        let attempt = || async {
            let response = self.call(api, request.clone()).await?;
            response.json().map_err(|error| EbayError::InvalidResponse { what: error.to_string() })
        };
        without_errors(retry(policy, advise, attempt).await?)
    }

    /// Sends some parts of a failed bulk call, like [`Self::call_bulk`].
    ///
    /// # Errors
    /// Returns the errors of [`Self::call_bulk`].
    pub(super) async fn call_split_bulk(&self, request: UpstreamRequest) -> Result<BulkResponse, EbayError> {
        let _permit = self.split_calls.acquire().await;
        self.call_bulk(request).await
    }

    /// Sends a bulk call of the Inventory API. A call that is rejected as a whole may have answers for its parts, and a
    /// single part can make eBay fail at all of them. So a status of 400 and above (except 401 and 429), a closed
    /// connection, a redirect and an unreadable answer are not errors here: the caller sends the parts of such a call
    /// separately.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call`], except those above.
    pub(super) async fn call_bulk(&self, request: UpstreamRequest) -> Result<BulkResponse, EbayError> {
        let request = request.isolate_failures();
        let attempt = || self.ebay.call_bulk(TokenKind::Seller, Api::Inventory, request.clone());
        // If eBay received the request, its content may be the cause. Any other error concerns all calls, so wait here.
        let advise = |error: &EbayError| match error {
            EbayError::Http(error) if error.may_have_executed() => RetryAdvice::Stop,
            error => retry_advice(error),
        };
        let response = match retry(outage_policy(self.max_wait), advise, attempt).await {
            Err(EbayError::Http(error)) if error.may_have_executed() => {
                return Ok(BulkResponse::from_error(&error));
            }
            answer => answer?,
        };
        Ok(match response.json() {
            Ok(body) => BulkResponse::from_answer(response.status, response.message(), body),
            Err(_) if response.status >= 400 => {
                BulkResponse::from_answer(response.status, response.message(), Value::Null)
            }
            Err(error) => {
                let error = EbayError::InvalidResponse { what: error.to_string() };
                BulkResponse::unreadable(error.to_string())
            }
        })
    }
}

/// Returns the retry policy of a call that eBay does not answer, for at most `max_wait`.
pub(super) fn outage_policy(max_wait: Duration) -> RetryPolicy {
    RetryPolicy::exponential(FIRST_RETRY_WAIT, MAX_RETRY_WAIT).with_time_limit(max_wait)
}

/// Returns the retry policy of a call whose connection broke, before that counts as an outage.
fn broken_connection_policy(max_wait: Duration) -> RetryPolicy {
    RetryPolicy::fixed(BROKEN_CONNECTION_WAIT).with_full_jitter().with_max_retries(1).with_time_limit(max_wait)
}

/// Returns the retry policy of a call that fails through eBay's own fault.
fn fault_policy(max_wait: Duration) -> RetryPolicy {
    RetryPolicy::exponential(FIRST_FAULT_WAIT, FIRST_RETRY_WAIT)
        .with_max_retries(MAX_FAULT_RETRIES)
        .with_time_limit(max_wait)
}

/// Returns whether a call may be retried: after an outage or a fault, and not before the time that eBay names.
fn retry_advice(error: &EbayError) -> RetryAdvice {
    if error.is_server_fault() {
        return RetryAdvice::Retry;
    }
    let EbayError::Http(error) = error else { return RetryAdvice::Stop };
    if error.is_transient() {
        tracing::warn!(%error, "eBay did not answer");
    }
    error.retry_advice()
}
