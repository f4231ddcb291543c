//! The seller's own rules for prices: the settings table `[pricing]`, and one below it for each condition.

use std::collections::BTreeMap;

use iso_currency::Currency;
use serde::Deserialize;

use super::super::condition::Condition;
use super::super::money::Money;
use super::rules_config::PriceRulesConfig;

/// What the seller wants done with the price that the samples give. The default changes nothing and knows no
/// price of its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "PriceRulesConfig")]
pub struct PriceRules {
    /// Prices are in this currency; samples in others are left out, since exchange rates are nobody's fact here.
    pub currency: Currency,
    /// For every condition that has none of its own.
    pub default_bounds: PriceBounds,
    /// For conditions whose table says something; what it leaves open is that of `general`.
    pub bounds_by_condition: BTreeMap<Condition, PriceBounds>,
    /// How prices end.
    pub ending: Option<PriceEnding>,
}

/// Where prices may lie, and what is put on top of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBounds {
    /// No item is offered for less, and an item without samples is offered for this.
    pub floor: Option<Money>,
    /// No item is offered for more.
    pub ceiling: Option<Money>,
    /// What the price of the samples becomes, in percent of it: 95 for `undercut_percent = 5`.
    pub percent: u16,
}

/// The minor units with which prices end: 99 of 100 for `.99`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceEnding {
    pub minor: i64,
    /// Minor units in one unit of the currency.
    pub unit: i64,
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
        }
    }
}

impl PriceRules {
    /// The bounds for the condition stated.
    pub fn bounds_for(&self, condition: Option<Condition>) -> PriceBounds {
        condition.and_then(|condition| self.bounds_by_condition.get(&condition)).copied().unwrap_or(self.default_bounds)
    }

    /// What becomes of the price that the samples give: `in USD, 95% of the samples, never below 4.99 USD`.
    pub fn summary(&self, condition: Option<Condition>) -> String {
        let PriceBounds { floor, ceiling, percent } = self.bounds_for(condition);
        let parts = [
            Some(format!("in {}", self.currency.code())),
            Some(if percent == 100 { "as the samples say".to_owned() } else { format!("{percent}% of the samples") }),
            self.ending.map(|ending| format!("ending with {:02}", ending.minor)),
            floor.map(|floor| format!("never below {floor}")),
            ceiling.map(|ceiling| format!("never above {ceiling}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The price after the seller's rules, and what they did to it in words; no words where they did nothing. A rule that
    /// is the condition's own says so.
    pub(super) fn apply(&self, price: Money, condition: Option<Condition>) -> (Money, Vec<String>) {
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
        let minor = match self.ending {
            Some(ending) => step(ending.round_to_nearest(minor), "rounded to the ending set".to_owned()),
            None => minor,
        };
        let why = format!("raised to the floor price{}", named(floor != self.default_bounds.floor));
        let minor = step(floor.map_or(minor, |floor| minor.max(floor.minor)), why);
        let why = format!("lowered to the ceiling price{}", named(ceiling != self.default_bounds.ceiling));
        step(ceiling.map_or(minor, |top| minor.min(top.minor)), why);
        (now, message)
    }
}

impl PriceEnding {
    /// The nearest amount that ends so, the lower of two equally near, and never below the first.
    fn round_to_nearest(self, minor: i64) -> i64 {
        let below = (minor - self.minor).div_euclid(self.unit).max(0) * self.unit + self.minor;
        let above = below.saturating_add(self.unit);
        if minor - below <= above - minor { below } else { above }
    }
}

/// So many percent of an amount, halves up; at least one minor unit, since nothing is given away.
fn percent_of(minor: i64, percent: u16) -> i64 {
    let exact = i128::from(minor) * i128::from(percent);
    i64::try_from((exact + 50) / 100).unwrap_or(i64::MAX).max(1)
}
