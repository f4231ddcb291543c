//! Whether a release was authorized, and reasons not to sell it.
//!
//! The names are those of musicbrainz.org/doc/Release#Status, and Discogs' format descriptions "Unofficial Release" and
//! "Promo".

use serde::{Deserialize, Serialize};

/// Status of a release.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(ascii_case_insensitive)]
pub enum ReleaseStatus {
    /// Authorized by artist and label.
    Official,
    /// A promotional copy, not for sale.
    #[strum(to_string = "Promotional", serialize = "Promotion", serialize = "Promo")]
    Promotion,
    /// Not authorized: bootlegs and counterfeits.
    #[strum(to_string = "Unofficial", serialize = "Bootleg", serialize = "Unofficial Release")]
    Bootleg,
    /// A translated or transliterated track list of another entry. No such item exists.
    #[strum(to_string = "Pseudo-Release")]
    PseudoRelease,
    /// Released and then recalled.
    Withdrawn,
    /// Announced but never released.
    Cancelled,
    /// Removed from a digital catalog.
    Expunged,
}

/// A reason why the operator must check the item before a draft is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseConcern {
    /// A bootleg or counterfeit.
    Unofficial,
    /// Discogs blocks the sale of the release.
    Blocked,
    /// A CD-R, DVD-R or BD-R.
    Recordable,
    /// The label recalled the release.
    Withdrawn,
    /// The release was removed from a digital catalog.
    Expunged,
    /// The release was canceled.
    Cancelled,
    /// The entry is only a translation of another entry.
    PseudoRelease,
    /// A promotional copy. Needs review only if the seller's settings say so.
    Promotional,
    /// The scanned barcode is on a part of the set.
    InnerBarcode,
    /// The set has several barcodes, and no data source states which one is its own.
    UnclearBarcode,
    /// Data sources contradict each other about the item: carrier, number of discs, size or color.
    Contradiction,
}

impl ReleaseConcern {
    /// Returns the reason and eBay's rule (`docs/EBAY.md`), for display.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Unofficial => {
                "an unofficial release (bootleg or counterfeit); eBay's policy on unauthorized copies forbids it"
            }
            Self::Blocked => {
                "blocked from sale at Discogs, as counterfeits are; eBay's policy on unauthorized copies may forbid it"
            }
            Self::Recordable => {
                "on recordable media (CD-R, DVD-R); eBay's policy on recordable media allows it only to the owner of the rights"
            }
            Self::Withdrawn => {
                "withdrawn by the label; eBay's policy on recalled and unauthorized items may forbid it, and the item \
                 may be another release"
            }
            Self::Expunged => {
                "known only by an entry of a release that was removed from digital catalogs (expunged), so the item \
                 may be another release"
            }
            Self::Cancelled => {
                "canceled before its release, so a copy is a promo, an unauthorized copy that eBay's policy forbids, \
                 or another release"
            }
            Self::PseudoRelease => "known only by an entry that translates another release (a pseudo-release)",
            Self::InnerBarcode => {
                "a set, and the scanned barcode is that of a part inside it: the item may be that part alone"
            }
            Self::UnclearBarcode => {
                "a set with several barcodes, and no data source says which of them is on the outside"
            }
            Self::Contradiction => "described differently by the data sources",
            Self::Promotional => {
                "a promotional copy; eBay's policy on promotional items allows it only if the listing says so"
            }
        }
    }

    /// Returns true if the concern needs review whatever the seller's settings are.
    pub(crate) const fn always_needs_review(self) -> bool {
        !matches!(self, Self::Promotional)
    }

    /// Returns true if the entry is not the release that was sold regularly. Such entries are never merged with the
    /// regular one, which is preferred.
    pub(crate) const fn is_other_than_regular(self) -> bool {
        matches!(
            self,
            Self::Unofficial | Self::Blocked | Self::Withdrawn | Self::Expunged | Self::Cancelled | Self::PseudoRelease
        )
    }
}
