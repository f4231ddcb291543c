//! The eBay client: authorization, tokens, daily limits and errors. Sinks and price guides call eBay through it.
//!
//! ```text
//! AuthorizationRequest ──code──> EbayTokens ── stored on disk (0600), renewed before expiry, one request at a time
//!                                  │
//! EbayClient::call_api(access, api, request)
//!   client_quota  checks today's limit               durable count, per API and keyset
//!   tokens        application or seller token        a 401, or a 403 for missing permissions, renews the token once
//!   upstream      the shared HTTP client
//!   UpstreamResponse | EbayError (eBay's own text, ID and parameters)
//! ```

mod api;
mod api_error;
mod authorization;
mod client;
mod client_quota;
mod error;
mod formats;
mod grant;
mod known_errors;
mod packages;
mod quota;
mod scope;
mod settings;
mod shared_sign_in;
mod token_store;
mod tokens;

pub use api::Api;
pub use api_error::{EbayApiError, parse_api_errors};
pub use authorization::{AuthorizationRequest, CallbackError, InvalidSignInSetting};
pub use client::{EbayClient, without_errors};
pub use error::{EbayError, KEYSET_FIX, OAuthErrorCode};
pub use formats::{FormatSettings, FormatTerms, PerFormat};
pub use known_errors::{ErrorHandling, KNOWN_ERRORS, KnownErrors, known_errors};
pub use packages::{InvalidWeight, Package, PackageSettings, PackageSize};
pub use quota::QuotaUsage;
pub use scope::{Scope, TokenKind};
pub use settings::{Environment, InvalidEbayCredentials, Settings};
pub use shared_sign_in::{SharedSignIn, SharedSignInError};
pub use token_store::{SignOut, StoredCredentials, TokenStore};
pub use tokens::EbayTokens;

use domain::provider::Provider;

/// Name of eBay in settings, errors and results.
pub const EBAY: Provider = Provider::from_static("ebay");
