//! Runs one item from its last recorded step and records how it ended. Each step is handed to the journal immediately
//! and is on disk before the draft is sent. With an offline catalog, the steps before the draft share one write.

use std::sync::Arc;

use jiff::Timestamp;

use super::item_error::ItemError;
use super::item_photos::ItemPhotos;
use super::lots::Lots;
use super::provider_gateway::ProviderGateway;
use super::unconfirmed_steps::UnconfirmedSteps;
use domain::artwork::ArtworkRules;
use domain::draft_group::DraftGroup;
use domain::event::{ItemEvent, JobEvent};
use domain::item_details::ItemDetails;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::{Categories, DescriptionTemplate, Listing, ListingInputs, MissingField, OwnPhoto, SellerTerms};
use domain::matching::MatchPreferences;
use domain::outcome::ItemOutcome;
use domain::pricing::PriceRules;
use domain::provider::ProviderFailure;
use domain::upc::Upc;
use providers::ProviderError;
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

/// The policies without a setting, with the built-in categories and description.
impl Default for Policies {
    fn default() -> Self {
        Self {
            matching: MatchPreferences::default(),
            pricing: PriceRules::default(),
            artwork: ArtworkRules::default(),
            listing: domain::listing::Settings::default(),
            categories: Categories::built_in(),
            template: DescriptionTemplate::built_in(),
        }
    }
}

impl Policies {
    /// Composes the listing of one group of an item's copies.
    ///
    /// # Errors
    /// Returns the fields that are missing for a listing.
    pub(super) fn compose_listing(
        &self,
        inputs: &ListingInputs<'_>,
        item: &ItemDetails,
        group: &DraftGroup,
        photos: Vec<OwnPhoto>,
    ) -> Result<Listing, Vec<MissingField>> {
        let terms = SellerTerms::for_copies(&self.listing, group.copy.clone(), group.copies);
        let terms = terms.with_seller_data(&self.listing, &group.seller);
        let terms = SellerTerms { photos, title: item.listing_edits.title.clone(), ..terms };
        Listing::compose(inputs, &terms, self.categories, self.template)
    }
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

/// How far the steps of an item went.
pub(super) enum ItemStep {
    Outcome(Box<ItemOutcome>),
    /// The item is composed and waits for the other items of its lot.
    JoinedLot,
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
        let run = self.run_with_lot(item).await;
        let Err(error) = &run else { return run };
        // Any other error of the store ends the run: no step could be recorded.
        let retry_at = error.item_retry_at(Timestamp::now()).filter(|_| error.is_passing_outage());
        let Some(until) = retry_at else { return run };
        tracing::warn!(%upc, %error, "the item continues later");
        // Waits until the submitted steps are written or rejected before the item is read again.
        self.unconfirmed.confirm(upc).await.ok();
        Ok(ItemRun::Deferred { upc, until: Some(until), why: error.to_string() })
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
        if matches!(executed, Ok(ItemStep::JoinedLot) | Err(ItemError::NeedsReview(_) | ItemError::Deferred { .. }))
            && let Err(error) = self.unconfirmed.confirm(upc).await
        {
            return self.end_rejected(upc, error).await;
        }
        let outcome = match executed {
            Ok(ItemStep::Outcome(outcome)) => *outcome,
            Ok(ItemStep::JoinedLot) => return Ok(ItemRun::Finished),
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
    ///
    /// # Errors
    /// Returns `error` if it is not a rejection, and [`JournalError`] if the failure cannot be recorded.
    pub(super) async fn end_rejected(&self, upc: Upc, error: JournalError) -> Result<ItemRun, JournalError> {
        match error {
            JournalError::InvalidTransition(step) if step.is_stale() || self.spec.is_scan_session() => {}
            JournalError::InvalidTransition(step) => {
                tracing::error!(%upc, %step, "the journal rejects a step of the item: an error in Draft Maker");
                self.fail_after_panic(upc).await?;
            }
            error => return Err(error),
        }
        Ok(ItemRun::Finished)
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

pub(super) fn provider_failures(errors: &[ProviderError]) -> Vec<ProviderFailure> {
    errors.iter().map(|error| ProviderFailure::new(error.provider().clone(), &error.to_string())).collect()
}

pub(super) fn join_failures(failures: &[ProviderFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
