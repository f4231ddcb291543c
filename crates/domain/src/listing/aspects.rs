//! Item specifics, filled from the release by the table of categories.

use super::super::release::Carrier;
use super::super::wording::{cut, plain, units};
use super::categories::{AspectRule, Categories, Category, Field};
use super::compose::Aspect;
use super::format;
use super::words::Words;

/// The item specifics of a release in the order of the table; one without a value is left out.
pub(super) fn fill(words: &Words<'_>, carrier: Carrier, category: &Category, categories: &Categories) -> Vec<Aspect> {
    let longest = categories.longest_value;
    let rules = categories.aspects.iter().filter(|rule| rule.only.as_ref().is_none_or(|only| only.contains(&carrier)));
    let filled = rules.map(|rule| Aspect {
        name: rule.name.clone(),
        values: fitting(rule, &values(rule.from, words, category, longest), longest),
    });
    filled.filter(|aspect| !aspect.values.is_empty()).collect()
}

fn values(field: Field, words: &Words<'_>, category: &Category, longest: usize) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    match field {
        Field::Artist if words.artist.as_deref().is_some_and(|artist| units(artist) > longest) => {
            one(&words.first_artist)
        }
        Field::Artist => one(&words.artist),
        Field::Title => one(&words.title),
        Field::Format => vec![category.format.clone()],
        Field::ReleaseType => words.format.and_then(format::release_type).map(str::to_owned).into_iter().collect(),
        Field::Genres => words.genres.clone(),
        Field::Styles => words.styles.clone(),
        Field::Label => one(&words.label),
        Field::Year => one(&words.year),
        Field::CatalogNumber => one(&words.catalog_number),
        Field::RecordSize => words.format.and_then(format::record_size).into_iter().collect(),
    }
}

fn fitting(rule: &AspectRule, values: &[String], longest: usize) -> Vec<String> {
    let mut kept = Vec::new();
    for value in values.iter().map(|value| plain(value)) {
        let value = if rule.cut { cut(&value, longest).to_owned() } else { value };
        if !value.is_empty() && units(&value) <= longest && !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept.truncate(rule.many);
    kept
}
