//! EBay while the seller's consent has ended: that stops the drafts and not the batch. What eBay would ask of a listing is
//! asked all the same, the items wait before the door, and `draft-maker resume` takes them on after a new sign-in.

use async_trait::async_trait;

use super::super::contract::{Handed, Market, MarketError};
use super::checkup::Ended;
use super::preflight;
use domain::listing::{Listing, Missing};
use domain::outcome::Status;

/// One job's market that nobody may enter yet.
pub(super) struct Shut {
    pub(super) sink: &'static str,
    pub(super) explained: &'static str,
    pub(super) ended: Ended,
}

#[async_trait]
impl Market for Shut {
    fn sink(&self) -> &'static str {
        self.sink
    }

    fn status(&self) -> Status {
        Status::Drafted
    }

    fn explain(&self) -> &'static str {
        self.explained
    }

    fn remarks(&self) -> Vec<String> {
        vec![format!("Drafts have to wait: {}. Facts, prices and covers are found meanwhile.", self.ended.sentence)]
    }

    fn lacks(&self, listing: &Listing) -> Vec<Missing> {
        self.ended.rules.as_ref().map_or_else(Vec::new, |rules| preflight::lacks(listing, rules, self.ended.site))
    }

    async fn draft(&self, _: &Listing) -> Result<Handed, MarketError> {
        // The whole sentence was said at the start.
        let why = format!("nobody is signed in: {}, then `draft-maker resume`", self.ended.remedy);
        Err(MarketError::Closed { sink: self.sink, why, until: None })
    }
}
