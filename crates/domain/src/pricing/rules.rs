//! The seller's price rules: the `[pricing]` settings, with a table per condition, and their parsing.

use std::collections::BTreeMap;

use iso_currency::Currency;
use serde::Deserialize;

use super::super::condition::Condition;
use super::super::money::{Money, ParseMoneyError};
use super::doubt::Confidence;

/// Default minimum price in minor units, if the seller has set no floor. Fees and postage exceed lower prices.
pub(super) const MIN_UNASKED_MINOR: i64 = 99;

/// Limits for the price of a lot, in percent of its items' prices.
const MIN_LOT_PERCENT: u16 = 10;
const MAX_LOT_PERCENT: u16 = 200;

/// A single unconfirmed comparable is not enough.
const DEFAULT_MIN_CONFIDENCE: Confidence = Confidence::Medium;

/// Rules that the seller applies to the price of the comparables. The default rules change nothing and set no price.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "PriceRulesConfig")]
pub struct PriceRules {
    /// Currency of the prices. Comparables in other currencies are excluded, because no source provides exchange rates.
    pub currency: Currency,
    /// Bounds for conditions without their own.
    pub default_bounds: PriceBounds,
    /// Bounds by condition. Values that a condition's table does not set are those of `default_bounds`.
    pub bounds_by_condition: BTreeMap<Condition, PriceBounds>,
    /// Ending of the prices.
    pub ending: Option<PriceEnding>,
    /// Minimum confidence of a price that needs no decision; [`Confidence::None`] accepts every price within the
    /// bounds.
    pub min_confidence: Confidence,
    /// Whether Discogs' prices are requested and used.
    pub uses_discogs: bool,
    /// Price of a lot, in percent of the sum of its items' prices.
    pub lot_percent: u16,
}

/// Minimum and maximum price, and the markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBounds {
    /// Minimum price, and the price of an item without comparables.
    pub floor: Option<Money>,
    /// Maximum price.
    pub ceiling: Option<Money>,
    /// Price in percent of the comparables' price, such as 95 for `undercut_percent = 5`.
    pub percent: u16,
}

/// Minor units with which prices end, such as 99 for `.99`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceEnding {
    pub minor: i64,
    /// Number of minor units per unit of the currency.
    pub unit: i64,
}

/// Result of the seller's rules.
pub(super) struct AppliedRules {
    /// Price of the comparables with the seller's percentage, before the ending and the bounds are applied.
    pub market: Money,
    /// Price within the bounds.
    pub price: Money,
    /// Description of each rule that changed the price.
    pub steps: Vec<String>,
}

impl Default for PriceBounds {
    fn default() -> Self {
        Self { floor: None, ceiling: None, percent: 100 }
    }
}

impl Default for PriceRules {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            default_bounds: PriceBounds::default(),
            bounds_by_condition: BTreeMap::new(),
            ending: None,
            min_confidence: DEFAULT_MIN_CONFIDENCE,
            uses_discogs: true,
            lot_percent: 100,
        }
    }
}

impl PriceRules {
    /// Returns the bounds for a condition.
    pub fn bounds_for(&self, condition: Option<Condition>) -> PriceBounds {
        condition.and_then(|condition| self.bounds_by_condition.get(&condition)).copied().unwrap_or(self.default_bounds)
    }

    /// Formats the rules for display: `in USD, 95% of the market price, never below 4.99 USD`.
    pub fn summary(&self, condition: Option<Condition>) -> String {
        let PriceBounds { floor, ceiling, percent } = self.bounds_for(condition);
        let parts = [
            Some(format!("in {}", self.currency.code())),
            Some(if percent == 100 {
                "the market price".to_owned()
            } else {
                format!("{percent}% of the market price")
            }),
            self.ending.map(|ending| format!("ending with {:02}", ending.minor)),
            Some(floor.map_or_else(|| "no minimum price".to_owned(), |floor| format!("never below {floor}"))),
            ceiling.map(|ceiling| format!("never above {ceiling}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns advice for a seller without a minimum price; `None` if one is set.
    pub fn missing_floor_advice(&self) -> Option<String> {
        let minimum = Money::from_minor(MIN_UNASKED_MINOR, self.currency);
        self.default_bounds.floor.is_none().then(|| {
            format!(
                "You have set no minimum price (pricing.floor): items without a comparable price, and those below {minimum}, \
                 need your decision."
            )
        })
    }

    /// Applies the rules to a price. The description of a rule from a condition's own table names the condition.
    pub(super) fn apply(&self, price: Money, condition: Option<Condition>) -> AppliedRules {
        let PriceBounds { floor, ceiling, percent } = self.bounds_for(condition);
        let named = |is_own: bool| condition.filter(|_| is_own).map_or(String::new(), |c| format!(" for {c}"));
        let mut message = Vec::new();
        let mut now = price;
        let mut step = |next: i64, why: String| {
            if next != now.minor {
                now.minor = next;
                message.push(format!("{why}: {now}"));
            }
            now.minor
        };
        let why = format!("{percent}% of it{}", named(percent != self.default_bounds.percent));
        let minor = step(percent_of(price.minor, percent), why);
        let market = Money { minor, ..price };
        let minor = match self.ending {
            Some(ending) => step(ending.round_to_nearest(minor), "rounded to your price ending".to_owned()),
            None => minor,
        };
        let why = format!("raised to your minimum price{}", named(floor != self.default_bounds.floor));
        let minor = step(floor.map_or(minor, |floor| minor.max(floor.minor)), why);
        let why = format!("lowered to your maximum price{}", named(ceiling != self.default_bounds.ceiling));
        step(ceiling.map_or(minor, |top| minor.min(top.minor)), why);
        AppliedRules { market, price: now, steps: message }
    }
}

impl PriceEnding {
    /// Returns the nearest amount with this ending, at least the ending itself. Of two equally near amounts, returns
    /// the lower.
    fn round_to_nearest(self, minor: i64) -> i64 {
        let below = (minor - self.minor).div_euclid(self.unit).max(0) * self.unit + self.minor;
        let above = below.saturating_add(self.unit);
        if minor - below <= above - minor { below } else { above }
    }
}

/// Returns a percentage of an amount, rounded half up, at least one minor unit.
fn percent_of(minor: i64, percent: u16) -> i64 {
    let exact = i128::from(minor) * i128::from(percent);
    i64::try_from((exact + 50) / 100).unwrap_or(i64::MAX).max(1)
}

/// The settings as written. Amounts are decimal strings, so that no price is ever a float.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct PriceRulesConfig {
    currency: Currency,
    floor: Option<String>,
    ceiling: Option<String>,
    undercut_percent: u16,
    /// Markup in percent; negative values undercut.
    markup_percent: i16,
    ending: Option<String>,
    min_confidence: Confidence,
    discogs: bool,
    lot_percent: u16,
    new: PriceBoundsConfig,
    like_new: PriceBoundsConfig,
    very_good: PriceBoundsConfig,
    good: PriceBoundsConfig,
    acceptable: PriceBoundsConfig,
}

/// Table of one condition. Missing keys have the values in `[pricing]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PriceBoundsConfig {
    floor: Option<String>,
    ceiling: Option<String>,
    /// A string, to distinguish an unset value from 0.
    markup_percent: Option<String>,
}

/// Why price rules are invalid. `key` is the name of the setting below `pricing`.
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
    #[error("pricing.lot_percent is {0}; it can be from {MIN_LOT_PERCENT} to {MAX_LOT_PERCENT}")]
    LotPercent(u16),
    #[error("pricing.ending is {0:?}; write all decimals of the currency, for example \".99\"")]
    Ending(String),
}

impl InvalidPriceRules {
    /// Returns the name of the invalid setting, such as `pricing.floor`.
    pub fn key(&self) -> String {
        let key = match self {
            Self::Amount { key, .. } | Self::Markup { key, .. } | Self::FloorAboveCeiling { floor_key: key, .. } => key,
            Self::UndercutAndMarkup | Self::Undercut(_) => "undercut_percent",
            Self::LotPercent(_) => "lot_percent",
            Self::Ending(_) => "ending",
        };
        format!("pricing.{key}")
    }
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
            min_confidence: DEFAULT_MIN_CONFIDENCE,
            discogs: true,
            lot_percent: 100,
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
        if !(MIN_LOT_PERCENT..=MAX_LOT_PERCENT).contains(&written.lot_percent) {
            return Err(InvalidPriceRules::LotPercent(written.lot_percent));
        }
        let ending = written.ending.filter(|text| !text.is_empty());
        let ending = ending.map(|text| parse_ending(&text, written.currency)).transpose()?;
        Ok(Self {
            currency: written.currency,
            default_bounds: general,
            bounds_by_condition: own,
            ending,
            min_confidence: written.min_confidence,
            uses_discogs: written.discogs,
            lot_percent: written.lot_percent,
        })
    }
}

impl PriceBoundsConfig {
    /// Returns the bounds of the condition; `None` if its table sets nothing.
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

/// Converts a markup to a percentage of the price. A negative markup undercuts.
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
