//! The line to eBay, as the seller, which waits out a sick eBay for as long as it has patience.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::offers::API;
use super::parts::Whole;
use ebay::{Access, Api, Ebay, EbayError};
use upstream::{HttpError, Reply, Request};

/// The first wait before a sick eBay is asked again; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Further tries where an answer cannot be read, and the wait before each.
const TRIES: u32 = 4;

/// One line. Every call here may be repeated: eBay replaces what is there, and refuses a second offer for the same SKU.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) ebay: Ebay,
    /// How long a sick eBay is waited for.
    patience: Duration,
}

impl Line {
    pub(super) fn new(ebay: Ebay, patience: Duration) -> Self {
        Self { ebay, patience }
    }

    /// The same without patience, for what a draft can do without: the way out itself still tries a few times.
    pub(super) fn at_once(&self) -> Self {
        Self { ebay: self.ebay.clone(), patience: Duration::ZERO }
    }

    /// One call.
    ///
    /// # Errors
    /// As [`Ebay::call`], after patience has run out.
    pub(super) async fn call(&self, api: Api, request: Request) -> Result<Reply, EbayError> {
        self.patiently(|| self.ebay.call(Access::Seller, api, request.clone())).await
    }

    /// The same for answers that are JSON. A page of some gateway in the place of JSON is no answer, so it is asked for
    /// again.
    ///
    /// # Errors
    /// As [`Line::call`], and [`EbayError::Unreadable`].
    pub(super) async fn ask(&self, api: Api, request: Request) -> Result<Value, EbayError> {
        let answer = self.readably(|| self.call(api, request.clone())).await;
        answer.map(|(_, body)| body)
    }

    /// The same for calls of the Inventory API with many parts: what is refused as a whole may hold the answers of its
    /// parts, so it comes with its status.
    ///
    /// # Errors
    /// As [`Line::ask`]; a status of 400 or 404 is none.
    pub(super) async fn bulk(&self, request: Request) -> Result<Whole, EbayError> {
        let ask = || self.patiently(|| self.ebay.bulk(Access::Seller, API, request.clone()));
        let (status, body) = self.readably(ask).await?;
        Ok(Whole { status, body })
    }

    async fn patiently<F>(&self, ask: impl Fn() -> F + Send) -> Result<Reply, EbayError>
    where
        F: Future<Output = Result<Reply, EbayError>> + Send,
    {
        let mut waits = Waits::within(self.patience);
        loop {
            match ask().await {
                Err(EbayError::Http(error)) if error.may_pass() => waits.wait(error).await?,
                answered => return answered,
            }
        }
    }

    async fn readably<F>(&self, ask: impl Fn() -> F + Send) -> Result<(u16, Value), EbayError>
    where
        F: Future<Output = Result<Reply, EbayError>> + Send,
    {
        let mut tries_left = if self.patience.is_zero() { 1 } else { TRIES };
        loop {
            let reply = ask().await?;
            match reply.json() {
                Ok(answer) => return Ok((reply.status, answer)),
                Err(what) if tries_left == 0 => return Err(EbayError::Unreadable { what }),
                Err(_) => tries_left -= 1,
            }
            tokio::time::sleep(FIRST_WAIT.min(self.patience / 8)).await;
        }
    }
}

/// The waits for a sick eBay: doubling, never before the time that it names, and none that would end too late.
pub(super) struct Waits {
    until: Instant,
    next: Duration,
}

impl Waits {
    pub(super) fn within(patience: Duration) -> Self {
        Self { until: Instant::now() + patience, next: FIRST_WAIT }
    }

    /// # Errors
    /// The error where patience has run out.
    pub(super) async fn wait(&mut self, error: HttpError) -> Result<(), EbayError> {
        let asked =
            error.again_at().map(|at| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default());
        let pause = asked.unwrap_or_default().max(self.next);
        if Instant::now() + pause > self.until {
            return Err(EbayError::Http(error));
        }
        tracing::warn!(%error, ?pause, "eBay did not answer; it is asked again");
        tokio::time::sleep(pause).await;
        self.next = (self.next * 2).min(LONGEST_WAIT);
        Ok(())
    }
}
