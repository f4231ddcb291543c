//! Review input as text, from a file, the HTTP API or the console. This is the only place that parses it.

use std::num::NonZeroU32;

use iso_currency::Currency;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::super::clearable_field::ClearableField;
use super::super::condition::CONDITION_HINT;
use super::super::decision::{CandidateRef, Corrections, Decision, ListingEdits, ReviewChoice};
use super::super::inventory_facts::PARTS_HINT;
use super::super::item_details::ItemDetails;
use super::super::listing::Listing;
use super::super::lot::LotEdit;
use super::super::matching::Verdict;
use super::super::media_grade::GRADE_NAMES;
use super::super::money::Money;
use super::super::outcome::Status;
use super::super::release::Country;
use super::super::text::display;
use super::format_parser::FORMAT_HINT;

/// A decision about an item, with every field as text. An empty field is the same as a missing one. Errors in a field
/// are reported in the result of the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewInput {
    /// Barcode of the item.
    #[schema(example = "720642442524", required = true, min_length = 1)]
    pub upc: String,
    /// Number of the correct candidate, from 1; `none` if no candidate is correct; `go` to accept what was found;
    /// `undo` to undo the latest decision or edit.
    #[serde(deserialize_with = "text_or_number")]
    #[schema(example = "2")]
    pub choose: String,
    /// Why the item is skipped, with `none`.
    pub why: String,
    /// Artist, if the candidate's is wrong.
    pub artist: String,
    /// Title of the release, if the candidate's is wrong.
    pub title: String,
    /// Label, if the candidate's is wrong.
    pub label: String,
    /// Catalog number, if the candidate's is wrong.
    pub catalog_number: String,
    /// Release date: `1991`, `1991-09` or `1991-09-24`.
    pub year: String,
    /// Country of the release: a name or an ISO 3166 code.
    pub country: String,
    /// Format of the release: `CD`, `2xLP`, `CD + DVD`.
    pub format: String,
    /// Condition of the copy: `new`, `like_new`, `very_good`, `good` or `acceptable`.
    pub condition: String,
    /// Grade of the disc, record or tape: `M`, `NM`, `EX`, `VG+`, `VG`, `G+`, `G`, `F`, `P`.
    #[schema(example = "VG+")]
    pub media_grade: String,
    /// Grade of the sleeve, booklet or inlay.
    #[schema(example = "VG")]
    pub sleeve_grade: String,
    /// Condition note for buyers.
    pub note: String,
    /// Parts of the copy that are present or missing: `obi`, `booklet`, `case`.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "obi, no booklet")]
    pub parts: String,
    /// Title of the listing, at most 80 characters. Replaces the composed title.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "Nirvana - Nevermind CD 1991 DGC Sealed")]
    pub listing_title: String,
    /// Number of copies. Replaces the quantity in the list.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[serde(deserialize_with = "text_or_number")]
    #[schema(example = "2")]
    pub quantity: String,
    /// Name of the lot. Items with the same name are sold as one listing. `none` sells the item alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "Box A")]
    pub lot: String,
    /// Price in the currency of the site, as a decimal number: `12.50`.
    #[schema(example = "12.50")]
    pub price: String,
    /// Fields to reset to what the list states or Draft Maker composes: `listing_title`, `price`, `quantity`,
    /// `condition`, `media_grade`, `sleeve_grade`, `note`, `parts`, `lot`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["note"]))]
    pub clear: Vec<String>,
    /// True to change an item that already has a draft, and to update the draft. Default: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edit: bool,
}

/// Deserializes a string or a number as a string.
fn text_or_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(u32),
    }
    Ok(match TextOrNumber::deserialize(from)? {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    })
}

/// An invalid value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, utoipa::ToSchema)]
#[error("{field} is {found:?}: {fix}")]
pub struct FieldError {
    pub field: String,
    /// The value, cut to its first characters if it is long.
    pub found: String,
    /// What to enter instead.
    pub fix: String,
}

impl FieldError {
    fn new(field: &'static str, found: &str, fix: impl Into<String>) -> Self {
        let mut found_start = found.chars().take(MAX_QUOTED_CHARS).collect::<String>();
        if found_start.len() < found.len() {
            found_start.push('…');
        }
        Self { field: field.to_owned(), found: found_start, fix: fix.into() }
    }
}

/// Maximum number of characters of a value in an error, so that what to enter instead is not pushed off the screen.
const MAX_QUOTED_CHARS: usize = 60;

/// Maximum number of characters in a field. eBay's own limits are 65 for item specifics and 80 for titles.
const MAX_FIELD_CHARS: usize = 500;

/// Value of `choose` that undoes the latest decision.
const UNDO_WORD: &str = "undo";

/// Maximum number of copies in one listing.
const MAX_QUANTITY: u32 = 10_000;

impl ReviewInput {
    /// Names of the fields, in display order.
    pub const FIELD_NAMES: [&'static str; 18] = [
        "choose",
        "why",
        "artist",
        "title",
        "label",
        "catalog_number",
        "year",
        "country",
        "format",
        "condition",
        "media_grade",
        "sleeve_grade",
        "note",
        "parts",
        "listing_title",
        "quantity",
        "lot",
        "price",
    ];

    /// Returns the field with this name.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "choose" => &mut self.choose,
            "why" => &mut self.why,
            "artist" => &mut self.artist,
            "title" => &mut self.title,
            "label" => &mut self.label,
            "catalog_number" => &mut self.catalog_number,
            "year" => &mut self.year,
            "country" => &mut self.country,
            "format" => &mut self.format,
            "condition" => &mut self.condition,
            "media_grade" => &mut self.media_grade,
            "sleeve_grade" => &mut self.sleeve_grade,
            "note" => &mut self.note,
            "parts" => &mut self.parts,
            "listing_title" => &mut self.listing_title,
            "quantity" => &mut self.quantity,
            "lot" => &mut self.lot,
            "price" => &mut self.price,
            _ => return None,
        })
    }

    /// Parses the decision about an item; `None` if no field is set. `market` is the currency of the site.
    ///
    /// # Errors
    /// Returns all errors in the fields.
    pub fn to_decision(&self, details: &ItemDetails, market: Currency) -> Result<Option<Decision>, Vec<FieldError>> {
        if self.is_empty() {
            return Ok(None);
        }
        if self.is_undo() {
            return self.parse_undo(details).map(Some).map_err(|error| vec![error]);
        }
        let mut errors = Vec::new();
        let corrections = self.parse_corrections(&mut errors);
        let price = collect_errors(&mut errors, self.parse_price(market));
        let cleared = self.parse_cleared(&mut errors);
        if corrections.listing.quantity.is_some() && details.input.copy_groups().len() > 1 {
            let fix =
                "the list describes the copies differently, so each description has its own quantity: change the list";
            errors.push(FieldError::new("quantity", &self.quantity, fix));
        }
        let choice = collect_errors(&mut errors, self.parse_choice(details, &corrections));
        match choice.flatten() {
            Some(choice) if errors.is_empty() => {
                let price = price.flatten();
                let is_regraded = corrections.condition.is_some() || corrections.media_grade.is_some();
                let is_regraded = is_regraded || cleared.iter().any(|field| field.affects_price());
                let new_price = price.is_none() && is_regraded;
                let (is_edit, repeats) = (self.edit, None);
                Ok(Some(Decision { choice, corrections, cleared, price, new_price, is_edit, repeats }))
            }
            _ => Err(errors),
        }
    }

    /// Returns the errors in fields whose meaning does not depend on the item: all except the choice.
    pub fn field_errors(&self, market: Currency) -> Vec<FieldError> {
        let mut errors = Vec::new();
        self.parse_corrections(&mut errors);
        collect_errors(&mut errors, self.parse_price(market));
        self.parse_cleared(&mut errors);
        errors
    }

    /// Returns the input that undoes the latest decision or edit of an item.
    pub fn undo() -> Self {
        Self { choose: UNDO_WORD.to_owned(), ..Self::default() }
    }

    /// Returns true if the input undoes the latest decision or edit of the item.
    pub fn is_undo(&self) -> bool {
        self.choose.trim().eq_ignore_ascii_case(UNDO_WORD)
    }

    fn parse_undo(&self, details: &ItemDetails) -> Result<Decision, FieldError> {
        if (Self { choose: String::new(), ..self.clone() }).is_empty() {
            let no_decision = || FieldError::new("choose", &self.choose, "the item has no decision or edit to undo");
            let before = details.before_decision.as_ref().ok_or_else(no_decision)?;
            let was_in_review = before.outcome.as_ref().is_some_and(|outcome| outcome.status == Status::NeedsReview);
            let choice = ReviewChoice::Undo {
                has_price: before.price_estimate.is_some(),
                has_cover: before.artwork.is_some(),
                earlier_price: before.price_estimate.as_ref().and_then(|estimate| estimate.price),
            };
            return Ok(Decision { choice, is_edit: !was_in_review, ..Decision::accept() });
        }
        Err(FieldError::new("choose", &self.choose, "leave the other fields out: they would be undone too"))
    }

    /// Parses the fields to clear. Adds an error for a field that is both cleared and set.
    fn parse_cleared(&self, errors: &mut Vec<FieldError>) -> Vec<ClearableField> {
        let mut cleared = Vec::new();
        for written in self.clear.iter().filter(|written| !written.trim().is_empty()) {
            let Ok(field) = written.trim().to_lowercase().replace('-', "_").parse::<ClearableField>() else {
                let known = ClearableField::VARIANTS.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                errors.push(FieldError::new("clear", written, format!("write one of {known}")));
                continue;
            };
            let name = field.to_string();
            if self.clone().field_mut(&name).is_some_and(|value| !value.trim().is_empty()) {
                errors.push(FieldError::new("clear", written, format!("{name} is set as well: set it or clear it")));
            }
            cleared.push(field);
        }
        cleared
    }

    /// Returns true if no field is set.
    pub fn is_empty(&self) -> bool {
        let mut copy = self.clone();
        self.clear.iter().all(|field| field.trim().is_empty())
            && Self::FIELD_NAMES.iter().all(|name| copy.field_mut(name).is_none_or(|text| text.trim().is_empty()))
    }

    fn parse_choice(
        &self,
        details: &ItemDetails,
        given: &Corrections,
    ) -> Result<Option<ReviewChoice>, Vec<FieldError>> {
        let candidates = details.candidates_to_review();
        let text = self.choose.trim().to_lowercase();
        let errors = |fix: String| Err(vec![FieldError::new("choose", &self.choose, fix)]);
        match text.as_str() {
            "none" => {
                let why = display::clean_text(&self.why);
                let why = if why.is_empty() { "skipped by you".to_owned() } else { why };
                Ok(Some(ReviewChoice::Skip { why }))
            }
            "" | "go" | "accept" => match &details.verdict {
                Some(Verdict::Ambiguous { candidates, .. }) if candidates.len() > 1 => {
                    errors(format!("several pressings match: write a number from 1 to {}, or none", candidates.len()))
                }
                Some(Verdict::Unknown { .. }) | None => {
                    let missing_fields = missing_for_unknown(given);
                    if missing_fields.is_empty() { Ok(Some(ReviewChoice::Accept)) } else { Err(missing_fields) }
                }
                _ => Ok(Some(ReviewChoice::Accept)),
            },
            number => {
                let number = number.parse::<usize>().ok().filter(|number| (1..=candidates.len()).contains(number));
                match (number.and_then(|number| u32::try_from(number).ok()), candidates.len()) {
                    (Some(number), _) => Ok(Some(ReviewChoice::Candidate(CandidateRef::from_match(
                        number,
                        candidates[number as usize - 1],
                    )))),
                    (None, 0) => errors("this item has no candidates; write go or none".to_owned()),
                    (None, 1) => errors("write 1, go, or none".to_owned()),
                    (None, last) => errors(format!("write a number from 1 to {last}, go, or none")),
                }
            }
        }
    }

    fn parse_corrections(&self, errors: &mut Vec<FieldError>) -> Corrections {
        let mut text = |field, written: &str| collect_errors(errors, parse_text(field, written)).flatten();
        let mut right = Corrections {
            artist: text("artist", &self.artist),
            title: text("title", &self.title),
            label: text("label", &self.label),
            catalog_number: text("catalog_number", &self.catalog_number),
            country: text("country", &self.country).map(|message| Country(message).to_code()),
            ..Corrections::default()
        };
        // The error quotes the value, so these texts only say what to write.
        right.format = collect_errors(errors, parse_field("format", &self.format, FORMAT_HINT)).flatten();
        right.condition = collect_errors(errors, parse_field("condition", &self.condition, CONDITION_HINT)).flatten();
        let grade_hint = format!("use {GRADE_NAMES}");
        let mut grade = |field, text: &str| collect_errors(errors, parse_field(field, text, &grade_hint)).flatten();
        right.media_grade = grade("media_grade", &self.media_grade);
        right.sleeve_grade = grade("sleeve_grade", &self.sleeve_grade);
        right.parts =
            collect_errors(errors, parse_field("parts", &self.parts, PARTS_HINT)).flatten().unwrap_or_default();
        right.note = collect_errors(errors, parse_text("note", &self.note)).flatten().map(Into::into);
        errors.extend(
            right.copy_description().contradiction().map(|why| FieldError::new("condition", &self.condition, why)),
        );
        right.listing = ListingEdits {
            title: collect_errors(errors, parse_listing_title(&self.listing_title)).flatten(),
            quantity: collect_errors(errors, parse_quantity(&self.quantity)).flatten(),
            lot: collect_errors(errors, parse_text("lot", &self.lot)).flatten().map(|name| LotEdit::from_name(&name)),
        };
        let year = "write a year, 1991, or a date, 1991-09-24";
        right.date = collect_errors(errors, parse_field("year", &self.year, year)).flatten();
        right
    }

    fn parse_price(&self, market: Currency) -> Result<Option<Money>, Vec<FieldError>> {
        let written = self.price.trim();
        if written.is_empty() {
            return Ok(None);
        }
        let (amount, currency) = written.split_once(' ').unwrap_or((written, market.code()));
        let errors = || {
            let fix = format!("write an amount above 0 in {}, for example 12.50", market.code());
            vec![FieldError::new("price", &self.price, fix)]
        };
        let decimals = |amount: &str| amount.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        match Money::parse(amount, currency.trim()) {
            // An amount such as 5.999 is probably a typing error, so it is not rounded.
            Ok(price) if decimals(amount) > decimals(&price.amount()) => Err(errors()),
            Ok(price) if price.minor > 0 && price.currency == market => Ok(Some(price)),
            _ => Err(errors()),
        }
    }
}

/// Returns the value of a field, or adds its errors to `wrong`.
fn collect_errors<T>(wrong: &mut Vec<FieldError>, read: Result<T, Vec<FieldError>>) -> Option<T> {
    read.map_err(|errors| wrong.extend(errors)).ok()
}

fn parse_text(field: &'static str, written: &str) -> Result<Option<String>, Vec<FieldError>> {
    let clean = display::clean_text(written);
    if clean.chars().count() > MAX_FIELD_CHARS {
        return Err(vec![FieldError::new(field, &clean, format!("shorten it to {MAX_FIELD_CHARS} characters"))]);
    }
    Ok(Some(clean).filter(|clean| !clean.is_empty()))
}

fn parse_listing_title(written: &str) -> Result<Option<String>, Vec<FieldError>> {
    let title = display::clean_text(written);
    let length = display::utf16_len(&title);
    let error = |fix: String| Err(vec![FieldError::new("listing_title", &title, fix)]);
    match length {
        0 => Ok(None),
        _ if title.contains(['<', '>']) => error("remove < and >, which eBay does not allow in a title".to_owned()),
        length if length > Listing::MAX_TITLE_UNITS => {
            error(format!("it has {length} characters: shorten it to {}", Listing::MAX_TITLE_UNITS))
        }
        _ => Ok(Some(title)),
    }
}

fn parse_quantity(written: &str) -> Result<Option<NonZeroU32>, Vec<FieldError>> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    let quantity = written.parse().ok().filter(|quantity: &NonZeroU32| quantity.get() <= MAX_QUANTITY);
    let fix = || format!("write a whole number from 1 to {MAX_QUANTITY}");
    quantity.map(Some).ok_or_else(|| vec![FieldError::new("quantity", written, fix())])
}

fn parse_field<T: std::str::FromStr>(
    field: &'static str,
    written: &str,
    fix: &str,
) -> Result<Option<T>, Vec<FieldError>> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    written.parse().map(Some).map_err(|_| vec![FieldError::new(field, written, fix)])
}

/// Returns errors for the missing fields of an item that no data source knows: artist, title and format are required.
fn missing_for_unknown(given: &Corrections) -> Vec<FieldError> {
    let gaps =
        [("artist", given.artist.is_none()), ("title", given.title.is_none()), ("format", given.format.is_none())];
    let fix = "no data source knows the item: write this field, or choose none";
    gaps.into_iter()
        .filter(|(_, missing_fields)| *missing_fields)
        .map(|(field, _)| FieldError::new(field, "", fix))
        .collect()
}
