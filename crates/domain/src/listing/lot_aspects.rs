//! Item specifics of a lot: values that apply to all of its items.

use super::super::text::display::utf16_len;
use super::aspects::Aspect;
use super::categories::{AspectMapping, Categories, ReleaseField};

/// An item of a lot.
pub(super) struct LotItem<'a> {
    pub aspects: &'a [Aspect],
    /// Copies of the item in a lot.
    pub copies: u32,
    /// True if the item itself belongs to the category of the lot.
    pub is_in_category: bool,
}

/// Merges the item specifics of the items of a lot, in table order.
pub(super) fn merge_aspects(items: &[LotItem<'_>], categories: &Categories) -> Vec<Aspect> {
    let mut merged: Vec<Aspect> = Vec::new();
    for rule in &categories.aspects {
        let values_of_items = items.iter().map(|item| values_of(item.aspects, &rule.name)).collect::<Vec<_>>();
        let values = match rule.source {
            // Each category requires a format and allows its own formats only.
            ReleaseField::Format => most_frequent_format(items, &values_of_items),
            _ => merge_values(rule, &values_of_items, items, categories.max_value_units),
        };
        if !values.is_empty() && !merged.iter().any(|known| known.name == rule.name) {
            merged.push(Aspect { name: rule.name.clone(), values });
        }
    }
    merged
}

/// Returns the format of most copies that belong to the category of the lot; the first one in case of a tie.
fn most_frequent_format(items: &[LotItem<'_>], values_of_items: &[&[String]]) -> Vec<String> {
    let in_category =
        items.iter().zip(values_of_items).filter(|(item, values)| item.is_in_category && !values.is_empty());
    let in_category = in_category.collect::<Vec<_>>();
    let count = |values: &[String]| {
        let same = in_category.iter().filter(|(_, other)| **other == values);
        same.map(|(item, _)| u64::from(item.copies)).sum::<u64>()
    };
    let most = in_category.iter().rev().max_by_key(|(_, values)| count(values));
    most.map(|(_, values)| values.to_vec()).unwrap_or_default()
}

fn values_of<'a>(aspects: &'a [Aspect], name: &str) -> &'a [String] {
    aspects.iter().find(|aspect| aspect.name == name).map_or(&[], |aspect| aspect.values.as_slice())
}

fn merge_values(
    rule: &AspectMapping,
    values_of_items: &[&[String]],
    items: &[LotItem<'_>],
    longest: usize,
) -> Vec<String> {
    let is_shared = values_of_items.windows(2).all(|pair| pair[0] == pair[1]);
    match rule.source {
        ReleaseField::DiscCount => sum_counts(values_of_items, items).map(|sum| sum.to_string()).into_iter().collect(),
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
fn sum_counts(values_of_items: &[&[String]], items: &[LotItem<'_>]) -> Option<u32> {
    values_of_items.iter().zip(items).try_fold(0_u32, |sum, (values, item)| {
        let count = values.first()?.parse::<u32>().ok()?;
        sum.checked_add(count.checked_mul(item.copies)?)
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
