//! The seller's own rules for prices: the settings table `[pricing]`.

use iso_currency::Currency;
use serde::Deserialize;

use super::super::money::{BadMoney, Money};

/// What the seller wants done with the price that the samples give. The default changes nothing and knows no
/// price of its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct PriceRules {
    /// Prices are in this currency; samples in others are left out, since exchange rates are nobody's fact here.
    pub currency: Currency,
    /// No item is offered for less, and an item without samples is offered for this.
    pub floor: Option<Money>,
    /// No item is offered for more.
    pub ceiling: Option<Money>,
    /// What the price of the samples becomes, in percent of it: 95 for `undercut_percent = 5`.
    pub percent: u16,
    /// How prices end.
    pub ending: Option<Ending>,
}

/// The minor units with which prices end: 99 of 100 for `.99`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    pub minor: i64,
    /// Minor units in one unit of the currency.
    pub unit: i64,
}

/// The table as it is written; amounts are decimal texts, so that no float comes near a price.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Written {
    currency: Currency,
    floor: Option<String>,
    ceiling: Option<String>,
    undercut_percent: u16,
    /// A negative one undercuts.
    markup_percent: i16,
    ending: Option<String>,
}

/// Price rules that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPriceRules {
    #[error("pricing.{key}: {error}; write it as text, for example \"4.99\"")]
    Amount { key: &'static str, error: BadMoney },
    #[error("pricing.floor ({floor}) is above pricing.ceiling ({ceiling})")]
    FloorAboveCeiling { floor: Money, ceiling: Money },
    #[error("pricing.undercut_percent and pricing.markup_percent are both set; set one of them")]
    BothWays,
    #[error("pricing.undercut_percent is {0}; it can be at most 90")]
    Undercut(u16),
    #[error("pricing.markup_percent is {0}; it can be from -90 to 900")]
    Markup(i16),
    #[error("pricing.ending is {0:?}; write all decimals of the currency, for example \".99\"")]
    Ending(String),
}

impl Default for Written {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            floor: None,
            ceiling: None,
            undercut_percent: 0,
            markup_percent: 0,
            ending: None,
        }
    }
}

impl Default for PriceRules {
    fn default() -> Self {
        Self { currency: Currency::USD, floor: None, ceiling: None, percent: 100, ending: None }
    }
}

impl TryFrom<Written> for PriceRules {
    type Error = BadPriceRules;

    fn try_from(written: Written) -> Result<Self, BadPriceRules> {
        let amount = |key, text: Option<String>| match text.filter(|text| !text.trim().is_empty()) {
            None => Ok(None),
            Some(text) => (Money::parse(&text, written.currency.code()).map(Some))
                .map_err(|error| BadPriceRules::Amount { key, error }),
        };
        let (floor, ceiling) = (amount("floor", written.floor)?, amount("ceiling", written.ceiling)?);
        if let (Some(floor), Some(ceiling)) = (floor, ceiling)
            && floor.minor > ceiling.minor
        {
            return Err(BadPriceRules::FloorAboveCeiling { floor, ceiling });
        }
        Ok(Self {
            currency: written.currency,
            floor,
            ceiling,
            percent: percent(written.undercut_percent, written.markup_percent)?,
            ending: written.ending.filter(|text| !text.is_empty()).map(|t| ending(&t, written.currency)).transpose()?,
        })
    }
}

fn percent(undercut: u16, markup: i16) -> Result<u16, BadPriceRules> {
    match (undercut, markup) {
        (0, -90..=900) => Ok(100_u16.saturating_add_signed(markup)),
        (0, _) => Err(BadPriceRules::Markup(markup)),
        (1..=90, 0) => Ok(100 - undercut),
        (_, 0) => Err(BadPriceRules::Undercut(undercut)),
        _ => Err(BadPriceRules::BothWays),
    }
}

fn ending(text: &str, currency: Currency) -> Result<Ending, BadPriceRules> {
    let places = currency.exponent().unwrap_or(0);
    let digits = text.trim().trim_start_matches('.');
    let whole = places > 0 && digits.len() == usize::from(places) && digits.bytes().all(|b| b.is_ascii_digit());
    let minor = Some(digits)
        .filter(|_| whole)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| BadPriceRules::Ending(text.to_owned()))?;
    Ok(Ending { minor, unit: 10_i64.pow(u32::from(places)) })
}

impl PriceRules {
    /// The price after the seller's rules, and what they did to it in words; no words where they did nothing.
    pub(super) fn apply(&self, price: Money) -> (Money, Vec<String>) {
        let mut words = Vec::new();
        let mut now = price;
        let mut step = |next: i64, why: String| {
            if next != now.minor {
                now.minor = next;
                words.push(format!("{why}: {now}"));
            }
            now.minor
        };
        let minor = step(share(price.minor, self.percent), format!("{}% of it", self.percent));
        let minor = match self.ending {
            Some(ending) => step(ending.nearest(minor), "rounded to the ending set".to_owned()),
            None => minor,
        };
        let minor = step(self.floor.map_or(minor, |floor| minor.max(floor.minor)), "raised to the floor price".into());
        step(self.ceiling.map_or(minor, |top| minor.min(top.minor)), "lowered to the ceiling price".into());
        (now, words)
    }
}

impl Ending {
    /// The nearest amount that ends so, the lower of two equally near, and never below the first.
    fn nearest(self, minor: i64) -> i64 {
        let below = (minor - self.minor).div_euclid(self.unit).max(0) * self.unit + self.minor;
        let above = below.saturating_add(self.unit);
        if minor - below <= above - minor { below } else { above }
    }
}

/// So many percent of an amount, halves up; at least one minor unit, since nothing is given away.
fn share(minor: i64, percent: u16) -> i64 {
    let exact = i128::from(minor) * i128::from(percent);
    i64::try_from((exact + 50) / 100).unwrap_or(i64::MAX).max(1)
}
