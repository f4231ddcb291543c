//! Manual searches for an item that needs review; the results are added to its candidates.

use super::app_context::AppContext;
use super::provider_gateway::ProviderGateway;
use domain::barcode::parse_barcode;
use domain::event::{ItemEvent, JobEvent};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::matching;
use domain::outcome::Status;
use domain::provider_release::ProviderRelease;
use domain::text::display::clean_text;
use domain::upc::Upc;
use providers::ProviderError;
use store::journal::JournalError;

/// Maximum characters of a search text.
pub(crate) const MAX_SEARCH_CHARS: usize = 200;

/// The reason why a manual search failed.
#[derive(Debug, thiserror::Error)]
pub enum ItemSearchError {
    /// The UPC is not in the job's list.
    #[error("{0} is not in the list of {1}")]
    NotListed(Upc, JobId),
    /// The item is not waiting for a decision.
    #[error("{0} is not in review")]
    NotInReview(Upc),
    #[error("search for a catalog number, artist and title, or a barcode, of at most {MAX_SEARCH_CHARS} characters")]
    InvalidText,
    /// Nothing was found, but not every service answered.
    #[error("nothing was found, and {0}; try again later")]
    Unanswered(String),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Searches for `text` (a catalog number, artist and title, or a barcode) in the offline copies and at the services.
/// Adds the results to the item's candidates, from which the operator can choose. Returns the new number of candidates;
/// `None` if nothing new was found.
///
/// # Errors
/// Returns [`ItemSearchError`] if the search failed.
pub async fn search_for_item(
    context: &AppContext,
    job: &JobId,
    upc: Upc,
    text: &str,
) -> Result<Option<usize>, ItemSearchError> {
    let is_too_long = text.chars().count() > MAX_SEARCH_CHARS;
    let text = clean_text(text);
    if text.is_empty() || is_too_long {
        return Err(ItemSearchError::InvalidText);
    }
    let state = context.journal.projection(job).await?.read().state;
    let details = context.journal.item_details(job, &[upc]).await?.pop();
    let details = details.ok_or_else(|| ItemSearchError::NotListed(upc, job.clone()))?;
    let is_in_review = details.outcome.as_ref().is_some_and(|outcome| outcome.status == Status::NeedsReview);
    if !is_in_review || state == JobState::Cancelled {
        return Err(ItemSearchError::NotInReview(upc));
    }
    let (found, errors) = context.gateway.for_new_job().find_by_text(&text).await;
    if found.is_empty() && !errors.is_empty() {
        let messages = errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        return Err(ItemSearchError::Unanswered(messages.join("; ")));
    }
    let reviewed = details.verdict_to_review();
    let verdict = matching::add_found_candidates(upc, reviewed, &found, &text, &context.policies.matching);
    let Some(verdict) = verdict else { return Ok(None) };
    let count = verdict.candidates().len();
    let step = ItemEvent::Identified { verdict, unavailable_providers: Vec::new() };
    context.journal.append_event(job, JobEvent::Item { upc, item_event: step }).await?;
    Ok(Some(count))
}

impl ProviderGateway {
    /// Returns the releases that match the search text, and the errors of services that did not answer.
    async fn find_by_text(&self, text: &str) -> (Vec<ProviderRelease>, Vec<ProviderError>) {
        let (mut found, errors) = match parse_barcode(text) {
            Ok(code) => {
                let results = self.search_upc(code.upc, None).await.into_iter().map(|(_, result)| result);
                let (found, errors) = super::provider_gateway::partition_results(results.collect());
                let found = found.into_iter().flatten().collect::<Vec<_>>();
                // The digits may be a catalog number.
                (if found.is_empty() { self.find_in_copies(text).await } else { found }, errors)
            }
            Err(_) => self.find_everywhere(text).await,
        };
        self.complete_first(&mut found).await;
        (found, errors)
    }
}
