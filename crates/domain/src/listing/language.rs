//! Translates words of a listing into the language of its site, with the tables in `assets/languages`.
//!
//! The words of databases and of Draft Maker are English. A listing in American English uses them unchanged. A listing
//! in another language translates the words in its table; names of people, titles and labels are unchanged.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::site::{ListingLanguage, Site};

/// Table of one language.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wordbook {
    /// Whether a color follows the word for the record: `Vinyle Rouge`.
    #[serde(default)]
    color_after_noun: bool,
    /// Words in titles and descriptions.
    words: BTreeMap<String, String>,
    countries: BTreeMap<String, String>,
    /// Colors in the form that they have next to the word for the record.
    colors: BTreeMap<String, String>,
    /// Names of item specifics, the most likely first.
    aspects: BTreeMap<String, Vec<String>>,
    /// Values of item specifics, the most likely first.
    values: BTreeMap<String, Vec<String>>,
}

macro_rules! wordbook {
    ($name:literal) => {{
        static BOOK: LazyLock<Wordbook> = LazyLock::new(|| {
            toml::from_str(include_str!(concat!("../../../../assets/languages/", $name, ".toml")))
                .expect("a test reads every table that is compiled in")
        });
        &BOOK
    }};
}

fn wordbook(language: ListingLanguage) -> Option<&'static Wordbook> {
    match language {
        ListingLanguage::AmericanEnglish => None,
        ListingLanguage::BritishEnglish => Some(wordbook!("british")),
        ListingLanguage::German => Some(wordbook!("german")),
        ListingLanguage::French => Some(wordbook!("french")),
        ListingLanguage::Italian => Some(wordbook!("italian")),
        ListingLanguage::Spanish => Some(wordbook!("spanish")),
        ListingLanguage::Dutch => Some(wordbook!("dutch")),
    }
}

/// Translates words of titles and descriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Translator {
    book: Option<&'static Wordbook>,
    is_foreign: bool,
}

impl Translator {
    pub(super) fn for_site(site: Site) -> Self {
        let language = site.listing_language();
        Self { book: wordbook(language), is_foreign: !language.is_english() }
    }

    /// Returns the translated word, or the English one if the table does not have it.
    pub(super) fn word(self, english: &str) -> &str {
        let known = self.book.and_then(|book| book.words.get(english));
        known.map_or(english, |word| word.as_str())
    }

    /// Translates the words in one of Draft Maker's own texts, such as the name of a format. Unknown words are
    /// unchanged.
    pub(super) fn text(self, english: &str) -> String {
        let Some(book) = self.book else { return english.to_owned() };
        let words = english.split(' ').collect::<Vec<_>>();
        let (mut translated, mut at) = (Vec::new(), 0);
        while at < words.len() {
            // The longest phrase that starts here.
            let phrase = (at + 1..=words.len()).rev().find_map(|end| {
                let known = book.words.get(&words[at..end].join(" "))?;
                Some((known.as_str(), end))
            });
            let (word, next) = phrase.unwrap_or((words[at], at + 1));
            translated.push(word);
            at = next;
        }
        translated.join(" ")
    }

    /// Returns the translated name of a country; `None` if the table of a foreign language does not have it.
    pub(super) fn country(self, english: &str) -> Option<&str> {
        match self.book.and_then(|book| book.countries.get(english)) {
            Some(name) => Some(name),
            None => Some(english).filter(|_| !self.is_foreign),
        }
    }

    /// Returns the word for a record or tape with its color, if it has one: `Red Vinyl`, `Vinyle Rouge`.
    pub(super) fn colored(self, color: Option<&str>, noun: &str) -> String {
        let Some(color) = color else { return noun.to_owned() };
        let known = self.book.and_then(|book| book.colors.get(color));
        let color = known.map_or(color, String::as_str);
        if self.book.is_some_and(|book| book.color_after_noun) {
            format!("{noun} {color}")
        } else {
            format!("{color} {noun}")
        }
    }
}

/// Item specifics whose values are ordinary words, not names of people, companies or works.
const VOCABULARY_ASPECTS: [&str; 16] = [
    "Format",
    "Type",
    "Genre",
    "Style",
    "Edition",
    "Features",
    "Record Size",
    "Speed",
    "Material",
    "Color",
    "Country of Origin",
    "Language",
    "Case Type",
    "Run Time",
    "Record Grading",
    "Sleeve Grading",
];

/// Returns the possible names of an item specific at sites of this language, the most likely first. Includes the
/// English name, because a seller's own table may already have names of the site.
pub fn aspect_names(language: ListingLanguage, english: &str) -> Vec<&str> {
    let known = wordbook(language).and_then(|book| book.aspects.get(english));
    let mut names = known.into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
    if !names.contains(&english) {
        names.push(english);
    }
    names
}

/// Returns the possible forms of an item specific's value at sites of this language, the most likely first.
/// `english_name` is the English name of the item specific. Translates only ordinary words, not names of artists,
/// labels and works.
pub fn value_forms<'a>(language: ListingLanguage, english_name: &str, value: &'a str) -> Vec<&'a str> {
    let is_word = VOCABULARY_ASPECTS.contains(&english_name);
    let Some(book) = wordbook(language).filter(|_| is_word) else { return vec![value] };
    let known = book.values.get(value).into_iter().flatten().map(String::as_str);
    let country = book.countries.get(value).map(String::as_str).filter(|_| english_name == "Country of Origin");
    let mut forms = known.chain(country).collect::<Vec<_>>();
    if !forms.contains(&value) {
        forms.push(value);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_read() {
        for site in Site::ALL {
            let is_american = site.listing_language() == ListingLanguage::AmericanEnglish;
            assert_eq!(wordbook(site.listing_language()).is_none(), is_american, "{site}");
        }
    }

    /// Otherwise a listing in that language has English words.
    #[test]
    fn the_tables_of_all_foreign_languages_have_the_same_words() {
        let books = Site::ALL.iter().map(|site| site.listing_language()).filter(|language| !language.is_english());
        let books = books.filter_map(wordbook).collect::<Vec<_>>();
        for book in &books {
            assert!(book.words.keys().eq(books[0].words.keys()), "{:?}", book.words.keys());
            assert!(book.countries.keys().eq(books[0].countries.keys()), "{:?}", book.countries.keys());
            assert!(book.colors.keys().eq(books[0].colors.keys()), "{:?}", book.colors.keys());
            assert!(book.aspects.keys().eq(books[0].aspects.keys()), "{:?}", book.aspects.keys());
            assert!(book.values.keys().eq(books[0].values.keys()), "{:?}", book.values.keys());
        }
    }

    #[test]
    fn american_english_stays_as_it_is() {
        let translator = Translator::for_site(Site::EbayUs);
        assert_eq!(translator.text("2 LP Red Vinyl Box Set"), "2 LP Red Vinyl Box Set");
        assert_eq!(translator.colored(Some("Red"), "Vinyl"), "Red Vinyl");
        assert_eq!((translator.word("Year"), translator.country("Bulgaria")), ("Year", Some("Bulgaria")));
    }

    #[test]
    fn only_words_are_translated() {
        let german = ListingLanguage::German;
        assert_eq!(value_forms(german, "Color", "Red"), ["Rot", "Red"]);
        assert_eq!(value_forms(german, "Release Title", "Red"), ["Red"], "an album");
        assert_eq!(value_forms(german, "Country of Origin", "Germany"), ["Deutschland", "Germany"]);
        assert_eq!(aspect_names(german, "Record Label")[0], "Plattenlabel");
        assert_eq!(aspect_names(german, "Plattenlabel"), ["Plattenlabel"], "of a seller's own table");
        assert_eq!(Translator::for_site(Site::EbayDe).text("Shellac 78 RPM"), "Schellack 78 U/min");
    }
}
