//! Everything that is known of one item, folded from its events: what a result entry and an opened item show.

use jiff::Timestamp;
use serde::Serialize;

use super::appraisal::Appraisal;
use super::artwork::Artwork;
use super::batch::Listed;
use super::decision::Decision;
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
    /// Set aside by the operator.
    pub held: bool,
    pub outcome: Option<Outcome>,
    /// Providers that could not answer, in their own words.
    pub without: Vec<String>,
    /// The newest word of a person on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// When the last step happened.
    pub at: Option<Timestamp>,
    /// The steps, the oldest first.
    pub steps: Vec<Stepped>,
}

/// One step of an item: what it was and when, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stepped {
    pub at: Timestamp,
    /// As events call it: `identified`.
    pub step: &'static str,
    /// An upstream's own words, or this program's.
    pub words: Vec<String>,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decided {
    pub at: Timestamp,
    pub decision: Decision,
    /// What stood to be decided, with its candidates.
    pub asked: Option<Verdict>,
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
            held: false,
            outcome: None,
            without: Vec::new(),
            decided: None,
            at: None,
            steps: Vec::new(),
        }
    }

    /// Takes in one step of the item. Steps come from the journal, which has refused the illegal ones.
    pub fn learn(&mut self, at: Timestamp, step: Step) {
        self.at = Some(at);
        self.steps.push(Stepped { at, step: step.name(), words: step.words() });
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
            Step::Held => self.held = true,
            Step::Released => self.held = false,
            Step::Done { outcome } => self.outcome = Some(outcome),
            Step::Decided { decision } => self.learn_decision(at, decision),
            Step::Again => self.begin_again(),
        }
    }

    /// What stands to be decided, or stood before a person did.
    pub fn asked(&self) -> Option<&Verdict> {
        match &self.decided {
            Some(decided) => decided.asked.as_ref(),
            None => self.verdict.as_ref(),
        }
    }

    /// What was found out and decided of a pressing stays; what was not found is looked for once more.
    fn begin_again(&mut self) {
        if self.appraisal.is_none() && self.artwork.is_none() {
            (self.verdict, self.decided) = (None, None);
        }
        (self.missing, self.without) = (Vec::new(), Vec::new());
        (self.announced, self.held, self.outcome) = (None, false, None);
    }

    fn learn_decision(&mut self, at: Timestamp, decision: Decision) {
        let asked = self.asked().cloned();
        self.verdict = decision.settle(self.listed.upc, asked.as_ref(), self.verdict.take());
        if decision.changes_the_pressing() {
            (self.appraisal, self.artwork) = (None, None);
        }
        if let Some(price) = decision.price {
            self.appraisal = self.appraisal.take().map(|appraisal| appraisal.set_by_hand(price));
        }
        (self.missing, self.outcome) = (Vec::new(), None);
        self.decided = Some(Decided { at, decision, asked });
    }
}
