//! The writes of a round: items and offers in bulk, each part's own answer; changes of offers one by one.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::super::contract::MarketError;
use super::content::identity;
use super::inventory::Inventory;
use super::offers::{self, API};
use super::parts::{self, Said, Whole};
use super::piece::{OfferPlan, Piece};
use super::round::Round;
use super::shop::Shop;
use upstream::Request;

/// Further tries of what eBay calls its own fault, and the first wait, which doubles.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// One of the bulk calls that write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Items,
    Offers,
}

impl Round<'_> {
    pub(super) async fn items(&mut self) {
        self.bulk(Write::Items).await;
    }

    pub(super) async fn create(&mut self) {
        self.bulk(Write::Offers).await;
    }

    /// There is no bulk call that changes offers.
    pub(super) async fn change(&mut self) {
        let shop = self.shop;
        let each = self.pieces.iter_mut().filter(|piece| piece.is_open()).map(|piece| {
            let span = piece.span();
            change(shop, piece).instrument(span)
        });
        join_all(each).await;
    }

    /// Sends the parts of all pieces that want it in one call, and takes each part's answer for itself.
    async fn bulk(&mut self, write: Write) {
        let mut wait = FIRST_WAIT;
        for tries_left in (0..TRIES).rev() {
            let open = (0..self.pieces.len()).filter(|at| write.is_wanted(&self.pieces[*at])).collect::<Vec<_>>();
            if open.is_empty() {
                return;
            }
            let again = self.bulk_once(write, &open).await;
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
    async fn bulk_once(&mut self, write: Write, open: &[usize]) -> Vec<(usize, String)> {
        let whole = match self.shop.line.bulk(self.request(write, open)).await {
            Ok(whole) => whole,
            Err(error) => {
                for at in open {
                    self.pieces[*at].settle_error(&error);
                }
                return Vec::new();
            }
        };
        let skus = open.iter().map(|at| self.pieces[*at].sku().to_owned()).collect::<Vec<_>>();
        let skus = skus.iter().map(String::as_str).collect::<Vec<_>>();
        let mut again = Vec::new();
        if let Some(parts) = whole.parts(&skus) {
            for (at, part) in open.iter().zip(&parts.each) {
                let said = part.map_or_else(|| Said::Again(unsaid(&parts.loose)), parts::said);
                again.extend(self.hear(write, *at, said, part.unwrap_or(&Value::Null)).await);
            }
        } else if open.len() == 1 && whole.status >= 400 {
            again.extend(self.hear(write, open[0], whole.said(), &Value::Null).await);
        } else if whole.status >= 400 {
            // One bad part can make eBay refuse the whole: each is then asked for by itself.
            for at in open {
                again.extend(Box::pin(self.bulk_once(write, &[*at])).await);
            }
        } else {
            again.extend(open.iter().map(|at| (*at, unsaid(&words_of(&whole)))));
        }
        again
    }

    fn request(&self, write: Write, open: &[usize]) -> Request {
        let requests = open.iter().map(|at| write.part(&self.pieces[*at], self.shop)).collect::<Vec<_>>();
        let path = ["sell", "inventory", "v1", write.path()];
        in_language(Request::path(path).post().json(&json!({ "requests": requests })), self.shop)
    }

    /// What eBay says of one piece; where it is to be tried again, its place and eBay's words.
    async fn hear(&mut self, write: Write, at: usize, said: Said, part: &Value) -> Option<(usize, String)> {
        let piece = &mut self.pieces[at];
        match said {
            Said::Again(words) => return Some((at, words)),
            Said::Refused(words) => piece.refuse(words),
            // An item is replaced and never "exists"; there the offer's number only says whose complaint it is.
            Said::Exists(words) if write == Write::Items => piece.refuse(words),
            Said::Exists(_) => {
                let span = piece.span();
                piece.take_up(self.shop).instrument(span).await;
            }
            Said::Taken(warnings) => {
                piece.notes.extend(warnings.iter().map(|warning| format!("eBay warns: {warning}")));
                write.taken(piece, part);
            }
        }
        None
    }
}

impl Write {
    const fn path(self) -> &'static str {
        match self {
            Self::Items => "bulk_create_or_replace_inventory_item",
            Self::Offers => "bulk_create_offer",
        }
    }

    fn is_wanted(self, piece: &Piece) -> bool {
        let wanted = match self {
            Self::Items => piece.plan.item.is_some(),
            Self::Offers => piece.plan.offer == OfferPlan::Create,
        };
        wanted && piece.is_open()
    }

    fn part(self, piece: &Piece, shop: &Shop) -> Value {
        let site = shop.line.ebay.site();
        match self {
            Self::Items => {
                let mut item = piece.plan.item.clone().unwrap_or_default();
                item["sku"] = piece.sku().into();
                item["locale"] = site.locale.into();
                item
            }
            Self::Offers => {
                let mut offer = identity(piece.sku(), site);
                let content = piece.content.as_ref().and_then(|content| content.offer.as_object());
                offer.extend(content.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
                Value::Object(offer)
            }
        }
    }

    fn taken(self, piece: &mut Piece, part: &Value) {
        match self {
            Self::Items => {
                piece.plan.item = None;
                piece.wrote_item = true;
            }
            Self::Offers => {
                piece.record.offer_id = part.get("offerId").and_then(Value::as_str).map(str::to_owned);
                piece.plan.offer = OfferPlan::Nothing;
            }
        }
    }
}

async fn change(shop: &Shop, piece: &mut Piece) {
    if let OfferPlan::Change { id, document } = &piece.plan.offer {
        let request = in_language(offers::one(id).put().json(document), shop);
        if let Err(error) = shop.line.call(API, request).await {
            return piece.settle_error(&error);
        }
    }
    piece.done();
}

fn unsaid(loose: &str) -> String {
    let loose = if loose.is_empty() { String::new() } else { format!("; it does say: {loose}") };
    format!("eBay's answer says nothing of it{loose}")
}

fn words_of(whole: &Whole) -> String {
    if whole.body.get("errors").is_some() { whole.words() } else { String::new() }
}

/// Writes need `Content-Language`: without it eBay takes the texts for another language, or refuses them.
fn in_language(request: Request, shop: &Shop) -> Request {
    request.header("Content-Language", shop.line.ebay.site().language)
}
