//! Decisions put to the service.

use serde::{Deserialize, Serialize};

use super::api_client::ServiceClient;
use super::error::ClientError;
use domain::job_spec::JobId;
use domain::review::{ReviewInput, ReviewResult};
use domain::upc::Upc;

/// Decisions of one request; a body has 64 KB at most.
const MAX_DECISIONS_PER_REQUEST: usize = 50;

#[derive(Serialize)]
struct ClientDecideRequest {
    decisions: Vec<ReviewInput>,
}

#[derive(Deserialize)]
struct ClientDecideResponse {
    results: Vec<ReviewResult>,
}

impl ServiceClient {
    /// What became of each answer, in their order.
    ///
    /// # Errors
    /// [`JoinError`]; what was sent before it is decided.
    pub async fn decide_items(
        &self,
        job: &JobId,
        answers: &[(Upc, ReviewInput)],
    ) -> Result<Vec<ReviewResult>, ClientError> {
        let mut all = Vec::with_capacity(answers.len());
        for some in answers.chunks(MAX_DECISIONS_PER_REQUEST) {
            let named = some.iter().map(|(upc, answer)| ReviewInput { upc: upc.to_string(), ..answer.clone() });
            let wanted = ClientDecideRequest { decisions: named.collect() };
            let request = self.post(&format!("/api/batch/jobs/{job}/decisions"), &wanted);
            all.extend(self.send_json::<ClientDecideResponse>(request).await?.results);
        }
        Ok(all)
    }
}
