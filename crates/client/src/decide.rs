//! Decisions put to the service.

use serde::{Deserialize, Serialize};

use super::error::JoinError;
use super::link::Service;
use domain::batch::JobId;
use domain::review::{Answer, Became};
use domain::upc::Upc;

/// Decisions of one request; a body has 64 KB at most.
const AT_ONCE: usize = 50;

#[derive(Serialize)]
struct Decisions {
    decisions: Vec<Answer>,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<Became>,
}

impl Service {
    /// What became of each answer, in their order.
    ///
    /// # Errors
    /// [`JoinError`]; what was sent before it is decided.
    pub async fn decide(&self, job: &JobId, answers: &[(Upc, Answer)]) -> Result<Vec<Became>, JoinError> {
        let mut all = Vec::with_capacity(answers.len());
        for some in answers.chunks(AT_ONCE) {
            let named = some.iter().map(|(upc, answer)| Answer { upc: upc.to_string(), ..answer.clone() });
            let wanted = Decisions { decisions: named.collect() };
            let request = self.post(&format!("/api/batch/jobs/{job}/decisions"), &wanted);
            all.extend(self.answered::<Results>(request).await?.results);
        }
        Ok(all)
    }
}
