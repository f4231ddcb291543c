//! From samples to a price, and how sure it is. All arithmetic is in minor units.

use super::super::condition::Condition;
use super::super::money::Money;
use super::super::wording::{clean, cut};
use super::ages::middle;
use super::estimate::{Appraisal, Confidence, Sample, SampleKind, SampleOf};
use super::outliers::separate;
use super::rules::PriceRules;
use super::sort::{Sorted, sort};

/// As much of a source's own words as the rule repeats, in characters.
const LONGEST_WORDING: usize = 80;

impl Appraisal {
    /// The price of an item in the condition that the seller states. Without samples that count there is no price,
    /// or the seller's floor price where one is set; nothing is ever invented.
    pub fn from_samples(samples: Vec<Sample>, condition: Option<Condition>, rules: &PriceRules) -> Self {
        let sorted = sort(samples, condition, rules);
        if sorted.basis.is_empty() {
            without_samples(sorted, condition, rules)
        } else {
            weigh(sorted, condition, rules)
        }
    }
}

fn without_samples(sorted: Sorted, condition: Option<Condition>, rules: &PriceRules) -> Appraisal {
    let none = match sorted.left_out.len() {
        0 => "no samples".to_owned(),
        1 => "the only sample does not count".to_owned(),
        n => format!("none of {n} samples counts"),
    };
    let floor = rules.bounds(condition).floor;
    let next = match floor {
        Some(floor) => format!("took the seller's floor price {floor}"),
        None => "no floor price is set".to_owned(),
    };
    let rule = [Some(none), assumption(condition), Some(next)].into_iter().flatten().collect::<Vec<_>>().join("; ");
    Appraisal { price: floor, confidence: Confidence::None, rule, samples: sorted.checks, left_out: sorted.left_out }
}

fn weigh(sorted: Sorted, condition: Option<Condition>, rules: &PriceRules) -> Appraisal {
    let Sorted { basis, called, checks, mut left_out } = sorted;
    let (basis, odd) = separate(basis);
    let (middle, ages_count) = middle(&basis);
    let (price, adjusted) = rules.apply(Money::of_minor(middle, rules.currency), condition);
    let taken = Money::of_minor(middle, rules.currency);

    let mut words = vec![describe(&basis, called)];
    words.extend((!odd.is_empty()).then(|| format!("{} left out as outliers", odd.len())));
    words.extend(ages_count.then(|| "recent sales count more".to_owned()));
    words.extend(loose(&basis));
    words.extend(lowest(&checks).map(|lowest| format!("lowest asked {lowest}")));
    words.extend(assumption(condition));
    words.push(format!("took {taken}"));
    words.extend(adjusted);
    words.extend((basis.len() == 1).then(|| one_sample(&checks, taken)));

    let confidence = confidence(&basis, &checks, taken);
    left_out.extend(odd);
    Appraisal {
        price: Some(price),
        confidence,
        rule: words.join("; "),
        samples: basis.into_iter().chain(checks).collect(),
        left_out,
    }
}

/// `suggested by discogs: 12.83 USD for very_good (Very Good Plus (VG+))`, `median of 5 sold, from 7.00 USD to 9.50 USD`.
fn describe(basis: &[Sample], called: &str) -> String {
    match basis {
        [only] => {
            let verb = match only.kind {
                SampleKind::Asked => "asked at",
                SampleKind::Suggested => "suggested by",
                SampleKind::Sold => "sold at",
            };
            let condition = only.condition.map(|c| format!(" for {c}")).unwrap_or_default();
            let wording = clean(&only.wording);
            let wording = if wording.is_empty() { wording } else { format!(" ({})", cut(&wording, LONGEST_WORDING)) };
            format!("{verb} {}: {}{condition}{wording}", only.provider, only.price)
        }
        several => {
            let prices = || several.iter().map(|sample| sample.price.minor);
            let shown = |minor: Option<i64>| Money { minor: minor.unwrap_or_default(), ..several[0].price };
            let (from, to) = (shown(prices().min()), shown(prices().max()));
            format!("median of {} {called}, from {from} to {to}", several.len())
        }
    }
}

/// Of those with the barcode where there are any.
fn lowest(checks: &[Sample]) -> Option<Money> {
    checks.iter().min_by_key(|sample| (sample.of, sample.price.minor)).map(|sample| sample.price)
}

/// What was found by words may be another pressing.
fn loose(basis: &[Sample]) -> Option<String> {
    match basis.iter().filter(|sample| sample.of == SampleOf::ArtistAndTitle).count() {
        0 => None,
        all if all == basis.len() => Some("found by artist and title, so maybe another pressing".to_owned()),
        some => Some(format!("{some} of them found by artist and title, so maybe of another pressing")),
    }
}

fn assumption(condition: Option<Condition>) -> Option<String> {
    condition.is_none().then(|| "no condition stated, so asking prices only, of whatever condition".to_owned())
}

fn one_sample(checks: &[Sample], taken: Money) -> String {
    match lowest(checks) {
        None => "one sample only, so look twice".to_owned(),
        Some(asked) if agree(taken, asked) => "what is asked agrees with it".to_owned(),
        Some(_) => "one sample, and what is asked is far from it, so look twice".to_owned(),
    }
}

/// How sure a price is:
///
/// | samples that carry it | confidence |
/// | --- | --- |
/// | four or more that were paid | high |
/// | four or more of another kind; two or more that were paid | medium |
/// | one or more suggested or paid, and the lowest asking price is between its half and its double | medium |
/// | any that may be of another pressing; anything else, so one sample alone always | low |
fn confidence(basis: &[Sample], checks: &[Sample], taken: Money) -> Confidence {
    let paid = basis.first().is_some_and(|sample| sample.kind == SampleKind::Sold);
    match basis.len() {
        _ if loose(basis).is_some() => Confidence::Low,
        4.. if paid => Confidence::High,
        4.. => Confidence::Medium,
        2.. if paid => Confidence::Medium,
        _ if lowest(checks).is_some_and(|asked| agree(taken, asked)) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn agree(taken: Money, asked: Money) -> bool {
    asked.minor >= taken.minor / 2 && asked.minor <= taken.minor.saturating_mul(2)
}
