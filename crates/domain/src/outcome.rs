//! The outcome of an item: its final status and its drafts.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use strum::{EnumCount as _, VariantArray as _};

use super::copy_description::CopyDescription;
use super::inventory_facts::CopyCosts;
use super::lot::LotOutcome;
use super::money::Money;
use super::sink::SinkKind;
use super::sku::Sku;

/// Final status of an item. The serialized names are those in the result files.
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
    /// The draft already existed, according to eBay or the ledger.
    AlreadyDrafted,
    /// A row was added to the drafts file.
    Exported,
    /// A dry run, or a batch without drafts: the listing was composed, but nothing was written.
    #[serde(rename = "rehearsed")]
    #[strum(serialize = "rehearsed")]
    DryRun,
    /// The operator must decide: several pressings fit, or data is missing.
    NeedsReview,
    /// Processing failed; the error says why.
    Failed,
    /// The item was deliberately not drafted.
    Skipped,
}

impl Status {
    /// All statuses, in the order of a summary.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");

    /// Returns the name in the result files, such as `needs_review`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Returns true for a successful status: a draft, or a dry run.
    pub const fn is_success(self) -> bool {
        self.has_draft() || matches!(self, Self::DryRun)
    }

    /// Returns true if the item has a draft at a destination.
    pub const fn has_draft(self) -> bool {
        matches!(self, Self::Drafted | Self::AlreadyDrafted | Self::Exported)
    }
}

/// Outcome of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemOutcome {
    pub status: Status,
    /// Why the item was not successful: what happened, with the upstream's own message if there is one, and what to do.
    pub error: Option<String>,
    /// Note about a success, such as the age of an existing draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The draft, if there is one.
    pub draft: Option<Draft>,
    /// Drafts of the other copies, if each copy has its own draft.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "further")]
    pub additional_drafts: Vec<Draft>,
    /// Copies of each draft, if the seller describes them differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<DraftedGroup>,
    /// The lot in which the item is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotOutcome>,
}

/// The copies in one of several drafts of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftedGroup {
    pub sku: Sku,
    pub copies: u32,
    pub price: Money,
    #[serde(flatten)]
    pub copy: CopyDescription,
    /// Where the copies are stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<CompactString>,
    /// The seller's own SKUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_sku: Option<CompactString>,
    /// Prices that the seller paid per copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CopyCosts>,
}

impl ItemOutcome {
    const fn new(status: Status, error: Option<String>, draft: Option<Draft>) -> Self {
        Self { status, error, note: None, draft, additional_drafts: Vec::new(), groups: Vec::new(), lot: None }
    }

    /// Creates a successful outcome.
    pub const fn succeeded(status: Status, draft: Option<Draft>) -> Self {
        Self::new(status, None, draft)
    }

    /// Creates the outcome of an item that needs review. `why` says what to decide.
    pub const fn needs_review(why: String) -> Self {
        Self::new(Status::NeedsReview, Some(why), None)
    }

    /// Creates the outcome of a failed item.
    pub const fn failed(why: String) -> Self {
        Self::new(Status::Failed, Some(why), None)
    }

    /// Creates the outcome of a skipped item.
    pub const fn skipped(why: String) -> Self {
        Self::new(Status::Skipped, Some(why), None)
    }

    /// Returns the outcome with this note instead of the current one.
    pub fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// Returns the outcome with a further note.
    pub fn append_note(self, more: String) -> Self {
        match &self.note {
            Some(note) => {
                let both = format!("{note}; {more}");
                self.with_note(both)
            }
            None => self.with_note(more),
        }
    }

    /// Returns the drafts of the item at its destination. A dry run has none.
    pub fn drafts(&self) -> impl Iterator<Item = &Draft> {
        self.all_drafts().filter(|_| self.status.has_draft())
    }

    /// Returns all drafts: those at the destination, those of a dry run, and those of a failed item whose other drafts
    /// could not be created.
    pub fn all_drafts(&self) -> impl Iterator<Item = &Draft> {
        self.draft.iter().chain(&self.additional_drafts)
    }

    /// Returns the error, or else the note.
    pub fn message(&self) -> Option<&str> {
        self.error.as_deref().or(self.note.as_deref())
    }
}

/// A listing that exists but is not live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub sku: Sku,
    pub title: String,
    /// Destination of the draft.
    pub sink: SinkKind,
    /// eBay's ID of the unpublished offer.
    #[serde(default)]
    pub offer_id: Option<String>,
    /// Address of the page on which the seller finds the draft.
    #[serde(default)]
    pub url: Option<String>,
    /// Price of a draft that existed before and keeps its price, or of a lot; `None` if the draft has the price that this run
    /// estimated for the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}
