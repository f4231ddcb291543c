//! How an item ended.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use strum::{EnumCount as _, VariantArray as _};

use super::copy_description::CopyDescription;
use super::listed_price::ListedPrice;
use super::lot::LotOutcome;
use super::money::Money;
use super::sink::SinkKind;
use super::sku::Sku;

/// Final status of an item; the words are those of the result files.
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
    strum::EnumCount,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Status {
    /// A draft was created at eBay.
    Drafted,
    /// eBay, or the ledger, already had its draft.
    AlreadyDrafted,
    /// A row was added to the drafts file.
    Exported,
    /// A dry run, or no drafts were requested: the listing was composed and nothing was written.
    #[serde(rename = "rehearsed")]
    #[strum(serialize = "rehearsed")]
    DryRun,
    /// The operator has to decide: several pressings fit, or something is missing.
    NeedsReview,
    /// Processing failed; the error says why.
    Failed,
    /// Deliberately not drafted.
    Skipped,
}

impl Status {
    /// Every status, in the order of a summary.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");

    /// Returns the word of the result files: `needs_review`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// True if the item ended as the operator wanted.
    pub const fn is_success(self) -> bool {
        self.has_draft() || matches!(self, Self::DryRun)
    }

    /// True if the item has a draft at a destination.
    pub const fn has_draft(self) -> bool {
        matches!(self, Self::Drafted | Self::AlreadyDrafted | Self::Exported)
    }
}

/// How one item ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemOutcome {
    pub status: Status,
    /// Why the item is not a success: what happened, with the upstream's own message if there is one, and what to do.
    pub error: Option<String>,
    /// A remark about a success, for example since when the draft exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The draft, if there is one.
    pub draft: Option<Draft>,
    /// Drafts of further copies, if each copy has its own draft.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "further")]
    pub additional_drafts: Vec<Draft>,
    /// The copies of each draft, if the seller describes them differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<DraftedGroup>,
    /// The lot in which the item is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotOutcome>,
}

/// Copies that one of several drafts of an item holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftedGroup {
    pub sku: Sku,
    pub copies: u32,
    pub price: Money,
    #[serde(flatten)]
    pub copy: CopyDescription,
    /// Where the copies stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<CompactString>,
    /// What the seller paid for one copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<ListedPrice>,
}

impl ItemOutcome {
    const fn new(status: Status, error: Option<String>, draft: Option<Draft>) -> Self {
        Self { status, error, note: None, draft, additional_drafts: Vec::new(), groups: Vec::new(), lot: None }
    }

    /// Returns a success.
    pub const fn succeeded(status: Status, draft: Option<Draft>) -> Self {
        Self::new(status, None, draft)
    }

    /// Returns the outcome of an item that needs review; `why` says what to decide.
    pub const fn needs_review(why: String) -> Self {
        Self::new(Status::NeedsReview, Some(why), None)
    }

    /// Returns the outcome of a failed item.
    pub const fn failed(why: String) -> Self {
        Self::new(Status::Failed, Some(why), None)
    }

    /// Returns the outcome of a skipped item.
    pub const fn skipped(why: String) -> Self {
        Self::new(Status::Skipped, Some(why), None)
    }

    /// Returns the outcome with this note instead of its own.
    pub fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// Returns the outcome with one more note.
    pub fn append_note(self, more: String) -> Self {
        match &self.note {
            Some(note) => {
                let both = format!("{note}; {more}");
                self.with_note(both)
            }
            None => self.with_note(more),
        }
    }

    /// Returns the drafts of the item at its destination; what a dry run has composed is none.
    pub fn drafts(&self) -> impl Iterator<Item = &Draft> {
        self.draft.iter().chain(&self.additional_drafts).filter(|_| self.status.has_draft())
    }

    /// Returns the error, or else the note.
    pub fn message(&self) -> Option<&str> {
        self.error.as_deref().or(self.note.as_deref())
    }
}

/// A listing that exists and is not live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub sku: Sku,
    pub title: String,
    /// Destination of the draft.
    pub sink: SinkKind,
    /// eBay's id of the unpublished offer.
    #[serde(default)]
    pub offer_id: Option<String>,
    /// Page on which the seller finds the draft.
    #[serde(default)]
    pub url: Option<String>,
    /// Price of a draft that existed before and keeps it; `None` for the price of this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}
