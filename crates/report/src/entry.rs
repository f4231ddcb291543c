//! An entry of `results[]` in the result files and the HTTP API. Every key is always present.

use jiff::Timestamp;
use serde::Serialize;

use super::metadata::Metadata;
use super::reported_draft::ReportedDraft;
use super::seller_copy::SellerCopy;
use domain::artwork::{Artwork, Cover};
use domain::condition::Condition;
use domain::copy_description::CopyDescription;
use domain::item_details::ItemDetails;
use domain::listing::MissingField;
use domain::matching::{Match, Verdict};
use domain::money::Money;
use domain::outcome::{Draft, DraftedGroup, ItemOutcome, Status};
use domain::pricing::{Confidence, PriceEstimate, Sample, SampleKind};
use domain::provider::Provider;
use domain::sink::SinkKind;

/// An item with a final status. Unknown values are `null`; empty lists are `[]`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ResultEntry {
    /// Digits of the barcode: 12 for a UPC-A, 13 for an EAN-13, 8 for an EAN-8.
    pub upc: String,
    /// True if the item has a draft, or would have one after a dry run.
    pub success: bool,
    pub status: Status,
    /// Why the item failed, was skipped or needs a decision.
    pub error: Option<String>,
    /// Note about a success, such as the age of an existing draft.
    pub note: Option<String>,
    /// Time of the final status.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub timestamp: Option<Timestamp>,
    /// Line numbers of this barcode in the source, from 1.
    pub lines: Vec<u32>,
    /// Number of copies.
    pub copies: u32,
    /// Condition, grades, note and location of the copies.
    pub seller: SellerCopy,
    /// Matched release; `null` if none was matched.
    pub metadata: Option<Metadata>,
    pub pricing: Option<Pricing>,
    pub images: Option<Images>,
    /// The draft of all copies, or of the first of them.
    pub draft: Option<DraftEntry>,
    /// Drafts of the other copies.
    pub further_drafts: Vec<DraftEntry>,
    /// All drafts, each with the copies in it.
    pub drafts: Vec<ReportedDraft>,
    /// Copies of each draft, if the seller describes them differently; otherwise empty.
    pub copy_groups: Vec<CopyGroupEntry>,
    /// Releases to decide between, best first.
    pub candidates: Vec<Candidate>,
    /// Differences between the candidates.
    pub differences: Vec<String>,
    /// Fields that the listing is missing, and how to add them.
    pub missing: Vec<MissingField>,
    /// Providers that failed for this item, with their error messages.
    #[serde(rename = "without")]
    pub failed_providers: Vec<String>,
}

/// A release that was proposed but not chosen.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Candidate {
    /// Match score from 0 to 1, rounded to two decimals.
    pub score: f64,
    #[serde(flatten)]
    pub metadata: Metadata,
}

/// Price estimate of an item.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Pricing {
    /// Decimal amount, such as `9.99`.
    pub recommended_price: Option<String>,
    /// Currency code (ISO 4217).
    pub currency: Option<String>,
    pub confidence: Confidence,
    /// How the price was calculated, as text.
    pub rule: String,
    /// The comparables.
    pub samples: Vec<SampleEntry>,
}

/// A comparable on which the price estimate is based.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SampleEntry {
    pub provider: Provider,
    pub kind: SampleKind,
    /// Decimal amount, such as `9.99`.
    pub price: String,
    /// Currency code (ISO 4217).
    pub currency: String,
    pub condition: Option<Condition>,
    /// The provider's own words for the condition or the offer.
    pub wording: String,
    #[schema(value_type = String, format = DateTime)]
    /// Time at which the price was read.
    pub at: Timestamp,
}

/// Cover images of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Images {
    /// Address of the chosen image.
    pub primary_image: Option<String>,
    pub candidates: Vec<ImageEntry>,
}

/// A cover image, and why it was not chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImageEntry {
    pub url: String,
    pub provider: Provider,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// True for a front cover.
    pub front: bool,
    /// Why the image was not chosen.
    #[serde(rename = "refused")]
    pub rejection_reason: Option<String>,
}

/// A draft, which is not live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DraftEntry {
    pub sku: String,
    /// ID that eBay gave the offer or the draft; `null` without one.
    pub offer_id: Option<String>,
    /// Title of the listing.
    pub title: String,
    /// Page at which the seller finds the draft.
    pub url: Option<String>,
    pub sink: SinkKind,
    /// Price of a draft that existed before the batch and keeps its price, as a decimal amount; `null` for a new draft,
    /// whose price is `pricing.recommended_price`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
}

/// The copies in one of several drafts of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CopyGroupEntry {
    pub sku: String,
    pub copies: u32,
    /// Decimal amount, such as `9.99`.
    pub price: String,
    /// Currency code (ISO 4217).
    pub currency: String,
    /// Condition, grades, note and location of the copies.
    pub seller: SellerCopy,
}

impl ResultEntry {
    /// Creates the entry of an item in a batch with these defaults; `None` if the item has no final status.
    pub fn from_details(details: &ItemDetails, defaults: &CopyDescription) -> Option<Self> {
        let outcome = details.outcome.as_ref()?;
        let (matched, candidates, differences) = match &details.verdict {
            Some(Verdict::Matched { best_match, .. }) => (Some(best_match), &[][..], &[][..]),
            Some(Verdict::Ambiguous { candidates, differences }) => (None, &candidates[..], &differences[..]),
            Some(Verdict::Unknown { .. }) | None => (None, &[][..], &[][..]),
        };
        Some(Self {
            upc: details.input.upc.to_string(),
            success: outcome.status.is_success(),
            status: outcome.status,
            error: outcome.error.clone(),
            note: outcome.note.clone(),
            timestamp: details.updated_at,
            lines: details.input.lines.to_vec(),
            copies: details.input.copies,
            seller: SellerCopy::from_details(details, defaults),
            metadata: matched.map(|matched| Metadata::from(&matched.release)),
            pricing: details.price_estimate.as_ref().map(Pricing::from),
            images: details.artwork.as_ref().map(Images::from),
            draft: outcome.draft.as_ref().map(DraftEntry::from),
            further_drafts: outcome.additional_drafts.iter().map(DraftEntry::from).collect(),
            drafts: ReportedDraft::from_outcome(details, outcome, defaults),
            copy_groups: CopyGroupEntry::from_outcome(details, outcome, defaults),
            candidates: candidates.iter().map(Candidate::from).collect(),
            differences: differences.to_vec(),
            missing: details.missing.clone(),
            failed_providers: details.unavailable_providers.iter().cloned().map(String::from).collect(),
        })
    }
}

impl From<&Match> for Candidate {
    fn from(candidate: &Match) -> Self {
        // Rounds again as `f64`: 0.87 as `f32` is 0.8700000047683716 as `f64`.
        let score = (f64::from(candidate.score) * 100.0).round() / 100.0;
        Self { score, metadata: Metadata::from(&candidate.release) }
    }
}

impl From<&PriceEstimate> for Pricing {
    fn from(price_estimate: &PriceEstimate) -> Self {
        Self {
            recommended_price: price_estimate.price.map(Money::amount),
            currency: price_estimate.price.map(|price| price.currency.code().to_owned()),
            confidence: price_estimate.confidence,
            rule: price_estimate.rule.clone(),
            samples: price_estimate.samples.iter().map(SampleEntry::from).collect(),
        }
    }
}

impl From<&Sample> for SampleEntry {
    fn from(sample: &Sample) -> Self {
        Self {
            provider: sample.provider.clone(),
            kind: sample.kind,
            price: sample.price.amount(),
            currency: sample.price.currency.code().to_owned(),
            condition: sample.condition,
            wording: sample.wording.clone(),
            at: sample.observed_at,
        }
    }
}

impl From<&Artwork> for Images {
    fn from(artwork: &Artwork) -> Self {
        let candidates =
            artwork.candidates.iter().map(|judged| ImageEntry::new(&judged.cover, judged.rejection.clone()));
        Self { primary_image: artwork.chosen.as_ref().map(|cover| cover.url.clone()), candidates: candidates.collect() }
    }
}

impl ImageEntry {
    fn new(cover: &Cover, rejection_reason: Option<String>) -> Self {
        Self {
            url: cover.url.clone(),
            provider: cover.provider.clone(),
            width: cover.size.map(|(width, _)| width),
            height: cover.size.map(|(_, height)| height),
            front: cover.is_front,
            rejection_reason,
        }
    }
}

impl CopyGroupEntry {
    fn from_outcome(details: &ItemDetails, outcome: &ItemOutcome, defaults: &CopyDescription) -> Vec<Self> {
        let stated = details.draft_groups(defaults);
        let to_entry = |group: &DraftedGroup| Self {
            sku: group.sku.to_string(),
            copies: group.copies,
            price: group.price.amount(),
            currency: group.price.currency.code().to_owned(),
            seller: SellerCopy::from_group(group, details, &stated),
        };
        outcome.groups.iter().map(to_entry).collect()
    }
}

impl From<&Draft> for DraftEntry {
    fn from(draft: &Draft) -> Self {
        Self {
            sku: draft.sku.to_string(),
            offer_id: draft.offer_id.clone(),
            title: draft.title.clone(),
            url: draft.url.clone(),
            sink: draft.sink,
            price: draft.price.map(Money::amount),
        }
    }
}
