//! One UPC of a job: how far it is, and the one table of what may follow what.
//!
//! ```text
//! Waiting ── Identified ──> Known ── Appraised, Illustrated (in either order) ── Lacking | Drafting ── Done
//!    └───────────────────────────────────────── Done (failed, skipped, unknown) ────────────────────────┘
//!
//! Done (needs review) ── Decided ──> Known, and on from there | left alone ── Done (skipped)
//! Done ── Again (scanned once more) ──> Known where its price or cover is there, else Waiting
//! ```
//!
//! Before its draft is on its way it can be held; then it is let go, or it ends.

use std::num::NonZeroU32;

use compact_str::{CompactString, ToCompactString};
use jiff::Timestamp;
use serde::Serialize;

use super::appraisal::Confidence;
use super::decision::{Choice, Decision};
use super::event::Step;
use super::matching::Verdict;
use super::money::Money;
use super::outcome::Status;
use super::upc::Upc;

/// How far an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Waiting,
    /// The release is known; price and cover are asked for.
    Known,
    /// Nobody knows the release, or several fit: only an end state can follow.
    Undecided,
    /// The listing lacks something: only an end state can follow.
    Lacking,
    /// The draft is on its way to the market.
    Drafting,
    Done,
}

impl Stage {
    /// In the order of the way.
    pub const ALL: [Self; 6] = [Self::Waiting, Self::Known, Self::Undecided, Self::Lacking, Self::Drafting, Self::Done];
}

/// How far an item is, which of the two steps in any order it has had, and whether it is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that hold or do not, each by itself")]
pub struct Progress {
    pub stage: Stage,
    pub appraised: bool,
    pub illustrated: bool,
    /// Set aside by the operator, at the stage that it had reached.
    pub held: bool,
    /// It ended so that a person can decide about it.
    pub in_review: bool,
}

/// What a table row shows of an item; a few hundred bytes, so that a million fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    pub upc: Upc,
    pub copies: u32,
    pub stage: Stage,
    pub appraised: bool,
    pub illustrated: bool,
    /// Set aside by the operator.
    pub held: bool,
    pub artist: Option<CompactString>,
    pub title: Option<CompactString>,
    pub format: Option<CompactString>,
    pub price: Option<Money>,
    /// How far the price can be trusted.
    pub confidence: Option<Confidence>,
    /// The score of the match, in hundredths.
    pub score: Option<u8>,
    pub status: Option<Status>,
    pub error: Option<Box<str>>,
    /// eBay's number of the draft; the SKU follows from the UPC.
    pub offer: Option<CompactString>,
    /// When the first answer was there, and when it ended, in seconds since 1970.
    pub began: Option<NonZeroU32>,
    pub ended: Option<NonZeroU32>,
}

/// A step that cannot follow the stage an item is in. Never a reason to stop a batch: the journal refuses the event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{upc}: {step} cannot follow {stage:?}")]
pub struct IllegalStep {
    pub upc: Upc,
    pub stage: Stage,
    pub step: &'static str,
}

impl IllegalStep {
    /// The step of somebody who does not know yet that the item was set aside.
    const OF_HELD: &'static str = "a step of an item that is held";

    /// True for a step that only came too late: the item was set aside, or given up.
    pub fn is_late(&self) -> bool {
        self.step == Self::OF_HELD || self.stage == Stage::Done
    }
}

impl Progress {
    /// Where `step` leads. This is the one table of what may follow what.
    ///
    /// # Errors
    /// [`IllegalStep`] for a step that cannot follow; a decision alone follows `Done`, where one is waited for.
    pub fn after(self, upc: Upc, step: &Step) -> Result<Self, IllegalStep> {
        let illegal = |step| Err(IllegalStep { upc, stage: self.stage, step });
        let stage = match (self.stage, step) {
            (Stage::Done | Stage::Drafting, Step::Held) => return illegal("a hold"),
            (_, Step::Held) if !self.held => return Ok(Self { held: true, ..self }),
            (_, Step::Released) if self.held && self.stage != Stage::Done => return Ok(Self { held: false, ..self }),
            (_, Step::Held) => return illegal("a second hold"),
            (_, Step::Released) => return illegal("a release"),
            (Stage::Done, Step::Done { .. }) => return illegal("a second end state"),
            (_, Step::Done { outcome }) => {
                let in_review = outcome.status == Status::NeedsReview;
                return Ok(Self { stage: Stage::Done, in_review, held: false, ..self });
            }
            (Stage::Done, Step::Decided { decision }) if self.in_review => return Ok(self.decided(decision)),
            (_, Step::Decided { .. }) => return illegal("a decision"),
            (Stage::Done, Step::Again) => return Ok(self.again()),
            (_, Step::Again) => return illegal("a second begin"),
            _ if self.held => return illegal(IllegalStep::OF_HELD),
            (Stage::Waiting, Step::Identified { verdict: Verdict::Matched { .. }, .. }) => Stage::Known,
            (Stage::Waiting, Step::Identified { .. }) => Stage::Undecided,
            (Stage::Known, Step::Appraised { .. }) if !self.appraised => {
                return Ok(Self { appraised: true, ..self });
            }
            (Stage::Known, Step::Illustrated { .. }) if !self.illustrated => {
                return Ok(Self { illustrated: true, ..self });
            }
            (Stage::Known, Step::Lacking { .. }) => Stage::Lacking,
            // From `Drafting` too: after a crash between the announcement and the answer, the resumed run
            // announces it again.
            (Stage::Known | Stage::Drafting, Step::Drafting { .. }) => Stage::Drafting,
            (_, Step::Identified { .. }) => return illegal("a match"),
            (_, Step::Appraised { .. }) => return illegal("a price"),
            (_, Step::Illustrated { .. }) => return illegal("a cover"),
            (_, Step::Lacking { .. }) => return illegal("a lack"),
            (_, Step::Drafting { .. }) => return illegal("a draft"),
        };
        Ok(Self { stage, held: false, ..self })
    }

    /// What has a price or a cover is known; anything else is looked up once more.
    fn again(self) -> Self {
        let is_known = self.appraised || self.illustrated;
        let stage = if is_known { Stage::Known } else { Stage::Waiting };
        Self { stage, in_review: false, held: false, ..self }
    }

    /// Price and cover stay where the pressing does.
    fn decided(self, decision: &Decision) -> Self {
        let stays = !decision.changes_the_pressing();
        let stage = if decision.leaves_alone().is_some() { Stage::Undecided } else { Stage::Known };
        Self {
            stage,
            appraised: self.appraised && stays,
            illustrated: self.illustrated && stays,
            in_review: false,
            held: false,
        }
    }
}

impl Item {
    /// An item that nothing has happened to yet.
    pub fn new(upc: Upc, copies: u32) -> Self {
        Self {
            upc,
            copies,
            stage: Stage::Waiting,
            appraised: false,
            illustrated: false,
            held: false,
            artist: None,
            title: None,
            format: None,
            price: None,
            confidence: None,
            score: None,
            status: None,
            error: None,
            offer: None,
            began: None,
            ended: None,
        }
    }

    /// How far the item is, without what a table row shows.
    pub fn progress(&self) -> Progress {
        let in_review = self.status == Some(Status::NeedsReview);
        let (stage, appraised, illustrated) = (self.stage, self.appraised, self.illustrated);
        Progress { stage, appraised, illustrated, held: self.held, in_review }
    }

    /// Where `step` leads from the stage the item is in.
    ///
    /// # Errors
    /// As [`Progress::after`].
    pub fn next_stage(&self, step: &Step) -> Result<Stage, IllegalStep> {
        self.progress().after(self.upc, step).map(|progress| progress.stage)
    }

    /// The item after `step`.
    ///
    /// # Errors
    /// As [`Item::next_stage`]; the item is unchanged then.
    pub fn after(&mut self, step: &Step) -> Result<(), IllegalStep> {
        let progress = self.progress().after(self.upc, step)?;
        self.held = progress.held;
        (self.stage, self.appraised, self.illustrated) = (progress.stage, progress.appraised, progress.illustrated);
        match step {
            Step::Identified { verdict, .. } => self.learn_verdict(verdict),
            Step::Appraised { appraisal, .. } => {
                self.price = appraisal.price;
                self.confidence = Some(appraisal.confidence);
            }
            Step::Illustrated { .. } | Step::Lacking { .. } | Step::Drafting { .. } | Step::Held | Step::Released => {}
            Step::Decided { decision } => self.learn_decision(decision),
            Step::Done { outcome } => {
                self.status = Some(outcome.status);
                self.error = outcome.error.as_deref().map(Into::into);
                self.offer = outcome.draft.as_ref().and_then(|draft| draft.offer_id.as_deref()).map(Into::into);
            }
            // What it is stays to be read while it is worked on once more.
            Step::Again => (self.status, self.error, self.ended) = (None, None, None),
        }
        Ok(())
    }

    /// Notes when a step was: the first one and the end state are shown.
    pub fn note_time(&mut self, at: Timestamp) {
        let seconds = u32::try_from(at.as_second()).ok().and_then(NonZeroU32::new);
        self.began = self.began.or(seconds);
        if self.stage == Stage::Done {
            self.ended = seconds;
        }
    }

    fn learn_verdict(&mut self, verdict: &Verdict) {
        let best = match verdict {
            Verdict::Matched { found, .. } => Some(found.as_ref()),
            Verdict::Ambiguous { candidates, .. } => candidates.first(),
            Verdict::Unknown { .. } => None,
        };
        let Some(best) = best else { return };
        let release = &best.release;
        self.artist = release.artist.as_ref().map(|a| a.value.to_compact_string());
        self.title = release.title.as_ref().map(|t| t.value.as_str().into());
        self.format = release.format.as_ref().map(|f| f.value.to_compact_string());
        self.score = Some(best.hundredths());
    }

    fn learn_decision(&mut self, decision: &Decision) {
        (self.status, self.error, self.ended) = (None, None, None);
        if decision.changes_the_pressing() {
            (self.price, self.confidence) = (None, None);
        }
        if decision.price.is_some() {
            (self.price, self.confidence) = (decision.price, Some(Confidence::High));
        }
        let given = |text: Option<&String>| text.map(|text| text.as_str().into());
        if let Choice::Pressing(chosen) = &decision.choice {
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
