//! Composes the listing of a lot from the listings of its items.

use std::collections::BTreeSet;

use super::super::super::condition::Condition;
use super::super::super::copy_description::CopyDescription;
use super::super::super::copy_description::MAX_CONDITION_TEXT_UNITS;
use super::super::super::money::Money;
use super::super::super::sku::Sku;
use super::super::super::text::display::cut_at_word;
use super::super::super::upc::Upc;
use super::super::aspects::Aspect;
use super::super::categories::{Categories, Category};
use super::super::description::{DescriptionTemplate, LotPage};
use super::super::inputs::OwnPhoto;
use super::super::language::Translator;
use super::super::lot_aspects::{LotItem, merge_aspects};
use super::super::lot_title::{compose_lot_title, join_artists, lot_words};
use super::super::missing::{ListingField, MissingField};
use super::notes::CUT_TEXT_NOTE;
use super::{Listing, ListingPictures, MAX_IMAGES, template_error};

/// Terms of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotTerms {
    /// Substitute code of the lot, see [`lot_code`](super::super::super::lot::lot_code).
    pub code: Upc,
    /// Price in percent of the sum of the items' prices.
    pub price_percent: u16,
    /// Complete title that replaces the composed one.
    pub title: Option<String>,
    /// Number of lots that replaces the number from the list.
    pub quantity: Option<u32>,
}

impl Listing {
    /// Composes the listing of a lot. The first item determines the site, location, best offer and store category.
    ///
    /// If all items have the same number of copies, this is the number of lots. Otherwise one lot contains all copies.
    ///
    /// # Errors
    /// Returns the missing fields, each with its fix.
    pub fn compose_lot(
        items: &[Self],
        terms: &LotTerms,
        categories: &Categories,
        template: &DescriptionTemplate,
    ) -> Result<Self, Vec<MissingField>> {
        let Some(first) = items.first() else { return Err(Vec::new()) };
        let copies = LotCopies::from_items(items, terms.quantity);
        let price = sum_prices(items, &copies, terms.price_percent).ok_or_else(|| {
            let why = "the prices of its items are in different currencies, or too high";
            vec![MissingField::new(ListingField::Price, why, "set the prices in review")]
        })?;
        let summaries = items.iter().map(|item| &item.summary).collect::<Vec<_>>();
        let translator = Translator::for_site(first.site);
        let words = lot_words(&summaries, copies.size, translator);
        let lines = item_lines(items, &copies);
        let page = LotPage { artists: &join_artists(&summaries), title: &words, lines: &lines };
        let description = template.render_lot(page, translator).map_err(|error| vec![template_error(&error)])?;
        let (category_id, category) = shared_category(items, categories)
            .map_or((first.category_id, first.category.clone()), |leaf| (leaf.id, leaf.name.clone()));
        let condition = worst_condition(items);
        let condition_text = condition_texts(items).filter(|_| condition != Some(Condition::New));
        let leaf = categories.leaf_categories().iter().find(|leaf| leaf.id == category_id);
        Ok(Self {
            sku: Sku::for_draft(terms.code, 1, first.sku_location.as_deref()),
            upc: terms.code,
            title: terms.title.clone().unwrap_or_else(|| compose_lot_title(&summaries, copies.size, translator)),
            category_id,
            category,
            condition,
            condition_id: condition.and_then(|condition| Some(leaf?.condition_id(condition))),
            condition_description: condition_text.as_deref().map(cut_condition_text).map(str::to_owned),
            price,
            quantity: copies.lots,
            lot_size: Some(copies.size),
            lot_skus: lone_skus(items),
            aspects: lot_aspects(items, &copies, category_id, categories),
            description,
            images: Vec::new(),
            notes: shared_notes(items, category_id, condition_text.as_deref()),
            pictures: shared_pictures(items),
            copy: CopyDescription::from(condition),
            known_skus: Vec::new(),
            cost: None,
            own_sku: None,
            best_offer: first.summary.offer_rules.map(|rules| rules.for_price(price)),
            ..first.clone()
        }
        .with_pictures_of(1))
    }
}

/// Returns the SKUs of drafts of the items alone, with and without the location, because that setting may have changed.
fn lone_skus(items: &[Listing]) -> Vec<Sku> {
    let skus = items.iter().flat_map(|item| [item.sku.clone(), Sku::for_upc(item.upc)]);
    skus.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Note of a lot whose items belong to several categories.
const MIXED_CATEGORIES_NOTE: &str = "the lot has items of several formats: its category and Format are those of most items, and the description names all";

/// Returns the item specifics of a lot in this category.
fn lot_aspects(items: &[Listing], copies: &LotCopies, category_id: u32, categories: &Categories) -> Vec<Aspect> {
    let items = items.iter().zip(&copies.per_lot).map(|(item, copies)| LotItem {
        aspects: &item.aspects,
        copies: *copies,
        is_in_category: item.category_id == category_id,
    });
    merge_aspects(&items.collect::<Vec<_>>(), categories)
}

/// Distribution of the items' copies over lots.
struct LotCopies {
    lots: u32,
    /// Copies of each item in a lot.
    per_lot: Vec<u32>,
    /// Number of copies in a lot.
    size: u32,
}

impl LotCopies {
    fn from_items(items: &[Listing], lots: Option<u32>) -> Self {
        let copies = items.iter().map(Listing::quantity).collect::<Vec<_>>();
        let are_equal = copies.iter().all(|count| *count == copies[0]);
        let per_lot = if are_equal { vec![1; copies.len()] } else { copies.clone() };
        let known = if are_equal { copies[0] } else { 1 };
        let size = per_lot.iter().copied().fold(0, u32::saturating_add);
        Self { lots: lots.unwrap_or(known).max(1), size, per_lot }
    }
}

/// Returns `percent` of the sum of all prices, rounded half up; `None` if the currencies differ or the sum is too
/// large.
fn sum_prices(items: &[Listing], copies: &LotCopies, percent: u16) -> Option<Money> {
    let currency = items.first()?.price.currency;
    let sum = items.iter().zip(&copies.per_lot).try_fold(0_i128, |sum, (item, count)| {
        (item.price.currency == currency).then(|| sum + i128::from(item.price.minor) * i128::from(*count))
    })?;
    let minor = i64::try_from((sum * i128::from(percent) + 50) / 100).ok()?;
    Some(Money::from_minor(minor.max(1), currency))
}

/// Returns a line about each item, with the number of copies if a lot has several.
fn item_lines(items: &[Listing], copies: &LotCopies) -> Vec<String> {
    let lines = items.iter().zip(&copies.per_lot).map(|(item, count)| {
        if *count > 1 { format!("{count} x {}", item.summary.text) } else { item.summary.text.clone() }
    });
    lines.collect()
}

/// Returns the most frequent category of the items; the first one in case of a tie.
fn shared_category<'a>(items: &[Listing], categories: &'a Categories) -> Option<&'a Category> {
    let count = |id: u32| items.iter().filter(|item| item.category_id == id).count();
    let most = items.iter().map(|item| item.category_id).rev().max_by_key(|id| count(*id))?;
    categories.leaf_categories().iter().find(|leaf| leaf.id == most)
}

/// Returns the worst condition of the items; `None` if an item has no condition.
fn worst_condition(items: &[Listing]) -> Option<Condition> {
    let conditions = items.iter().map(|item| item.condition).collect::<Option<Vec<_>>>()?;
    conditions.into_iter().max()
}

/// Returns the condition descriptions of the items, each after the title of its item.
fn condition_texts(items: &[Listing]) -> Option<String> {
    let stated = items.iter().filter_map(|item| {
        let text = item.condition_description.as_deref()?;
        Some(format!("{}: {text}", item.summary.title))
    });
    let text = stated.collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn cut_condition_text(text: &str) -> &str {
    cut_at_word(text, MAX_CONDITION_TEXT_UNITS)
}

/// Returns the distinct notes of all items, except those about missing photos: a photo of any item is enough.
/// `condition_text` is that of the lot before it is cut.
fn shared_notes(items: &[Listing], category_id: u32, condition_text: Option<&str>) -> Vec<String> {
    let is_cut = condition_text.is_some_and(|text| cut_condition_text(text).len() < text.len());
    let mut notes = is_cut.then(|| CUT_TEXT_NOTE.to_owned()).into_iter().collect::<Vec<_>>();
    if items.iter().any(|item| item.category_id != category_id) {
        notes.push(MIXED_CATEGORIES_NOTE.to_owned());
    }
    for item in items {
        let own = item.notes.iter().filter(|note| item.photo_note() != Some(note.as_str()));
        let new = own.filter(|note| !notes.contains(note)).cloned().collect::<Vec<_>>();
        notes.extend(new);
    }
    notes
}

/// Returns the seller's own photos of all items, then the covers. eBay's limit is distributed evenly over the items.
fn shared_pictures(items: &[Listing]) -> ListingPictures {
    let photos = items.iter().map(|item| addresses_of(&item.pictures.photos)).collect::<Vec<_>>();
    let covers = items.iter().map(|item| item.pictures.covers.clone()).collect::<Vec<_>>();
    let missing_note = items.first().map(|item| item.pictures.missing_note.clone()).unwrap_or_default();
    let photos = limit_evenly(photos, MAX_IMAGES).into_iter().map(|address| OwnPhoto { copy: 1, address });
    let photos = photos.collect::<Vec<_>>();
    let room = MAX_IMAGES - photos.len();
    ListingPictures { photos, covers: limit_evenly(covers, room), missing_note }
}

/// Returns the addresses of the photos of the first copy.
fn addresses_of(photos: &[OwnPhoto]) -> Vec<String> {
    photos.iter().filter(|photo| photo.copy == 1).map(|photo| photo.address.clone()).collect()
}

/// Returns the first entries of each list, in order, with at most `most` entries in total.
fn limit_evenly(lists: Vec<Vec<String>>, most: usize) -> Vec<String> {
    let count = |each: usize| lists.iter().map(|list| list.len().min(each)).sum::<usize>();
    let longest = lists.iter().map(Vec::len).max().unwrap_or_default();
    let each = (0..=longest).rev().find(|each| count(*each) <= most).unwrap_or_default();
    let mut spare = most - count(each);
    let mut chosen: Vec<String> = Vec::new();
    for list in lists {
        let extra = usize::from(list.len() > each && spare > 0);
        spare -= extra;
        let new = list.into_iter().take(each + extra).filter(|address| !chosen.contains(address)).collect::<Vec<_>>();
        chosen.extend(new);
    }
    chosen
}
