//! From samples to a price, and how sure it is. All arithmetic is in minor units.

use super::super::condition::Condition;
use super::super::money::Money;
use super::super::text::display::{clean_text, cut_at_word};
use super::estimate::{Confidence, MatchBasis, PriceEstimate, Sample, SampleKind};
use super::outliers::split_outliers;
use super::recency::weighted_median;
use super::rules::PriceRules;
use super::select::{SampleSelection, select_samples};

/// As much of a source's own words as the rule repeats, in characters.
const MAX_WORDING_CHARS: usize = 80;

impl PriceEstimate {
    /// The price of an item in the condition that the seller states. Without samples that count there is no price,
    /// or the seller's floor price where one is set; nothing is ever invented.
    pub fn from_samples(samples: Vec<Sample>, condition: Option<Condition>, rules: &PriceRules) -> Self {
        let sorted = select_samples(samples, condition, rules);
        if sorted.basis.is_empty() {
            estimate_without_samples(sorted, condition, rules)
        } else {
            estimate_from_selection(sorted, condition, rules)
        }
    }
}

fn estimate_without_samples(
    sorted: SampleSelection,
    condition: Option<Condition>,
    rules: &PriceRules,
) -> PriceEstimate {
    let none = match sorted.excluded.len() {
        0 => "no market price found".to_owned(),
        1 => "the only comparable price does not count".to_owned(),
        n => format!("none of {n} comparable prices counts"),
    };
    let floor = rules.bounds_for(condition).floor;
    let next = match floor {
        Some(floor) => format!("took the seller's floor price {floor}"),
        None => "no minimum price is set".to_owned(),
    };
    let rule = [Some(none), condition_note(condition), Some(next)].into_iter().flatten().collect::<Vec<_>>().join("; ");
    PriceEstimate {
        price: floor,
        confidence: Confidence::None,
        rule,
        samples: sorted.checks,
        excluded: sorted.excluded,
    }
}

fn estimate_from_selection(sorted: SampleSelection, condition: Option<Condition>, rules: &PriceRules) -> PriceEstimate {
    let SampleSelection { basis, label: called, checks, excluded: mut left_out } = sorted;
    let (basis, odd) = split_outliers(basis);
    let (middle, ages_count) = weighted_median(&basis);
    let (price, adjusted) = rules.apply(Money::from_minor(middle, rules.currency), condition);
    let taken = Money::from_minor(middle, rules.currency);

    let mut message = vec![describe_basis(&basis, called)];
    message.extend((!odd.is_empty()).then(|| format!("{} left out as outliers", odd.len())));
    message.extend(ages_count.then(|| "recent sales count more".to_owned()));
    message.extend(loose_match_note(&basis));
    message.extend(lowest_price(&checks).map(|lowest| format!("lowest asked {lowest}")));
    message.extend(condition_note(condition));
    message.push(format!("took {taken}"));
    message.extend(adjusted);
    message.extend((basis.len() == 1).then(|| single_sample_note(&checks, taken)));

    let confidence = rate_confidence(&basis, &checks, taken);
    left_out.extend(odd);
    PriceEstimate {
        price: Some(price),
        confidence,
        rule: message.join("; "),
        samples: basis.into_iter().chain(checks).collect(),
        excluded: left_out,
    }
}

/// `suggested by discogs: 12.83 USD for very_good (Very Good Plus (VG+))`, `median of 5 sold, from 7.00 USD to 9.50 USD`.
fn describe_basis(basis: &[Sample], called: &str) -> String {
    match basis {
        [only] => {
            let verb = match only.kind {
                SampleKind::Asked => "asked at",
                SampleKind::Suggested => "suggested by",
                SampleKind::Sold => "sold at",
            };
            let condition = only.condition.map(|c| format!(" for {c}")).unwrap_or_default();
            let wording = clean_text(&only.wording);
            let wording =
                if wording.is_empty() { wording } else { format!(" ({})", cut_at_word(&wording, MAX_WORDING_CHARS)) };
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
fn lowest_price(checks: &[Sample]) -> Option<Money> {
    checks.iter().min_by_key(|sample| (sample.basis, sample.price.minor)).map(|sample| sample.price)
}

/// What was found by words may be another pressing.
fn loose_match_note(basis: &[Sample]) -> Option<String> {
    match basis.iter().filter(|sample| sample.basis == MatchBasis::ArtistAndTitle).count() {
        0 => None,
        all if all == basis.len() => Some("found by artist and title, so maybe another pressing".to_owned()),
        some => Some(format!("{some} of them found by artist and title, so maybe of another pressing")),
    }
}

fn condition_note(condition: Option<Condition>) -> Option<String> {
    condition.is_none().then(|| "no condition stated, so asking prices only, of whatever condition".to_owned())
}

fn single_sample_note(checks: &[Sample], taken: Money) -> String {
    match lowest_price(checks) {
        None => "only one comparable price: check it".to_owned(),
        Some(asked) if prices_agree(taken, asked) => "the asking price agrees with it".to_owned(),
        Some(_) => "one comparable price, far from the asking price: check it".to_owned(),
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
fn rate_confidence(basis: &[Sample], checks: &[Sample], taken: Money) -> Confidence {
    let paid = basis.first().is_some_and(|sample| sample.kind == SampleKind::Sold);
    match basis.len() {
        _ if loose_match_note(basis).is_some() => Confidence::Low,
        4.. if paid => Confidence::High,
        4.. => Confidence::Medium,
        2.. if paid => Confidence::Medium,
        _ if lowest_price(checks).is_some_and(|asked| prices_agree(taken, asked)) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn prices_agree(taken: Money, asked: Money) -> bool {
    asked.minor >= taken.minor / 2 && asked.minor <= taken.minor.saturating_mul(2)
}
