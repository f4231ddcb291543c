//! Line numbers of an item in its list.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

/// Line numbers, from 1. Most items have one line, and storing it inline saves an allocation per item.
pub type LineNumbers = SmallVec<[u32; 2]>;

/// Serializes line numbers as an array.
pub(super) fn serialize<S: Serializer>(lines: &LineNumbers, serializer: S) -> Result<S::Ok, S::Error> {
    lines.as_slice().serialize(serializer)
}

/// Deserializes line numbers from an array.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LineNumbers, D::Error> {
    Vec::deserialize(deserializer).map(|lines| LineNumbers::from_slice(&lines))
}
