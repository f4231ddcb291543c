//! Merges one field of several releases: a value with its source, the providers that agree, and the differing values.

use super::super::provenance::{Alternative, Sourced};
use super::super::provider_release::ProviderRelease;

/// Returns the first value, with the providers that agree and the values of those that differ.
pub(super) fn merge_field<T>(
    releases: &[&ProviderRelease],
    read: impl Fn(&ProviderRelease) -> Option<T>,
    same: impl Fn(&T, &T) -> bool,
) -> Option<Sourced<T>> {
    let mut known = releases.iter().filter_map(|release| read(release).map(|value| (value, release.source())));
    let (value, source) = known.next()?;
    let mut merged = Sourced::new(value, source);
    for (value, source) in known {
        if same(&merged.value, &value) {
            if source != merged.source && !merged.agreed.contains(&source) {
                merged.agreed.push(source);
            }
        } else {
            merged.alternatives.push(Alternative { value, source });
        }
    }
    Some(merged)
}
