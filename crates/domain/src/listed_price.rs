//! Parses asking prices in sellers' lists: `9.99`, `$1,299.50`, `9,99 €`, `1.299,00`.
//!
//! A number with two possible readings, such as `12.345`, is kept as unclear, so that the seller decides.

use compact_str::CompactString;
use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::barcode::normalize_text;
use super::money::Money;
use super::text::sanitize::sanitize_line;

/// An asking price in a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListedPrice {
    /// Decimal amount with a point: `9.99`. If the price is unclear, the text in the list.
    pub amount: CompactString,
    /// Currency, if the cell, the column name or a currency column states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// True if only a bare `$` states the currency. It is the dollar of the eBay site, if the site sells in dollars.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_any_dollar: bool,
    /// True if the text is not an unambiguous amount of money.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unclear: bool,
}

/// Compares amount and currency, not how the list writes the currency: `$9.99` equals `9.99 USD`, and the prices of journals
/// without `is_any_dollar` stay the same.
impl PartialEq for ListedPrice {
    fn eq(&self, other: &Self) -> bool {
        (&self.amount, self.currency, self.is_unclear) == (&other.amount, other.currency, other.is_unclear)
    }
}

impl Eq for ListedPrice {}

/// Currency and decimal separator of the prices in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceFormat {
    /// Currency that the column or the row states.
    pub currency: Option<Currency>,
    /// Decimal separator in the unambiguous prices of the column; `None` if they have none or several.
    pub decimal_separator: Option<char>,
}

/// Currency symbols and abbreviations other than ISO 4217 codes, in upper case without spaces and points.
const CURRENCY_SIGNS: &[(&str, Currency)] = &[
    ("$", Currency::USD),
    ("US$", Currency::USD),
    ("$US", Currency::USD),
    ("€", Currency::EUR),
    ("EURO", Currency::EUR),
    ("EUROS", Currency::EUR),
    ("£", Currency::GBP),
    ("¥", Currency::JPY),
    ("￥", Currency::JPY),
    ("円", Currency::JPY),
    ("ZŁ", Currency::PLN),
    ("AU$", Currency::AUD),
    ("A$", Currency::AUD),
    ("C$", Currency::CAD),
    ("CA$", Currency::CAD),
    ("NZ$", Currency::NZD),
    ("HK$", Currency::HKD),
    ("S$", Currency::SGD),
    ("MX$", Currency::MXN),
    ("R$", Currency::BRL),
    ("SFR", Currency::CHF),
    ("KČ", Currency::CZK),
    ("₩", Currency::KRW),
    ("₽", Currency::RUB),
];

/// Currencies that are written `$` in their own countries.
const DOLLARS: &[Currency] = &[
    Currency::USD,
    Currency::AUD,
    Currency::CAD,
    Currency::NZD,
    Currency::SGD,
    Currency::HKD,
    Currency::TWD,
    Currency::MXN,
];

/// Maximum length of an unclear price, in characters.
const MAX_UNCLEAR_CHARS: usize = 40;

impl ListedPrice {
    /// Parses a price. Returns `None` for zero, for other texts, and for an ambiguous number such as `12.345`, unless
    /// `format` has the decimal separator.
    pub fn from_text(text: &str, format: PriceFormat) -> Option<Self> {
        if is_plain_amount(text) {
            let currency = format.currency;
            return Some(Self { amount: text.into(), currency, is_any_dollar: false, is_unclear: false });
        }
        let (number, stated) = split_currency(text)?;
        let currency = agree_on_currency(&stated, format.currency).ok()?;
        let amount = read_amount(&number, format.decimal_separator, currency)?;
        let is_positive = amount.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        let is_any_dollar = stated == "$" && format.currency.is_none();
        is_positive.then_some(Self { amount, currency, is_any_dollar, is_unclear: false })
    }

    /// Returns whether a text is an amount, with a point or a comma as the decimal separator: `12.345`.
    pub fn is_amount(text: &str) -> bool {
        let with = |separator| PriceFormat { currency: None, decimal_separator: Some(separator) };
        ['.', ','].into_iter().any(|separator| Self::from_text(text, with(separator)).is_some())
    }

    /// Creates an unclear price from a text that contains an amount; `None` if the text contains none.
    pub fn unclear(text: &str) -> Option<Self> {
        let has_amount = normalize_text(text).contains(|c: char| matches!(c, '1'..='9'));
        let shown = || sanitize_line(text).chars().take(MAX_UNCLEAR_CHARS).collect();
        has_amount.then(|| Self { amount: shown(), currency: None, is_any_dollar: false, is_unclear: true })
    }

    /// Returns the price as money, in `currency` if the list states none. Returns `None` if the price is unclear.
    pub fn to_money(&self, currency: Currency) -> Option<Money> {
        let is_meant = self.is_any_dollar && DOLLARS.contains(&currency);
        let currency = self.currency.filter(|_| !is_meant).unwrap_or(currency);
        Money::parse(&self.amount, currency.code()).ok().filter(|_| !self.is_unclear)
    }

    /// Adds an equal price of further copies. If one of the prices names the US dollar, `$` is not the dollar of the site.
    pub(crate) fn add_equal(&mut self, other: &Self) {
        self.is_any_dollar &= other.is_any_dollar;
    }
}

impl std::fmt::Display for ListedPrice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_any_dollar {
            return write!(f, "${}", self.amount);
        }
        f.write_str(&self.amount)?;
        self.currency.map_or(Ok(()), |currency| write!(f, " {}", currency.code()))
    }
}

impl PriceFormat {
    /// Detects the format of the prices in a column whose name states `currency`.
    pub fn from_prices<'a>(texts: impl Iterator<Item = &'a str>, currency: Option<Currency>) -> Self {
        let mut separators: Vec<char> = texts.filter_map(certain_decimal_separator).collect();
        separators.sort_unstable();
        separators.dedup();
        let decimal_separator = if let [only] = separators.as_slice() { Some(*only) } else { None };
        Self { currency, decimal_separator }
    }
}

/// Parses a currency: an ISO 4217 code, a symbol or an abbreviation.
pub fn parse_currency(text: &str) -> Option<Currency> {
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '.').flat_map(char::to_uppercase).collect();
    let signed = CURRENCY_SIGNS.iter().find(|(sign, _)| *sign == code).map(|(_, currency)| *currency);
    signed.or_else(|| Currency::from_code(&code))
}

/// Returns true for a plain amount as most lists write it: digits, a point and two decimals, and not zero.
fn is_plain_amount(text: &str) -> bool {
    let Some((whole, [b'.', decimals @ ..])) = text.as_bytes().split_last_chunk::<3>() else { return false };
    let is_amount = !whole.is_empty() && whole.iter().chain(decimals).all(u8::is_ascii_digit);
    is_amount && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// Splits a price into its number and its currency text: the number of `7.-` is `7`. Returns `None` if the text has no
/// number or other text inside the number.
fn split_currency(text: &str) -> Option<(String, String)> {
    let normal = normalize_text(text);
    let is_digit = |c: char| c.is_ascii_digit();
    let first = normal.find(is_digit)?;
    let start = first - usize::from(normal[..first].ends_with(['.', ',']));
    let end = normal.rfind(is_digit)? + 1;
    let (number, after) = (&normal[start..end], &normal[end..]);
    // `9.`, `7.-` and `5,--` have no decimals.
    let after = after.strip_prefix(['.', ',']).map_or(after, |rest| rest.trim_start_matches('-'));
    let is_number = number.chars().all(|c| is_digit(c) || matches!(c, '.' | ',' | '\'' | ' '));
    let (before, after) = (normal[..start].trim(), after.trim());
    let currency = match (before, after) {
        (stated, "") | ("", stated) => stated,
        (one, other) if parse_currency(one).is_some() && parse_currency(one) == parse_currency(other) => one,
        _ => return None,
    };
    is_number.then(|| (number.to_owned(), currency.to_owned()))
}

/// Returns the currency of a price. The one next to the number must match the column's, except that `$` can be any
/// dollar. Returns `None` if neither states a currency.
///
/// # Errors
/// Returns an error if the two differ, or if the text next to the number is not a currency.
fn agree_on_currency(stated: &str, of_column: Option<Currency>) -> Result<Option<Currency>, ()> {
    if stated.is_empty() {
        return Ok(of_column);
    }
    let currency = parse_currency(stated).ok_or(())?;
    match of_column {
        Some(column) if stated == "$" && DOLLARS.contains(&column) => Ok(Some(column)),
        Some(column) if column != currency => Err(()),
        _ => Ok(Some(currency)),
    }
}

/// Returns a decimal number with a point; `None` if the separators are ambiguous.
///
/// If there are two different separators, the last one is the decimal separator. A repeated separator separates
/// thousands, in groups of three digits. A single separator before three digits can be either: it separates thousands
/// only if it cannot be the decimal separator.
fn read_amount(number: &str, decimal: Option<char>, currency: Option<Currency>) -> Option<CompactString> {
    let is_separator = |c: char| !c.is_ascii_digit();
    let Some(at) = number.rfind(is_separator) else { return Some(CompactString::from(number)) };
    let last = number[at..].chars().next()?;
    let (whole, decimals) = (&number[..at], &number[at + 1..]);
    let groups = |text: &str, separator: char| is_grouped(text, separator).then(|| digits_of(text));
    match whole.chars().find(|c| is_separator(*c)) {
        Some(same) if same == last => groups(number, last),
        Some(other) if matches!(last, '.' | ',') => Some(join_decimals(groups(whole, other)?, decimals)),
        Some(_) => None,
        None if matches!(last, ' ' | '\'') => groups(number, last),
        None if !is_grouped(number, last) => Some(join_decimals(CompactString::from(whole), decimals)),
        None => groups(number, last).filter(|_| is_thousands_separator(last, decimal, currency)),
    }
}

/// Returns true if a separator before exactly three digits separates thousands.
fn is_thousands_separator(separator: char, decimal: Option<char>, currency: Option<Currency>) -> bool {
    let has_decimals = currency.is_none_or(|currency| currency.exponent().unwrap_or(0) > 0);
    let writes_point = || currency.is_some_and(|currency| currency == Currency::GBP || DOLLARS.contains(&currency));
    !has_decimals || decimal.map_or_else(|| separator == ',' && writes_point(), |decimal| decimal != separator)
}

/// Returns true if a number has groups of three digits: `1,299`, `12.345.678`. The first group must not start with
/// zero.
fn is_grouped(text: &str, separator: char) -> bool {
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

fn digits_of(text: &str) -> CompactString {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Joins a number and its decimals, without trailing zeros after the second decimal.
fn join_decimals(mut whole: CompactString, decimals: &str) -> CompactString {
    if whole.is_empty() {
        whole.push('0');
    }
    let significant = decimals.trim_end_matches('0').len().max(decimals.len().min(2));
    whole.push('.');
    whole.push_str(&decimals[..significant]);
    whole
}

/// Returns the decimal separator of a price, if it is unambiguous.
fn certain_decimal_separator(text: &str) -> Option<char> {
    let (number, _) = split_currency(text)?;
    let at = number.rfind(['.', ','])?;
    let last = number[at..].chars().next()?;
    let has_other = number[..at].contains(|c: char| !c.is_ascii_digit() && c != last);
    let is_decimal = read_amount(&number, None, None)?.contains('.');
    (is_decimal && (has_other || number.len() - at <= 3)).then_some(last)
}
