//! Data about a copy in a seller's list, in addition to barcode and quantity.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::condition_words::{is_sealed, is_ungraded, is_used_only, parse_condition};
use super::inventory_facts::{CopyCosts, CopyParts, InventoryFacts, parse_yes_no};
use super::listed_price::{ListedPrice, PriceFormat, parse_currency};
use super::media_grade::parse_grades;

pub use super::media_grade::{MediaGrade, ParseGradeError};

/// A column of a list that describes a copy.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum ItemField {
    Condition,
    #[strum(serialize = "media grade")]
    MediaGrade,
    #[strum(serialize = "sleeve grade")]
    SleeveGrade,
    Price,
    /// Currency of the price.
    Currency,
    Note,
    Location,
    #[strum(serialize = "SKU")]
    Sku,
    Title,
    Artist,
    #[strum(serialize = "catalog number")]
    CatalogNumber,
    Cost,
    #[strum(serialize = "best offer")]
    BestOffer,
    #[strum(serialize = "store category")]
    StoreCategory,
    Obi,
    Booklet,
    Case,
    /// Name of the lot in which the copy is sold.
    Lot,
}

/// Data about the copies of an item in a list. `None` means not stated.
///
/// Most texts in a list have at most 24 bytes, which [`CompactString`] stores inline. A large list would otherwise need
/// several allocations per row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredSellerData", into = "StoredSellerData")]
pub struct SellerData {
    pub condition: Option<Condition>,
    pub media_grade: Option<MediaGrade>,
    pub sleeve_grade: Option<MediaGrade>,
    /// True if the list states that the copy is used but not how good it is, like eBay's condition 3000. Such a copy
    /// does not take "new" from the batch.
    pub is_used: bool,
    /// Parts of the copy that are present or missing.
    pub parts: CopyParts,
    pub price: Option<ListedPrice>,
    /// The seller's own SKU, not Draft Maker's.
    pub sku: Option<CompactString>,
    pub title: Option<CompactString>,
    pub artist: Option<CompactString>,
    /// Fields that few lists have. `None` if all of them are empty.
    rare: Option<Box<RareFields>>,
}

/// Fields of [`SellerData`] that few lists have. They are stored apart, so that a large list without them needs a third
/// less memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct RareFields {
    note: Option<Box<str>>,
    location: Option<CompactString>,
    catalog_number: Option<CompactString>,
    facts: Option<Box<InventoryFacts>>,
}

/// [`SellerData`] in journals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct StoredSellerData {
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sleeve_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<ListedPrice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Box<str>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_used: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artist: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog_number: Option<CompactString>,
    #[serde(skip_serializing_if = "CopyParts::is_empty")]
    parts: CopyParts,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<Box<InventoryFacts>>,
}

impl From<StoredSellerData> for SellerData {
    fn from(stored: StoredSellerData) -> Self {
        let StoredSellerData { note, location, catalog_number, facts, .. } = stored;
        let rare = RareFields { note, location, catalog_number, facts };
        Self {
            condition: stored.condition,
            media_grade: stored.media_grade,
            sleeve_grade: stored.sleeve_grade,
            is_used: stored.is_used,
            parts: stored.parts,
            price: stored.price,
            sku: stored.sku,
            title: stored.title,
            artist: stored.artist,
            rare: (rare != RareFields::default()).then(|| Box::new(rare)),
        }
    }
}

impl From<SellerData> for StoredSellerData {
    fn from(data: SellerData) -> Self {
        let rare = data.rare.map(|rare| *rare).unwrap_or_default();
        Self {
            condition: data.condition,
            media_grade: data.media_grade,
            sleeve_grade: data.sleeve_grade,
            price: data.price,
            note: rare.note,
            is_used: data.is_used,
            location: rare.location,
            sku: data.sku,
            title: data.title,
            artist: data.artist,
            catalog_number: rare.catalog_number,
            parts: data.parts,
            facts: rare.facts,
        }
    }
}

/// Text between the locations, and between the SKUs, of like copies.
const TEXT_SEPARATOR: &str = ", ";

/// Length above which no further location is added.
const MAX_LOCATIONS_BYTES: usize = 200;

/// Length above which no further SKU is added.
const MAX_SKUS_BYTES: usize = 4_000;

impl SellerData {
    /// Returns what the seller writes about the condition of the copy.
    pub fn note(&self) -> Option<&str> {
        self.rare.as_deref()?.note.as_deref()
    }

    /// Returns where the copy is stored.
    pub fn location(&self) -> Option<&str> {
        self.rare.as_deref()?.location.as_deref()
    }

    /// Returns the catalog number of the release.
    pub fn catalog_number(&self) -> Option<&str> {
        self.rare.as_deref()?.catalog_number.as_deref()
    }

    /// Returns the inventory data, which few lists state.
    pub fn facts(&self) -> Option<&InventoryFacts> {
        self.rare.as_deref()?.facts.as_deref()
    }

    /// Returns the data with a note and a location.
    #[must_use]
    pub(super) fn with_note_and_location(mut self, note: Option<Box<str>>, location: Option<CompactString>) -> Self {
        if note.is_some() || location.is_some() {
            let rare = self.rare_mut();
            (rare.note, rare.location) = (note, location);
        }
        self
    }

    /// Returns true if one draft can hold both copies: condition, grades, parts, price, note and terms of sale are
    /// equal.
    pub(crate) fn describes_same_copies(&self, other: &Self) -> bool {
        let terms = |data: &Self| (data.condition, data.is_used, data.media_grade, data.sleeve_grade);
        terms(self) == terms(other)
            && self.price == other.price
            && self.note() == other.note()
            && self.parts == other.parts
            && self.offer_facts() == other.offer_facts()
    }

    /// Adds location, own SKU and cost of further like copies: `Box 1, Box 7`. One draft offers all of them, because eBay does
    /// not allow several listings of equal items.
    pub(crate) fn add_like_copies(&mut self, more: &Self) {
        if let (Some(known), Some(more)) = (&mut self.price, &more.price) {
            known.add_equal(more);
        }
        if let Some(location) = more.location() {
            add_text(&mut self.rare_mut().location, location, MAX_LOCATIONS_BYTES);
        }
        if let Some(sku) = more.sku.as_deref() {
            add_text(&mut self.sku, sku, MAX_SKUS_BYTES);
        }
        if let Some(cost) = more.facts().and_then(|facts| facts.cost.as_ref()) {
            match &mut self.facts_mut().cost {
                Some(known) => known.add(cost),
                none => *none = Some(cost.clone()),
            }
        }
    }

    /// Returns the seller's own SKUs of the copies. Like copies can have several.
    pub fn own_skus(&self) -> impl Iterator<Item = &str> {
        let all = self.sku.as_deref().into_iter().flat_map(|skus| skus.split(TEXT_SEPARATOR));
        all.map(str::trim).filter(|sku| !sku.is_empty())
    }

    /// Returns the inventory data that a draft contains. The cost is not part of a draft.
    fn offer_facts(&self) -> (Option<bool>, Option<&str>, Option<&str>) {
        let Some(facts) = self.facts() else { return (None, None, None) };
        (facts.best_offer, facts.store_category.as_deref(), facts.lot.as_deref())
    }

    /// Sets a field from the text of a cell. An empty text sets nothing. A currency sets nothing either: it is part of
    /// the price format, see [`Self::set_price`].
    ///
    /// # Errors
    /// Returns the field if the text is not a valid condition, grade, amount, currency or yes/no answer. "Used" is also
    /// an error, because it is not a condition on eBay's scale, but it sets [`Self::is_used`].
    pub fn set_field(&mut self, field: ItemField, text: &str) -> Result<(), ItemField> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let words = || Some(CompactString::from(text));
        match field {
            ItemField::Condition if is_used_only(text) => {
                self.is_used = true;
                return Err(field);
            }
            ItemField::Condition => {
                if let Some(condition) = parse_condition(text) {
                    self.condition = Some(condition);
                } else {
                    let (media, sleeve) = parse_grades(text).ok_or(field)?;
                    self.media_grade = self.media_grade.or(Some(media));
                    self.sleeve_grade = self.sleeve_grade.or(sleeve);
                }
            }
            ItemField::MediaGrade | ItemField::SleeveGrade if is_ungraded(text) => {}
            ItemField::MediaGrade => {
                let (media, sleeve) = parse_grades(text).ok_or(field)?;
                self.media_grade = Some(media);
                self.sleeve_grade = self.sleeve_grade.or(sleeve);
                self.condition = self.condition.or(is_sealed(&text.to_lowercase()).then_some(Condition::New));
            }
            ItemField::SleeveGrade => self.sleeve_grade = Some(MediaGrade::from_text(text).ok_or(field)?),
            ItemField::Price => self.set_price(text, PriceFormat::default())?,
            ItemField::Currency => drop(parse_currency(text).ok_or(field)?),
            ItemField::Note => self.rare_mut().note = Some(text.into()),
            ItemField::Location => self.rare_mut().location = words(),
            ItemField::Sku => self.sku = words(),
            ItemField::Title => self.title = words(),
            ItemField::Artist => self.artist = words(),
            ItemField::CatalogNumber => self.rare_mut().catalog_number = words(),
            ItemField::Obi => self.parts.obi = Some(parse_yes_no(text).ok_or(field)?),
            ItemField::Booklet => self.parts.booklet = Some(parse_yes_no(text).ok_or(field)?),
            ItemField::Case => self.parts.case = Some(parse_yes_no(text).ok_or(field)?),
            ItemField::Cost => self.set_cost(text, PriceFormat::default())?,
            ItemField::BestOffer => self.facts_mut().best_offer = Some(parse_yes_no(text).ok_or(field)?),
            ItemField::StoreCategory => self.facts_mut().store_category = words(),
            ItemField::Lot => self.facts_mut().lot = words(),
        }
        Ok(())
    }

    /// Sets the price from the text of a cell in this format. A text that is not an unambiguous amount is kept as an
    /// unclear price, which needs a decision.
    ///
    /// # Errors
    /// Returns the field if the text is not an unambiguous amount.
    pub fn set_price(&mut self, text: &str, format: PriceFormat) -> Result<(), ItemField> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let price = ListedPrice::from_text(text, format);
        let is_understood = price.is_some();
        self.price = price.or_else(|| ListedPrice::unclear(text));
        if is_understood { Ok(()) } else { Err(ItemField::Price) }
    }

    /// Sets the cost of a copy from the text of a cell in this format.
    ///
    /// # Errors
    /// Returns the field if the text is not an unambiguous amount.
    pub fn set_cost(&mut self, text: &str, format: PriceFormat) -> Result<(), ItemField> {
        let text = text.trim();
        if !text.is_empty() {
            self.facts_mut().cost = Some(CopyCosts::One(ListedPrice::from_text(text, format).ok_or(ItemField::Cost)?));
        }
        Ok(())
    }

    fn facts_mut(&mut self) -> &mut InventoryFacts {
        self.rare_mut().facts.get_or_insert_default()
    }

    /// Returns the rare fields, of which the caller sets one.
    fn rare_mut(&mut self) -> &mut RareFields {
        self.rare.get_or_insert_default()
    }

    /// Returns true if the list states nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Adds a text to those of other copies, unless it is one of them or they are too long.
fn add_text(known: &mut Option<CompactString>, more: &str, max_bytes: usize) {
    let text = known.as_deref().unwrap_or_default();
    let is_known = text.split(TEXT_SEPARATOR).any(|one| one == more);
    if text.is_empty() {
        *known = Some(more.into());
    } else if !is_known && text.len() < max_bytes {
        *known = Some(format!("{text}{TEXT_SEPARATOR}{more}").into());
    }
}
