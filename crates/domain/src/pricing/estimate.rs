//! Samples, and the price that was made of them.

use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::condition::Condition;
use super::super::listed_price::ListedPrice;
use super::super::money::Money;
use super::super::provider::Provider;
use super::confidence::Confidence;
use super::doubt::{PriceBand, PriceDoubt};
use super::limits::{find_floor_doubt, find_listed_price_doubts};
use super::rules::PriceRules;

/// One price that somebody asks, suggests or got for the same pressing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub provider: Provider,
    pub kind: SampleKind,
    pub price: Money,
    /// What it is a price of.
    #[serde(default, skip_serializing_if = "MatchBasis::is_this_barcode")]
    #[serde(rename = "of")]
    pub basis: MatchBasis,
    /// The condition the price is for; `None` where the source does not say.
    pub condition: Option<Condition>,
    /// The source's own words for the condition or the offer.
    #[serde(default)]
    pub wording: String,
    /// How many offers it is the lowest of, where the source tells; `None` for a price of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<u32>,
    /// When it was learned.
    #[serde(rename = "at")]
    pub observed_at: Timestamp,
}

/// What a price means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleKind {
    /// Somebody asks it now.
    Asked,
    /// The service derives it from past sales.
    Suggested,
    /// Somebody paid it.
    Sold,
}

/// How surely a price is one of this very pressing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchBasis {
    /// It was found by the barcode, or by the source's own number of the pressing.
    #[default]
    ThisBarcode,
    /// It was found by words, and may be another pressing of the album.
    ArtistAndTitle,
}

impl MatchBasis {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    fn is_this_barcode(&self) -> bool {
        *self == Self::ThisBarcode
    }
}

/// The price of an item, or none, with the arithmetic in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceEstimate {
    /// The recommended price; `None` with no market price found and no floor price set.
    pub price: Option<Money>,
    pub confidence: Confidence,
    /// The rule that chose the price and its arithmetic, in one line.
    pub rule: String,
    /// The span of the comparables; `None` without comparables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<PriceBand>,
    /// Why the seller has to decide about the price; empty if the price needs no decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<PriceDoubt>,
    /// What was counted.
    pub samples: Vec<Sample>,
    /// What was left out, each with the reason.
    #[serde(default)]
    #[serde(rename = "left_out")]
    pub excluded: Vec<ExcludedSample>,
}

impl PriceEstimate {
    /// Returns the estimate for a price that the seller set.
    pub fn from_seller_price(price: Money) -> Self {
        let rule = "the price that you set".to_owned();
        Self {
            price: Some(price),
            confidence: Confidence::High,
            rule,
            band: None,
            doubts: Vec::new(),
            samples: Vec::new(),
            excluded: Vec::new(),
        }
    }

    /// The price of the seller's list, used as it is. The seller decides about one outside the bounds, or outside the usual
    /// ones if none are set.
    pub fn from_listed_price(price: Money, condition: Option<Condition>, rules: &PriceRules) -> Self {
        Self {
            rule: "the price of your list".to_owned(),
            doubts: find_listed_price_doubts(price, condition, rules),
            ..Self::from_seller_price(price)
        }
    }

    /// No price, because the one of the seller's list is not a certain amount of money in the currency.
    pub fn from_unreadable_listed_price(listed: &ListedPrice, currency: Currency) -> Self {
        let currency = listed.currency.unwrap_or(currency);
        let rule = format!("the price {:?} of your list is not a certain amount in {}", listed.amount, currency.code());
        Self {
            price: None,
            confidence: Confidence::None,
            rule,
            ..Self::from_seller_price(Money::from_minor(0, currency))
        }
    }

    /// The same samples, and the price that a person set over them.
    pub fn with_seller_price(self, price: Money) -> Self {
        let rule = format!("the price that you set; the rules say: {}", self.rule);
        Self { price: Some(price), confidence: Confidence::High, rule, doubts: Vec::new(), ..self }
    }

    /// The same estimate where providers were asked for prices: without any comparable, the seller decides about the floor
    /// price.
    #[must_use]
    pub fn with_comparables_expected(mut self, rules: &PriceRules) -> Self {
        let floor = self.price.filter(|_| self.confidence == Confidence::None);
        self.doubts.extend(floor.and_then(|floor| find_floor_doubt(floor, rules)));
        self
    }

    /// Returns why the seller has to decide about the price, in one line; `None` if the price needs no decision.
    pub fn review_reason(&self) -> Option<String> {
        let reasons = self.doubts.iter().map(ToString::to_string).collect::<Vec<_>>();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// The kind of the samples that the price is made of; `None` where it is made of none.
    pub fn basis_kind(&self) -> Option<SampleKind> {
        self.samples.first().filter(|_| self.confidence != Confidence::None).map(|sample| sample.kind)
    }
}

/// A sample that did not count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExcludedSample {
    pub sample: Sample,
    pub why: String,
}
