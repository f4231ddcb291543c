//! Unofficial, withdrawn and similar releases with the barcode of a regular release. The item could be either.

use super::super::release_status::ReleaseConcern;
use super::concerns;
use super::differences::compare_candidates;
use super::verdict::Match;

/// A release that is not regular, with the same barcode as a regular one.
pub(super) struct Lookalike {
    /// ID at the provider, such as `discogs:9910004`.
    id: String,
    concern: Option<ReleaseConcern>,
    /// Fields that distinguish the two, the regular release first: `country Japan, not Russia`.
    pub(super) differences: Vec<String>,
}

/// Returns the releases in `others` that are not regular; empty if `best` is not regular itself.
pub(super) fn find_lookalikes(best: &Match, others: &[Match]) -> Vec<Lookalike> {
    let is_irregular = |candidate: &Match| candidate.entries.iter().any(concerns::is_other_than_regular);
    if is_irregular(best) {
        return Vec::new();
    }
    others.iter().filter(|other| is_irregular(other)).map(|other| Lookalike::new(best, other)).collect()
}

impl Lookalike {
    fn new(best: &Match, other: &Match) -> Self {
        // Fields that only one of the two states cannot be checked. The status is not printed on the item.
        let rows = compare_candidates(&[best, other]).into_iter();
        let telling = rows.filter(|row| row.differs && row.known > 1 && row.field != "status");
        let differences = telling.map(|row| {
            let values = row.values.into_iter().map(|value| value.unwrap_or_else(|| "none".to_owned()));
            format!("{} {}", row.field, values.collect::<Vec<_>>().join(", not "))
        });
        let mut concerns = other.release.concerns.iter().map(|concern| concern.value);
        Self {
            id: other.entries.first().map(|entry| entry.id.to_string()).unwrap_or_default(),
            concern: concerns.find(|concern| concern.is_other_than_regular()),
            differences: differences.collect(),
        }
    }

    /// Describes what the seller should compare on the item.
    pub(super) fn describe(&self) -> String {
        let reason = self.concern.map(|concern| format!(" ({})", concern.description())).unwrap_or_default();
        let how = if self.differences.is_empty() {
            "no data source says how to tell them apart".to_owned()
        } else {
            format!("yours is another release if it has: {}", self.differences.join(", "))
        };
        format!("{} has the same barcode{reason}: {how}", self.id)
    }
}
