//! What was paid on eBay for the same item in the last 90 days (Marketplace Insights API, `item_sales/search`).
//!
//! Rules (developer.ebay.com): a "limited release" for applications that eBay has approved, with a scope of its own;
//! others are refused with 403 or 100017, or get no token. A category must be named.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::super::drift::Json;
use super::super::provider::{Keep, PriceGuide, Unanswered};
use super::super::registration::{Connected, Registration, Ways};
use super::super::settings::Settings;
use super::question::Question;
use super::read::{Wanted, items, sold};
use super::{KEEP, log_warnings, unanswered, way};
use crate::domain::appraisal::{Sample, SampleOf};
use crate::domain::condition::Condition;
use crate::domain::provider::Provider;
use crate::domain::release::Release;
use crate::ebay::{Access, Api, Ebay, EbayError};

/// The name in settings and results.
pub const EBAY_INSIGHTS: Provider = Provider::named("ebay_insights");

const PATH: [&str; 5] = ["buy", "marketplace_insights", "v1_beta", "item_sales", "search"];

/// "Insufficient permissions" (OAuth), and the API's own "access denied".
const FORBIDDEN: [u64; 2] = [1100, 100_017];

/// After so many refusals in a row it is the application and not the item.
const REFUSED_FOR_GOOD: u32 = 3;

const ADVICE: &str = "sold prices are for applications that eBay has approved; providers.ebay_insights.on = false \
                      leaves them out";

pub(in crate::providers) const REGISTRATION: Registration =
    Registration { name: EBAY_INSIGHTS, about: "what was paid on eBay for the same item", key: None, connect };

fn connect(_: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let ebay = way(&EBAY_INSIGHTS, ways)?;
    let host = ebay.host().clone();
    let guide = Arc::new(EbayInsights { ebay, refused: AtomicU32::new(0) });
    Ok(Connected { catalogue: None, price_guide: Some(guide), gallery: None, host })
}

/// The search of the Marketplace Insights API.
pub struct EbayInsights {
    ebay: Ebay,
    /// Questions in a row that the application had no right to ask.
    refused: AtomicU32,
}

#[async_trait]
impl PriceGuide for EbayInsights {
    fn provider(&self) -> Provider {
        EBAY_INSIGHTS
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    /// By the barcode only: a sale of another pressing would outweigh every price of this one.
    async fn samples(
        &self,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, Unanswered> {
        let question = Question::of(release, condition);
        let (Some(code), Some(_)) = (&question.code, question.category) else { return Ok(None) };
        if self.refused.load(Ordering::Relaxed) >= REFUSED_FOR_GOOD {
            return Err(forbidden("it refused several in a row, so it was not asked again".to_owned()));
        }
        match self.ask(&question, code).await {
            Ok(answer) => {
                self.refused.store(0, Ordering::Relaxed);
                self.read(&question, &answer).map(Some)
            }
            Err(error) if is_forbidden(&error) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(forbidden(error.to_string()))
            }
            Err(error) => Err(unanswered(EBAY_INSIGHTS, error)),
        }
    }
}

impl EbayInsights {
    async fn ask(&self, question: &Question, code: &str) -> Result<Value, EbayError> {
        let site = self.ebay.site();
        let request = question.request(PATH, ("gtin", code), question.filter(site));
        let request = request.header("X-EBAY-C-MARKETPLACE-ID", site.id);
        self.ebay.ask(Access::SoldPrices, Api::Insights, request).await
    }

    fn read(&self, question: &Question, answer: &Value) -> Result<Vec<Sample>, Unanswered> {
        log_warnings(&EBAY_INSIGHTS, answer);
        let unreadable = || Unanswered::Unreadable { provider: EBAY_INSIGHTS, what: "no list of sales".to_owned() };
        items(Json::of(answer), "itemSales").ok_or_else(unreadable)?;
        let wanted = Wanted::at(self.ebay.site(), question.condition_ids(), SampleOf::ThisBarcode);
        Ok(sold(Json::of(answer), &wanted, Timestamp::now()))
    }
}

/// Where the application lacks the right, whatever it asks: refused at the API, or already at the token.
fn is_forbidden(error: &EbayError) -> bool {
    let by_number = error.complaints().iter().any(|complaint| FORBIDDEN.contains(&complaint.id));
    match error {
        EbayError::Refused { status: 403, .. } => true,
        EbayError::Refused { words, .. } => by_number || words.contains("invalid_scope"),
        _ => false,
    }
}

fn forbidden(words: String) -> Unanswered {
    Unanswered::Refused { provider: EBAY_INSIGHTS, words }.with_advice(ADVICE)
}
