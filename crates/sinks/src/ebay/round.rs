//! One round: up to 25 listings become drafts with two bulk calls, whatever eBay holds of them already.
//!
//! ```text
//! claim    the ledger: whose is it, and what was sent?        one way to a market for each item
//! picture  covers to eBay's picture service
//! look     bulk_get_inventory_item; offers of those that are there                            look
//! plan     nothing | item | offer | left alone                                                decide, overlay
//! intend   what is about to be sent, durable
//! items    bulk_create_or_replace_inventory_item ─┐ each part's own status                    send, parts
//! offers   bulk_create_offer, updateOffer        ─┘ "exists already" is looked at again       take_up
//! keep     what eBay has taken, durable
//! ```

use futures::future::join_all;
use jiff::Timestamp;
use tracing::Instrument as _;

use super::super::contract::{Handed, MarketError};
use super::content::Content;
use super::inventory::Inventory;
use super::look::{self, Seen};
use super::offers::{self, Offers};
use super::pictures;
use super::piece::{Piece, Whose};
use super::record::{Record, Sent};
use super::shop::{Shop, market_error};
use domain::listing::Listing;
use ebay::EbayError;
use store::journal::{Claim, Claimed};

/// The listings of one round.
pub(super) struct Round<'a> {
    pub(super) shop: &'a Shop,
    pub(super) pieces: Vec<Piece>,
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
    // Of those that were taken up.
    round.items().await;
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
            seller: self.shop.seller.clone(),
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
        let each = self.pieces.iter_mut().filter(|piece| piece.is_open()).map(|piece| {
            let span = piece.span();
            picture(shop, piece).instrument(span)
        });
        join_all(each).await;
    }

    /// What eBay holds: items of all SKUs in one call, then the offers of those that are there. Where it does not say,
    /// nothing is written.
    async fn look(&mut self) {
        let skus = self.pieces.iter().filter(|piece| piece.is_open()).map(Piece::sku).collect::<Vec<_>>();
        if skus.is_empty() {
            return;
        }
        let seen = look::items(&self.shop.line, &skus).await;
        let open = self.pieces.iter_mut().filter(|piece| piece.is_open());
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => return open.for_each(|piece| piece.is_untold(&error)),
        };
        let shop = self.shop;
        let each = open.zip(seen).map(|(piece, seen)| {
            let span = piece.span();
            async move {
                match seen {
                    Seen::Absent => {}
                    Seen::Untold(words) => piece.fail(untold(&words)),
                    Seen::There(item) => {
                        piece.item = Some(item);
                        match offers::of(&shop.line, piece.sku()).await {
                            Ok(offers) => piece.offers = offers,
                            Err(error) => piece.is_untold(&error),
                        }
                    }
                }
            }
            .instrument(span)
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

    async fn keep(&mut self) {
        let is_made = |piece: &Piece| matches!(piece.fate, Some(Ok(Handed::Drafted { .. })));
        for piece in self.pieces.iter_mut().filter(|piece| is_made(piece)) {
            if let Some(content) = &piece.content {
                piece.record.sent = Some(Sent::of(content));
                piece.record.intended = None;
            }
        }
        let is_left = |piece: &Piece| piece.record.stands.is_some();
        if let Err(error) = self.write_records(|piece| is_made(piece) || is_left(piece)).await {
            // EBay has them, and the next run finds them there by their intent.
            tracing::warn!(%error, "what eBay has taken cannot be noted");
        }
        self.give_up_refused().await;
    }

    /// A listing that was never taken holds no way to a market: it may go another one. That it was not taken is for eBay
    /// to show, and not for us to conclude.
    async fn give_up_refused(&self) {
        // One that went another way has no content: its place in the ledger is that other draft's.
        let is_nothing = |piece: &&Piece| {
            let refused = matches!(piece.fate, Some(Ok(Handed::Refused(_))));
            refused && piece.whose == Whose::New && piece.content.is_some() && piece.offers == Offers::default()
        };
        for piece in self.pieces.iter().filter(is_nothing) {
            self.give_up(piece).instrument(piece.span()).await;
        }
    }

    async fn give_up(&self, piece: &Piece) {
        let has_none = offers::of(&self.shop.line.at_once(), piece.sku()).await;
        if has_none.is_ok_and(|offers| offers == Offers::default())
            && let Err(error) = self.shop.journal.ledger_strike(&self.shop.seller, piece.listing.sku()).await
        {
            tracing::warn!(%error, "a refused listing keeps its place in the ledger");
        }
    }

    async fn write_records(&self, which: impl Fn(&Piece) -> bool) -> Result<(), MarketError> {
        let rows = self.pieces.iter().filter(|piece| which(piece));
        let rows = rows.map(|piece| (piece.listing.sku().clone(), piece.record.row())).collect::<Vec<_>>();
        if rows.is_empty() {
            return Ok(());
        }
        let amended = self.shop.journal.ledger_amend(&self.shop.seller, Inventory::SINK, rows).await;
        amended.map_err(|error| unwritten(&error))
    }
}

/// Takes the covers of one piece to eBay, and makes its content with their addresses there.
async fn picture(shop: &Shop, piece: &mut Piece) {
    let hosted = join_all(piece.listing.images().iter().map(|image| pictures::hosted(shop, image))).await;
    match hosted.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(hosted) => {
            let (addresses, notes): (Vec<_>, Vec<_>) = hosted.into_iter().unzip();
            piece.notes.extend(notes.into_iter().flatten());
            piece.content = Some(Content::of(&piece.listing, &addresses, &shop.account, &shop.rules));
        }
        Err(error) => piece.settle_error(&error),
    }
}

fn unwritten(error: &store::journal::JournalError) -> MarketError {
    MarketError::Unknown { sink: Inventory::SINK, why: format!("the ledger cannot be written: {error}") }
}

impl Piece {
    /// What eBay holds cannot be known, so nothing is written.
    fn is_untold(&mut self, error: &EbayError) {
        self.fail(match error {
            EbayError::Refused { .. } => untold(&error.to_string()),
            _ => market_error(error),
        });
    }
}

fn untold(words: &str) -> MarketError {
    let why = format!(
        "it is not known whether eBay holds it, so nothing was written: {words}; running the list again is safe"
    );
    MarketError::Unknown { sink: Inventory::SINK, why }
}
