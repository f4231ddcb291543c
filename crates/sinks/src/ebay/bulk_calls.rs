//! Writes the drafts of a batch of listings: items and offers in bulk calls with one result per part, and changes of
//! offers one by one. If eBay fails at a bulk call, the call is split until the failing part is alone, so that it does
//! not cost other items their drafts.

use std::collections::BTreeMap;

use futures::future::{BoxFuture, join, join_all};
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::bulk_response::{BulkPart, BulkResponse, PartStatus, PendingCause, missing_part_message};
use super::bulk_retry::{BulkRetries, CallRound, PendingPart};
use super::bulk_split::call_with_splits;
use super::bulk_upsert::BulkUpsert;
use super::error::indeterminate_error;
use super::offers;
use super::payload::offer_identity;
use super::retrying_client::RetryingClient;
use super::upsert_item::{OfferChange, OfferExistence, UpsertItem};
use domain::site::Site;
use ebay::{Api, EbayError, ErrorHandling};
use upstream::UpstreamRequest;

/// Message for an accepted offer without an ID in eBay's answer.
const NO_OFFER_ID: &str = "eBay accepted the offer, but sent no offer ID";

/// The calls that write a batch, in order. Items once more, for those of offers that already existed.
const BULK_CALLS: &[BulkCall] = &[BulkCall::Items, BulkCall::Offers, BulkCall::Items];

/// A bulk call that writes data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BulkCall {
    Items,
    Offers,
    /// Offers that eBay does not show, for items that it shows or has accepted before. The items themselves are not
    /// written yet.
    HiddenOffers,
}

/// eBay's result for one part of a call.
struct PartResult {
    index: usize,
    status: PartStatus,
    offer_id: Option<String>,
}

impl<'a> BulkUpsert<'a> {
    /// Makes all calls, and reports the results.
    pub(super) fn write_all(self) -> BoxFuture<'a, ()> {
        let retries = BulkRetries::start(self.context.client.max_wait);
        self.write_drafts(BULK_CALLS, retries)
    }

    /// Makes `calls`, then updates offers and reports the results. Items of a call for which eBay has to be asked again
    /// wait on their own, so that the others are drafted and reported meanwhile.
    fn write_drafts(mut self, calls: &'static [BulkCall], mut retries: BulkRetries) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some((call, later)) = calls.split_first() else {
                self.update_offers().await;
                return self.finish().await;
            };
            let needed = (0..self.items.len()).filter(|index| call.is_needed_for(&self.items[*index]));
            let needed = needed.collect::<Vec<_>>();
            let mut round = retries.next_round();
            let mut pending = match needed.as_slice() {
                [] => Vec::new(),
                needed => self.send_parts(*call, needed, &mut round).await,
            };
            let context = self.context;
            let client = &context.client;
            let start_retries = || BulkRetries::start(client.max_wait);
            if pending.is_empty() {
                drop(retries);
                return self.write_drafts(later, start_retries()).await;
            }
            let others = self.split_off_others(&mut pending).write_drafts(later, start_retries());
            let repeated = async {
                for part in retries.wait_for_next(client.ebay.upstream(), &round, &mut pending).await {
                    let why = format!("{}; running the list again is safe", part.message);
                    self.items[part.index].mark_failed(indeterminate_error(why));
                }
                self.report_failed();
                self.write_drafts(calls, retries).await;
            };
            join(others, repeated).await;
        })
    }

    /// Creates the offers that eBay does not show, for items that it shows or has accepted before. Must run before
    /// anything else is written: reads can lag behind writes, so if eBay says that the offer exists, the draft is there
    /// and its item must not be overwritten. If eBay says that the item is missing, the draft was deleted and is
    /// created like a new one.
    pub(super) async fn create_hidden_offers(&mut self) {
        let call = BulkCall::HiddenOffers;
        let needed: Vec<_> = (0..self.items.len()).filter(|index| call.is_needed_for(&self.items[*index])).collect();
        if !needed.is_empty() {
            let mut round = BulkRetries::start(self.context.client.max_wait).next_round();
            self.send_parts(call, &needed, &mut round).await;
        }
    }

    /// Updates offers one by one, because the Inventory API has no bulk call for it.
    async fn update_offers(&mut self) {
        let client = &self.context.client;
        let each = self.items.iter_mut().filter(|item| item.is_pending()).map(|item| {
            let span = item.log_span();
            update_offer(client, item).instrument(span)
        });
        join_all(each).await;
    }

    /// Sends one call, or smaller ones if the answer does not cover the parts. Returns the items without a result.
    async fn send_parts(&mut self, call: BulkCall, parts: &[usize], round: &mut CallRound) -> Vec<PendingPart> {
        let build_request = |parts: &[usize]| self.bulk_request(call, parts);
        let sent = call_with_splits(&self.context.client, parts, round, build_request).await;
        let mut pending = sent.unsent;
        for (parts, answer) in sent.answers {
            match answer {
                Ok(response) => pending.extend(self.apply_response(call, &parts, &response).await),
                Err(error) => parts.iter().for_each(|index| self.items[*index].apply_error(&error)),
            }
        }
        pending
    }

    /// Records eBay's result for each part. Returns the items without a result.
    async fn apply_response(&mut self, call: BulkCall, parts: &[usize], response: &BulkResponse) -> Vec<PendingPart> {
        let skus = parts.iter().map(|index| self.items[*index].sku().to_owned()).collect::<Vec<_>>();
        let skus = skus.iter().map(String::as_str).collect::<Vec<_>>();
        let Some(answered) = response.parts_for(&skus) else {
            if let ([index], false) = (parts, response.is_success()) {
                return self
                    .apply_statuses(
                        call,
                        vec![PartResult { index: *index, status: response.single_status(), offer_id: None }],
                    )
                    .await;
            }
            let message = missing_part_message(&response_message(response));
            let pending =
                |index: &usize| PendingPart { index: *index, cause: PendingCause::Fault, message: message.clone() };
            return parts.iter().map(pending).collect();
        };
        let status_of = |(index, part): (&usize, Option<&BulkPart>)| {
            let missing = || PartStatus::Pending(PendingCause::Fault, missing_part_message(&answered.unassigned));
            let offer_id = part.and_then(BulkPart::offer_id).map(str::to_owned);
            PartResult { index: *index, status: part.map_or_else(missing, BulkPart::status), offer_id }
        };
        let statuses = parts.iter().zip(answered.by_sku.iter().copied()).map(status_of).collect();
        self.apply_statuses(call, statuses).await
    }

    fn bulk_request(&self, call: BulkCall, pending: &[usize]) -> UpstreamRequest {
        let client = &self.context.client;
        let site = client.ebay.site();
        let requests = pending.iter().map(|index| call.part_body(&self.items[*index], site)).collect::<Vec<_>>();
        let path = ["sell", "inventory", "v1", call.path_segment()];
        let request = UpstreamRequest::for_path(path).post().json(&json!({ "requests": requests }));
        with_content_language(request, site)
    }

    /// Records eBay's result for each item, and reconciles existing offers concurrently. Returns the items without a
    /// result.
    async fn apply_statuses(&mut self, call: BulkCall, results: Vec<PartResult>) -> Vec<PendingPart> {
        let (mut pending, mut existing) = (Vec::new(), BTreeMap::new());
        for PartResult { index, status, offer_id } in results {
            let item = &mut self.items[index];
            match status {
                PartStatus::Pending(cause, message) => pending.push(PendingPart { index, cause, message }),
                // The item may be missing; the next calls find out.
                PartStatus::Rejected(_) if call == BulkCall::HiddenOffers => {}
                PartStatus::MayExist(_) if call == BulkCall::HiddenOffers && item.remote_item.is_none() => {}
                PartStatus::Rejected(message) => item.mark_rejected(message),
                // An item is replaced and never "exists" already. Here the offer's ID only tells which offer the error
                // is about.
                PartStatus::AlreadyExists(message) | PartStatus::MayExist(message) if call == BulkCall::Items => {
                    item.mark_rejected(message);
                }
                PartStatus::AlreadyExists(message) => {
                    existing.insert(index, (message, OfferExistence::Certain));
                }
                PartStatus::MayExist(message) => {
                    existing.insert(index, (message, OfferExistence::Possible));
                }
                // If the offer ID is missing, the offer may be missing too.
                PartStatus::Accepted(_) if call != BulkCall::Items && offer_id.is_none() => {
                    existing.insert(index, (NO_OFFER_ID.to_owned(), OfferExistence::Possible));
                }
                PartStatus::Accepted(warnings) => {
                    item.notes.extend(warnings.iter().map(|warning| format!("eBay warns: {warning}")));
                    call.apply_success(item, offer_id);
                }
            }
        }
        let client = &self.context.client;
        let items = self.items.iter_mut().enumerate();
        join_all(items.filter_map(|(index, item)| {
            let (span, (message, existence)) = (item.log_span(), existing.remove(&index)?);
            Some(async move { item.reconcile_existing(client, &message, existence).await }.instrument(span))
        }))
        .await;
        pending
    }
}

impl BulkCall {
    const fn path_segment(self) -> &'static str {
        match self {
            Self::Items => "bulk_create_or_replace_inventory_item",
            Self::Offers | Self::HiddenOffers => "bulk_create_offer",
        }
    }

    fn is_needed_for(self, item: &UpsertItem) -> bool {
        let is_planned = match self {
            Self::Items => item.plan.item.is_some(),
            Self::Offers => item.plan.offer == OfferChange::Create,
            Self::HiddenOffers => {
                let may_be_drafted = item.record.sent.is_some() || item.remote_item.is_some();
                item.plan.offer == OfferChange::Create && item.plan.item.is_some() && may_be_drafted
            }
        };
        is_planned && item.is_pending()
    }

    fn part_body(self, item: &UpsertItem, site: Site) -> Value {
        match self {
            Self::Items => {
                let mut document = item.plan.item.clone().unwrap_or_default();
                document["sku"] = item.sku().into();
                document["locale"] = site.locale_code().into();
                document
            }
            Self::Offers | Self::HiddenOffers => {
                let mut offer = offer_identity(item.sku(), site);
                let content = item.payload.as_ref().and_then(|payload| payload.offer.as_object());
                offer.extend(content.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
                Value::Object(offer)
            }
        }
    }

    fn apply_success(self, item: &mut UpsertItem, offer_id: Option<String>) {
        match self {
            Self::Items => {
                item.plan.item = None;
                item.wrote_item = true;
            }
            Self::Offers | Self::HiddenOffers => {
                item.record.offer_id = offer_id;
                item.plan.offer = OfferChange::Unchanged;
            }
        }
    }
}

/// Sends the change of an offer, if any, and marks the item as created.
async fn update_offer(client: &RetryingClient, item: &mut UpsertItem) {
    if let OfferChange::Update { id, document } = &item.plan.offer {
        let request = with_content_language(offers::offer_request(id).put().json(document), client.ebay.site());
        match client.call(Api::Inventory, request).await {
            Ok(_) => {}
            Err(error) if is_offer_gone(&error) => {
                let why = format!(
                    "{error}; its draft was deleted on eBay in the meantime. Run the list again to create the \
                             draft again"
                );
                return item.mark_failed(indeterminate_error(why));
            }
            Err(error) => return item.apply_error(&error),
        }
    }
    item.mark_created();
}

/// Returns whether an offer that was read earlier no longer exists on eBay.
fn is_offer_gone(error: &EbayError) -> bool {
    error.api_errors().iter().any(|error| error.handling() == ErrorHandling::TreatAsAbsent)
}

fn response_message(response: &BulkResponse) -> String {
    if response.has_errors() { response.error_message() } else { String::new() }
}

/// Adds `Content-Language` to a write. Without the header, eBay assumes another language for the texts, or rejects
/// them.
fn with_content_language(request: UpstreamRequest, site: Site) -> UpstreamRequest {
    request.header("Content-Language", site.language_tag())
}
