//! HTTP client for the service on this machine, with one method per API request.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::error::ClientError;
use api::IDEMPOTENCY_KEY_HEADER;
use api::error::{ErrorCode, ErrorResponse};
use api::items::{DraftComparisonResponse, ItemActionRequest, ItemActionResponse};
use api::jobs::{CreateJobRequest, JobResponse};
use api::plan::{PlanRequest, PlanResponse};
use api::review::{DecideRequest, DecideResponse, ItemSearchRequest, ItemSearchResponse};
use api::scans::{AddScansRequest, AddScansResponse, CreateScanJobRequest, DeleteScanResponse};
use api::service::{HealthResponse, UpstreamsResponse};
use api::service_file::ServiceInfo;
use api::uploads::UploadOptions;
use domain::batch_estimate::ConflictingJob;
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::draft_diff::DraftDiff;
use domain::job_spec::{JobId, JobSpec};
use domain::list_preview::Workload;
use domain::review::{ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::source_type::strip_gcs_scheme;
use domain::upc::Upc;
use domain::upstream_status::UpstreamStatus;
use store::journal::Journal;
use upstream::{FormFile, MultipartForm, describe_json_error};

/// Time limit for connecting. The service is on this machine, so waiting longer would not help.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Time limit for a request. A pause waits a few seconds for items in progress, and so does checking an object in a
/// bucket.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// Time limit for a plan and for uploading lists. Reading a list of a million lines takes seconds, over a slow
/// connection minutes.
const PLAN_TIMEOUT: Duration = Duration::from_mins(5);

/// Maximum decisions per request. Fewer than the service accepts, because a request body is limited to 64 KiB.
const MAX_DECISIONS_PER_REQUEST: usize = 50;

/// A list with a name.
pub struct NamedList {
    pub name: String,
    pub content: Vec<u8>,
}

/// A client for a service on this machine. Clones share their connections.
#[derive(Clone)]
pub struct ServiceClient {
    address: String,
    token: SecretString,
    http: reqwest::Client,
}

impl ServiceClient {
    /// Finds the service that owns a data directory; `None` if there is none.
    ///
    /// # Errors
    /// Returns [`ClientError::Unreachable`] if no HTTP client can be created.
    pub fn discover(data_dir: &Path) -> Result<Option<Self>, ClientError> {
        // A killed service leaves its file behind, but not its lock.
        if !Journal::is_locked(data_dir) {
            return Ok(None);
        }
        let Some(ServiceInfo { address, token, .. }) = ServiceInfo::read_from(data_dir) else { return Ok(None) };
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The service is not an upstream, so it needs no rate limit, circuit breaker or proxy.
        let http = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).no_proxy().tls_certs_only([]).build();
        let http =
            http.map_err(|error| ClientError::Unreachable { address: address.clone(), why: error.to_string() })?;
        Ok(Some(Self { address, token, http }))
    }

    /// Returns the base URL of the service, such as `http://127.0.0.1:8080`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Starts a batch for an object in a bucket. Repeated calls with the same `key` start only one job.
    ///
    /// # Errors
    /// Returns [`ClientError::LocalSource`] if the list is not in a bucket, [`ClientError::DuplicateJob`] if a job for
    /// the same list is active, and other errors if the request fails.
    pub async fn create_job(&self, request: &CreateJobRequest, key: &str) -> Result<JobId, ClientError> {
        self.check_source(request)?;
        let request = self.post("/api/batch/process", request).header(IDEMPOTENCY_KEY_HEADER, key);
        Ok(self.send_json::<JobResponse>(request).await?.job_id)
    }

    /// Starts a batch for lists that are uploaded to the service. Repeated calls with the same `key` start only one
    /// job.
    ///
    /// # Errors
    /// Returns [`ClientError::DuplicateJob`] if a job for the same lists is active, and other errors if the request
    /// fails.
    pub async fn upload_lists(
        &self,
        lists: &[NamedList],
        options: &UploadOptions,
        key: &str,
    ) -> Result<JobId, ClientError> {
        let MultipartForm { content_type, body } = encode_lists(lists);
        let request = self.http.post(format!("{}/api/batch/upload", self.address)).query(options).body(body);
        let request = request.header(reqwest::header::CONTENT_TYPE, content_type);
        let request = request.header(IDEMPOTENCY_KEY_HEADER, key).bearer_auth(self.token.expose_secret());
        Ok(self.send_json::<JobResponse>(request.timeout(PLAN_TIMEOUT)).await?.job_id)
    }

    /// Estimates a batch. If `list` is `None`, the service reads the list to determine its size.
    ///
    /// # Errors
    /// Returns [`ClientError::LocalSource`] if the list is not in a bucket, and other errors if the request fails.
    pub async fn plan_job(&self, job: CreateJobRequest, list: Option<Workload>) -> Result<PlanResponse, ClientError> {
        self.check_source(&job)?;
        self.send_json(self.post("/api/batch/plan", &PlanRequest { job, list }).timeout(PLAN_TIMEOUT)).await
    }

    /// Checks that the list is in a bucket, because the service may not see a local path of the caller.
    fn check_source(&self, request: &CreateJobRequest) -> Result<(), ClientError> {
        if strip_gcs_scheme(&request.gcs_path).is_some() {
            return Ok(());
        }
        Err(ClientError::LocalSource { address: self.address.clone(), list: request.gcs_path.clone() })
    }

    /// Pauses, resumes, cancels or retries a job. Returns the job that continues, which is a new one for `retry`.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn request_job_action(&self, job: &JobId, action: &'static str) -> Result<JobId, ClientError> {
        let request = self.post(&format!("/api/batch/jobs/{job}/{action}"), &json!({}));
        Ok(self.send_json::<JobResponse>(request).await?.job_id)
    }

    /// Applies an action to items of a job. Repeated calls with the same `key` start only one job for a retry.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails. Items that reject the action are part of the result, not an
    /// error.
    pub async fn apply_item_action(
        &self,
        job: &JobId,
        action: ItemAction,
        upcs: &[Upc],
        key: &str,
    ) -> Result<BulkActionResult, ClientError> {
        let body = ItemActionRequest { action, upcs: upcs.iter().map(Upc::to_string).collect() };
        let request = self.post(&format!("/api/batch/jobs/{job}/items"), &body).header(IDEMPOTENCY_KEY_HEADER, key);
        let response: ItemActionResponse = self.send_json(request).await?;
        let rejected = response.failed.into_iter().map(|failure| {
            let upc = failure.upc.parse().map_err(|error| self.invalid_response(&error))?;
            Ok(RejectedAction { upc, why: failure.error })
        });
        let rejected = rejected.collect::<Result<_, ClientError>>()?;
        Ok(BulkActionResult { job: response.job_id, succeeded: response.done, rejected })
    }

    /// Compares an item's drafts with eBay. The service sends the requests to eBay, because it holds the sign-in and
    /// the quota.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn fetch_draft_comparison(&self, job: &JobId, upc: Upc) -> Result<Vec<DraftDiff>, ClientError> {
        let request = self.get(&format!("/api/batch/jobs/{job}/items/{upc}/ebay")).timeout(REQUEST_TIMEOUT);
        Ok(self.send_json::<DraftComparisonResponse>(request).await?.drafts)
    }

    /// Submits decisions about items and returns their results in the same order.
    ///
    /// # Errors
    /// Returns [`ClientError`] if a request fails. Decisions of earlier requests stay recorded.
    pub async fn decide_items(
        &self,
        job: &JobId,
        decisions: &[(Upc, ReviewInput)],
    ) -> Result<Vec<ReviewResult>, ClientError> {
        let mut results = Vec::with_capacity(decisions.len());
        for chunk in decisions.chunks(MAX_DECISIONS_PER_REQUEST) {
            let inputs = chunk.iter().map(|(upc, input)| ReviewInput { upc: upc.to_string(), ..input.clone() });
            let body = DecideRequest { decisions: inputs.collect() };
            let request = self.post(&format!("/api/batch/jobs/{job}/decisions"), &body);
            let response = self.send_json::<DecideResponse>(request).await?;
            results.extend(response.results.into_iter().map(|decision| decision.result));
        }
        Ok(results)
    }

    /// Runs a manual search for an item in review. Returns its new number of candidates; `None` if nothing new was
    /// found.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn search_for_item(&self, job: &JobId, upc: Upc, text: &str) -> Result<Option<usize>, ClientError> {
        let body = ItemSearchRequest { text: text.to_owned() };
        let request = self.post(&format!("/api/batch/jobs/{job}/items/{upc}/search"), &body).timeout(REQUEST_TIMEOUT);
        Ok(self.send_json::<ItemSearchResponse>(request).await?.candidates)
    }

    /// Starts a scan job. Repeated calls with the same `key` start only one job.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn create_scan_job(&self, spec: &JobSpec, key: &str) -> Result<JobId, ClientError> {
        let body = CreateScanJobRequest::from(spec);
        let request = self.post("/api/batch/scan", &body).header(IDEMPOTENCY_KEY_HEADER, key);
        Ok(self.send_json::<JobResponse>(request).await?.job_id)
    }

    /// Adds scans to a scan job. Each scan is recorded once per key, however often it is sent.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn add_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<(), ClientError> {
        let body = AddScansRequest { scans: scans.iter().map(Into::into).collect() };
        let request = self.post(&format!("/api/batch/jobs/{job}/scans"), &body);
        self.send_json::<AddScansResponse>(request).await.map(drop)
    }

    /// Retracts a scan.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails, for example because a draft offers the scanned copy.
    pub async fn delete_scan(&self, job: &JobId, key: &str) -> Result<DeleteScanResponse, ClientError> {
        self.send_json(self.delete(&format!("/api/batch/jobs/{job}/scans/{key}"))).await
    }

    /// Closes a scan job, which then accepts no more scans.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn close_scan_job(&self, job: &JobId) -> Result<(), ClientError> {
        let request = self.post(&format!("/api/batch/jobs/{job}/close"), &json!({}));
        self.send_json::<JobResponse>(request).await.map(drop)
    }

    /// Checks the health of the service.
    ///
    /// # Errors
    /// Returns [`ClientError`] if no valid response arrives within `timeout`. An unhealthy service is not an error.
    pub async fn fetch_health(&self, timeout: Duration) -> Result<HealthResponse, ClientError> {
        let response = self.get("/health").timeout(timeout).send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| self.unreachable(&error))?;
        // An unhealthy service sends the same object with status 503.
        serde_json::from_str(&text).map_err(|error| {
            if status.is_success() { self.unreadable_response(&error) } else { self.api_error(status.as_u16(), &text) }
        })
    }

    /// Checks that the process of the service answers, whatever state it is in.
    ///
    /// # Errors
    /// Returns [`ClientError`] if it does not answer within `timeout`.
    pub async fn fetch_liveness(&self, timeout: Duration) -> Result<(), ClientError> {
        let response =
            self.get("/health/live").timeout(timeout).send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| self.unreachable(&error))?;
        if status.is_success() { Ok(()) } else { Err(self.api_error(status.as_u16(), &text)) }
    }

    /// Returns the current status of the upstream services, as seen by the service.
    ///
    /// # Errors
    /// Returns [`ClientError`] if the request fails.
    pub async fn fetch_upstreams(&self) -> Result<Vec<UpstreamStatus>, ClientError> {
        let request = self.get("/api/upstreams").timeout(CONNECT_TIMEOUT);
        Ok(self.send_json::<UpstreamsResponse>(request).await?.upstreams)
    }

    pub(super) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.address)).bearer_auth(self.token.expose_secret())
    }

    fn delete(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.delete(format!("{}{path}", self.address)).timeout(REQUEST_TIMEOUT);
        request.bearer_auth(self.token.expose_secret())
    }

    fn post(&self, path: &str, body: &impl Serialize) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.address)).timeout(REQUEST_TIMEOUT);
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json");
        // Serializing plain data with string keys cannot fail.
        request.bearer_auth(self.token.expose_secret()).body(serde_json::to_vec(body).unwrap_or_default())
    }

    async fn send_json<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, ClientError> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| self.unreachable(&error))?;
        if !status.is_success() {
            return Err(self.api_error(status.as_u16(), &text));
        }
        serde_json::from_str(&text).map_err(|error| self.unreadable_response(&error))
    }

    /// Creates the error for a response with an error status.
    pub(super) fn api_error(&self, status: u16, text: &str) -> ClientError {
        let address = self.address.clone();
        let Ok(error) = serde_json::from_str::<ErrorResponse>(text) else {
            return ClientError::Api { address, status, detail: "no reason".to_owned() };
        };
        match error {
            ErrorResponse {
                code: ErrorCode::AlreadyUnderWay,
                detail,
                job_id: Some(job_id),
                job_status: Some(state),
            } => ClientError::DuplicateJob { address, detail, active_job: ConflictingJob { job_id, state } },
            ErrorResponse { detail, .. } => ClientError::Api { address, status, detail },
        }
    }

    /// Creates the error for a request without a response.
    pub(super) fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable { address: self.address.clone(), why: upstream::describe_transport_error(error) }
    }

    /// Creates the error for a response that is not the expected JSON.
    pub(super) fn unreadable_response(&self, error: &serde_json::Error) -> ClientError {
        self.invalid_response(&describe_json_error(error))
    }

    /// Creates the error for a response that cannot be parsed.
    pub(super) fn invalid_response(&self, why: &dyn Display) -> ClientError {
        ClientError::InvalidResponse { address: self.address.clone(), why: why.to_string() }
    }
}

fn encode_lists(lists: &[NamedList]) -> MultipartForm {
    let files = lists.iter().map(|NamedList { name, content }| FormFile {
        field: "file",
        file_name: name,
        content_type: "application/octet-stream",
        content,
    });
    MultipartForm::encode(&files.collect::<Vec<_>>())
}
