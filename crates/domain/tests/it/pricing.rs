//! From price samples to a price: which samples count, the price they give, and its confidence.

use domain::condition::Condition;
use domain::money::Money;
use domain::pricing::{Confidence, MatchBasis, PriceEstimate, PriceRules, Sample, SampleKind};
use domain::provider::Provider;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const DISCOGS: Provider = Provider::from_static("discogs");
const USED: Option<Condition> = Some(Condition::VeryGood);

fn money(amount: &str, currency: &str) -> Money {
    Money::parse(amount, currency).expect("an amount")
}

fn usd(amount: &str) -> Money {
    money(amount, "USD")
}

fn sample(kind: SampleKind, amount: &str, condition: Option<Condition>) -> Sample {
    let (of, wording, at) = (MatchBasis::ThisBarcode, String::new(), Timestamp::UNIX_EPOCH);
    Sample { provider: DISCOGS, kind, price: usd(amount), basis: of, condition, wording, offers: None, observed_at: at }
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

/// Returns a sale of this many days ago. The newest sale in a test need not be from today.
fn sold_days_ago(amount: &str, days: i64) -> Sample {
    let at: Timestamp = "2026-11-24T12:00:00Z".parse().expect("a time");
    Sample { observed_at: at - SignedDuration::from_hours(24 * days), ..sold(amount) }
}

fn by_words(amount: &str) -> Sample {
    Sample { basis: MatchBasis::ArtistAndTitle, ..asked(amount) }
}

fn rules(text: &str) -> PriceRules {
    toml::from_str(text).expect("price rules")
}

fn estimate_price(samples: Vec<Sample>) -> PriceEstimate {
    PriceEstimate::from_samples(samples, USED, &PriceRules::default())
}

#[test]
fn the_suggestion_for_the_stated_condition_sets_the_price() {
    let mut exact = suggested("12.83", Condition::VeryGood);
    exact.wording = "Very Good Plus (VG+)".to_owned();
    let samples = vec![suggested("20.00", Condition::New), exact, suggested("4.10", Condition::Good), asked("9.50")];
    let price_estimate = estimate_price(samples);
    assert_eq!(price_estimate.price, Some(usd("12.83")));
    assert_eq!(price_estimate.confidence, Confidence::Medium);
    insta::assert_snapshot!(price_estimate.rule, @"suggested by Discogs: 12.83 USD for very_good (Very Good Plus (VG+)); lowest asked 9.50 USD; took 12.83 USD; the asking price agrees with it; range 4.10 USD to 20.00 USD");
    assert_eq!(price_estimate.excluded, [], "suggestions for other conditions are bounds of the price");
    assert_eq!(price_estimate.samples.len(), 4);
}

#[test]
fn sales_count_more_than_suggestions_and_offers() {
    let price_estimate =
        estimate_price(vec![suggested("12.83", Condition::VeryGood), asked("1.00"), sold("8.00"), sold("9.01")]);
    assert_eq!(price_estimate.price, Some(usd("8.50")), "the mean of the two middle prices, rounded down");
    assert_eq!(price_estimate.confidence, Confidence::Medium);
    assert!(price_estimate.rule.contains("median of 2 sold, from 8.00 USD to 9.01 USD"), "{}", price_estimate.rule);
}

#[test]
fn one_sample_is_never_certain() {
    for only in [asked("9.50"), suggested("12.83", Condition::VeryGood), sold("8.00")] {
        let price_estimate = estimate_price(vec![only.clone()]);
        assert_eq!(price_estimate.price, Some(only.price));
        assert_eq!(price_estimate.confidence, Confidence::Low, "{:?}", only.kind);
        assert!(price_estimate.rule.ends_with("only one comparable price: check it"), "{}", price_estimate.rule);
    }
    let far = estimate_price(vec![suggested("12.83", Condition::VeryGood), asked("60.00")]);
    assert_eq!(far.confidence, Confidence::Low);
    assert!(far.rule.contains("far from the asking price"), "{}", far.rule);
}

#[test]
fn without_a_stated_condition_only_offers_count_and_the_rule_says_so() {
    let samples = vec![suggested("12.83", Condition::VeryGood), asked("9.50")];
    let price_estimate = PriceEstimate::from_samples(samples, None, &PriceRules::default());
    assert_eq!(price_estimate.price, Some(usd("9.50")));
    assert!(price_estimate.rule.contains("because no condition is set"), "{}", price_estimate.rule);
    assert_eq!(price_estimate.excluded.len(), 1);

    let none = PriceEstimate::from_samples(vec![suggested("12.83", Condition::New)], None, &PriceRules::default());
    assert_eq!(none.price, None);
}

#[test]
fn without_samples_there_is_no_price() {
    let nothing = estimate_price(Vec::new());
    assert_eq!((nothing.price, nothing.confidence), (None, Confidence::None));
    insta::assert_snapshot!(nothing.rule, @"no market price found");
    let foreign = Sample { price: money("12.00", "EUR"), ..asked("1") };
    let left = estimate_price(vec![foreign, asked("0.00")]);
    assert_eq!((left.price, left.confidence), (None, Confidence::None));
    let reasons = left.excluded.iter().map(|left| left.why.as_str()).collect::<Vec<_>>();
    assert_eq!(reasons, ["it is in EUR; prices are in USD", "no amount"]);
    insta::assert_snapshot!(left.rule, @"none of 2 comparable prices counts");
}

#[test]
fn the_minimum_price_is_used_only_if_it_is_set() {
    let floor = rules("floor = \"4.99\"");
    let price_estimate = PriceEstimate::from_samples(Vec::new(), USED, &floor);
    assert_eq!((price_estimate.price, price_estimate.confidence), (Some(usd("4.99")), Confidence::None));
    insta::assert_snapshot!(price_estimate.rule, @"no market price found; used your minimum price 4.99 USD");
    assert_eq!(rules("floor = \"\"").default_bounds.floor, None);
}

#[test]
fn offers_of_the_barcode_do_not_outweigh_a_dearer_pressing() {
    for (amount, confidence) in [("90", Confidence::Low), ("0.50", Confidence::Medium)] {
        let lowest = [Sample { offers: Some(2), ..asked(amount) }];
        let samples = ["8.50", "9.00", "10.00", "11.00"].map(asked).into_iter().chain(lowest).collect();
        assert_eq!(estimate_price(samples).confidence, confidence, "{amount}");
    }
}

#[test]
fn outliers_are_excluded_from_four_samples_up_with_a_reason() {
    let odd = vec![sold("9.00"), sold("9.00"), sold("9.00"), sold("900.00")];
    let price_estimate = estimate_price(odd.clone());
    assert_eq!(price_estimate.price, Some(usd("9.00")));
    assert_eq!(price_estimate.excluded[0].sample, odd[3]);
    assert_eq!(price_estimate.excluded[0].why, "an outlier: the median of the 4 is 9.00 USD");
    assert!(price_estimate.rule.contains("1 left out as outliers"), "{}", price_estimate.rule);
    assert_eq!(price_estimate.confidence, Confidence::Medium, "three samples are left");

    assert!(estimate_price(odd[1..].to_vec()).excluded.is_empty(), "three samples show no outlier");
    let close = ["9.00", "9.00", "9.00", "9.40", "10.10"].map(sold).to_vec();
    let price_estimate = estimate_price(close);
    assert!(price_estimate.excluded.is_empty(), "{:?}", price_estimate.excluded);
    assert_eq!(price_estimate.confidence, Confidence::High);
}

#[test]
fn the_sellers_rules_are_reported_step_by_step() {
    let table = [
        ("undercut_percent = 5", "12.83", "12.19", "95% of it: 12.19 USD"),
        ("markup_percent = 10", "12.83", "14.11", "110% of it: 14.11 USD"),
        ("markup_percent = -5", "12.83", "12.19", "95% of it: 12.19 USD"),
        ("ending = \".99\"", "12.83", "12.99", "rounded to your price ending: 12.99 USD"),
        ("ending = \"99\"", "12.20", "11.99", "rounded to your price ending: 11.99 USD"),
        ("ending = \".99\"", "0.10", "0.99", "rounded to your price ending: 0.99 USD"),
        ("floor = \"15\"", "12.83", "15.00", "raised to your minimum price: 15.00 USD"),
        ("ceiling = \"10\"", "12.83", "10.00", "lowered to your maximum price: 10.00 USD"),
        ("undercut_percent = 90", "0.01", "0.01", "took 0.01 USD"),
    ];
    for (text, before, after, message) in table {
        let price_estimate = PriceEstimate::from_samples(vec![sold(before)], USED, &rules(text));
        assert_eq!(price_estimate.price, Some(usd(after)), "{text}: {}", price_estimate.rule);
        assert!(price_estimate.rule.contains(message), "{text}: {}", price_estimate.rule);
    }
}

#[test]
fn recent_sales_count_more_than_old_ones() {
    let table = [
        // Age in days and price of each sale; the resulting price; whether the ages made a difference.
        (vec![(0, "12"), (400, "8"), (500, "8.20")], "12.00", true),
        (vec![(400, "12"), (800, "8"), (900, "8.20")], "12.00", true),
        (vec![(0, "12"), (60, "8"), (60, "8.20")], "10.10", true),
        (vec![(0, "12"), (30, "8"), (30, "8.20")], "8.20", false),
        (vec![(0, "12"), (31, "8"), (91, "8.20")], "12.00", true),
        (vec![(5, "12"), (5, "8")], "10.00", false),
        (vec![(700, "12")], "12.00", false),
    ];
    for (sales, price, differ) in table {
        let price_estimate = estimate_price(sales.iter().map(|(days, amount)| sold_days_ago(amount, *days)).collect());
        assert_eq!(price_estimate.price, Some(usd(price)), "{sales:?}: {}", price_estimate.rule);
        assert_eq!(
            price_estimate.rule.contains("recent sales count more"),
            differ,
            "{sales:?}: {}",
            price_estimate.rule
        );
    }
    let old_offers = [("9.00", 900), ("5.00", 0)]
        .map(|(amount, days)| Sample { kind: SampleKind::Asked, ..sold_days_ago(amount, days) });
    assert_eq!(estimate_price(old_offers.to_vec()).price, Some(usd("7.00")), "an offer stays valid while it exists");
    let rule = estimate_price(vec![sold_days_ago("12", 0), sold_days_ago("8", 400), asked("9.50")]).rule;
    insta::assert_snapshot!(rule, @"median of 2 sold, from 8.00 USD to 12.00 USD; recent sales count more; lowest asked 9.50 USD; took 12.00 USD; range 8.00 USD to 12.00 USD");
}

#[test]
fn offers_with_the_barcode_take_precedence_over_text_matches() {
    let loose = || vec![by_words("30.00"), by_words("31.00"), by_words("32.00"), by_words("33.00")];
    let three = [loose(), vec![asked("9.00"), asked("9.50"), asked("10.00")]].concat();
    let price_estimate = estimate_price(three);
    assert_eq!((price_estimate.price, price_estimate.excluded.len()), (Some(usd("9.50")), 4));
    for left in &price_estimate.excluded {
        assert_eq!(left.why, "may be another pressing, and 3 offers have the barcode");
    }

    let two = estimate_price([loose(), vec![asked("29.00"), asked("29.50")]].concat());
    assert!(two.excluded.is_empty(), "{:?}", two.excluded);
    assert_eq!((two.price, two.confidence), (Some(usd("30.50")), Confidence::Low));
    insta::assert_snapshot!(two.rule, @"median of 6 asked, from 29.00 USD to 33.00 USD; 4 found by artist and title; may be other pressings; took 30.50 USD; range 29.00 USD to 33.00 USD");
    let none = estimate_price(loose());
    assert_eq!(none.confidence, Confidence::Low, "regardless of how many there are");
    insta::assert_snapshot!(none.rule, @"median of 4 asked, from 30.00 USD to 33.00 USD; found by artist and title; may be another pressing; took 31.50 USD; range 30.00 USD to 33.00 USD");

    let others = ["9.00", "9.50", "10.00"].map(|amount| Sample { condition: Some(Condition::New), ..asked(amount) });
    let elsewhere = estimate_price([loose(), others.to_vec()].concat());
    assert_eq!(elsewhere.price, Some(usd("31.50")), "offers in another condition replace no others");
    let checked = estimate_price(vec![sold("10.00"), by_words("1.00"), asked("9.00")]);
    assert!(checked.rule.contains("lowest asked 9.00 USD"), "{}", checked.rule);
}

#[test]
fn a_condition_can_have_its_own_rules() {
    let rules = rules(
        "floor = \"5\"\nceiling = \"50\"\nundercut_percent = 10\n[very_good]\nfloor = \"8\"\nmarkup_percent = \"20\"\n\
         [acceptable]\nceiling = \"6\"\nmarkup_percent = \"\"\n[new]\nmarkup_percent = \" 0 \"\n",
    );
    for (condition, before, after, message) in [
        (Condition::VeryGood, "10.00", "12.00", "took 10.00 USD; 120% of it for very_good: 12.00 USD"),
        (Condition::VeryGood, "1.00", "8.00", "raised to your minimum price for very_good: 8.00 USD"),
        (Condition::VeryGood, "90.00", "50.00", "lowered to your maximum price: 50.00 USD"),
        (Condition::Good, "1.00", "5.00", "90% of it: 0.90 USD; raised to your minimum price: 5.00 USD"),
        (Condition::Acceptable, "20.00", "6.00", "lowered to your maximum price for acceptable: 6.00 USD"),
        (Condition::New, "20.00", "20.00", "took 20.00 USD"),
    ] {
        let samples = vec![sample(SampleKind::Sold, before, Some(condition))];
        let price_estimate = PriceEstimate::from_samples(samples, Some(condition), &rules);
        assert_eq!(price_estimate.price, Some(usd(after)), "{condition}: {}", price_estimate.rule);
        assert!(price_estimate.rule.contains(message), "{condition}: {}", price_estimate.rule);
        let nothing = PriceEstimate::from_samples(Vec::new(), Some(condition), &rules);
        let floor = if condition == Condition::VeryGood { "8.00" } else { "5.00" };
        assert_eq!(nothing.price, Some(usd(floor)), "{condition}: {}", nothing.rule);
    }
    let unstated = PriceEstimate::from_samples(vec![asked("10.00")], None, &rules);
    assert_eq!(unstated.price, Some(usd("9.00")), "{}", unstated.rule);
}

#[test]
fn contradictory_price_rules_are_rejected_with_a_reason() {
    let table = [
        ("floor = \"cheap\"", "pricing.floor: not an amount"),
        ("floor = \"9\"\nceiling = \"5\"", "above pricing.ceiling"),
        ("undercut_percent = 5\nmarkup_percent = 5", "both set"),
        ("undercut_percent = 100", "at most 90"),
        ("ending = \".9\"", "pricing.ending"),
        ("markup_percent = 901", "pricing.markup_percent is 901"),
        ("[like_new]\nfloor = \"cheap\"", "pricing.like_new.floor: not an amount"),
        ("[good]\nmarkup_percent = \"ten\"", "pricing.good.markup_percent is \"ten\""),
        ("[good]\nmarkup_percent = \"-91\"", "pricing.good.markup_percent is \"-91\"; it can be from -90 to 900"),
        (
            "[new]\nfloor = \"9\"\nceiling = \"5\"",
            "pricing.new.floor (9.00 USD) is above pricing.new.ceiling (5.00 USD)",
        ),
        ("ceiling = \"5\"\n[new]\nfloor = \"9\"", "pricing.new.floor (9.00 USD) is above pricing.ceiling (5.00 USD)"),
        ("floor = \"5\"\n[good]\nceiling = \"3\"", "pricing.floor (5.00 USD) is above pricing.good.ceiling (3.00 USD)"),
        ("currency = \"JPY\"\nending = \".99\"", "pricing.ending"),
    ];
    for (text, message) in table {
        let error = toml::from_str::<PriceRules>(text).expect_err(text).to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn hostile_text_does_not_reach_the_rule() {
    let mut only = suggested("5.00", Condition::VeryGood);
    only.wording = "VG+\u{1b}[2J\u{202e}\r\n".to_owned() + &"x".repeat(500);
    let rule = estimate_price(vec![only]).rule;
    assert!(!rule.contains(char::is_control) && !rule.contains('\u{202e}') && rule.len() < 300, "{rule:?}");
}

fn any_sample() -> impl Strategy<Value = Sample> {
    let kind = prop_oneof![Just(SampleKind::Asked), Just(SampleKind::Suggested), Just(SampleKind::Sold)];
    let condition = proptest::option::of(proptest::sample::select(Condition::ALL.to_vec()));
    let currency = prop_oneof![4 => Just("USD"), 1 => Just("EUR")];
    let of = prop_oneof![Just(MatchBasis::ThisBarcode), Just(MatchBasis::ArtistAndTitle)];
    let age = prop_oneof![0_i64..200, Just(i64::from(i32::MAX) / 1_000)];
    (kind, condition, 0_i64..=i64::MAX, 0_i64..5_000, any::<bool>(), currency, of, age).prop_map(
        |(kind, condition, huge, small, is_huge, currency, of, age)| {
            let mut sample = Sample { basis: of, ..sample(kind, "1", condition) };
            sample.observed_at =
                sample.observed_at.saturating_sub(SignedDuration::from_hours(24 * age)).unwrap_or(Timestamp::MIN);
            sample.price = Money { minor: if is_huge { huge } else { small }, ..money("1", currency) };
            sample
        },
    )
}

proptest! {
    /// Every sample is counted or excluded with a reason, and the price is within the range of the counted ones.
    #[test]
    fn every_sample_is_counted_or_excluded(samples in proptest::collection::vec(any_sample(), 0..12), stated in proptest::option::of(Just(Condition::Good))) {
        let price_estimate = PriceEstimate::from_samples(samples.clone(), stated, &PriceRules::default());
        prop_assert_eq!(price_estimate.samples.len() + price_estimate.excluded.len(), samples.len());
        prop_assert!(price_estimate.excluded.iter().all(|left| !left.why.is_empty()));
        prop_assert!(!price_estimate.rule.contains(['\n', '\r']));
        if let Some(price) = price_estimate.price {
            let counted = || price_estimate.samples.iter().map(|sample| sample.price.minor);
            prop_assert!(counted().min() <= Some(price.minor) && Some(price.minor) <= counted().max());
            prop_assert_ne!(price_estimate.confidence, Confidence::None);
        } else {
            prop_assert_eq!(price_estimate.confidence, Confidence::None);
            prop_assert!(price_estimate.samples.is_empty());
        }
    }

    /// A price depends neither on the order of its samples nor on the current year.
    #[test]
    fn the_price_depends_only_on_the_samples(samples in proptest::collection::vec(any_sample(), 0..12), years in 0_i64..50) {
        let estimate_price = |samples: Vec<Sample>| PriceEstimate::from_samples(samples, Some(Condition::Good), &PriceRules::default());
        let later = |sample: &Sample| Sample { observed_at: sample.observed_at + SignedDuration::from_hours(24 * 365 * years), ..sample.clone() };
        let first = estimate_price(samples.clone());
        let second = estimate_price(samples.iter().rev().map(later).collect());
        prop_assert_eq!((first.price, first.confidence, first.rule), (second.price, second.confidence, second.rule));
    }

    /// The bounds hold for all samples.
    #[test]
    fn every_price_is_within_the_bounds_of_its_condition(samples in proptest::collection::vec(any_sample(), 0..12)) {
        let rules = rules("floor = \"1\"\nceiling = \"900\"\n[good]\nfloor = \"5\"\nceiling = \"20\"\nmarkup_percent = \"35\"");
        let price = PriceEstimate::from_samples(samples, Some(Condition::Good), &rules).price.expect("a floor price at least");
        prop_assert!((500..=2000).contains(&price.minor), "{price}");
    }
}

fn lowest_of(amount: &str, offers: u32) -> Sample {
    Sample { offers: Some(offers), ..asked(amount) }
}

/// Returns the kinds of doubts as they are serialized.
fn doubts(price_estimate: &PriceEstimate) -> Vec<String> {
    let kind = |doubt| serde_json::to_value(doubt).expect("JSON")["doubt"].as_str().expect("a word").to_owned();
    price_estimate.doubts.iter().map(kind).collect()
}

#[test]
fn a_doubtful_price_needs_a_decision() {
    let ladder = || vec![suggested("6.00", Condition::LikeNew), suggested("2.00", Condition::Acceptable)];
    let table: Vec<(&str, Vec<Sample>, &str, &[&str])> = vec![
        ("", vec![lowest_of("0.01", 80)], "0.01", &["below_minimum"]),
        ("", vec![lowest_of("9999", 1)], "9999.00", &["above_maximum", "uncertain"]),
        ("min_confidence = \"none\"", vec![lowest_of("0.01", 80)], "0.01", &["below_minimum"]),
        ("min_confidence = \"none\"", vec![lowest_of("9999", 1)], "9999.00", &["above_maximum"]),
        ("min_confidence = \"none\"", vec![lowest_of("12", 1)], "12.00", &[]),
        ("min_confidence = \"low\"", vec![lowest_of("12", 1)], "12.00", &[]),
        ("min_confidence = \"high\"", vec![lowest_of("12", 50)], "12.00", &["uncertain"]),
        ("", vec![lowest_of("12", 1)], "12.00", &["uncertain"]),
        ("", vec![lowest_of("12", 2)], "12.00", &["uncertain"]),
        ("", vec![lowest_of("12", 3)], "12.00", &[]),
        ("", vec![asked("12"), asked("13"), asked("14")], "13.00", &[]),
        ("", vec![suggested("40", Condition::VeryGood), lowest_of("3", 50)], "40.00", &["uncertain"]),
        ("", vec![suggested("4", Condition::VeryGood), lowest_of("1.00", 50)], "4.00", &["uncertain"]),
        ("", [ladder(), vec![suggested("4", Condition::VeryGood), lowest_of("1.00", 50)]].concat(), "4.00", &[]),
        ("", [ladder(), vec![suggested("4", Condition::VeryGood)]].concat(), "4.00", &[]),
        ("", [ladder(), vec![suggested("9", Condition::VeryGood)]].concat(), "9.00", &["uncertain"]),
        ("floor = \"4.99\"", vec![lowest_of("3", 20)], "4.99", &[]),
        ("floor = \"4.99\"", vec![lowest_of("0.50", 20)], "4.99", &["far_below_floor"]),
        ("floor = \"4.99\"", Vec::new(), "4.99", &[]),
        ("ceiling = \"50\"", vec![sold("60"), sold("61"), sold("62"), sold("63")], "50.00", &["above_ceiling"]),
        ("ceiling = \"900\"", vec![sold("600"), sold("610"), sold("620"), sold("630")], "615.00", &[]),
        ("markup_percent = 900", vec![sold("9"), sold("9.10"), sold("9.20"), sold("9.30")], "91.50", &[]),
        ("", vec![by_words("9"), by_words("9.10"), by_words("9.20"), by_words("9.30")], "9.15", &["uncertain"]),
    ];
    for (text, samples, price, kinds) in table {
        let price_estimate = PriceEstimate::from_samples(samples, USED, &rules(text));
        assert_eq!(price_estimate.price, Some(usd(price)), "{text}: {}", price_estimate.rule);
        assert_eq!(doubts(&price_estimate), kinds, "{text}: {} {:?}", price_estimate.rule, price_estimate.confidence);
        assert_eq!(price_estimate.review_reason().is_some(), !kinds.is_empty());
        let set = price_estimate.with_seller_price(usd("7.00"));
        assert_eq!(set.review_reason(), None, "the seller stated the price");
    }
}

#[test]
fn a_worse_condition_is_a_lower_bound_and_a_better_one_an_upper_bound() {
    let table = [
        (vec![suggested("12", Condition::Good), lowest_of("3", 9)], "12.00"),
        (vec![suggested("12", Condition::Good), lowest_of("15", 9)], "15.00"),
        (vec![suggested("12", Condition::LikeNew), lowest_of("30", 9)], "12.00"),
        (vec![suggested("20", Condition::LikeNew), suggested("10", Condition::Good), lowest_of("3", 9)], "15.00"),
        (vec![suggested("20", Condition::LikeNew), suggested("10", Condition::Good)], "15.00"),
        (vec![suggested("10", Condition::Good), suggested("4", Condition::Acceptable)], "10.00"),
        (vec![suggested("20", Condition::LikeNew), suggested("40", Condition::New)], "20.00"),
        (vec![suggested("5", Condition::LikeNew), suggested("9", Condition::Good), lowest_of("7", 9)], "7.00"),
    ];
    for (samples, price) in table {
        let count = samples.len();
        let price_estimate = estimate_price(samples);
        assert_eq!(price_estimate.price, Some(usd(price)), "{}", price_estimate.rule);
        assert_eq!(price_estimate.samples.len(), count, "all of them count: {}", price_estimate.rule);
        let band = price_estimate.band.expect("a band");
        assert!((band.low.minor..=band.high.minor).contains(&usd(price).minor), "{band}");
    }
}

#[test]
fn a_seller_without_a_minimum_price_gets_advice() {
    let advice = PriceRules::default().missing_floor_advice().expect("advice");
    assert!(advice.contains("pricing.floor") && advice.contains("0.99 USD"), "{advice}");
    assert_eq!(rules("floor = \"4.99\"").missing_floor_advice(), None);
}

#[test]
fn a_listed_price_without_bounds_needs_a_decision() {
    let doubts = |amount, text: &str| PriceEstimate::from_listed_price(usd(amount), USED, &rules(text)).review_reason();
    for (amount, text, reason) in [
        ("12.50", "", None),
        ("0.01", "", Some("below 0.99 USD")),
        ("9999", "", Some("above 500.00 USD")),
        ("9999", "ceiling = \"10000\"", None),
        ("0.50", "floor = \"0.25\"", None),
        ("0.20", "floor = \"0.25\"", Some("below your minimum price 0.25 USD")),
    ] {
        let found = doubts(amount, text);
        assert!(reason.is_none() == found.is_none(), "{amount} {text}: {found:?}");
        assert!(reason.is_none_or(|reason| found.as_ref().is_some_and(|f| f.contains(reason))), "{amount}: {found:?}");
    }
}

/// An item that nobody sells may be worth far more than the minimum price.
#[test]
fn the_minimum_price_alone_is_a_price_only_if_the_seller_allows_it() {
    let expected = |text: &str| {
        PriceEstimate::from_samples(Vec::new(), USED, &rules(text)).with_comparables_expected(&rules(text))
    };
    let asked = expected("floor = \"4.99\"");
    assert_eq!(asked.price, Some(usd("4.99")));
    assert!(asked.review_reason().unwrap().contains("there is no comparable price, so it is your minimum price"));
    assert_eq!(expected("floor = \"4.99\"\nmin_confidence = \"none\"").review_reason(), None);
    assert_eq!(expected("").review_reason(), None, "an item without a price has its own review reason");
}

#[test]
fn a_price_ending_does_not_raise_a_price_above_the_limit() {
    let cheap = PriceEstimate::from_samples(vec![asked("0.10"); 4], USED, &rules("ending = \".99\""));
    assert!(cheap.review_reason().unwrap().contains("0.10 USD is below 0.99 USD"), "{cheap:?}");
}
