//! Item specifics, filled from the release by the table of categories.

use serde::Serialize;

use super::super::release::Carrier;
use super::super::text::display::{cut_at_word, plain_text, utf16_len};
use super::categories::{AspectMapping, Categories, Category, ReleaseField};
use super::display_fields::DisplayFields;
use super::format;

/// One item specific.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Aspect {
    pub name: String,
    pub values: Vec<String>,
}

/// Returns the item specifics of a release in the order of the table, without those that have no value.
pub(super) fn fill_aspects(
    words: &DisplayFields<'_>,
    carrier: Carrier,
    category: &Category,
    categories: &Categories,
) -> Vec<Aspect> {
    let longest = categories.max_value_units;
    let rules =
        categories.aspects.iter().filter(|rule| rule.carriers.as_ref().is_none_or(|only| only.contains(&carrier)));
    let filled = rules.map(|rule| Aspect {
        name: rule.name.clone(),
        values: fit_values(rule, &field_values(rule.source, words, category, longest), longest),
    });
    filled.filter(|aspect| !aspect.values.is_empty()).collect()
}

fn field_values(field: ReleaseField, words: &DisplayFields<'_>, category: &Category, longest: usize) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    match field {
        ReleaseField::Artist if words.artist.as_deref().is_some_and(|artist| utf16_len(artist) > longest) => {
            one(&words.first_artist)
        }
        ReleaseField::Artist => one(&words.artist),
        ReleaseField::Title => one(&words.title),
        ReleaseField::Format => vec![category.format.clone()],
        ReleaseField::ReleaseType => {
            words.format.and_then(format::release_type).map(str::to_owned).into_iter().collect()
        }
        ReleaseField::Genres => words.genres.clone(),
        ReleaseField::Styles => words.styles.clone(),
        ReleaseField::Label => one(&words.label),
        ReleaseField::Year => one(&words.year),
        ReleaseField::CatalogNumber => one(&words.catalog_number),
        ReleaseField::RecordSize => words.format.and_then(format::record_size).into_iter().collect(),
    }
}

fn fit_values(rule: &AspectMapping, values: &[String], longest: usize) -> Vec<String> {
    let mut stored = Vec::new();
    for value in values.iter().map(|value| plain_text(value)) {
        let value = if rule.truncate { cut_at_word(&value, longest).to_owned() } else { value };
        if !value.is_empty() && utf16_len(&value) <= longest && !stored.contains(&value) {
            stored.push(value);
        }
    }
    stored.truncate(rule.max_values);
    stored
}
