//! One listing on its way through a round: what eBay holds of it, and what is to be done.

use serde_json::Value;

use super::super::contract::{Handed, MarketError};
use super::content::Content;
use super::fingerprint::Fingerprint;
use super::inventory::Inventory;
use super::offers::Offer;
use super::record::{Record, Sent};
use crate::domain::listing::Listing;
use crate::domain::outcome::Draft;
use crate::journal::Claimed;

/// One listing of a round.
pub(super) struct Piece {
    pub(super) listing: Listing,
    pub(super) content: Option<Content>,
    pub(super) record: Record,
    /// Whose line of the ledger it is.
    pub(super) whose: Whose,
    /// What eBay holds.
    pub(super) item: Option<Value>,
    pub(super) offer: Option<Offer>,
    pub(super) plan: Plan,
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
    pub(super) item: bool,
    pub(super) offer: OfferPlan,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum OfferPlan {
    #[default]
    Nothing,
    Create,
    Change {
        id: String,
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
            offer: None,
            plan: Plan::default(),
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

    pub(super) fn sku(&self) -> &str {
        self.listing.sku().as_str()
    }

    /// True while nobody knows what becomes of it.
    pub(super) fn is_open(&self) -> bool {
        self.fate.is_none()
    }

    /// Compares what is to be with what is, and decides what to write. What a person has made of a draft is left as
    /// it is, and what is live is never touched.
    pub(super) fn decide(&mut self) {
        let Some(content) = &self.content else { return };
        let wanted = Sent::of(content);
        let held_item = self.item.as_ref().map(Fingerprint::of);
        let item_is_so = held_item.as_ref().is_some_and(|held| wanted.item.is_in(held));
        let Some(offer) = &self.offer else {
            // Without an offer there is nothing that a person could have made of it or that could be live.
            self.plan = Plan { item: !item_is_so, offer: OfferPlan::Create };
            return;
        };
        self.record.offer_id = Some(offer.id.clone());
        if !offer.is_draft() {
            let listing = offer.listing_id.as_deref().map(|id| format!(" as item {id}")).unwrap_or_default();
            return self.leave(format!("it is live on eBay{listing}, so it is left as it is"));
        }
        let (held_item, held_offer) = (held_item.unwrap_or_default(), offer.fingerprint());
        let changes = [wanted.item.differences(&held_item), wanted.offer.differences(&held_offer)];
        if changes.iter().all(Vec::is_empty) {
            return self.stays();
        }
        if self.record.sent.is_none() && self.record.intended.is_none() {
            // Made on another machine, or our ledger is gone: nobody here knows what was sent.
            let why = "eBay holds a draft of it that this machine did not make, so it is left as it is";
            return self.leave(format!("{why} ({})", changes.concat().join("; ")));
        }
        let edits = self.record.edits(&held_item, &held_offer);
        if !edits.is_empty() {
            return self
                .leave(format!("somebody has edited it at eBay, so it is left as it is ({})", edits.join("; ")));
        }
        let id = offer.id.clone();
        let [item, offer] = changes.map(|changes| !changes.is_empty());
        self.notes.push(format!("changed: {}", self.changed(&held_item, &held_offer).join("; ")));
        self.plan = Plan { item, offer: if offer { OfferPlan::Change { id } } else { OfferPlan::Nothing } };
    }

    /// What was, and what is to be, for people.
    fn changed(&self, item: &Fingerprint, offer: &Fingerprint) -> Vec<String> {
        let Some(content) = &self.content else { return Vec::new() };
        let wanted = Sent::of(content);
        let turned = |ours: &Fingerprint, held: &Fingerprint| {
            // The difference is told the other way around: from what eBay holds to what is sent.
            held.only(ours).differences(ours)
        };
        turned(&wanted.item, item).into_iter().chain(turned(&wanted.offer, offer)).collect()
    }

    /// Nothing is to be written: all is as it should be.
    fn stays(&mut self) {
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
        self.fate = Some(Ok(Handed::AlreadyThere { draft: self.draft(), since: why }));
    }

    /// All is written.
    pub(super) fn done(&mut self) {
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        self.fate = Some(Ok(Handed::Drafted { draft: self.draft(), note }));
    }

    pub(super) fn refuse(&mut self, words: String) {
        self.fate = Some(Ok(Handed::Refused(words)));
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
