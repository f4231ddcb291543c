//! Limits a batch to the first items of its list. A lot is never split, because it is sold as one listing.

use std::collections::{BTreeMap, BTreeSet};

use domain::lot::lot_key;
use input::InputList;

/// Keeps the first `limit` items of a list and the other items of their lots. Adds a notice for lots that added items.
pub(super) fn limit_items(mut list: InputList, limit: Option<u64>) -> InputList {
    let Some(limit) = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)) else { return list };
    if limit >= list.items.len() {
        return list;
    }
    let beyond = list.items.split_off(limit);
    let names = list.items.iter().flat_map(|item| item.lots().into_iter().flatten().collect::<Vec<_>>());
    // A lot has the name of its first row.
    let names = names.fold(BTreeMap::new(), |mut names, name| {
        names.entry(lot_key(&name)).or_insert(name);
        names
    });
    if names.is_empty() {
        return list;
    }
    let mut completed = BTreeSet::new();
    let mut added = Vec::new();
    for item in beyond {
        let lots = item.lots().into_iter().flatten().filter_map(|name| names.get(&lot_key(&name)));
        let lots = lots.collect::<Vec<_>>();
        if !lots.is_empty() {
            completed.extend(lots);
            added.push(item);
        }
    }
    if !added.is_empty() {
        let completed = completed.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let items = match added.len() {
            1 => "1 more item completes its lot".to_owned(),
            count => format!("{count} more items complete its lots"),
        };
        list.reading.notices.push(format!("beyond the limit of {limit}, {items}: {completed}"));
        list.items.append(&mut added);
    }
    list
}
