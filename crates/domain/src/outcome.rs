//! How an item ended.

use serde::{Deserialize, Serialize};
use strum::{EnumCount as _, VariantArray as _};

use super::sink::SinkKind;
use super::sku::Sku;

/// The end state of an item; the words are those of the result files.
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
    /// A draft was made on the market.
    Drafted,
    /// The market, or our ledger, already had its draft.
    AlreadyDrafted,
    /// A row of a drafts file.
    Exported,
    /// Test mode, or no drafts wanted: all was made ready and nothing was written.
    #[serde(rename = "rehearsed")]
    #[strum(serialize = "rehearsed")]
    DryRun,
    /// A person has to decide: several pressings, or something is missing.
    NeedsReview,
    /// Something broke; the error says what.
    Failed,
    /// Deliberately left alone.
    Skipped,
}

impl Status {
    /// Every status, in the order of a summary.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");

    /// Returns the word of the result files: `needs_review`.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// True where the item is where the operator wanted it.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Drafted | Self::AlreadyDrafted | Self::Exported | Self::DryRun)
    }
}

/// How one item ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemOutcome {
    pub status: Status,
    /// Why it is not a success: what happened, in the upstream's own words where there are any, and what to do.
    pub error: Option<String>,
    /// What is worth knowing of a success: since when the draft is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The draft, where there is one.
    pub draft: Option<Draft>,
    /// Those of further copies, where each copy is a draft of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "further")]
    pub additional_drafts: Vec<Draft>,
}

impl ItemOutcome {
    /// The item is where the operator wanted it.
    pub const fn succeeded(status: Status, draft: Option<Draft>) -> Self {
        Self { status, error: None, note: None, draft, additional_drafts: Vec::new() }
    }

    /// A person has to decide, and `why` says what.
    pub const fn needs_review(why: String) -> Self {
        Self { status: Status::NeedsReview, error: Some(why), note: None, draft: None, additional_drafts: Vec::new() }
    }

    /// Something broke, and `why` says what.
    pub const fn failed(why: String) -> Self {
        Self { status: Status::Failed, error: Some(why), note: None, draft: None, additional_drafts: Vec::new() }
    }

    /// Deliberately left alone, and `why` says why.
    pub const fn skipped(why: String) -> Self {
        Self { status: Status::Skipped, error: Some(why), note: None, draft: None, additional_drafts: Vec::new() }
    }

    /// The same with something worth knowing.
    pub fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The same with something more worth knowing.
    pub fn append_note(self, more: String) -> Self {
        match &self.note {
            Some(note) => {
                let both = format!("{note}; {more}");
                self.with_note(both)
            }
            None => self.with_note(more),
        }
    }

    /// What there is to say of it: the error, or else the note.
    pub fn message(&self) -> Option<&str> {
        self.error.as_deref().or(self.note.as_deref())
    }
}

/// A listing that exists and is not live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub sku: Sku,
    pub title: String,
    /// Where it went.
    pub sink: SinkKind,
    /// eBay's number of the unpublished offer.
    #[serde(default)]
    pub offer_id: Option<String>,
    /// Where the seller finds it.
    #[serde(default)]
    pub url: Option<String>,
}
