//! The line to eBay, as the seller, which waits out a sick eBay for as long as it has patience.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::bulk_response::BulkResponse;
use super::offers::INVENTORY_API;
use ebay::{Api, EbayClient, EbayError, TokenKind};
use upstream::{HttpError, UpstreamRequest, UpstreamResponse};

/// The first wait before a sick eBay is asked again; it doubles.
const FIRST_RETRY_WAIT: Duration = Duration::from_secs(2);
const MAX_RETRY_WAIT: Duration = Duration::from_secs(30);

/// Further tries where an answer cannot be read, and the wait before each.
const MAX_PARSE_RETRIES: u32 = 4;

/// One line. Every call here may be repeated: eBay replaces what is there, and refuses a second offer for the same SKU.
#[derive(Clone)]
pub(super) struct RetryingClient {
    pub(super) ebay: EbayClient,
    /// How long a sick eBay is waited for.
    max_wait: Duration,
}

impl RetryingClient {
    pub(super) fn new(ebay: EbayClient, max_wait: Duration) -> Self {
        Self { ebay, max_wait }
    }

    /// The same without patience, for what a draft can do without: the way out itself still tries a few times.
    pub(super) fn without_retry(&self) -> Self {
        Self { ebay: self.ebay.clone(), max_wait: Duration::ZERO }
    }

    /// One call.
    ///
    /// # Errors
    /// As [`Ebay::call`], after patience has run out.
    pub(super) async fn call(&self, api: Api, request: UpstreamRequest) -> Result<UpstreamResponse, EbayError> {
        self.with_retry(|| self.ebay.call_api(TokenKind::Seller, api, request.clone())).await
    }

    /// The same for answers that are JSON. A page of some gateway in the place of JSON is no answer, so it is asked for
    /// again.
    ///
    /// # Errors
    /// As [`Line::call`], and [`EbayError::Unreadable`].
    pub(super) async fn request_json(&self, api: Api, request: UpstreamRequest) -> Result<Value, EbayError> {
        let answer = self.parse_with_retry(|| self.call(api, request.clone())).await;
        answer.map(|(_, body)| body)
    }

    /// The same for calls of the Inventory API with many parts: what is refused as a whole may hold the answers of its
    /// parts, so it comes with its status.
    ///
    /// # Errors
    /// As [`Line::ask`]; a status of 400 or 404 is none.
    pub(super) async fn call_bulk(&self, request: UpstreamRequest) -> Result<BulkResponse, EbayError> {
        let ask = || self.with_retry(|| self.ebay.call_bulk(TokenKind::Seller, INVENTORY_API, request.clone()));
        let (status, body) = self.parse_with_retry(ask).await?;
        Ok(BulkResponse { status, body })
    }

    async fn with_retry<F>(&self, ask: impl Fn() -> F + Send) -> Result<UpstreamResponse, EbayError>
    where
        F: Future<Output = Result<UpstreamResponse, EbayError>> + Send,
    {
        let mut waits = BoundedBackoff::for_duration(self.max_wait);
        loop {
            match ask().await {
                Err(EbayError::Http(error)) if error.is_transient() => waits.wait_or_fail(error).await?,
                answered => return answered,
            }
        }
    }

    async fn parse_with_retry<F>(&self, ask: impl Fn() -> F + Send) -> Result<(u16, Value), EbayError>
    where
        F: Future<Output = Result<UpstreamResponse, EbayError>> + Send,
    {
        let mut tries_left = if self.max_wait.is_zero() { 1 } else { MAX_PARSE_RETRIES };
        loop {
            let reply = ask().await?;
            match reply.json() {
                Ok(answer) => return Ok((reply.status, answer)),
                Err(what) if tries_left == 0 => return Err(EbayError::InvalidResponse { what }),
                Err(_) => tries_left -= 1,
            }
            tokio::time::sleep(FIRST_RETRY_WAIT.min(self.max_wait / 8)).await;
        }
    }
}

/// The waits for a sick eBay: doubling, never before the time that it names, and none that would end too late.
pub(super) struct BoundedBackoff {
    deadline: Instant,
    next_wait: Duration,
}

impl BoundedBackoff {
    pub(super) fn for_duration(patience: Duration) -> Self {
        Self { deadline: Instant::now() + patience, next_wait: FIRST_RETRY_WAIT }
    }

    /// # Errors
    /// The error where patience has run out.
    pub(super) async fn wait_or_fail(&mut self, error: HttpError) -> Result<(), EbayError> {
        let asked =
            error.retry_at().map(|at| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default());
        let pause = asked.unwrap_or_default().max(self.next_wait);
        if Instant::now() + pause > self.deadline {
            return Err(EbayError::Http(error));
        }
        tracing::warn!(%error, ?pause, "eBay did not answer; it is asked again");
        tokio::time::sleep(pause).await;
        self.next_wait = (self.next_wait * 2).min(MAX_RETRY_WAIT);
        Ok(())
    }
}
