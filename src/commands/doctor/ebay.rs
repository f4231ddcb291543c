//! Checks that the seller's account has everything a draft needs, and reports today's remaining eBay quota.

use tokio::time::timeout;

use super::check::{CHECK_TIMEOUT, DoctorCheck, DoctorContext};
use crate::bootstrap;
use crate::config::Config;
use domain::sink::SinkKind;
use domain::text::time::format_minute;
use ebay::{Api, EbayClient, EbayError, KEYSET_FIX, TokenKind};
use sinks::ebay::{ReadinessCheck, check_readiness};
use store::response_cache::ResponseCache;
use upstream::HttpClient;

const PART: &str = "ebay";

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
        let (checkup, calls) =
            tokio::join!(check_readiness(ebay, &response_cache, categories), check_call_limits(ebay));
        checkup.checks.into_iter().chain(calls).map(|check| DoctorCheck::from_check(PART, check)).collect()
    };
    timeout(CHECK_TIMEOUT, checks).await.unwrap_or_else(|_| {
        let found = format!("no answer within {} seconds", CHECK_TIMEOUT.as_secs());
        vec![DoctorCheck::fail(
            PART,
            "eBay",
            found,
            "check the network; see https://developer.ebay.com/support/api-status",
        )]
    })
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

/// Returns today's remaining calls. eBay's own count is used if eBay reports it.
async fn check_call_limits(ebay: &EbayClient) -> Vec<ReadinessCheck> {
    let mut checks = Vec::new();
    for api in [Api::Inventory, Api::Media, Api::Taxonomy, Api::Browse] {
        let used = match ebay.sync_quota(api).await {
            Err(_) => ebay.quota_usage(api).await,
            used => used,
        };
        let name = format!("calls of {api}");
        checks.push(match used {
            Ok(used) => {
                let until = format_minute(used.until);
                let found = format!("{} of {} left until {until}", used.remaining(), used.daily);
                let fix = (used.remaining() == 0).then(|| "wait until then".to_owned());
                ReadinessCheck { name, found, fix }
            }
            Err(error) => ReadinessCheck { name, found: error.to_string(), fix: Some("try again".to_owned()) },
        });
    }
    checks
}
