//! Everything that is known of one item, folded from its events: what a result entry and an opened item show.

use jiff::Timestamp;
use serde::Serialize;

use super::appraisal::Appraisal;
use super::artwork::Artwork;
use super::batch::Listed;
use super::event::Step;
use super::listing::Missing;
use super::matching::Verdict;
use super::outcome::Outcome;
use super::sku::Sku;

/// One item in full.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dossier {
    pub listed: Listed,
    pub verdict: Option<Verdict>,
    pub appraisal: Option<Appraisal>,
    pub artwork: Option<Artwork>,
    pub missing: Vec<Missing>,
    /// The draft that was announced to the market; after a crash the market is asked for it first.
    pub announced: Option<Sku>,
    pub outcome: Option<Outcome>,
    /// Providers that could not answer, in their own words.
    pub without: Vec<String>,
    /// When the last step happened.
    pub at: Option<Timestamp>,
}

impl Dossier {
    /// An item of which only its lines are known.
    pub fn new(listed: Listed) -> Self {
        Self {
            listed,
            verdict: None,
            appraisal: None,
            artwork: None,
            missing: Vec::new(),
            announced: None,
            outcome: None,
            without: Vec::new(),
            at: None,
        }
    }

    /// Takes in one step of the item. Steps come from the journal, which has refused the illegal ones.
    pub fn learn(&mut self, at: Timestamp, step: Step) {
        self.at = Some(at);
        match step {
            Step::Identified { verdict, without } => {
                self.verdict = Some(verdict);
                self.without.extend(without);
            }
            Step::Appraised { appraisal, without } => {
                self.appraisal = Some(appraisal);
                self.without.extend(without);
            }
            Step::Illustrated { artwork, without } => {
                self.artwork = Some(artwork);
                self.without.extend(without);
            }
            Step::Lacking { missing } => self.missing = missing,
            Step::Drafting { sku, .. } => self.announced = Some(sku),
            Step::Done { outcome } => self.outcome = Some(outcome),
            Step::Again => *self = Self { at: Some(at), ..Self::new(self.listed.clone()) },
        }
    }
}
