//! What every draft of a job at eBay shares, and calls that wait out a sick eBay.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::super::contract::MarketError;
use super::account::Account;
use super::inventory::Inventory;
use super::rulebook::Rulebook;
use crate::answers::Answers;
use crate::domain::batch::JobId;
use crate::ebay::{Access, Api, Ebay, EbayError};
use crate::http::{Reply, Request};
use crate::journal::Journal;

/// The first wait before a sick eBay is asked again; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// Further tries where an answer cannot be read.
const TRIES: u32 = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// One job's way to eBay's Inventory API.
pub(super) struct Shop {
    pub(super) ebay: Ebay,
    /// Which eBay, and whose account there.
    pub(super) place: String,
    pub(super) journal: Journal,
    pub(super) answers: Answers,
    pub(super) job: JobId,
    pub(super) account: Account,
    pub(super) rules: Rulebook,
    /// How long a sick eBay is waited for.
    pub(super) patience: Duration,
}

impl Shop {
    /// One call as the seller. Every call here may be repeated: eBay replaces what is there, and refuses a second
    /// offer for the same SKU.
    ///
    /// # Errors
    /// As [`Ebay::call`], after patience has run out.
    pub(super) async fn call(&self, api: Api, request: Request) -> Result<Reply, EbayError> {
        let began = Instant::now();
        let mut wait = FIRST_WAIT;
        loop {
            let error = match self.ebay.call(Access::Seller, api, request.clone()).await {
                Err(EbayError::Http(error)) if error.may_pass() => error,
                answered => return answered,
            };
            let asked =
                error.again_at().map(|at| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default());
            let pause = asked.unwrap_or_default().max(wait);
            if began.elapsed() + pause > self.patience {
                return Err(EbayError::Http(error));
            }
            tracing::warn!(%error, ?pause, "eBay did not answer; it is asked again");
            tokio::time::sleep(pause).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// The same for answers that are JSON.
    /// A page of some gateway in the place of JSON is no answer, so it is asked for again.
    pub(super) async fn ask(&self, api: Api, request: Request) -> Result<Value, EbayError> {
        let mut tries_left = TRIES;
        loop {
            let reply = self.call(api, request.clone()).await?;
            match reply.json() {
                Ok(answer) => return Ok(answer),
                Err(what) if tries_left == 0 => return Err(EbayError::Unreadable { what }),
                Err(_) => tries_left -= 1,
            }
            tokio::time::sleep(FIRST_WAIT).await;
        }
    }
}

/// What a failed call means for the listings that it was for.
pub(super) fn market_error(error: &EbayError) -> MarketError {
    let (sink, why) = (Inventory::SINK, error.to_string());
    if error.closes() {
        return MarketError::Closed { sink, why, until: error.again_at() };
    }
    MarketError::Unknown { sink, why: format!("{why}; running the list again is safe") }
}
