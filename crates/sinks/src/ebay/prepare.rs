//! Opening eBay for a job: the check-up first, and what the operator hears before the first item.

use std::time::Duration;

use tokio::time::Instant;

use super::super::registry::{NotReady, PreparedSink, SinkContext};
use super::account::Account;
use super::batcher::MAX_BATCH_LISTINGS;
use super::category_policies::CategoryPolicies;
use super::context::InventoryContext;
use super::duplicate_check::DuplicateChecker;
use super::images::ImageHosting;
use super::inventory::InventorySink;
use super::item_draft::ItemDraftSink;
use super::readiness::{ExpiredConsent, ReadinessReport, check_category_rules, check_readiness};
use super::retrying_client::RetryingClient;
use super::seller::seller_for_policies;
use super::unavailable::UnavailableSink;
use ebay::{Api, EbayClient};
use store::journal::SellerAccount;

const READINESS_RETRY_WAIT: Duration = Duration::from_secs(2);

pub(crate) const NO_KEYSET_HINT: &str =
    "no keyset: set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com), then run `draft-maker auth ebay`";

pub(crate) const SIGN_IN_HINT: &str = "nobody is signed in at eBay: run `draft-maker auth ebay`";

/// Calls of so many drafts in the Inventory API.
pub(crate) fn estimate_inventory_calls(drafts: u64) -> Vec<(Api, u64)> {
    vec![(Api::Inventory, bulk_call_count(drafts)), (Api::Media, drafts)]
}

/// Calls of so many drafts in the Listing API.
pub(crate) fn estimate_item_draft_calls(drafts: u64) -> Vec<(Api, u64)> {
    vec![(Api::Listing, drafts)]
}

pub(crate) async fn prepare_inventory_sink(opening: &SinkContext) -> Result<PreparedSink, NotReady> {
    let ReadyAccount { ebay, account, rules, seller } = match await_readiness(InventorySink::NAME, opening).await? {
        Readiness::Ready(open) => *open,
        Readiness::ConsentExpired(ended) => {
            return Ok(unavailable_sink(InventorySink::NAME, InventorySink::DESCRIPTION, ended));
        }
    };
    let items = opening.item_count;
    let remarks = ebay.quota_warnings(items, &estimate_inventory_calls(items)).await;
    let SinkContext { journal, response_cache: answers, max_wait: patience, .. } = opening.clone();
    let place = ebay.seller_scope();
    let line = RetryingClient::new(ebay, patience);
    let pictures = ImageHosting::default();
    let shop = move |job| InventoryContext {
        client: line,
        account_key: place,
        seller,
        journal,
        response_cache: answers,
        job,
        account,
        rules,
        image_hosting: pictures,
    };
    Ok(PreparedSink::new(move |job| InventorySink::new(shop(job), remarks)))
}

pub(crate) async fn prepare_item_draft_sink(opening: &SinkContext) -> Result<PreparedSink, NotReady> {
    let ReadyAccount { ebay, rules, seller, .. } = match await_readiness(ItemDraftSink::NAME, opening).await? {
        Readiness::Ready(open) => *open,
        Readiness::ConsentExpired(ended) => {
            return Ok(unavailable_sink(ItemDraftSink::NAME, ItemDraftSink::DESCRIPTION, ended));
        }
    };
    let remarks = ebay.quota_warnings(opening.item_count, &estimate_item_draft_calls(opening.item_count)).await;
    let (journal, patience) = (opening.journal.clone(), opening.max_wait);
    Ok(PreparedSink::new(move |job| {
        let holdings = DuplicateChecker::new(ebay.clone());
        ItemDraftSink {
            ebay,
            journal,
            seller,
            job,
            rules,
            warnings: remarks,
            duplicate_checker: holdings,
            max_wait: patience,
        }
    }))
}

/// How eBay stands when a batch begins.
enum Readiness {
    Ready(Box<ReadyAccount>),
    /// Nothing is lacking but the seller's consent, which has ended.
    ConsentExpired(ExpiredConsent),
}

struct ReadyAccount {
    ebay: EbayClient,
    account: Account,
    rules: CategoryPolicies,
    seller: SellerAccount,
}

fn unavailable_sink(sink: &'static str, explained: &'static str, ended: ExpiredConsent) -> PreparedSink {
    PreparedSink::new(move |_| UnavailableSink { name: sink, description: explained, expired_consent: ended })
}

async fn await_readiness(sink: &'static str, opening: &SinkContext) -> Result<Readiness, NotReady> {
    let ebay = opening.ebay.clone().ok_or_else(|| NotReady { sink, to_do: vec![NO_KEYSET_HINT.to_owned()] })?;
    let checkup = check_with_retry(&ebay, opening).await;
    let is_shut = checkup.only_consent_missing();
    let mut to_do = if is_shut { Vec::new() } else { checkup.to_do() };
    to_do.extend(checkup.category_policies().and_then(|rules| missing_condition(opening, rules)));
    match (checkup.ready, checkup.expired_consent) {
        (Some((account, rules)), _) if to_do.is_empty() => {
            let seller = seller_for_policies(&ebay, &opening.journal, checkup.policy_labels).await;
            Ok(Readiness::Ready(Box::new(ReadyAccount { ebay, account, rules, seller })))
        }
        (None, Some(ended)) if to_do.is_empty() => Ok(Readiness::ConsentExpired(ended)),
        _ => Err(NotReady { sink, to_do }),
    }
}

/// What to do where no item could pass: every category needs a condition, and none is stated.
pub(crate) fn missing_condition(opening: &SinkContext, rules: &CategoryPolicies) -> Option<String> {
    let is_needed = rules.categories.values().all(|rules| rules.condition_required);
    let fix = "the batch states no condition, and every category needs one: add --condition, for example very_good";
    (opening.job_spec.condition.is_none() && is_needed).then(|| fix.to_owned())
}

/// The rules of the categories alone; a sick eBay is waited for.
///
/// # Errors
/// What is not known, in words.
pub(crate) async fn load_category_policies(
    ebay: &EbayClient,
    opening: &SinkContext,
) -> Result<CategoryPolicies, String> {
    let began = Instant::now();
    loop {
        let (rules, checkup) = check_category_rules(ebay, opening).await;
        if let Some(rules) = rules {
            return Ok(rules);
        }
        if !checkup.is_transient || began.elapsed() + READINESS_RETRY_WAIT > opening.max_wait {
            return Err(checkup.to_do().join("; "));
        }
        tokio::time::sleep(READINESS_RETRY_WAIT).await;
    }
}

/// A sick eBay is waited for here too: a nightly batch must not be given up for one page of an overloaded gateway.
async fn check_with_retry(ebay: &EbayClient, opening: &SinkContext) -> ReadinessReport {
    let began = Instant::now();
    loop {
        let checkup = check_readiness(ebay, &opening.response_cache, opening.categories).await;
        if !checkup.is_transient || began.elapsed() + READINESS_RETRY_WAIT > opening.max_wait {
            return checkup;
        }
        tokio::time::sleep(READINESS_RETRY_WAIT).await;
    }
}

/// Reads and writes of so many drafts in full rounds: what is there, items, offers.
fn bulk_call_count(items: u64) -> u64 {
    items.div_ceil(MAX_BATCH_LISTINGS as u64) * 3
}
