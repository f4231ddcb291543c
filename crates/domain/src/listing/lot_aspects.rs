//! Item specifics of a lot: values that apply to all of its items.

use super::super::text::display::utf16_len;
use super::aspects::Aspect;
use super::categories::{AspectMapping, Categories, ReleaseField};

/// Merges the item specifics of the items of a lot, in table order. `per_lot` is the number of copies of each item.
pub(super) fn merge_aspects(items: &[&[Aspect]], per_lot: &[u32], categories: &Categories) -> Vec<Aspect> {
    let mut merged: Vec<Aspect> = Vec::new();
    for rule in &categories.aspects {
        let values_of_items = items.iter().map(|aspects| values_of(aspects, &rule.name)).collect::<Vec<_>>();
        let values = merge_values(rule, &values_of_items, per_lot, categories.max_value_units);
        if !values.is_empty() && !merged.iter().any(|known| known.name == rule.name) {
            merged.push(Aspect { name: rule.name.clone(), values });
        }
    }
    merged
}

fn values_of<'a>(aspects: &'a [Aspect], name: &str) -> &'a [String] {
    aspects.iter().find(|aspect| aspect.name == name).map_or(&[], |aspect| aspect.values.as_slice())
}

fn merge_values(rule: &AspectMapping, values_of_items: &[&[String]], per_lot: &[u32], longest: usize) -> Vec<String> {
    let is_shared = values_of_items.windows(2).all(|pair| pair[0] == pair[1]);
    match rule.source {
        ReleaseField::DiscCount => {
            sum_counts(values_of_items, per_lot).map(|sum| sum.to_string()).into_iter().collect()
        }
        _ if is_shared => values_of_items.first().map(|values| values.to_vec()).unwrap_or_default(),
        ReleaseField::Artist
        | ReleaseField::Genres
        | ReleaseField::Styles
        | ReleaseField::Composers
        | ReleaseField::Conductors => unique(values_of_items).take(rule.max_values).cloned().collect(),
        ReleaseField::Title => {
            let titles = unique(values_of_items).fold(String::new(), |joined, title| {
                let longer = if joined.is_empty() { title.clone() } else { format!("{joined}, {title}") };
                if utf16_len(&longer) <= longest { longer } else { joined }
            });
            (!titles.is_empty()).then_some(titles).into_iter().collect()
        }
        // A value that applies to only some items would describe the others wrongly.
        _ => Vec::new(),
    }
}

/// Returns the number of discs of all copies; `None` if it is unknown for an item.
fn sum_counts(values_of_items: &[&[String]], per_lot: &[u32]) -> Option<u32> {
    values_of_items.iter().zip(per_lot).try_fold(0_u32, |sum, (values, copies)| {
        let count = values.first()?.parse::<u32>().ok()?;
        sum.checked_add(count.checked_mul(*copies)?)
    })
}

/// Returns the distinct values: the first value of each item, then the second ones, and so on.
fn unique<'a>(values_of_items: &[&'a [String]]) -> impl Iterator<Item = &'a String> + use<'a> {
    let longest = values_of_items.iter().map(|values| values.len()).max().unwrap_or_default();
    let mut known: Vec<&String> = Vec::new();
    for index in 0..longest {
        for value in values_of_items.iter().filter_map(|values| values.get(index)) {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }
    known.into_iter()
}
