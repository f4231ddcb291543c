//! One UPC of a job: how far it is, and the one table of what may follow what.
//!
//! ```text
//! Waiting ── Identified ──> Known ── Appraised, Illustrated (in either order) ── Lacking | Drafting ── Done
//!    └───────────────────────────────────────── Done (failed, skipped, unknown) ────────────────────────┘
//! ```

use serde::Serialize;

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

/// How far an item is, and which of the two steps in any order it has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    pub appraised: bool,
    pub illustrated: bool,
}

/// What a table row shows of an item; a few hundred bytes, so that a million fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    pub upc: Upc,
    pub copies: u32,
    pub stage: Stage,
    pub appraised: bool,
    pub illustrated: bool,
    pub artist: Option<Box<str>>,
    pub title: Option<Box<str>>,
    pub format: Option<Box<str>>,
    pub price: Option<Money>,
    /// The score of the match, in hundredths.
    pub score: Option<u8>,
    pub status: Option<Status>,
    pub error: Option<Box<str>>,
}

/// A step that cannot follow the stage an item is in. Never a reason to stop a batch: the journal refuses the event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{upc}: {step} cannot follow {stage:?}")]
pub struct IllegalStep {
    pub upc: Upc,
    pub stage: Stage,
    pub step: &'static str,
}

impl Progress {
    /// Where `step` leads. This is the one table of what may follow what.
    ///
    /// # Errors
    /// [`IllegalStep`] for a step that cannot follow; nothing follows `Done`.
    pub fn after(self, upc: Upc, step: &Step) -> Result<Self, IllegalStep> {
        let illegal = |step| Err(IllegalStep { upc, stage: self.stage, step });
        let stage = match (self.stage, step) {
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
            (Stage::Done, Step::Again) => return Ok(Self::default()),
            (_, Step::Again) => return illegal("a second begin"),
            (Stage::Done, Step::Done { .. }) => return illegal("a second end state"),
            (_, Step::Done { .. }) => Stage::Done,
            (_, Step::Identified { .. }) => return illegal("a match"),
            (_, Step::Appraised { .. }) => return illegal("a price"),
            (_, Step::Illustrated { .. }) => return illegal("a cover"),
            (_, Step::Lacking { .. }) => return illegal("a lack"),
            (_, Step::Drafting { .. }) => return illegal("a draft"),
        };
        Ok(Self { stage, ..self })
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
            artist: None,
            title: None,
            format: None,
            price: None,
            score: None,
            status: None,
            error: None,
        }
    }

    /// How far the item is, without what a table row shows.
    pub fn progress(&self) -> Progress {
        Progress { stage: self.stage, appraised: self.appraised, illustrated: self.illustrated }
    }

    /// Where `step` leads from the stage the item is in.
    ///
    /// # Errors
    /// [`IllegalStep`] for a step that cannot follow; nothing follows `Done`.
    pub fn next_stage(&self, step: &Step) -> Result<Stage, IllegalStep> {
        self.progress().after(self.upc, step).map(|progress| progress.stage)
    }

    /// The item after `step`.
    ///
    /// # Errors
    /// As [`Item::next_stage`]; the item is unchanged then.
    pub fn after(&mut self, step: &Step) -> Result<(), IllegalStep> {
        self.stage = self.next_stage(step)?;
        match step {
            Step::Identified { verdict, .. } => self.learn_verdict(verdict),
            Step::Appraised { appraisal, .. } => {
                self.appraised = true;
                self.price = appraisal.price;
            }
            Step::Illustrated { .. } => self.illustrated = true,
            Step::Lacking { .. } | Step::Drafting { .. } => {}
            Step::Done { outcome } => {
                self.status = Some(outcome.status);
                self.error = outcome.error.as_deref().map(Into::into);
            }
            // What it is stays to be read while it is looked up once more.
            Step::Again => {
                (self.appraised, self.illustrated) = (false, false);
                (self.status, self.error) = (None, None);
            }
        }
        Ok(())
    }

    fn learn_verdict(&mut self, verdict: &Verdict) {
        let best = match verdict {
            Verdict::Matched { found, .. } => Some(found.as_ref()),
            Verdict::Ambiguous { candidates, .. } => candidates.first(),
            Verdict::Unknown { .. } => None,
        };
        let Some(best) = best else { return };
        let release = &best.release;
        self.artist = release.artist.as_ref().map(|a| a.value.to_string().into());
        self.title = release.title.as_ref().map(|t| t.value.as_str().into());
        self.format = release.format.as_ref().map(|f| f.value.to_string().into());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is from 0 to 1")]
        let hundredths = (best.score.clamp(0.0, 1.0) * 100.0).round() as u8;
        self.score = Some(hundredths);
    }
}
