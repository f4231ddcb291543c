//! One round: up to 25 listings become drafts with two bulk calls, whatever eBay holds of them already.
//!
//! ```text
//! claim    the ledger: whose is it, and what was sent?        one way to a market for each item
//! picture  covers to eBay's picture service
//! look     bulk_get_inventory_item; offers of those that are there
//! plan     nothing | item | offer | left alone                piece
//! intend   what is about to be sent, durable
//! items    bulk_create_or_replace_inventory_item ─┐ each part's own status; what eBay calls its own fault again
//! offers   bulk_create_offer, updateOffer        ─┘ "exists already" is looked at and taken up
//! keep     what eBay has taken, durable
//! ```

use std::collections::HashMap;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::contract::{Handed, MarketError};
use super::content::{Content, identity};
use super::inventory::Inventory;
use super::offers::{self, API};
use super::pictures;
use super::piece::{OfferPlan, Piece, Whose};
use super::record::{Record, Sent};
use super::shop::{Shop, market_error};
use crate::domain::listing::Listing;
use crate::ebay::{Complaint, EbayError, complaints};
use crate::http::Request;
use crate::journal::{Claim, Claimed};

/// EBay's own faults (25001) and two writes of one object at a time (25025) pass.
const PASSING: [u64; 2] = [25001, 25025];

/// Further tries of what was refused so, and the first wait, which doubles.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// "The offer exists already": bulkCreateOffer's own number. The other, 25002, says many things and is known by its
/// parameter `offerId`; the text comes in the site's language.
const EXISTS: u64 = 25729;

/// The listings of one round.
pub(super) struct Round<'a> {
    shop: &'a Shop,
    pieces: Vec<Piece>,
}

/// Makes drafts of listings, and says of each what became of it, in their order.
pub(super) async fn run(shop: &Shop, listings: Vec<Listing>) -> Vec<Result<Handed, MarketError>> {
    let mut round = Round { shop, pieces: Vec::with_capacity(listings.len()) };
    round.claim(listings).await;
    round.picture().await;
    round.look().await;
    round.pieces.iter_mut().filter(|piece| piece.is_open()).for_each(Piece::decide);
    round.intend().await;
    round.items().await;
    round.create().await;
    round.change().await;
    round.keep().await;
    let unsettled = || MarketError::Unknown { sink: Inventory::SINK, why: "nothing was heard of it".to_owned() };
    round.pieces.into_iter().map(|piece| piece.fate.unwrap_or_else(|| Err(unsettled()))).collect()
}

impl Round<'_> {
    async fn claim(&mut self, listings: Vec<Listing>) {
        let claims = listings.iter().map(|listing| self.claimed(listing)).collect::<Vec<_>>();
        let claimed = join_all(claims).await;
        for (listing, claimed) in listings.into_iter().zip(claimed) {
            let mut piece = Piece::of(listing);
            piece.claimed(claimed);
            self.pieces.push(piece);
        }
    }

    async fn claimed(&self, listing: &Listing) -> Result<Claimed, MarketError> {
        let record = Record { title: listing.title().to_owned(), ..Record::default() };
        let claim = Claim {
            sink: Inventory::SINK.to_owned(),
            sku: listing.sku().clone(),
            job: self.shop.job.clone(),
            upc: listing.upc(),
            row: record.row(),
            at: Timestamp::now(),
        };
        self.shop.journal.ledger_claim(&claim).await.map_err(|error| unwritten(&error))
    }

    /// Covers first: their addresses are part of what is compared.
    async fn picture(&mut self) {
        let shop = self.shop;
        let each = self.pieces.iter_mut().filter(|piece| piece.is_open()).map(|piece| async move {
            let hosted = join_all(piece.listing.images().iter().map(|image| pictures::hosted(shop, image))).await;
            match hosted.into_iter().collect::<Result<Vec<_>, _>>() {
                Ok(hosted) => {
                    let (addresses, notes): (Vec<_>, Vec<_>) = hosted.into_iter().unzip();
                    piece.notes.extend(notes.into_iter().flatten());
                    let content = Content::of(&piece.listing, &addresses, &shop.account, &shop.rules, shop.ebay.site());
                    piece.content = Some(content);
                }
                Err(error) => piece.settle_error(&error),
            }
        });
        join_all(each).await;
    }

    /// What eBay holds: items of all SKUs in one call, then the offers of those that are there.
    async fn look(&mut self) {
        let skus = self.pieces.iter().filter(|piece| piece.is_open()).map(Piece::sku).collect::<Vec<_>>();
        if skus.is_empty() {
            return;
        }
        let held = match self.shop.ask(API, offers::items(&skus)).await {
            Ok(answer) => items_in(&answer),
            // All SKUs unknown may be said by a 404 of the whole.
            Err(EbayError::Refused { status: 404, .. }) => HashMap::new(),
            Err(error) => return self.fail_open(&error),
        };
        let shop = self.shop;
        let each = self.pieces.iter_mut().filter(|piece| piece.is_open()).map(|piece| {
            piece.item = held.get(piece.sku()).cloned();
            async move {
                if piece.item.is_some() {
                    piece.look_at_offers(shop).await;
                }
            }
        });
        join_all(each).await;
    }

    /// Before anything leaves: after a crash it is known what eBay may hold.
    async fn intend(&mut self) {
        for piece in self.pieces.iter_mut().filter(|piece| piece.is_open()) {
            piece.record.title = piece.listing.title().to_owned();
            piece.record.intended = piece.content.as_ref().map(Sent::of);
        }
        if let Err(error) = self.write_records(Piece::is_open).await {
            for piece in self.pieces.iter_mut().filter(|piece| piece.is_open()) {
                piece.fail(error.clone());
            }
        }
    }

    async fn items(&mut self) {
        let path = "bulk_create_or_replace_inventory_item";
        self.bulk(
            path,
            |piece| piece.plan.item,
            |piece, shop| {
                let mut item = piece.content.as_ref().map(|content| content.item.clone()).unwrap_or_default();
                item["sku"] = piece.sku().into();
                item["locale"] = shop.ebay.site().locale.into();
                item
            },
            |piece, _| piece.plan.item = false,
        )
        .await;
    }

    async fn create(&mut self) {
        self.bulk(
            "bulk_create_offer",
            |piece| piece.plan.offer == OfferPlan::Create,
            |piece, shop| {
                let mut offer = Value::Object(identity(piece.sku(), shop.ebay.site()));
                let content = piece.content.as_ref().and_then(|content| content.offer.as_object());
                for (name, value) in content.into_iter().flatten() {
                    offer[name] = value.clone();
                }
                offer
            },
            |piece, part| {
                piece.record.offer_id = part.get("offerId").and_then(Value::as_str).map(str::to_owned);
                piece.plan.offer = OfferPlan::Nothing;
            },
        )
        .await;
    }

    /// There is no bulk call that changes offers.
    async fn change(&mut self) {
        let shop = self.shop;
        let each = self.pieces.iter_mut().filter(|piece| piece.is_open()).map(|piece| async move {
            if let OfferPlan::Change { id } = &piece.plan.offer {
                let body = piece.content.as_ref().map(|content| content.offer.clone()).unwrap_or_default();
                let request = in_language(offers::one(id).put().json(&body), shop);
                if let Err(error) = shop.call(API, request).await {
                    return piece.settle_error(&error);
                }
            }
            piece.done();
        });
        join_all(each).await;
    }

    async fn keep(&mut self) {
        let is_made = |piece: &Piece| matches!(piece.fate, Some(Ok(Handed::Drafted { .. })));
        for piece in self.pieces.iter_mut().filter(|piece| is_made(piece)) {
            if let Some(content) = &piece.content {
                piece.record.sent = Some(Sent::of(content));
                piece.record.intended = None;
            }
        }
        if let Err(error) = self.write_records(is_made).await {
            // EBay has them, and the next run finds them there by their intent.
            tracing::warn!(%error, "what eBay has taken cannot be noted");
        }
        self.give_up_refused().await;
    }

    /// A listing that was never taken holds no way to a market: it may go another one.
    async fn give_up_refused(&self) {
        // One that went another way has no content: its place in the ledger is that other draft's.
        let is_nothing = |piece: &&Piece| {
            let refused = matches!(piece.fate, Some(Ok(Handed::Refused(_))));
            refused && piece.whose == Whose::New && piece.content.is_some() && piece.offer.is_none()
        };
        for piece in self.pieces.iter().filter(is_nothing) {
            if let Err(error) = self.shop.journal.ledger_strike(piece.listing.sku()).await {
                tracing::warn!(%error, "a refused listing keeps its place in the ledger");
            }
        }
    }

    async fn write_records(&self, which: impl Fn(&Piece) -> bool) -> Result<(), MarketError> {
        let rows = self.pieces.iter().filter(|piece| which(piece));
        let rows = rows.map(|piece| (piece.listing.sku().clone(), piece.record.row())).collect::<Vec<_>>();
        if rows.is_empty() {
            return Ok(());
        }
        self.shop.journal.ledger_amend(Inventory::SINK, rows).await.map_err(|error| unwritten(&error))
    }

    fn fail_open(&mut self, error: &EbayError) {
        self.pieces.iter_mut().filter(|piece| piece.is_open()).for_each(|piece| piece.settle_error(error));
    }

    /// Sends the parts of all pieces that want it in one call, and takes each part's answer for itself.
    async fn bulk(
        &mut self,
        path: &str,
        wants: impl Fn(&Piece) -> bool,
        part: impl Fn(&Piece, &Shop) -> Value,
        taken: impl Fn(&mut Piece, &Value),
    ) {
        let mut wait = FIRST_WAIT;
        for tries_left in (0..TRIES).rev() {
            let open = (0..self.pieces.len()).filter(|at| self.pieces[*at].is_open() && wants(&self.pieces[*at]));
            let open = open.collect::<Vec<_>>();
            if open.is_empty() {
                return;
            }
            let again = self.bulk_once(path, &open, &part, &taken).await;
            if again.is_empty() {
                return;
            }
            for (at, words) in again.into_iter().filter(|_| tries_left == 0) {
                self.pieces[at].fail(MarketError::Unknown { sink: Inventory::SINK, why: words });
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }

    /// One try. Returns the pieces that eBay failed at by its own fault, with its words.
    async fn bulk_once(
        &mut self,
        path: &str,
        open: &[usize],
        part: &impl Fn(&Piece, &Shop) -> Value,
        taken: &impl Fn(&mut Piece, &Value),
    ) -> Vec<(usize, String)> {
        let requests = open.iter().map(|at| part(&self.pieces[*at], self.shop)).collect::<Vec<_>>();
        let request = Request::path(["sell", "inventory", "v1", path]).post().json(&json!({ "requests": requests }));
        let answer = match self.shop.ask(API, in_language(request, self.shop)).await {
            Ok(answer) => answer,
            // One bad part can make eBay refuse the whole: each is then asked for by itself.
            Err(EbayError::Refused { status: 400, .. }) if open.len() > 1 => {
                let mut again = Vec::new();
                for at in open {
                    again.extend(Box::pin(self.bulk_once(path, &[*at], part, taken)).await);
                }
                return again;
            }
            Err(error) => {
                for at in open {
                    self.pieces[*at].settle_error(&error);
                }
                return Vec::new();
            }
        };
        let parts = answer.get("responses").and_then(Value::as_array).into_iter().flatten();
        let by_sku = parts.filter_map(|part| Some((part.get("sku")?.as_str()?, part))).collect::<HashMap<_, _>>();
        let mut again = Vec::new();
        for at in open {
            let piece = &mut self.pieces[*at];
            match by_sku.get(piece.sku()).map(|part| judge(part)) {
                None => again.push((*at, "eBay's answer says nothing of it".to_owned())),
                Some(Part::Again(words)) => again.push((*at, words)),
                Some(Part::Refused(words)) => piece.refuse(words),
                Some(Part::Exists) => piece.take_up(self.shop).await,
                Some(Part::Taken(warnings)) => {
                    piece.notes.extend(warnings.iter().map(|warning| format!("eBay warns: {warning}")));
                    let part = by_sku[piece.sku()];
                    taken(piece, part);
                }
            }
        }
        again
    }
}

impl Piece {
    fn settle_error(&mut self, error: &EbayError) {
        match error {
            EbayError::Refused { .. } => self.refuse(error.to_string()),
            _ => self.fail(market_error(error)),
        }
    }

    async fn look_at_offers(&mut self, shop: &Shop) {
        match offers::read(shop.ask(API, offers::of_sku(self.sku())).await) {
            Ok(found) => self.offer = offers::ours(found, shop.ebay.site()),
            Err(error) => self.settle_error(&error),
        }
    }

    /// An offer is there though none was seen: the answer to an earlier try was lost, or another machine was
    /// quicker. The item has just been written, so it is as it should be.
    async fn take_up(&mut self, shop: &Shop) {
        self.item = self.content.as_ref().map(|content| content.item.clone());
        self.look_at_offers(shop).await;
        if !self.is_open() {
            return;
        }
        if self.offer.is_none() {
            let why = "eBay says that an offer exists and shows none; running the list again is safe";
            return self.fail(MarketError::Unknown { sink: Inventory::SINK, why: why.to_owned() });
        }
        self.decide();
        if self.is_ours_unchanged() {
            self.done();
        }
    }

    /// True where [`Piece::decide`] found nothing to change: what stands there is what this round has sent.
    fn is_ours_unchanged(&self) -> bool {
        let same = match (&self.content, &self.offer) {
            (Some(content), Some(offer)) => Sent::of(content).offer.is_in(&offer.fingerprint()),
            _ => false,
        };
        same && self.offer.as_ref().is_some_and(super::offers::Offer::is_draft)
    }
}

/// What eBay says of one part of a bulk call.
enum Part {
    Taken(Vec<Complaint>),
    /// There is an offer already.
    Exists,
    /// EBay's own fault.
    Again(String),
    Refused(String),
}

fn judge(part: &Value) -> Part {
    let status = part.get("statusCode").and_then(Value::as_u64).unwrap_or_default();
    let errors = complaints(part, "errors");
    if (200..300).contains(&status) {
        return Part::Taken(complaints(part, "warnings"));
    }
    if errors.iter().any(|error| error.id == EXISTS || error.parameter("offerId").is_some()) {
        return Part::Exists;
    }
    let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let words = if words.is_empty() { format!("status {status}, without a word") } else { words };
    let passes = status >= 500 || errors.iter().any(|error| PASSING.contains(&error.id));
    if passes { Part::Again(words) } else { Part::Refused(words) }
}

/// The items in an answer to `bulk_get_inventory_item`, by SKU.
fn items_in(answer: &Value) -> HashMap<String, Value> {
    let parts = answer.get("responses").and_then(Value::as_array).into_iter().flatten();
    let read = |part: &Value| {
        let item = part.get("inventoryItem").filter(|item| item.is_object())?;
        Some((part.get("sku")?.as_str()?.to_owned(), item.clone()))
    };
    parts.filter_map(read).collect()
}

/// Writes need `Content-Language`: without it eBay takes the texts for another language, or refuses them.
fn in_language(request: Request, shop: &Shop) -> Request {
    request.header("Content-Language", shop.ebay.site().language)
}

fn unwritten(error: &crate::journal::JournalError) -> MarketError {
    MarketError::Unknown { sink: Inventory::SINK, why: format!("the ledger cannot be written: {error}") }
}
