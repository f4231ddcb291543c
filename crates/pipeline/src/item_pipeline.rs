//! One item's way, as an operator would tell it: find out what it is, what it fetches and how it looks, write the
//! listing, hand it over. Every step is a fact in the journal before the next one begins.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;

use super::identify::{IdentifyResult, identify_release};
use super::provider_gateway::ProviderGateway;
use super::quantity::{self, DraftedCopies};
use domain::artwork::{Artwork, ArtworkRules};
use domain::condition::Condition;
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::{Categories, DescriptionTemplate, Listing, ListingInputs, MissingField, SellerTerms};
use domain::matching::{Match, MatchPreferences, Verdict};
use domain::outcome::{ItemOutcome, Status};
use domain::pricing::{PriceEstimate, PriceRules};
use domain::sku::Sku;
use domain::upc::Upc;
use providers::ProviderError;
use sinks::{DraftResult, DraftSink, SinkError};
use store::journal::{Journal, JournalError};

/// The seller's rules, one part for each question.
#[derive(Clone, Debug)]
pub struct Policies {
    pub matching: MatchPreferences,
    pub pricing: PriceRules,
    pub artwork: ArtworkRules,
    pub listing: domain::listing::Settings,
    pub categories: &'static Categories,
    pub template: &'static DescriptionTemplate,
}

/// Everything that an item meets on its way.
pub struct ItemPipeline {
    pub gateway: Arc<ProviderGateway>,
    pub journal: Journal,
    pub sink: Arc<dyn DraftSink>,
    pub policies: Policies,
    pub job: JobId,
    pub spec: JobSpec,
}

/// A fact, and who could not be asked about it.
struct WithGaps<T> {
    value: T,
    unavailable_providers: Vec<String>,
}

/// How far a walk came.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemRun {
    /// The item is in its end state.
    Finished,
    /// The market is closed, or the guide that would price it; the item waits, and another walk takes it on.
    Deferred { upc: Upc, until: Option<Timestamp>, why: String },
}

/// Why an item does not reach the market.
pub(super) enum ItemError {
    /// A person has to decide.
    NeedsReview(String),
    /// Something broke, or the market refused.
    Failed(String),
    /// The market takes nothing now, or a price guide says nothing until a time that it names.
    Deferred { until: Option<Timestamp>, why: String },
    /// The journal cannot be written: the whole run stops.
    Fatal(JournalError),
}

impl From<JournalError> for ItemError {
    fn from(error: JournalError) -> Self {
        Self::Fatal(error)
    }
}

impl ItemPipeline {
    /// Takes one item from where it stands to its end state, or to a door that is closed.
    ///
    /// # Errors
    /// [`JournalError`] where a step cannot be written down; the item stays where its last written step left it.
    pub async fn run_item(&self, item: ItemDetails) -> Result<ItemRun, JournalError> {
        let upc = item.input.upc;
        let _coming = self.sink.track_in_flight();
        let outcome = match self.execute_steps(&item).await {
            Ok(outcome) => outcome,
            Err(ItemError::NeedsReview(why)) => ItemOutcome::needs_review(why),
            Err(ItemError::Failed(why)) => ItemOutcome::failed(why),
            Err(ItemError::Deferred { until, why }) => return Ok(ItemRun::Deferred { upc, until, why }),
            Err(ItemError::Fatal(error)) => return self.ignore_stale(error),
        };
        self.record_event(upc, ItemEvent::Finished { outcome })
            .await
            .map_or_else(|error| self.ignore_stale(error), |()| Ok(ItemRun::Finished))
    }

    /// The end of an item on which this program itself failed: it is accounted for, and the others go on.
    ///
    /// # Errors
    /// As [`Road::walk`].
    pub async fn fail_after_panic(&self, upc: Upc) -> Result<(), JournalError> {
        let why = "a fault in Draft Maker itself; standard error and the log have it".to_owned();
        let noted = self.record_event(upc, ItemEvent::Finished { outcome: ItemOutcome::failed(why) }).await;
        noted.map_or_else(|error| self.ignore_stale(error).map(drop), Ok)
    }

    /// The operator may set an item aside or give it up while it is worked on: then no step can follow, and that is no
    /// fault. What was asked for it is kept with the answers. Where scans are taken back and made once more, it may have
    /// begun anew meanwhile.
    fn ignore_stale(&self, error: JournalError) -> Result<ItemRun, JournalError> {
        match error {
            JournalError::InvalidTransition(step) if step.is_stale() || self.spec.is_scan_session() => {
                Ok(ItemRun::Finished)
            }
            error => Err(error),
        }
    }

    async fn execute_steps(&self, item: &ItemDetails) -> Result<ItemOutcome, ItemError> {
        if let Some(why) = item.review_record.as_ref().and_then(|decided| decided.decision.skip_reason()) {
            return Ok(ItemOutcome::skipped(why.to_owned()));
        }
        let found = self.identify_item(item).await?;
        let WithGaps { value: found, unavailable_providers: mut without } = found;
        // Both to their ends: an item that waits for its price has its cover meanwhile.
        let (priced, pictured) = tokio::join!(self.estimate_price(item, &found), self.find_cover(item, &found));
        let (pictured, priced) = (pictured?, priced?);
        without.extend(priced.unavailable_providers);
        let composed = self.compose_listing(item, &found, &priced.value, &pictured.value).await?;
        let listing = composed.map_err(|missing| missing_data_error(&missing, &without))?;
        if self.spec.review && self.spec.create_drafts && item.review_record.is_none() {
            return Err(ItemError::NeedsReview(AWAITING_REVIEW_MESSAGE.to_owned()));
        }
        let outcome = if self.spec.create_drafts {
            self.submit_drafts(item, &listing).await?
        } else {
            ItemOutcome::succeeded(Status::DryRun, None)
        };
        Ok(match pictured.value.chosen {
            None if !pictured.unavailable_providers.is_empty() && outcome.note.is_none() => {
                outcome.with_note(format!("no cover: {}", pictured.unavailable_providers.join("; ")))
            }
            _ => outcome,
        })
    }

    async fn identify_item(&self, item: &ItemDetails) -> Result<WithGaps<Match>, ItemError> {
        let WithGaps { value: verdict, unavailable_providers: without } = match &item.verdict {
            Some(verdict) => {
                WithGaps { value: verdict.clone(), unavailable_providers: item.unavailable_providers.clone() }
            }
            None => self.search_providers(item.input.upc).await?,
        };
        match verdict {
            Verdict::Matched { best_match: found, .. } => {
                Ok(WithGaps { value: *found, unavailable_providers: without })
            }
            Verdict::Ambiguous { candidates, differences } => {
                Err(ItemError::NeedsReview(ambiguity_message(candidates.len(), &differences)))
            }
            Verdict::Unknown { providers: asked } => Err(ItemError::NeedsReview(unknown_message(&asked))),
        }
    }

    async fn search_providers(&self, upc: Upc) -> Result<WithGaps<Verdict>, ItemError> {
        let IdentifyResult { verdict, provider_errors: without } = self.identify_with_retry(upc).await?;
        let messages = WithGaps { value: verdict, unavailable_providers: error_messages(&without) };
        let step = ItemEvent::Identified {
            verdict: messages.value.clone(),
            unavailable_providers: messages.unavailable_providers.clone(),
        };
        self.record_event(upc, step).await?;
        Ok(messages)
    }

    /// While every catalogue is out, the items that are under way wait, and with them the batch: a list of 100,000
    /// must not fail within a minute because a service restarts.
    async fn identify_with_retry(&self, upc: Upc) -> Result<IdentifyResult, ItemError> {
        let began = tokio::time::Instant::now();
        loop {
            let error = match identify_release(&self.gateway, upc, Some(&self.job), &self.policies.matching).await {
                Ok(identified) => return Ok(identified),
                Err(error) => error,
            };
            let is_there = self.gateway.has_reached_provider() || error.iter().any(ProviderError::reached_server);
            let hopeful = is_there && error.iter().all(ProviderError::is_transient);
            let wait = retry_delay(&error);
            if !hopeful || began.elapsed() + wait > self.gateway.outage_timeout() {
                return Err(ItemError::Failed(unavailable_message(&error)));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn estimate_price(&self, item: &ItemDetails, found: &Match) -> Result<WithGaps<PriceEstimate>, ItemError> {
        if let Some(price_estimate) = &item.price_estimate {
            return Ok(WithGaps { value: price_estimate.clone(), unavailable_providers: Vec::new() });
        }
        let by_hand = item.review_record.as_ref().and_then(|decided| decided.decision.price);
        let (price_estimate, without) = match by_hand {
            Some(price) => (PriceEstimate::from_seller_price(price), Vec::new()),
            None => self.gateway.estimate_price(found, self.item_condition(item), &self.policies.pricing).await,
        };
        // What is written down stands: a price made for want of a guide that opens tomorrow must not be.
        if let Some(closed) = self.gateway.pending_better_price(&price_estimate, &without) {
            return Err(ItemError::Deferred { until: closed.exhausted_until(), why: closed.to_string() });
        }
        let messages = WithGaps { value: price_estimate, unavailable_providers: error_messages(&without) };
        let step = ItemEvent::Priced {
            price_estimate: messages.value.clone(),
            unavailable_providers: messages.unavailable_providers.clone(),
        };
        self.record_event(item.input.upc, step).await?;
        Ok(messages)
    }

    /// As the seller states it for this item, or else for the batch.
    fn item_condition(&self, item: &ItemDetails) -> Option<Condition> {
        let stated = item.review_record.as_ref().and_then(|decided| decided.decision.corrections.condition);
        stated.or(self.spec.condition)
    }

    async fn find_cover(&self, item: &ItemDetails, found: &Match) -> Result<WithGaps<Artwork>, ItemError> {
        if let Some(artwork) = &item.artwork {
            return Ok(WithGaps { value: artwork.clone(), unavailable_providers: item.unavailable_providers.clone() });
        }
        let (artwork, without) = self.gateway.find_cover(found, &self.policies.artwork).await;
        let messages = WithGaps { value: artwork, unavailable_providers: error_messages(&without) };
        let step = ItemEvent::CoverChosen {
            artwork: messages.value.clone(),
            unavailable_providers: messages.unavailable_providers.clone(),
        };
        self.record_event(item.input.upc, step).await?;
        Ok(messages)
    }

    /// The listing, or what it lacks: facts that nobody knows, and what the market will ask for.
    async fn compose_listing(
        &self,
        item: &ItemDetails,
        found: &Match,
        price_estimate: &PriceEstimate,
        artwork: &Artwork,
    ) -> Result<Result<Listing, Vec<MissingField>>, JournalError> {
        // Written down before a crash; other settings since then do not undo it.
        if !item.missing.is_empty() {
            return Ok(Err(item.missing.clone()));
        }
        let events = ListingInputs { upc: item.input.upc, release: &found.release, price_estimate, artwork };
        let terms = SellerTerms::new(&self.policies.listing, &self.spec, item.input.copies);
        let terms = SellerTerms { condition: self.item_condition(item), ..terms };
        let composed = Listing::compose(&events, &terms, self.policies.categories, self.policies.template);
        let composed = composed.and_then(|listing| match self.sink.validate(&listing) {
            lacks if lacks.is_empty() => Ok(listing),
            lacks => Err(lacks),
        });
        if let Err(missing) = &composed
            && item.announced_sku.is_none()
        {
            self.record_event(item.input.upc, ItemEvent::MissingData { missing: missing.clone() }).await?;
        }
        Ok(composed)
    }

    async fn submit_drafts(&self, item: &ItemDetails, listing: &Listing) -> Result<ItemOutcome, ItemError> {
        let announced = ItemEvent::DraftStarted { sku: listing.sku().clone(), title: listing.title().to_owned() };
        self.record_event(item.input.upc, announced).await?;
        let (upc, copies) = (item.input.upc, self.spec.copies);
        let listing = &self.with_scanned_quantity(listing, upc).await?;
        let before = self.drafted_copies(upc).await?;
        let mut each = Vec::new();
        let mut now = before.clone();
        if let Some(first) = quantity::build_primary_draft(listing, copies, &before) {
            each.push(self.submit_one_draft(first).await);
            now = self.drafted_copies(upc).await?;
        }
        let drafts = quantity::build_remaining_drafts(listing, copies, &now, !each.is_empty());
        each.extend(join_all(drafts.into_iter().map(|draft| self.submit_one_draft(draft))).await);
        let outcome = quantity::combine_outcomes(each)?;
        let all_are_new = before.is_empty() && outcome.status != Status::AlreadyDrafted;
        if all_are_new || !outcome.status.is_success() {
            return Ok(outcome);
        }
        let text = quantity::discrepancy_note(listing, copies, &self.drafted_copies(upc).await?);
        Ok(text.into_iter().fold(outcome, ItemOutcome::append_note))
    }

    /// For the copies that were scanned until the draft was announced; those that come later are drafted later.
    async fn with_scanned_quantity(&self, listing: &Listing, upc: Upc) -> Result<Listing, JournalError> {
        if !self.spec.is_scan_session() {
            return Ok(listing.clone());
        }
        let projection = self.journal.projection(&self.job).await?;
        let scanned = projection.read().scans.drafted_copies(upc);
        Ok(scanned.map_or_else(|| listing.clone(), |copies| listing.with_quantity(copies)))
    }

    /// The drafts of the item that this market has in the ledger.
    async fn drafted_copies(&self, upc: Upc) -> Result<DraftedCopies, JournalError> {
        let Some(seller) = self.sink.seller() else { return Ok(DraftedCopies::default()) };
        let lines = self.journal.ledger_entries_for_upc(seller, self.sink.name(), upc).await?;
        Ok(DraftedCopies::from_ledger(
            lines.into_iter().map(|line| (line.sku, self.sink.recorded_quantity(&line.payload))),
        ))
    }

    async fn submit_one_draft(&self, listing: Listing) -> (Sku, Result<ItemOutcome, ItemError>) {
        (listing.sku().clone(), self.submit_draft(&listing).await)
    }

    async fn submit_draft(&self, listing: &Listing) -> Result<ItemOutcome, ItemError> {
        match self.sink.create_draft(listing).await {
            Ok(DraftResult::Created { draft, note }) => {
                Ok(ItemOutcome { note, ..ItemOutcome::succeeded(self.sink.item_status(), Some(draft)) })
            }
            Ok(DraftResult::Unchanged { draft, reason: since }) => {
                Ok(ItemOutcome::succeeded(Status::AlreadyDrafted, Some(draft)).with_note(since))
            }
            Ok(DraftResult::Rejected(message)) => Err(ItemError::Failed(format!("{}: {message}", self.sink.name()))),
            Err(error @ SinkError::Indeterminate { .. }) => Err(ItemError::Failed(error.to_string())),
            Err(SinkError::Unavailable { sink, why, until }) => {
                Err(ItemError::Deferred { until, why: format!("{sink}: {why}") })
            }
        }
    }

    async fn record_event(&self, upc: Upc, step: ItemEvent) -> Result<(), JournalError> {
        match &step {
            ItemEvent::Finished { outcome } => {
                tracing::info!(status = %outcome.status, error = outcome.error.as_deref(), "the item has ended");
            }
            other => tracing::debug!(step = other.name(), "a step is done"),
        }
        self.journal.append_event(&self.job, JobEvent::Item { upc, item_event: step }).await.map(drop)
    }
}

/// With `--review`.
const AWAITING_REVIEW_MESSAGE: &str = "all is there, and its draft waits for a word: `draft-maker review` asks for it";

/// The pause where a service does not say how long it wants to be left alone.
const DEFAULT_RETRY_PAUSE: Duration = Duration::from_secs(10);

fn retry_delay(error: &[ProviderError]) -> Duration {
    let now = Timestamp::now();
    let waits = error.iter().filter_map(ProviderError::retry_at).map(|at| at.duration_since(now).unsigned_abs());
    waits.min().unwrap_or(DEFAULT_RETRY_PAUSE).max(Duration::from_secs(1))
}

/// What lacks is for a person to give; a price that only lacks because nobody answered is not.
fn missing_data_error(missing: &[MissingField], nobody_answered: &[String]) -> ItemError {
    let message = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if nobody_answered.is_empty() || !missing.iter().any(|missing| missing.field == "price") {
        return ItemError::NeedsReview(message);
    }
    ItemError::Failed(format!(
        "{}; run the list again when that has passed; for now {message}",
        nobody_answered.join("; ")
    ))
}

fn ambiguity_message(count: usize, differences: &[String]) -> String {
    match differences {
        some if count == 1 => format!("one pressing fits, and not well; look at the {}", some.join("; ")),
        [] => format!("{count} pressings fit equally well"),
        some => format!("{count} pressings fit equally well; look at the {}", some.join("; ")),
    }
}

fn unknown_message(asked: &[domain::provider::Provider]) -> String {
    let names = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if names.is_empty() { "no provider can be asked".to_owned() } else { format!("not known to {names}") }
}

fn unavailable_message(error: &[ProviderError]) -> String {
    format!("{}; run the list again later", error_messages(error).join("; "))
}

pub(super) fn error_messages(error: &[ProviderError]) -> Vec<String> {
    error.iter().map(ToString::to_string).collect()
}
