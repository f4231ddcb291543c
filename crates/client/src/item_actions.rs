//! What is done to some items of a job, and how the service's upstreams are.

use serde::{Deserialize, Serialize};

use super::api_client::ServiceClient;
use super::error::ClientError;
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::job_spec::JobId;
use domain::upc::Upc;
use domain::upstream_status::UpstreamStatus;

#[derive(Serialize)]
struct ClientItemActionRequest<'a> {
    #[serde(rename = "act")]
    action: ItemAction,
    upcs: &'a [Upc],
}

#[derive(Deserialize)]
struct ClientItemActionResponse {
    job_id: JobId,
    done: Vec<Upc>,
    failed: Vec<ClientItemActionFailure>,
}

#[derive(Deserialize)]
struct ClientItemActionFailure {
    upc: Upc,
    error: String,
}

#[derive(Deserialize)]
struct ClientUpstreamsResponse {
    upstreams: Vec<UpstreamStatus>,
}

impl ServiceClient {
    /// Does something to some items of a job; `key` makes one retry of what is sent twice.
    ///
    /// # Errors
    /// [`JoinError`] where it could be done to none of them.
    pub async fn apply_item_action(
        &self,
        job: &JobId,
        act: ItemAction,
        upcs: &[Upc],
        key: &str,
    ) -> Result<BulkActionResult, ClientError> {
        let request =
            self.post(&format!("/api/batch/jobs/{job}/items"), &ClientItemActionRequest { action: act, upcs });
        let answer: ClientItemActionResponse = self.send_json(request.header("Idempotency-Key", key)).await?;
        let refused =
            answer.failed.into_iter().map(|ClientItemActionFailure { upc, error }| RejectedAction { upc, why: error });
        Ok(BulkActionResult { job: answer.job_id, succeeded: answer.done, rejected: refused.collect() })
    }

    /// The services that it asks, at this moment.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn fetch_upstreams(&self) -> Result<Vec<UpstreamStatus>, ClientError> {
        let request = self.get("/api/upstreams").timeout(super::api_client::CONNECT_TIMEOUT);
        Ok(self.send_json::<ClientUpstreamsResponse>(request).await?.upstreams)
    }
}
