//! Daily limits of the eBay client: call counts, eBay's own counts, and warnings before a batch.

use jiff::Timestamp;
use serde_json::Value;

use super::api::Api;
use super::client::{EbayClient, parse_error};
use super::error::EbayError;
use super::quota::{QuotaBlock, QuotaTrigger, QuotaUsage};
use super::scope::TokenKind;
use domain::batch_estimate::Quota;
use domain::text::time::format_minute;
use store::quota::current_quota_day;
use upstream::UpstreamRequest;

impl EbayClient {
    /// Returns today's usage of an API according to the local count. Sends no request.
    ///
    /// # Errors
    /// Returns [`EbayError::QuotaStore`] if the counts cannot be read.
    pub async fn quota_usage(&self, api: Api) -> Result<QuotaUsage, EbayError> {
        QuotaUsage::read(&self.inner.quota, api, Timestamp::now()).await
    }

    /// Asks eBay how many calls of an API are left today and when its day ends, and stores the response.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call_api`].
    pub async fn sync_quota(&self, api: Api) -> Result<QuotaUsage, EbayError> {
        if let Some(reported) = self.fetch_daily_limit(api).await?.filter(DailyLimit::is_exhausted) {
            self.inner.quota.mark_exhausted(api.key(), reported.resets_at).await?;
        }
        self.quota_usage(api).await
    }

    /// Asks the Analytics API for the daily limit of an API; `None` if it reports none. Renews a rejected token once.
    async fn fetch_daily_limit(&self, api: Api) -> Result<Option<DailyLimit>, EbayError> {
        let (context, name) = api.analytics_name();
        let request = UpstreamRequest::for_path(["developer", "analytics", "v1_beta", "rate_limit", ""])
            .query("api_context", context)
            .query("api_name", name);
        let tokens = &self.inner.tokens;
        let token = tokens.valid_token(TokenKind::Application).await?;
        let mut reply = self.send_counted(Api::Analytics, &token, request.clone()).await?;
        if reply.status == 401 {
            tokens.mark_rejected(TokenKind::Application, &token).await;
            let renewed = tokens.valid_token(TokenKind::Application).await?;
            reply = self.send_counted(Api::Analytics, &renewed, request).await?;
        }
        if !reply.is_success() {
            // Not the error of an exhausted limit: finding out about it asks for the daily limit.
            return Err(parse_error(&reply));
        }
        let reported = reply.json::<Value>().ok().as_ref().and_then(parse_daily_limit);
        if let Some(reported) = &reported {
            self.inner.quota.sync_from_ebay(api.key(), reported.limit, reported.remaining).await?;
        }
        Ok(reported)
    }

    /// Counts a call that is about to be sent. Returns the usage before it. The local count may be wrong, so eBay is asked for its own count before calls stop for the day. A limit that eBay reported is not
    /// checked again before its reset time.
    pub(super) async fn reserve_call(&self, api: Api) -> Result<QuotaUsage, EbayError> {
        let mut used = self.quota_usage(api).await?;
        if used.block == Some(QuotaBlock::LocalCount) && api != Api::Analytics {
            used = Box::pin(self.resolve_quota(api, QuotaTrigger::LocalCount)).await?;
        }
        if let Some(blocked) = used.block_error() {
            return Err(blocked);
        }
        self.inner.quota.add_calls(api.key(), 1).await?;
        Ok(used)
    }

    /// Determines the usage when it is in question. One task asks eBay for its count; the others wait for the result. The refusal has no `Retry-After`. If eBay does not
    /// report when its day ends, the day ends at midnight in California.
    pub(super) async fn resolve_quota(&self, api: Api, trigger: QuotaTrigger) -> Result<QuotaUsage, EbayError> {
        let is_refused = trigger == QuotaTrigger::Refusal;
        let _only_task = self.inner.quota_sync.lock().await;
        let used = self.quota_usage(api).await?;
        if used.has_known_end() || (used.block.is_none() && !is_refused) {
            return Ok(used);
        }
        let (_, midnight) = current_quota_day(Timestamp::now());
        let reported = if api == Api::Analytics { None } else { self.fetch_daily_limit(api).await.ok().flatten() };
        let (quota, now) = (&self.inner.quota, Timestamp::now());
        match reported {
            None if is_refused => quota.mark_exhausted(api.key(), midnight).await?,
            None => quota.pause_calls(api.key(), midnight).await?,
            Some(reported) if reported.is_exhausted() => quota.mark_exhausted(api.key(), reported.resets_at).await?,
            // eBay's day has just started, or another limit than the reported one is exhausted. Ignores a reset time in
            // the past.
            Some(reported) if is_refused || reported.remaining == 0 => {
                quota
                    .pause_calls(api.key(), if reported.resets_at > now { reported.resets_at } else { midnight })
                    .await?;
            }
            Some(_) => {}
        }
        self.quota_usage(api).await
    }

    /// Returns a sentence for each API that has fewer calls left than `items` need.
    pub async fn quota_warnings(&self, items: u64, needs: &[(Api, u64)]) -> Vec<String> {
        let mut warnings = Vec::new();
        for (api, need) in needs {
            match self.quota_usage(*api).await {
                Ok(used) if used.remaining() < *need => warnings.push(quota_warning(&used, *need, items)),
                Ok(_) => {}
                Err(error) => warnings.push(error.to_string()),
            }
        }
        warnings
    }

    /// Returns the remaining calls of each API according to the local count. Omits APIs whose count cannot be read.
    pub async fn remaining_quotas(&self, needs: &[(Api, u64)]) -> Vec<Quota> {
        let mut quotas = Vec::new();
        for (api, need) in needs {
            match self.quota_usage(*api).await {
                Ok(used) => quotas.push(Quota {
                    api: api.key().to_owned(),
                    required: *need,
                    remaining: used.remaining(),
                    daily_limit: used.daily,
                    resets_at: used.until,
                }),
                Err(error) => tracing::warn!(%error, "cannot read today's calls from eBay"),
            }
        }
        quotas
    }
}

/// Today's limit of an API, as eBay reports it.
struct DailyLimit {
    limit: u64,
    remaining: u64,
    resets_at: Timestamp,
}

impl DailyLimit {
    /// Returns true if no calls are left until a time in the future.
    fn is_exhausted(&self) -> bool {
        self.remaining == 0 && self.resets_at > Timestamp::now()
    }
}

/// Parses the daily limit (a window of 86,400 seconds) from a response of the Analytics API.
fn parse_daily_limit(answer: &Value) -> Option<DailyLimit> {
    let resources = answer.get("rateLimits")?.as_array()?.iter().filter_map(|limit| limit.get("resources")?.as_array());
    let rates = resources.flatten().filter_map(|resource| resource.get("rates")?.as_array()).flatten();
    let of_a_day = rates.filter(|rate| rate.get("timeWindow").and_then(Value::as_u64) == Some(86_400));
    let read = |rate: &Value| {
        Some(DailyLimit {
            limit: rate.get("limit")?.as_u64()?,
            remaining: rate.get("remaining")?.as_u64()?,
            resets_at: rate.get("reset")?.as_str()?.parse().ok()?,
        })
    };
    // If an API has several resources, the one with the fewest remaining calls is decisive.
    of_a_day.filter_map(read).min_by_key(|limit| limit.remaining)
}

fn quota_warning(used: &QuotaUsage, need: u64, items: u64) -> String {
    format!(
        "This batch cannot finish today: its {items} items need about {need} calls of eBay's {} API, and {} of {} are left \
         until {}. The rest continues then.",
        used.api,
        used.remaining(),
        used.daily,
        format_minute(used.until),
    )
}
