//! Everything that is known of one item, folded from its events: what a result entry and an opened item show.

use jiff::Timestamp;
use serde::Serialize;

use super::artwork::Artwork;
use super::decision::Decision;
use super::event::ItemEvent;
use super::job_spec::InputItem;
use super::listing::MissingField;
use super::matching::Verdict;
use super::outcome::ItemOutcome;
use super::pricing::PriceEstimate;
use super::provider::ProviderFailure;
use super::sku::Sku;

/// One item in full.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemDetails {
    #[serde(rename = "listed")]
    pub input: InputItem,
    pub verdict: Option<Verdict>,
    #[serde(rename = "appraisal")]
    pub price_estimate: Option<PriceEstimate>,
    pub artwork: Option<Artwork>,
    pub missing: Vec<MissingField>,
    /// The draft that was announced to the market; after a crash the market is asked for it first.
    #[serde(rename = "announced")]
    pub announced_sku: Option<Sku>,
    /// Set aside by the operator.
    #[serde(rename = "held")]
    pub paused: bool,
    pub outcome: Option<ItemOutcome>,
    /// Providers that could not answer, in their own words.
    #[serde(rename = "without")]
    pub unavailable_providers: Vec<ProviderFailure>,
    /// The newest word of a person on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "decided")]
    pub review_record: Option<ReviewRecord>,
    /// When the last step happened.
    #[serde(rename = "at")]
    pub updated_at: Option<Timestamp>,
    /// The steps, the oldest first.
    #[serde(rename = "steps")]
    pub history: Vec<HistoryEntry>,
}

/// One step of an item: what it was and when, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    pub at: Timestamp,
    /// As events call it: `identified`.
    #[serde(rename = "step")]
    pub event: &'static str,
    /// An upstream's own words, or this program's.
    #[serde(rename = "words")]
    pub notes: Vec<String>,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewRecord {
    pub at: Timestamp,
    pub decision: Decision,
    /// What stood to be decided, with its candidates.
    #[serde(rename = "asked")]
    pub reviewed_verdict: Option<Verdict>,
}

impl ItemDetails {
    /// An item of which only its lines are known.
    pub fn new(input: InputItem) -> Self {
        Self {
            input,
            verdict: None,
            price_estimate: None,
            artwork: None,
            missing: Vec::new(),
            announced_sku: None,
            paused: false,
            outcome: None,
            unavailable_providers: Vec::new(),
            review_record: None,
            updated_at: None,
            history: Vec::new(),
        }
    }

    /// Takes in one step of the item. Steps come from the journal, which has refused the illegal ones.
    pub fn apply_event(&mut self, at: Timestamp, step: ItemEvent) {
        self.updated_at = Some(at);
        self.history.push(HistoryEntry { at, event: step.name(), notes: step.notes() });
        match step {
            ItemEvent::Identified { verdict, unavailable_providers: without } => {
                self.verdict = Some(verdict);
                self.unavailable_providers.extend(without);
            }
            ItemEvent::Priced { price_estimate, unavailable_providers: without } => {
                self.price_estimate = Some(price_estimate);
                self.unavailable_providers.extend(without);
            }
            ItemEvent::CoverChosen { artwork, unavailable_providers: without } => {
                self.artwork = Some(artwork);
                self.unavailable_providers.extend(without);
            }
            ItemEvent::MissingData { missing } => self.missing = missing,
            ItemEvent::DraftStarted { sku, .. } => self.announced_sku = Some(sku),
            ItemEvent::Paused => self.paused = true,
            ItemEvent::Resumed => self.paused = false,
            ItemEvent::Finished { outcome } => self.outcome = Some(outcome),
            ItemEvent::ReviewDecided { decision } => self.apply_decision(at, decision),
            ItemEvent::Requeued => self.requeue(),
        }
    }

    /// What stands to be decided, or stood before a person did.
    pub fn verdict_to_review(&self) -> Option<&Verdict> {
        match &self.review_record {
            Some(decided) => decided.reviewed_verdict.as_ref(),
            None => self.verdict.as_ref(),
        }
    }

    /// What was found out and decided of a pressing stays; what was not found is looked for once more.
    fn requeue(&mut self) {
        if self.price_estimate.is_none() && self.artwork.is_none() {
            (self.verdict, self.review_record) = (None, None);
        }
        (self.missing, self.unavailable_providers) = (Vec::new(), Vec::new());
        (self.announced_sku, self.paused, self.outcome) = (None, false, None);
    }

    fn apply_decision(&mut self, at: Timestamp, decision: Decision) {
        let asked = self.verdict_to_review().cloned();
        self.verdict = decision.apply_to(self.input.upc, asked.as_ref(), self.verdict.take());
        if decision.changes_pressing() {
            (self.price_estimate, self.artwork) = (None, None);
        }
        if let Some(price) = decision.price {
            self.price_estimate =
                self.price_estimate.take().map(|price_estimate| price_estimate.with_seller_price(price));
        }
        (self.missing, self.outcome) = (Vec::new(), None);
        self.review_record = Some(ReviewRecord { at, decision, reviewed_verdict: asked });
    }
}
