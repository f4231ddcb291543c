//! Which samples the price is made of: the best kind there is, for the condition that the seller states.

use super::super::condition::Condition;
use super::super::money::Money;
use super::estimate::{LeftOut, Sample, SampleKind, SampleOf};
use super::rules::PriceRules;

/// Samples in their roles.
pub(super) struct Sorted {
    /// The price is made of these. All of one rank.
    pub basis: Vec<Sample>,
    /// What the rank is called in the rule's words.
    pub called: &'static str,
    /// Asking prices that a price made of something better is held against.
    pub checks: Vec<Sample>,
    pub left_out: Vec<LeftOut>,
}

/// A kind of sample that can carry a price.
struct Rank {
    called: &'static str,
    holds: fn(&Sample, Option<Condition>) -> bool,
}

/// The best first. What was paid says more than what is derived from payments, and that more than what is hoped
/// for; a price for another condition is never used, since the item would be priced as better or worse than it is.
const RANKS: [Rank; 4] = [
    Rank { called: "sold", holds: |s, stated| s.kind == SampleKind::Sold && is_for(s, stated) },
    Rank { called: "suggested", holds: |s, stated| s.kind == SampleKind::Suggested && is_for(s, stated) },
    Rank {
        called: "sold in an untold condition",
        holds: |s, stated| s.kind == SampleKind::Sold && stated.is_some() && s.condition.is_none(),
    },
    Rank { called: "asked", holds: |s, stated| s.kind == SampleKind::Asked && may_be(s, stated) },
];

/// So many offers of the very pressing say what it is offered for; those that may be another pressing then only blur it.
const ENOUGH_BY_BARCODE: usize = 3;

/// Gives every sample its role; each that gets none has its reason.
pub(super) fn sort(samples: Vec<Sample>, stated: Option<Condition>, rules: &PriceRules) -> Sorted {
    let (usable, mut left_out) = usable(samples, rules);
    let (usable, loose) = without_loose_offers(usable, stated);
    left_out.extend(loose);
    let best = RANKS.iter().find(|rank| usable.iter().any(|sample| (rank.holds)(sample, stated)));
    let Some(best) = best else {
        left_out.extend(usable.into_iter().map(|sample| refuse(sample, stated)));
        return Sorted { basis: Vec::new(), called: "", checks: Vec::new(), left_out };
    };
    let mut sorted = Sorted { basis: Vec::new(), called: best.called, checks: Vec::new(), left_out };
    for sample in usable {
        match sample.kind {
            _ if (best.holds)(&sample, stated) => sorted.basis.push(sample),
            SampleKind::Asked if may_be(&sample, stated) => sorted.checks.push(sample),
            _ => sorted.left_out.push(refuse(sample, stated)),
        }
    }
    sorted
}

fn usable(samples: Vec<Sample>, rules: &PriceRules) -> (Vec<Sample>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let mut out = |sample: Sample, why: String| left_out.push(LeftOut { sample, why });
    let mut usable = Vec::new();
    for sample in samples {
        let Money { minor, currency } = sample.price;
        if currency != rules.currency {
            out(sample, format!("it is in {}, prices are made in {}", currency.code(), rules.currency.code()));
        } else if minor <= 0 {
            out(sample, "no amount".to_owned());
        } else {
            usable.push(sample);
        }
    }
    (usable, left_out)
}

/// Leaves out offers that were found by words, where enough were found by the barcode.
fn without_loose_offers(samples: Vec<Sample>, stated: Option<Condition>) -> (Vec<Sample>, Vec<LeftOut>) {
    let is_offer = |sample: &Sample| sample.kind == SampleKind::Asked && may_be(sample, stated);
    let is_exact = |sample: &&Sample| is_offer(sample) && sample.of == SampleOf::ThisBarcode;
    let exact = samples.iter().filter(is_exact).count();
    if exact < ENOUGH_BY_BARCODE {
        return (samples, Vec::new());
    }
    let is_loose = |sample: &Sample| is_offer(sample) && sample.of == SampleOf::ArtistAndTitle;
    let (loose, kept) = samples.into_iter().partition::<Vec<_>, _>(is_loose);
    let why = format!("it may be another pressing, and {exact} offers have the barcode");
    (kept, loose.into_iter().map(|sample| LeftOut { sample, why: why.clone() }).collect())
}

/// The sample is for just the condition stated.
fn is_for(sample: &Sample, stated: Option<Condition>) -> bool {
    stated.is_some() && sample.condition == stated
}

/// The sample is for the condition stated as far as anybody says.
fn may_be(sample: &Sample, stated: Option<Condition>) -> bool {
    sample.condition.is_none() || stated.is_none() || sample.condition == stated
}

fn refuse(sample: Sample, stated: Option<Condition>) -> LeftOut {
    let why = match (stated, sample.condition) {
        (None, _) => "the batch states no condition, so only asking prices are compared".to_owned(),
        (Some(stated), Some(other)) if other != stated => format!("it is for {other}, the item is {stated}"),
        (Some(stated), None) => format!("it does not say for which condition; the item is {stated}"),
        (Some(_), Some(_)) => "a better kind of sample is there".to_owned(),
    };
    LeftOut { sample, why }
}
