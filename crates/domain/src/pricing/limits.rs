//! Decides when a price needs the seller's decision: default limits, the seller's own bounds, and the required
//! confidence.

use super::super::condition::Condition;
use super::super::money::Money;
use super::doubt::{Confidence, PriceDoubt, Uncertainty};
use super::rules::{MIN_UNASKED_MINOR, PriceRules};

/// Default maximum price in minor units, if the seller has set no ceiling: 500.00. Few records cost more, and most such
/// asking prices are unrealistic.
const MAX_UNASKED_MINOR: i64 = 50_000;

/// Maximum factor by which a floor may raise a price above the comparables without a doubt.
const MAX_FLOOR_FACTOR: i64 = 2;

/// Returns a doubt about the floor as the price of an item without comparables. Such items are rare, and may be worth
/// far more.
pub(super) fn find_floor_doubt(floor: Money, rules: &PriceRules) -> Option<PriceDoubt> {
    let (reason, confidence) = (Uncertainty::NoComparable, Confidence::None);
    let doubt = PriceDoubt::Uncertain { price: floor, reason, confidence, required: rules.min_confidence };
    (rules.min_confidence > confidence).then_some(doubt)
}

/// Returns doubts about a price in the seller's list, which is used unchanged.
pub(super) fn find_listed_price_doubts(
    price: Money,
    condition: Option<Condition>,
    rules: &PriceRules,
) -> Vec<PriceDoubt> {
    let bounds = rules.bounds_for(condition);
    let limit = |minor| Money { minor, ..price };
    let low = match bounds.floor {
        Some(floor) => Some(PriceDoubt::ListedBelowFloor { price, floor })
            .filter(|_| floor.currency == price.currency && price.minor < floor.minor),
        None => Some(PriceDoubt::BelowMinimum { price, minimum: limit(MIN_UNASKED_MINOR) })
            .filter(|_| price.minor < MIN_UNASKED_MINOR),
    };
    let high = match bounds.ceiling {
        Some(ceiling) => Some(PriceDoubt::ListedAboveCeiling { price, ceiling })
            .filter(|_| ceiling.currency == price.currency && price.minor > ceiling.minor),
        None => Some(PriceDoubt::AboveMaximum { price, maximum: limit(MAX_UNASKED_MINOR) })
            .filter(|_| price.minor > MAX_UNASKED_MINOR),
    };
    low.into_iter().chain(high).collect()
}

/// Returns the reasons why the seller must decide about the price. `market` is the price of the comparables with the
/// seller's percentage applied; `price` is also within the seller's bounds.
pub(super) fn find_price_doubts(
    market: Money,
    price: Money,
    certainty: (Confidence, Option<Uncertainty>),
    condition: Option<Condition>,
    rules: &PriceRules,
) -> Vec<PriceDoubt> {
    let bounds = rules.bounds_for(condition);
    let limit = |minor| Money { minor, ..price };
    let (confidence, reason) = certainty;
    let uncertain = reason.filter(|_| confidence < rules.min_confidence).map(|reason| PriceDoubt::Uncertain {
        price,
        reason,
        confidence,
        required: rules.min_confidence,
    });
    let low = match bounds.floor {
        Some(floor) if market.minor.saturating_mul(MAX_FLOOR_FACTOR) < floor.minor => {
            Some(PriceDoubt::FarBelowFloor { comparable: market, floor })
                .filter(|_| rules.min_confidence > Confidence::None)
        }
        // The price ending may have raised the price.
        None if price.minor.min(market.minor) < MIN_UNASKED_MINOR => {
            let price = Money { minor: price.minor.min(market.minor), ..price };
            Some(PriceDoubt::BelowMinimum { price, minimum: limit(MIN_UNASKED_MINOR) })
        }
        _ => None,
    };
    let high = match bounds.ceiling {
        Some(ceiling) if market.minor > ceiling.minor => Some(PriceDoubt::AboveCeiling { comparable: market, ceiling }),
        None if price.minor > MAX_UNASKED_MINOR => {
            Some(PriceDoubt::AboveMaximum { price, maximum: limit(MAX_UNASKED_MINOR) })
        }
        _ => None,
    };
    [low, high, uncertain].into_iter().flatten().collect()
}
