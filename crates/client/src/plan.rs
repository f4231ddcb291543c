//! What an order would lead to, as the service sees it: its keys, its limits, its queue.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::api_client::{ClientCreateJobRequest, ServiceClient};
use super::error::ClientError;
use domain::batch_estimate::BatchEstimate;
use domain::list_preview::{ListPreview, Workload};

/// A list of a million lines is read in seconds, over a slow line in some minutes.
const PLAN_TIMEOUT: Duration = Duration::from_mins(5);

#[derive(Serialize)]
struct ClientPlanRequest<'a> {
    #[serde(rename = "order")]
    job: &'a ClientCreateJobRequest,
    list: Option<Workload>,
}

/// What the service answers.
#[derive(Debug, Deserialize)]
pub struct ClientPlanResponse {
    /// Where the service has read the list.
    pub list: Option<ListPreview>,
    #[serde(rename = "forecast")]
    pub estimate: BatchEstimate,
}

impl ServiceClient {
    /// What an order would lead to. Where it is not said how much is in the list, the service reads it.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn plan_job(
        &self,
        wanted: &ClientCreateJobRequest,
        list: Option<Workload>,
    ) -> Result<ClientPlanResponse, ClientError> {
        self.check_source(wanted)?;
        let request = self.post("/api/batch/plan", &ClientPlanRequest { job: wanted, list });
        self.send_json(request.timeout(PLAN_TIMEOUT)).await
    }
}
