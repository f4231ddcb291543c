//! What is left of today's calls of an API, from the counts in the store.

use jiff::Timestamp;
use store::quota::QuotaStore;

use super::api::Api;
use super::error::EbayError;

/// The calls of one API today.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct QuotaUsage {
    pub api: Api,
    pub used: u64,
    /// The limit that eBay reported for this application, or else its documented default.
    pub daily: u64,
    /// When the count starts again at 0, or when eBay is asked again.
    pub until: Timestamp,
    /// True if no calls are left, by eBay's report or by our count.
    #[serde(rename = "spent")]
    pub is_exhausted: bool,
    #[serde(skip)]
    pub(super) block: Option<QuotaBlock>,
    /// eBay has refused a call since the last one that it answered.
    #[serde(skip)]
    pub(super) in_doubt: bool,
}

/// Why no calls are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuotaBlock {
    /// Our own count has reached the limit.
    LocalCount,
    /// eBay reported it, and when the day ends.
    ReportedByEbay,
    /// eBay refuses calls and reports that some are left.
    Unconfirmed,
}

impl QuotaUsage {
    /// Returns today's usage of an API. eBay is not asked.
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

    /// Returns how many calls are left today.
    pub fn remaining(&self) -> u64 {
        if self.is_exhausted { 0 } else { self.daily.saturating_sub(self.used) }
    }

    /// Returns the error of a call that must not be made; `None` if it may be made.
    pub(super) fn block_error(&self) -> Option<EbayError> {
        let block = self.block?;
        Some(EbayError::QuotaExhausted {
            api: self.api.key(),
            until: self.until,
            is_sure: block != QuotaBlock::Unconfirmed,
        })
    }

    /// Returns whether eBay itself named the time until which no calls are left, or calls are paused.
    pub(super) fn is_reported_by_ebay(&self) -> bool {
        matches!(self.block, Some(QuotaBlock::ReportedByEbay | QuotaBlock::Unconfirmed))
    }
}
