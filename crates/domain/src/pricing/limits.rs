//! When a price needs the seller's decision: limits that hold without any setting, the seller's own bounds, and the
//! confidence that the seller requires.

use super::super::condition::Condition;
use super::super::money::Money;
use super::confidence::Confidence;
use super::doubt::{PriceDoubt, Uncertainty};
use super::rules::{MIN_UNASKED_MINOR, PriceRules};

/// Maximum price, in minor units, of an item whose seller has set no ceiling: 500.00. Few records cost more, and most
/// such prices are the hope of one seller.
const MAX_UNASKED_MINOR: i64 = 50_000;

/// A floor may raise a price to at most so many times what comparable items cost.
const MAX_FLOOR_FACTOR: i64 = 2;

/// Returns the reasons why the seller decides about the price. `market` is what comparable items cost, with the
/// seller's percentage; `price` is within the seller's bounds.
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
        None if price.minor < MIN_UNASKED_MINOR => {
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
