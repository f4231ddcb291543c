//! The listing, and its constructor for a single item.

mod lot;
mod notes;

use compact_str::CompactString;
use serde::Serialize;

use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::inventory_facts::CopyCosts;
use super::super::money::Money;
use super::super::outcome::DraftedGroup;
use super::super::pricing::PriceEstimate;
use super::super::release::{Carrier, Format, Medium};
use super::super::site::Site;
use super::super::sku::Sku;
use super::super::upc::Upc;
use super::aspects::{self, Aspect};
use super::categories::{Categories, Category};
use super::description::{DescriptionTemplate, ItemFacts, TemplateError, copy_text};
use super::display_fields::DisplayFields;
use super::format;
use super::inputs::{BestOffer, ListingInputs, OwnPhoto, SellerTerms};
use super::item_summary::ItemSummary;
use super::missing::{ListingField, MissingField};
use super::title;
use notes::{CUT_TEXT_NOTE, listing_notes, photo_note};

pub use lot::LotTerms;

/// Everything that a destination needs to create a draft. The fields are private and the only constructors are
/// [`Listing::compose`] and [`Listing::compose_lot`], so that neither a placeholder nor a field of another album can
/// reach a destination.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listing {
    sku: Sku,
    upc: Upc,
    #[serde(skip)]
    site: Site,
    title: String,
    category_id: u32,
    category: String,
    condition: Option<Condition>,
    condition_id: Option<u16>,
    /// Condition description of a used item.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_description: Option<String>,
    price: Money,
    quantity: u32,
    /// Number of items in a lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot_size: Option<u32>,
    /// SKUs that drafts of the items of a lot have if each is sold alone.
    #[serde(skip)]
    lot_skus: Vec<Sku>,
    aspects: Vec<Aspect>,
    description: String,
    images: Vec<String>,
    notes: Vec<String>,
    /// The seller's own photos of all copies, and the covers that the listing may show.
    #[serde(skip)]
    pictures: ListingPictures,
    #[serde(skip)]
    copy: CopyDescription,
    /// Location with which new SKUs start.
    #[serde(skip)]
    sku_location: Option<CompactString>,
    /// SKUs of existing drafts.
    #[serde(skip)]
    known_skus: Vec<Sku>,
    #[serde(skip)]
    location: Option<CompactString>,
    #[serde(skip)]
    own_sku: Option<CompactString>,
    #[serde(skip)]
    cost: Option<CopyCosts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    best_offer: Option<BestOffer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_category: Option<CompactString>,
    /// Text about the item in the listing of a lot.
    #[serde(skip)]
    summary: ItemSummary,
}

/// Pictures from which those of a copy are chosen.
#[derive(Clone, Debug, PartialEq)]
struct ListingPictures {
    photos: Vec<OwnPhoto>,
    covers: Vec<String>,
    /// Note about the missing picture, for a draft without one.
    missing_note: String,
}

/// Maximum number of pictures in a listing (Inventory API, `product.imageUrls`).
pub const MAX_IMAGES: usize = 24;

impl ListingPictures {
    fn from_inputs(inputs: &ListingInputs<'_>, terms: &SellerTerms, condition: Option<Condition>) -> Self {
        let objection = terms.stock_photos.objection(condition);
        let covers = inputs.artwork.chosen.iter().map(|cover| cover.url.clone());
        Self {
            photos: terms.photos.clone(),
            covers: covers.filter(|_| objection.is_none()).collect(),
            missing_note: photo_note(objection.filter(|_| inputs.artwork.chosen.is_some())),
        }
    }

    /// Returns the pictures of a copy, the seller's own first.
    fn for_copy(&self, copy: u32) -> Vec<String> {
        let own = self.photos.iter().filter(|photo| photo.copy == copy).map(|photo| photo.address.clone());
        own.chain(self.covers.iter().cloned()).take(MAX_IMAGES).collect()
    }

    fn is_own(&self, address: &str) -> bool {
        self.photos.iter().any(|photo| photo.address == address)
    }
}

impl Listing {
    /// Maximum length of a title in UTF-16 code units (eBay Inventory API, `product.title`).
    pub const MAX_TITLE_UNITS: usize = title::MAX_TITLE_UNITS;

    /// Composes the listing of one item.
    ///
    /// # Errors
    /// Returns all missing fields, each with its fix.
    pub fn compose(
        inputs: &ListingInputs<'_>,
        terms: &SellerTerms,
        categories: &Categories,
        template: &DescriptionTemplate,
    ) -> Result<Self, Vec<MissingField>> {
        let words = copy_words(inputs, terms, categories);
        let (mut missing, item) = (Vec::new(), ItemFacts { upc: inputs.upc, copy: &terms.copy });
        let mut note = |lack: MissingField| missing.push(lack);
        let title = choose_title(terms, &words).map_err(|fields| fields.into_iter().for_each(&mut note)).ok();
        let filed = find_category(&words, categories).map_err(&mut note).ok();
        let price = check_price(inputs.price_estimate, terms).map_err(&mut note).ok();
        let condition = check_condition(terms).map_err(&mut note).ok();
        let description = template.render_description(&words, item).map_err(|error| note(template_error(&error))).ok();
        let (Some(title), Some((medium, category)), Some(price), Some(condition), Some(description)) =
            (title, filed, price, condition, description)
        else {
            return Err(missing);
        };
        Ok(Self {
            sku: Sku::for_draft(inputs.upc, 1, terms.sku_location()),
            upc: inputs.upc,
            site: terms.site,
            title,
            category_id: category.id,
            category: category.name.clone(),
            condition,
            condition_id: condition.map(|condition| category.condition_id(condition)),
            condition_description: used_copy_text(&terms.copy, condition, &words),
            price,
            quantity: terms.copies.max(1),
            lot_size: None,
            lot_skus: Vec::new(),
            aspects: aspects::fill_aspects(&words, &terms.copy, (medium, category), categories),
            description,
            images: Vec::new(),
            notes: listing_notes(inputs, terms, category, &words),
            pictures: ListingPictures::from_inputs(inputs, terms, condition),
            copy: terms.copy.clone(),
            sku_location: terms.sku_location().map(CompactString::from),
            known_skus: Vec::new(),
            location: terms.location.clone(),
            own_sku: terms.own_sku.clone(),
            cost: terms.cost.clone(),
            best_offer: terms.best_offer.map(|rules| rules.for_price(price)),
            store_category: terms.store_category.clone(),
            summary: ItemSummary::from_fields(&words, (medium.carrier, item), terms.best_offer),
        }
        .with_pictures_of(1))
    }

    /// Returns the listing with this quantity (at least 1).
    pub fn with_quantity(&self, copies: u32) -> Self {
        Self { quantity: copies.max(1), ..self.clone() }
    }

    /// Returns the listing of a copy (from 1) that is sold separately: quantity 1, with the copy's own SKU.
    pub fn for_copy(&self, copy: u32) -> Self {
        self.with_quantity(1).with_draft_number(copy)
    }

    /// Returns the listing with the SKU and the photos of draft `number` of the item, from 1.
    pub fn with_draft_number(&self, number: u32) -> Self {
        Self { sku: self.sku_of_draft(number), ..self.clone() }.with_pictures_of(number)
    }

    /// Returns the listing with the SKUs of the item's existing drafts, which do not change.
    pub fn with_known_skus(&self, known_skus: Vec<Sku>) -> Self {
        let listing = Self { known_skus, ..self.clone() };
        Self { sku: listing.sku_of_draft(listing.sku.copy_number()), ..listing }
    }

    /// Returns the SKU of draft `number` of the item, from 1.
    pub fn sku_of_draft(&self, number: u32) -> Sku {
        let known = self.known_skus.iter().find(|sku| sku.copy_number() == number.max(1));
        known.cloned().unwrap_or_else(|| Sku::for_draft(self.upc, number, self.sku_location.as_deref()))
    }

    fn with_pictures_of(mut self, copy: u32) -> Self {
        if self.photo_note().is_some() {
            self.notes.remove(0);
        }
        self.images = self.pictures.for_copy(copy);
        if self.images.is_empty() {
            self.notes.insert(0, self.pictures.missing_note.clone());
        }
        self
    }

    /// Returns the SKU, by which another run finds the draft again.
    pub fn sku(&self) -> &Sku {
        &self.sku
    }

    /// Returns the location of the copies; `None` if the list states none.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// Returns the barcode of the listing (eBay's product identifier).
    pub fn upc(&self) -> Upc {
        self.upc
    }

    /// Returns the eBay site of the listing.
    pub fn site(&self) -> Site {
        self.site
    }

    /// Returns the title: at most 80 UTF-16 units, without angle brackets.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the ID of the leaf category at EBAY_US.
    pub fn category_id(&self) -> u32 {
        self.category_id
    }

    /// Returns the name of the category.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// Returns the condition; `None` if neither the seller nor the media grade states one.
    pub fn condition(&self) -> Option<Condition> {
        self.condition
    }

    /// Returns the condition ID in this category; `None` if there is no condition.
    pub fn condition_id(&self) -> Option<u16> {
        self.condition_id
    }

    /// Returns eBay's condition description of a used item: grades and note, at most 1000 UTF-16 units.
    pub fn condition_description(&self) -> Option<&str> {
        self.condition_description.as_deref()
    }

    /// Returns the price of one copy, in the site's currency.
    pub fn price(&self) -> Money {
        self.price
    }

    /// Returns the number of copies, at least 1.
    pub fn quantity(&self) -> u32 {
        self.quantity
    }

    /// Returns the number of items in a lot; `None` for a single item.
    pub fn lot_size(&self) -> Option<u32> {
        self.lot_size
    }

    /// Returns the SKUs that drafts of the items of a lot have if each is sold alone.
    pub fn lot_skus(&self) -> &[Sku] {
        &self.lot_skus
    }

    /// Returns how offers from buyers are answered; `None` if the listing accepts no offers.
    pub fn best_offer(&self) -> Option<BestOffer> {
        self.best_offer
    }

    /// Returns the path of a category in the seller's own eBay store, such as `/Music/CDs`, if the list states one.
    pub fn store_category(&self) -> Option<&str> {
        self.store_category.as_deref()
    }

    /// Returns the copies that the draft of this listing contains.
    pub fn drafted_group(&self) -> DraftedGroup {
        DraftedGroup {
            sku: self.sku.clone(),
            copies: self.quantity,
            price: self.price,
            copy: self.copy.clone(),
            location: self.location.clone(),
            own_sku: self.own_sku.clone(),
            cost: self.cost.clone(),
        }
    }

    /// Returns the item specifics, without angle brackets.
    pub fn aspects(&self) -> &[Aspect] {
        &self.aspects
    }

    /// Returns the description: HTML on one line, with all values escaped.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns the URLs of the pictures, the seller's own first; empty if the listing may show none.
    pub fn images(&self) -> &[String] {
        &self.images
    }

    /// Returns the seller's own photos, which eBay's picture service hosts, and the covers.
    pub fn own_photos_and_covers(&self) -> (&[String], &[String]) {
        let own = self.images.iter().take_while(|address| self.pictures.is_own(address)).count();
        self.images.split_at(own)
    }

    /// Returns either the seller's own photos or else the covers, because eBay rejects a mixture of hosts.
    pub fn images_of_one_kind(&self) -> &[String] {
        let (own, covers) = self.own_photos_and_covers();
        if own.is_empty() { covers } else { own }
    }

    /// Returns what the seller must photograph; `None` if the listing has a picture.
    pub fn photo_note(&self) -> Option<&str> {
        self.notes.first().map(String::as_str).filter(|note| *note == self.pictures.missing_note)
    }

    /// Returns what the seller must do before the draft can go live, one sentence per entry.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns a note if the condition description was cut to eBay's limit.
    pub fn cut_text_note(&self) -> Option<&str> {
        self.notes.iter().map(String::as_str).find(|note| *note == CUT_TEXT_NOTE)
    }
}

const ADD_FORMAT_FIX: &str = "set the format (CD, LP, …) in review, or list it by hand";

/// Returns the display fields of the release that apply to this copy.
fn copy_words<'a>(inputs: &ListingInputs<'a>, terms: &SellerTerms, categories: &Categories) -> DisplayFields<'a> {
    DisplayFields::from_release(inputs.release, (inputs.upc, terms.site), categories).for_copy(&terms.copy)
}

/// Returns eBay's condition description; `None` for new items, which have none.
fn used_copy_text(copy: &CopyDescription, condition: Option<Condition>, words: &DisplayFields<'_>) -> Option<String> {
    copy_text(copy, words.translator()).filter(|_| condition != Some(Condition::New))
}

/// Returns the seller's own title, or else a composed title.
fn choose_title(terms: &SellerTerms, words: &DisplayFields<'_>) -> Result<String, Vec<MissingField>> {
    terms.title.clone().map_or_else(|| build_title(words), Ok)
}

fn missing_name(field: ListingField) -> MissingField {
    let fix = format!("set the {field} in review, or list it by hand");
    MissingField::new(field, "no data source names one", fix)
}

fn build_title(words: &DisplayFields<'_>) -> Result<String, Vec<MissingField>> {
    let artist = words.artist.is_none().then(|| missing_name(ListingField::Artist));
    let title = words.title.is_none().then(|| missing_name(ListingField::Title));
    let missing_fields = artist.into_iter().chain(title).collect::<Vec<_>>();
    let unfit =
        || vec![MissingField::new(ListingField::Title, "no part of it fits into a title", "list the item by hand")];
    if missing_fields.is_empty() { title::compose_title(words).ok_or_else(unfit) } else { Err(missing_fields) }
}

fn find_category<'a>(
    words: &DisplayFields<'a>,
    categories: &'a Categories,
) -> Result<(&'a Medium, &'a Category), MissingField> {
    let Some(medium) = words.format.and_then(Format::main_medium) else {
        return Err(MissingField::new(ListingField::Format, "no data source knows the format", ADD_FORMAT_FIX));
    };
    if medium.carrier == Carrier::Digital {
        let why = "the match is a digital download, not a physical release";
        return Err(MissingField::new(ListingField::Format, why, ADD_FORMAT_FIX));
    }
    categories.for_medium(medium).map(|category| (medium, category)).ok_or_else(|| {
        let why = format!("Draft Maker has no eBay category for {}", format::medium_name(medium));
        MissingField::new(
            ListingField::Category,
            why,
            "list the item by hand, or add the format to your categories.toml (setting listing.categories)",
        )
    })
}

fn check_price(price_estimate: &PriceEstimate, terms: &SellerTerms) -> Result<Money, MissingField> {
    let market = terms.site.currency();
    match price_estimate.price {
        Some(price) if price.minor > 0 && price.currency == market => Ok(price),
        Some(price) if price.minor > 0 => Err(MissingField::for_other_currency(price.currency, terms.site)),
        _ => Err(MissingField::new(
            ListingField::Price,
            price_estimate.rule.clone(),
            "add a price in review, or set a minimum price (pricing.floor)",
        )),
    }
}

fn check_condition(terms: &SellerTerms) -> Result<Option<Condition>, MissingField> {
    let missing = |why: &str, fix| MissingField::new(ListingField::Condition, why, fix);
    if let Some(why) = terms.copy.contradiction() {
        return Err(missing(&why, "set one of them in review, or correct the list"));
    }
    match terms.copy.effective_condition() {
        None if terms.condition_required => {
            let why = "neither the list nor the batch states one";
            Err(missing(why, "set it in review, in the list, or for the batch, for example very_good"))
        }
        condition => Ok(condition),
    }
}

fn template_error(error: &TemplateError) -> MissingField {
    let fix = match error {
        TemplateError::Invalid(_) => "fix the template (listing.template)",
        TemplateError::TooLong(_) => {
            "shorten the note in review, or listing.header, listing.footer or the template (listing.template)"
        }
    };
    MissingField::new(ListingField::Description, error.to_string(), fix)
}
