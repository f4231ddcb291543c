//! How the seller's price rules are written in settings, and what cannot be followed.

use std::collections::BTreeMap;

use iso_currency::Currency;
use serde::Deserialize;

use super::super::condition::Condition;
use super::super::money::{Money, ParseMoneyError};
use super::rules::{PriceBounds, PriceEnding, PriceRules};

/// The table as it is written; amounts are decimal texts, so that no float comes near a price.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct PriceRulesConfig {
    currency: Currency,
    floor: Option<String>,
    ceiling: Option<String>,
    undercut_percent: u16,
    /// A negative one undercuts.
    markup_percent: i16,
    ending: Option<String>,
    new: PriceBoundsConfig,
    like_new: PriceBoundsConfig,
    very_good: PriceBoundsConfig,
    good: PriceBoundsConfig,
    acceptable: PriceBoundsConfig,
}

/// The table of one condition; what it leaves open is as in `[pricing]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PriceBoundsConfig {
    floor: Option<String>,
    ceiling: Option<String>,
    /// A text, so that "as in `[pricing]`" can be told from 0.
    markup_percent: Option<String>,
}

/// Price rules that cannot be followed. `key` is the setting, below `pricing.`
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPriceRules {
    #[error("pricing.{key}: {error}; write it as text, for example \"4.99\"")]
    Amount { key: String, error: ParseMoneyError },
    #[error("pricing.{floor_key} ({floor}) is above pricing.{ceiling_key} ({ceiling})")]
    FloorAboveCeiling { floor_key: String, floor: Money, ceiling_key: String, ceiling: Money },
    #[error("pricing.undercut_percent and pricing.markup_percent are both set; set one of them")]
    UndercutAndMarkup,
    #[error("pricing.undercut_percent is {0}; it can be at most 90")]
    Undercut(u16),
    #[error("pricing.{key} is {found}; it can be from -90 to 900")]
    Markup { key: String, found: String },
    #[error("pricing.ending is {0:?}; write all decimals of the currency, for example \".99\"")]
    Ending(String),
}

impl Default for PriceRulesConfig {
    fn default() -> Self {
        let none = PriceBoundsConfig::default;
        Self {
            currency: Currency::USD,
            floor: None,
            ceiling: None,
            undercut_percent: 0,
            markup_percent: 0,
            ending: None,
            new: none(),
            like_new: none(),
            very_good: none(),
            good: none(),
            acceptable: none(),
        }
    }
}

impl PriceRulesConfig {
    fn condition_tables(&self) -> [(Condition, &PriceBoundsConfig); 5] {
        [
            (Condition::New, &self.new),
            (Condition::LikeNew, &self.like_new),
            (Condition::VeryGood, &self.very_good),
            (Condition::Good, &self.good),
            (Condition::Acceptable, &self.acceptable),
        ]
    }
}

impl TryFrom<PriceRulesConfig> for PriceRules {
    type Error = InvalidPriceRules;

    fn try_from(written: PriceRulesConfig) -> Result<Self, InvalidPriceRules> {
        let general = PriceBounds {
            floor: parse_amount("floor", written.floor.as_ref(), written.currency)?,
            ceiling: parse_amount("ceiling", written.ceiling.as_ref(), written.currency)?,
            percent: combine_percent(written.undercut_percent, written.markup_percent)?,
        };
        check_bounds_order(general, "floor", "ceiling")?;
        let mut own = BTreeMap::new();
        for (condition, table) in written.condition_tables() {
            own.extend(table.resolve_bounds(condition, general, written.currency)?.map(|bounds| (condition, bounds)));
        }
        let ending = written.ending.filter(|text| !text.is_empty());
        let ending = ending.map(|text| parse_ending(&text, written.currency)).transpose()?;
        Ok(Self { currency: written.currency, default_bounds: general, bounds_by_condition: own, ending })
    }
}

impl PriceBoundsConfig {
    /// Nothing where the table says nothing.
    fn resolve_bounds(
        &self,
        condition: Condition,
        general: PriceBounds,
        currency: Currency,
    ) -> Result<Option<PriceBounds>, InvalidPriceRules> {
        let key = |name: &str| format!("{condition}.{name}");
        let floor = parse_amount(&key("floor"), self.floor.as_ref(), currency)?;
        let ceiling = parse_amount(&key("ceiling"), self.ceiling.as_ref(), currency)?;
        let percent = self.parse_percent(&key("markup_percent"))?;
        if floor.is_none() && ceiling.is_none() && percent.is_none() {
            return Ok(None);
        }
        let inherited = |is_own: bool, name: &str| if is_own { key(name) } else { name.to_owned() };
        let keys = (inherited(floor.is_some(), "floor"), inherited(ceiling.is_some(), "ceiling"));
        let bounds = PriceBounds {
            floor: floor.or(general.floor),
            ceiling: ceiling.or(general.ceiling),
            percent: percent.unwrap_or(general.percent),
        };
        check_bounds_order(bounds, &keys.0, &keys.1)?;
        Ok(Some(bounds))
    }

    fn parse_percent(&self, key: &str) -> Result<Option<u16>, InvalidPriceRules> {
        let Some(text) = self.markup_percent.as_ref().filter(|text| !text.trim().is_empty()) else { return Ok(None) };
        let bad = || InvalidPriceRules::Markup { key: key.to_owned(), found: format!("{text:?}") };
        let markup = text.trim().parse().map_err(|_| bad())?;
        markup_to_percent(markup).map(Some).ok_or_else(bad)
    }
}

fn parse_amount(key: &str, text: Option<&String>, currency: Currency) -> Result<Option<Money>, InvalidPriceRules> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let bad = |error| InvalidPriceRules::Amount { key: key.to_owned(), error };
    Money::parse(text, currency.code()).map(Some).map_err(bad)
}

fn check_bounds_order(bounds: PriceBounds, floor_key: &str, ceiling_key: &str) -> Result<(), InvalidPriceRules> {
    match (bounds.floor, bounds.ceiling) {
        (Some(floor), Some(ceiling)) if floor.minor > ceiling.minor => Err(InvalidPriceRules::FloorAboveCeiling {
            floor_key: floor_key.to_owned(),
            floor,
            ceiling_key: ceiling_key.to_owned(),
            ceiling,
        }),
        _ => Ok(()),
    }
}

fn combine_percent(undercut: u16, markup: i16) -> Result<u16, InvalidPriceRules> {
    let bad = || InvalidPriceRules::Markup { key: "markup_percent".to_owned(), found: markup.to_string() };
    match (undercut, markup) {
        (0, markup) => markup_to_percent(markup).ok_or_else(bad),
        (1..=90, 0) => Ok(100 - undercut),
        (_, 0) => Err(InvalidPriceRules::Undercut(undercut)),
        _ => Err(InvalidPriceRules::UndercutAndMarkup),
    }
}

/// In percent of the price; a negative markup undercuts.
fn markup_to_percent(markup: i16) -> Option<u16> {
    (-90..=900).contains(&markup).then(|| 100_u16.saturating_add_signed(markup))
}

fn parse_ending(text: &str, currency: Currency) -> Result<PriceEnding, InvalidPriceRules> {
    let places = currency.exponent().unwrap_or(0);
    let digits = text.trim().trim_start_matches('.');
    let whole = places > 0 && digits.len() == usize::from(places) && digits.bytes().all(|b| b.is_ascii_digit());
    let minor = Some(digits)
        .filter(|_| whole)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| InvalidPriceRules::Ending(text.to_owned()))?;
    Ok(PriceEnding { minor, unit: 10_i64.pow(u32::from(places)) })
}
