//! Cover pictures with their flaws and licenses, and the cover that was chosen.

use serde::{Deserialize, Serialize};

use super::super::provider::Provider;
use super::super::release::ReleaseId;

/// A picture that a cover source proposes for a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// Address of the picture.
    pub url: String,
    /// The cover source.
    pub provider: Provider,
    /// Release that the picture belongs to according to the cover source; `None` if the source does not say.
    pub belongs_to: Option<ReleaseId>,
    /// True for a front cover.
    #[serde(rename = "front")]
    pub is_front: bool,
    /// Why the picture is not a clean front cover, if the cover source states a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<CoverFlaw>,
    /// Width and height in pixels; `None` if neither measured nor stated.
    pub size: Option<(u32, u32)>,
    /// Whether the provider's terms allow a seller to show the picture in a listing.
    #[serde(rename = "licence")]
    pub license: CoverLicense,
}

/// A flaw of a front cover that the cover source states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverFlaw {
    /// The source's editors have not approved the picture yet.
    NotApproved,
    /// The picture is a raw scan, neither cropped nor straightened.
    RawScan,
    /// The picture shows the whole sleeve: front, spine and back.
    Spread,
    /// The picture has a watermark, which eBay's picture policy forbids.
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

/// What a provider's terms allow for pictures in commercial listings. `docs/TERMS.md` has the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverLicense {
    /// The seller may show the picture at their own risk.
    SellersRisk,
    /// Only the seller may see the picture.
    #[serde(rename = "look_only")]
    PreviewOnly,
}

/// The cover of an item, and the candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artwork {
    /// Cover that the listing shows; `None` if no candidate passed every check.
    pub chosen: Option<Cover>,
    /// All candidates, with the reason for each rejection.
    pub candidates: Vec<CoverCandidate>,
}

/// A candidate, and why it was rejected; `None` if it passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverCandidate {
    pub cover: Cover,
    #[serde(rename = "refused")]
    pub rejection: Option<String>,
}
