//! One listing on its way through a round: what eBay holds of it, and what is to be done.

use serde_json::Value;

use super::super::contract::{Handed, MarketError};
use super::content::Content;
use super::inventory::Inventory;
use super::offers::Offers;
use super::record::Record;
use super::shop::market_error;
use domain::listing::Listing;
use domain::outcome::Draft;
use ebay::EbayError;
use store::journal::Claimed;

/// One listing of a round.
pub(super) struct Piece {
    pub(super) listing: Listing,
    pub(super) content: Option<Content>,
    pub(super) record: Record,
    /// Whose line of the ledger it is.
    pub(super) whose: Whose,
    /// What eBay holds.
    pub(super) item: Option<Value>,
    pub(super) offers: Offers,
    pub(super) plan: Plan,
    /// This round has written the item.
    pub(super) wrote_item: bool,
    /// What is worth knowing of it: eBay's warnings, what was changed.
    pub(super) notes: Vec<String>,
    pub(super) fate: Option<Result<Handed, MarketError>>,
}

/// Who wrote the line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody had: it is new.
    New,
    /// This job, before a crash.
    Ours,
    /// An earlier job; the words say which and when.
    Theirs(String),
}

/// What is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The item as it is to be.
    pub(super) item: Option<Value>,
    pub(super) offer: OfferPlan,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum OfferPlan {
    #[default]
    Nothing,
    Create,
    Change {
        id: String,
        /// The offer as it is to be.
        document: Value,
    },
}

impl Piece {
    /// One of which nothing is known yet.
    pub(super) fn of(listing: Listing) -> Self {
        Self {
            listing,
            content: None,
            record: Record::default(),
            whose: Whose::New,
            item: None,
            offers: Offers::default(),
            plan: Plan::default(),
            wrote_item: false,
            notes: Vec::new(),
            fate: None,
        }
    }

    /// With what the ledger says of it.
    pub(super) fn claimed(&mut self, claimed: Result<Claimed, MarketError>) {
        match claimed {
            Ok(Claimed::New) => {}
            Ok(Claimed::Ours(row)) => self.was(Whose::Ours, row),
            Ok(Claimed::Theirs { job, at, row }) => {
                let since = format!("by {job}, {}", at.strftime("%Y-%m-%d %H:%M UTC"));
                self.was(Whose::Theirs(since), row);
            }
            Ok(Claimed::Elsewhere(other)) => self.refuse(other.to_string()),
            Err(error) => self.fail(error),
        }
    }

    fn was(&mut self, whose: Whose, row: Value) {
        self.whose = whose;
        match Record::read(row) {
            Ok(record) => self.record = record,
            Err(why) => self.fail(MarketError::Unknown { sink: Inventory::SINK, why }),
        }
    }

    /// What is done for this piece alone names it alone in the log.
    pub(super) fn span(&self) -> tracing::Span {
        tracing::error_span!("piece", upc = %self.listing.upc())
    }

    pub(super) fn sku(&self) -> &str {
        self.listing.sku().as_str()
    }

    /// True while nobody knows what becomes of it.
    pub(super) fn is_open(&self) -> bool {
        self.fate.is_none()
    }

    /// Nothing is to be written: all is as it should be.
    pub(super) fn stays(&mut self) {
        self.record.stands = self.offers.copies().filter(|_| self.record.is_blank());
        let draft = self.draft();
        self.fate = Some(Ok(match &self.whose {
            Whose::Ours => Handed::Drafted { draft, note: None },
            Whose::New => Handed::AlreadyThere { draft, since: "eBay holds the very same draft already".to_owned() },
            Whose::Theirs(since) => {
                Handed::AlreadyThere { draft, since: format!("drafted {since}; nothing has changed") }
            }
        }));
    }

    pub(super) fn leave(&mut self, why: String) {
        self.record.stands = self.offers.copies();
        self.fate = Some(Ok(Handed::AlreadyThere { draft: self.draft(), since: why }));
    }

    /// All is written.
    pub(super) fn done(&mut self) {
        self.record.stands = None;
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        self.fate = Some(Ok(Handed::Drafted { draft: self.draft(), note }));
    }

    pub(super) fn refuse(&mut self, words: String) {
        self.fate = Some(Ok(Handed::Refused(words)));
    }

    /// A write that eBay refused, or did not answer.
    pub(super) fn settle_error(&mut self, error: &EbayError) {
        match error {
            EbayError::Refused { .. } => self.refuse(error.to_string()),
            _ => self.fail(market_error(error)),
        }
    }

    pub(super) fn fail(&mut self, error: MarketError) {
        self.fate = Some(Err(error));
    }

    fn draft(&self) -> Draft {
        Draft {
            sku: self.listing.sku().clone(),
            title: self.listing.title().to_owned(),
            sink: Inventory::SINK.to_owned(),
            offer_id: self.record.offer_id.clone(),
            url: None,
        }
    }
}
