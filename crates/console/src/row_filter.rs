//! The filter of a table of items: words that an item must contain, and conditions on its fields.
//!
//! ```text
//! nirvana cd              both words, each anywhere in the item, ignoring case
//! nrvn                    these letters in this order in one word, which starts with the first of them
//! !promo                  not this exact word
//! "box 14"                this text with the space; also location:"box 14"
//! status:review           a field contains this text: status, artist, title, format, location, upc, error
//! grade:vg+               this grade of media or sleeve, or both: grade:vg+/vg; !grade: is an item without grades
//! grade:very_good         this condition, or one that begins like this: grade:very
//! price>20 score<90       a number: price, score, copies, photos; with >, >=, <, <= or =
//! photos:0                a number equal to this one
//! ```

use std::cmp::Ordering;

use super::item_activity::status_label;
use super::item_photos::PhotoCounts;
use domain::item::Item;
use domain::money::Money;

/// Minimum letters of a word that may also match fuzzily, as letters in the same order.
const MIN_FUZZY_LETTERS: usize = 3;

/// Maximum ratio of the letters of an item's word to those of a fuzzy word. A higher ratio would match almost anything.
const MAX_FUZZY_RATIO: usize = 3;

/// A parsed filter. All terms must match.
#[derive(Debug, Default)]
pub(super) struct RowFilter {
    terms: Vec<FilterTerm>,
}

#[derive(Debug)]
struct FilterTerm {
    is_negated: bool,
    condition: TermCondition,
}

#[derive(Debug)]
enum TermCondition {
    /// Text that the item contains anywhere, possibly as a fuzzy match; in lower case.
    AnyText(String),
    /// Text that the item contains exactly, anywhere; in lower case.
    ExactText(String),
    /// Text that the field contains; in lower case.
    Field(ItemTextField, String),
    Number(NumberField, Comparison, String),
}

#[derive(Clone, Copy, Debug, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
enum ItemTextField {
    #[strum(serialize = "status", serialize = "state")]
    Status,
    Artist,
    Title,
    Format,
    Location,
    Grade,
    Upc,
    Error,
}

#[derive(Clone, Copy, Debug, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
enum NumberField {
    Price,
    #[strum(serialize = "score", serialize = "match")]
    Score,
    Copies,
    Photos,
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// Names of the fields in conditions.
const FILTER_FIELDS: &str = "status, artist, title, format, location, grade, upc, error, price, score, copies, photos";

/// The operators, longer ones first.
const COMPARISONS: [(&str, Comparison); 5] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

impl RowFilter {
    /// Parses a filter. Every text is valid: a word that is not a condition is searched for as text.
    pub(super) fn parse(text: &str) -> Self {
        Self { terms: split_words(text).iter().filter_map(|word| FilterTerm::parse(word)).collect() }
    }

    pub(super) fn matches(&self, item: &Item, photos: &PhotoCounts) -> bool {
        self.terms.iter().all(|term| term.condition.matches(item, photos) != term.is_negated)
    }
}

/// Splits a filter into words without their quotes. A quoted text is part of one word.
fn split_words(filter: &str) -> Vec<String> {
    let mut is_quoted = false;
    let is_separator = |character: char| {
        is_quoted ^= character == '"';
        character.is_whitespace() && !is_quoted
    };
    filter.split(is_separator).map(|word| word.replace('"', "")).filter(|word| !word.is_empty()).collect()
}

/// Describes the first word of a filter that looks like a condition but is not valid; `None` if there is none.
pub(super) fn describe_problem(filter: &str) -> Option<String> {
    split_words(filter).iter().find_map(|word| {
        let word = word.trim_start_matches('!').to_lowercase();
        let TermCondition::AnyText(_) = TermCondition::parse(&word) else { return None };
        let (name, value) = word.split_once([':', '<', '>', '='])?;
        let value = value.trim_start_matches('=');
        if name.is_empty() || value.is_empty() {
            return None;
        }
        Some(if name.parse::<NumberField>().is_ok() {
            format!("{name} needs a number, not {value:?}")
        } else if name.parse::<ItemTextField>().is_ok() {
            format!("{name} is a text: write {name}:{value}")
        } else {
            format!("unknown field {name:?}; the fields are {FILTER_FIELDS}")
        })
    })
}

impl FilterTerm {
    /// Parses a word. Returns `None` for a lone `!`, which is the start of a condition that is still being typed.
    fn parse(word: &str) -> Option<Self> {
        let (is_negated, word) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
        let condition = match TermCondition::parse(&word.to_lowercase()) {
            // An item that only resembles the word must not be hidden.
            TermCondition::AnyText(text) if is_negated => TermCondition::ExactText(text),
            condition => condition,
        };
        (!word.is_empty()).then_some(Self { is_negated, condition })
    }
}

impl TermCondition {
    fn parse(word: &str) -> Self {
        if let Some((name, text)) = word.split_once(':') {
            if let Ok(field) = name.parse() {
                return Self::Field(field, text.to_owned());
            }
            if let (Ok(field), Ok(_)) = (name.parse(), text.parse::<f64>()) {
                return Self::Number(field, Comparison::Equal, text.to_owned());
            }
        }
        let number = COMPARISONS.iter().find_map(|(sign, comparison)| {
            let (name, number) = word.split_once(sign)?;
            let is_number = number.parse::<f64>().is_ok();
            is_number.then(|| Some(Self::Number(name.parse().ok()?, *comparison, number.to_owned())))?
        });
        number.unwrap_or_else(|| Self::AnyText(word.to_owned()))
    }

    fn matches(&self, item: &Item, photos: &PhotoCounts) -> bool {
        match self {
            Self::AnyText(word) => contains_word(item, word, is_similar),
            Self::ExactText(word) => contains_word(item, word, |_, _| false),
            Self::Field(ItemTextField::Status, text) => {
                status_names(item).iter().any(|name| name.contains(text.as_str()))
            }
            Self::Field(ItemTextField::Location, text) => {
                let location = item.terms.as_ref().and_then(|terms| terms.location());
                location.is_some_and(|location| location.to_lowercase().contains(text.as_str()))
            }
            Self::Field(ItemTextField::Grade, text) => {
                let grade = item.terms.as_ref().and_then(|terms| terms.grade());
                grade.is_some_and(|grade| matches_grade(&grade.to_lowercase(), text))
            }
            Self::Field(ItemTextField::Upc, text) => item.upc.to_string().contains(text.as_str()),
            Self::Field(field, text) => {
                let value = match field {
                    ItemTextField::Artist => item.artist.as_deref(),
                    ItemTextField::Title => item.title.as_deref(),
                    ItemTextField::Format => item.format.as_deref(),
                    _ => item.error.as_deref(),
                };
                value.is_some_and(|value| value.to_lowercase().contains(text.as_str()))
            }
            Self::Number(field, comparison, number) => {
                compare_number((item, photos), *field, number).is_some_and(|ordering| comparison.holds(ordering))
            }
        }
    }
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Equal => ordering.is_eq(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Greater => ordering.is_gt(),
        }
    }
}

/// Returns the status of an item as in the result files and as on the screen; `paused` or `waiting` if it has no final
/// status.
fn status_names(item: &Item) -> [&'static str; 2] {
    match item.status {
        Some(status) => [status.as_str(), status_label(status)],
        None if item.paused => ["paused"; 2],
        None => ["waiting"; 2],
    }
}

/// Compares a number of the item with `number`; `None` if the item does not have it.
fn compare_number((item, photos): (&Item, &PhotoCounts), field: NumberField, number: &str) -> Option<Ordering> {
    match field {
        NumberField::Price => {
            let price = item.price?;
            Some(price.minor.cmp(&Money::parse(number, price.currency.code()).ok()?.minor))
        }
        NumberField::Score => f64::from(item.score?).partial_cmp(&number.parse().ok()?),
        NumberField::Photos => f64::from(photos.count_for(item.upc)?).partial_cmp(&number.parse().ok()?),
        NumberField::Copies => f64::from(item.copies).partial_cmp(&number.parse().ok()?),
    }
}

/// Minimum letters of the beginning of a condition. No grade is such a word.
const MIN_CONDITION_LETTERS: usize = 3;

/// Returns true if the grades of an item, as `VG+/VG, G`, include this grade or pair of grades, or a condition that
/// begins like this. An empty text matches all graded items.
fn matches_grade(grades: &str, text: &str) -> bool {
    let text = text.replace('_', " ");
    let is_word = text.len() >= MIN_CONDITION_LETTERS && text.chars().all(|c| c.is_alphabetic() || c == ' ');
    let matches =
        |pair: &str| pair == text || pair.split('/').any(|grade| grade == text) || (is_word && pair.starts_with(&text));
    text.is_empty() || grades.split(", ").any(matches)
}

/// Returns true if a text of the item contains the word or is similar to it.
fn contains_word(item: &Item, word: &str, is_similar: impl Fn(&str, &str) -> bool) -> bool {
    let location = item.terms.as_ref().and_then(|terms| terms.location());
    let texts = [item.artist.as_deref(), item.title.as_deref(), item.format.as_deref(), item.error.as_deref()];
    let texts = texts.into_iter().chain([location.as_deref()]);
    let matches = |text: &str| {
        let text = text.to_lowercase();
        text.contains(word) || is_similar(word, &text)
    };
    let sku = item.located_sku.as_deref().is_some_and(|sku| sku.to_lowercase().contains(word));
    let grade = item.terms.as_ref().and_then(|terms| terms.grade());
    let is_graded = grade.is_some_and(|grade| grade.to_lowercase().contains(word));
    sku || is_graded || item.upc.to_string().contains(word) || texts.flatten().any(matches)
}

/// Returns true if a word of the text is a fuzzy match of `word`.
fn is_similar(word: &str, text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|part| is_fuzzy_match(word, part))
}

/// Returns true if `text` contains the letters of `word` in the same order, and both start with the same letter.
fn is_fuzzy_match(word: &str, text: &str) -> bool {
    let (letters, length) = (word.chars().count(), text.chars().count());
    if letters < MIN_FUZZY_LETTERS || length > letters * MAX_FUZZY_RATIO || word.chars().next() != text.chars().next() {
        return false;
    }
    let mut rest = text.chars();
    word.chars().all(|letter| rest.any(|other| other == letter))
}
