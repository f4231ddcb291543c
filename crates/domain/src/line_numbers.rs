//! The lines of a list on which an item stands.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

/// Line numbers, from 1. Most items stand on one line: a list of a million rows would otherwise need a million allocations.
pub type LineNumbers = SmallVec<[u32; 2]>;

/// Writes line numbers as an array.
pub(super) fn serialize<S: Serializer>(lines: &LineNumbers, serializer: S) -> Result<S::Ok, S::Error> {
    lines.as_slice().serialize(serializer)
}

/// Reads an array of line numbers.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LineNumbers, D::Error> {
    Vec::deserialize(deserializer).map(|lines| LineNumbers::from_slice(&lines))
}
