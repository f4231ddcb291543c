//! Checks for problems that would prevent publishing a listing. eBay accepts an incomplete unpublished offer and
//! rejects it only when the seller publishes it, so Draft Maker checks the same rules before it creates a draft.

use super::account::Account;
use super::category_policies::{CategoryPolicies, CategoryRules, EbayAspectRule};
use domain::display_text::utf16_len;
use domain::listing::language::aspect_names;
use domain::listing::{Aspect, Categories, Listing, ListingField, MissingField};
use domain::loopback::is_https_or_loopback;
use domain::site::ListingLanguage;

/// eBay's limits (Inventory API, `product.description`, `product.imageUrls`).
const MAX_DESCRIPTION_CHARS: usize = 4_000;
const MAX_PICTURES: usize = 24;

/// Returns everything that the listing lacks for its category at its site.
pub(crate) fn validate_listing(listing: &Listing, rules: &CategoryPolicies) -> Vec<MissingField> {
    // The rules of a rarely used category may be missing.
    let Some(category) = rules.rules_for(listing.category_id()) else {
        return validate_offline(listing);
    };
    let aspects =
        category.aspects.iter().filter(|rule| rule.required).filter_map(|rule| check_aspect(listing, category, rule));
    check_condition(listing, category).into_iter().chain(aspects).chain(validate_offline(listing)).collect()
}

/// Returns what the listing lacks according to rules that need no answer from eBay: the lengths of its texts and the
/// addresses of its pictures. A draft without a picture passes, because eBay requires one only when the listing goes
/// live, and the draft says that it needs a photo.
pub(crate) fn validate_offline(listing: &Listing) -> Vec<MissingField> {
    check_texts(listing).chain(check_pictures(listing)).collect()
}

/// Checks the package weight, which a shipping policy with calculated cost requires.
pub(super) fn check_package(listing: &Listing, account: &Account) -> Option<MissingField> {
    let is_missing =
        account.calculates_shipping(listing.category_id()) && !account.packages.contains_key(&listing.category_id());
    let why = "the fulfillment policy calculates the shipping cost, and the format has no package weight";
    let fix = "set its weight in [ebay.packages] (other_ounces for rare formats), or name a policy with fixed costs in ebay.fulfillment_policy";
    is_missing.then(|| MissingField::new(ListingField::Package, why, fix))
}

fn check_condition(listing: &Listing, category: &CategoryRules) -> Option<MissingField> {
    match listing.condition() {
        None if category.condition_required => {
            Some(missing_condition_field("neither the list nor the batch states one, and the category requires one"))
        }
        Some(stated) if category.choose_condition(stated).is_none() => {
            let known = category.conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let why = format!("the category does not allow {stated} ({}); it allows {known}", stated.ebay_id());
            Some(MissingField::new(ListingField::Condition, why, "state another condition for this item"))
        }
        _ => None,
    }
}

/// Returns the missing field for a listing without a condition.
pub(crate) fn missing_condition_field(why: &str) -> MissingField {
    let fix = "set it in review, in the list, or with --condition, for example very_good";
    MissingField::new(ListingField::Condition, why, fix)
}

fn check_aspect(listing: &Listing, category: &CategoryRules, rule: &EbayAspectRule) -> Option<MissingField> {
    let language = listing.site().listing_language();
    let is_of_rule =
        |aspect: &&Aspect| category.rule_for(aspect, language).is_some_and(|known| known.name == rule.name);
    let given = listing.aspects().iter().find(is_of_rule);
    let is_filled = |aspect: &Aspect| !category.normalize_aspects(std::slice::from_ref(aspect), language).is_empty();
    match given {
        None => {
            if !is_known_name(&rule.name, language) {
                return Some(unknown_aspect(listing, rule));
            }
            let (why, fix) = match listing.lot_size() {
                Some(_) => (
                    "the category requires it, and the items of the lot differ in it, or no data source has it",
                    "sell these items in different lots, or list the lot by hand",
                ),
                None => (
                    "the category requires it, and no data source has it",
                    "add it to the release in the database, or list the item by hand",
                ),
            };
            Some(MissingField::new(ListingField::Aspect(rule.name.clone()), why, fix))
        }
        Some(aspect) if !is_filled(aspect) => {
            let known = rule.values.iter().take(12).cloned().collect::<Vec<_>>().join(", ");
            let why = if rule.values.is_empty() {
                format!("{:?} is too long for the category", aspect.values.join(", "))
            } else {
                format!("the category does not allow {:?}; it allows {known}", aspect.values.join(", "))
            };
            Some(MissingField::new(
                ListingField::Aspect(rule.name.clone()),
                why,
                "list the item by hand with one of its values",
            ))
        }
        Some(_) => None,
    }
}

/// Returns whether a known item specific has this name in the language of the site.
fn is_known_name(name: &str, language: ListingLanguage) -> bool {
    let mut known = Categories::built_in().aspect_names();
    language == ListingLanguage::AmericanEnglish || known.any(|english| aspect_names(language, english).contains(&name))
}

/// Returns the missing field for an item specific that the site requires and Draft Maker cannot fill.
fn unknown_aspect(listing: &Listing, rule: &EbayAspectRule) -> MissingField {
    let why =
        format!("{} requires it, and Draft Maker does not know this item specific in that language", listing.site());
    let fix = "give it a field in your categories.toml (setting listing.categories), or list the item by hand";
    MissingField::new(ListingField::Aspect(rule.name.clone()), why, fix)
}

fn check_texts(listing: &Listing) -> impl Iterator<Item = MissingField> {
    let check_length = |field, text: &str, max_chars| {
        let why = format!("it has {} characters; eBay allows {max_chars}", utf16_len(text));
        (utf16_len(text) > max_chars).then(|| MissingField::new(field, why, "shorten it in the template"))
    };
    let title = check_length(ListingField::Title, listing.title(), Listing::MAX_TITLE_UNITS);
    let description = check_length(ListingField::Description, listing.description(), MAX_DESCRIPTION_CHARS);
    title.into_iter().chain(description)
}

/// Checks the pictures: eBay shows only https addresses. Addresses of the sandbox on this machine pass too, because
/// they never reach eBay.
fn check_pictures(listing: &Listing) -> Option<MissingField> {
    let images = listing.images();
    if let Some(image) = images.iter().find(|image| !is_https_or_loopback(image)) {
        let why = format!("{image} is not an https address, which eBay requires");
        return Some(MissingField::new(ListingField::Picture, why, "take a photo and list the item by hand"));
    }
    let why = format!("{} pictures; eBay allows {MAX_PICTURES}", images.len());
    (images.len() > MAX_PICTURES).then(|| MissingField::new(ListingField::Picture, why, "leave some out"))
}
