//! A batch that takes scans while it runs: begun, scanned into, taken back from, closed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{JobPath, ScanPath};
use super::idempotency::IdempotencyKey;
use super::job_response::JobResponse;
use super::json_body::{JsonBody, OptionalJsonBody};
use super::state::AppState;
use domain::condition::Condition;
use domain::job_spec::{Copies, JobSpec, JobSpecPatch};
use domain::scan::ScanInput;
use domain::sink::{SinkKind, deserialize_selectable};
use pipeline::scan_sessions::{ScanError, ScanResult};

/// Scans of one request.
const MAX_SCANS: usize = 200;
/// Characters of a key and of a code.
const MAX_SCAN_FIELD_LEN: usize = 128;

/// What is done with what will be scanned.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ScanOrder)]
pub(super) struct CreateScanJobRequest {
    /// False finds facts, price and cover, and makes no drafts; left out, as it is set.
    create_drafts: Option<bool>,
    /// True rehearses: everything but the last step; nothing outside is written.
    #[schema(default = false)]
    test_mode: bool,
    /// The condition of all items; left out, the one that is set.
    condition: Option<Condition>,
    /// Where drafts go; left out, the one that is set.
    #[serde(deserialize_with = "deserialize_selectable")]
    #[schema(value_type = Option<String>, example = "csv", pattern = "^(csv|inventory|item-draft)$")]
    sink: Option<SinkKind>,
    /// Whether copies of one UPC are one draft or several.
    copies: Option<Copies>,
}

impl CreateScanJobRequest {
    /// The order, over what the settings say. A service that is set to rehearse writes nothing, whatever is asked.
    fn to_job_spec(&self, standard: JobSpec) -> JobSpec {
        let patch = JobSpecPatch {
            create_drafts: self.create_drafts,
            test_mode: Some(self.test_mode),
            sink: self.sink,
            condition: self.condition,
            copies: self.copies,
            ..JobSpecPatch::default()
        };
        patch.apply_to(standard).into_scan_session()
    }
}

/// Begin a batch that is scanned
///
/// It runs beside the others and waits for nobody. It takes scans until it is closed, also over a restart.
#[utoipa::path(
    post, path = "/api/batch/scan", tag = "scan", request_body = Option<CreateScanJobRequest>,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body is the same job, however often it is sent", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        (status = 400, description = "No JSON", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another order", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn create_scan_job(
    State(state): State<Arc<AppState>>,
    key: IdempotencyKey,
    OptionalJsonBody(wanted): OptionalJsonBody<CreateScanJobRequest>,
) -> Result<Json<JobResponse>, ApiError> {
    let request = key.into_request("scan", &wanted);
    let spec = wanted.to_job_spec((state.default_spec)());
    let job = state.queue.submit(spec, true, request).await?.job;
    Ok(Json(state.journal().job_summary(&job).await?.into()))
}

/// Scans in the order in which they were made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scans)]
pub(super) struct AddScansRequest {
    #[schema(min_items = 1, max_items = 200)]
    scans: Vec<ScanRequest>,
}

/// One scan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scan)]
pub(super) struct ScanRequest {
    /// What tells it from the other scans of the job: sent again, it counts once.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-.0-~]+$", example = "till-2-0017")]
    key: String,
    /// What the scanner typed; an AIM identifier before it is known, and a UPC-E is expanded.
    #[schema(max_length = 128, example = "720642442524")]
    code: String,
}

/// What became of scans, in their order.
#[derive(Serialize, ToSchema)]
#[schema(as = ScansLanded)]
pub(super) struct AddScansResponse {
    #[serde(rename = "landed")]
    results: Vec<ScanResponse>,
}

/// What became of one scan.
#[derive(Serialize, ToSchema)]
#[schema(as = ScanLanded)]
pub(super) struct ScanResponse {
    key: String,
    /// `null` for what is no barcode.
    #[schema(example = "720642442524")]
    upc: Option<String>,
    /// The copies of it that there are with this scan: more than one is a repeat.
    copies: u32,
    /// Why it is no barcode.
    error: Option<String>,
}

impl From<ScanResult> for ScanResponse {
    fn from(landing: ScanResult) -> Self {
        let (upc, error) = match landing.barcode {
            Ok(upc) => (Some(upc.to_string()), None),
            Err(why) => (None, Some(why)),
        };
        Self { key: landing.key, upc, copies: landing.copies, error }
    }
}

/// Scan
///
/// One or many. Each is looked up at once; what became of it is told by the events of the job.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/scans", tag = "scan", request_body = AddScansRequest,
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "What became of each", body = AddScansResponse),
        (status = 400, description = "No JSON", body = ApiError),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 408, description = "The body did not come in time", body = ApiError),
        (status = 409, description = "The job takes no scans, or no more", body = ApiError),
        (status = 413, description = "The body is too large", body = ApiError),
        (status = 415, description = "The body is not sent as JSON", body = ApiError),
        (status = 422, description = "A field is wrong or unknown, or there are too many", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn add_scans(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    JsonBody(scanned): JsonBody<AddScansRequest>,
) -> Result<Json<AddScansResponse>, ApiError> {
    if !(1..=MAX_SCANS).contains(&scanned.scans.len()) {
        let message = format!("scans holds {}; it takes from 1 to {MAX_SCANS}", scanned.scans.len());
        return Err(ApiError::invalid(message));
    }
    let scans = scanned.scans.into_iter().map(validate_scan).collect::<Result<Vec<_>, _>>()?;
    let record = state.queue.scan_sessions().record_scans(&job, &scans).await?;
    Ok(Json(AddScansResponse { results: record.into_iter().map(Into::into).collect() }))
}

fn validate_scan(scan: ScanRequest) -> Result<ScanInput, ApiError> {
    let ScanRequest { key, code } = scan;
    let is_key = (1..=MAX_SCAN_FIELD_LEN).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if !is_key {
        return Err(ApiError::invalid("key is 1 to 128 visible ASCII characters without a slash"));
    }
    if code.chars().count() > MAX_SCAN_FIELD_LEN {
        return Err(ApiError::invalid(format!("code has at most {MAX_SCAN_FIELD_LEN} characters")));
    }
    Ok(ScanInput { key, code })
}

/// What is left of an item after a scan of it was taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = ScanTakenBack)]
pub(super) struct DeleteScanResponse {
    #[schema(example = "720642442524")]
    upc: String,
    /// Without any the item is skipped.
    copies: u32,
}

/// Take a scan back
///
/// While no draft stands for it.
#[utoipa::path(
    delete, path = "/api/batch/jobs/{job_id}/scans/{key}", tag = "scan",
    params(
        ("job_id" = String, Path, description = "As in `job_id`"),
        ("key" = String, Path, description = "That of the scan"),
    ),
    responses(
        (status = 200, description = "What is left", body = DeleteScanResponse),
        (status = 404, description = "There is no such job or scan", body = ApiError),
        (status = 409, description = "Its draft is made already, or the job is closed", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn delete_scan(
    State(state): State<Arc<AppState>>,
    ScanPath(job, key): ScanPath,
) -> Result<Json<DeleteScanResponse>, ApiError> {
    let (upc, copies) = state.queue.scan_sessions().retract_scan(&job, Some(&key)).await?;
    Ok(Json(DeleteScanResponse { upc: upc.to_string(), copies }))
}

/// Close the list of a job that is scanned
///
/// No scans come after this; the job ends when all of its items have. Closing twice is closing once.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/close", tag = "scan",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 409, description = "It is a job over a list", body = ApiError),
        (status = 503, description = "Nothing can be written down", body = ApiError),
    )
)]
pub(super) async fn close_scan_job(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
) -> Result<Json<JobResponse>, ApiError> {
    Ok(Json(state.queue.scan_sessions().close_session(&job).await?.into()))
}

impl From<ScanError> for ApiError {
    fn from(error: ScanError) -> Self {
        let message = error.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, message.clone());
        match error {
            ScanError::NotAScanJob(_) => conflict("NO_SCANS"),
            ScanError::Closed(_) => conflict("CLOSED"),
            ScanError::AlreadyDrafted { .. } => conflict("ALREADY_DRAFTED"),
            ScanError::Busy => conflict("BUSY"),
            ScanError::UnknownScan(_) => Self::not_found("UNKNOWN_SCAN", message),
            ScanError::Journal(error) => error.into(),
        }
    }
}
