//! The way to eBay: who we are there, what we may do, and how often. Markets and price guides go through it.
//!
//! ```text
//! consent ──code──> tokens ── kept on disk (0600), renewed before they end, one flight at a time
//!                     │
//! Ebay::call(access, api, request)
//!   allowance  is today's limit used up?          durable, per API and keyset
//!   token      of the application or the seller   a 401 renews it once
//!   http       the one way out
//!   Reply | EbayError (eBay's own words, id and parameters)
//! ```

mod allowance;
mod api;
mod complaint;
mod consent;
mod day;
mod error;
mod foresight;
mod grant;
mod keyring;
mod marketplace;
mod scope;
mod settings;
mod tokens;

pub use allowance::{Allowance, Used};
pub use api::{Api, Ebay};
pub use complaint::{Complaint, complaints};
pub use consent::{BadAnswer, Consent};
pub use error::EbayError;
pub use keyring::{Kept, Keyring};
pub use marketplace::{MARKETPLACES, Marketplace};
pub use scope::{Access, Scope};
pub use settings::{Environment, Settings};
pub use tokens::Tokens;

use domain::provider::Provider;

/// The name in settings, errors and results.
pub const EBAY: Provider = Provider::named("ebay");
