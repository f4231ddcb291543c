//! Data about a copy in a seller's list, in addition to barcode and quantity.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::condition::Condition;
use super::condition_words::{is_sealed, is_ungraded, is_used_only, parse_condition};
use super::inventory_facts::{CopyCosts, CopyParts, InventoryFacts, parse_yes_no};
use super::listed_price::{ListedPrice, PriceFormat, parse_currency};

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

/// A grade of the Goldmine standard, which Discogs uses, or `Excellent` of the Record Collector standard.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MediaGrade {
    #[serde(alias = "M", alias = "m")]
    #[strum(serialize = "Mint (M)")]
    Mint,
    #[serde(alias = "NM", alias = "nm", alias = "M-")]
    #[strum(serialize = "Near Mint (NM or M-)")]
    NearMint,
    #[serde(alias = "EX", alias = "ex")]
    #[strum(serialize = "Excellent (EX)")]
    Excellent,
    #[serde(alias = "VG+", alias = "vg+")]
    #[strum(serialize = "Very Good Plus (VG+)")]
    VeryGoodPlus,
    #[serde(alias = "VG", alias = "vg")]
    #[strum(serialize = "Very Good (VG)")]
    VeryGood,
    #[serde(alias = "G+", alias = "g+")]
    #[strum(serialize = "Good Plus (G+)")]
    GoodPlus,
    #[serde(alias = "G", alias = "g")]
    #[strum(serialize = "Good (G)")]
    Good,
    #[serde(alias = "F", alias = "f")]
    #[strum(serialize = "Fair (F)")]
    Fair,
    #[serde(alias = "P", alias = "p")]
    #[strum(serialize = "Poor (P)")]
    Poor,
}

/// Names of all grades, for messages.
pub(crate) const GRADE_NAMES: &str = "M, NM, EX, VG+, VG, G+, G, F or P";

/// A text that is not a grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown grade {0:?}: use {GRADE_NAMES}")]
pub struct ParseGradeError(pub String);

impl std::str::FromStr for MediaGrade {
    type Err = ParseGradeError;

    fn from_str(text: &str) -> Result<Self, ParseGradeError> {
        Self::from_text(&text.replace('_', " ")).ok_or_else(|| ParseGradeError(text.to_owned()))
    }
}

/// Data about the copies of an item in a list. `None` means not stated.
///
/// Most texts in a list have at most 24 bytes, which [`CompactString`] stores inline. A large list would otherwise need
/// several allocations per row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SellerData {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<ListedPrice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Box<str>>,
    /// True if the list states that the copy is used but not how good it is, like eBay's condition 3000. Such a copy
    /// does not take "new" from the batch.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_used: bool,
    /// Where the copy is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<CompactString>,
    /// The seller's own SKU, not Draft Maker's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_number: Option<CompactString>,
    /// Parts of the copy that are present or missing.
    #[serde(skip_serializing_if = "CopyParts::is_empty")]
    pub parts: CopyParts,
    /// Inventory data, which few lists state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Box<InventoryFacts>>,
}

impl MediaGrade {
    /// All grades, the best first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the short name in settings, flags and results, such as `VG+`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mint => "M",
            Self::NearMint => "NM",
            Self::Excellent => "EX",
            Self::VeryGoodPlus => "VG+",
            Self::VeryGood => "VG",
            Self::GoodPlus => "G+",
            Self::Good => "G",
            Self::Fair => "F",
            Self::Poor => "P",
        }
    }

    /// Returns the best eBay condition whose buyers expect no more than the grade promises. No grade maps to eBay's
    /// "new", which means an unopened item.
    pub(crate) const fn to_condition(self) -> Condition {
        match self {
            Self::Mint | Self::NearMint => Condition::LikeNew,
            Self::Excellent | Self::VeryGoodPlus => Condition::VeryGood,
            Self::VeryGood => Condition::Good,
            Self::GoodPlus | Self::Good | Self::Fair | Self::Poor => Condition::Acceptable,
        }
    }

    /// Parses a grade: `VG+`, `Very Good Plus`, `Very Good Plus (VG+)`, `Excelente (EX)`, `NM`, `M-`. A grade between two others is
    /// rounded down: `VG-` becomes G+. Returns `None` for other texts.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let bare = text.split('(').next().unwrap_or_default().trim();
        let word = if bare.is_empty() { text.trim_matches(['(', ')']) } else { bare };
        let in_brackets = || text.split_once('(')?.1.strip_suffix(')');
        Self::from_word(word)
            .or_else(|| Self::from_word(&spell_grade(word)))
            .or_else(|| Self::from_word(in_brackets()?.trim()))
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "m" | "mint" => Self::Mint,
            text if is_sealed(text) => Self::Mint,
            "nm" | "m-" | "mint-" | "near mint" | "nearmint" | "m/m-" | "nm/m-" => Self::NearMint,
            "nm-" | "near mint-" | "excellent+" | "ex" | "ex+" | "e" | "e+" | "excellent" => Self::Excellent,
            "ex-" | "excellent-" | "e-" | "vg+" | "vg++" | "very good plus" | "very good +" | "very good+"
            | "very good++" => Self::VeryGoodPlus,
            "vg+-" | "vg" | "very good" => Self::VeryGood,
            "vg-" | "very good-" | "g+" | "good+" | "good plus" | "good +" => Self::GoodPlus,
            "g+-" | "g" | "good" => Self::Good,
            "g-" | "good-" | "f" | "f+" | "fair" => Self::Fair,
            "f-" | "p" | "p+" | "poor" => Self::Poor,
            _ => return None,
        })
    }
}

/// Text between the locations, and between the SKUs, of like copies.
const TEXT_SEPARATOR: &str = ", ";

/// Length above which no further location is added.
const MAX_LOCATIONS_BYTES: usize = 200;

/// Length above which no further SKU is added.
const MAX_SKUS_BYTES: usize = 4_000;

impl SellerData {
    /// Returns true if one draft can hold both copies: condition, grades, parts, price, note and terms of sale are
    /// equal.
    pub(crate) fn describes_same_copies(&self, other: &Self) -> bool {
        let terms = |data: &Self| (data.condition, data.is_used, data.media_grade, data.sleeve_grade);
        terms(self) == terms(other)
            && self.price == other.price
            && self.note == other.note
            && self.parts == other.parts
            && self.offer_facts() == other.offer_facts()
    }

    /// Adds location, own SKU and cost of further like copies: `Box 1, Box 7`. One draft offers all of them, because eBay does
    /// not allow several listings of equal items.
    pub(crate) fn add_like_copies(&mut self, more: &Self) {
        add_text(&mut self.location, more.location.as_deref(), MAX_LOCATIONS_BYTES);
        add_text(&mut self.sku, more.sku.as_deref(), MAX_SKUS_BYTES);
        if let Some(cost) = more.facts.as_deref().and_then(|facts| facts.cost.as_ref()) {
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
        let Some(facts) = self.facts.as_deref() else { return (None, None, None) };
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
            ItemField::Note => self.note = Some(text.into()),
            ItemField::Location => self.location = words(),
            ItemField::Sku => self.sku = words(),
            ItemField::Title => self.title = words(),
            ItemField::Artist => self.artist = words(),
            ItemField::CatalogNumber => self.catalog_number = words(),
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
        self.facts.get_or_insert_default()
    }

    /// Returns true if the list states nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Adds a text to those of other copies, unless it is one of them or they are too long.
fn add_text(known: &mut Option<CompactString>, more: Option<&str>, max_bytes: usize) {
    let Some(more) = more else { return };
    let text = known.as_deref().unwrap_or_default();
    let is_known = text.split(TEXT_SEPARATOR).any(|one| one == more);
    if text.is_empty() {
        *known = Some(more.into());
    } else if !is_known && text.len() < max_bytes {
        *known = Some(format!("{text}{TEXT_SEPARATOR}{more}").into());
    }
}

/// Normalizes the spelling of a grade: `Near-Mint` becomes `near mint`, `VG Plus` and `VG +` become `vg+`, and
/// `mint minus` becomes `mint-`.
fn spell_grade(lower: &str) -> String {
    let signs = lower.replace(" plus", "+").replace(" minus", "-").replace(" +", "+").replace(" -", "-");
    let mut spelled = String::with_capacity(signs.len());
    let mut characters = signs.chars().peekable();
    while let Some(character) = characters.next() {
        let joins_words = matches!(character, '-' | '_') && characters.peek().is_some_and(|next| next.is_alphabetic());
        spelled.push(if joins_words { ' ' } else { character });
    }
    spelled
}

/// Parses the grade of a disc, or those of a disc and its sleeve: `VG+/VG`.
fn parse_grades(text: &str) -> Option<(MediaGrade, Option<MediaGrade>)> {
    if let Some(grade) = MediaGrade::from_text(text) {
        return Some((grade, None));
    }
    let (media, sleeve) = text.split_once('/')?;
    Some((MediaGrade::from_text(media)?, Some(MediaGrade::from_text(sleeve)?)))
}
