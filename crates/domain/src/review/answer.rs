//! What a person answers about an item, in words: from a file, over HTTP, from the console. It is parsed here and
//! nowhere else.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::super::decision::{Choice, Chosen, Corrections, Decision};
use super::super::dossier::Dossier;
use super::super::matching::Verdict;
use super::super::money::Money;
use super::super::release::Country;
use super::super::wording;

/// An answer as it was written. An empty field is one that was left out. A field that cannot be, one that is too long
/// among them, is told in the answer's own result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// The barcode that is meant.
    #[schema(example = "720642442524")]
    pub upc: String,
    /// The number of a candidate, from 1; `none` for none of them; `go` to go on with what was found.
    #[serde(deserialize_with = "text_or_number")]
    #[schema(example = "2")]
    pub choose: String,
    /// Why it is left alone, with `none`.
    pub why: String,
    pub artist: String,
    pub title: String,
    pub label: String,
    pub catalog_number: String,
    /// `1991`, `1991-09` or `1991-09-24`.
    pub year: String,
    /// A name, or a code of ISO 3166.
    pub country: String,
    /// `CD`, `2xLP`, `CD + DVD`.
    pub format: String,
    /// `new`, `like_new`, `very_good`, `good`, `acceptable`.
    pub condition: String,
    /// A decimal amount, `12.50`.
    #[schema(example = "12.50")]
    pub price: String,
}

/// A candidate's number may come as one.
fn text_or_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Number(u32),
    }
    Ok(match Written::deserialize(from)? {
        Written::Text(text) => text,
        Written::Number(number) => number.to_string(),
    })
}

/// One field of an answer that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, utoipa::ToSchema)]
#[error("{field} is {found:?}: {fix}")]
pub struct Wrong {
    pub field: String,
    pub found: String,
    /// What to write instead.
    pub fix: String,
}

impl Wrong {
    fn new(field: &'static str, found: &str, fix: impl Into<String>) -> Self {
        Self { field: field.to_owned(), found: found.to_owned(), fix: fix.into() }
    }
}

/// Characters of a field at most: eBay's own specifics have 65, and titles 80.
const LONGEST: usize = 500;

impl Answer {
    /// The fields, in the order in which a person is shown them.
    pub const FIELDS: [&'static str; 11] = [
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
        "price",
    ];

    /// The field of this name.
    pub fn field(&mut self, name: &str) -> Option<&mut String> {
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
            "price" => &mut self.price,
            _ => return None,
        })
    }

    /// The decision about an item that this answer means; `None` where nothing was answered.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn decide(&self, dossier: &Dossier, market: Currency) -> Result<Option<Decision>, Vec<Wrong>> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut wrong = Vec::new();
        let corrections = self.corrections(&mut wrong);
        let price = noted(&mut wrong, self.price(market));
        let choice = noted(&mut wrong, self.choice(dossier, &corrections));
        match choice.flatten() {
            Some(choice) if wrong.is_empty() => Ok(Some(Decision { choice, corrections, price: price.flatten() })),
            _ => Err(wrong),
        }
    }

    fn is_empty(&self) -> bool {
        let mut copy = self.clone();
        Self::FIELDS.iter().all(|name| copy.field(name).is_none_or(|text| text.trim().is_empty()))
    }

    fn choice(&self, dossier: &Dossier, given: &Corrections) -> Result<Option<Choice>, Vec<Wrong>> {
        let candidates = dossier.asked().map(Verdict::candidates).unwrap_or_default();
        let said = self.choose.trim().to_lowercase();
        let wrong = |fix: String| Err(vec![Wrong::new("choose", &self.choose, fix)]);
        match said.as_str() {
            "none" => {
                let why = wording::clean(&self.why);
                let why = if why.is_empty() { "left alone by the seller".to_owned() } else { why };
                Ok(Some(Choice::Nothing { why }))
            }
            "" | "go" => match &dossier.verdict {
                Some(Verdict::Ambiguous { candidates, .. }) if candidates.len() > 1 => {
                    wrong(format!("several pressings fit: write a number from 1 to {}, or none", candidates.len()))
                }
                Some(Verdict::Unknown { .. }) | None => {
                    let lacks = unknown_lacks(given);
                    if lacks.is_empty() { Ok(Some(Choice::GoOn)) } else { Err(lacks) }
                }
                _ => Ok(Some(Choice::GoOn)),
            },
            number => {
                let place = number.parse::<usize>().ok().filter(|place| (1..=candidates.len()).contains(place));
                match (place.and_then(|place| u32::try_from(place).ok()), candidates.len()) {
                    (Some(place), _) => Ok(Some(Choice::Pressing(Chosen::of(place, candidates[place as usize - 1])))),
                    (None, 0) => wrong("there are no candidates: write go, or none".to_owned()),
                    (None, last) => wrong(format!("write a number from 1 to {last}, go, or none")),
                }
            }
        }
    }

    fn corrections(&self, wrong: &mut Vec<Wrong>) -> Corrections {
        let mut text = |field, written: &str| noted(wrong, words(field, written)).flatten();
        let mut right = Corrections {
            artist: text("artist", &self.artist),
            title: text("title", &self.title),
            label: text("label", &self.label),
            catalog_number: text("catalog_number", &self.catalog_number),
            country: text("country", &self.country).map(|said| Country(said).coded()),
            ..Corrections::default()
        };
        right.format = noted(wrong, parsed("format", &self.format, ToString::to_string)).flatten();
        right.condition = noted(wrong, parsed("condition", &self.condition, ToString::to_string)).flatten();
        let year = |_: &_| "write a year, 1991, or a date, 1991-09-24".to_owned();
        right.date = noted(wrong, parsed("year", &self.year, year)).flatten();
        right
    }

    fn price(&self, market: Currency) -> Result<Option<Money>, Vec<Wrong>> {
        let written = self.price.trim();
        if written.is_empty() {
            return Ok(None);
        }
        let (amount, currency) = written.split_once(' ').unwrap_or((written, market.code()));
        let wrong = || {
            let fix = format!("write an amount above 0 in {}, for example 12.50", market.code());
            vec![Wrong::new("price", &self.price, fix)]
        };
        match Money::parse(amount, currency.trim()) {
            Ok(price) if price.minor > 0 && price.currency == market => Ok(Some(price)),
            _ => Err(wrong()),
        }
    }
}

/// Notes what is wrong with a field, and goes on with the next.
fn noted<T>(wrong: &mut Vec<Wrong>, read: Result<T, Vec<Wrong>>) -> Option<T> {
    read.map_err(|errors| wrong.extend(errors)).ok()
}

fn words(field: &'static str, written: &str) -> Result<Option<String>, Vec<Wrong>> {
    let clean = wording::clean(written);
    if clean.chars().count() > LONGEST {
        let start = clean.chars().take(20).collect::<String>() + "…";
        return Err(vec![Wrong::new(field, &start, format!("it has more than {LONGEST} characters"))]);
    }
    Ok(Some(clean).filter(|clean| !clean.is_empty()))
}

fn parsed<T: std::str::FromStr>(
    field: &'static str,
    written: &str,
    fix: impl FnOnce(&T::Err) -> String,
) -> Result<Option<T>, Vec<Wrong>> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    written.parse().map(Some).map_err(|error| vec![Wrong::new(field, written, fix(&error))])
}

/// What a listing of something that no database knows cannot do without.
fn unknown_lacks(given: &Corrections) -> Vec<Wrong> {
    let gaps =
        [("artist", given.artist.is_none()), ("title", given.title.is_none()), ("format", given.format.is_none())];
    let fix = "no database knows the item, so give it, or write none";
    gaps.into_iter().filter(|(_, lacks)| *lacks).map(|(field, _)| Wrong::new(field, "", fix)).collect()
}
