//! How eBay writes offers and sales. A search may hold what nobody asked for, so every item is looked at again here.

use iso_currency::Currency;
use jiff::Timestamp;

use super::super::drift::Json;
use super::browse::EBAY_BROWSE;
use super::insights::EBAY_INSIGHTS;
use domain::appraisal::{Sample, SampleKind, SampleOf};
use domain::condition::Condition;
use domain::money::Money;
use domain::wording::cut;
use ebay::Marketplace;

/// The longest name of a condition, in characters; eBay's own have at most 30.
const LONGEST_NAME: usize = 40;

/// What an item must be to count.
pub(crate) struct Wanted {
    country: &'static str,
    currency: Currency,
    conditions: Option<Vec<u16>>,
    of: SampleOf,
}

impl Wanted {
    /// Items at home, in one of these conditions where some are named.
    pub(super) fn at(site: &Marketplace, conditions: Option<Vec<u16>>, of: SampleOf) -> Self {
        Self { country: site.country, currency: site.currency, conditions, of }
    }

    /// Any item in the United States.
    pub(crate) fn anything() -> Self {
        Self { country: "US", currency: Currency::USD, conditions: None, of: SampleOf::ThisBarcode }
    }

    fn holds(&self, item: Json<'_>) -> bool {
        let id = item.at("conditionId").number();
        let is_wanted = |wanted: &Vec<u16>| wanted.iter().any(|wanted| id == Some(u64::from(*wanted)));
        let is_home = item.at("itemLocation").at("country").text().as_deref() == Some(self.country);
        is_home && self.conditions.as_ref().is_none_or(is_wanted)
    }

    /// An amount as its owner wrote it: eBay's own conversions are left out, since they change by the hour.
    fn amount(&self, json: Json<'_>) -> Option<Money> {
        let converted = json.at("convertedFromCurrency").is_there();
        let money = Money::parse(&json.at("value").decimal()?, &json.at("currency").text()?).ok()?;
        (!converted && money.currency == self.currency).then_some(money)
    }
}

/// True for an answer of the right form: an answer to a question that finds nothing has a total of 0 and no list.
pub(super) fn has_items(answer: Json<'_>, list: &str) -> bool {
    answer.at(list).is_list() || answer.at("total").number() == Some(0)
}

/// The offers of a search of the Browse API.
pub(crate) fn asked(answer: Json<'_>, wanted: &Wanted, now: Timestamp) -> Vec<Sample> {
    let offer = |item: Json<'_>| {
        let is_offer = item.at("buyingOptions").texts().iter().any(|option| option == "FIXED_PRICE");
        let price = wanted.amount(item.at("price")).filter(|price| price.minor > 0)?;
        let shipping = cheapest_shipping(item, wanted);
        let whole = price.minor.checked_add(shipping.map_or(0, |shipping| shipping.minor))?;
        let words = if shipping.is_some() { "" } else { ", without shipping" };
        (is_offer && wanted.holds(item)).then(|| Sample {
            provider: EBAY_BROWSE,
            kind: SampleKind::Asked,
            price: Money::of_minor(whole, price.currency),
            of: wanted.of,
            condition: condition(item),
            wording: wording(item, &format!("asked on eBay{}{words}", found_by(wanted.of))),
            at: now,
        })
    };
    answer.at("itemSummaries").list().filter_map(offer).collect()
}

/// The sales of a search of the Marketplace Insights API: of each item the last one. A price without a day says
/// nothing of today, and nothing is sold tomorrow.
pub(crate) fn sold(answer: Json<'_>, wanted: &Wanted, now: Timestamp) -> Vec<Sample> {
    let sale = |item: Json<'_>| {
        let price = wanted.amount(item.at("lastSoldPrice")).filter(|price| price.minor > 0)?;
        let at = item.at("lastSoldDate").text()?.parse::<Timestamp>().ok()?.min(now);
        wanted.holds(item).then(|| Sample {
            provider: EBAY_INSIGHTS,
            kind: SampleKind::Sold,
            price,
            of: wanted.of,
            condition: condition(item),
            wording: wording(item, &format!("sold on eBay{}, without shipping", found_by(wanted.of))),
            at,
        })
    };
    answer.at("itemSales").list().filter_map(sale).collect()
}

/// `Very Good, asked on eBay`: eBay's own words for the condition, and ours for the price.
fn wording(item: Json<'_>, ours: &str) -> String {
    let name = item.at("condition").text().unwrap_or_default();
    let name = cut(&name, LONGEST_NAME);
    if name.is_empty() { ours.to_owned() } else { format!("{name}, {ours}") }
}

/// 3000 ("Used") and the numbers of refurbished goods say nothing about how good a record is.
fn condition(item: Json<'_>) -> Option<Condition> {
    let id = item.at("conditionId").number()?;
    Condition::ALL.into_iter().find(|condition| u64::from(condition.ebay_id()) == id)
}

fn found_by(of: SampleOf) -> &'static str {
    match of {
        SampleOf::ThisBarcode => "",
        SampleOf::ArtistAndTitle => " by artist and title",
    }
}

/// What the buyer pays on top, where that is the same for every buyer.
fn cheapest_shipping(item: Json<'_>, wanted: &Wanted) -> Option<Money> {
    let fixed =
        item.at("shippingOptions").list().filter(|way| way.at("shippingCostType").text().as_deref() == Some("FIXED"));
    fixed.filter_map(|way| wanted.amount(way.at("shippingCost"))).min_by_key(|cost| cost.minor)
}
