//! Jobs that accept scans while they run: start a job, add scans, undo a scan, close the job.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::create_job::check_text_lengths;
use super::error::ApiError;
use super::extract::{JobPath, ScanPath};
use super::idempotency::IdempotencyKey;
use super::job_actions::submit_detached;
use super::json_body::{JsonBody, OptionalJsonBody};
use super::state::AppState;
use api::error::ErrorResponse;
use api::jobs::JobResponse;
use api::scans::{
    AddScansRequest, AddScansResponse, CreateScanJobRequest, DeleteScanResponse, MAX_SCAN_CODE_LEN, MAX_SCAN_KEY_LEN,
    MAX_SCANS, ScanRequest, ScanResponse,
};
use domain::scan::ScanInput;
use pipeline::queue::SameListPolicy;
use pipeline::scan_sessions::ScanResult;

/// Start a scan job
///
/// It starts at once and does not wait in the queue. It accepts scans until you close it, even after a restart of the
/// service.
#[utoipa::path(
    post, path = "/api/batch/scan", tag = "scan", request_body = Option<CreateScanJobRequest>,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the key with the same body returns the same job", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or the key was used for another request", body = ErrorResponse),
        (status = 429, description = "Too many batches are waiting", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written, or the disk is full", body = ErrorResponse),
    )
)]
pub(super) async fn create_scan_job(
    State(state): State<Arc<AppState>>,
    key: IdempotencyKey,
    OptionalJsonBody(request): OptionalJsonBody<CreateScanJobRequest>,
) -> Result<Json<JobResponse>, ApiError> {
    let idempotent = key.into_request("scan", &request);
    state.ensure_disk_space().await?;
    let patch = request.to_patch();
    check_text_lengths(&patch)?;
    let spec = patch.apply_to((state.default_spec)()).into_scan_session();
    state.queue.check_account(&spec)?;
    let job = submit_detached(&state.queue, spec, SameListPolicy::Accept, idempotent).await?;
    Ok(Json(state.journal().job_summary(&job).await?.into()))
}

/// Add scans
///
/// Draft Maker looks each barcode up at once. The events of the job report the progress.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/scans", tag = "scan", request_body = AddScansRequest,
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The result of each scan, in the order of the request", body = AddScansResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 409, description = "The job does not accept scans, or is closed", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or there are too many", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn add_scans(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    JsonBody(request): JsonBody<AddScansRequest>,
) -> Result<Json<AddScansResponse>, ApiError> {
    if !(1..=MAX_SCANS).contains(&request.scans.len()) {
        let message = format!("scans has {} entries; send 1 to {MAX_SCANS}", request.scans.len());
        return Err(ApiError::invalid(message));
    }
    let scans = request.scans.into_iter().map(validate_scan).collect::<Result<Vec<_>, _>>()?;
    let results = state.queue.scan_sessions().record_scans(&job, &scans).await?;
    Ok(Json(AddScansResponse { results: results.into_iter().map(to_scan_response).collect() }))
}

fn to_scan_response(result: ScanResult) -> ScanResponse {
    let (upc, error) = match result.barcode {
        Ok(upc) => (Some(upc), None),
        Err(why) => (None, Some(why)),
    };
    ScanResponse { key: result.key, upc, copies: result.copies, error }
}

fn validate_scan(scan: ScanRequest) -> Result<ScanInput, ApiError> {
    let ScanRequest { key, code, line } = scan;
    let is_key =
        (1..=MAX_SCAN_KEY_LEN).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if !is_key {
        return Err(ApiError::invalid("key must have 1 to 128 visible ASCII characters, without a slash"));
    }
    if code.chars().count() > MAX_SCAN_CODE_LEN {
        return Err(ApiError::invalid(format!("code can have at most {MAX_SCAN_CODE_LEN} characters")));
    }
    if line == Some(0) {
        return Err(ApiError::invalid("line counts from 1"));
    }
    Ok(ScanInput { key, code, line })
}

/// Undo a scan
///
/// This is possible until the draft of the item is created. While the draft is being created, the request waits a few
/// seconds for the result.
#[utoipa::path(
    delete, path = "/api/batch/jobs/{job_id}/scans/{key}", tag = "scan",
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("key" = String, Path, description = "The key of the scan"),
    ),
    responses(
        (status = 200, description = "The item and its remaining copies", body = DeleteScanResponse),
        (status = 404, description = "The job or scan does not exist", body = ErrorResponse),
        (status = 409, description = "The draft already exists or is being created, or the job is \
                                      closed", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn delete_scan(
    State(state): State<Arc<AppState>>,
    ScanPath(job, key): ScanPath,
) -> Result<Json<DeleteScanResponse>, ApiError> {
    let (upc, copies) = state.queue.scan_sessions().retract_scan(&job, Some(&key)).await?;
    Ok(Json(DeleteScanResponse { upc, copies }))
}

/// Close a scan job
///
/// It accepts no more scans, and ends when all of its items have ended. Closing a closed job changes nothing.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/close", tag = "scan",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 409, description = "The job reads a list", body = ErrorResponse),
        (status = 503, description = "The journal cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn close_scan_job(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
) -> Result<Json<JobResponse>, ApiError> {
    Ok(Json(state.queue.scan_sessions().close_session(&job).await?.into()))
}
