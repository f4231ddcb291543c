//! Prices in lists: a number with two possible readings is never accepted.

use domain::listed_price::{ListedPrice, PriceFormat, parse_currency};
use domain::seller_data::{ItemField, SellerData};
use iso_currency::Currency;

fn price_in(text: &str, format: PriceFormat) -> Option<String> {
    Some(ListedPrice::from_text(text, format)?.to_money(Currency::USD)?.to_string())
}

fn price(text: &str) -> Option<String> {
    price_in(text, PriceFormat::default())
}

#[test]
fn a_price_equals_the_same_amount_written_differently_and_in_earlier_journals() {
    let from_text = |text| ListedPrice::from_text(text, PriceFormat::default()).unwrap();
    let earlier: ListedPrice = serde_json::from_str(r#"{"amount":"9.99","currency":"USD"}"#).unwrap();
    assert_eq!(from_text("$9.99"), earlier);
    assert_eq!(from_text("$9.99"), from_text("9.99 USD"));
    assert_ne!(from_text("$9.99"), from_text("9.99"));
}

#[test]
fn amounts_are_read_as_they_are_written() {
    for (text, amount) in [
        ("9.99", "9.99 USD"),
        ("9,99", "9.99 USD"),
        ("12", "12.00 USD"),
        (".99", "0.99 USD"),
        ("9.", "9.00 USD"),
        ("0.500", "0.50 USD"),
        ("0,999", "1.00 USD"),
        ("1234.567", "1234.57 USD"),
        ("9.9900", "9.99 USD"),
        ("12.3450", "12.34 USD"),
        ("1,299.50", "1299.50 USD"),
        ("1.299,50", "1299.50 USD"),
        ("1.299.000,50", "1299000.50 USD"),
        ("1,299,000", "1299000.00 USD"),
        ("1 299,00 zł", "1299.00 PLN"),
        ("1'299.50 CHF", "1299.50 CHF"),
        ("1\u{202f}299 €", "1299.00 EUR"),
        ("$1,299", "1299.00 USD"),
        ("£1,299", "1299.00 GBP"),
        ("¥1,980", "1980 JPY"),
        ("1.980 円", "1980 JPY"),
        ("US $9.99", "9.99 USD"),
        ("AU $9.99", "9.99 AUD"),
        ("C $9.99", "9.99 CAD"),
        ("9,99 EUR", "9.99 EUR"),
        ("€ 7,50", "7.50 EUR"),
        ("7.-", "7.00 USD"),
        ("5,--", "5.00 USD"),
        ("５００", "500.00 USD"),
    ] {
        assert_eq!(price(text).as_deref(), Some(amount), "{text}");
    }
}

#[test]
fn an_ambiguous_number_is_rejected() {
    for text in [
        "12.345",
        "9.990",
        "1,299",
        "12.345 EUR",
        "$12.345",
        "9..99",
        "9,99,99",
        "1.2.3",
        "9 99",
        "1,2,345",
        "12,34,567.00",
        "1.299,00.5",
        "9€99",
        "9e99",
        "-9.99",
        "$10 OBO",
        "9.99 USD each",
        "2 for 5",
        "9-12",
        "$9.99 EUR",
        "9.99 kr",
    ] {
        assert_eq!(price(text), None, "{text}");
        let mut data = SellerData::default();
        assert_eq!(data.set_field(ItemField::Price, text), Err(ItemField::Price), "{text}");
        let listed = data.price.unwrap();
        assert!(listed.is_unclear && listed.to_money(Currency::USD).is_none(), "{text}: {listed:?}");
        let stored = serde_json::to_string(&listed).unwrap();
        assert_eq!(serde_json::from_str::<ListedPrice>(&stored).unwrap(), listed);
    }
    for text in ["n/a", "-", "0", "0.00", "make an offer", "free"] {
        let mut data = SellerData::default();
        assert_eq!(data.set_field(ItemField::Price, text), Err(ItemField::Price), "{text}");
        assert_eq!(data.price, None, "{text} has no amount, so the price is estimated");
    }
    let earlier: ListedPrice = serde_json::from_str(r#"{"amount":"9.99","currency":"USD"}"#).unwrap();
    assert_eq!(earlier.to_money(Currency::EUR).unwrap().to_string(), "9.99 USD");
}

#[test]
fn other_prices_in_the_column_show_the_decimal_separator() {
    let format = |texts: &[&str]| PriceFormat::from_prices(texts.iter().copied(), None);
    let english = format(&["9.99", "12", "1,299", "12.345"]);
    assert_eq!(english.decimal_separator, Some('.'));
    assert_eq!(price_in("1,299", english).as_deref(), Some("1299.00 USD"));
    assert_eq!(price_in("12.345", english), None, "not 12345, and 12.35 is not certain");
    let german = format(&["9,99", "1.299,00"]);
    assert_eq!(price_in("1.299", german).as_deref(), Some("1299.00 USD"));
    assert_eq!(price_in("9,990", german), None);
    for undecided in [format(&["9.99", "9,99"]), format(&["12", "1,299"]), format(&[])] {
        assert_eq!(price_in("1,299", undecided), None, "{undecided:?}");
    }
}

/// On the site of another country that sells in dollars, `$` is its own dollar.
#[test]
fn a_bare_dollar_sign_is_the_dollar_of_the_site() {
    let on_site = |text: &str, currency: Currency| {
        let listed = ListedPrice::from_text(text, PriceFormat::default()).unwrap();
        let stored = serde_json::to_string(&listed).unwrap();
        assert_eq!(serde_json::from_str::<ListedPrice>(&stored).unwrap(), listed);
        (listed.to_money(currency).unwrap().to_string(), listed.to_string())
    };
    let both = |money: &str, shown: &str| (money.to_owned(), shown.to_owned());
    for (currency, money) in [
        (Currency::USD, "9.99 USD"),
        (Currency::AUD, "9.99 AUD"),
        (Currency::CAD, "9.99 CAD"),
        (Currency::EUR, "9.99 USD"),
    ] {
        assert_eq!(on_site("$9.99", currency), both(money, "$9.99"));
        assert_eq!(on_site("US $9.99", currency), both("9.99 USD", "9.99 USD"));
    }
}

#[test]
fn a_price_must_match_the_currency_of_its_column() {
    let in_column = |text, currency| price_in(text, PriceFormat { currency: Some(currency), ..PriceFormat::default() });
    assert_eq!(in_column("9.99", Currency::GBP).as_deref(), Some("9.99 GBP"));
    assert_eq!(in_column("£9.99", Currency::GBP).as_deref(), Some("9.99 GBP"));
    assert_eq!(in_column("$9.99", Currency::AUD).as_deref(), Some("9.99 AUD"), "the dollar of the column");
    assert_eq!(in_column("$9.99", Currency::EUR), None);
    assert_eq!(in_column("9.99 EUR", Currency::GBP), None);
    for (text, currency) in
        [("usd", Currency::USD), ("C$", Currency::CAD), ("zł", Currency::PLN), ("Euro", Currency::EUR)]
    {
        assert_eq!(parse_currency(text), Some(currency), "{text}");
    }
    assert_eq!([parse_currency("kr"), parse_currency("dollars"), parse_currency("")], [None, None, None]);
}
