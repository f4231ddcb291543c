//! The steps of one item: identifies it, estimates its price, chooses its cover, composes the listing and submits the
//! draft.

use std::time::Duration;

use jiff::Timestamp;

use super::identify::{IdentifyResult, identify_release};
use super::item_error::ItemError;
use super::item_photos::FoundPhotos;
use super::item_pipeline::{ItemPipeline, ItemStep, WithGaps, join_failures, provider_failures};
use super::text_search::{add_row, propose_releases};
use domain::artwork::Artwork;
use domain::draft_group::{DraftGroup, PricedGroups};
use domain::event::ItemEvent;
use domain::item_details::ItemDetails;
use domain::job_spec::InputItem;
use domain::listing::{Listing, ListingField, ListingInputs, MissingField, join_missing_fields};
use domain::matching::{Match, Verdict, check_listed_names};
use domain::outcome::{ItemOutcome, Status};
use domain::pricing::PriceEstimate;
use domain::provider::{Provider, ProviderFailure};
use providers::ProviderError;
use retry::{RetryAdvice, RetryPolicy, retry};

/// Review reason for every item with `--review`.
const AWAITING_REVIEW_MESSAGE: &str = "ready; waiting for your approval in review";

/// Pause before a retry if the service does not state one.
const DEFAULT_RETRY_PAUSE: Duration = Duration::from_secs(10);

/// Minimum pause before a retry, even if a service states a shorter one.
const MIN_RETRY_PAUSE: Duration = Duration::from_secs(1);

/// An item whose release, prices, cover and photos are known.
struct PricedItem {
    best_match: Match,
    groups: Vec<DraftGroup>,
    /// One price for each group.
    prices: Vec<PriceEstimate>,
    artwork: Artwork,
    photos: FoundPhotos,
    /// Providers that did not contribute to the release or the prices.
    unavailable_providers: Vec<ProviderFailure>,
    unavailable_cover_sources: Vec<ProviderFailure>,
}

impl PricedItem {
    fn priced_groups(&self) -> PricedGroups<'_> {
        PricedGroups { groups: &self.groups, prices: &self.prices }
    }

    /// Returns the error for missing data: it needs review, unless a price is missing because providers did not
    /// answer.
    fn missing_data_error(&self, missing: &[MissingField]) -> ItemError {
        let message = join_missing_fields(missing);
        let failures = &self.unavailable_providers;
        if failures.is_empty() || !missing.iter().any(|missing| missing.field == ListingField::Price) {
            return ItemError::NeedsReview(message);
        }
        ItemError::Failed(format!("{}; run the list again later; for now {message}", join_failures(failures)))
    }
}

impl ItemPipeline {
    /// Executes the steps of an item that are not recorded yet. An edit repeated from an earlier batch is recorded and
    /// applied first.
    ///
    /// # Errors
    /// Returns [`ItemError`] if the item did not become a draft.
    pub(super) async fn execute_steps(&self, item: &ItemDetails) -> Result<ItemStep, ItemError> {
        let mut edited = None;
        loop {
            let item = edited.as_ref().unwrap_or(item);
            if let Some(skipped) = skipped_outcome(item) {
                return Ok(ItemStep::Outcome(Box::new(skipped)));
            }
            let priced = self.price_item(item).await?;
            let upc = item.input.upc;
            let has_draft = self.spec.create_drafts && self.has_draft(upc).await?;
            if !self.spec.create_drafts || !self.repeat_edit(item, has_draft).await? {
                return self.draft_item(item, priced, has_draft).await;
            }
            edited = self.journal.item_details(&self.job, &[upc]).await?.into_iter().next();
            if edited.is_none() {
                return Err(ItemError::Failed("the edit of an earlier batch cannot be read".to_owned()));
            }
        }
    }

    /// Identifies an item, prices its copies, chooses its cover and finds its photos.
    async fn price_item(&self, item: &ItemDetails) -> Result<PricedItem, ItemError> {
        let WithGaps { value: best_match, mut unavailable_providers } = self.identify_item(item).await?;
        let groups = item.draft_groups(&self.spec.copy_defaults());
        // Both run to completion, so that an item deferred for its price already has its cover.
        let (priced, covered) = tokio::join!(
            self.estimate_prices(item, &best_match, &groups),
            self.choose_cover(item, &best_match, &groups)
        );
        let (covered, priced) = (covered?, priced?);
        unavailable_providers.extend(priced.unavailable_providers);
        let photos =
            self.photos.find_photos(item.input.upc).await.map_err(|error| ItemError::Failed(error.to_string()))?;
        Ok(PricedItem {
            best_match,
            groups,
            prices: priced.value,
            artwork: covered.value,
            photos,
            unavailable_providers,
            unavailable_cover_sources: covered.unavailable_providers,
        })
    }

    /// Composes the listings of an item and submits their drafts, or adds them to the lot of the item. `has_draft`
    /// tells whether the ledger has a draft of the item or its lot.
    async fn draft_item(&self, item: &ItemDetails, priced: PricedItem, has_draft: bool) -> Result<ItemStep, ItemError> {
        let upc = item.input.upc;
        let recorded = if has_draft { self.recorded_drafts(upc).await? } else { Vec::new() };
        let listings = self.compose_listings(item, &priced).await?;
        if let Some(reason) = self.review_reason(item, &priced) {
            return Err(ItemError::NeedsReview(reason));
        }
        if !self.lots.lots_of(upc).is_empty() {
            return self.join_lot(item, listings).map(|()| ItemStep::JoinedLot);
        }
        let mut outcome = if self.spec.create_drafts {
            self.submit_drafts(item, &listings, &recorded).await?
        } else {
            ItemOutcome::succeeded(Status::DryRun, None)
        };
        if let (Some(draft), Some(listing), Some(_)) =
            (&mut outcome.draft, listings.first(), item.earlier_lot_drafts().next())
        {
            // Otherwise the item keeps showing the price of the lot that it has left.
            draft.price = draft.price.or(Some(listing.price()));
        }
        let lots = if outcome.status.is_success() { self.find_earlier_lots(upc, None).await? } else { Vec::new() };
        let outcome = lots.iter().map(|lot| lot.note(&[upc])).fold(outcome, ItemOutcome::append_note);
        Ok(ItemStep::Outcome(Box::new(add_notes(outcome, item, priced, &listings))))
    }

    /// Returns why the operator must decide about a composed item; `None` if its drafts can be submitted.
    fn review_reason(&self, item: &ItemDetails, priced: &PricedItem) -> Option<String> {
        if let Some(reason) = priced.priced_groups().review_reason().filter(|_| !item.is_price_reviewed) {
            return Some(reason);
        }
        let awaits_approval = self.spec.create_drafts && self.spec.review && item.review_record.is_none();
        awaits_approval.then(|| AWAITING_REVIEW_MESSAGE.to_owned())
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

    /// Chooses the cover of an item, and records it. Returns it even if no listing may show it.
    async fn choose_cover(
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
        let cover = self.gateway.find_cover(best_match, &self.policies.artwork, objection).await;
        let unavailable_providers = provider_failures(&cover.errors);
        // The recorded artwork must not select a picture that the listing does not show.
        let step =
            ItemEvent::CoverChosen { artwork: cover.shown, unavailable_providers: unavailable_providers.clone() };
        self.enqueue_event(item.input.upc, step).await?;
        Ok(WithGaps { value: cover.artwork, unavailable_providers })
    }

    /// Composes a listing for each group of copies. Fields are missing if they are unknown, or if the sink requires
    /// them.
    async fn compose_listings(&self, item: &ItemDetails, priced: &PricedItem) -> Result<Vec<Listing>, ItemError> {
        // Recorded before a crash. Later changes of the settings do not affect it.
        if !item.missing.is_empty() {
            return Err(priced.missing_data_error(&item.missing));
        }
        let copies = priced.groups.iter().zip(&priced.prices);
        let composed = copies.map(|copies| self.compose_listing(item, priced, copies)).collect::<Result<Vec<_>, _>>();
        match composed {
            Ok(listings) => Ok(listings),
            Err(missing) => {
                let error = priced.missing_data_error(&missing);
                if item.announced_sku.is_none() {
                    self.record_event(item.input.upc, ItemEvent::MissingData { missing }).await?;
                }
                Err(error)
            }
        }
    }

    fn compose_listing(
        &self,
        item: &ItemDetails,
        priced: &PricedItem,
        (group, price_estimate): (&DraftGroup, &PriceEstimate),
    ) -> Result<Listing, Vec<MissingField>> {
        let (release, artwork) = (&priced.best_match.release, &priced.artwork);
        let inputs = ListingInputs { upc: item.input.upc, release, price_estimate, artwork };
        let listing = self.policies.compose_listing(&inputs, item, group, priced.photos.lasting.clone())?;
        match self.sink.validate(&listing) {
            missing if missing.is_empty() => Ok(listing),
            missing => Err(missing),
        }
    }
}

/// Returns the outcome of an item that the operator has skipped; `None` for any other item.
fn skipped_outcome(item: &ItemDetails) -> Option<ItemOutcome> {
    let decision = &item.review_record.as_ref()?.decision;
    let why = decision.skip_reason()?;
    let origin = decision.repeats.as_ref().map(|origin| format!(" (you decided this on {origin})"));
    Some(ItemOutcome::skipped(format!("{why}{}", origin.unwrap_or_default())))
}

/// Adds notes about a repeated decision, expired photos, the listing, and what the seller should check on the item. What
/// the operator has decided about, or what an earlier batch reported about an unchanged draft, is not repeated.
fn add_notes(outcome: ItemOutcome, item: &ItemDetails, priced: PricedItem, listings: &[Listing]) -> ItemOutcome {
    let repeated = item.review_record.as_ref().and_then(|review| review.decision.repeat_note());
    // An edit explains why an unchanged draft differs from the list.
    let is_edit = item.review_record.as_ref().is_some_and(|review| review.decision.is_edit);
    let is_shown = outcome.status.is_success() && (is_edit || outcome.status != Status::AlreadyDrafted);
    let repeated = repeated.filter(|_| is_shown);
    let outcome = repeated.into_iter().chain(priced.photos.note).fold(outcome, ItemOutcome::append_note);
    let outcome = add_listing_notes(outcome, listings, &priced.unavailable_cover_sources);
    let is_checked = item.review_record.is_some() || !outcome.status.is_success();
    let checks = priced.best_match.release.checks.into_iter().filter(|_| !is_checked);
    checks.collect::<Vec<_>>().into_iter().fold(outcome, ItemOutcome::append_note)
}

/// Adds notes about the listing: that its condition description was cut, that it needs a photo, and why it has no cover
/// if a cover source did not answer.
fn add_listing_notes(
    outcome: ItemOutcome,
    listings: &[Listing],
    unavailable_cover_sources: &[ProviderFailure],
) -> ItemOutcome {
    let [listing] = listings else { return outcome };
    let cut = listing.cut_text_note().filter(|_| outcome.status.is_success());
    let outcome = cut.map(str::to_owned).into_iter().fold(outcome, ItemOutcome::append_note);
    let Some(note) = listing.photo_note().filter(|_| outcome.status.is_success()) else { return outcome };
    let outcome = outcome.append_note(note.to_owned());
    if unavailable_cover_sources.is_empty() {
        return outcome;
    }
    outcome.append_note(format!("no cover: {}", join_failures(unavailable_cover_sources)))
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
