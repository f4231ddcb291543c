//! Weights sales by age. Ages are relative to the newest sale, so that the same samples yield the same price next year.

use std::time::Duration;

use super::estimate::{Sample, SampleKind};
use super::outliers::median;

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
