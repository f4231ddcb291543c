//! What a batch would do, before it is started.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::CreateJobRequest;
use super::object::{deserialize_object, deserialize_optional_object};
use domain::batch_estimate::BatchEstimate;
use domain::list_preview::{ListPreview, Workload};

/// A batch that is not started yet.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanQuestion)]
pub struct PlanRequest {
    /// The batch as it would be started.
    #[serde(rename = "order", deserialize_with = "deserialize_object")]
    pub job: CreateJobRequest,
    /// The size of the list if it is known; without it, the list is read.
    #[serde(default, deserialize_with = "deserialize_optional_object")]
    pub list: Option<Workload>,
}

/// What the batch would do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanAnswer)]
pub struct PlanResponse {
    /// The content of the list; `null` if the request stated its size.
    pub list: Option<ListPreview>,
    #[serde(rename = "forecast")]
    pub estimate: BatchEstimate,
}
