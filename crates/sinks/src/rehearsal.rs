//! Test mode: the market that writes nothing and owns no credentials, so that no setting can make it write.

use async_trait::async_trait;

use super::contract::{Handed, Market, MarketError};
use domain::listing::Listing;
use domain::outcome::{Draft, Status};

/// Takes every listing and makes nothing of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rehearsal;

impl Rehearsal {
    /// Its name in settings and results.
    pub const SINK: &'static str = "rehearsal";

    /// What a draft is here.
    pub const EXPLAINED: &'static str =
        "Test mode: each draft is made ready and goes nowhere; the result file shows what it would have been.";
}

#[async_trait]
impl Market for Rehearsal {
    fn sink(&self) -> &'static str {
        Self::SINK
    }

    fn status(&self) -> Status {
        Status::Rehearsed
    }

    fn explain(&self) -> &'static str {
        Self::EXPLAINED
    }

    async fn draft(&self, listing: &Listing) -> Result<Handed, MarketError> {
        let draft = Draft {
            sku: listing.sku().clone(),
            title: listing.title().to_owned(),
            sink: Self::SINK.to_owned(),
            offer_id: None,
            url: None,
        };
        Ok(Handed::Drafted { draft, note: None })
    }
}
