//! The running service of a data directory, and what can be asked of it.

use std::path::Path;
use std::time::Duration;

use futures::stream::BoxStream;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ClientError;
use super::events;
use api::service_file::ServiceInfo;
use domain::batch_estimate::ConflictingJob;
use domain::condition::Condition;
use domain::draft_diff::DraftDiff;
use domain::event::{EventEnvelope, Seq};
use domain::job::JobState;
use domain::job_spec::{Copies, JobId, JobSpec};
use domain::sink::SinkKind;
use domain::upc::Upc;
use store::journal::Journal;

/// It is on this machine: what is not there at once does not come.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A pause lets running items end in order, for some seconds; a bucket is looked at for as long.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// What a service is asked to run.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the API")]
pub struct ClientCreateJobRequest {
    gcs_path: String,
    create_drafts: bool,
    test_mode: bool,
    force: bool,
    review: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sink: Option<SinkKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<Copies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

impl From<&JobSpec> for ClientCreateJobRequest {
    fn from(spec: &JobSpec) -> Self {
        Self {
            gcs_path: spec.source.clone(),
            create_drafts: spec.create_drafts,
            test_mode: spec.test_mode,
            force: false,
            review: spec.review,
            condition: spec.condition,
            sink: Some(spec.sink),
            copies: Some(spec.copies),
            limit: spec.limit,
        }
    }
}

impl ClientCreateJobRequest {
    /// The same, also where a job over the same list waits, runs or is paused.
    #[must_use]
    pub fn with_force(self, force: bool) -> Self {
        Self { force, ..self }
    }
}

/// A service on this machine. Clones are the same one.
#[derive(Clone)]
pub struct ServiceClient {
    address: String,
    token: SecretString,
    http: reqwest::Client,
}

/// The part of a job's answer that says which one it is.
#[derive(Deserialize)]
pub(super) struct ClientJobResponse {
    pub(super) job_id: JobId,
}

/// The answer to what eBay holds.
#[derive(Deserialize)]
struct ClientDraftComparisonResponse {
    drafts: Vec<DraftDiff>,
}

impl ServiceClient {
    /// The service that owns the data directory; `None` where none does.
    ///
    /// # Errors
    /// [`JoinError::Silent`] where no client can be set up.
    pub fn discover(data_dir: &Path) -> Result<Option<Self>, ClientError> {
        // A killed service leaves its note behind, and its lock is free.
        if !Journal::is_locked(data_dir) {
            return Ok(None);
        }
        let Some(ServiceInfo { address, token, .. }) = ServiceInfo::read_from(data_dir) else { return Ok(None) };
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The service is no upstream: it has no rate and no circuit, and it is reached without a proxy.
        let client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).no_proxy().tls_certs_only([]).build();
        let client =
            client.map_err(|error| ClientError::Unreachable { address: address.clone(), why: error.to_string() })?;
        Ok(Some(Self { address, token, http: client }))
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Orders a batch over an object of a bucket; `key` makes the same order once, however often it is sent.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn create_job(&self, wanted: &ClientCreateJobRequest, key: &str) -> Result<JobId, ClientError> {
        self.check_source(wanted)?;
        let request = self.post("/api/batch/process", wanted).header("Idempotency-Key", key);
        Ok(self.send_json::<ClientJobResponse>(request).await?.job_id)
    }

    /// It takes lists from buckets only.
    pub(super) fn check_source(&self, wanted: &ClientCreateJobRequest) -> Result<(), ClientError> {
        if wanted.gcs_path.starts_with("gs://") {
            return Ok(());
        }
        Err(ClientError::LocalSource { address: self.address.clone(), list: wanted.gcs_path.clone() })
    }

    /// Lets a job be paused, resumed, cancelled or tried again; the job that goes on.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn request_job_action(&self, job: &JobId, wish: &'static str) -> Result<JobId, ClientError> {
        let request = self.post(&format!("/api/batch/jobs/{job}/{wish}"), &json!({}));
        Ok(self.send_json::<ClientJobResponse>(request).await?.job_id)
    }

    /// What eBay holds of an item's drafts, against what was sent; the service asks, since the way to eBay is its.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn fetch_draft_comparison(&self, job: &JobId, upc: Upc) -> Result<Vec<DraftDiff>, ClientError> {
        let request = self.get(&format!("/api/batch/jobs/{job}/items/{upc}/ebay")).timeout(REQUEST_TIMEOUT);
        Ok(self.send_json::<ClientDraftComparisonResponse>(request).await?.drafts)
    }

    /// Whether it is well, and what it says of itself.
    ///
    /// # Errors
    /// [`JoinError::Silent`] where it does not answer within `patience`.
    pub async fn fetch_health(&self, patience: Duration) -> Result<(bool, Value), ClientError> {
        let answer =
            self.get("/health").timeout(patience).send().await.map_err(|error| self.unreachable_error(&error))?;
        let is_well = answer.status().is_success();
        let text = answer.text().await.map_err(|error| self.unreachable_error(&error))?;
        Ok((is_well, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// What happens to a job, from an event on, for table rows; taken up again where the connection breaks.
    pub fn stream_job_events(
        &self,
        job: &JobId,
        after: Seq,
    ) -> BoxStream<'static, Result<Vec<EventEnvelope>, ClientError>> {
        events::follow_job_events(self.clone(), job.clone(), after)
    }

    pub(super) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.address)).bearer_auth(self.token.expose_secret())
    }

    pub(super) fn delete(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.delete(format!("{}{path}", self.address)).timeout(REQUEST_TIMEOUT);
        request.bearer_auth(self.token.expose_secret())
    }

    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.address)).timeout(REQUEST_TIMEOUT);
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json");
        // Plain data with text keys, which JSON always takes.
        request.bearer_auth(self.token.expose_secret()).body(serde_json::to_vec(body).unwrap_or_default())
    }

    pub(super) async fn send_json<T: serde::de::DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, ClientError> {
        let answer = request.send().await.map_err(|error| self.unreachable_error(&error))?;
        let (status, text) = (answer.status(), answer.text().await.map_err(|error| self.unreachable_error(&error))?);
        if !status.is_success() {
            return Err(self.api_error(status.as_u16(), &text));
        }
        serde_json::from_str(&text)
            .map_err(|error| ClientError::InvalidResponse { address: self.address.clone(), why: error.to_string() })
    }

    pub(super) fn api_error(&self, status: u16, text: &str) -> ClientError {
        let problem = serde_json::from_str::<Value>(text).ok();
        let message = |key: &str| problem.as_ref().and_then(|problem| problem.get(key)?.as_str());
        let (address, detail) = (self.address.clone(), message("detail").unwrap_or("no reason").to_owned());
        let state = message("job_status").and_then(|state| state.parse::<JobState>().ok());
        match (message("error"), message("job_id").and_then(|job| job.parse().ok()), state) {
            (Some("ALREADY_UNDER_WAY"), Some(job_id), Some(state)) => {
                ClientError::DuplicateJob { address, detail, active_job: ConflictingJob { job_id, state } }
            }
            _ => ClientError::Api { address, status, detail },
        }
    }

    pub(super) fn unreachable_error(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable { address: self.address.clone(), why: error.to_string() }
    }
}
