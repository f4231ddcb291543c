//! Processes one item: identify it, estimate its price, choose its cover, compose the listing, submit the draft. Each
//! step is recorded in the journal before the next one starts.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;

use super::identify::{IdentifyResult, identify_release};
use super::item_error::ItemError;
use super::item_photos::{FoundPhotos, ItemPhotos};
use super::provider_gateway::ProviderGateway;
use super::quantity::{self, DraftedCopies};
use super::text_search::propose_releases;
use domain::artwork::{Artwork, ArtworkRules};
use domain::condition::Condition;
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job_spec::{InputItem, JobId, JobSpec};
use domain::listing::{
    Categories, DescriptionTemplate, Listing, ListingField, ListingInputs, MissingField, OwnPhoto, SellerTerms,
};
use domain::matching::{Match, MatchPreferences, Verdict};
use domain::outcome::{ItemOutcome, Status};
use domain::pricing::{GradedCondition, PriceEstimate, PriceRules};
use domain::provider::{Provider, ProviderFailure};
use domain::sku::Sku;
use domain::upc::Upc;
use providers::ProviderError;
use sinks::{DraftResult, DraftSink, SinkError};
use store::journal::{Journal, JournalError};
use upstream::retry::{RetryAdvice, RetryPolicy, retry};

/// The seller's settings for each step.
#[derive(Clone, Debug)]
pub struct Policies {
    pub matching: MatchPreferences,
    pub pricing: PriceRules,
    pub artwork: ArtworkRules,
    pub listing: domain::listing::Settings,
    pub categories: &'static Categories,
    pub template: &'static DescriptionTemplate,
}

/// Processes the items of one job, and what it needs for that.
pub struct ItemPipeline {
    pub gateway: Arc<ProviderGateway>,
    pub journal: Journal,
    pub photos: ItemPhotos,
    pub sink: Arc<dyn DraftSink>,
    pub policies: Policies,
    pub job: JobId,
    pub spec: JobSpec,
}

/// A value, and messages of the providers that did not contribute to it.
struct WithGaps<T> {
    value: T,
    unavailable_providers: Vec<ProviderFailure>,
}

/// How processing an item ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ItemRun {
    /// The item has a final status.
    Finished,
    /// The sink or a price guide accepts no requests until `until`, or until the operator acts. The item has to be
    /// processed again then.
    Deferred { upc: Upc, until: Option<Timestamp>, why: String },
}

impl ItemPipeline {
    /// Processes one item from its last recorded step to a final status, or until it is deferred.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a step cannot be recorded; the item then stays at its last recorded step.
    pub(super) async fn run_item(&self, item: ItemDetails) -> Result<ItemRun, JournalError> {
        let upc = item.input.upc;
        let _in_flight = self.sink.track_in_flight();
        let outcome = match Box::pin(self.execute_steps(&item)).await {
            Ok(outcome) => outcome,
            Err(ItemError::NeedsReview(why)) => return self.finish_or_repeat_decision(upc, why).await,
            Err(ItemError::Failed(why)) => ItemOutcome::failed(why),
            Err(ItemError::Deferred { until, why }) => return Ok(ItemRun::Deferred { upc, until, why }),
            Err(ItemError::Fatal(error)) => return self.ignore_stale(error),
        };
        self.record_event(upc, ItemEvent::Finished { outcome })
            .await
            .map_or_else(|error| self.ignore_stale(error), |()| Ok(ItemRun::Finished))
    }

    /// Records that the item needs review, together with the decision of an earlier run of the list if there is one.
    /// The runner takes the item up again then, as after any decision.
    async fn finish_or_repeat_decision(&self, upc: Upc, why: String) -> Result<ItemRun, JournalError> {
        let repeated = self.find_repeatable_decision(upc, &why).await?;
        let finished = ItemEvent::Finished { outcome: ItemOutcome::needs_review(why) };
        let Some(decision) = repeated else {
            let recorded = self.record_event(upc, finished).await;
            return recorded.map_or_else(|error| self.ignore_stale(error), |()| Ok(ItemRun::Finished));
        };
        tracing::info!(decision = decision.summary(), "the decision of an earlier batch is applied");
        let steps = [finished, ItemEvent::ReviewDecided { decision }];
        let events = steps.map(|item_event| JobEvent::Item { upc, item_event }).to_vec();
        let recorded = self.journal.append_events(&self.job, events).await;
        recorded.map_or_else(|error| self.ignore_stale(error), |_| Ok(ItemRun::Finished))
    }

    /// Records that Draft Maker itself failed on an item; the other items continue.
    ///
    /// # Errors
    /// As [`Self::run_item`].
    pub(super) async fn fail_after_panic(&self, upc: Upc) -> Result<(), JournalError> {
        let why = "an error in Draft Maker itself; standard error and the log have the details".to_owned();
        let recorded = self.record_event(upc, ItemEvent::Finished { outcome: ItemOutcome::failed(why) }).await;
        recorded.map_or_else(|error| self.ignore_stale(error).map(drop), Ok)
    }

    /// Ignores a step that the journal rejects because the operator has paused or cancelled the item meanwhile. In a scan
    /// session, the item may also have been retracted and scanned again. The providers' answers stay in the cache.
    fn ignore_stale(&self, error: JournalError) -> Result<ItemRun, JournalError> {
        match error {
            JournalError::InvalidTransition(step) if step.is_stale() || self.spec.is_scan_session() => {
                Ok(ItemRun::Finished)
            }
            error => Err(error),
        }
    }

    async fn execute_steps(&self, item: &ItemDetails) -> Result<ItemOutcome, ItemError> {
        if let Some(why) = item.review_record.as_ref().and_then(|review| review.decision.skip_reason()) {
            let repeated = item.review_record.as_ref().and_then(|review| review.decision.repeats.as_ref());
            let origin = repeated.map(|origin| format!(" (you decided this on {origin})")).unwrap_or_default();
            return Ok(ItemOutcome::skipped(format!("{why}{origin}")));
        }
        let identified = self.identify_item(item).await?;
        let WithGaps { value: best_match, mut unavailable_providers } = identified;
        // Both run to their ends, so that an item that is deferred for its price has its cover already.
        let (priced, covered) =
            tokio::join!(self.estimate_price(item, &best_match), self.find_cover(item, &best_match));
        let (covered, priced) = (covered?, priced?);
        unavailable_providers.extend(priced.unavailable_providers);
        let photos =
            self.photos.find_photos(item.input.upc).await.map_err(|error| ItemError::Failed(error.to_string()))?;
        let FoundPhotos { lasting, note: expired_photos } = photos;
        let composed = self.compose_listing(item, &best_match, &priced.value, (&covered.value, lasting)).await?;
        let listing = composed.map_err(|missing| missing_data_error(&missing, &unavailable_providers))?;
        if let Some(reason) = priced.value.review_reason().filter(|_| !item.is_price_reviewed) {
            return Err(ItemError::NeedsReview(reason));
        }
        if self.spec.create_drafts && item.review_record.is_none() {
            if let Some(reason) = item.input.differing_copies_reason() {
                return Err(ItemError::NeedsReview(reason));
            }
            if self.spec.review {
                return Err(ItemError::NeedsReview(AWAITING_REVIEW_MESSAGE.to_owned()));
            }
        }
        let outcome = if self.spec.create_drafts {
            self.submit_drafts(item, &listing).await?
        } else {
            ItemOutcome::succeeded(Status::DryRun, None)
        };
        let repeated = item.review_record.as_ref().and_then(|review| review.decision.repeat_note());
        let outcome =
            repeated.filter(|_| outcome.status.is_success()).into_iter().fold(outcome, ItemOutcome::append_note);
        let outcome = expired_photos.into_iter().fold(outcome, ItemOutcome::append_note);
        let outcome = add_photo_note(outcome, &listing, &covered.unavailable_providers);
        Ok(add_checks(outcome, &best_match.release.checks))
    }

    async fn identify_item(&self, item: &ItemDetails) -> Result<WithGaps<Match>, ItemError> {
        let WithGaps { value: verdict, unavailable_providers } = match &item.verdict {
            Some(verdict) => {
                WithGaps { value: verdict.clone(), unavailable_providers: item.unavailable_providers.clone() }
            }
            None => self.search_providers(&item.input).await?,
        };
        match verdict {
            Verdict::Matched { best_match, .. } => Ok(WithGaps { value: *best_match, unavailable_providers }),
            Verdict::Ambiguous { .. } => Err(ItemError::NeedsReview(verdict.review_reason().unwrap_or_default())),
            Verdict::Unknown { providers } => Err(ItemError::NeedsReview(unknown_message(&providers))),
        }
    }

    async fn search_providers(&self, input: &InputItem) -> Result<WithGaps<Verdict>, ItemError> {
        let IdentifyResult { verdict, provider_errors } = self.identify_with_retry(input).await?;
        let unavailable_providers = provider_failures(&provider_errors);
        let step =
            ItemEvent::Identified { verdict: verdict.clone(), unavailable_providers: unavailable_providers.clone() };
        self.record_event(input.upc, step).await?;
        Ok(WithGaps { value: verdict, unavailable_providers })
    }

    /// Identifies an item, and waits while every catalog is in an outage: a list of 100,000 items must not fail within a
    /// minute because a service restarts.
    async fn identify_with_retry(&self, input: &InputItem) -> Result<IdentifyResult, ItemError> {
        let policy = RetryPolicy::fixed(MIN_RETRY_PAUSE).with_time_limit(self.gateway.outage_timeout());
        let preferences = &self.policies.matching;
        let identify = || async {
            if input.upc.is_substitute() {
                propose_releases(&self.gateway, input, preferences).await
            } else {
                identify_release(&self.gateway, input.upc, Some(&self.job), preferences).await
            }
        };
        let identified = retry(policy, |errors: &Vec<ProviderError>| self.retry_advice(errors), identify).await;
        identified.map_err(|errors| ItemError::Failed(unavailable_message(&errors)))
    }

    fn retry_advice(&self, errors: &[ProviderError]) -> RetryAdvice {
        let is_reachable = self.gateway.has_reached_provider() || errors.iter().any(ProviderError::reached_server);
        if !is_reachable || !errors.iter().all(ProviderError::is_transient) {
            return RetryAdvice::Stop;
        }
        let retry_at = errors.iter().filter_map(ProviderError::retry_at).min();
        RetryAdvice::NotBefore(retry_at.unwrap_or_else(|| Timestamp::now() + DEFAULT_RETRY_PAUSE))
    }

    async fn estimate_price(
        &self,
        item: &ItemDetails,
        best_match: &Match,
    ) -> Result<WithGaps<PriceEstimate>, ItemError> {
        if let Some(price_estimate) = &item.price_estimate {
            return Ok(WithGaps { value: price_estimate.clone(), unavailable_providers: Vec::new() });
        }
        let stated = GradedCondition::from(&item.stated_copy(&self.spec.copy_defaults()));
        let (price_estimate, errors) = match self.seller_price(item, stated.condition) {
            Some(price_estimate) if item.is_price_reviewed => (price_estimate, Vec::new()),
            Some(listed) => self.gateway.check_sale_blocks(listed, best_match, &self.policies.pricing).await,
            None => self.gateway.estimate_price(best_match, stated, &self.policies.pricing).await,
        };
        // A recorded price is final, so none is recorded while a guide with a better one waits for its quota.
        if let Some(exhausted) = self.gateway.pending_better_price(&price_estimate, &errors) {
            return Err(ItemError::Deferred { until: exhausted.exhausted_until(), why: exhausted.to_string() });
        }
        let unavailable_providers = provider_failures(&errors);
        let step = ItemEvent::Priced {
            price_estimate: price_estimate.clone(),
            unavailable_providers: unavailable_providers.clone(),
        };
        self.record_event(item.input.upc, step).await?;
        Ok(WithGaps { value: price_estimate, unavailable_providers })
    }

    /// Returns the price that the seller set in a decision or in the list; `None` if there is none.
    fn seller_price(&self, item: &ItemDetails, condition: Option<Condition>) -> Option<PriceEstimate> {
        if let Some(price) = item.review_record.as_ref().and_then(|review| review.decision.price) {
            return Some(PriceEstimate::from_seller_price(price));
        }
        let (listed, rules) = (item.input.seller.as_ref()?.price.as_ref()?, &self.policies.pricing);
        Some(match listed.to_money(rules.currency) {
            Some(price) => PriceEstimate::from_listed_price(price, condition, rules),
            None => PriceEstimate::from_unreadable_listed_price(listed, rules.currency),
        })
    }

    async fn find_cover(&self, item: &ItemDetails, best_match: &Match) -> Result<WithGaps<Artwork>, ItemError> {
        if let Some(artwork) = &item.artwork {
            let value = artwork.choose_again(&best_match.release, &self.policies.artwork);
            return Ok(WithGaps { value, unavailable_providers: item.unavailable_providers.clone() });
        }
        let condition = item.stated_copy(&self.spec.copy_defaults()).effective_condition();
        let objection = self.policies.listing.stock_photos.objection(condition);
        let (artwork, errors) = if objection.is_none() {
            self.gateway.find_cover(best_match, &self.policies.artwork).await
        } else {
            self.gateway.find_front_cover(best_match, &self.policies.artwork).await
        };
        let unavailable_providers = provider_failures(&errors);
        // The result must not name a picture that the listing does not show.
        let shown = match objection {
            Some(reason) => artwork.clone().reject_all(reason),
            None => artwork.clone(),
        };
        let step = ItemEvent::CoverChosen { artwork: shown, unavailable_providers: unavailable_providers.clone() };
        self.record_event(item.input.upc, step).await?;
        Ok(WithGaps { value: artwork, unavailable_providers })
    }

    /// Composes the listing, or returns what it lacks: unknown fields, and what the sink requires.
    async fn compose_listing(
        &self,
        item: &ItemDetails,
        best_match: &Match,
        price_estimate: &PriceEstimate,
        (artwork, photos): (&Artwork, Vec<OwnPhoto>),
    ) -> Result<Result<Listing, Vec<MissingField>>, JournalError> {
        // Recorded before a crash; settings that have changed since then do not undo it.
        if !item.missing.is_empty() {
            return Ok(Err(item.missing.clone()));
        }
        let inputs = ListingInputs { upc: item.input.upc, release: &best_match.release, price_estimate, artwork };
        let copy = item.stated_copy(&self.spec.copy_defaults());
        let terms = SellerTerms::for_copies(&self.policies.listing, copy, item.input.copies);
        let terms = SellerTerms { photos, ..terms };
        let composed = Listing::compose(&inputs, &terms, self.policies.categories, self.policies.template);
        let composed = composed.and_then(|listing| match self.sink.validate(&listing) {
            missing if missing.is_empty() => Ok(listing),
            missing => Err(missing),
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
        let mut outcomes = Vec::new();
        let mut drafted = before.clone();
        if let Some(primary) = quantity::build_primary_draft(listing, copies, &before) {
            outcomes.push(self.submit_one_draft(primary).await);
            drafted = self.drafted_copies(upc).await?;
        }
        let remaining = quantity::build_remaining_drafts(listing, copies, &drafted, !outcomes.is_empty());
        outcomes.extend(join_all(remaining.into_iter().map(|draft| self.submit_one_draft(draft))).await);
        let outcome = quantity::combine_outcomes(outcomes)?;
        let all_are_new = before.is_empty() && outcome.status != Status::AlreadyDrafted;
        if all_are_new || !outcome.status.is_success() {
            return Ok(outcome);
        }
        let note = quantity::discrepancy_note(listing, copies, &self.drafted_copies(upc).await?);
        Ok(note.into_iter().fold(outcome, ItemOutcome::append_note))
    }

    /// Sets the quantity to the copies that were scanned before the draft was announced; later ones are drafted later.
    async fn with_scanned_quantity(&self, listing: &Listing, upc: Upc) -> Result<Listing, JournalError> {
        if !self.spec.is_scan_session() {
            return Ok(listing.clone());
        }
        let projection = self.journal.projection(&self.job).await?;
        let scanned = projection.read().scans.drafted_copies(upc);
        Ok(scanned.map_or_else(|| listing.clone(), |copies| listing.with_quantity(copies)))
    }

    /// Returns the item's drafts in this sink, from the ledger.
    async fn drafted_copies(&self, upc: Upc) -> Result<DraftedCopies, JournalError> {
        let Some(seller) = self.sink.seller() else { return Ok(DraftedCopies::default()) };
        let entries = self.journal.ledger_entries_for_upc(seller, self.sink.name(), upc).await?;
        let drafts = entries.into_iter().map(|entry| (entry.sku, self.sink.recorded_quantity(&entry.payload)));
        Ok(DraftedCopies::from_ledger(drafts))
    }

    async fn submit_one_draft(&self, listing: Listing) -> (Sku, Result<ItemOutcome, ItemError>) {
        (listing.sku().clone(), self.submit_draft(&listing).await)
    }

    async fn submit_draft(&self, listing: &Listing) -> Result<ItemOutcome, ItemError> {
        match self.sink.create_draft(listing).await {
            Ok(DraftResult::Created { draft, note }) => {
                Ok(ItemOutcome { note, ..ItemOutcome::succeeded(self.sink.item_status(), Some(draft)) })
            }
            Ok(DraftResult::Unchanged { draft, reason }) => {
                Ok(ItemOutcome::succeeded(Status::AlreadyDrafted, Some(draft)).with_note(reason))
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
                tracing::info!(status = %outcome.status, error = outcome.error.as_deref(), "item finished");
            }
            other => tracing::debug!(step = other.name(), "step finished"),
        }
        self.journal.append_event(&self.job, JobEvent::Item { upc, item_event: step }).await.map(drop)
    }
}

/// Reason for the review of every item with `--review`.
const AWAITING_REVIEW_MESSAGE: &str = "ready; waiting for your approval in `draft-maker review`";

/// Pause before a retry if no service states one.
const DEFAULT_RETRY_PAUSE: Duration = Duration::from_secs(10);

/// Minimum pause before a retry, whatever a service states.
const MIN_RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Missing data needs review, except for a price that is missing because providers did not answer.
fn missing_data_error(missing: &[MissingField], unavailable_providers: &[ProviderFailure]) -> ItemError {
    let message = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if unavailable_providers.is_empty() || !missing.iter().any(|missing| missing.field == ListingField::Price) {
        return ItemError::NeedsReview(message);
    }
    ItemError::Failed(format!("{}; run the list again later; for now {message}", join_failures(unavailable_providers)))
}

/// Says that a draft needs a photo, and why it has no cover if a gallery did not answer.
fn add_photo_note(outcome: ItemOutcome, listing: &Listing, unavailable_galleries: &[ProviderFailure]) -> ItemOutcome {
    let Some(note) = listing.photo_note().filter(|_| outcome.status.is_success()) else { return outcome };
    let outcome = outcome.append_note(note.to_owned());
    if unavailable_galleries.is_empty() {
        return outcome;
    }
    outcome.append_note(format!("no cover: {}", join_failures(unavailable_galleries)))
}

/// Says what the seller should compare on the item.
fn add_checks(outcome: ItemOutcome, checks: &[String]) -> ItemOutcome {
    let checks = checks.iter().filter(|_| outcome.status.is_success()).cloned().collect::<Vec<_>>();
    checks.into_iter().fold(outcome, ItemOutcome::append_note)
}

fn unknown_message(providers: &[Provider]) -> String {
    let names = providers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if names.is_empty() { "no data source is on".to_owned() } else { format!("not known to {names}") }
}

fn unavailable_message(errors: &[ProviderError]) -> String {
    format!("{}; run the list again later", join_failures(&provider_failures(errors)))
}

pub(super) fn provider_failures(errors: &[ProviderError]) -> Vec<ProviderFailure> {
    errors.iter().map(|error| ProviderFailure::new(error.provider().clone(), error.to_string())).collect()
}

pub(super) fn join_failures(failures: &[ProviderFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
