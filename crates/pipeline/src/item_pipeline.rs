//! Processes one item: identifies it, estimates its price, chooses its cover, composes the listing and submits the
//! draft. Each result is handed to the journal immediately and is on disk before the draft is sent. With an offline
//! catalog, the steps before the draft share one write.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::identify::{IdentifyResult, identify_release};
use super::item_error::ItemError;
use super::item_photos::{FoundPhotos, ItemPhotos};
use super::lots::Lots;
use super::provider_gateway::ProviderGateway;
use super::text_search::{add_row, propose_releases};
use super::unconfirmed_steps::UnconfirmedSteps;
use domain::artwork::{Artwork, ArtworkRules};
use domain::draft_group::{DraftGroup, PricedGroups};
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job_spec::{InputItem, JobId, JobSpec};
use domain::listing::{
    Categories, DescriptionTemplate, Listing, ListingField, ListingInputs, MissingField, OwnPhoto, SellerTerms,
};
use domain::matching::{Match, MatchPreferences, Verdict, check_listed_names};
use domain::outcome::{ItemOutcome, Status};
use domain::pricing::{PriceEstimate, PriceRules};
use domain::provider::{Provider, ProviderFailure};
use domain::upc::Upc;
use providers::ProviderError;
use retry::{RetryAdvice, RetryPolicy, retry};
use sinks::DraftSink;
use store::journal::{Journal, JournalError};

/// The seller's settings for the steps.
#[derive(Clone, Debug)]
pub struct Policies {
    pub matching: MatchPreferences,
    pub pricing: PriceRules,
    pub artwork: ArtworkRules,
    pub listing: domain::listing::Settings,
    pub categories: &'static Categories,
    pub template: &'static DescriptionTemplate,
}

/// Processes the items of one job.
pub struct ItemPipeline {
    pub gateway: Arc<ProviderGateway>,
    pub journal: Journal,
    pub photos: ItemPhotos,
    pub sink: Arc<dyn DraftSink>,
    pub policies: Policies,
    pub job: JobId,
    pub spec: JobSpec,
    pub lots: Lots,
    pub unconfirmed: UnconfirmedSteps,
}

/// A value, with messages of the providers that did not contribute to it.
pub(super) struct WithGaps<T> {
    pub(super) value: T,
    pub(super) unavailable_providers: Vec<ProviderFailure>,
}

/// How the processing of an item ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ItemRun {
    /// The item has a final status or waits for the other items of its lot.
    Finished,
    /// The sink or a price guide accepts no requests until `until`, or until the operator acts. The item has to be
    /// processed again later.
    Deferred { upc: Upc, until: Option<Timestamp>, why: String },
}

impl ItemPipeline {
    /// Processes one item from its last recorded step to a final status, or until it is deferred. If the database is
    /// temporarily unreachable, the item is deferred and continues from its last recorded step.
    ///
    /// # Errors
    /// Returns [`JournalError`] if a step cannot be recorded; the item stays at its last recorded step.
    pub(super) async fn run_item(&self, item: ItemDetails) -> Result<ItemRun, JournalError> {
        let upc = item.input.upc;
        match self.run_with_lot(item).await {
            Err(error) if error.is_passing_outage() => {
                tracing::warn!(%upc, %error, "the item continues later");
                // Waits until the submitted steps are written or rejected before the item is read again.
                self.unconfirmed.confirm(upc).await.ok();
                let until = Timestamp::from_second(Timestamp::now().as_second() + OUTAGE_PAUSE_S).ok();
                Ok(ItemRun::Deferred { upc, until, why: error.to_string() })
            }
            run => run,
        }
    }

    async fn run_with_lot(&self, item: ItemDetails) -> Result<ItemRun, JournalError> {
        let upc = item.input.upc;
        self.lots.apply_edits(&self.journal, &self.job).await?;
        let run = self.run_single_item(item).await?;
        if run != ItemRun::Finished {
            return Ok(run);
        }
        match self.settle_lots_of(upc).await {
            Ok(run) => Ok(run),
            Err(error) => self.end_rejected(upc, error).await,
        }
    }

    async fn run_single_item(&self, item: ItemDetails) -> Result<ItemRun, JournalError> {
        let upc = item.input.upc;
        let _in_flight = self.sink.track_in_flight();
        let executed = Box::pin(self.execute_steps(&item)).await;
        if matches!(executed, Ok(None) | Err(ItemError::NeedsReview(_) | ItemError::Deferred { .. }))
            && let Err(error) = self.unconfirmed.confirm(upc).await
        {
            return self.end_rejected(upc, error).await;
        }
        let outcome = match executed {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return Ok(ItemRun::Finished),
            Err(ItemError::NeedsReview(why)) => return self.finish_or_repeat_decision(&item, why).await,
            Err(ItemError::Failed(why)) => ItemOutcome::failed(why),
            Err(ItemError::Skipped(why)) => ItemOutcome::skipped(why),
            Err(ItemError::Deferred { until, why }) => return Ok(ItemRun::Deferred { upc, until, why }),
            Err(ItemError::Fatal(error)) => return self.end_rejected(upc, error).await,
        };
        match self.record_event(upc, ItemEvent::Finished { outcome }).await {
            Ok(()) => Ok(ItemRun::Finished),
            Err(error) => self.end_rejected(upc, error).await,
        }
    }

    /// Records that the item needs review, together with the decision of an earlier run of the list, if there is one.
    /// The runner then processes the item again, as after any decision. An item that already has a draft needs no
    /// decision and keeps the draft.
    async fn finish_or_repeat_decision(&self, item: &ItemDetails, why: String) -> Result<ItemRun, JournalError> {
        let upc = item.input.upc;
        let repeated = self.find_repeatable_decision(upc, &why).await?;
        let existing = if repeated.is_none() { self.find_existing_draft(item, &why).await? } else { None };
        let outcome = existing.unwrap_or_else(|| ItemOutcome::needs_review(why));
        let finished = ItemEvent::Finished { outcome };
        let Some(decision) = repeated else {
            return match self.record_event(upc, finished).await {
                Ok(()) => Ok(ItemRun::Finished),
                Err(error) => self.end_rejected(upc, error).await,
            };
        };
        tracing::info!(decision = decision.summary(), "the decision of an earlier batch is applied");
        let steps = [finished, ItemEvent::ReviewDecided { decision }];
        let events = steps.map(|item_event| JobEvent::Item { upc, item_event }).to_vec();
        match self.journal.append_events(&self.job, events).await {
            Ok(_) => Ok(ItemRun::Finished),
            Err(error) => self.end_rejected(upc, error).await,
        }
    }

    /// Records an internal error of Draft Maker for an item; the other items continue.
    ///
    /// # Errors
    /// Returns the errors of [`Self::run_item`].
    pub(super) async fn fail_after_panic(&self, upc: Upc) -> Result<(), JournalError> {
        let why = "an error in Draft Maker itself; standard error and the log have the details".to_owned();
        let failed = ItemEvent::Finished { outcome: ItemOutcome::failed(why) };
        match self.record_event(upc, failed).await {
            Err(JournalError::InvalidTransition(_)) => Ok(()),
            recorded => recorded,
        }
    }

    /// Ends an item whose step the journal rejected. Usually the operator has paused or canceled the item in the
    /// meantime, or retracted and scanned it again in a scan session. In these cases nothing is recorded, and the
    /// providers' responses stay in the cache. Any other rejection is an internal error and fails only this item.
    async fn end_rejected(&self, upc: Upc, error: JournalError) -> Result<ItemRun, JournalError> {
        match error {
            JournalError::InvalidTransition(step) if step.is_stale() || self.spec.is_scan_session() => {}
            JournalError::InvalidTransition(step) => {
                tracing::error!(%upc, %step, "the journal rejects a step of the item");
                self.fail_after_panic(upc).await?;
            }
            error => return Err(error),
        }
        Ok(ItemRun::Finished)
    }

    /// Returns the outcome of an item; `None` if it is composed and waits for the other items of its lot.
    async fn execute_steps(&self, item: &ItemDetails) -> Result<Option<ItemOutcome>, ItemError> {
        if let Some(why) = item.review_record.as_ref().and_then(|review| review.decision.skip_reason()) {
            let repeated = item.review_record.as_ref().and_then(|review| review.decision.repeats.as_ref());
            let origin = repeated.map(|origin| format!(" (you decided this on {origin})")).unwrap_or_default();
            return Ok(Some(ItemOutcome::skipped(format!("{why}{origin}"))));
        }
        let identified = self.identify_item(item).await?;
        let WithGaps { value: best_match, mut unavailable_providers } = identified;
        let groups = item.draft_groups(&self.spec.copy_defaults());
        // Both run to completion, so that an item deferred for its price already has its cover.
        let (priced, covered) =
            tokio::join!(self.estimate_prices(item, &best_match, &groups), self.find_cover(item, &best_match, &groups));
        let (covered, priced) = (covered?, priced?);
        unavailable_providers.extend(priced.unavailable_providers);
        let photos =
            self.photos.find_photos(item.input.upc).await.map_err(|error| ItemError::Failed(error.to_string()))?;
        let FoundPhotos { lasting, note: expired_photos } = photos;
        let has_draft = self.spec.create_drafts && self.has_draft(item.input.upc).await?;
        let recorded = if has_draft { self.recorded_drafts(item.input.upc).await? } else { Vec::new() };
        if self.spec.create_drafts && self.repeat_edit(item, has_draft).await? {
            let edited = self.journal.item_details(&self.job, &[item.input.upc]).await?.into_iter().next();
            return match edited {
                Some(edited) => Box::pin(self.execute_steps(&edited)).await,
                None => Err(ItemError::Failed("the edit of an earlier batch cannot be read".to_owned())),
            };
        }
        let copies = PricedGroups { groups: &groups, prices: &priced.value };
        let composed = self.compose_listings(item, &best_match, copies, (&covered.value, lasting)).await?;
        let listings = composed.map_err(|missing| missing_data_error(&missing, &unavailable_providers))?;
        if let Some(reason) = copies.review_reason().filter(|_| !item.is_price_reviewed) {
            return Err(ItemError::NeedsReview(reason));
        }
        if self.spec.create_drafts && self.spec.review && item.review_record.is_none() {
            return Err(ItemError::NeedsReview(AWAITING_REVIEW_MESSAGE.to_owned()));
        }
        if !self.lots.lots_of(item.input.upc).is_empty() {
            return self.join_lot(item, listings).map(|()| None);
        }
        let outcome = if self.spec.create_drafts {
            self.submit_drafts(item, &listings, &recorded).await?
        } else {
            ItemOutcome::succeeded(Status::DryRun, None)
        };
        let repeated = item.review_record.as_ref().and_then(|review| review.decision.repeat_note());
        let outcome =
            repeated.filter(|_| outcome.status.is_success()).into_iter().fold(outcome, ItemOutcome::append_note);
        let outcome = expired_photos.into_iter().fold(outcome, ItemOutcome::append_note);
        let outcome = add_listing_notes(outcome, &listings, &covered.unavailable_providers);
        Ok(Some(add_checks(outcome, &best_match.release.checks)))
    }

    async fn identify_item(&self, item: &ItemDetails) -> Result<WithGaps<Match>, ItemError> {
        let WithGaps { value: verdict, unavailable_providers } = match &item.verdict {
            Some(verdict) => {
                WithGaps { value: verdict.clone(), unavailable_providers: item.unavailable_providers.clone() }
            }
            None => self.search_providers(&item.input).await?,
        };
        let needs_review = |reason| Err(ItemError::NeedsReview(add_row(reason, &item.input)));
        match verdict {
            Verdict::Matched { best_match, .. } => Ok(WithGaps { value: *best_match, unavailable_providers }),
            Verdict::Ambiguous { .. } => needs_review(verdict.review_reason().unwrap_or_default()),
            Verdict::Unknown { providers } => needs_review(unknown_message(&providers)),
        }
    }

    async fn search_providers(&self, input: &InputItem) -> Result<WithGaps<Verdict>, ItemError> {
        let IdentifyResult { verdict, provider_errors } = self.identify_with_retry(input).await?;
        let verdict = match &input.seller {
            Some(listed) if !input.upc.is_substitute() => check_listed_names(verdict, listed),
            _ => verdict,
        };
        let unavailable_providers = provider_failures(&provider_errors);
        let step =
            ItemEvent::Identified { verdict: verdict.clone(), unavailable_providers: unavailable_providers.clone() };
        self.enqueue_event(input.upc, step).await?;
        Ok(WithGaps { value: verdict, unavailable_providers })
    }

    /// Identifies an item, and waits while every catalog is in an outage: a list of 100,000 items must not fail within
    /// a minute because a service restarts.
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

    async fn find_cover(
        &self,
        item: &ItemDetails,
        best_match: &Match,
        groups: &[DraftGroup],
    ) -> Result<WithGaps<Artwork>, ItemError> {
        if let Some(artwork) = &item.artwork {
            let value = artwork.choose_again(&best_match.release, &self.policies.artwork);
            return Ok(WithGaps { value, unavailable_providers: item.unavailable_providers.clone() });
        }
        let rule = self.policies.listing.stock_photos;
        let objections = groups.iter().map(|group| rule.objection(group.copy.effective_condition()));
        // Searches for a cover that may be shown for at least one group of copies.
        let objection = objections.min_by_key(Option::is_some).flatten();
        let (artwork, errors) = if objection.is_none() {
            self.gateway.find_cover(best_match, &self.policies.artwork).await
        } else {
            self.gateway.find_front_cover(best_match, &self.policies.artwork).await
        };
        let unavailable_providers = provider_failures(&errors);
        // The recorded artwork must not select a picture that the listing does not show.
        let shown = match objection {
            Some(reason) => artwork.clone().reject_all(reason),
            None => artwork.clone(),
        };
        let step = ItemEvent::CoverChosen { artwork: shown, unavailable_providers: unavailable_providers.clone() };
        self.enqueue_event(item.input.upc, step).await?;
        Ok(WithGaps { value: artwork, unavailable_providers })
    }

    /// Composes a listing for each group of copies, or returns the fields that are missing: unknown ones, and ones
    /// that the sink requires.
    async fn compose_listings(
        &self,
        item: &ItemDetails,
        best_match: &Match,
        copies: PricedGroups<'_>,
        (artwork, photos): (&Artwork, Vec<OwnPhoto>),
    ) -> Result<Result<Vec<Listing>, Vec<MissingField>>, JournalError> {
        // Recorded before a crash. Later changes of the settings do not affect it.
        if !item.missing.is_empty() {
            return Ok(Err(item.missing.clone()));
        }
        let (upc, release) = (item.input.upc, &best_match.release);
        let compose = |(group, price_estimate): (&DraftGroup, &PriceEstimate)| {
            let inputs = ListingInputs { upc, release, price_estimate, artwork };
            let terms = SellerTerms::for_copies(&self.policies.listing, group.copy.clone(), group.copies);
            let terms = terms.with_seller_data(&self.policies.listing, &group.seller);
            let title = item.listing_edits.title.clone();
            let terms = SellerTerms { photos: photos.clone(), title, ..terms };
            let listing = Listing::compose(&inputs, &terms, self.policies.categories, self.policies.template)?;
            match self.sink.validate(&listing) {
                missing if missing.is_empty() => Ok(listing),
                missing => Err(missing),
            }
        };
        let composed = copies.groups.iter().zip(copies.prices).map(compose).collect::<Result<Vec<_>, _>>();
        if let Err(missing) = &composed
            && item.announced_sku.is_none()
        {
            self.record_event(upc, ItemEvent::MissingData { missing: missing.clone() }).await?;
        }
        Ok(composed)
    }

    /// Records a step and waits until this and all earlier steps are on disk.
    ///
    /// # Errors
    /// Returns the error of the first step that could not be recorded.
    pub(super) async fn record_event(&self, upc: Upc, step: ItemEvent) -> Result<(), JournalError> {
        self.enqueue_event(upc, step).await?;
        self.unconfirmed.confirm(upc).await
    }

    /// Hands a step to the journal without waiting. A step lost in a crash is found again. The next
    /// [`Self::record_event`] waits for it.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the journal does not accept events.
    pub(super) async fn enqueue_event(&self, upc: Upc, step: ItemEvent) -> Result<(), JournalError> {
        match &step {
            ItemEvent::Finished { outcome } => {
                tracing::info!(status = %outcome.status, error = outcome.error.as_deref(), "item finished");
            }
            other => tracing::debug!(step = other.name(), "step finished"),
        }
        let event = JobEvent::Item { upc, item_event: step };
        self.unconfirmed.add(upc, self.journal.enqueue_events(&self.job, vec![event]).await?);
        Ok(())
    }
}

/// Review reason for every item with `--review`.
const AWAITING_REVIEW_MESSAGE: &str = "ready; waiting for your approval in review";

/// Seconds until an item continues after a database outage. Whole seconds, so that items that failed together continue
/// together.
const OUTAGE_PAUSE_S: i64 = 2;

/// Pause before a retry if the service does not state one.
const DEFAULT_RETRY_PAUSE: Duration = Duration::from_secs(10);

/// Minimum pause before a retry, even if a service states a shorter one.
const MIN_RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Returns the error for missing data: it needs review, unless a price is missing because providers did not answer.
fn missing_data_error(missing: &[MissingField], unavailable_providers: &[ProviderFailure]) -> ItemError {
    let message = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if unavailable_providers.is_empty() || !missing.iter().any(|missing| missing.field == ListingField::Price) {
        return ItemError::NeedsReview(message);
    }
    ItemError::Failed(format!("{}; run the list again later; for now {message}", join_failures(unavailable_providers)))
}

/// Adds notes about the listing: that its condition description was cut, that it needs a photo, and why it has no cover
/// if a cover source did not answer.
fn add_listing_notes(
    outcome: ItemOutcome,
    listings: &[Listing],
    unavailable_galleries: &[ProviderFailure],
) -> ItemOutcome {
    let [listing] = listings else { return outcome };
    let cut = listing.cut_text_note().filter(|_| outcome.status.is_success());
    let outcome = cut.map(str::to_owned).into_iter().fold(outcome, ItemOutcome::append_note);
    let Some(note) = listing.photo_note().filter(|_| outcome.status.is_success()) else { return outcome };
    let outcome = outcome.append_note(note.to_owned());
    if unavailable_galleries.is_empty() {
        return outcome;
    }
    outcome.append_note(format!("no cover: {}", join_failures(unavailable_galleries)))
}

/// Adds notes about what the seller should check on the item.
fn add_checks(outcome: ItemOutcome, checks: &[String]) -> ItemOutcome {
    let checks = checks.iter().filter(|_| outcome.status.is_success()).cloned().collect::<Vec<_>>();
    checks.into_iter().fold(outcome, ItemOutcome::append_note)
}

fn unknown_message(providers: &[Provider]) -> String {
    let names = providers.iter().map(Provider::display_name).collect::<Vec<_>>().join(", ");
    if names.is_empty() { "no data source is turned on".to_owned() } else { format!("not known to {names}") }
}

fn unavailable_message(errors: &[ProviderError]) -> String {
    let unreached = errors.iter().all(|error| !error.reached_server());
    let details = if unreached && !errors.is_empty() {
        let names =
            errors.iter().map(|error| error.provider().display_name().to_string()).collect::<Vec<_>>().join(", ");
        format!("no connection to {names}: check the network")
    } else {
        join_failures(&provider_failures(errors))
    };
    format!("{details}; run the list again later")
}

pub(super) fn provider_failures(errors: &[ProviderError]) -> Vec<ProviderFailure> {
    errors.iter().map(|error| ProviderFailure::new(error.provider().clone(), &error.to_string())).collect()
}

pub(super) fn join_failures(failures: &[ProviderFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
