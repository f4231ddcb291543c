//! Destinations of drafts, with their names in settings, flags, the HTTP API and the journal.

use serde::{Deserialize, Deserializer, Serialize};
use strum::VariantArray as _;

/// A destination of drafts. Its name is the same on disk, in the API and on the command line.
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
    /// Drafts file (CSV) that the seller uploads in Seller Hub. Needs no eBay account.
    Csv,
    /// Unpublished offers of eBay's Inventory API.
    Inventory,
    /// Item drafts of eBay's Listing API.
    ItemDraft,
    /// A dry run, which writes no drafts.
    #[serde(rename = "rehearsal")]
    #[strum(serialize = "rehearsal")]
    DryRun,
}

impl SinkKind {
    /// All destinations.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Destinations that a setting, flag or request can select; the first one needs no account. A dry run is selected
    /// by test mode instead.
    pub const SELECTABLE: [Self; 3] = [Self::Csv, Self::Inventory, Self::ItemDraft];

    const SELECTABLE_NAMES: [&str; 3] = {
        let [first, second, third] = Self::SELECTABLE;
        [first.as_str(), second.as_str(), third.as_str()]
    };

    /// Returns true if drafts need a signed-in eBay account.
    pub const fn needs_account(self) -> bool {
        matches!(self, Self::Inventory | Self::ItemDraft)
    }

    /// Returns the name in settings and results, such as `item-draft`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Deserializes the destination of a stored job. Earlier versions stored the setting unchecked. An unknown destination
/// becomes a dry run, because such a job never created drafts.
///
/// # Errors
/// Returns the deserializer's error if the value is not a string.
pub(crate) fn deserialize_stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SinkKind, D::Error> {
    let word = String::deserialize(deserializer)?;
    Ok(word.parse().unwrap_or(SinkKind::DryRun))
}

/// Deserializes an optional destination in a request: one of [`SinkKind::SELECTABLE`].
///
/// # Errors
/// Returns the deserializer's error with the allowed names for any other value.
pub fn deserialize_selectable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SinkKind>, D::Error> {
    let Some(word) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let selected = SinkKind::SELECTABLE.into_iter().find(|sink| sink.as_str() == word);
    let unknown = || serde::de::Error::unknown_variant(&word, const { &SinkKind::SELECTABLE_NAMES });
    selected.map(Some).ok_or_else(unknown)
}
