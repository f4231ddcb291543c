//! Samples to prices: which count, what they come to, and how sure that is.

use draft_maker::domain::appraisal::{Appraisal, Confidence, PriceRules, Sample, SampleKind, SampleOf};
use draft_maker::domain::condition::Condition;
use draft_maker::domain::money::Money;
use draft_maker::domain::provider::Provider;
use jiff::Timestamp;
use proptest::prelude::*;

const DISCOGS: Provider = Provider::named("discogs");
const USED: Option<Condition> = Some(Condition::VeryGood);

fn money(amount: &str, currency: &str) -> Money {
    Money::parse(amount, currency).expect("an amount")
}

fn usd(amount: &str) -> Money {
    money(amount, "USD")
}

fn sample(kind: SampleKind, amount: &str, condition: Option<Condition>) -> Sample {
    let (of, wording, at) = (SampleOf::ThisBarcode, String::new(), Timestamp::UNIX_EPOCH);
    Sample { provider: DISCOGS, kind, price: usd(amount), of, condition, wording, at }
}

fn asked(amount: &str) -> Sample {
    sample(SampleKind::Asked, amount, None)
}

fn suggested(amount: &str, condition: Condition) -> Sample {
    sample(SampleKind::Suggested, amount, Some(condition))
}

fn sold(amount: &str) -> Sample {
    sample(SampleKind::Sold, amount, USED)
}

fn rules(text: &str) -> PriceRules {
    toml::from_str(text).expect("price rules")
}

fn appraise(samples: Vec<Sample>) -> Appraisal {
    Appraisal::from_samples(samples, USED, &PriceRules::default())
}

#[test]
fn the_suggestion_for_just_the_stated_condition_makes_the_price() {
    let mut exact = suggested("12.83", Condition::VeryGood);
    exact.wording = "Very Good Plus (VG+)".to_owned();
    let samples = vec![suggested("20.00", Condition::New), exact, suggested("4.10", Condition::Good), asked("9.50")];
    let appraisal = appraise(samples);
    assert_eq!(appraisal.price, Some(usd("12.83")));
    assert_eq!(appraisal.confidence, Confidence::Medium);
    insta::assert_snapshot!(appraisal.rule, @"suggested by discogs: 12.83 USD for very_good (Very Good Plus (VG+)); lowest asked 9.50 USD; took 12.83 USD; what is asked agrees with it");
    let reasons = appraisal.left_out.iter().map(|left| left.why.as_str()).collect::<Vec<_>>();
    assert_eq!(reasons, ["it is for new, the item is very_good", "it is for good, the item is very_good"]);
}

#[test]
fn what_was_paid_counts_more_than_what_is_suggested_or_asked() {
    let appraisal = appraise(vec![suggested("12.83", Condition::VeryGood), asked("1.00"), sold("8.00"), sold("9.01")]);
    assert_eq!(appraisal.price, Some(usd("8.50")), "the mean of the two in the middle, rounded down");
    assert_eq!(appraisal.confidence, Confidence::Medium);
    assert!(appraisal.rule.contains("median of 2 sold, from 8.00 USD to 9.01 USD"), "{}", appraisal.rule);
}

#[test]
fn one_sample_is_never_certain() {
    for only in [asked("9.50"), suggested("12.83", Condition::VeryGood), sold("8.00")] {
        let appraisal = appraise(vec![only.clone()]);
        assert_eq!(appraisal.price, Some(only.price));
        assert_eq!(appraisal.confidence, Confidence::Low, "{:?}", only.kind);
        assert!(appraisal.rule.ends_with("one sample only, so look twice"), "{}", appraisal.rule);
    }
    let far = appraise(vec![suggested("12.83", Condition::VeryGood), asked("60.00")]);
    assert_eq!(far.confidence, Confidence::Low);
    assert!(far.rule.contains("far from it"), "{}", far.rule);
}

#[test]
fn without_a_stated_condition_only_asking_prices_count_and_it_says_so() {
    let samples = vec![suggested("12.83", Condition::VeryGood), asked("9.50")];
    let appraisal = Appraisal::from_samples(samples, None, &PriceRules::default());
    assert_eq!(appraisal.price, Some(usd("9.50")));
    assert!(appraisal.rule.contains("no condition stated, so asking prices only"), "{}", appraisal.rule);
    assert_eq!(appraisal.left_out.len(), 1);

    let none = Appraisal::from_samples(vec![suggested("12.83", Condition::New)], None, &PriceRules::default());
    assert_eq!(none.price, None);
}

#[test]
fn no_samples_are_no_price_and_never_an_invented_one() {
    let nothing = appraise(Vec::new());
    assert_eq!((nothing.price, nothing.confidence), (None, Confidence::None));
    insta::assert_snapshot!(nothing.rule, @"no samples; no floor price is set");

    let foreign = Sample { price: money("12.00", "EUR"), ..asked("1") };
    let left = appraise(vec![foreign, asked("0.00")]);
    assert_eq!((left.price, left.confidence), (None, Confidence::None));
    let reasons = left.left_out.iter().map(|left| left.why.as_str()).collect::<Vec<_>>();
    assert_eq!(reasons, ["it is in EUR, prices are made in USD", "no amount"]);
    insta::assert_snapshot!(left.rule, @"none of 2 samples counts; no floor price is set");
}

#[test]
fn the_floor_price_stands_in_only_where_it_is_set() {
    let floor = rules("floor = \"4.99\"");
    let appraisal = Appraisal::from_samples(Vec::new(), USED, &floor);
    assert_eq!((appraisal.price, appraisal.confidence), (Some(usd("4.99")), Confidence::None));
    insta::assert_snapshot!(appraisal.rule, @"no samples; took the seller's floor price 4.99 USD");
    assert_eq!(rules("floor = \"\"").general.floor, None);
}

#[test]
fn outliers_go_from_four_samples_on_each_with_its_reason() {
    let odd = vec![sold("9.00"), sold("9.00"), sold("9.00"), sold("900.00")];
    let appraisal = appraise(odd.clone());
    assert_eq!(appraisal.price, Some(usd("9.00")));
    assert_eq!(appraisal.left_out[0].sample, odd[3]);
    assert_eq!(appraisal.left_out[0].why, "an outlier: the median of the 4 like it is 9.00 USD");
    assert!(appraisal.rule.contains("1 left out as outliers"), "{}", appraisal.rule);
    assert_eq!(appraisal.confidence, Confidence::Medium, "three are left");

    assert!(appraise(odd[1..].to_vec()).left_out.is_empty(), "three cannot say which is odd");
    let close = ["9.00", "9.00", "9.00", "9.40", "10.10"].map(sold).to_vec();
    let appraisal = appraise(close);
    assert!(appraisal.left_out.is_empty(), "{:?}", appraisal.left_out);
    assert_eq!(appraisal.confidence, Confidence::High);
}

#[test]
fn the_sellers_rules_are_told_step_by_step() {
    let table = [
        ("undercut_percent = 5", "12.83", "12.19", "95% of it: 12.19 USD"),
        ("markup_percent = 10", "12.83", "14.11", "110% of it: 14.11 USD"),
        ("markup_percent = -5", "12.83", "12.19", "95% of it: 12.19 USD"),
        ("ending = \".99\"", "12.83", "12.99", "rounded to the ending set: 12.99 USD"),
        ("ending = \"99\"", "12.20", "11.99", "rounded to the ending set: 11.99 USD"),
        ("ending = \".99\"", "0.10", "0.99", "rounded to the ending set: 0.99 USD"),
        ("floor = \"15\"", "12.83", "15.00", "raised to the floor price: 15.00 USD"),
        ("ceiling = \"10\"", "12.83", "10.00", "lowered to the ceiling price: 10.00 USD"),
        ("undercut_percent = 90", "0.01", "0.01", "took 0.01 USD"),
    ];
    for (text, before, after, words) in table {
        let appraisal = Appraisal::from_samples(vec![sold(before)], USED, &rules(text));
        assert_eq!(appraisal.price, Some(usd(after)), "{text}: {}", appraisal.rule);
        assert!(appraisal.rule.contains(words), "{text}: {}", appraisal.rule);
    }
}

#[test]
fn price_rules_that_cannot_be_followed_are_refused_with_a_reason() {
    let table = [
        ("floor = \"cheap\"", "pricing.floor: not an amount"),
        ("floor = \"9\"\nceiling = \"5\"", "above pricing.ceiling"),
        ("undercut_percent = 5\nmarkup_percent = 5", "both set"),
        ("undercut_percent = 100", "at most 90"),
        ("ending = \".9\"", "pricing.ending"),
        ("currency = \"JPY\"\nending = \".99\"", "pricing.ending"),
    ];
    for (text, words) in table {
        let error = toml::from_str::<PriceRules>(text).expect_err(text).to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn hostile_wording_stays_out_of_the_rule() {
    let mut only = suggested("5.00", Condition::VeryGood);
    only.wording = "VG+\u{1b}[2J\u{202e}\r\n".to_owned() + &"x".repeat(500);
    let rule = appraise(vec![only]).rule;
    assert!(!rule.contains(char::is_control) && !rule.contains('\u{202e}') && rule.len() < 300, "{rule:?}");
}

fn any_sample() -> impl Strategy<Value = Sample> {
    let kind = prop_oneof![Just(SampleKind::Asked), Just(SampleKind::Suggested), Just(SampleKind::Sold)];
    let condition = proptest::option::of(proptest::sample::select(Condition::ALL.to_vec()));
    let currency = prop_oneof![4 => Just("USD"), 1 => Just("EUR")];
    (kind, condition, 0_i64..=i64::MAX, 0_i64..5_000, any::<bool>(), currency).prop_map(
        |(kind, condition, huge, small, is_huge, currency)| {
            let mut sample = sample(kind, "1", condition);
            sample.price = Money { minor: if is_huge { huge } else { small }, ..money("1", currency) };
            sample
        },
    )
}

proptest! {
    /// Every sample is counted or left out with a reason, and the price lies among those that are counted.
    #[test]
    fn nothing_is_lost_and_nothing_invented(samples in proptest::collection::vec(any_sample(), 0..12), stated in proptest::option::of(Just(Condition::Good))) {
        let appraisal = Appraisal::from_samples(samples.clone(), stated, &PriceRules::default());
        prop_assert_eq!(appraisal.samples.len() + appraisal.left_out.len(), samples.len());
        prop_assert!(appraisal.left_out.iter().all(|left| !left.why.is_empty()));
        prop_assert!(!appraisal.rule.contains(['\n', '\r']));
        if let Some(price) = appraisal.price {
            let counted = || appraisal.samples.iter().map(|sample| sample.price.minor);
            prop_assert!(counted().min() <= Some(price.minor) && Some(price.minor) <= counted().max());
            prop_assert_ne!(appraisal.confidence, Confidence::None);
        } else {
            prop_assert_eq!(appraisal.confidence, Confidence::None);
            prop_assert!(appraisal.samples.is_empty());
        }
    }
}
