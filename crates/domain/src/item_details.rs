//! Projection of one item with all details, for result entries and the item screen.

use jiff::Timestamp;
use serde::Serialize;

use super::artwork::Artwork;
use super::clearable_field::ClearableField;
use super::copy_description::CopyDescription;
use super::decision::{Decision, ListingEdits};
use super::event::ItemEvent;
use super::inventory_facts::CopyParts;
use super::job_spec::InputItem;
use super::listing::MissingField;
use super::lot::LotEdit;
use super::matching::{Match, Verdict};
use super::money::Money;
use super::outcome::ItemOutcome;
use super::pricing::{GroupPrice, PriceEstimate};
use super::provider::ProviderFailure;
use super::sku::Sku;

/// All details of one item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemDetails {
    #[serde(rename = "listed")]
    pub input: InputItem,
    pub verdict: Option<Verdict>,
    #[serde(rename = "appraisal")]
    pub price_estimate: Option<PriceEstimate>,
    /// Prices of copies that the list describes differently from the first copies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_prices: Vec<GroupPrice>,
    pub artwork: Option<Artwork>,
    pub missing: Vec<MissingField>,
    /// SKUs of the drafts before an edit or requeue. Kept until the item has its new draft, so that superseded drafts
    /// are withdrawn.
    #[serde(skip)]
    pub earlier_drafts: Vec<Sku>,
    /// SKU of the draft that was about to be sent. After a crash, the destination is first asked for it.
    #[serde(rename = "announced")]
    pub announced_sku: Option<Sku>,
    /// True if the operator has paused the item.
    #[serde(rename = "held")]
    pub paused: bool,
    pub outcome: Option<ItemOutcome>,
    /// Providers that failed.
    #[serde(rename = "without")]
    pub unavailable_providers: Vec<ProviderFailure>,
    /// The operator's latest decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "decided")]
    pub review_record: Option<ReviewRecord>,
    /// Condition, grades and note from the operator's decisions about the item.
    #[serde(skip_serializing_if = "CopyDescription::is_empty")]
    #[serde(rename = "stated")]
    pub decided_copy: CopyDescription,
    /// Price that the operator set for all copies, unless a later decision requires a new estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_price: Option<Money>,
    /// Title, quantity and lot that the operator set for the listing.
    #[serde(skip_serializing_if = "ListingEdits::is_empty")]
    #[serde(rename = "edits")]
    pub listing_edits: ListingEdits,
    /// State of the item before the latest decision that was not undone, without its history.
    #[serde(skip)]
    pub before_decision: Option<Box<Self>>,
    /// True if the operator saw the price when deciding, so that doubts about it need no second decision.
    #[serde(skip)]
    pub is_price_reviewed: bool,
    /// Time of the last event.
    #[serde(rename = "at")]
    pub updated_at: Option<Timestamp>,
    /// Events of the item, oldest first.
    #[serde(rename = "steps")]
    pub history: Vec<HistoryEntry>,
}

/// An event of an item, for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    pub at: Timestamp,
    /// Name of the event, such as `identified`.
    #[serde(rename = "step")]
    pub event: &'static str,
    /// Messages of upstreams or of Draft Maker.
    #[serde(rename = "words")]
    pub notes: Vec<String>,
}

/// A decision of the operator, with the verdict that it was about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewRecord {
    pub at: Timestamp,
    pub decision: Decision,
    /// The reviewed verdict with its candidates.
    #[serde(rename = "asked")]
    pub reviewed_verdict: Option<Verdict>,
}

impl ItemDetails {
    /// Creates the details of an item without events.
    pub fn new(input: InputItem) -> Self {
        Self {
            input,
            verdict: None,
            price_estimate: None,
            group_prices: Vec::new(),
            artwork: None,
            missing: Vec::new(),
            earlier_drafts: Vec::new(),
            announced_sku: None,
            paused: false,
            outcome: None,
            unavailable_providers: Vec::new(),
            review_record: None,
            decided_copy: CopyDescription::default(),
            decided_price: None,
            listing_edits: ListingEdits::default(),
            before_decision: None,
            is_price_reviewed: false,
            updated_at: None,
            history: Vec::new(),
        }
    }

    /// Applies one event of the item. The journal has already rejected invalid events.
    pub fn apply_event(&mut self, at: Timestamp, step: ItemEvent) {
        self.updated_at = Some(at);
        self.history.push(HistoryEntry { at, event: step.name(), notes: step.notes() });
        match step {
            ItemEvent::Identified { verdict, unavailable_providers: without } => {
                // Fields that an earlier release was missing say nothing about the new candidates.
                self.missing = Vec::new();
                if let Some(record) = &mut self.review_record {
                    record.reviewed_verdict = Some(verdict.clone());
                }
                self.verdict = Some(verdict);
                self.unavailable_providers.extend(without);
            }
            ItemEvent::Priced { price_estimate, group_prices, unavailable_providers: without } => {
                self.group_prices = group_prices;
                self.price_estimate = Some(price_estimate);
                self.is_price_reviewed = false;
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
            ItemEvent::Finished { outcome } => {
                if outcome.status.is_success() {
                    self.earlier_drafts.clear();
                }
                self.outcome = Some(outcome);
            }
            ItemEvent::ReviewDecided { decision } => self.apply_decision(at, decision),
            ItemEvent::Requeued => self.requeue(),
            ItemEvent::Redescribed => {
                self.requeue();
                (self.price_estimate, self.group_prices, self.artwork) = (None, Vec::new(), None);
                self.is_price_reviewed = false;
            }
        }
    }

    /// Returns the description of the copies from decisions, the list and the batch (`defaults`, see
    /// [`JobSpec::copy_defaults`](super::job_spec::JobSpec::copy_defaults)), in this order of precedence.
    pub fn stated_copy(&self, defaults: &CopyDescription) -> CopyDescription {
        let listed = self.input.seller.as_deref().map(CopyDescription::from).unwrap_or_default();
        listed.corrected_by(&self.decided_copy).with_defaults(defaults.clone())
    }

    /// Returns why the operator must decide about the price; `None` if no decision is needed or it was already made.
    pub(crate) fn price_review_reason(&self) -> Option<String> {
        self.price_estimate.as_ref().filter(|_| !self.is_price_reviewed)?.review_reason()
    }

    /// Returns the verdict to review. If the operator has decided, this is the verdict that was reviewed.
    pub fn verdict_to_review(&self) -> Option<&Verdict> {
        match &self.review_record {
            Some(decided) => decided.reviewed_verdict.as_ref(),
            None => self.verdict.as_ref(),
        }
    }

    /// Returns the candidates of [`Self::verdict_to_review`]; none without a verdict.
    pub(crate) fn candidates_to_review(&self) -> Vec<&Match> {
        self.verdict_to_review().map(Verdict::candidates).unwrap_or_default()
    }

    /// Saves the SKUs of the outcome's drafts before the outcome is dropped.
    fn remember_drafts(&mut self) {
        let drafts = self.outcome.iter().flat_map(ItemOutcome::all_drafts);
        let new = drafts.map(|draft| draft.sku.clone()).filter(|sku| !self.earlier_drafts.contains(sku));
        let new = new.collect::<Vec<_>>();
        self.earlier_drafts.extend(new);
    }

    /// Resets the item for another run. If it has a price or a cover, it keeps its verdict and decision.
    fn requeue(&mut self) {
        self.remember_drafts();
        if self.price_estimate.is_none() && self.artwork.is_none() {
            (self.verdict, self.review_record) = (None, None);
        }
        (self.missing, self.unavailable_providers) = (Vec::new(), Vec::new());
        (self.announced_sku, self.paused, self.outcome) = (None, false, None);
    }

    /// Restores the item as it was before its latest decision, with the current data of the list.
    fn undo_decision(&mut self) {
        let Some(before) = self.before_decision.take() else { return };
        let now = std::mem::replace(self, *before);
        (self.input, self.history, self.updated_at) = (now.input, now.history, now.updated_at);
        self.earlier_drafts = now.earlier_drafts;
        (self.announced_sku, self.paused, self.outcome) = (None, false, None);
    }

    fn clear_fields(&mut self, cleared: &[ClearableField]) {
        for field in cleared {
            match field {
                ClearableField::ListingTitle => self.listing_edits.title = None,
                ClearableField::Price => self.decided_price = None,
                ClearableField::Quantity => self.listing_edits.quantity = None,
                ClearableField::Condition => self.decided_copy.condition = None,
                ClearableField::MediaGrade => self.decided_copy.media_grade = None,
                ClearableField::SleeveGrade => self.decided_copy.sleeve_grade = None,
                ClearableField::Note => self.decided_copy.note = None,
                ClearableField::Parts => self.decided_copy.parts = CopyParts::default(),
                ClearableField::Lot => self.listing_edits.lot = None,
            }
        }
    }

    fn apply_decision(&mut self, at: Timestamp, decision: Decision) {
        self.remember_drafts();
        if decision.is_undo() {
            return self.undo_decision();
        }
        let (history, earlier) = (std::mem::take(&mut self.history), self.before_decision.take());
        self.before_decision = Some(Box::new(Self { before_decision: earlier, ..self.clone() }));
        self.history = history;
        self.clear_fields(&decision.cleared);
        if decision.changes_lot() {
            // Title and quantity belonged to the draft that the item leaves.
            (self.listing_edits.title, self.listing_edits.quantity) = (None, None);
        }
        let asked = self.verdict_to_review().cloned();
        self.verdict = decision.apply_to(self.input.upc, asked.as_ref(), self.verdict.take());
        let corrections = &decision.corrections;
        self.decided_copy = std::mem::take(&mut self.decided_copy).corrected_by(&corrections.copy_description());
        self.listing_edits = corrections.listing.or(std::mem::take(&mut self.listing_edits));
        if decision.needs_new_cover() {
            self.artwork = None;
        }
        if decision.needs_new_price() {
            (self.price_estimate, self.group_prices) = (None, Vec::new());
        }
        if decision.changes_pressing() {
            self.decided_price = None;
        }
        self.decided_price = decision.price.or(self.decided_price);
        if let Some(price) = decision.price {
            self.price_estimate =
                self.price_estimate.take().map(|price_estimate| price_estimate.with_seller_price(price));
            for group in &mut self.group_prices {
                group.price_estimate = group.price_estimate.clone().with_seller_price(price);
            }
        }
        self.is_price_reviewed = self.price_estimate.is_some();
        (self.missing, self.outcome) = (Vec::new(), None);
        self.review_record = Some(ReviewRecord { at, decision, reviewed_verdict: asked });
    }
}

impl ItemDetails {
    /// Returns the lots of the item: from the latest edit, or else from its rows, see `InputItem::lots`.
    pub fn lots(&self) -> Vec<Option<String>> {
        match &self.listing_edits.lot {
            Some(LotEdit::In(name)) => vec![Some(name.to_string())],
            Some(LotEdit::Alone) => vec![None],
            None => self.input.lots(),
        }
    }

    /// Returns the name of the lot in which the item is sold; `None` if it is sold alone.
    pub fn lot_name(&self) -> Option<String> {
        self.lots().into_iter().flatten().next()
    }

    /// Returns the SKUs of earlier drafts of this item alone, from before it was edited or requeued.
    pub fn earlier_own_drafts(&self) -> impl Iterator<Item = &Sku> {
        self.earlier_drafts.iter().filter(|sku| sku.upc() == Some(self.input.upc))
    }

    /// Returns the SKUs of earlier lot drafts that included this item, from before it was edited or requeued.
    pub fn earlier_lot_drafts(&self) -> impl Iterator<Item = &Sku> {
        self.earlier_drafts.iter().filter(|sku| sku.upc() != Some(self.input.upc))
    }
}
