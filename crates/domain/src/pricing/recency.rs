//! How much a sale counts by its age. Ages are told from the newest sale, so that the same samples make the same price
//! next year.

use std::time::Duration;

use super::estimate::{Sample, SampleKind};
use super::outliers::median;

/// Sales up to so much older than the newest count so often. What a record fetches moves with reissues, tours and
/// deaths, within weeks; so a month is "now", a season is half of it, and beyond that a sale is a memory. Services
/// tell sales of 90 days, so the last step is for samples that were kept longer.
const RECENCY_WEIGHTS: [(Duration, usize); 2] =
    [(Duration::from_hours(30 * 24), 4), (Duration::from_hours(90 * 24), 2)];

/// Older ones count once.
const OLD_SALE_WEIGHT: usize = 1;

/// The middle of what the samples cost, recent sales counted more, and whether that made a difference to any. Offers and
/// suggestions are all of today. Zero for no market price found.
pub(super) fn weighted_median(samples: &[Sample]) -> (i64, bool) {
    let newest = samples.iter().map(|sample| sample.observed_at).max().unwrap_or_default();
    let weight = |sample: &Sample| {
        let age = newest.duration_since(sample.observed_at).unsigned_abs();
        let step = RECENCY_WEIGHTS.iter().find(|(most, _)| age <= *most || sample.kind != SampleKind::Sold);
        step.map_or(OLD_SALE_WEIGHT, |(_, weight)| *weight)
    };
    // A weight is how often a price stands in the list.
    let prices = samples.iter().flat_map(|sample| std::iter::repeat_n(sample.price.minor, weight(sample)));
    let differ = samples.iter().any(|sample| weight(sample) != RECENCY_WEIGHTS[0].1);
    (median(&prices.collect::<Vec<_>>()), differ)
}
