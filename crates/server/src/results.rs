//! The content of the result files, generated from the journal because the files may have been moved.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::BoxStream;

use super::error::ApiError;
use super::extract::JobPath;
use super::state::AppState;
use api::error::ErrorResponse;
use domain::job_spec::JobId;
use domain::result_file::ResultFileKind;
use report::json::JsonLayout;
use report::{ReportFormat, ResultsDocument, Totals, stream_report};

/// Streams the report of a job in its current state.
pub(super) async fn stream_job_report(
    state: &AppState,
    job: &JobId,
    format: ReportFormat,
) -> Result<BoxStream<'static, io::Result<Bytes>>, ApiError> {
    let journal = state.journal();
    let projection = journal.projection(job).await?;
    let (totals, ended) = {
        let projection = projection.read();
        let ended = projection.items().iter().filter(|item| item.status.is_some()).map(|item| item.upc).collect();
        (Totals::new(&projection, None), ended)
    };
    let totals = totals.with_rejected_lines(journal.rejected_lines(job).await?);
    Ok(stream_report(format, totals, journal.stream_item_details(job, ended)))
}

/// Get the results as JSON
///
/// Returns the content of `batch_results_….json`. For a running job, it contains the items that have ended.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/results.json", tag = "results",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The results", body = ResultsDocument),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn get_results_json(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
) -> Result<Response, ApiError> {
    let disposition = format!("attachment; filename=\"{}\"", ResultFileKind::Results.file_name(job.file_stamp()));
    let body = Body::from_stream(stream_job_report(&state, &job, ReportFormat::Json(JsonLayout::LinePerEntry)).await?);
    let content_type = "application/json".to_owned();
    Ok(([(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

/// Get the results as CSV
///
/// Returns the content of `batch_summary_….csv`.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/results.csv", tag = "results",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`")),
    responses(
        (status = 200, description = "The table", body = String, content_type = "text/csv"),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 503, description = "The journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn get_results_csv(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
) -> Result<Response, ApiError> {
    let disposition = format!("attachment; filename=\"{}\"", ResultFileKind::Summary.file_name(job.file_stamp()));
    let body = Body::from_stream(stream_job_report(&state, &job, ReportFormat::Csv).await?);
    let content_type = "text/csv; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}
