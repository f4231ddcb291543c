//! What would keep a listing from going live. An offer that is not published may lack anything; eBay complains only
//! when the seller publishes it, so the same questions are asked here, before there is a draft.

use super::conditions;
use super::rulebook::{AspectRule, CategoryRules, Rulebook};
use domain::listing::{Aspect, Listing, Missing};
use domain::wording::units;
use ebay::Marketplace;

/// EBay's limits (Inventory API, `product.title`, `product.description`, `product.imageUrls`).
const LONGEST_TITLE: usize = 80;
const LONGEST_DESCRIPTION: usize = 4_000;
const MOST_PICTURES: usize = 24;

/// Everything that the listing lacks for its category at this site.
pub fn lacks(listing: &Listing, rules: &Rulebook, site: &Marketplace) -> Vec<Missing> {
    let Some(category) = rules.category(listing.category_id()) else {
        let why = format!("eBay was not asked what category {} needs", listing.category_id());
        return vec![Missing::new("category", why, "run the batch again; `draft-maker doctor` says what eBay answers")];
    };
    let aspects =
        category.aspects.iter().filter(|rule| rule.required).filter_map(|rule| aspect(listing, category, rule));
    let needed =
        price(listing, site).into_iter().chain(condition(listing, category)).chain(aspects).chain(no_picture(listing));
    needed.chain(lacks_by_itself(listing)).collect()
}

/// What can be told of it without asking eBay anything: how long its texts are, and what its pictures are like. That it
/// has none is told only where it would go live from here: in Seller Hub, photos are added to a draft by hand.
pub fn lacks_by_itself(listing: &Listing) -> Vec<Missing> {
    texts(listing).chain(pictures(listing)).collect()
}

/// A site sells in its own currency; the same number in another one is another price.
fn price(listing: &Listing, site: &Marketplace) -> Option<Missing> {
    let price = listing.price();
    let why = || format!("it is {price}, and {} sells in {}", site.id, site.currency.code());
    let fix = || format!("set pricing.currency to {}, and floor and ceiling in it", site.currency.code());
    (price.currency != site.currency).then(|| Missing::new("price", why(), fix()))
}

fn condition(listing: &Listing, category: &CategoryRules) -> Option<Missing> {
    match listing.condition() {
        None if category.condition_required => {
            let why = "the batch states none, and the category needs one";
            Some(Missing::new("condition", why, "run the batch with --condition, for example very_good"))
        }
        Some(stated) if conditions::allowed(stated, &category.conditions).is_none() => {
            let known = category.conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let why = format!("the category does not allow {stated} ({}); it allows {known}", stated.ebay_id());
            Some(Missing::new("condition", why, "state another condition for this item"))
        }
        _ => None,
    }
}

fn aspect(listing: &Listing, category: &CategoryRules, rule: &AspectRule) -> Option<Missing> {
    let given = listing.aspects().iter().find(|aspect| aspect.name == rule.name);
    let is_filled = |aspect: &Aspect| !category.fitting(std::slice::from_ref(aspect)).is_empty();
    match given {
        None => {
            let why = "the category needs it, and no provider names it";
            Some(Missing::new(&rule.name, why, "add it to the release in the database, or list the item by hand"))
        }
        Some(aspect) if !is_filled(aspect) => {
            let known = rule.values.iter().take(12).cloned().collect::<Vec<_>>().join(", ");
            let why = if rule.values.is_empty() {
                format!("{:?} is too long for the category", aspect.values.join(", "))
            } else {
                format!("the category does not know {:?}; it knows {known}", aspect.values.join(", "))
            };
            Some(Missing::new(&rule.name, why, "list the item by hand with one of its values"))
        }
        Some(_) => None,
    }
}

fn texts(listing: &Listing) -> impl Iterator<Item = Missing> {
    let too_long = |field, text: &str, longest| {
        let why = format!("it has {} characters, and eBay takes {longest}", units(text));
        (units(text) > longest).then(|| Missing::new(field, why, "shorten it in the template"))
    };
    let title = too_long("title", listing.title(), LONGEST_TITLE);
    let description = too_long("description", listing.description(), LONGEST_DESCRIPTION);
    title.into_iter().chain(description)
}

fn no_picture(listing: &Listing) -> Option<Missing> {
    let why = "a listing needs one, and no cover was found that may be shown";
    let fix = "take a photo and list the item by hand";
    listing.images().is_empty().then(|| Missing::new("picture", why, fix))
}

/// EBay shows pictures of https addresses only; one of an imitation on this machine stands in no real listing.
fn pictures(listing: &Listing) -> Option<Missing> {
    let images = listing.images();
    let shown = ["https://", "http://127.", "http://localhost", "http://[::1]"];
    let is_shown = |image: &String| shown.iter().any(|start| image.starts_with(start));
    if let Some(image) = images.iter().find(|image| !is_shown(image)) {
        let why = format!("{image} is no https address, and eBay takes no other");
        return Some(Missing::new("picture", why, "take a photo and list the item by hand"));
    }
    let why = format!("{} pictures, and eBay takes {MOST_PICTURES}", images.len());
    (images.len() > MOST_PICTURES).then(|| Missing::new("picture", why, "leave some out"))
}
