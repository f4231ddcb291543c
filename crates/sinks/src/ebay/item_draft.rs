//! The `item-draft` sink: listing drafts in Seller Hub through eBay's Listing API, for accounts that eBay has approved.
//!
//! This API has no SKU, no list of drafts and no idempotency key, so only the ledger prevents a second draft. The
//! ledger has an entry while a call may be in progress. If the answer is lost, the draft may exist, and the call is not
//! repeated. A call that certainly created no draft leaves no entry, and is repeated within
//! [`ItemDraftSink::max_wait`].

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::draft_sink::{
    DraftResult, DraftSink, InFlightGuard, RecordedEntry, RecordedMatch, SinkError, WithdrawResult, unsent_terms_note,
};
use super::category_policies::CategoryPolicies;
use super::duplicate_check::DuplicateChecker;
use super::fingerprint::{DocumentFingerprint, join_changes};
use super::payload;
use super::retrying_client;
use super::validate;
use super::wire::{self, CreatedItemDraft};
use domain::job_spec::JobId;
use domain::listing::{Listing, MissingField};
use domain::loopback::is_https_or_loopback;
use domain::outcome::{Draft, Status};
use domain::sink::SinkKind;
use domain::sku::Sku;
use domain::text::time::format_minute;
use ebay::{Api, EbayClient, EbayError, TokenKind};
use store::journal::{Claim, ClaimResult, Journal, JournalError, SellerAccount};
use upstream::{HttpError, UpstreamRequest, describe_json_error};

/// Sink for one job's drafts in eBay's Listing API.
pub struct ItemDraftSink {
    pub(super) ebay: EbayClient,
    pub(super) journal: Journal,
    pub(super) seller: SellerAccount,
    pub(super) job: JobId,
    pub(super) rules: CategoryPolicies,
    pub(super) warnings: Vec<String>,
    pub(super) duplicate_checker: DuplicateChecker,
    /// Maximum time to wait while eBay does not answer.
    pub(super) max_wait: Duration,
}

/// Ledger entry of a draft.
#[derive(Debug, Serialize, Deserialize)]
struct ItemDraftRecord {
    title: String,
    /// `None` until eBay has answered the call; empty if eBay created the draft without stating its ID.
    draft_id: Option<String>,
    url: Option<String>,
    /// Number of copies.
    #[serde(default = "default_quantity")]
    #[serde(rename = "copies")]
    quantity: u32,
    /// Document that was sent; `None` for drafts of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<DocumentFingerprint>,
    /// Grades and note of the copies, for which this API has no field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition_text: Option<String>,
}

const fn default_quantity() -> u32 {
    1
}

/// How a call failed that certainly created no draft.
enum CreateFailure {
    /// The call may succeed if it is repeated.
    Transient(HttpError),
    /// eBay rejected the token with this message; the next call gets a new token.
    TokenRejected(String),
    Final(Result<DraftResult, SinkError>),
}

impl ItemDraftSink {
    /// Name of the sink in settings, results and the ledger.
    pub const NAME: &'static str = SinkKind::ItemDraft.as_str();

    /// Describes the drafts of this sink and where the seller finds them.
    pub(crate) const DESCRIPTION: &'static str =
        "Destination: drafts of eBay's Listing API. Each result names the page on eBay where you finish it.";

    /// Claims the item in the ledger and creates its draft. Repeats both steps if eBay certainly created no draft.
    async fn claim_and_create(&self, listing: &Listing) -> Result<DraftResult, SinkError> {
        let (mut retries, mut is_renewed) = (retrying_client::outage_policy(self.max_wait).start(), false);
        loop {
            match self.journal.claim_ledger_entry(&self.build_claim(listing)).await.map_err(ledger_error)? {
                ClaimResult::Acquired => {}
                claimed => return self.result_for_claimed(listing, claimed),
            }
            match self.send_draft(listing).await {
                Ok(result) => return Ok(result),
                Err(CreateFailure::Final(result)) => return result,
                Err(CreateFailure::TokenRejected(_)) if !is_renewed => is_renewed = true,
                Err(CreateFailure::TokenRejected(message)) => return Ok(DraftResult::Rejected(message)),
                Err(CreateFailure::Transient(error)) => {
                    if !retries.wait(error.retry_advice()).await {
                        return Err(indeterminate_error(EbayError::Http(error)));
                    }
                }
            }
        }
    }

    fn build_claim(&self, listing: &Listing) -> Claim {
        let record = self.build_record(listing, None);
        Claim {
            seller: self.seller.clone(),
            sink: self.ebay.site().ledger_name(Self::NAME),
            sku: listing.sku().clone(),
            job: self.job.clone(),
            upc: listing.upc(),
            payload: serde_json::to_value(&record).unwrap_or_default(),
            at: Timestamp::now(),
        }
    }

    async fn send_draft(&self, listing: &Listing) -> Result<DraftResult, CreateFailure> {
        // Get the token first, so that a failure of the token service is not mistaken for a lost answer.
        let token = match self.ebay.tokens().valid_token(TokenKind::Seller).await {
            Ok(token) => token,
            Err(error) => return Err(self.release_claim(listing, error).await),
        };
        let request = UpstreamRequest::for_path(["sell", "listing", "v1_beta", "item_draft", ""])
            .post()
            .header("X-EBAY-C-MARKETPLACE-ID", self.ebay.site().as_str())
            .header("Content-Language", self.ebay.site().language_tag())
            .json(&payload::item_draft_document(listing, &self.rules))
            .not_idempotent();
        let answer = match self.ebay.call_json_with_token(&token, TokenKind::Seller, Api::Listing, request).await {
            Ok(answer) => answer,
            Err(error) if may_have_been_created(&error) => {
                return Ok(uncertain_draft(&error.to_string(), listing.sku()));
            }
            Err(error) => return Err(self.release_claim(listing, error).await),
        };
        let created = wire::read_answer::<CreatedItemDraft>(answer).unwrap_or_default();
        let record = self.build_record(listing, Some(created));
        let row = serde_json::to_value(&record).unwrap_or_default();
        let sink = self.ebay.site().ledger_name(Self::NAME);
        let stored = self.journal.update_ledger_entries(&self.seller, &sink, vec![(listing.sku().clone(), row)]).await;
        stored.map_err(|error| CreateFailure::Final(Err(indeterminate_error(error))))?;
        Ok(DraftResult::Created { draft: new_draft(listing.sku(), record), note: unsupported_fields_note(listing) })
    }

    /// Returns the ledger entry; `created` is `None` until eBay has created the draft.
    fn build_record(&self, listing: &Listing, created: Option<CreatedItemDraft>) -> ItemDraftRecord {
        let (draft_id, url) = created.map(|created| (created.item_draft_id, created.sell_flow_url)).unzip();
        ItemDraftRecord {
            title: listing.title().to_owned(),
            draft_id,
            url: url.flatten().filter(|url| is_https_or_loopback(url)),
            quantity: listing.quantity(),
            sent: Some(self.fingerprint(listing)),
            condition_text: listing.condition_description().map(str::to_owned),
        }
    }

    fn fingerprint(&self, listing: &Listing) -> DocumentFingerprint {
        DocumentFingerprint::from_document(&payload::item_draft_document(listing, &self.rules))
    }

    /// Returns the result for an item that already has a ledger entry.
    fn result_for_claimed(&self, listing: &Listing, claim_result: ClaimResult) -> Result<DraftResult, SinkError> {
        let (row, since) = match claim_result {
            ClaimResult::OtherSink(other) => return Ok(DraftResult::ExistsElsewhere(other)),
            ClaimResult::OwnedByOtherJob { job, at, row } => {
                (row, Some(format!("drafted by {job}, {}", format_minute(at))))
            }
            ClaimResult::OwnedByThisJob(row) => (row, None),
            ClaimResult::Acquired => return Err(indeterminate_error("its entry in the ledger is new")),
        };
        let record = serde_json::from_value::<ItemDraftRecord>(row).map_err(|error| {
            indeterminate_error(format!("a row of the ledger cannot be read: {}", describe_json_error(&error)))
        })?;
        if record.draft_id.is_none() {
            return Ok(uncertain_draft("the draft was being sent to eBay when the batch ended", listing.sku()));
        }
        let changes = self.changes_since(&record, listing);
        let draft = new_draft(listing.sku(), record);
        let result = match since {
            None => DraftResult::Created { draft, note: unsupported_fields_note(listing) },
            Some(since) => DraftResult::Unchanged { draft, reason: since },
        };
        Ok(if changes.is_empty() { result } else { result.with_note(&stale_draft_note(&changes)) })
    }

    /// Describes the changes that the draft needs to match the current listing.
    fn changes_since(&self, record: &ItemDraftRecord, listing: &Listing) -> Vec<String> {
        let quantity = (record.quantity != listing.quantity())
            .then(|| format!("quantity from {} to {}", record.quantity, listing.quantity()));
        let document = record.sent.as_ref().map(|sent| sent.changes_to(&self.fingerprint(listing)));
        document.unwrap_or_default().into_iter().chain(quantity).collect()
    }

    /// Deletes the ledger entry before any wait, so that a run that ends meanwhile leaves no entry for a draft that was
    /// never requested.
    async fn release_claim(&self, listing: &Listing, error: EbayError) -> CreateFailure {
        if let Err(unwritten) = self.journal.delete_ledger_entry(&self.seller, listing.sku()).await {
            return CreateFailure::Final(Err(indeterminate_error(unwritten)));
        }
        CreateFailure::Final(match error {
            EbayError::Http(error) if error.is_transient() => return CreateFailure::Transient(error),
            error if error.is_token_rejected() => return CreateFailure::TokenRejected(error.to_string()),
            EbayError::Api { .. } => Ok(DraftResult::Rejected(error.to_string())),
            error if error.is_terminal() => {
                Err(SinkError::Unavailable { sink: Self::NAME, why: error.to_string(), until: error.retry_at() })
            }
            error => Err(indeterminate_error(error)),
        })
    }
}

/// Returns the result for a draft that may have been created.
fn uncertain_draft(reason: &str, sku: &Sku) -> DraftResult {
    DraftResult::Uncertain(format!(
        "{reason}; it is unknown whether the draft was created: check Seller Hub > Drafts. If it is there, skip the item; if \
         not, run `draft-maker drafts --delete {sku}`, then accept the item"
    ))
}

impl DraftSink for ItemDraftSink {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn item_status(&self) -> Status {
        Status::Drafted
    }

    fn description(&self) -> &'static str {
        Self::DESCRIPTION
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn seller(&self) -> Option<&SellerAccount> {
        Some(&self.seller)
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        validate::validate_listing(listing, &self.rules)
    }

    fn track_in_flight(&self) -> InFlightGuard {
        self.duplicate_checker.track_in_flight()
    }

    fn withdraw_draft<'a>(&'a self, sku: &'a Sku) -> BoxFuture<'a, Result<WithdrawResult, SinkError>> {
        Box::pin(async move {
            let is_known = self.journal.delete_ledger_entry(&self.seller, sku).await.map_err(ledger_error)?;
            // The Listing API has no call that deletes a draft.
            let note = is_known.then(|| "delete these drafts in Seller Hub > Drafts".to_owned());
            Ok(WithdrawResult::Withdrawn { note })
        })
    }

    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            let conflict = self.duplicate_checker.find_conflict(listing, &self.journal, &self.seller).await;
            let unchecked = "cannot check whether eBay's inventory already has the item";
            conflict.map_err(ledger_error)?.guard_creation(unchecked, self.claim_and_create(listing)).await
        })
    }

    fn parse_recorded(&self, sku: &Sku, payload: &Value) -> Option<RecordedEntry> {
        let record = serde_json::from_value::<ItemDraftRecord>(payload.clone()).ok()?;
        let quantity = record.quantity;
        Some(RecordedEntry { draft: new_draft(sku, record), quantity })
    }

    fn compare_recorded(&self, payload: &Value, listing: &Listing) -> RecordedMatch {
        let Ok(record) = serde_json::from_value::<ItemDraftRecord>(payload.clone()) else {
            return RecordedMatch::Different;
        };
        let Some(sent) = record.sent else { return RecordedMatch::Different };
        let wanted = self.fingerprint(listing);
        let is_same = |path| sent.get(path) == wanted.get(path);
        let text = listing.condition_description();
        RecordedMatch::from_parts(
            is_same("condition") && record.condition_text.as_deref() == text,
            is_same("pricingSummary.price.value"),
        )
    }

    fn flush_pending(&self) {
        self.duplicate_checker.flush_pending();
    }
}

/// Returns whether eBay may have created the draft although its answer did not arrive.
fn may_have_been_created(error: &EbayError) -> bool {
    match error {
        EbayError::Http(error) => error.may_have_executed(),
        EbayError::InvalidResponse { .. } => true,
        _ => false,
    }
}

/// Describes how a draft differs from the list. This API cannot change a draft.
fn stale_draft_note(changes: &[String]) -> String {
    format!(
        "the draft has other values than this batch ({}), and eBay's Listing API cannot change it: change it on its page",
        join_changes(changes)
    )
}

/// Returns a note about values for which this API has no field: the quantity of several copies, best offer and store
/// category.
fn unsupported_fields_note(listing: &Listing) -> Option<String> {
    let copies = listing.quantity();
    let quantity =
        (copies > 1).then(|| format!("a draft of this kind has no quantity: set it to {copies} on its page"));
    let notes = quantity.into_iter().chain(unsent_terms_note(listing)).collect::<Vec<_>>();
    (!notes.is_empty()).then(|| notes.join("; "))
}

fn new_draft(sku: &Sku, record: ItemDraftRecord) -> Draft {
    Draft {
        sku: sku.clone(),
        title: record.title,
        sink: SinkKind::ItemDraft,
        offer_id: record.draft_id.filter(|id| !id.is_empty()),
        url: record.url,
        price: None,
    }
}

fn indeterminate_error(why: impl std::fmt::Display) -> SinkError {
    SinkError::Indeterminate { sink: ItemDraftSink::NAME, why: why.to_string() }
}

#[expect(clippy::needless_pass_by_value, reason = "callers pass it to `map_err`")]
fn ledger_error(error: JournalError) -> SinkError {
    SinkError::from_ledger(ItemDraftSink::NAME, &error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns the draft whose ID eBay states like this.
    fn draft_with_id(id: &Value) -> Draft {
        let created = wire::read_answer::<CreatedItemDraft>(json!({"itemDraftId": id})).unwrap();
        let row = json!({"title": "Nevermind", "draft_id": created.item_draft_id, "url": null});
        new_draft(&Sku::parse("DM0720642442524").unwrap(), serde_json::from_value(row).unwrap())
    }

    #[test]
    fn the_id_of_a_draft_is_text_or_a_number() {
        assert_eq!(draft_with_id(&json!("7")).offer_id.as_deref(), Some("7"));
        assert_eq!(draft_with_id(&json!(5_012_345_678_901_u64)).offer_id.as_deref(), Some("5012345678901"));
        for missing in [json!(""), Value::Null, json!({})] {
            assert_eq!(draft_with_id(&missing).offer_id, None, "{missing}");
        }
    }
}
