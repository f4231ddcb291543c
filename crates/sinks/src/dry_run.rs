//! The sink of a dry run. It writes nothing and has no credentials, so that no setting can make it write.

use futures::future::BoxFuture;

use super::draft_sink::{DraftResult, DraftSink, SinkError};
use domain::listing::Listing;
use domain::outcome::{Draft, Status};
use domain::sink::SinkKind;

/// Accepts every listing and creates nothing.
#[derive(Clone, Debug, Default)]
pub struct DryRunSink {
    warnings: Vec<String>,
}

impl DryRunSink {
    /// Creates the sink with what the operator should know before the batch begins.
    pub(super) fn with_warnings(warnings: Vec<String>) -> Self {
        Self { warnings }
    }

    /// Name in settings and results.
    pub const NAME: &'static str = SinkKind::DryRun.as_str();

    /// What a draft is in this sink.
    pub const DESCRIPTION: &'static str =
        "Test mode: each draft is made ready and goes nowhere; the result file shows what it would have been.";
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

    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            let draft = Draft {
                sku: listing.sku().clone(),
                title: listing.title().to_owned(),
                sink: SinkKind::DryRun,
                offer_id: None,
                url: None,
            };
            Ok(DraftResult::Created { draft, note: None })
        })
    }
}
