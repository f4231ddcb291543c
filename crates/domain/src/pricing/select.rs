//! Selects the samples that determine a price: the best available kind, for the condition that the seller states.

use std::cmp::Ordering;

use super::super::money::Money;
use super::estimate::{ExcludedSample, MatchBasis, Sample, SampleKind};
use super::graded_condition::GradedCondition;
use super::rules::PriceRules;

/// Samples by role.
pub(super) struct SampleSelection {
    /// Samples that determine the price, all of one tier.
    pub basis: Vec<Sample>,
    /// Name of the tier in the rule text.
    pub label: &'static str,
    /// True if these samples are for exactly the stated condition.
    pub is_exact: bool,
    /// Asking prices with which a better kind of price is checked.
    pub checks: Vec<Sample>,
    /// Suggestions for other conditions, which limit the price.
    pub bounds: ConditionBounds,
    pub excluded: Vec<ExcludedSample>,
}

/// Suggestions for other conditions than the stated one: those for worse conditions are lower bounds of the price,
/// those for better conditions are upper bounds.
#[derive(Default)]
pub(super) struct ConditionBounds {
    pub worse: Vec<Sample>,
    pub better: Vec<Sample>,
}

impl ConditionBounds {
    /// Returns the highest suggestion for a worse condition, in minor units.
    pub(super) fn lower_limit(&self) -> Option<i64> {
        self.worse.iter().map(|sample| sample.price.minor).max()
    }

    /// Returns the lowest suggestion for a better condition, in minor units.
    pub(super) fn upper_limit(&self) -> Option<i64> {
        self.better.iter().map(|sample| sample.price.minor).min()
    }

    /// Removes and returns the suggestions that substitute for missing samples: the highest for a worse condition and
    /// the lowest for a better one.
    fn take_nearest(&mut self) -> Vec<Sample> {
        let lower = (0..self.worse.len()).max_by_key(|at| self.worse[*at].price.minor);
        let upper = (0..self.better.len()).min_by_key(|at| self.better[*at].price.minor);
        let lower = lower.map(|at| self.worse.remove(at));
        lower.into_iter().chain(upper.map(|at| self.better.remove(at))).collect()
    }

    pub(super) fn into_samples(self) -> impl Iterator<Item = Sample> {
        self.worse.into_iter().chain(self.better)
    }
}

/// A kind of sample that can determine a price.
struct SampleTier {
    label: &'static str,
    accepts: fn(&Sample, GradedCondition) -> bool,
}

/// The tiers, the best first. Paid prices are more reliable than suggestions, and suggestions more than asking prices.
/// A price for another condition only limits the price; it substitutes for one if nothing else is known.
const SAMPLE_TIERS: [SampleTier; 4] = [
    SampleTier { label: "sold", accepts: |s, stated| s.kind == SampleKind::Sold && is_for_condition(s, stated) },
    SampleTier {
        label: "suggested",
        accepts: |s, stated| s.kind == SampleKind::Suggested && is_for_condition(s, stated),
    },
    SampleTier {
        label: "sold, condition unknown",
        accepts: |s, stated| s.kind == SampleKind::Sold && stated.condition.is_some() && s.condition.is_none(),
    },
    SampleTier { label: "asked", accepts: |s, stated| s.kind == SampleKind::Asked && may_be_for_condition(s, stated) },
];

/// Number of tiers whose samples are for exactly the stated condition.
const EXACT_TIERS: usize = 2;

/// Index of the tier of asking prices.
const ASKED_TIER: usize = 3;

/// Minimum number of offers with this barcode at which offers that may be other pressings are excluded.
const MIN_BARCODE_OFFERS: usize = 3;

/// Assigns a role to every sample. Samples without a role are excluded with a reason.
pub(super) fn select_samples(samples: Vec<Sample>, stated: GradedCondition, rules: &PriceRules) -> SampleSelection {
    let (usable, mut left_out) = split_usable(samples, rules);
    let (usable, loose) = exclude_loose_offers(usable, stated);
    left_out.extend(loose);
    let (mut bounds, usable) = split_bounds(usable, stated);
    let best = SAMPLE_TIERS.iter().position(|rank| usable.iter().any(|sample| (rank.accepts)(sample, stated)));
    let has_bracket = !bounds.worse.is_empty() && !bounds.better.is_empty();
    let best = match best {
        Some(ASKED_TIER) if has_bracket => None,
        best => best,
    };
    let accepts = |sample: &Sample| best.is_some_and(|rank| (SAMPLE_TIERS[rank].accepts)(sample, stated));
    let label = best.map_or("suggested for other conditions", |rank| SAMPLE_TIERS[rank].label);
    let mut basis = if best.is_none() { bounds.take_nearest() } else { Vec::new() };
    let mut checks = Vec::new();
    for sample in usable {
        match sample.kind {
            _ if accepts(&sample) => basis.push(sample),
            SampleKind::Asked if may_be_for_condition(&sample, stated) => checks.push(sample),
            _ => left_out.push(exclude_sample(sample, stated)),
        }
    }
    let is_exact = best.is_some_and(|rank| rank < EXACT_TIERS);
    SampleSelection { basis, label, is_exact, checks, bounds, excluded: left_out }
}

/// Separates the suggestions for other conditions.
fn split_bounds(samples: Vec<Sample>, stated: GradedCondition) -> (ConditionBounds, Vec<Sample>) {
    let (mut bounds, mut others) = (ConditionBounds::default(), Vec::new());
    for sample in samples {
        match (sample.kind, stated.compare(&sample)) {
            (SampleKind::Suggested, Some(Ordering::Greater)) => bounds.worse.push(sample),
            (SampleKind::Suggested, Some(Ordering::Less)) => bounds.better.push(sample),
            _ => others.push(sample),
        }
    }
    (bounds, others)
}

fn split_usable(samples: Vec<Sample>, rules: &PriceRules) -> (Vec<Sample>, Vec<ExcludedSample>) {
    let mut left_out = Vec::new();
    let mut out = |sample: Sample, why: String| left_out.push(ExcludedSample { sample, why });
    let mut usable = Vec::new();
    for sample in samples {
        let Money { minor, currency } = sample.price;
        if currency != rules.currency {
            out(sample, format!("it is in {}; prices are in {}", currency.code(), rules.currency.code()));
        } else if minor <= 0 {
            out(sample, "no amount".to_owned());
        } else if sample.basis == MatchBasis::OtherGoods {
            out(sample, "it offers something else than one regular copy".to_owned());
        } else {
            usable.push(sample);
        }
    }
    (usable, left_out)
}

/// Excludes offers that were found by words, if enough offers were found by the barcode.
fn exclude_loose_offers(samples: Vec<Sample>, stated: GradedCondition) -> (Vec<Sample>, Vec<ExcludedSample>) {
    let is_offer = |sample: &Sample| sample.kind == SampleKind::Asked && may_be_for_condition(sample, stated);
    let is_exact = |sample: &&Sample| is_offer(sample) && sample.basis == MatchBasis::ThisBarcode;
    let exact = samples.iter().filter(is_exact).count();
    if exact < MIN_BARCODE_OFFERS {
        return (samples, Vec::new());
    }
    let is_loose = |sample: &Sample| is_offer(sample) && sample.basis == MatchBasis::ArtistAndTitle;
    let (loose, stored) = samples.into_iter().partition::<Vec<_>, _>(is_loose);
    let why = format!("may be another pressing, and {exact} offers have the barcode");
    (stored, loose.into_iter().map(|sample| ExcludedSample { sample, why: why.clone() }).collect())
}

/// Returns true if the sample is for exactly the stated condition.
fn is_for_condition(sample: &Sample, stated: GradedCondition) -> bool {
    stated.compare(sample) == Some(Ordering::Equal)
}

/// Returns true if the sample is for the stated condition, or if either condition is unknown.
fn may_be_for_condition(sample: &Sample, stated: GradedCondition) -> bool {
    stated.compare(sample).is_none_or(Ordering::is_eq)
}

fn exclude_sample(sample: Sample, stated: GradedCondition) -> ExcludedSample {
    let why = match (stated.condition, sample.condition) {
        (None, _) => "no condition is set, so only asking prices are compared".to_owned(),
        (Some(stated), Some(other)) if other != stated => format!("it is for {other}, the item is {stated}"),
        (Some(stated), None) => format!("its condition is unknown; the item is {stated}"),
        (Some(_), Some(_)) => "a better kind of price is available".to_owned(),
    };
    ExcludedSample { sample, why }
}
