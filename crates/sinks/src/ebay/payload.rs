//! Converts a listing to eBay's documents: an inventory item (the product in the box) and an offer (how it is sold), or
//! one item draft.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::account::Account;
use super::account_option::AccountOption;
use super::category_policies::{CategoryPolicies, condition_name, localize_aspect};
use super::format_terms::{CategoryTerms, store_path};
use domain::listing::{Aspect, BestOffer, Listing};
use domain::money::Money;
use domain::site::Site;
use domain::upc::Upc;
use ebay::{Package, PackageSize};

/// Format of every offer that Draft Maker creates.
pub(super) const OFFER_FORMAT: &str = "FIXED_PRICE";

/// The two documents of a draft in the Inventory API.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DraftPayload {
    /// Body of `createOrReplaceInventoryItem`.
    pub(super) item: Value,
    /// Body of `createOffer`, without `sku`, `marketplaceId` and `format`, which never change.
    pub(super) offer: Value,
}

impl DraftPayload {
    /// Creates the documents of a listing. `pictures` are the addresses of the pictures to show.
    pub(super) fn from_listing(
        listing: &Listing,
        pictures: &[String],
        account: &Account,
        rules: &CategoryPolicies,
    ) -> Self {
        let package = account.packages.get(&listing.category_id());
        let package = package.map(|package| listing.lot_size().map_or(*package, |size| package.stacked(size)));
        Self {
            item: item_document(listing, pictures, rules, package.as_ref()),
            offer: offer_document(listing, account),
        }
    }
}

/// Returns the fields that identify an offer; each combination can have one offer (Inventory API, createOffer).
pub(super) fn offer_identity(sku: &str, site: Site) -> Map<String, Value> {
    let fields = [("sku", sku), ("marketplaceId", site.as_str()), ("format", OFFER_FORMAT)];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// Body of `createOrReplaceInventoryItem` (Inventory API, InventoryItem).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InventoryItemDocument<'a> {
    availability: AvailabilityDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_weight_and_size: Option<PackageDocument>,
    product: ProductDocument<'a, BTreeMap<String, Vec<String>>>,
}

/// Inventory API, PackageWeightAndSize. It has no package type, because eBay rejects some types when the item is
/// listed.
#[derive(Serialize)]
struct PackageDocument {
    weight: WeightDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<DimensionsDocument>,
}

#[derive(Serialize)]
struct WeightDocument {
    value: f64,
    unit: &'static str,
}

#[derive(Serialize)]
struct DimensionsDocument {
    length: f64,
    width: f64,
    height: f64,
    unit: &'static str,
}

impl From<&Package> for PackageDocument {
    fn from(package: &Package) -> Self {
        let dimensions = package.size.map(|size| {
            let PackageSize { length, width, height } = size;
            DimensionsDocument { length, width, height, unit: "INCH" }
        });
        Self { weight: WeightDocument { value: package.ounces, unit: "OUNCE" }, dimensions }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AvailabilityDocument {
    ship_to_location_availability: QuantityDocument,
}

#[derive(Serialize)]
struct QuantityDocument {
    quantity: u32,
}

/// Product of an inventory item or of an item draft. The two APIs have different formats of item specifics.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductDocument<'a, Aspects> {
    title: &'a str,
    description: &'a str,
    aspects: Aspects,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_urls: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upc: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ean: Option<[String; 1]>,
}

#[derive(Serialize)]
struct PricingDocument {
    price: AmountDocument,
}

#[derive(Serialize)]
struct AmountDocument {
    currency: &'static str,
    value: String,
}

impl PricingDocument {
    fn from_listing(listing: &Listing) -> Self {
        Self { price: listing.price().into() }
    }
}

impl From<Money> for AmountDocument {
    fn from(amount: Money) -> Self {
        Self { currency: amount.currency.code(), value: amount.amount() }
    }
}

fn item_document(listing: &Listing, pictures: &[String], rules: &CategoryPolicies, package: Option<&Package>) -> Value {
    let (upc, ean) = product_identifiers(listing.upc(), listing.site());
    let aspects = accepted_aspects(listing, rules).into_iter().map(|aspect| (aspect.name, aspect.values));
    let condition = accepted_condition(listing, rules);
    to_document(&InventoryItemDocument {
        availability: AvailabilityDocument {
            ship_to_location_availability: QuantityDocument { quantity: listing.quantity() },
        },
        condition,
        condition_description: listing.condition_description().filter(|_| condition.is_some_and(takes_description)),
        package_weight_and_size: package.map(PackageDocument::from),
        product: ProductDocument {
            title: listing.title(),
            description: listing.description(),
            aspects: aspects.collect(),
            image_urls: (!pictures.is_empty()).then(|| pictures.iter().map(String::as_str).collect()),
            upc,
            ean,
        },
    })
}

/// Returns the UPC, or else the EAN. At a site that identifies products by EAN, a UPC is an EAN with a leading zero.
fn product_identifiers(code: Upc, site: Site) -> (Option<[String; 1]>, Option<[String; 1]>) {
    let upc = match code {
        code if code.is_substitute() => Some(site.no_identifier_text().to_owned()),
        code if code.is_ean8() => return (None, Some([code.to_string()])),
        code => code.upc_a(),
    };
    match upc {
        Some(upc) if site.identifies_by_upc() => (Some([upc]), None),
        Some(missing) if code.is_substitute() => (None, Some([missing])),
        _ => (None, Some([code.ean13()])),
    }
}

/// Body of `createOffer` (Inventory API, EbayOfferDetailsWithKeys).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfferDocument<'a> {
    category_id: String,
    available_quantity: u32,
    /// Number of items in one lot (Inventory API, EbayOfferDetailsWithKeys).
    #[serde(skip_serializing_if = "Option::is_none")]
    lot_size: Option<u32>,
    /// Also set here: an offer created without a description copies that of the item, and keeps it.
    listing_description: &'a str,
    pricing_summary: PricingDocument,
    listing_policies: ListingPoliciesDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_category_names: Option<[String; 1]>,
    merchant_location_key: &'a str,
    listing_duration: &'static str,
    /// Always false. With true, eBay's default, eBay may replace these details with its catalog's if it knows the GTIN.
    include_catalog_product_details: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListingPoliciesDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    best_offer_terms: Option<BestOfferDocument>,
    fulfillment_policy_id: String,
    payment_policy_id: String,
    return_policy_id: String,
}

/// Inventory API, BestOffer. Both bounds must be below the price, and the lower bound below the upper one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BestOfferDocument {
    best_offer_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_accept_price: Option<AmountDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_decline_price: Option<AmountDocument>,
}

impl From<BestOffer> for BestOfferDocument {
    fn from(offer: BestOffer) -> Self {
        Self {
            best_offer_enabled: true,
            auto_accept_price: offer.accept_from.map(AmountDocument::from),
            auto_decline_price: offer.decline_to.map(AmountDocument::from),
        }
    }
}

fn offer_document(listing: &Listing, account: &Account) -> Value {
    let terms = account.category_terms.get(&listing.category_id());
    let policy = |choose: fn(&CategoryTerms) -> Option<&AccountOption>, of_all: &'_ String| {
        terms.and_then(choose).map_or_else(|| of_all.clone(), |policy| policy.id.clone())
    };
    let store = listing.store_category().map(store_path);
    to_document(&OfferDocument {
        category_id: listing.category_id().to_string(),
        available_quantity: listing.quantity(),
        lot_size: listing.lot_size(),
        listing_description: listing.description(),
        pricing_summary: PricingDocument::from_listing(listing),
        listing_policies: ListingPoliciesDocument {
            best_offer_terms: listing.best_offer().map(BestOfferDocument::from),
            fulfillment_policy_id: policy(|terms| terms.fulfillment.as_ref(), &account.fulfillment_policy),
            payment_policy_id: policy(|terms| terms.payment.as_ref(), &account.payment_policy),
            return_policy_id: policy(|terms| terms.returns.as_ref(), &account.return_policy),
        },
        store_category_names: store.or_else(|| terms?.store_category.clone()).map(|path| [path]),
        merchant_location_key: &account.location_key,
        listing_duration: "GTC",
        include_catalog_product_details: false,
    })
}

/// Body of `createItemDraft` (Listing API, ItemDraft).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemDraftDocument<'a> {
    category_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'static str>,
    format: &'static str,
    pricing_summary: PricingDocument,
    product: ProductDocument<'a, Vec<NamedValues>>,
}

#[derive(Serialize)]
struct NamedValues {
    name: String,
    values: Vec<String>,
}

/// Returns the body of `createItemDraft`. This API has no fields for barcode and quantity, and accepts only https
/// addresses of pictures.
pub(super) fn item_draft_document(listing: &Listing, rules: &CategoryPolicies) -> Value {
    let aspects = accepted_aspects(listing, rules).into_iter();
    let pictures =
        listing.images_of_one_kind().iter().map(String::as_str).filter(|address| address.starts_with("https://"));
    to_document(&ItemDraftDocument {
        category_id: listing.category_id().to_string(),
        condition: accepted_condition(listing, rules),
        format: OFFER_FORMAT,
        pricing_summary: PricingDocument::from_listing(listing),
        product: ProductDocument {
            title: listing.title(),
            description: listing.description(),
            aspects: aspects.map(|aspect| NamedValues { name: aspect.name, values: aspect.values }).collect(),
            image_urls: Some(pictures.collect()),
            upc: None,
            ean: None,
        },
    })
}

/// Returns the item specifics that the listing's category accepts, or all of them if its rules are unknown.
fn accepted_aspects(listing: &Listing, rules: &CategoryPolicies) -> Vec<Aspect> {
    let language = listing.site().listing_language();
    match rules.rules_for(listing.category_id()) {
        Some(category) => category.normalize_aspects(listing.aspects(), language),
        None => listing.aspects().iter().map(|aspect| localize_aspect(aspect, language)).collect(),
    }
}

/// Returns eBay's name of the stated condition if the category allows it or its rules are unknown. eBay rejects
/// conditions that a category does not allow.
fn accepted_condition(listing: &Listing, rules: &CategoryPolicies) -> Option<&'static str> {
    let stated = listing.condition()?;
    let id = match rules.rules_for(listing.category_id()) {
        Some(category) => category.choose_condition(stated)?,
        None => listing.condition_id()?,
    };
    condition_name(id)
}

/// Returns whether eBay accepts a condition description with this condition (Inventory API, `conditionDescription`).
fn takes_description(condition: &str) -> bool {
    !matches!(condition, "NEW" | "LIKE_NEW" | "NEW_OTHER" | "NEW_WITH_DEFECTS")
}

/// Converts a document to JSON. This cannot fail: a document is plain data with text keys.
fn to_document(document: &impl Serialize) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}
