//! The sink `item-draft`: true listing drafts by eBay's Listing API, for accounts that eBay has approved for it.
//!
//! This API has no SKU, no list of drafts and no key against repetition, so only our ledger keeps one item one
//! draft: where an answer got lost, nobody knows, and nothing is sent again.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::contract::{Handed, Market, MarketError};
use super::conditions;
use super::preflight;
use super::rulebook::Rulebook;
use crate::domain::batch::JobId;
use crate::domain::listing::{Listing, Missing};
use crate::domain::outcome::{Draft, Status};
use crate::ebay::{Access, Api, Ebay, EbayError};
use crate::http::Request;
use crate::journal::{Claim, Claimed, Journal};

/// One job's drafts in eBay's Listing API.
pub struct ItemDrafts {
    pub(super) ebay: Ebay,
    pub(super) journal: Journal,
    pub(super) job: JobId,
    pub(super) rules: Rulebook,
    pub(super) remarks: Vec<String>,
}

/// A draft's line in the ledger.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    title: String,
    /// `None` until eBay has answered.
    draft_id: Option<String>,
    url: Option<String>,
}

impl ItemDrafts {
    /// Its name in settings, results and the ledger.
    pub const SINK: &'static str = "item-draft";

    /// What a draft is here and where the seller finds it.
    pub const EXPLAINED: &'static str =
        "Listing drafts by eBay's Listing API: each result names the page on eBay where the seller finishes it.";

    async fn make(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let request = Request::path(["sell", "listing", "v1_beta", "item_draft", ""])
            .post()
            .header("X-EBAY-C-MARKETPLACE-ID", self.ebay.site().id)
            .header("Content-Language", self.ebay.site().language)
            .json(&self.body(listing))
            .once();
        let answer = match self.ebay.ask(Access::Seller, Api::Listing, request).await {
            Ok(answer) => answer,
            Err(error) => return self.not_made(listing, &error).await,
        };
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        let record = Record {
            title: listing.title().to_owned(),
            draft_id: Some(text("itemDraftId").unwrap_or_default()),
            url: text("sellFlowUrl").filter(|url| url.starts_with("https://") || url.starts_with("http://127.0.0.1")),
        };
        let row = serde_json::to_value(&record).unwrap_or_default();
        self.journal.ledger_amend(Self::SINK, vec![(listing.sku().clone(), row)]).await.map_err(unknown)?;
        Ok(Handed::Drafted { draft: draft(listing, record), note: None })
    }

    /// What surely made no draft may be tried again; of the rest nobody knows.
    async fn not_made(&self, listing: &Listing, error: &EbayError) -> Result<Handed, MarketError> {
        let surely = match error {
            EbayError::Http(error) => !error.was_reached(),
            EbayError::Unreadable { .. } => false,
            _ => true,
        };
        if !surely {
            return Ok(Handed::Refused(format!("{error}; {LOST}")));
        }
        self.journal.ledger_strike(listing.sku()).await.map_err(unknown)?;
        match error {
            EbayError::Refused { .. } => Ok(Handed::Refused(error.to_string())),
            error if error.closes() => {
                Err(MarketError::Closed { sink: Self::SINK, why: error.to_string(), until: error.again_at() })
            }
            error => Err(unknown(error)),
        }
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

    fn lacks(&self, listing: &Listing) -> Vec<Missing> {
        preflight::lacks(listing, &self.rules)
    }

    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let record = Record { title: listing.title().to_owned(), draft_id: None, url: None };
        let claim = Claim {
            sink: Self::SINK.to_owned(),
            sku: listing.sku().clone(),
            job: self.job.clone(),
            upc: listing.upc(),
            row: serde_json::to_value(&record).unwrap_or_default(),
            at: Timestamp::now(),
        };
        let (row, since) = match self.journal.ledger_claim(&claim).await.map_err(unknown)? {
            Claimed::New => return self.make(listing).await,
            Claimed::Elsewhere(other) => return Ok(Handed::Refused(other.to_string())),
            Claimed::Ours(row) => (row, None),
            Claimed::Theirs { job, at, row } => {
                (row, Some(format!("drafted by {job}, {}", at.strftime("%Y-%m-%d %H:%M UTC"))))
            }
        };
        let record = serde_json::from_value::<Record>(row).map_err(unknown)?;
        if record.draft_id.is_none() {
            return Ok(Handed::Refused(format!("it was on its way to eBay when the run ended; {LOST}")));
        }
        let draft = draft(listing, record);
        Ok(match since {
            None => Handed::Drafted { draft, note: None },
            Some(since) => Handed::AlreadyThere { draft, since },
        })
    }
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
