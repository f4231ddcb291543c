//! How eBay writes offers and sales. A search may hold what nobody asked for, so every item is looked at again here.

use iso_currency::Currency;
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::{EBAY_BROWSE, EBAY_INSIGHTS};
use domain::condition::Condition;
use domain::display_text::cut_at_word;
use domain::money::Money;
use domain::pricing::{MatchBasis, Sample, SampleKind};
use ebay::Marketplace;

/// The longest name of a condition, in characters; eBay's own have at most 30.
const MAX_CONDITION_NAME_CHARS: usize = 40;

/// What an item must be to count.
pub(crate) struct SampleCriteria {
    country: &'static str,
    currency: Currency,
    conditions: Option<Vec<u16>>,
    basis: MatchBasis,
}

impl SampleCriteria {
    /// Items at home, in one of these conditions where some are named.
    pub(super) fn for_site(site: &Marketplace, conditions: Option<Vec<u16>>, basis: MatchBasis) -> Self {
        Self { country: site.country, currency: site.currency, conditions, basis }
    }

    /// Any item in the United States.
    pub(crate) fn any_in_us() -> Self {
        Self { country: "US", currency: Currency::USD, conditions: None, basis: MatchBasis::ThisBarcode }
    }

    fn is_match(&self, item: LenientJson<'_>) -> bool {
        let id = item.field("conditionId").number();
        let is_wanted = |wanted: &Vec<u16>| wanted.iter().any(|wanted| id == Some(u64::from(*wanted)));
        let is_home = item.field("itemLocation").field("country").text().as_deref() == Some(self.country);
        is_home && self.conditions.as_ref().is_none_or(is_wanted)
    }

    /// An amount as its owner wrote it: eBay's own conversions are left out, since they change by the hour.
    fn parse_amount(&self, json: LenientJson<'_>) -> Option<Money> {
        let converted = json.field("convertedFromCurrency").is_present();
        let money = Money::parse(&json.field("value").decimal()?, &json.field("currency").text()?).ok()?;
        (!converted && money.currency == self.currency).then_some(money)
    }
}

/// True for an answer of the right form: an answer to a question that finds nothing has a total of 0 and no list.
pub(super) fn has_items(answer: LenientJson<'_>, list: &str) -> bool {
    answer.field(list).is_list() || answer.field("total").number() == Some(0)
}

/// The offers of a search of the Browse API.
pub(crate) fn parse_offers(answer: LenientJson<'_>, wanted: &SampleCriteria, now: Timestamp) -> Vec<Sample> {
    let offer = |item: LenientJson<'_>| {
        let is_offer = item.field("buyingOptions").texts().iter().any(|option| option == "FIXED_PRICE");
        let price = wanted.parse_amount(item.field("price")).filter(|price| price.minor > 0)?;
        let shipping = find_cheapest_shipping(item, wanted);
        let whole = price.minor.checked_add(shipping.map_or(0, |shipping| shipping.minor))?;
        let message = if shipping.is_some() { "" } else { ", without shipping" };
        (is_offer && wanted.is_match(item)).then(|| Sample {
            provider: EBAY_BROWSE,
            kind: SampleKind::Asked,
            price: Money::from_minor(whole, price.currency),
            basis: wanted.basis,
            condition: parse_condition(item),
            wording: describe_sample(item, &format!("asked on eBay{}{message}", basis_note(wanted.basis))),
            observed_at: now,
        })
    };
    answer.field("itemSummaries").elements().filter_map(offer).collect()
}

/// The sales of a search of the Marketplace Insights API: of each item the last one. A price without a day says
/// nothing of today, and nothing is sold tomorrow.
pub(crate) fn parse_sales(answer: LenientJson<'_>, wanted: &SampleCriteria, now: Timestamp) -> Vec<Sample> {
    let sale = |item: LenientJson<'_>| {
        let price = wanted.parse_amount(item.field("lastSoldPrice")).filter(|price| price.minor > 0)?;
        let at = item.field("lastSoldDate").text()?.parse::<Timestamp>().ok()?.min(now);
        wanted.is_match(item).then(|| Sample {
            provider: EBAY_INSIGHTS,
            kind: SampleKind::Sold,
            price,
            basis: wanted.basis,
            condition: parse_condition(item),
            wording: describe_sample(item, &format!("sold on eBay{}, without shipping", basis_note(wanted.basis))),
            observed_at: at,
        })
    };
    answer.field("itemSales").elements().filter_map(sale).collect()
}

/// `Very Good, asked on eBay`: eBay's own words for the condition, and ours for the price.
fn describe_sample(item: LenientJson<'_>, ours: &str) -> String {
    let name = item.field("condition").text().unwrap_or_default();
    let name = cut_at_word(&name, MAX_CONDITION_NAME_CHARS);
    if name.is_empty() { ours.to_owned() } else { format!("{name}, {ours}") }
}

/// 3000 ("Used") and the numbers of refurbished goods say nothing about how good a record is.
fn parse_condition(item: LenientJson<'_>) -> Option<Condition> {
    let id = item.field("conditionId").number()?;
    Condition::ALL.into_iter().find(|condition| u64::from(condition.ebay_id()) == id)
}

fn basis_note(of: MatchBasis) -> &'static str {
    match of {
        MatchBasis::ThisBarcode => "",
        MatchBasis::ArtistAndTitle => " by artist and title",
    }
}

/// What the buyer pays on top, where that is the same for every buyer.
fn find_cheapest_shipping(item: LenientJson<'_>, wanted: &SampleCriteria) -> Option<Money> {
    let fixed = item
        .field("shippingOptions")
        .elements()
        .filter(|way| way.field("shippingCostType").text().as_deref() == Some("FIXED"));
    fixed.filter_map(|way| wanted.parse_amount(way.field("shippingCost"))).min_by_key(|cost| cost.minor)
}
