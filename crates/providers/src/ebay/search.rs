//! One of eBay's searches: asked for the site, its warnings read, and left alone where this application may not ask.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::super::drift::Json;
use super::super::provider::Unanswered;
use super::question::Question;
use super::read::has_items;
use domain::provider::Provider;
use ebay::{Access, Api, Ebay, EbayError, complaints};

/// "Insufficient permissions" (OAuth), and "access denied" of Marketplace Insights.
const FORBIDDEN: [u64; 2] = [1100, 100_017];

/// Warnings (Browse API) of a category, a number of eBay's catalogue and a barcode that it does not take: it answers
/// without them, so with anything.
const NOT_TAKEN: [u64; 3] = [12_009, 12_021, 12_022];

/// After so many refusals in a row it is the application and not the item, and the day's calls are for others.
const REFUSED_FOR_GOOD: u32 = 3;

/// A search, as one guide uses it.
pub(super) struct Search {
    pub(super) ebay: Ebay,
    pub(super) provider: Provider,
    pub(super) access: Access,
    pub(super) api: Api,
    pub(super) path: [&'static str; 5],
    /// The field of the answer that holds the items.
    pub(super) list: &'static str,
    /// What to do where the application has no right to ask.
    pub(super) advice: &'static str,
    /// Questions in a row that it had no right to ask.
    pub(super) refused: AtomicU32,
}

impl Search {
    /// Asks for what has `value` in the field `key`; `None` where eBay answers another question than the one asked.
    pub(super) async fn ask(
        &self,
        question: &Question,
        by: (&str, &str),
        filter: String,
    ) -> Result<Option<Value>, Unanswered> {
        if self.refused.load(Ordering::Relaxed) >= REFUSED_FOR_GOOD {
            return Err(self.forbidden("it refused several in a row, so it was not asked again".to_owned()));
        }
        let request = question.request(self.path, by, filter);
        let request = request.header("X-EBAY-C-MARKETPLACE-ID", self.ebay.site().id);
        match self.ebay.ask(self.access, self.api, request).await {
            Ok(answer) => {
                self.refused.store(0, Ordering::Relaxed);
                self.whole(answer)
            }
            Err(error) if is_forbidden(&error) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(self.forbidden(error.to_string()))
            }
            Err(error) => Err(unanswered(self.provider.clone(), error)),
        }
    }

    /// What eBay does not understand it leaves out, and warns. Of a bad filter the log hears and no more, since every
    /// item is looked at again; what an item is cannot be seen from it.
    fn whole(&self, answer: Value) -> Result<Option<Value>, Unanswered> {
        let warnings = complaints(&answer, "warnings");
        if !warnings.is_empty() {
            let words = warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            tracing::warn!(provider = %self.provider, words, "eBay warns of the question");
        }
        if has_items(Json::of(&answer), self.list) {
            let is_another = warnings.iter().any(|warning| NOT_TAKEN.contains(&warning.id));
            return Ok((!is_another).then_some(answer));
        }
        let what = format!("no {}", self.list);
        Err(Unanswered::Unreadable { provider: self.provider.clone(), what })
    }

    fn forbidden(&self, words: String) -> Unanswered {
        Unanswered::Refused { provider: self.provider.clone(), words }.with_advice(self.advice)
    }
}

/// Where the application lacks the right, whatever it asks: refused at the API, or already at the token.
fn is_forbidden(error: &EbayError) -> bool {
    let by_number = error.complaints().iter().any(|complaint| FORBIDDEN.contains(&complaint.id));
    match error {
        EbayError::Refused { status: 403, .. } => true,
        EbayError::Refused { words, .. } => by_number || words.contains("invalid_scope"),
        _ => false,
    }
}

/// Why there is no answer, under the name of who asked.
fn unanswered(provider: Provider, error: EbayError) -> Unanswered {
    let words = error.to_string();
    match error {
        EbayError::Http(error) => Unanswered::Http { provider, error },
        EbayError::Spent { until, .. } => Unanswered::Closed { provider, until: Some(until), words },
        // The counts lie on this machine, and eBay was not asked.
        EbayError::Allowance(_) | EbayError::Setting(_) => Unanswered::Closed { provider, until: None, words },
        EbayError::Unreadable { what } => Unanswered::Unreadable { provider, what },
        EbayError::NotSignedIn { .. }
        | EbayError::ConsentEnded { .. }
        | EbayError::Keyset { .. }
        | EbayError::Refused { .. } => Unanswered::Refused { provider, words },
    }
}
