//! Preview of a batch before it starts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::CreateJobRequest;
use super::object::{deserialize_object, deserialize_optional_object};
use domain::batch_estimate::BatchEstimate;
use domain::list_preview::{ListPreview, Workload};

/// Request to preview a batch.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanQuestion)]
pub struct PlanRequest {
    /// The batch to preview.
    #[serde(rename = "order", deserialize_with = "deserialize_object")]
    pub job: CreateJobRequest,
    /// Size of the list, if known. If it is missing, the service reads the list.
    #[serde(default, deserialize_with = "deserialize_optional_object")]
    pub list: Option<Workload>,
}

/// Preview of a batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PlanAnswer)]
pub struct PlanResponse {
    /// Content of the list; `null` if the request stated the size.
    pub list: Option<ListPreview>,
    #[serde(rename = "forecast")]
    pub estimate: BatchEstimate,
}
