//! Destinations of drafts, in the words of settings, flags, the HTTP API and the journal.

use serde::{Deserialize, Deserializer, Serialize};
use strum::VariantArray as _;

/// A destination of drafts. Its words are the same on disk, on the wire and on the command line.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum SinkKind {
    /// The drafts file (CSV) that the seller uploads in Seller Hub. It needs no eBay account.
    Csv,
    /// Unpublished offers, by eBay's Inventory API.
    Inventory,
    /// Item drafts, by eBay's Listing API.
    ItemDraft,
    /// Nothing: a dry run writes no draft.
    #[serde(rename = "rehearsal")]
    #[strum(serialize = "rehearsal")]
    DryRun,
}

impl SinkKind {
    /// Every destination.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The destinations that a setting, a flag or a request can name; the first needs no account. A dry run is asked
    /// for by test mode instead.
    pub const SELECTABLE: [Self; 3] = [Self::Csv, Self::Inventory, Self::ItemDraft];

    /// Returns the word of settings and results: `item-draft`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Reads the destination of a stored job. Earlier versions stored the setting unchecked; such a job made no draft, and
/// still makes none.
///
/// # Errors
/// Returns the deserializer's error if the value is not a string.
pub(crate) fn deserialize_stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SinkKind, D::Error> {
    let word = String::deserialize(deserializer)?;
    Ok(word.parse().unwrap_or(SinkKind::DryRun))
}

/// Reads an optional destination of a request: one of [`SinkKind::SELECTABLE`].
///
/// # Errors
/// Returns the deserializer's error, with the words that are allowed, for any other word.
pub fn deserialize_selectable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SinkKind>, D::Error> {
    let Some(word) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let selected = SinkKind::SELECTABLE.into_iter().find(|sink| sink.as_str() == word);
    let unknown = || serde::de::Error::unknown_variant(&word, &["csv", "inventory", "item-draft"]);
    selected.map(Some).ok_or_else(unknown)
}
