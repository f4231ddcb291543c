//! Prepares the eBay sinks for a job: runs the readiness checks, and collects the warnings to show before the first
//! item.

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::super::draft_sink::{DraftResult, DraftSink, RecordedEntry, RecordedMatch, SinkError};
use super::super::sink_context::{NotReady, PreparedSink, SinkContext};
use super::account::{Account, seller_for_policies};
use super::bulk_upsert::InventoryContext;
use super::category_policies::CategoryPolicies;
use super::duplicate_check::DuplicateChecker;
use super::images::ImageHosting;
use super::inventory::InventorySink;
use super::item_draft::ItemDraftSink;
use super::readiness::{check_category_rules, check_readiness};
use super::readiness_report::{ExpiredConsent, ReadinessReport, ReadinessResult};
use super::remote_items::MAX_BULK_ITEMS;
use super::retrying_client::{RetryingClient, outage_policy};
use super::validate;
use domain::job_spec::JobSpec;
use domain::listing::{Listing, MissingField};
use domain::outcome::Status;
use domain::sku::Sku;
use ebay::{Api, EbayClient};
use retry::RetryAdvice;
use store::journal::SellerAccount;

/// Maximum time to wait for the category rules; a drafts file is then started without them.
const MAX_RULES_WAIT: Duration = Duration::from_secs(5);

pub(crate) const NO_KEYSET_HINT: &str = "no eBay developer keyset: set EBAY_APP_ID and EBAY_CERT_ID (docs/EBAY.md, step 1), then run `draft-maker auth ebay`";

/// Advice for a batch without a condition.
const MISSING_CONDITION_HINT: &str = "neither the list nor the batch states a condition, and eBay's music categories need one: add \
    a column Condition to the list, or choose one for the batch, for example very_good: in the start dialog, with --condition, \
    or as the setting listing.condition (ITEM_CONDITION)";

pub(crate) const SIGN_IN_HINT: &str = "no eBay account is signed in: run `draft-maker auth ebay`";

/// Returns the number of calls for `drafts` drafts: in the Inventory API, and in the Media API for their pictures.
pub(crate) fn estimate_inventory_calls(drafts: u64) -> Vec<(Api, u64)> {
    vec![(Api::Inventory, bulk_call_count(drafts)), (Api::Media, drafts)]
}

/// Returns the number of calls for `drafts` drafts in the Listing API.
pub(crate) fn estimate_item_draft_calls(drafts: u64) -> Vec<(Api, u64)> {
    vec![(Api::Listing, drafts)]
}

/// Prepares the `inventory` sink.
///
/// # Errors
/// Returns [`NotReady`] with the steps that the operator has to take.
pub(crate) async fn prepare_inventory_sink(context: &SinkContext) -> Result<PreparedSink, NotReady> {
    let ReadyAccount { ebay, account, rules, seller } = match await_readiness(InventorySink::NAME, context).await? {
        Readiness::Ready(ready) => *ready,
        Readiness::ConsentExpired(expired) => {
            return Ok(unavailable_sink(InventorySink::NAME, InventorySink::DESCRIPTION, expired));
        }
    };
    let warnings = ebay.quota_warnings(context.items.count, &estimate_inventory_calls(context.items.count)).await;
    let SinkContext { journal, response_cache, max_wait, .. } = context.clone();
    let seller_scope = ebay.seller_scope();
    let client = RetryingClient::new(ebay, max_wait);
    let image_hosting = ImageHosting::new(client.clone(), response_cache, seller_scope);
    Ok(PreparedSink::new(move |job| {
        let context = InventoryContext { client, seller, journal, job, account, rules, image_hosting };
        InventorySink::new(context, warnings)
    }))
}

/// Prepares the `item-draft` sink.
///
/// # Errors
/// Returns [`NotReady`] with the steps that the operator has to take.
pub(crate) async fn prepare_item_draft_sink(context: &SinkContext) -> Result<PreparedSink, NotReady> {
    let ReadyAccount { ebay, rules, seller, .. } = match await_readiness(ItemDraftSink::NAME, context).await? {
        Readiness::Ready(ready) => *ready,
        Readiness::ConsentExpired(expired) => {
            return Ok(unavailable_sink(ItemDraftSink::NAME, ItemDraftSink::DESCRIPTION, expired));
        }
    };
    let warnings = ebay.quota_warnings(context.items.count, &estimate_item_draft_calls(context.items.count)).await;
    let (journal, max_wait) = (context.journal.clone(), context.max_wait);
    Ok(PreparedSink::new(move |job| {
        let duplicate_checker = DuplicateChecker::new(ebay.clone());
        ItemDraftSink { ebay, journal, seller, job, rules, warnings, duplicate_checker, max_wait }
    }))
}

/// Whether drafts can be created when the batch starts.
enum Readiness {
    Ready(Box<ReadyAccount>),
    /// The seller's consent has ended, but every other check passed.
    ConsentExpired(ExpiredConsent),
}

struct ReadyAccount {
    ebay: EbayClient,
    account: Account,
    rules: CategoryPolicies,
    seller: SellerAccount,
}

fn unavailable_sink(name: &'static str, description: &'static str, expired_consent: ExpiredConsent) -> PreparedSink {
    PreparedSink::new(move |_| UnavailableSink { name, description, expired_consent })
}

async fn await_readiness(sink: &'static str, context: &SinkContext) -> Result<Readiness, NotReady> {
    let ebay = context.ebay.clone().ok_or_else(|| NotReady::needs_setup(sink, NO_KEYSET_HINT))?;
    let report = check_with_retry(&ebay, context).await;
    let condition = report.category_policies().and_then(|rules| missing_required_condition(context, rules));
    let to_do = condition.map_or_else(|| report.to_do(), |condition| vec![condition.to_owned()]);
    match report.result {
        ReadinessResult::Ready { account, rules, policy_labels } if condition.is_none() => {
            let seller = seller_for_policies(&ebay, &context.journal, policy_labels).await;
            Ok(Readiness::Ready(Box::new(ReadyAccount { ebay, account: *account, rules, seller })))
        }
        ReadinessResult::ConsentExpired(expired) if condition.is_none() => Ok(Readiness::ConsentExpired(*expired)),
        ReadinessResult::NoAnswer | ReadinessResult::QuotaExhausted => {
            Err(NotReady { sink, to_do, is_temporary: true })
        }
        _ => Err(NotReady { sink, to_do, is_temporary: false }),
    }
}

/// Returns advice if neither the batch nor an item states a condition or a media grade.
pub(crate) fn missing_condition(spec: &JobSpec, items_state_condition: bool) -> Option<&'static str> {
    let is_stated = items_state_condition || spec.copy_defaults().effective_condition().is_some();
    (!is_stated).then_some(MISSING_CONDITION_HINT)
}

/// Returns advice if no item could pass because every category requires a condition and the batch states none.
pub(crate) fn missing_required_condition(context: &SinkContext, rules: &CategoryPolicies) -> Option<&'static str> {
    missing_condition(&context.job_spec, context.items.state_condition).filter(|_| rules.all_require_condition())
}

/// Loads only the category rules, for a drafts file, which can be written without them. Waits up to [`MAX_RULES_WAIT`]
/// while eBay does not answer.
///
/// # Errors
/// Returns a message that says what cannot be read.
pub(crate) async fn load_category_policies(
    ebay: &EbayClient,
    context: &SinkContext,
) -> Result<CategoryPolicies, String> {
    let max_wait = context.max_wait.min(MAX_RULES_WAIT);
    let mut retries = outage_policy(max_wait).start();
    loop {
        let report = match check_category_rules(ebay, context).await {
            Ok(rules) => return Ok(rules),
            Err(report) => report,
        };
        if !report.is_worth_repeating() || !retries.wait(RetryAdvice::Retry).await {
            return Err(report.to_do().join("; "));
        }
    }
}

/// Runs all checks. Repeats them within [`SinkContext::max_wait`] while eBay does not answer, so that one error page of
/// an overloaded gateway does not end a nightly batch.
async fn check_with_retry(ebay: &EbayClient, context: &SinkContext) -> ReadinessReport {
    let mut retries = outage_policy(context.max_wait).start();
    let mut is_reported = context.max_wait.is_zero();
    loop {
        let report = check_readiness(ebay, &context.response_cache, context.categories).await;
        if report.is_worth_repeating() && !std::mem::replace(&mut is_reported, true) {
            report_retries(context, &report);
        }
        if !report.is_worth_repeating() || !retries.wait(RetryAdvice::Retry).await {
            return report;
        }
    }
}

/// Tells the operator why the batch does not start yet and how long the checks are repeated.
fn report_retries(context: &SinkContext, report: &ReadinessReport) {
    let why = report.to_do().into_iter().next().unwrap_or_default();
    let until = (Timestamp::now() + context.max_wait).strftime("%H:%M:%S UTC");
    let message = format!("eBay does not answer, so its checks are repeated until {until}; Ctrl-C stops. {why}");
    (context.notify_wait)(&message);
}

/// Returns the number of bulk calls for `items` items in full batches: one read, one write of items, one write of
/// offers.
fn bulk_call_count(items: u64) -> u64 {
    items.div_ceil(MAX_BULK_ITEMS as u64) * 3
}

/// Replaces a sink while the eBay authorization has expired. The batch continues: eBay's rules are checked, every item
/// is deferred, and `draft-maker resume` creates the drafts after a new sign-in.
struct UnavailableSink {
    name: &'static str,
    description: &'static str,
    expired_consent: ExpiredConsent,
}

impl DraftSink for UnavailableSink {
    fn name(&self) -> &'static str {
        self.name
    }

    fn item_status(&self) -> Status {
        Status::Drafted
    }

    fn description(&self) -> &'static str {
        self.description
    }

    fn warnings(&self) -> Vec<String> {
        vec![format!("No drafts are created yet: {}. Items are looked up and wait.", self.expired_consent.message)]
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        validate::validate_listing(listing, &self.expired_consent.rules)
    }

    fn parse_recorded(&self, _: &Sku, _: &Value) -> Option<RecordedEntry> {
        None
    }

    fn compare_recorded(&self, _: &Value, _: &Listing) -> RecordedMatch {
        RecordedMatch::Different
    }

    fn create_draft<'a>(&'a self, _: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            // The full message was already shown as a warning at the start.
            let ExpiredConsent { cause, remedy, .. } = self.expired_consent;
            let why = format!("{cause}: {remedy}, then `draft-maker resume`");
            Err(SinkError::Unavailable { sink: self.name, why, until: None })
        })
    }
}
