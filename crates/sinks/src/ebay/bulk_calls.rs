//! The writes of a batch of listings: items and offers in bulk calls with a result for each part, and changes of offers
//! one by one.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::bulk_response::{BulkPart, BulkResponse, PartStatus};
use super::bulk_upsert::BulkUpsert;
use super::error::indeterminate_error;
use super::offers;
use super::payload::offer_identity;
use super::retrying_client::RetryingClient;
use super::upsert_item::{OfferChange, UpsertItem};
use ebay::{Api, Marketplace};
use upstream::UpstreamRequest;
use upstream::retry::{RetryAdvice, RetryPolicy};

/// Maximum retries of what eBay calls its own fault.
const MAX_BULK_RETRIES: u32 = 3;

/// Wait before the first retry; it doubles up to [`MAX_BULK_WAIT`].
const FIRST_BULK_WAIT: Duration = Duration::from_millis(500);
const MAX_BULK_WAIT: Duration = Duration::from_secs(2);

/// A bulk call that writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BulkCall {
    Items,
    Offers,
}

/// An item that eBay failed at by its own fault, by its index, with eBay's message.
type RetryableItem = (usize, String);

impl BulkUpsert<'_> {
    pub(super) async fn write_items(&mut self) {
        self.send_bulk(BulkCall::Items).await;
    }

    pub(super) async fn create_offers(&mut self) {
        self.send_bulk(BulkCall::Offers).await;
    }

    /// Changes offers one by one, since the Inventory API has no bulk call for it.
    pub(super) async fn update_offers(&mut self) {
        let client = &self.context.client;
        let each = self.items.iter_mut().filter(|item| item.is_open()).map(|item| {
            let span = item.log_span();
            update_offer(client, item).instrument(span)
        });
        join_all(each).await;
    }

    /// Sends the parts of all items that need this call, and records the result of each part. Repeats the call for the
    /// items that eBay failed at by its own fault; those that fail in the last attempt are indeterminate.
    async fn send_bulk(&mut self, call: BulkCall) {
        let mut retries =
            RetryPolicy::exponential(FIRST_BULK_WAIT, MAX_BULK_WAIT).with_max_retries(MAX_BULK_RETRIES).start();
        loop {
            let open = (0..self.items.len()).filter(|index| call.is_needed_for(&self.items[*index]));
            let open = open.collect::<Vec<_>>();
            if open.is_empty() {
                return;
            }
            let retryable = self.send_bulk_once(call, &open).await;
            if retryable.is_empty() {
                return;
            }
            if !retries.wait(RetryAdvice::Retry).await {
                for (index, message) in retryable {
                    self.items[index].mark_failed(indeterminate_error(message));
                }
                return;
            }
        }
    }

    /// Sends one call. Returns the items that eBay failed at by its own fault.
    async fn send_bulk_once(&mut self, call: BulkCall, open: &[usize]) -> Vec<RetryableItem> {
        let response = match self.context.client.call_bulk(self.bulk_request(call, open)).await {
            Ok(response) => response,
            Err(error) => {
                for index in open {
                    self.items[*index].apply_error(&error);
                }
                return Vec::new();
            }
        };
        let skus = open.iter().map(|index| self.items[*index].sku().to_owned()).collect::<Vec<_>>();
        let skus = skus.iter().map(String::as_str).collect::<Vec<_>>();
        let mut retryable = Vec::new();
        if let Some(parts) = response.parts_for(&skus) {
            for (index, part) in open.iter().zip(&parts.by_sku) {
                let missing = || PartStatus::Retryable(missing_part_message(&parts.unassigned));
                let status = part.map_or_else(missing, BulkPart::status);
                retryable.extend(self.apply_status(call, *index, status, part.and_then(BulkPart::offer_id)).await);
            }
        } else if open.len() == 1 && response.status >= 400 {
            retryable.extend(self.apply_status(call, open[0], response.single_status(), None).await);
        } else if response.status >= 400 {
            // One bad part can make eBay refuse the whole call, so each item gets a call.
            for index in open {
                retryable.extend(Box::pin(self.send_bulk_once(call, &[*index])).await);
            }
        } else {
            let message = missing_part_message(&response_message(&response));
            retryable.extend(open.iter().map(|index| (*index, message.clone())));
        }
        retryable
    }

    fn bulk_request(&self, call: BulkCall, open: &[usize]) -> UpstreamRequest {
        let client = &self.context.client;
        let site = client.ebay.marketplace();
        let requests = open.iter().map(|index| call.part_body(&self.items[*index], site)).collect::<Vec<_>>();
        let path = ["sell", "inventory", "v1", call.path_segment()];
        let request = UpstreamRequest::for_path(path).post().json(&json!({ "requests": requests }));
        with_content_language(request, site)
    }

    /// Records what eBay says of one item. Returns the item if eBay failed at it by its own fault.
    async fn apply_status(
        &mut self,
        call: BulkCall,
        index: usize,
        status: PartStatus,
        offer_id: Option<&str>,
    ) -> Option<RetryableItem> {
        let item = &mut self.items[index];
        match status {
            PartStatus::Retryable(message) => return Some((index, message)),
            PartStatus::Rejected(message) => item.mark_rejected(message),
            // An item is replaced and never "exists"; there the offer's ID only says which offer the error is about.
            PartStatus::AlreadyExists(message) if call == BulkCall::Items => item.mark_rejected(message),
            PartStatus::AlreadyExists(_) => {
                let span = item.log_span();
                item.reconcile_existing(&self.context.client).instrument(span).await;
            }
            PartStatus::Accepted(warnings) => {
                item.notes.extend(warnings.iter().map(|warning| format!("eBay warns: {warning}")));
                call.apply_success(item, offer_id);
            }
        }
        None
    }
}

impl BulkCall {
    const fn path_segment(self) -> &'static str {
        match self {
            Self::Items => "bulk_create_or_replace_inventory_item",
            Self::Offers => "bulk_create_offer",
        }
    }

    fn is_needed_for(self, item: &UpsertItem) -> bool {
        let is_planned = match self {
            Self::Items => item.plan.item.is_some(),
            Self::Offers => item.plan.offer == OfferChange::Create,
        };
        is_planned && item.is_open()
    }

    fn part_body(self, item: &UpsertItem, site: &Marketplace) -> Value {
        match self {
            Self::Items => {
                let mut document = item.plan.item.clone().unwrap_or_default();
                document["sku"] = item.sku().into();
                document["locale"] = site.locale.into();
                document
            }
            Self::Offers => {
                let mut offer = offer_identity(item.sku(), site);
                let content = item.payload.as_ref().and_then(|payload| payload.offer.as_object());
                offer.extend(content.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
                Value::Object(offer)
            }
        }
    }

    fn apply_success(self, item: &mut UpsertItem, offer_id: Option<&str>) {
        match self {
            Self::Items => {
                item.plan.item = None;
                item.wrote_item = true;
            }
            Self::Offers => {
                item.record.offer_id = offer_id.map(str::to_owned);
                item.plan.offer = OfferChange::Unchanged;
            }
        }
    }
}

/// Sends the change of an offer, if there is one, and marks the item as created.
async fn update_offer(client: &RetryingClient, item: &mut UpsertItem) {
    if let OfferChange::Update { id, document } = &item.plan.offer {
        let request = with_content_language(offers::offer_request(id).put().json(document), client.ebay.marketplace());
        if let Err(error) = client.call(Api::Inventory, request).await {
            return item.apply_error(&error);
        }
    }
    item.mark_created();
}

fn missing_part_message(unassigned: &str) -> String {
    let unassigned = if unassigned.is_empty() { String::new() } else { format!("; it does say: {unassigned}") };
    format!("eBay's answer says nothing of it{unassigned}")
}

fn response_message(response: &BulkResponse) -> String {
    if response.has_errors() { response.error_message() } else { String::new() }
}

/// Adds `Content-Language` to a write. Without it eBay takes the texts for another language, or refuses them.
fn with_content_language(request: UpstreamRequest, site: &Marketplace) -> UpstreamRequest {
    request.header("Content-Language", site.language)
}
