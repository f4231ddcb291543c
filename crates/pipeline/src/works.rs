//! The parts that every job of a process shares: one memory, one way to each provider, and with it one pace.

use std::sync::Arc;

use super::gather::Gatherer;
use super::steps::Rules;
use domain::forecast::Asked;
use ebay::Ebay;
use store::journal::Journal;
use store::response_cache::Answers;
use upstream::Host;

/// What a process works with. Filled from the settings by whoever starts it.
pub struct Works {
    pub journal: Journal,
    pub answers: Answers,
    /// Where a keyset of eBay is set.
    pub ebay: Option<Ebay>,
    /// Which eBay is meant, also where no keyset is set.
    pub ebay_place: String,
    pub gatherer: Arc<Gatherer>,
    pub rules: Rules,
    /// The services that are asked, one for each name.
    pub hosts: Vec<Host>,
    /// The providers that are switched on, in the order of trust.
    pub asked: Vec<Asked>,
    /// How lists are read.
    pub intake: input::Settings,
    /// How many items of a job are worked on at the same time.
    pub slots: usize,
    /// What is not set and would help, a sentence each.
    pub advice: Vec<String>,
}
