//! Samples, and the price estimate computed from them.

use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::condition::Condition;
use super::super::listed_price::ListedPrice;
use super::super::money::Money;
use super::super::provider::Provider;
use super::doubt::{Confidence, PriceBand, PriceDoubt};
use super::limits::{find_floor_doubt, find_listed_price_doubts};
use super::rules::PriceRules;

/// A price for the pressing that someone asks, suggests or paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub provider: Provider,
    pub kind: SampleKind,
    pub price: Money,
    /// How certainly the price is for this pressing.
    #[serde(default, skip_serializing_if = "MatchBasis::is_this_barcode")]
    #[serde(rename = "of")]
    pub basis: MatchBasis,
    /// Condition that the price is for; `None` if the source does not state it.
    pub condition: Option<Condition>,
    /// The source's own words for the condition or the offer.
    #[serde(default)]
    pub wording: String,
    /// Number of offers of which this is the lowest price; `None` if unknown, or for a single price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<u32>,
    /// Time at which the price was observed.
    #[serde(rename = "at")]
    pub observed_at: Timestamp,
}

/// Meaning of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleKind {
    /// The current asking price of an offer.
    Asked,
    /// A price that a service derives from past sales.
    Suggested,
    /// A price that was paid.
    Sold,
}

/// How certainly a price is for this pressing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchBasis {
    /// Found by the barcode, or by the source's own ID of the pressing.
    #[default]
    ThisBarcode,
    /// Found by artist and title. It may be another pressing of the album.
    ArtistAndTitle,
    /// Its title offers something else than one regular copy, such as a lot or an empty sleeve.
    OtherGoods,
}

impl MatchBasis {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    fn is_this_barcode(&self) -> bool {
        *self == Self::ThisBarcode
    }
}

/// The price of an item, if there is one, and how it was computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceEstimate {
    /// Recommended price; `None` if no market price was found and no minimum price is set.
    pub price: Option<Money>,
    pub confidence: Confidence,
    /// The rule that determined the price, and its arithmetic, on one line.
    pub rule: String,
    /// Price range of the comparables; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<PriceBand>,
    /// Reasons why the seller must decide about the price; empty if no decision is needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<PriceDoubt>,
    /// Samples that were used.
    pub samples: Vec<Sample>,
    /// Samples that were excluded, with reasons.
    #[serde(default)]
    #[serde(rename = "left_out")]
    pub excluded: Vec<ExcludedSample>,
}

impl PriceEstimate {
    /// Creates the estimate for a price that the seller set.
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

    /// Creates the estimate for a price in the seller's list, which is used unchanged. The seller must decide about a
    /// price outside the bounds; if none are set, default bounds apply.
    pub fn from_listed_price(price: Money, condition: Option<Condition>, rules: &PriceRules) -> Self {
        Self {
            rule: "the price of your list".to_owned(),
            doubts: find_listed_price_doubts(price, condition, rules),
            ..Self::from_seller_price(price)
        }
    }

    /// Creates an estimate without a price, because the price in the seller's list is not an unambiguous amount.
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

    /// Returns this estimate with a price that the seller set.
    pub fn with_seller_price(self, price: Money) -> Self {
        let rule = format!("the price that you set; the rules say: {}", self.rule);
        Self { price: Some(price), confidence: Confidence::High, rule, doubts: Vec::new(), ..self }
    }

    /// Returns this estimate for an item whose providers were asked for prices. If they have no comparables, the seller
    /// must decide about the minimum price.
    #[must_use]
    pub fn with_comparables_expected(mut self, rules: &PriceRules) -> Self {
        let floor = self.price.filter(|_| self.confidence == Confidence::None);
        self.doubts.extend(floor.and_then(|floor| find_floor_doubt(floor, rules)));
        self
    }

    /// Returns why the seller must decide about the price, on one line; `None` if no decision is needed.
    pub fn review_reason(&self) -> Option<String> {
        let reasons = self.doubts.iter().map(ToString::to_string).collect::<Vec<_>>();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Returns the kind of samples that the price is based on; `None` if it is not based on samples.
    pub fn basis_kind(&self) -> Option<SampleKind> {
        self.samples.first().filter(|_| self.confidence != Confidence::None).map(|sample| sample.kind)
    }
}

/// A sample that was not used, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExcludedSample {
    pub sample: Sample,
    pub why: String,
}

/// The price of one of [`InputItem::copy_groups`](crate::job_spec::InputItem::copy_groups).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPrice {
    /// Index of the group.
    #[serde(rename = "place")]
    pub index: usize,
    #[serde(rename = "appraisal")]
    pub price_estimate: PriceEstimate,
}
