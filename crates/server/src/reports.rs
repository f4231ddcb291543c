//! Results as the result files hold them, made anew from the journal: a file may have been moved.

use std::io;
use std::sync::{Arc, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::BoxStream;

use super::asked::Named;
use super::front::Front;
use super::problem::Problem;
use domain::batch::JobId;
use report::json::Layout;
use report::{Form, Results, Totals, streamed};

/// The report of a job as it stands now, in pieces.
pub(super) async fn of(
    front: &Front,
    job: &JobId,
    form: Form,
) -> Result<BoxStream<'static, io::Result<Bytes>>, Problem> {
    let journal = front.journal();
    let board = journal.board(job).await?;
    let (totals, ended) = {
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        let ended = board.items().iter().filter(|item| item.status.is_some()).map(|item| item.upc).collect();
        (Totals::of(&board, None), ended)
    };
    let totals = totals.with_refused(journal.refused(job).await?);
    Ok(streamed(form, totals, journal.each_dossier(job, ended)))
}

/// Results as JSON
///
/// The content of `batch_results_….json`; of a job that goes on, as far as it is.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/results.json", tag = "results",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The results", body = Results),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn json(State(front): State<Arc<Front>>, Named(job): Named) -> Result<Response, Problem> {
    let name = format!("attachment; filename=\"batch_results_{}.json\"", job.stamp());
    let body = Body::from_stream(of(&front, &job, Form::Json(Layout::Lines)).await?);
    let kind = "application/json".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// Results as a table
///
/// The content of `batch_summary_….csv`.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/results.csv", tag = "results",
    params(("job_id" = String, Path, description = "As in `job_id`")),
    responses(
        (status = 200, description = "The table", body = String, content_type = "text/csv"),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn csv(State(front): State<Arc<Front>>, Named(job): Named) -> Result<Response, Problem> {
    let name = format!("attachment; filename=\"batch_summary_{}.csv\"", job.stamp());
    let body = Body::from_stream(of(&front, &job, Form::Csv).await?);
    let kind = "text/csv; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}
