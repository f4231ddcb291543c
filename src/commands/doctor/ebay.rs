//! Checks that the seller's account has everything a draft needs, and reports today's remaining eBay quota.

use futures::future::join_all;
use tokio::time::timeout;

use super::check::{CHECK_TIMEOUT, DoctorCheck, DoctorContext};
use crate::bootstrap;
use crate::config::Config;
use domain::sink::SinkKind;
use domain::text::time::format_minute;
use ebay::{Api, EbayClient, EbayError, KEYSET_FIX, QuotaUsage, TokenKind};
use sinks::ebay::{ReadinessCheck, check_readiness};
use store::response_cache::ResponseCache;
use upstream::HttpClient;

const PART: &str = "ebay";

const NETWORK_FIX: &str = "check the network; see https://developer.ebay.com/support/api-status";

/// Checks eBay. If drafts go to a file, eBay is not needed and a missing part is only a note. A keyset that eBay
/// rejects is always a failure, because it stops batches.
pub(super) async fn check_ebay(context: &DoctorContext<'_>) -> Vec<DoctorCheck> {
    if let Some(rejected) = check_keyset(context).await {
        return vec![rejected];
    }
    let lines = check_seller_account(context).await;
    let goes_into_file = bootstrap::default_sink(context.config).is_ok_and(|sink| sink == SinkKind::Csv);
    if goes_into_file { lines.into_iter().map(DoctorCheck::downgrade_failure).collect() } else { lines }
}

/// Returns a failure if eBay rejects the keyset; `None` if eBay accepts it or does not answer, or if no keyset is set.
async fn check_keyset(context: &DoctorContext<'_>) -> Option<DoctorCheck> {
    let ebay = context.clients.as_ref().ok()?.ebay.as_ref()?;
    match timeout(CHECK_TIMEOUT, ebay.tokens().valid_token(TokenKind::Application)).await {
        Ok(Err(EbayError::KeysetRejected { message })) => {
            Some(DoctorCheck::fail(PART, "keyset", format!("eBay rejects it: {message}"), KEYSET_FIX))
        }
        _ => None,
    }
}

async fn check_seller_account(context: &DoctorContext<'_>) -> Vec<DoctorCheck> {
    let ebay = match &context.clients {
        Err(why) => return vec![DoctorCheck::fail(PART, "eBay", why, "fix the setting")],
        Ok(clients) => clients.ebay.as_ref(),
    };
    if let Some(why) = &context.ebay_error {
        return vec![DoctorCheck::fail(PART, "eBay", why, "fix the setting")];
    }
    let Some(ebay) = ebay else { return vec![DoctorCheck::from_check(PART, missing_keyset_check())] };
    let categories = match bootstrap::load_policies(context.config) {
        Ok(policies) => policies.categories,
        Err(error) => return vec![DoctorCheck::fail(PART, "categories", format!("{error:#}"), "fix the file")],
    };
    let checks = async {
        // Cache the responses for the next batch; in memory only if the cache folder cannot be used.
        let response_cache = match context.config.store_location() {
            Ok(location) => ResponseCache::open(location.with_folder(&context.batch.cache_dir)).await.ok(),
            Err(_) => None,
        };
        let response_cache = match response_cache {
            Some(response_cache) => Ok(response_cache),
            None => ResponseCache::open_in_memory().await,
        };
        let response_cache = match response_cache {
            Ok(response_cache) => response_cache,
            Err(error) => {
                return vec![DoctorCheck::fail(PART, "eBay", error.to_string(), "make the data folder writable")];
            }
        };
        let checks = check_readiness(ebay, &response_cache, categories).await.checks;
        checks.into_iter().map(|check| DoctorCheck::from_check(PART, check)).collect()
    };
    // The checks of the account are made one after another, and each request has a limit of its own.
    let account = async {
        timeout(3 * CHECK_TIMEOUT, checks).await.unwrap_or_else(|_| {
            let found = format!("no answer within {} seconds", 3 * CHECK_TIMEOUT.as_secs());
            vec![DoctorCheck::fail(PART, "eBay", found, NETWORK_FIX)]
        })
    };
    let (account, calls) = tokio::join!(account, check_call_limits(ebay));
    account.into_iter().chain(calls).collect()
}

/// Connects to eBay; `None` if no keyset is set.
pub(super) async fn connect_ebay(config: &Config, http: &HttpClient) -> anyhow::Result<Option<EbayClient>> {
    let (settings, location) = (config.section::<ebay::Settings>("ebay")?, config.store_location()?);
    Ok(if settings.has_keyset() { Some(EbayClient::connect(&settings, http, location).await?) } else { None })
}

fn missing_keyset_check() -> ReadinessCheck {
    let fix = "set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com), then run `draft-maker auth ebay`; without them \
               drafts go to a file for Seller Hub";
    ReadinessCheck { name: "eBay".to_owned(), found: "no keyset".to_owned(), fix: Some(fix.to_owned()) }
}

/// Returns today's remaining calls of each API. eBay's own count is used if eBay reports it.
async fn check_call_limits(ebay: &EbayClient) -> Vec<DoctorCheck> {
    join_all([Api::Inventory, Api::Media, Api::Taxonomy, Api::Browse].map(|api| check_call_limit(ebay, api))).await
}

async fn check_call_limit(ebay: &EbayClient, api: Api) -> DoctorCheck {
    let name = format!("calls of {api}");
    let (why, fix) = match timeout(CHECK_TIMEOUT, ebay.sync_quota(api)).await {
        Ok(Ok(used)) if used.remaining() > 0 => return DoctorCheck::ok(PART, name, describe_quota(&used)),
        Ok(Ok(used)) => return DoctorCheck::fail(PART, &name, describe_quota(&used), "wait until then"),
        Ok(Err(error)) => (error.describe_with_service(), quota_fix(&error)),
        Err(_) => (format!("eBay: no answer within {} seconds", CHECK_TIMEOUT.as_secs()), NETWORK_FIX),
    };
    let counted = ebay.quota_usage(api).await;
    let counted = counted.map_or_else(|error| error.to_string(), |used| describe_quota(&used));
    let found = format!("{counted} by the count of this machine; eBay's own count cannot be read: {why}");
    let check = DoctorCheck::fail(PART, &name, found, fix);
    // Without eBay's count, drafts can be created nevertheless.
    if fix == KEYSET_FIX { check } else { check.downgrade_failure() }
}

fn describe_quota(used: &QuotaUsage) -> String {
    format!("{} of {} left until {}", used.remaining(), used.daily, format_minute(used.until))
}

/// Returns what the operator can do if eBay does not report its count of calls.
pub(super) fn quota_fix(error: &EbayError) -> &'static str {
    match error {
        EbayError::KeysetRejected { .. } | EbayError::Api { status: 401 | 403, .. } => KEYSET_FIX,
        _ => NETWORK_FIX,
    }
}
