//! The sink `item-draft`: true listing drafts by eBay's Listing API, for accounts that eBay has approved for it.
//!
//! This API has no SKU, no list of drafts and no key against repetition, so only our ledger keeps one item one draft.
//! A line stands there while a call may be on its way: where its answer got lost, nobody knows, and nothing is sent
//! again. What surely made no draft leaves no line, and is tried again for as long as anybody waits for eBay.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::contract::{Approach, Handed, Market, MarketError};
use super::conditions;
use super::holdings::Holdings;
use super::line::Waits;
use super::preflight;
use super::rulebook::Rulebook;
use domain::batch::JobId;
use domain::listing::{Listing, Missing};
use domain::outcome::{Draft, Status};
use ebay::{Access, Api, Ebay, EbayError};
use store::journal::{Claim, Claimed, Journal, Seller};
use upstream::{HttpError, Request};

/// One job's drafts in eBay's Listing API.
pub struct ItemDrafts {
    pub(super) ebay: Ebay,
    pub(super) journal: Journal,
    pub(super) seller: Seller,
    pub(super) job: JobId,
    pub(super) rules: Rulebook,
    pub(super) remarks: Vec<String>,
    pub(super) holdings: Holdings,
    /// How long a sick eBay is waited for.
    pub(super) patience: Duration,
}

/// A draft's line in the ledger.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    title: String,
    /// `None` until eBay has answered.
    draft_id: Option<String>,
    url: Option<String>,
    /// How many copies it stands for.
    #[serde(default = "one")]
    copies: u32,
}

const fn one() -> u32 {
    1
}

/// How a call ended that made no draft for certain.
enum NotMade {
    /// It may help to try again.
    Passing(HttpError),
    /// EBay did not take the token that was at hand; the next one is a new one. The words are its own.
    Unsigned(String),
    For(Result<Handed, MarketError>),
}

impl ItemDrafts {
    /// Its name in settings, results and the ledger.
    pub const SINK: &'static str = "item-draft";

    /// What a draft is here and where the seller finds it.
    pub const EXPLAINED: &'static str =
        "Listing drafts by eBay's Listing API: each result names the page on eBay where the seller finishes it.";

    /// Claims the item and makes its draft, again where that was surely not done.
    async fn claim_and_make(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let (mut waits, mut is_renewed) = (Waits::within(self.patience), false);
        loop {
            match self.journal.ledger_claim(&self.claim(listing)).await.map_err(unknown)? {
                Claimed::New => {}
                taken => return taken_already(listing, taken),
            }
            match self.make(listing).await {
                Ok(handed) => return Ok(handed),
                Err(NotMade::For(end)) => return end,
                Err(NotMade::Unsigned(_)) if !is_renewed => is_renewed = true,
                Err(NotMade::Unsigned(words)) => return Ok(Handed::Refused(words)),
                Err(NotMade::Passing(error)) => waits.wait(error).await.map_err(unknown)?,
            }
        }
    }

    fn claim(&self, listing: &Listing) -> Claim {
        let record =
            Record { title: listing.title().to_owned(), draft_id: None, url: None, copies: listing.quantity() };
        Claim {
            seller: self.seller.clone(),
            sink: Self::SINK.to_owned(),
            sku: listing.sku().clone(),
            job: self.job.clone(),
            upc: listing.upc(),
            row: serde_json::to_value(&record).unwrap_or_default(),
            at: Timestamp::now(),
        }
    }

    async fn make(&self, listing: &Listing) -> Result<Handed, NotMade> {
        // First and by itself, so that a token that cannot be had is not taken for a draft whose answer got lost.
        let token = match self.ebay.tokens().fresh(Access::Seller).await {
            Ok(token) => token,
            Err(error) => return Err(self.not_made(listing, error).await),
        };
        let request = Request::path(["sell", "listing", "v1_beta", "item_draft", ""])
            .post()
            .header("X-EBAY-C-MARKETPLACE-ID", self.ebay.site().id)
            .header("Content-Language", self.ebay.site().language)
            .json(&self.body(listing))
            .once();
        let answer = match self.ebay.ask_with(&token, Access::Seller, Api::Listing, request).await {
            Ok(answer) => answer,
            Err(error) if may_be_made(&error) => return Ok(Handed::Refused(format!("{error}; {LOST}"))),
            Err(error) => return Err(self.not_made(listing, error).await),
        };
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        let record = Record {
            title: listing.title().to_owned(),
            draft_id: Some(text("itemDraftId").unwrap_or_default()),
            url: text("sellFlowUrl").filter(|url| url.starts_with("https://") || url.starts_with("http://127.0.0.1")),
            copies: listing.quantity(),
        };
        let row = serde_json::to_value(&record).unwrap_or_default();
        let kept = self.journal.ledger_amend(&self.seller, Self::SINK, vec![(listing.sku().clone(), row)]).await;
        kept.map_err(|error| NotMade::For(Err(unknown(error))))?;
        Ok(Handed::Drafted { draft: draft(listing, record), note: quantity(listing) })
    }

    /// The line goes before anybody waits: a run that ends meanwhile leaves none for a draft that was never asked for.
    async fn not_made(&self, listing: &Listing, error: EbayError) -> NotMade {
        if let Err(unwritten) = self.journal.ledger_strike(&self.seller, listing.sku()).await {
            return NotMade::For(Err(unknown(unwritten)));
        }
        NotMade::For(match error {
            EbayError::Http(error) if error.may_pass() => return NotMade::Passing(error),
            EbayError::Refused { status: 401, .. } => return NotMade::Unsigned(error.to_string()),
            EbayError::Refused { .. } => Ok(Handed::Refused(error.to_string())),
            error if error.closes() => {
                Err(MarketError::Closed { sink: Self::SINK, why: error.to_string(), until: error.again_at() })
            }
            error => Err(unknown(error)),
        })
    }

    fn body(&self, listing: &Listing) -> Value {
        let category = self.rules.category(listing.category_id());
        let fitting = category.map_or_else(|| listing.aspects().to_vec(), |rules| rules.fitting(listing.aspects()));
        let aspects = fitting.iter().map(|aspect| json!({ "name": aspect.name, "values": aspect.values }));
        let images = listing.images().iter().filter(|image| image.starts_with("https://")).collect::<Vec<_>>();
        let price = json!({ "currency": listing.price().currency.code(), "value": listing.price().amount() });
        let mut body = json!({
            "categoryId": listing.category_id().to_string(),
            "format": "FIXED_PRICE",
            "pricingSummary": { "price": price },
            "product": {
                "title": listing.title(),
                "description": listing.description(),
                "aspects": aspects.collect::<Vec<_>>(),
                "imageUrls": images,
            },
        });
        let allowed = category.map_or(&[][..], |category| &category.conditions);
        let condition = listing.condition().and_then(|stated| conditions::allowed(stated, allowed));
        if let Some(word) = condition.and_then(conditions::word) {
            body["condition"] = word.into();
        }
        body
    }
}

const LOST: &str = "whether a draft was made is not known, and this API cannot be asked: look for it in Seller Hub's \
                    Drafts, and where it is not there, free the item with `draft-maker drafts --delete`";

#[async_trait]
impl Market for ItemDrafts {
    fn sink(&self) -> &'static str {
        Self::SINK
    }

    fn status(&self) -> Status {
        Status::Drafted
    }

    fn explain(&self) -> &'static str {
        Self::EXPLAINED
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }

    fn seller(&self) -> Option<&Seller> {
        Some(&self.seller)
    }

    fn lacks(&self, listing: &Listing) -> Vec<Missing> {
        preflight::lacks(listing, &self.rules, self.ebay.site())
    }

    fn approach(&self) -> Approach {
        self.holdings.approach()
    }

    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let is_known = self.journal.ledger_route(&self.seller, listing.sku()).await.map_err(unknown)?.is_some();
        let asked = if is_known { Ok(None) } else { self.holdings.object(listing).await };
        if let Ok(Some(words)) = asked {
            return Ok(Handed::Refused(words));
        }
        let handed = self.claim_and_make(listing).await?;
        Ok(match asked {
            Err(words) => handed.with_note(&unasked(&words)),
            Ok(_) => handed,
        })
    }

    fn copies_in(&self, row: &Value) -> u32 {
        serde_json::from_value::<Record>(row.clone()).map_or(1, |record| record.copies)
    }

    fn hurry(&self) {
        self.holdings.hurry();
    }
}

fn taken_already(listing: &Listing, claimed: Claimed) -> Result<Handed, MarketError> {
    let (row, since) = match claimed {
        Claimed::Elsewhere(other) => return Ok(Handed::Refused(other.to_string())),
        Claimed::Theirs { job, at, row } => {
            (row, Some(format!("drafted by {job}, {}", at.strftime("%Y-%m-%d %H:%M UTC"))))
        }
        Claimed::Ours(row) => (row, None),
        Claimed::New => return Err(unknown("its line in the ledger is new")),
    };
    let record = serde_json::from_value::<Record>(row).map_err(unknown)?;
    if record.draft_id.is_none() {
        return Ok(Handed::Refused(format!("it was on its way to eBay when the run ended; {LOST}")));
    }
    let draft = draft(listing, record);
    Ok(match since {
        None => Handed::Drafted { draft, note: quantity(listing) },
        Some(since) => Handed::AlreadyThere { draft, since },
    })
}

/// Whether eBay may have made the draft though its answer did not come.
fn may_be_made(error: &EbayError) -> bool {
    match error {
        EbayError::Http(error) => error.may_have_been_done(),
        EbayError::Unreadable { .. } => true,
        _ => false,
    }
}

/// This API has no field for it.
fn quantity(listing: &Listing) -> Option<String> {
    let copies = listing.quantity();
    (copies > 1).then(|| format!("a draft of this kind has no quantity: set it to {copies} on its page"))
}

fn unasked(words: &str) -> String {
    format!("eBay could not be asked whether its inventory holds the item already: {words}")
}

fn draft(listing: &Listing, record: Record) -> Draft {
    Draft {
        sku: listing.sku().clone(),
        title: record.title,
        sink: ItemDrafts::SINK.to_owned(),
        offer_id: record.draft_id,
        url: record.url,
    }
}

fn unknown(why: impl std::fmt::Display) -> MarketError {
    MarketError::Unknown { sink: ItemDrafts::SINK, why: why.to_string() }
}
