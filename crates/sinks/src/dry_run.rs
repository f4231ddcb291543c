//! The sink of a dry run. It has no credentials and writes nothing, so that no setting can make it write. It reads the
//! ledger to report items that already have a draft.

use futures::future::BoxFuture;
use serde_json::Value;

use super::draft_sink::{DraftResult, DraftSink, RecordedEntry, RecordedMatch, SinkError};
use super::ebay::{missing_condition_field, validate_offline};
use domain::listing::{Listing, MissingField};
use domain::outcome::{Draft, Status};
use domain::sink::SinkKind;
use domain::sku::Sku;
use domain::text::time::format_minute;
use store::journal::{ExistingDraft, Journal, SellerAccount, SinkConflict};

/// Accepts every listing and creates nothing.
#[derive(Clone, Default)]
pub struct DryRunSink {
    warnings: Vec<String>,
    known_drafts: Option<KnownDrafts>,
    /// True if the real destination requires a condition for each listing.
    condition_required: bool,
}

/// Drafts that a real run would find in the ledger.
#[derive(Clone)]
struct KnownDrafts {
    journal: Journal,
    seller: SellerAccount,
    /// Name of the real destination in the ledger.
    destination: String,
}

impl DryRunSink {
    /// Creates the sink with warnings for the operator.
    pub(super) fn with_warnings(warnings: Vec<String>) -> Self {
        Self { warnings, ..Self::default() }
    }

    /// Reports items without a condition as a real run would, if `condition_required` is true.
    #[must_use]
    pub(super) fn with_condition_required(self, condition_required: bool) -> Self {
        Self { condition_required, ..self }
    }

    /// Reports items that have a draft in the ledger as a real run would. `destination` is the real destination's name
    /// in the ledger.
    pub(super) fn with_known_drafts(self, journal: Journal, seller: SellerAccount, destination: String) -> Self {
        Self { known_drafts: Some(KnownDrafts { journal, seller, destination }), ..self }
    }

    /// Name of the sink in settings and results.
    pub const NAME: &'static str = SinkKind::DryRun.as_str();

    /// Describes the drafts of this sink.
    pub(crate) const DESCRIPTION: &'static str =
        "Dry run: no drafts are created. The result file shows what each draft would contain.";

    async fn find_existing_draft(&self, listing: &Listing) -> Result<Option<ExistingDraft>, SinkError> {
        let Some(known) = &self.known_drafts else { return Ok(None) };
        let found = known.journal.existing_drafts(&known.seller, &[listing.upc()]).await;
        let found = found.map_err(|error| SinkError::from_ledger(Self::NAME, &error))?;
        let number = listing.sku().copy_number();
        Ok(found.into_iter().find(|draft| draft.sku.copy_number() == number))
    }

    fn result_for_existing(&self, draft: Draft, existing: ExistingDraft) -> DraftResult {
        let ExistingDraft { sku, job, at, sink, .. } = existing;
        let draft = Draft { sku, ..draft };
        if self.known_drafts.as_ref().is_some_and(|known| known.destination != sink) {
            return DraftResult::ExistsElsewhere(SinkConflict { sku: draft.sku, sink, job });
        }
        let at = format_minute(at);
        let reason = format!("{job} created its draft on {at} (destination {sink}), so no second one would be created");
        DraftResult::Unchanged { draft, reason }
    }
}

impl DraftSink for DryRunSink {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn item_status(&self) -> Status {
        Status::DryRun
    }

    fn description(&self) -> &'static str {
        Self::DESCRIPTION
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn owner_of_known_drafts(&self) -> Option<&SellerAccount> {
        self.known_drafts.as_ref().map(|known| &known.seller)
    }

    fn parse_recorded(&self, _sku: &Sku, _payload: &Value) -> Option<RecordedEntry> {
        None
    }

    fn compare_recorded(&self, _payload: &Value, _listing: &Listing) -> RecordedMatch {
        RecordedMatch::Different
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        let missing = missing_condition_field("neither the list nor the batch states one, and eBay requires one");
        let is_missing = self.condition_required && listing.condition().is_none();
        is_missing.then_some(missing).into_iter().chain(validate_offline(listing)).collect()
    }

    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            let draft = Draft {
                sku: listing.sku().clone(),
                title: listing.title().to_owned(),
                sink: SinkKind::DryRun,
                offer_id: None,
                url: None,
                price: None,
            };
            Ok(match self.find_existing_draft(listing).await? {
                Some(existing) => self.result_for_existing(draft, existing),
                None => DraftResult::Created { draft, note: None },
            })
        })
    }
}
