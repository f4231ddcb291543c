//! What a seller's list says about one copy beside its barcode and quantity.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::listed_price::{ListedPrice, PriceFormat, parse_currency};

/// A column of a list that describes the copy.
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
    /// The currency of the price.
    Currency,
    Note,
    Location,
    #[strum(serialize = "SKU")]
    Sku,
    Title,
    Artist,
    #[strum(serialize = "catalog number")]
    CatalogNumber,
}

/// A grade of the Goldmine standard, which Discogs uses, and `Excellent` of the Record Collector standard.
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

/// A text that is not a grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown grade {0:?}: use M, NM, EX, VG+, VG, G+, G, F or P")]
pub struct ParseGradeError(pub String);

impl std::str::FromStr for MediaGrade {
    type Err = ParseGradeError;

    fn from_str(text: &str) -> Result<Self, ParseGradeError> {
        Self::from_text(&text.replace('_', " ")).ok_or_else(|| ParseGradeError(text.to_owned()))
    }
}

/// What the list says about the copies of one item. A field that the list lacks is `None`.
///
/// Most texts of a list have at most 24 bytes, which [`CompactString`] holds without an allocation of its own: a list of a
/// million rows would otherwise need several million.
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
    /// Where the copy stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<CompactString>,
    /// The seller's own SKU, not that of Draft Maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_number: Option<CompactString>,
}

impl MediaGrade {
    /// Returns the word of settings, flags and results: `VG+`.
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

    /// Returns the best eBay condition whose buyers expect no more than the grade promises. No grade means eBay's "new",
    /// which is an unopened item.
    pub const fn to_condition(self) -> Condition {
        match self {
            Self::Mint | Self::NearMint => Condition::LikeNew,
            Self::Excellent | Self::VeryGoodPlus => Condition::VeryGood,
            Self::VeryGood => Condition::Good,
            Self::GoodPlus | Self::Good | Self::Fair | Self::Poor => Condition::Acceptable,
        }
    }

    /// Reads a grade: `VG+`, `Very Good Plus`, `Very Good Plus (VG+)`, `NM`, `M-`. Returns `None` for other texts.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let bare = text.split('(').next().unwrap_or_default().trim();
        let word = if bare.is_empty() { text.trim_matches(['(', ')']) } else { bare };
        Some(match word {
            "m" | "mint" => Self::Mint,
            text if is_sealed(text) => Self::Mint,
            "nm" | "m-" | "near mint" | "nm-" | "m/m-" | "nm/m-" => Self::NearMint,
            "ex" | "ex+" | "ex-" | "e" | "excellent" => Self::Excellent,
            "vg+" | "vg++" | "very good plus" | "very good +" => Self::VeryGoodPlus,
            "vg" | "vg-" | "very good" => Self::VeryGood,
            "g+" | "good plus" | "good +" => Self::GoodPlus,
            "g" | "g-" | "good" => Self::Good,
            "f" | "fair" => Self::Fair,
            "p" | "poor" => Self::Poor,
            _ => return None,
        })
    }
}

impl SellerData {
    /// Returns whether both describe copies that one draft can hold: with the same condition, grades, price and note.
    pub fn describes_same_copies(&self, other: &Self) -> bool {
        let terms = |data: &Self| (data.condition, data.media_grade, data.sleeve_grade);
        terms(self) == terms(other) && self.price == other.price && self.note == other.note
    }

    /// Sets one field from the text of a row. An empty text sets nothing, and neither does a currency: it belongs to the format of
    /// the price, see [`Self::set_price`].
    ///
    /// # Errors
    /// Returns the field if its text is not understood: a condition, a grade, a price or a currency.
    pub fn set_field(&mut self, field: ItemField, text: &str) -> Result<(), ItemField> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let words = || Some(CompactString::from(text));
        match field {
            ItemField::Condition => match parse_condition(text) {
                Some(condition) => self.condition = Some(condition),
                None => self.media_grade = self.media_grade.or(Some(MediaGrade::from_text(text).ok_or(field)?)),
            },
            ItemField::MediaGrade => {
                self.media_grade = Some(MediaGrade::from_text(text).ok_or(field)?);
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
        }
        Ok(())
    }

    /// Sets the price from the text of a row, written as `format` says. A text that states no certain amount is kept as an
    /// unclear price, which needs a decision.
    ///
    /// # Errors
    /// Returns the field if its text is not understood.
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

    /// Returns whether the list says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Returns whether a grade says that the item was never opened, which is more than mint.
fn is_sealed(lower: &str) -> bool {
    matches!(lower.trim(), "ss" | "still sealed" | "sealed" | "factory sealed" | "new sealed" | "new & sealed")
}

/// Reads a condition as eBay names it: its words in several languages, or its number.
fn parse_condition(text: &str) -> Option<Condition> {
    let lower = text.to_lowercase();
    let plain = lower.replace(['_', '-'], " ");
    Some(match plain.trim() {
        "1000" | "new" | "brand new" | "neu" | "neuf" | "nuevo" | "nuovo" | "nieuw" | "nowy" | "新品" => {
            Condition::New
        }
        "2750" | "like new" | "used like new" | "used; like new" | "wie neu" | "neuwertig" | "comme neuf"
        | "como nuevo" => Condition::LikeNew,
        "4000" | "used; very good" | "used very good" | "sehr gut" | "très bon état" | "muy bueno" => {
            Condition::VeryGood
        }
        "5000" | "used; good" | "used good" | "gut" | "bon état" | "bueno" => Condition::Good,
        "6000" | "acceptable" | "used; acceptable" | "used acceptable" | "akzeptabel" | "état acceptable"
        | "aceptable" => Condition::Acceptable,
        sealed if is_sealed(sealed) => Condition::New,
        _ => return (!is_grade_word(&plain)).then(|| text.parse().ok()).flatten(),
    })
}

/// `Very Good` and `Good` name an eBay condition and a grade. In a column that is called condition they are eBay's.
fn is_grade_word(text: &str) -> bool {
    matches!(text, "m" | "nm" | "ex" | "vg" | "g")
}
