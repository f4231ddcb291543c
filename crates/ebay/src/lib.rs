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

mod api;
mod api_error;
mod authorization;
mod error;
mod grant;
mod marketplace;
mod quota;
mod quota_warnings;
mod scope;
mod settings;
mod token_store;
mod tokens;

pub use api::{Api, EbayClient};
pub use api_error::{EbayApiError, parse_api_errors};
pub use authorization::{AuthorizationRequest, CallbackError};
pub use error::{EbayError, OAuthErrorCode};
pub use marketplace::{MARKETPLACES, Marketplace};
pub use quota::QuotaUsage;
pub use scope::{Scope, TokenKind};
pub use settings::{Environment, Settings};
pub use token_store::{StoredCredentials, TokenStore};
pub use tokens::EbayTokens;

use domain::provider::Provider;

/// The name in settings, errors and results.
pub const EBAY: Provider = Provider::from_static("ebay");
