//! Pictures, and the one that was chosen.

use serde::{Deserialize, Serialize};

use super::super::provider::Provider;
use super::super::release::ReleaseId;

/// A picture put forward for a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// Where the picture is.
    pub url: String,
    /// Who put it forward.
    pub provider: Provider,
    /// The entry that the gallery says the picture belongs to; `None` where it does not say.
    pub belongs_to: Option<ReleaseId>,
    /// True for a front cover.
    #[serde(rename = "front")]
    pub is_front: bool,
    /// The reason why the picture is not a clean front cover, if the gallery states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<CoverFlaw>,
    /// Width and height in pixels, where measured or told.
    pub size: Option<(u32, u32)>,
    /// Whether the provider's terms let a seller show it in a listing.
    #[serde(rename = "licence")]
    pub license: CoverLicense,
}

/// What the gallery says against a picture of the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverFlaw {
    /// The gallery's editors have not approved it yet.
    NotApproved,
    /// It is a scan that nobody has cropped or straightened.
    RawScan,
    /// It shows the whole sleeve: front, spine and back in one picture.
    Spread,
    /// It has a watermark, which eBay's picture policy forbids.
    Watermark,
}

impl std::fmt::Display for CoverFlaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotApproved => "the gallery has not approved it yet",
            Self::RawScan => "it is a raw scan",
            Self::Spread => "it shows more than the front",
            Self::Watermark => "it has a watermark",
        })
    }
}

/// What a provider's terms say of a picture in a commercial listing; `docs/TERMS.md` has the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverLicense {
    /// The seller may show it on their own responsibility.
    SellersRisk,
    /// For the seller's eyes only.
    #[serde(rename = "look_only")]
    PreviewOnly,
}

/// The cover of an item and the candidates it was chosen from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artwork {
    /// The picture that the listing shows; `None` where none passed.
    pub chosen: Option<Cover>,
    /// All candidates, each with the reason why it was not taken.
    pub candidates: Vec<CoverCandidate>,
}

/// A candidate and what spoke against it; `None` for one that would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverCandidate {
    pub cover: Cover,
    #[serde(rename = "refused")]
    pub rejection: Option<String>,
}
