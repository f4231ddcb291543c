//! Today's remaining calls of an API, computed from the counts in the store.

use jiff::Timestamp;
use store::quota::QuotaStore;

use super::api::Api;
use super::error::EbayError;

/// Today's usage of one API.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct QuotaUsage {
    pub api: Api,
    pub used: u64,
    /// The limit that eBay reported for this application, or else its documented default.
    pub daily: u64,
    /// Time at which the count resets, or at which eBay is asked again.
    pub until: Timestamp,
    /// True if no calls are left, according to eBay or to the local count.
    #[serde(rename = "spent")]
    pub is_exhausted: bool,
    #[serde(skip)]
    pub(super) block: Option<QuotaBlock>,
    /// True if eBay refused a call, and has not yet answered others for as long as the last pause lasted.
    #[serde(skip)]
    pub(super) in_doubt: bool,
}

/// Why the usage is in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuotaTrigger {
    /// The local count has reached the limit.
    LocalCount,
    /// eBay refused a call (error 2001).
    Refusal,
}

/// Why no calls may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuotaBlock {
    /// The local count has reached the limit.
    LocalCount,
    /// eBay reported that the limit is exhausted, and its reset time.
    ReportedByEbay,
    /// eBay refuses calls but reports that some are left.
    Unconfirmed,
}

impl QuotaUsage {
    /// Reads today's usage of an API from the store. Sends no request.
    ///
    /// # Errors
    /// Returns [`EbayError::QuotaStore`] if the counts cannot be read.
    pub async fn read(store: &QuotaStore, api: Api, now: Timestamp) -> Result<Self, EbayError> {
        let counts = store.counts(api.key(), now).await?;
        let (used, daily) = (counts.used, counts.daily_limit.unwrap_or(api.default_daily_limit()));
        let (block, until) = match (counts.exhausted_until, counts.paused_until) {
            (Some(until), _) => (Some(QuotaBlock::ReportedByEbay), until),
            (None, Some(until)) => (Some(QuotaBlock::Unconfirmed), until),
            (None, None) => ((used >= daily).then_some(QuotaBlock::LocalCount), counts.next_day),
        };
        Ok(Self { api, used, daily, until, is_exhausted: block.is_some(), block, in_doubt: counts.is_in_doubt })
    }

    /// Returns the number of calls left today.
    pub fn remaining(&self) -> u64 {
        if self.is_exhausted { 0 } else { self.daily.saturating_sub(self.used) }
    }

    /// Returns the error for a blocked call; `None` if calls are allowed.
    pub(super) fn block_error(&self) -> Option<EbayError> {
        let block = self.block?;
        Some(EbayError::QuotaExhausted {
            api: self.api.key(),
            until: self.until,
            is_sure: block != QuotaBlock::Unconfirmed,
        })
    }

    /// Returns true if eBay reported the time until which calls are blocked, or refuses calls and they are paused.
    pub(super) fn has_known_end(&self) -> bool {
        matches!(self.block, Some(QuotaBlock::ReportedByEbay | QuotaBlock::Unconfirmed))
    }
}
