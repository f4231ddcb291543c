//! The median price of samples: without outliers, and weighted by the age of sales.
//!
//! Outliers are prices so far from the others that they are for something else (a typing error, a signed copy, a broken
//! case). Ages are relative to the newest sale, so that the same samples yield the same price next year.

use std::time::Duration;

use super::super::money::Money;
use super::estimate::{ExcludedSample, Sample, SampleKind};

/// Minimum number of samples for detecting outliers.
const MIN_SAMPLES: usize = 4;

/// Separates outliers, with reasons: modified z-score above 3.5 (Iglewicz and Hoaglin, "How to Detect and Handle
/// Outliers", 1993), which is 0.6745 × |price − median| / MAD > 3.5. The MAD is at least a twentieth of the median, so
/// that among equal prices one that differs by a cent is not an outlier. Uses integer arithmetic only.
pub(super) fn split_outliers(samples: Vec<Sample>) -> (Vec<Sample>, Vec<ExcludedSample>) {
    if samples.len() < MIN_SAMPLES {
        return (samples, Vec::new());
    }
    let prices = samples.iter().map(|sample| sample.price.minor).collect::<Vec<_>>();
    let middle = median(&prices);
    let distance = |price: i64| price.abs_diff(middle);
    let distances = prices.iter().map(|price| i64::try_from(distance(*price)).unwrap_or(i64::MAX)).collect::<Vec<_>>();
    let spread = median(&distances).max(middle / 20).max(1);
    let is_odd = |price: i64| 6745 * i128::from(distance(price)) > 35_000 * i128::from(spread);

    let (odd, stored) = samples.into_iter().partition::<Vec<_>, _>(|sample| is_odd(sample.price.minor));
    let left_out = odd.into_iter().map(|sample| {
        let far = Money { minor: middle, ..sample.price };
        ExcludedSample { why: format!("an outlier: the median of the {} is {far}", prices.len()), sample }
    });
    (stored, left_out.collect())
}

/// Returns the middle price, or the mean of the two middle prices, rounded down; 0 if there are none.
pub(super) fn median(prices: &[i64]) -> i64 {
    let mut sorted = prices.to_vec();
    sorted.sort_unstable();
    match (sorted.len() / 2, sorted.len() % 2) {
        (0, 0) => 0,
        (half, 0) => sorted[half - 1].midpoint(sorted[half]),
        (half, _) => sorted[half],
    }
}

/// Weights by maximum age. Record prices change within weeks, with reissues, tours and deaths: a month counts as
/// current, 90 days count half. Services report sales of the last 90 days; the last weight is for samples that were
/// stored longer.
const RECENCY_WEIGHTS: [(Duration, usize); 2] =
    [(Duration::from_hours(30 * 24), 4), (Duration::from_hours(90 * 24), 2)];

/// Weight of older sales.
const OLD_SALE_WEIGHT: usize = 1;

/// Returns the weighted median price, and whether sales were weighted differently. Offers and suggestions always count
/// as current. The median is 0 if there are no samples.
pub(super) fn weighted_median(samples: &[Sample]) -> (i64, bool) {
    let newest = samples.iter().map(|sample| sample.observed_at).max().unwrap_or_default();
    let weight = |sample: &Sample| {
        let age = newest.duration_since(sample.observed_at).unsigned_abs();
        let step = RECENCY_WEIGHTS.iter().find(|(most, _)| age <= *most || sample.kind != SampleKind::Sold);
        step.map_or(OLD_SALE_WEIGHT, |(_, weight)| *weight)
    };
    // A weight is the number of times that a price occurs in the list.
    let prices = samples.iter().flat_map(|sample| std::iter::repeat_n(sample.price.minor, weight(sample)));
    let differ = samples.iter().any(|sample| weight(sample) != RECENCY_WEIGHTS[0].1);
    (median(&prices.collect::<Vec<_>>()), differ)
}
