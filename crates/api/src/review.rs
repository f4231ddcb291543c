//! Items that wait for a decision, and the decisions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::object::deserialize_objects;
use domain::decision::Decision;
use domain::job_spec::JobId;
use domain::listing::MissingField;
use domain::review::{DistinguishingField, ReviewCase, ReviewInput, ReviewResult};
use domain::upc::Upc;
use report::entry::Candidate;

/// Default number of items in a response.
pub const DEFAULT_REVIEW_LIMIT: u32 = 20;
/// Maximum number of items in a response. Each item has several releases with their tracks.
pub const MAX_REVIEW_LIMIT: u32 = 100;
/// Maximum number of decisions in a request.
pub const MAX_DECISIONS: usize = 200;

/// Query parameters of the review queue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewQueueQuery {
    /// Number of waiting items to skip. Use `next` of the previous page.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2_000_000)]
    pub after: Option<u32>,
    /// Maximum number of items.
    #[serde(default)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u32>,
}

/// A page of waiting items, in list order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReviewQueue)]
pub struct ReviewQueueResponse {
    /// Number of waiting items.
    pub total: u64,
    pub items: Vec<ReviewItemResponse>,
    /// Value of `after` for the next page; `null` on the last page.
    pub next: Option<u32>,
}

/// Request to search for releases.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ItemSearch)]
pub struct ItemSearchRequest {
    /// Search text: a catalog number, artist and title, or a barcode.
    #[schema(example = "DGCD-24425", min_length = 1, max_length = 200)]
    pub text: String,
}

/// Result of a search.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ItemSearchResult)]
pub struct ItemSearchResponse {
    /// Number of candidates that the item has now; `null` if the search found no new ones.
    pub candidates: Option<usize>,
}

/// An item that waits for a decision.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReviewItem)]
pub struct ReviewItemResponse {
    #[schema(value_type = String)]
    pub upc: Upc,
    pub copies: u32,
    /// Field to check.
    #[serde(rename = "look")]
    pub distinguishing_field: DistinguishingField,
    /// Question that decides the item.
    #[serde(rename = "fact")]
    pub hint: String,
    /// Why the item waits for a decision.
    #[serde(rename = "why")]
    pub reason: String,
    /// Releases to choose from, best first. `choose` is a position in this list, from 1.
    pub candidates: Vec<Candidate>,
    /// Fields in which the candidates differ.
    #[serde(rename = "differing")]
    pub differing_fields: Vec<String>,
    /// Fields that the listing is missing.
    pub missing: Vec<MissingField>,
    /// Latest decision about the same barcode, in any batch.
    #[serde(rename = "earlier")]
    pub previous_decision: Option<PreviousDecisionResponse>,
}

/// An earlier decision.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EarlierDecision)]
pub struct PreviousDecisionResponse {
    #[schema(value_type = String)]
    pub job_id: JobId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = Object)]
    pub decision: Decision,
    /// Number of the candidate that has the release of this decision, from 1; `null` if no candidate has it.
    #[serde(rename = "choose")]
    pub candidate_number: Option<usize>,
}

impl From<&ReviewCase> for ReviewItemResponse {
    fn from(case: &ReviewCase) -> Self {
        let differing = case.rows.iter().filter(|row| row.differs).map(|row| row.field.to_owned());
        Self {
            upc: case.upc(),
            copies: case.details.input.copies,
            distinguishing_field: case.distinguishing_field,
            hint: case.question(),
            reason: case.review_reason().to_owned(),
            candidates: case.candidates().into_iter().map(Candidate::from).collect(),
            differing_fields: differing.collect(),
            missing: case.details.missing.clone(),
            previous_decision: case.previous.as_ref().map(|previous| PreviousDecisionResponse {
                job_id: previous.job.clone(),
                at: previous.at,
                decision: previous.decision.clone(),
                candidate_number: case.suggested_candidate(),
            }),
        }
    }
}

/// Request with several decisions.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decisions)]
pub struct DecideRequest {
    /// The decisions. Each is checked separately: an invalid decision does not affect the others.
    #[serde(deserialize_with = "deserialize_objects")]
    #[schema(min_items = 1, max_items = 200)]
    pub decisions: Vec<ReviewInput>,
}

/// Results of the decisions, in the order of the request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DecisionResults)]
pub struct DecideResponse {
    pub results: Vec<DecisionResult>,
}

/// Result of one decision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DecisionResult)]
pub struct DecisionResult {
    #[schema(value_type = String)]
    pub upc: Upc,
    #[serde(flatten)]
    pub result: ReviewResult,
}
