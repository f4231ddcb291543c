//! EBay while the seller's consent has ended: that stops the drafts and not the batch. What eBay would ask of a listing is
//! asked all the same, the items wait before the door, and `draft-maker resume` takes them on after a new sign-in.

use async_trait::async_trait;

use super::super::draft_sink::{DraftResult, DraftSink, SinkError};
use super::readiness::ExpiredConsent;
use super::validate;
use domain::listing::{Listing, MissingField};
use domain::outcome::Status;

/// One job's market that nobody may enter yet.
pub(super) struct UnavailableSink {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) expired_consent: ExpiredConsent,
}

#[async_trait]
impl DraftSink for UnavailableSink {
    fn name(&self) -> &'static str {
        self.name
    }

    fn item_status(&self) -> Status {
        Status::Drafted
    }

    fn description(&self) -> &'static str {
        self.description
    }

    fn warnings(&self) -> Vec<String> {
        vec![format!(
            "Drafts have to wait: {}. Facts, prices and covers are found meanwhile.",
            self.expired_consent.message
        )]
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        self.expired_consent
            .rules
            .as_ref()
            .map_or_else(Vec::new, |rules| validate::validate_listing(listing, rules, self.expired_consent.site))
    }

    async fn create_draft(&self, _: &Listing) -> Result<DraftResult, SinkError> {
        // The whole sentence was said at the start.
        let why = format!("nobody is signed in: {}, then `draft-maker resume`", self.expired_consent.remedy);
        Err(SinkError::Unavailable { sink: self.name, why, until: None })
    }
}
