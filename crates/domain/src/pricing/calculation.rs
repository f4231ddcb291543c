//! Computes a price and its confidence from samples. All arithmetic is in minor units.

use super::super::condition::Condition;
use super::super::money::Money;
use super::super::text::display::{clean_text, cut_at_word};
use super::doubt::{Confidence, PriceBand, Uncertainty};
use super::estimate::{MatchBasis, PriceEstimate, Sample, SampleKind};
use super::graded_condition::GradedCondition;
use super::limits::find_price_doubts;
use super::median::{median, split_outliers, weighted_median};
use super::rules::PriceRules;
use super::select::{ConditionBounds, SampleSelection, select_samples};

/// Maximum length of a source's own words in the rule text, in characters.
const MAX_WORDING_CHARS: usize = 80;

impl PriceEstimate {
    /// Estimates the price of an item in the condition and grade that the seller states. If no samples count, the price
    /// is the seller's minimum price, or `None` if there is no minimum.
    pub fn from_samples(samples: Vec<Sample>, stated: impl Into<GradedCondition>, rules: &PriceRules) -> Self {
        let stated = stated.into();
        let (condition, sorted) = (stated.condition, select_samples(samples, stated, rules));
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
    let next = floor.map(|floor| format!("used your minimum price {floor}"));
    let rule = [Some(none), condition_note(condition), next].into_iter().flatten().collect::<Vec<_>>().join("; ");
    PriceEstimate {
        price: floor,
        confidence: Confidence::None,
        rule,
        band: None,
        doubts: Vec::new(),
        samples: sorted.checks,
        excluded: sorted.excluded,
    }
}

fn estimate_from_selection(sorted: SampleSelection, condition: Option<Condition>, rules: &PriceRules) -> PriceEstimate {
    let SampleSelection { basis, label: called, is_exact, checks, bounds, excluded: mut left_out } = sorted;
    let (basis, odd) = split_outliers(basis);
    let (middle, ages_count) = weighted_median(&basis);
    let bounded = if is_exact { middle } else { clamp_to_bounds(middle, &bounds) };
    let taken = Money::from_minor(bounded, rules.currency);
    let priced = rules.apply(taken, condition);
    let band = span_prices(&basis, &checks, &bounds).map(|(low, high)| PriceBand {
        low: Money::from_minor(low, rules.currency),
        high: Money::from_minor(high, rules.currency),
    });

    let mut message = vec![describe_basis(&basis, called)];
    message.extend((!odd.is_empty()).then(|| format!("{} left out as outliers", odd.len())));
    message.extend(ages_count.then(|| "recent sales count more".to_owned()));
    message.extend(loose_match_note(&basis));
    message.extend(lowest_price(&checks).map(|lowest| format!("lowest asked {lowest}")));
    message.extend(condition_note(condition));
    message.extend((bounded > middle).then(|| "raised to the suggestion for a worse condition".to_owned()));
    message.extend((bounded < middle).then(|| "lowered to the suggestion for a better condition".to_owned()));
    message.push(format!("took {taken}"));
    message.extend(priced.steps);
    message.extend((basis.len() == 1).then(|| single_sample_note(&basis[0], &checks, &bounds, taken)));
    message.extend(band.filter(|band| band.low != band.high).map(|band| format!("range {band}")));

    let certainty = if odd.iter().any(|odd| is_dearer_pressing(&odd.sample, bounded)) {
        (Confidence::Low, Some(Uncertainty::AsksDisagree))
    } else {
        rate_confidence(&basis, &checks, &bounds, (middle, bounded))
    };
    left_out.extend(odd);
    PriceEstimate {
        price: Some(priced.price),
        confidence: certainty.0,
        rule: message.join("; "),
        band,
        doubts: find_price_doubts(priced.market, priced.price, certainty, condition, rules),
        samples: basis.into_iter().chain(checks).chain(bounds.into_samples()).collect(),
        excluded: left_out,
    }
}

/// Returns true if this is the lowest of several offers of the pressing and far above the price. Cheaper offers with
/// the same barcode may then be other pressings.
fn is_dearer_pressing(sample: &Sample, minor: i64) -> bool {
    let is_lowest_of_pressing = sample.offers.is_some() && sample.basis == MatchBasis::ThisBarcode;
    is_lowest_of_pressing && sample.price.minor > minor && !prices_agree(minor, sample.price.minor)
}

/// Limits a price for other conditions to the range between the suggestions for worse and better conditions.
/// Contradictory suggestions set no limits.
fn clamp_to_bounds(minor: i64, bounds: &ConditionBounds) -> i64 {
    let (lower, upper) = (bounds.lower_limit().unwrap_or(0), bounds.upper_limit().unwrap_or(i64::MAX));
    if lower <= upper { minor.clamp(lower, upper) } else { minor }
}

/// Returns the lowest and highest comparable price in minor units. Includes the lowest asking price and the suggestions
/// for the nearest worse and better conditions.
fn span_prices(basis: &[Sample], checks: &[Sample], bounds: &ConditionBounds) -> Option<(i64, i64)> {
    let prices = || {
        let basis = basis.iter().map(|sample| sample.price.minor);
        basis
            .chain(lowest_price(checks).map(|lowest| lowest.minor))
            .chain(bounds.lower_limit())
            .chain(bounds.upper_limit())
    };
    prices().min().zip(prices().max())
}

/// Formats `suggested by discogs: 12.83 USD for very_good (Very Good Plus (VG+))` or
/// `median of 5 sold, from 7.00 USD to 9.50 USD`.
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
            format!("{verb} {}: {}{condition}{wording}", only.provider.display_name(), only.price)
        }
        several => {
            let prices = || several.iter().map(|sample| sample.price.minor);
            let shown = |minor: Option<i64>| Money { minor: minor.unwrap_or_default(), ..several[0].price };
            let (from, to) = (shown(prices().min()), shown(prices().max()));
            format!("median of {} {called}, from {from} to {to}", several.len())
        }
    }
}

/// Returns the lowest asking price; prefers samples with the barcode.
fn lowest_price(checks: &[Sample]) -> Option<Money> {
    checks.iter().min_by_key(|sample| (sample.basis, sample.price.minor)).map(|sample| sample.price)
}

/// Returns a note if samples were found by words and may be other pressings.
fn loose_match_note(basis: &[Sample]) -> Option<String> {
    match basis.iter().filter(|sample| sample.basis == MatchBasis::ArtistAndTitle).count() {
        0 => None,
        all if all == basis.len() => Some("found by artist and title; may be another pressing".to_owned()),
        some => Some(format!("{some} found by artist and title; may be other pressings")),
    }
}

fn condition_note(condition: Option<Condition>) -> Option<String> {
    condition.is_none().then(|| "only asking prices count, because no condition is set".to_owned())
}

fn single_sample_note(only: &Sample, checks: &[Sample], bounds: &ConditionBounds, taken: Money) -> String {
    match lowest_price(checks) {
        None if count_offers(only) >= MIN_OFFERS => format!("based on {} offers", count_offers(only)),
        None => "only one comparable price: check it".to_owned(),
        Some(asked) if agrees_with_asks(taken.minor, asked.minor, bounds) => {
            "the asking price agrees with it".to_owned()
        }
        Some(_) => "one comparable price, far from the asking price: check it".to_owned(),
    }
}

/// Minimum number of offers, alone or behind a lowest price, that show the market price of an item.
const MIN_OFFERS: u32 = 3;

fn count_offers(sample: &Sample) -> u32 {
    sample.offers.unwrap_or(1).max(1)
}

/// Rates the confidence of a price, and why it is uncertain:
///
/// | samples | confidence |
/// | --- | --- |
/// | four or more that were sold | high |
/// | four or more of another kind; two or more that were sold; asking prices of three or more offers | medium |
/// | one or more suggested or sold, and the lowest asking price agrees | medium |
/// | one suggested, no asking price, and suggestions for other conditions agree | medium |
/// | three or more whose quartiles are a factor of two apart, or their ends a factor of four | low |
/// | any that may be another pressing or that contradicts other comparables; everything else | low |
///
/// `prices` are the prices before and after [`clamp_to_bounds`].
fn rate_confidence(
    basis: &[Sample],
    checks: &[Sample],
    bounds: &ConditionBounds,
    prices: (i64, i64),
) -> (Confidence, Option<Uncertainty>) {
    let low = |reason| (Confidence::Low, Some(reason));
    let medium = (Confidence::Medium, Some(Uncertainty::FewComparables));
    let (middle, taken) = prices;
    let kind = basis.first().map(|sample| sample.kind);
    let paid = kind == Some(SampleKind::Sold);
    let asked = lowest_price(checks).map(|lowest| lowest.minor);
    let offers = basis.iter().map(count_offers).fold(0, u32::saturating_add);
    let is_outside =
        bounds.lower_limit().is_some_and(|lower| lower > middle) || bounds.upper_limit().is_some_and(|up| up < middle);
    let has_bounds = bounds.lower_limit().is_some() || bounds.upper_limit().is_some();
    match basis.len() {
        _ if loose_match_note(basis).is_some() => low(Uncertainty::MaybeOtherPressing),
        _ if is_outside || taken != middle => low(Uncertainty::ConditionsDisagree),
        _ if are_scattered(basis) => low(Uncertainty::PricesScattered),
        4.. if paid => (Confidence::High, None),
        4.. => medium,
        2.. if paid => medium,
        _ if kind == Some(SampleKind::Asked) && offers >= MIN_OFFERS => medium,
        _ if asked.is_some_and(|asked| agrees_with_asks(taken, asked, bounds)) => medium,
        _ if asked.is_some() => low(Uncertainty::AsksDisagree),
        1 if kind == Some(SampleKind::Suggested) && has_bounds => medium,
        1 => low(Uncertainty::OneComparable),
        _ => low(Uncertainty::FewComparables),
    }
}

/// Minimum number of prices that can be scattered. Fewer are uncertain for that reason alone.
const MIN_SCATTERED_PRICES: usize = 3;

/// Returns true if the prices have no middle that a buyer would pay: the upper quartile is more than twice the lower
/// one, or the highest price more than four times the lowest one.
fn are_scattered(samples: &[Sample]) -> bool {
    let mut prices = samples.iter().map(|sample| sample.price.minor).collect::<Vec<_>>();
    prices.sort_unstable();
    let half = prices.len() / 2;
    let (lower, upper) = (median(&prices[..half]), median(&prices[prices.len() - half..]));
    let is_wide = |low: i64, high: i64, times: i64| high > low.saturating_mul(times);
    prices.len() >= MIN_SCATTERED_PRICES
        && (is_wide(lower, upper, 2) || is_wide(prices[0], prices[prices.len() - 1], 4))
}

/// Returns true if the price agrees with the lowest asking price. That price is for any condition, so it may be as low
/// as half of the lowest price for a worse condition.
fn agrees_with_asks(taken: i64, asked: i64, bounds: &ConditionBounds) -> bool {
    let worst = bounds.worse.iter().map(|sample| sample.price.minor).min();
    let of_worse = worst.is_some_and(|worst| asked >= worst / 2 && asked <= taken);
    prices_agree(taken, asked) || of_worse
}

fn prices_agree(taken: i64, asked: i64) -> bool {
    asked >= taken / 2 && asked <= taken.saturating_mul(2)
}
