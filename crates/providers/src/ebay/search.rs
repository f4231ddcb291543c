//! One of eBay's searches: asked for the site, its warnings read, and left alone where this application may not ask.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::super::lenient_json::LenientJson;
use super::super::provider::ProviderError;
use super::parse::has_items;
use super::query::PriceSearchQuery;
use domain::provider::Provider;
use ebay::{Api, EbayClient, EbayError, TokenKind, parse_api_errors};

/// "Insufficient permissions" (OAuth), and "access denied" of Marketplace Insights.
const FORBIDDEN_ERROR_IDS: [u64; 2] = [1100, 100_017];

/// Warnings (Browse API) of a category, a number of eBay's catalogue and a barcode that it does not take: it answers
/// without them, so with anything.
const IGNORED_FILTER_WARNING_IDS: [u64; 3] = [12_009, 12_021, 12_022];

/// After so many refusals in a row it is the application and not the item, and the day's calls are for others.
const MAX_CONSECUTIVE_REFUSALS: u32 = 3;

/// A search, as one guide uses it.
pub(super) struct PriceSearchClient {
    pub(super) ebay: EbayClient,
    pub(super) provider: Provider,
    pub(super) token_kind: TokenKind,
    pub(super) api: Api,
    pub(super) path: [&'static str; 5],
    /// The field of the answer that holds the items.
    pub(super) items_field: &'static str,
    /// What to do where the application has no right to ask.
    pub(super) advice: &'static str,
    /// Questions in a row that it had no right to ask.
    pub(super) consecutive_refusals: AtomicU32,
}

impl PriceSearchClient {
    /// Asks for what has `value` in the field `key`; `None` where eBay answers another question than the one asked.
    pub(super) async fn search_items(
        &self,
        question: &PriceSearchQuery,
        by: (&str, &str),
        filter: String,
    ) -> Result<Option<Value>, ProviderError> {
        if self.consecutive_refusals.load(Ordering::Relaxed) >= MAX_CONSECUTIVE_REFUSALS {
            return Err(self.forbidden_error("it refused several in a row, so it was not asked again".to_owned()));
        }
        let request = question.to_request(self.path, by, filter);
        let request = request.header("X-EBAY-C-MARKETPLACE-ID", self.ebay.marketplace().id);
        match self.ebay.call_json(self.token_kind, self.api, request).await {
            Ok(answer) => {
                self.consecutive_refusals.store(0, Ordering::Relaxed);
                self.check_warnings(answer)
            }
            Err(error) if is_forbidden(&error) => {
                self.consecutive_refusals.fetch_add(1, Ordering::Relaxed);
                Err(self.forbidden_error(error.to_string()))
            }
            Err(error) => Err(to_provider_error(self.provider.clone(), error)),
        }
    }

    /// What eBay does not understand it leaves out, and warns. Of a bad filter the log hears and no more, since every
    /// item is looked at again; what an item is cannot be seen from it.
    fn check_warnings(&self, answer: Value) -> Result<Option<Value>, ProviderError> {
        let warnings = parse_api_errors(&answer, "warnings");
        if !warnings.is_empty() {
            let message = warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            tracing::warn!(provider = %self.provider, message, "eBay warns of the question");
        }
        if has_items(LenientJson::new(&answer), self.items_field) {
            let is_another = warnings.iter().any(|warning| IGNORED_FILTER_WARNING_IDS.contains(&warning.id));
            return Ok((!is_another).then_some(answer));
        }
        let what = format!("no {}", self.items_field);
        Err(ProviderError::InvalidResponse { provider: self.provider.clone(), what })
    }

    fn forbidden_error(&self, message: String) -> ProviderError {
        ProviderError::Refused { provider: self.provider.clone(), words: message }.with_advice(self.advice)
    }
}

/// Where the application lacks the right, whatever it asks: refused at the API, or already at the token.
fn is_forbidden(error: &EbayError) -> bool {
    let by_number = error.api_errors().iter().any(|api_error| FORBIDDEN_ERROR_IDS.contains(&api_error.id));
    match error {
        EbayError::Api { status: 403, .. } => true,
        EbayError::Api { message, .. } => by_number || message.contains("invalid_scope"),
        _ => false,
    }
}

/// Why there is no answer, under the name of who asked.
fn to_provider_error(provider: Provider, error: EbayError) -> ProviderError {
    let message = error.to_string();
    match error {
        EbayError::Http(error) => ProviderError::Http { provider, error },
        EbayError::QuotaExhausted { until, .. } => {
            ProviderError::QuotaExhausted { provider, retry_at: Some(until), words: message }
        }
        // The counts lie on this machine, and eBay was not asked.
        EbayError::QuotaStore(_) | EbayError::InvalidSetting(_) => {
            ProviderError::QuotaExhausted { provider, retry_at: None, words: message }
        }
        EbayError::InvalidResponse { what } => ProviderError::InvalidResponse { provider, what },
        EbayError::NotSignedIn { .. }
        | EbayError::ConsentEnded { .. }
        | EbayError::KeysetRejected { .. }
        | EbayError::Api { .. } => ProviderError::Refused { provider, words: message },
    }
}
