//! Client for an eBay search API: sends queries, evaluates warnings, and pauses while eBay refuses the application.

use std::time::Instant;

use serde_json::Value;

use super::super::lenient_json::LenientJson;
use super::super::provider::ProviderError;
use super::super::refusal_breaker::RefusalBreaker;
use super::parse::has_items;
use super::query::PriceSearchQuery;
use domain::provider::Provider;
use ebay::{Api, EbayClient, EbayError, OAuthErrorCode, TokenKind, parse_api_errors};

/// Error IDs "insufficient permissions" (OAuth) and "access denied" (Marketplace Insights).
const FORBIDDEN_ERROR_IDS: [u64; 2] = [1100, 100_017];

/// Warning IDs (Browse API) for an ignored category, catalog ID or barcode: the response then matches anything.
const IGNORED_FILTER_WARNING_IDS: [u64; 3] = [12_009, 12_021, 12_022];

/// The search client of one price guide.
pub(super) struct PriceSearchClient {
    pub(super) ebay: EbayClient,
    /// Name of the price guide in errors and logs.
    pub(super) provider: Provider,
    /// Kind of token that the API requires.
    pub(super) token_kind: TokenKind,
    /// The API against whose quota calls count.
    pub(super) api: Api,
    /// Path of the search endpoint.
    pub(super) path: [&'static str; 5],
    /// Name of the response field that contains the items.
    pub(super) items_field: &'static str,
    /// Advice for the operator if the application may not use the API.
    pub(super) advice: &'static str,
    /// Stops requests while eBay refuses them, to save the daily calls.
    pub(super) refusals: RefusalBreaker,
}

impl PriceSearchClient {
    /// Searches a field for a value. Returns `None` if eBay ignored a part of the query.
    ///
    /// # Errors
    /// Returns [`ProviderError`] if the search failed or eBay refuses this application.
    pub(super) async fn search_items(
        &self,
        query: &PriceSearchQuery,
        by: (&str, &str),
        filter: String,
    ) -> Result<Option<Value>, ProviderError> {
        let Some(permit) = self.refusals.acquire(Instant::now()) else {
            return Err(self.forbidden_error("it rejected several requests in a row, so it is paused".to_owned()));
        };
        let request = query.to_request(self.path, by, filter);
        let request = request.header("X-EBAY-C-MARKETPLACE-ID", self.ebay.site().as_str());
        match self.ebay.call_json(self.token_kind, self.api, request).await {
            Ok(answer) => {
                permit.record_answer();
                self.check_warnings(answer)
            }
            Err(error) if is_forbidden(&error) => {
                permit.record_refusal(Instant::now());
                Err(self.forbidden_error(error.to_string()))
            }
            Err(error) => Err(to_provider_error(self.provider.clone(), error)),
        }
    }

    /// Evaluates eBay's warnings about ignored parts of the query. An ignored filter is only logged, because every
    /// item is checked against it. An ignored barcode or category makes the response useless: returns `None`.
    fn check_warnings(&self, answer: Value) -> Result<Option<Value>, ProviderError> {
        let warnings = parse_api_errors(&answer, "warnings");
        if !warnings.is_empty() {
            let message = warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            tracing::warn!(provider = self.provider.as_str(), message, "eBay's warning about the request");
        }
        if has_items(LenientJson::new(&answer), self.items_field) {
            let is_ignored = warnings.iter().any(|warning| IGNORED_FILTER_WARNING_IDS.contains(&warning.id));
            return Ok((!is_ignored).then_some(answer));
        }
        let what = format!("no {}", self.items_field);
        Err(ProviderError::InvalidResponse { provider: self.provider.clone(), what })
    }

    fn forbidden_error(&self, message: String) -> ProviderError {
        ProviderError::Refused { provider: self.provider.clone(), message }.with_advice(self.advice)
    }
}

/// Returns true if the application may not use the API at all, as reported by the API or by the token service.
fn is_forbidden(error: &EbayError) -> bool {
    let EbayError::Api { status, errors, oauth_error, .. } = error else { return false };
    *status == 403
        || *oauth_error == Some(OAuthErrorCode::InvalidScope)
        || errors.iter().any(|error| FORBIDDEN_ERROR_IDS.contains(&error.id))
}

/// Converts an error of the eBay client to an error of the price guide.
fn to_provider_error(provider: Provider, error: EbayError) -> ProviderError {
    let message = error.to_string();
    match error {
        EbayError::Http(error) => ProviderError::Http { provider, error },
        EbayError::QuotaExhausted { until, .. } => {
            ProviderError::QuotaExhausted { provider, retry_at: Some(until), message }
        }
        // The counts are on this machine; no request was sent to eBay.
        EbayError::QuotaStore(_) | EbayError::TokenStore { .. } | EbayError::InvalidSetting(_) => {
            ProviderError::QuotaExhausted { provider, retry_at: None, message }
        }
        EbayError::InvalidResponse { what } => ProviderError::InvalidResponse { provider, what },
        EbayError::NotSignedIn { .. }
        | EbayError::ConsentEnded { .. }
        | EbayError::PermissionDenied { .. }
        | EbayError::KeysetRejected { .. }
        | EbayError::Api { .. } => ProviderError::Refused { provider, message },
    }
}
