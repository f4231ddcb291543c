//! Test mode: the market that writes nothing and owns no credentials, so that no setting can make it write.

use async_trait::async_trait;

use super::draft_sink::{DraftResult, DraftSink, SinkError};
use domain::listing::Listing;
use domain::outcome::{Draft, Status};
use domain::sink::SinkKind;

/// Takes every listing and makes nothing of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct DryRunSink;

impl DryRunSink {
    /// Its name in settings and results.
    pub const NAME: &'static str = SinkKind::DryRun.as_str();

    /// What a draft is here.
    pub const DESCRIPTION: &'static str =
        "Test mode: each draft is made ready and goes nowhere; the result file shows what it would have been.";
}

#[async_trait]
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

    async fn create_draft(&self, listing: &Listing) -> Result<DraftResult, SinkError> {
        let draft = Draft {
            sku: listing.sku().clone(),
            title: listing.title().to_owned(),
            sink: SinkKind::DryRun,
            offer_id: None,
            url: None,
        };
        Ok(DraftResult::Created { draft, note: None })
    }
}
