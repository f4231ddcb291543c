//! The confidence of a price, and reasons why it needs the seller's decision before a draft is created.

use serde::{Deserialize, Serialize};

use super::super::money::Money;
use super::super::provider::Provider;

/// Confidence of a price estimate.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Confidence {
    /// No samples. The price is the minimum price, if one is set.
    None,
    Low,
    Medium,
    High,
}

/// Lowest and highest price of the counted comparables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceBand {
    pub low: Money,
    pub high: Money,
}

impl std::fmt::Display for PriceBand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}

/// Why a price is uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncertainty {
    /// There are no comparables, so the price is the seller's minimum price.
    NoComparable,
    /// There is one comparable, and nothing confirms it.
    OneComparable,
    /// There are too few comparables.
    FewComparables,
    /// The price is far from the asking prices.
    AsksDisagree,
    /// The comparables differ so much that they are for different items, or nobody knows the price.
    PricesScattered,
    /// The price contradicts the prices for better or worse conditions.
    ConditionsDisagree,
    /// Comparables were found by artist and title, and may be other pressings.
    MaybeOtherPressing,
}

/// A reason why a price needs the seller's decision. Its text says what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum PriceDoubt {
    /// The confidence is below the minimum that the seller requires.
    Uncertain { price: Money, reason: Uncertainty, confidence: Confidence, required: Confidence },
    /// The price is too low to be worth listing, and no minimum price is set.
    BelowMinimum { price: Money, minimum: Money },
    /// The price is unusually high, and no maximum price is set.
    AboveMaximum { price: Money, maximum: Money },
    /// Comparables are far cheaper than the seller's minimum price.
    FarBelowFloor { comparable: Money, floor: Money },
    /// Comparables are more expensive than the seller's maximum price.
    AboveCeiling { comparable: Money, ceiling: Money },
    /// The price in the list is below the minimum price.
    ListedBelowFloor { price: Money, floor: Money },
    /// The price in the list is above the maximum price.
    ListedAboveCeiling { price: Money, ceiling: Money },
    /// The provider blocks the sale of the release.
    BlockedFromSale { provider: Provider },
}

impl std::fmt::Display for PriceDoubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Uncertain { price, reason, confidence, required } => write!(
                f,
                "the price {price} is uncertain: {reason} (confidence {confidence}, pricing.min_confidence {required}); \
                 accept it or set a price"
            ),
            Self::BelowMinimum { price, minimum } => write!(
                f,
                "the price {price} is below {minimum}: fees and postage cost more; set a price, or set pricing.floor"
            ),
            Self::AboveMaximum { price, maximum } => write!(
                f,
                "the price {price} is above {maximum}: check it, then accept it or set a price; pricing.ceiling sets \
                 another limit"
            ),
            Self::FarBelowFloor { comparable, floor } => write!(
                f,
                "comparable items cost {comparable}, far below your minimum price {floor}: decide whether the item is \
                 worth listing"
            ),
            Self::ListedBelowFloor { price, floor } => write!(
                f,
                "the price {price} of your list is below your minimum price {floor}: accept it or set a price"
            ),
            Self::ListedAboveCeiling { price, ceiling } => write!(
                f,
                "the price {price} of your list is above your maximum price {ceiling}: accept it or set a price"
            ),
            Self::BlockedFromSale { provider } => write!(
                f,
                "the sale of this release is blocked at {}, as that of counterfeits is; eBay's policy on \
                 unauthorized copies may forbid it: compare the item, then accept it or skip it",
                provider.display_name()
            ),
            Self::AboveCeiling { comparable, ceiling } => write!(
                f,
                "comparable items cost {comparable}, above your maximum price {ceiling}: set a price, or accept the \
                 maximum price"
            ),
        }
    }
}

impl std::fmt::Display for Uncertainty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoComparable => "there is no comparable price, so it is your minimum price",
            Self::OneComparable => "it is based on one comparable price",
            Self::FewComparables => "it is based on few comparable prices",
            Self::AsksDisagree => "it is far from what others ask",
            Self::PricesScattered => "the comparable prices differ too much",
            Self::ConditionsDisagree => "prices of better or worse conditions contradict it",
            Self::MaybeOtherPressing => "comparable items were found by artist and title and may be other pressings",
        })
    }
}
