//! One UPC of a job: its stage, and the table of the events that may follow each stage.
//!
//! ```text
//! Waiting ─ Identified ─> Identified ─ Priced, CoverChosen (in either order) ─> Incomplete | Drafting ─> Done
//!    └────────────────────────── Finished (failed, skipped, unknown) ─────────────────────────────────────┘
//!
//! Done (needs review) ─ ReviewDecided ─> Identified, and on from there | Unidentified (skipped) ─> Done
//! Done ─ ReviewDecided (an edit of the draft) ─> Identified, and on from there
//! Done (needs review) ─ Identified (by a search) ─> Done (needs review), with more candidates
//! Done ─ Requeued (scanned again) ─> Identified if it has a price or a cover, else Waiting
//! ```
//!
//! An item can be paused until its draft is sent. It is then resumed, or it ends.

use std::num::NonZeroU32;
use std::sync::Arc;

use compact_str::{CompactString, ToCompactString};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use strum::{EnumCount as _, VariantArray as _};

use super::copy_terms::CopyTerms;
use super::decision::{Decision, ReviewChoice};
use super::event::ItemEvent;
use super::matching::Verdict;
use super::money::Money;
use super::outcome::Status;
use super::pricing::Confidence;
use super::release::join_artist_and_title;
use super::sku::Sku;
use super::upc::Upc;

/// Stage of an item.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    strum::EnumCount,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Waiting,
    /// The release is known. Price and cover are being looked up.
    #[serde(rename = "known")]
    Identified,
    /// No provider knows the release, or several releases match. Only a final status can follow.
    #[serde(rename = "undecided")]
    Unidentified,
    /// The listing is missing data. Only a final status can follow.
    #[serde(rename = "lacking")]
    Incomplete,
    /// The draft is being sent to the destination.
    Drafting,
    Done,
}

impl Stage {
    /// All stages, in the order in which an item passes through them.
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("there are COUNT variants");
}

/// Stage and flags of an item: everything that decides which event may follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent properties")]
pub struct ItemState {
    pub stage: Stage,
    pub has_price: bool,
    pub has_cover: bool,
    /// True if the operator has paused the item. It keeps the stage that it had reached.
    pub paused: bool,
    /// True if the item has finished and waits for the operator's decision.
    pub in_review: bool,
}

/// An item with the fields of a table row. Takes a few hundred bytes, so that a million items fit in memory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    pub upc: Upc,
    pub copies: u32,
    pub stage: Stage,
    #[serde(rename = "appraised")]
    pub has_price: bool,
    #[serde(rename = "illustrated")]
    pub has_cover: bool,
    /// True if the operator has paused the item.
    #[serde(rename = "held")]
    pub paused: bool,
    pub artist: Option<CompactString>,
    pub title: Option<CompactString>,
    pub format: Option<CompactString>,
    pub price: Option<Money>,
    /// Confidence of the price estimate.
    pub confidence: Option<Confidence>,
    /// Match score in percent.
    pub score: Option<u8>,
    pub status: Option<Status>,
    /// Reason why the item failed or needs review. Items with the same reason can share the text.
    #[serde(serialize_with = "serialize_shared_text")]
    pub error: Option<Arc<str>>,
    /// eBay's ID of the offer.
    #[serde(rename = "offer")]
    pub offer_id: Option<CompactString>,
    /// SKU of the draft, unless it follows from the barcode alone; see [`Self::sku`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub located_sku: Option<CompactString>,
    /// Number of drafts, also of a dry run. Copies that the seller describes differently have their own drafts.
    #[serde(skip)]
    pub drafts: u16,
    /// Location and grades of the copies; `None` if nothing is stated.
    #[serde(skip)]
    pub terms: Option<Arc<CopyTerms>>,
    /// Time of the first event, in seconds since 1970. `ended_at` is the time of the final status.
    #[serde(rename = "began")]
    pub started_at: Option<NonZeroU32>,
    #[serde(rename = "ended")]
    pub ended_at: Option<NonZeroU32>,
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn serialize_shared_text<S: Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}

/// An event that cannot follow the stage of an item. The journal rejects it; the batch continues.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{upc}: {step} cannot follow {stage:?}")]
pub struct InvalidTransition {
    pub upc: Upc,
    pub stage: Stage,
    pub step: RejectedStep,
}

/// A rejected step, with its name in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display)]
pub enum RejectedStep {
    #[strum(to_string = "a pause")]
    Pause,
    #[strum(to_string = "a second pause")]
    SecondPause,
    #[strum(to_string = "a resume")]
    Resume,
    #[strum(to_string = "a second end state")]
    SecondFinish,
    #[strum(to_string = "a decision")]
    Decision,
    #[strum(to_string = "a second start")]
    Requeue,
    #[strum(to_string = "a match")]
    Match,
    #[strum(to_string = "a price")]
    Price,
    #[strum(to_string = "a cover")]
    Cover,
    #[strum(to_string = "a missing field")]
    MissingData,
    #[strum(to_string = "a draft")]
    Draft,
    /// Undoing a scan of an item whose draft is being sent.
    #[strum(to_string = "undoing a scan")]
    RetractScan,
    /// Any processing step: the worker has not noticed the pause yet.
    #[strum(to_string = "a step of a paused item")]
    OfPausedItem,
    #[strum(to_string = "a step of an item that is not in the list")]
    OfUnlistedItem,
}

impl InvalidTransition {
    /// Returns true if the step came too late: the item was paused, or had its final status.
    pub fn is_stale(&self) -> bool {
        self.step == RejectedStep::OfPausedItem || self.stage == Stage::Done
    }
}

impl ItemState {
    /// Returns the state after `step`. This table is the only place that defines which event may follow which stage.
    ///
    /// # Errors
    /// Returns [`InvalidTransition`] if the event cannot follow. After `Done`, only a decision, a search during review,
    /// and a requeue can.
    pub fn transition(self, upc: Upc, step: &ItemEvent) -> Result<Self, InvalidTransition> {
        let illegal = |step| Err(InvalidTransition { upc, stage: self.stage, step });
        let stage = match (self.stage, step) {
            (Stage::Done | Stage::Drafting, ItemEvent::Paused) => return illegal(RejectedStep::Pause),
            (_, ItemEvent::Paused) if !self.paused => return Ok(Self { paused: true, ..self }),
            (_, ItemEvent::Resumed) if self.paused && self.stage != Stage::Done => {
                return Ok(Self { paused: false, ..self });
            }
            (_, ItemEvent::Paused) => return illegal(RejectedStep::SecondPause),
            (_, ItemEvent::Resumed) => return illegal(RejectedStep::Resume),
            (Stage::Done, ItemEvent::Finished { .. }) => return illegal(RejectedStep::SecondFinish),
            (_, ItemEvent::Finished { outcome }) => {
                let in_review = outcome.status == Status::NeedsReview;
                return Ok(Self { stage: Stage::Done, in_review, paused: false, ..self });
            }
            (Stage::Done, ItemEvent::ReviewDecided { decision })
                if self.in_review || decision.is_edit || decision.is_undo() =>
            {
                return Ok(self.after_decision(decision));
            }
            // An edit of an earlier batch is applied before the draft is composed. An outline of the events lacks the
            // previous steps.
            (Stage::Waiting | Stage::Identified, ItemEvent::ReviewDecided { decision }) if decision.is_edit => {
                return Ok(self.after_decision(decision));
            }
            (_, ItemEvent::ReviewDecided { .. }) => return illegal(RejectedStep::Decision),
            (Stage::Done, ItemEvent::Identified { .. }) if self.in_review => return Ok(self),
            (Stage::Done, ItemEvent::Requeued | ItemEvent::Redescribed) => return Ok(self.requeue(step)),
            (_, ItemEvent::Requeued | ItemEvent::Redescribed) => return illegal(RejectedStep::Requeue),
            _ if self.paused => return illegal(RejectedStep::OfPausedItem),
            (Stage::Waiting, ItemEvent::Identified { verdict: Verdict::Matched { .. }, .. }) => Stage::Identified,
            (Stage::Waiting, ItemEvent::Identified { .. }) => Stage::Unidentified,
            // Also in `Drafting`: if the database was unreachable, it may lack these events but have `DraftStarted`.
            (Stage::Identified | Stage::Drafting, ItemEvent::Priced { .. }) if !self.has_price => {
                return Ok(Self { has_price: true, ..self });
            }
            (Stage::Identified | Stage::Drafting, ItemEvent::CoverChosen { .. }) if !self.has_cover => {
                return Ok(Self { has_cover: true, ..self });
            }
            (Stage::Identified, ItemEvent::MissingData { .. }) => Stage::Incomplete,
            // Also in `Drafting`: after a crash without a response, the resumed run records `DraftStarted` again.
            (Stage::Identified | Stage::Drafting, ItemEvent::DraftStarted { .. }) => Stage::Drafting,
            (_, ItemEvent::Identified { .. }) => return illegal(RejectedStep::Match),
            (_, ItemEvent::Priced { .. }) => return illegal(RejectedStep::Price),
            (_, ItemEvent::CoverChosen { .. }) => return illegal(RejectedStep::Cover),
            (_, ItemEvent::MissingData { .. }) => return illegal(RejectedStep::MissingData),
            (_, ItemEvent::DraftStarted { .. }) => return illegal(RejectedStep::Draft),
        };
        Ok(Self { stage, paused: false, ..self })
    }

    /// Returns the state of a requeued item. It keeps its release if it has a price or a cover; otherwise it is looked
    /// up again. If its copies are described differently, price and cover are new.
    fn requeue(self, step: &ItemEvent) -> Self {
        let is_known = self.has_price || self.has_cover;
        let stage = if is_known { Stage::Identified } else { Stage::Waiting };
        let keeps_price = *step != ItemEvent::Redescribed;
        let (has_price, has_cover) = (self.has_price && keeps_price, self.has_cover && keeps_price);
        Self { stage, has_price, has_cover, in_review: false, paused: false }
    }

    /// Returns the state after a decision. Keeps everything that the decision does not change.
    fn after_decision(self, decision: &Decision) -> Self {
        if let ReviewChoice::Undo { has_price, has_cover, .. } = decision.choice {
            return Self { stage: Stage::Identified, has_price, has_cover, in_review: false, paused: false };
        }
        let stage = if decision.skip_reason().is_some() { Stage::Unidentified } else { Stage::Identified };
        Self {
            stage,
            has_price: self.has_price && !decision.needs_new_price(),
            has_cover: self.has_cover && !decision.needs_new_cover(),
            in_review: false,
            paused: false,
        }
    }
}

impl Item {
    /// Creates an item without events.
    pub fn new(upc: Upc, copies: u32) -> Self {
        Self {
            upc,
            copies,
            stage: Stage::Waiting,
            has_price: false,
            has_cover: false,
            paused: false,
            artist: None,
            title: None,
            format: None,
            price: None,
            confidence: None,
            score: None,
            status: None,
            error: None,
            offer_id: None,
            located_sku: None,
            drafts: 0,
            terms: None,
            started_at: None,
            ended_at: None,
        }
    }

    /// Returns the item as it was when it was added to the job, with its present number of copies.
    pub(crate) fn without_events(&self) -> Self {
        Self { terms: CopyTerms::without_decisions(self.terms.as_ref()), ..Self::new(self.upc, self.copies) }
    }

    /// Returns the SKU of the item's draft. Before the draft is sent, this is the SKU of the barcode alone.
    pub fn sku(&self) -> Sku {
        self.located_sku.as_deref().and_then(Sku::parse).unwrap_or_else(|| Sku::for_upc(self.upc))
    }

    fn set_sku(&mut self, sku: &Sku) {
        self.located_sku = (*sku != Sku::for_upc(self.upc)).then(|| sku.as_str().into());
    }

    /// Returns the state of the item without the other fields of a table row.
    pub fn state(&self) -> ItemState {
        let in_review = self.status == Some(Status::NeedsReview);
        let (stage, has_price, has_cover) = (self.stage, self.has_price, self.has_cover);
        ItemState { stage, has_price, has_cover, paused: self.paused, in_review }
    }

    /// Returns the stage after `step`.
    ///
    /// # Errors
    /// Returns the errors of [`ItemState::transition`].
    pub(crate) fn next_stage(&self, step: &ItemEvent) -> Result<Stage, InvalidTransition> {
        self.state().transition(self.upc, step).map(|progress| progress.stage)
    }

    /// Applies an event.
    ///
    /// # Errors
    /// Returns the errors of [`ItemState::transition`]; the item is then unchanged.
    pub fn apply_event(&mut self, step: &ItemEvent) -> Result<(), InvalidTransition> {
        let progress = self.state().transition(self.upc, step)?;
        self.paused = progress.paused;
        (self.stage, self.has_price, self.has_cover) = (progress.stage, progress.has_price, progress.has_cover);
        match step {
            ItemEvent::Identified { verdict, .. } => self.apply_verdict(verdict),
            ItemEvent::Priced { price_estimate, .. } => {
                self.price = price_estimate.price;
                self.confidence = Some(price_estimate.confidence);
            }
            ItemEvent::CoverChosen { .. } | ItemEvent::MissingData { .. } | ItemEvent::Paused | ItemEvent::Resumed => {}
            ItemEvent::DraftStarted { sku, .. } => self.set_sku(sku),
            ItemEvent::ReviewDecided { decision } => self.apply_decision(decision),
            ItemEvent::Finished { outcome } => {
                self.status = Some(outcome.status);
                self.error = outcome.error.as_deref().map(Into::into);
                outcome.draft.iter().for_each(|draft| self.set_sku(&draft.sku));
                self.drafts = u16::try_from(outcome.all_drafts().count()).unwrap_or(u16::MAX);
                self.offer_id = outcome.draft.as_ref().and_then(|draft| draft.offer_id.as_deref()).map(Into::into);
                self.price = outcome.draft.as_ref().and_then(|draft| draft.price).or(self.price);
            }
            // Name and price stay visible while the item is processed again.
            ItemEvent::Requeued | ItemEvent::Redescribed => {
                (self.status, self.error, self.ended_at) = (None, None, None);
            }
        }
        Ok(())
    }

    /// Formats `artist – title`, as far as they are known; `None` if neither is known.
    pub fn display_name(&self) -> Option<String> {
        join_artist_and_title([self.artist.as_deref(), self.title.as_deref()])
    }

    /// Records the time of an event, if it is the first event or sets the final status.
    pub(crate) fn record_time(&mut self, at: Timestamp) {
        let seconds = u32::try_from(at.as_second()).ok().and_then(NonZeroU32::new);
        self.started_at = self.started_at.or(seconds);
        if self.stage == Stage::Done {
            self.ended_at = seconds;
        }
    }

    fn apply_verdict(&mut self, verdict: &Verdict) {
        let best = match verdict {
            Verdict::Matched { best_match: found, .. } => Some(found.as_ref()),
            Verdict::Ambiguous { candidates, .. } => candidates.first(),
            Verdict::Unknown { .. } => None,
        };
        let Some(best) = best else { return };
        let release = &best.release;
        self.artist = release.artist.as_ref().map(|a| a.value.to_compact_string());
        self.title = release.title.as_ref().map(|t| t.value.as_str().into());
        self.format = release.format.as_ref().map(|f| f.value.to_compact_string());
        self.score = Some(best.score_percent());
    }

    fn apply_decision(&mut self, decision: &Decision) {
        (self.status, self.error, self.ended_at) = (None, None, None);
        CopyTerms::apply_decision(&mut self.terms, decision);
        if let ReviewChoice::Undo { earlier_price, .. } = &decision.choice {
            (self.price, self.confidence) = (*earlier_price, None);
        }
        if decision.needs_new_price() {
            (self.price, self.confidence) = (None, None);
        }
        if decision.price.is_some() {
            (self.price, self.confidence) = (decision.price, Some(Confidence::High));
        }
        let given = |text: Option<&String>| text.map(|text| text.as_str().into());
        if let ReviewChoice::Candidate(chosen) = &decision.choice {
            self.artist = given(chosen.artist.as_ref());
            self.title = given(chosen.title.as_ref());
            self.format = given(chosen.format.as_ref());
            self.score = Some(chosen.score);
        }
        let right = &decision.corrections;
        let format = right.format.as_ref().map(ToCompactString::to_compact_string);
        self.artist = given(right.artist.as_ref()).or(self.artist.take());
        self.title = given(right.title.as_ref()).or(self.title.take());
        self.format = format.or(self.format.take());
    }
}
