//! The writes of a round: items and offers in bulk, each part's own answer; changes of offers one by one.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::super::draft_sink::SinkError;
use super::bulk_response::{self, BulkResponse, PartStatus};
use super::bulk_upsert::BulkUpsert;
use super::context::InventoryContext;
use super::inventory::InventorySink;
use super::offers::{self, INVENTORY_API};
use super::payload::offer_identity;
use super::upsert_item::{OfferChange, UpsertItem};
use upstream::UpstreamRequest;

/// Further tries of what eBay calls its own fault, and the first wait, which doubles.
const MAX_BULK_RETRIES: u32 = 4;
const FIRST_BULK_WAIT: Duration = Duration::from_millis(500);

/// One of the bulk calls that write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BulkCall {
    Items,
    Offers,
}

impl BulkUpsert<'_> {
    pub(super) async fn write_items(&mut self) {
        self.send_bulk(BulkCall::Items).await;
    }

    pub(super) async fn create_offers(&mut self) {
        self.send_bulk(BulkCall::Offers).await;
    }

    /// There is no bulk call that changes offers.
    pub(super) async fn update_offers(&mut self) {
        let shop = self.context;
        let each = self.items.iter_mut().filter(|item| item.is_open()).map(|item| {
            let span = item.log_span();
            update_offer(shop, item).instrument(span)
        });
        join_all(each).await;
    }

    /// Sends the parts of all pieces that want it in one call, and takes each part's answer for itself.
    async fn send_bulk(&mut self, write: BulkCall) {
        let mut wait = FIRST_BULK_WAIT;
        for tries_left in (0..MAX_BULK_RETRIES).rev() {
            let open = (0..self.items.len()).filter(|at| write.is_needed_for(&self.items[*at])).collect::<Vec<_>>();
            if open.is_empty() {
                return;
            }
            let again = self.send_bulk_once(write, &open).await;
            if again.is_empty() {
                return;
            }
            for (at, message) in again.into_iter().filter(|_| tries_left == 0) {
                self.items[at].mark_failed(SinkError::Indeterminate { sink: InventorySink::NAME, why: message });
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }

    /// One try. Returns the pieces that eBay failed at by its own fault, with its words.
    async fn send_bulk_once(&mut self, write: BulkCall, open: &[usize]) -> Vec<(usize, String)> {
        let whole = match self.context.client.call_bulk(self.bulk_request(write, open)).await {
            Ok(whole) => whole,
            Err(error) => {
                for at in open {
                    self.items[*at].apply_error(&error);
                }
                return Vec::new();
            }
        };
        let skus = open.iter().map(|at| self.items[*at].sku().to_owned()).collect::<Vec<_>>();
        let skus = skus.iter().map(String::as_str).collect::<Vec<_>>();
        let mut again = Vec::new();
        if let Some(parts) = whole.parts_for(&skus) {
            for (at, part) in open.iter().zip(&parts.by_sku) {
                let reported = part.map_or_else(
                    || PartStatus::Retryable(missing_part_message(&parts.unassigned)),
                    bulk_response::classify_part,
                );
                again.extend(self.handle_part(write, *at, reported, part.unwrap_or(&Value::Null)).await);
            }
        } else if open.len() == 1 && whole.status >= 400 {
            again.extend(self.handle_part(write, open[0], whole.single_status(), &Value::Null).await);
        } else if whole.status >= 400 {
            // One bad part can make eBay refuse the whole: each is then asked for by itself.
            for at in open {
                again.extend(Box::pin(self.send_bulk_once(write, &[*at])).await);
            }
        } else {
            again.extend(open.iter().map(|at| (*at, missing_part_message(&response_message(&whole)))));
        }
        again
    }

    fn bulk_request(&self, write: BulkCall, open: &[usize]) -> UpstreamRequest {
        let requests = open.iter().map(|at| write.part_body(&self.items[*at], self.context)).collect::<Vec<_>>();
        let path = ["sell", "inventory", "v1", write.path_segment()];
        with_content_language(
            UpstreamRequest::for_path(path).post().json(&json!({ "requests": requests })),
            self.context,
        )
    }

    /// What eBay says of one piece; where it is to be tried again, its place and eBay's words.
    async fn handle_part(
        &mut self,
        write: BulkCall,
        at: usize,
        reported: PartStatus,
        part: &Value,
    ) -> Option<(usize, String)> {
        let item = &mut self.items[at];
        match reported {
            PartStatus::Retryable(message) => return Some((at, message)),
            PartStatus::Rejected(message) => item.mark_rejected(message),
            // An item is replaced and never "exists"; there the offer's number only says whose complaint it is.
            PartStatus::AlreadyExists(message) if write == BulkCall::Items => item.mark_rejected(message),
            PartStatus::AlreadyExists(_) => {
                let span = item.log_span();
                item.reconcile_existing(self.context).instrument(span).await;
            }
            PartStatus::Accepted(warnings) => {
                item.notes.extend(warnings.iter().map(|warning| format!("eBay warns: {warning}")));
                write.apply_success(item, part);
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
        let wanted = match self {
            Self::Items => item.plan.item.is_some(),
            Self::Offers => item.plan.offer == OfferChange::Create,
        };
        wanted && item.is_open()
    }

    fn part_body(self, part: &UpsertItem, shop: &InventoryContext) -> Value {
        let site = shop.client.ebay.marketplace();
        match self {
            Self::Items => {
                let mut item = part.plan.item.clone().unwrap_or_default();
                item["sku"] = part.sku().into();
                item["locale"] = site.locale.into();
                item
            }
            Self::Offers => {
                let mut offer = offer_identity(part.sku(), site);
                let content = part.payload.as_ref().and_then(|content| content.offer.as_object());
                offer.extend(content.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
                Value::Object(offer)
            }
        }
    }

    fn apply_success(self, item: &mut UpsertItem, part: &Value) {
        match self {
            Self::Items => {
                item.plan.item = None;
                item.wrote_item = true;
            }
            Self::Offers => {
                item.record.offer_id = part.get("offerId").and_then(Value::as_str).map(str::to_owned);
                item.plan.offer = OfferChange::Unchanged;
            }
        }
    }
}

async fn update_offer(shop: &InventoryContext, item: &mut UpsertItem) {
    if let OfferChange::Update { id, document } = &item.plan.offer {
        let request = with_content_language(offers::offer_request(id).put().json(document), shop);
        if let Err(error) = shop.client.call(INVENTORY_API, request).await {
            return item.apply_error(&error);
        }
    }
    item.mark_created();
}

fn missing_part_message(loose: &str) -> String {
    let loose = if loose.is_empty() { String::new() } else { format!("; it does say: {loose}") };
    format!("eBay's answer says nothing of it{loose}")
}

fn response_message(whole: &BulkResponse) -> String {
    if whole.body.get("errors").is_some() { whole.error_message() } else { String::new() }
}

/// Writes need `Content-Language`: without it eBay takes the texts for another language, or refuses them.
fn with_content_language(request: UpstreamRequest, shop: &InventoryContext) -> UpstreamRequest {
    request.header("Content-Language", shop.client.ebay.marketplace().language)
}
