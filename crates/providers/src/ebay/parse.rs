//! Parses eBay's offers and sales. A search may return items that do not match the query, so every item is checked.

use iso_currency::Currency;
use jiff::Timestamp;

use super::super::lenient_json::LenientJson;
use super::offer_title::OfferedItem;
use super::query::PriceSearchQuery;
use super::{EBAY_BROWSE, EBAY_INSIGHTS};
use domain::condition::Condition;
use domain::display_text::cut_at_word;
use domain::money::Money;
use domain::pricing::{MatchBasis, Sample, SampleKind};
use domain::site::Site;

/// Maximum characters of a condition name; eBay's own names have at most 30.
const MAX_CONDITION_NAME_CHARS: usize = 40;

/// eBay's condition "For parts or not working".
const FOR_PARTS_ID: u64 = 7000;

/// Shipping of a music item in minor units above which an offer is omitted if its shipping also exceeds its price.
const MAX_USUAL_SHIPPING_MINOR: i64 = 1500;

/// Criteria that an item must match to be used.
pub(crate) struct SampleCriteria {
    country: &'static str,
    currency: Currency,
    conditions: Option<Vec<u16>>,
    basis: MatchBasis,
    item: OfferedItem,
}

impl SampleCriteria {
    /// Creates criteria for the item of a query in the site's country.
    pub(super) fn for_query(site: Site, query: &PriceSearchQuery, basis: MatchBasis) -> Self {
        let (conditions, item) = (query.condition_ids(), query.item.clone());
        Self { country: site.country_code(), currency: site.currency(), conditions, basis, item }
    }

    /// Creates criteria for any item in the United States.
    #[cfg(feature = "test-support")]
    pub(crate) fn any_in_us() -> Self {
        Self {
            country: "US",
            currency: Currency::USD,
            conditions: None,
            basis: MatchBasis::ThisBarcode,
            item: OfferedItem::default(),
        }
    }

    /// Returns how an item was found, and the note about it in the wording.
    fn rate_item(&self, item: LenientJson<'_>) -> (MatchBasis, String) {
        let title = item.field("title").text().unwrap_or_default();
        let is_choice = item.field("itemGroupType").text().is_some_and(|kind| kind == "SELLER_DEFINED_VARIATIONS");
        let other_goods = self.item.find_other_goods(&title).or_else(|| is_choice.then_some("one of several items"));
        match (other_goods, self.basis) {
            (Some(goods), _) => (MatchBasis::OtherGoods, format!(" for {goods}")),
            (None, MatchBasis::ArtistAndTitle) => (self.basis, " by artist and title".to_owned()),
            (None, basis) => (basis, String::new()),
        }
    }

    fn is_match(&self, item: LenientJson<'_>) -> bool {
        let id = item.field("conditionId").number();
        let has_condition = |ids: &Vec<u16>| ids.iter().any(|known| id == Some(u64::from(*known)));
        let is_broken = id == Some(FOR_PARTS_ID);
        let is_domestic = item.field("itemLocation").field("country").text().as_deref() == Some(self.country);
        is_domestic && !is_broken && self.conditions.as_ref().is_none_or(has_condition)
    }

    /// Parses an amount in the seller's currency. Amounts that eBay converted are omitted, because they change hourly.
    fn parse_amount(&self, json: LenientJson<'_>) -> Option<Money> {
        let is_converted = json.field("convertedFromCurrency").is_present();
        let money = Money::parse(&json.field("value").decimal()?, &json.field("currency").text()?).ok()?;
        (!is_converted && money.currency == self.currency).then_some(money)
    }
}

/// Returns true for a response in the documented format. A search without results has a total of 0 and no list.
pub(super) fn has_items(answer: LenientJson<'_>, list: &str) -> bool {
    answer.field(list).is_list() || answer.field("total").number() == Some(0)
}

/// Parses the offers of a Browse API search. Of the offers of one seller for a condition, only the lowest counts, so
/// that a seller with many copies is not a market.
pub(crate) fn parse_offers(answer: LenientJson<'_>, criteria: &SampleCriteria, now: Timestamp) -> Vec<Sample> {
    let offer = |item: LenientJson<'_>| {
        let is_offer = item.field("buyingOptions").texts().iter().any(|option| option == "FIXED_PRICE");
        let price = criteria.parse_amount(item.field("price")).filter(|price| price.minor > 0)?;
        let shipping = find_cheapest_shipping(item, criteria);
        if shipping.is_some_and(|shipping| shipping.minor > price.minor.max(MAX_USUAL_SHIPPING_MINOR)) {
            return None;
        }
        let whole = price.minor.checked_add(shipping.map_or(0, |shipping| shipping.minor))?;
        let (basis, found_note) = criteria.rate_item(item);
        let note = if shipping.is_some() { "" } else { ", without shipping" };
        let seller = item.field("seller").field("username").text();
        let sample = Sample {
            provider: EBAY_BROWSE,
            kind: SampleKind::Asked,
            price: Money::from_minor(whole, price.currency),
            basis,
            condition: parse_condition(item),
            wording: describe_sample(item, &format!("asked on eBay{found_note}{note}")),
            offers: None,
            observed_at: now,
        };
        (is_offer && criteria.is_match(item)).then_some((seller, sample))
    };
    select_lowest_per_seller(answer.field("itemSummaries").elements().filter_map(offer))
}

/// Keeps the lowest offer of each seller for a condition. Offers without a seller are all kept.
fn select_lowest_per_seller(offers: impl Iterator<Item = (Option<String>, Sample)>) -> Vec<Sample> {
    let mut lowest_offers: Vec<(Option<String>, Sample)> = Vec::new();
    for (seller, sample) in offers {
        let is_same = |(known, other): &&mut (Option<String>, Sample)| {
            seller.is_some() && *known == seller && (other.basis, other.condition) == (sample.basis, sample.condition)
        };
        match lowest_offers.iter_mut().find(is_same) {
            Some((_, lowest)) if sample.price.minor < lowest.price.minor => *lowest = sample,
            Some(_) => {}
            None => lowest_offers.push((seller, sample)),
        }
    }
    lowest_offers.into_iter().map(|(_, sample)| sample).collect()
}

/// Parses the sales of a Marketplace Insights search: the last sale of each item. A sale without a date is omitted; a
/// future date is replaced by `now`.
pub(crate) fn parse_sales(answer: LenientJson<'_>, criteria: &SampleCriteria, now: Timestamp) -> Vec<Sample> {
    let sale = |item: LenientJson<'_>| {
        let price = criteria.parse_amount(item.field("lastSoldPrice")).filter(|price| price.minor > 0)?;
        let (basis, found_note) = criteria.rate_item(item);
        let at = item.field("lastSoldDate").text()?.parse::<Timestamp>().ok()?.min(now);
        criteria.is_match(item).then(|| Sample {
            provider: EBAY_INSIGHTS,
            kind: SampleKind::Sold,
            price,
            basis,
            condition: parse_condition(item),
            wording: describe_sample(item, &format!("sold on eBay{found_note}, without shipping")),
            offers: None,
            observed_at: at,
        })
    };
    answer.field("itemSales").elements().filter_map(sale).collect()
}

/// Returns a text such as `Very Good, asked on eBay`: eBay's name of the condition and the kind of price.
fn describe_sample(item: LenientJson<'_>, kind: &str) -> String {
    let name = item.field("condition").text().unwrap_or_default();
    let name = cut_at_word(&name, MAX_CONDITION_NAME_CHARS);
    if name.is_empty() { kind.to_owned() } else { format!("{name}, {kind}") }
}

/// Returns the condition for eBay's ID. 3000 ("Used") and the IDs for refurbished goods do not grade a record.
fn parse_condition(item: LenientJson<'_>) -> Option<Condition> {
    let id = item.field("conditionId").number()?;
    Condition::ALL.into_iter().find(|condition| u64::from(condition.ebay_id()) == id)
}

/// Returns the lowest shipping cost that is the same for all buyers.
fn find_cheapest_shipping(item: LenientJson<'_>, criteria: &SampleCriteria) -> Option<Money> {
    let fixed = item
        .field("shippingOptions")
        .elements()
        .filter(|option| option.field("shippingCostType").text().as_deref() == Some("FIXED"));
    fixed.filter_map(|option| criteria.parse_amount(option.field("shippingCost"))).min_by_key(|cost| cost.minor)
}
