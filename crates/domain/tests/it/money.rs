//! Money: minor units of ISO 4217, never a float.

use domain::money::{Money, ParseMoneyError};
use iso_currency::Currency;
use proptest::prelude::*;

#[test]
fn amounts_are_converted_to_minor_units() {
    let minor = |amount, currency| Money::parse(amount, currency).map(|money| money.minor);
    assert_eq!(minor("8.881578947368421", "USD"), Ok(888));
    assert_eq!(minor("9.99", "usd"), Ok(999));
    assert_eq!(minor("9", "EUR"), Ok(900));
    assert_eq!(minor("1200", "JPY"), Ok(1_200), "yen have no minor unit");
    assert_eq!(minor("1.234", "KWD"), Ok(1_234), "dinars have a thousand fils");
    assert_eq!(minor("1e2", "GBP"), Ok(10_000));
    assert_eq!(minor(" 0 ", "USD"), Ok(0));
    assert_eq!(minor("0.125", "USD"), Ok(12), "halves round to even");
    assert_eq!(minor("0.135", "USD"), Ok(14));
}

#[test]
fn invalid_amounts_are_rejected() {
    for amount in ["", "-1", "NaN", "inf", "9,99", "$9.99", "1e40", "99999999999999999999999999"] {
        assert_eq!(Money::parse(amount, "USD"), Err(ParseMoneyError::Amount(amount.to_owned())), "{amount:?}");
    }
    assert_eq!(Money::parse("1", "XYZW"), Err(ParseMoneyError::Currency("XYZW".to_owned())));
}

#[test]
fn amounts_are_displayed_with_the_digits_of_their_currency() {
    assert_eq!(Money::from_minor(999, Currency::USD).to_string(), "9.99 USD");
    assert_eq!(Money::from_minor(5, Currency::EUR).amount(), "0.05");
    assert_eq!(Money::from_minor(1_200, Currency::JPY).to_string(), "1200 JPY");
}

proptest! {
    #[test]
    fn displayed_amounts_parse_back(minor in 0..i64::MAX / 10_000) {
        for currency in [Currency::USD, Currency::JPY, Currency::KWD] {
            let money = Money::from_minor(minor, currency);
            prop_assert_eq!(Money::parse(&money.amount(), currency.code()), Ok(money));
        }
    }

    #[test]
    fn no_text_causes_a_panic(amount in "\\PC{0,40}", currency in "\\PC{0,4}") {
        let _ = Money::parse(&amount, &currency);
    }
}
