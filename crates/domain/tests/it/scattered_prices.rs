//! Prices that have no middle: they need the seller's decision, whatever their number is.

use domain::condition::Condition;
use domain::money::Money;
use domain::pricing::{Confidence, MatchBasis, PriceEstimate, PriceRules, Sample, SampleKind};
use domain::provider::Provider;
use jiff::Timestamp;

fn estimate(kind: SampleKind, prices: &[i64]) -> PriceEstimate {
    let sample = |dollars: &i64| Sample {
        provider: Provider::from_static("ebay_browse"),
        kind,
        price: Money::parse(&dollars.to_string(), "USD").unwrap(),
        basis: MatchBasis::ThisBarcode,
        condition: None,
        wording: String::new(),
        offers: None,
        observed_at: Timestamp::UNIX_EPOCH,
    };
    let samples = prices.iter().map(sample).collect();
    PriceEstimate::from_samples(samples, Some(Condition::New), &PriceRules::default())
}

#[test]
fn scattered_prices_need_a_decision() {
    for (prices, is_scattered) in [
        (&[10, 11, 12, 60, 70, 80][..], true),
        (&[5, 20, 80, 300], true),
        (&[6, 20, 45, 120], true),
        (&[10, 11, 12, 13, 14, 45], false),
        (&[9, 11, 12, 15], false),
        (&[9, 10, 12, 14, 16, 18], false),
    ] {
        let found = estimate(SampleKind::Asked, prices);
        assert_eq!(found.confidence == Confidence::Low, is_scattered, "{prices:?}: {}", found.rule);
        let reason = found.review_reason().unwrap_or_default();
        assert_eq!(reason.contains("the comparable prices differ too much"), is_scattered, "{prices:?}: {reason}");
    }
}
