//! What is done to some items of a job, and how the service's upstreams are.

use serde::{Deserialize, Serialize};

use super::error::JoinError;
use super::link::Service;
use domain::act::{Act, Acted, NotDone};
use domain::batch::JobId;
use domain::upc::Upc;
use domain::upstream::Upstream;

#[derive(Serialize)]
struct Wanted<'a> {
    act: Act,
    upcs: &'a [Upc],
}

#[derive(Deserialize)]
struct Answer {
    job_id: JobId,
    done: Vec<Upc>,
    failed: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    upc: Upc,
    error: String,
}

#[derive(Deserialize)]
struct All {
    upstreams: Vec<Upstream>,
}

impl Service {
    /// Does something to some items of a job; `key` makes one retry of what is sent twice.
    ///
    /// # Errors
    /// [`JoinError`] where it could be done to none of them.
    pub async fn act(&self, job: &JobId, act: Act, upcs: &[Upc], key: &str) -> Result<Acted, JoinError> {
        let request = self.post(&format!("/api/batch/jobs/{job}/items"), &Wanted { act, upcs });
        let answer: Answer = self.answered(request.header("Idempotency-Key", key)).await?;
        let refused = answer.failed.into_iter().map(|Reason { upc, error }| NotDone { upc, why: error });
        Ok(Acted { job: answer.job_id, done: answer.done, refused: refused.collect() })
    }

    /// The services that it asks, at this moment.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn upstreams(&self) -> Result<Vec<Upstream>, JoinError> {
        let request = self.get("/api/upstreams").timeout(super::link::CONNECTS_WITHIN);
        Ok(self.answered::<All>(request).await?.upstreams)
    }
}
