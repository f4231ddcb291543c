//! Starts a batch over lists that are sent with the request: one list as the body, or the files of a form.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Query, RawQuery, Request, State};
use axum::http::{HeaderMap, Uri, header};
use futures::{Stream, TryFutureExt as _, TryStreamExt as _};

use super::body_receiver::{BodyReceiver, UPLOAD_TIMEOUT};
use super::create_job::to_job_spec;
use super::error::ApiError;
use super::idempotency::IdempotencyKey;
use super::job_actions::run_detached;
use super::state::AppState;
use super::upload_store::{ReceivedList, UploadWriter};
use api::error::{ErrorCode, ErrorResponse};
use api::jobs::JobResponse;
use api::uploads::{UploadForm, UploadOptions};
use domain::job_spec::{JobId, JobSpec};
use input::{InputList, IntakeError, Source};
use pipeline::queue::SameListPolicy;
use store::journal::IdempotentRequest;

/// Receives the lists and the options of a request.
const LIST_BODY: BodyReceiver = BodyReceiver::new("list");

/// Maximum bytes of a form field that is not a list.
const MAX_FIELD_BYTES: usize = 4 << 10;

/// Maximum fields of a form, which is enough for all options and some dozen lists.
const MAX_FIELDS: usize = 96;

/// The lists and options of a request.
struct SentLists {
    lists: Vec<SentFile>,
    options: UploadOptions,
}

/// One list, with its file name in the form.
struct SentFile {
    list: ReceivedList,
    file_name: Option<String>,
}

impl SentLists {
    /// Returns a text that identifies the contents of all lists.
    fn digest(&self) -> String {
        self.lists.iter().map(|file| file.list.digest.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Returns the name of the list; `None` if there are several lists.
    fn name(&self) -> Option<String> {
        let [only] = &self.lists[..] else { return None };
        self.options.name.clone().or_else(|| only.file_name.clone())
    }
}

/// Start a batch over lists that you send
///
/// The list is the body of the request, or the file of a form; a form with several files is one batch over all of them.
/// The lists are read at once, and a file that is not a list is refused. Draft Maker keeps them until the batch has
/// ended, even across restarts; `gcs_path` of the job says where.
#[utoipa::path(
    post, path = "/api/batch/upload", tag = "batch",
    request_body(
        description = "The list: text, CSV, JSON, a workbook, or one of these in gzip",
        content(
            (String = "application/octet-stream", example = json!("720642442524\n4547366272154\n")),
            (UploadForm = "multipart/form-data")
        )
    ),
    params(
        UploadOptions,
        ("Idempotency-Key" = Option<String>, Header,
            description = "Repeating the key with the same lists and options returns the same job",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 200, description = "The job, waiting or running", body = JobResponse),
        (status = 400, description = "The body or the form is incomplete", body = ErrorResponse),
        (status = 408, description = "The list did not arrive in time", body = ErrorResponse),
        (status = 409, description = "A job over the same list is waiting, running or paused", body = ErrorResponse),
        (status = 413, description = "The list is too large", body = ErrorResponse),
        (status = 422, description = "An option is wrong or unknown, a file is not a list, or the key was used for \
                                      another request", body = ErrorResponse),
        (status = 429, description = "Too many batches are waiting, or their lists take too much \
                                      space", body = ErrorResponse),
        (status = 503, description = "The list or the journal cannot be written, or the disk is full", body = ErrorResponse),
    )
)]
pub(super) async fn upload_list(
    State(state): State<Arc<AppState>>,
    key: IdempotencyKey,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Json<JobResponse>, ApiError> {
    state.ensure_disk_space().await?;
    let received = receive_list(&state, query.as_deref(), request);
    let sent = LIST_BODY.receive_within(UPLOAD_TIMEOUT, received).await?;
    let idempotent = key.into_request("upload", &(&sent.options, &sent.digest()));
    let job = if let Some(job) = state.queue.find_submitted(idempotent.as_ref()).await? {
        job
    } else {
        let state = state.clone();
        run_detached(async move { store_and_submit(&state, sent, idempotent).await }).await?
    };
    Ok(Json(state.journal().job_summary(&job).await?.into()))
}

async fn store_and_submit(
    state: &Arc<AppState>,
    sent: SentLists,
    idempotent: Option<IdempotentRequest>,
) -> Result<JobId, ApiError> {
    let pending = state.uploads.delay_removal().await;
    let submitted = submit_list(state, sent, idempotent).await;
    drop(pending);
    if submitted.is_err() {
        state.uploads.remove_unused(state.journal()).await?;
    }
    submitted
}

async fn submit_list(
    state: &Arc<AppState>,
    sent: SentLists,
    idempotent: Option<IdempotentRequest>,
) -> Result<JobId, ApiError> {
    let name = sent.name();
    let SentLists { lists, options } = sent;
    let paths = store_lists(state, lists, name.clone()).await?;
    let mut sources = paths.iter().cloned().map(Source::File).collect::<Vec<_>>();
    let source = if sources.len() == 1 { sources.remove(0) } else { Source::Several(sources) };
    let request = options.to_job_request(source.to_string());
    let spec = to_job_spec(&request, &source, None, (state.default_spec)())?;
    state.queue.check_account(&spec)?;
    let list = check_list(state, &source, &spec, name).await?;
    state.uploads.store_copies(&paths).await?;
    state.queue.check_condition(&spec, list.states_condition())?;
    Ok(state.queue.submit(spec, SameListPolicy::from_force(request.force), idempotent).await?.job)
}

/// Moves the lists to their paths, and returns the paths. A slow disk does not delay other requests.
async fn store_lists(
    state: &Arc<AppState>,
    lists: Vec<SentFile>,
    name: Option<String>,
) -> Result<Vec<PathBuf>, ApiError> {
    let state = state.clone();
    let store =
        move |SentFile { list, file_name }| state.uploads.store_list(list, name.as_deref().or(file_name.as_deref()));
    let stored = tokio::task::spawn_blocking(move || lists.into_iter().map(store).collect());
    stored.await.unwrap_or_else(|_| Err(ApiError::unavailable("the service is stopping")))
}

/// Reads the list, so that its errors are reported immediately.
async fn check_list(
    state: &AppState,
    source: &Source,
    spec: &JobSpec,
    name: Option<String>,
) -> Result<InputList, ApiError> {
    let settings = state.context().intake.for_list(&spec.list_options);
    let location = name.unwrap_or_else(|| "the list".to_owned());
    let read = input::read_list(source, &settings).await;
    let list = read.map_err(|error| IntakeError { location: location.clone(), ..error })?;
    if spec.create_drafts {
        input::check_copies(&list, &settings).map_err(|error| IntakeError { location, error })?;
    }
    Ok(list)
}

async fn receive_list(state: &AppState, query: Option<&str>, request: Request) -> Result<SentLists, ApiError> {
    let options: Vec<(String, String)> =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    if is_form(request.headers()) {
        return receive_form(state, options, request).await;
    }
    let mut writer = state.uploads.receive(0).await?;
    receive_bytes(&mut writer, request.into_body().into_data_stream()).await?;
    let list = SentFile { list: writer.finish().await?, file_name: None };
    Ok(SentLists { lists: vec![list], options: parse_options(&options)? })
}

/// Receives a form: its files are the lists, its other fields are options.
async fn receive_form(
    state: &AppState,
    mut options: Vec<(String, String)>,
    request: Request,
) -> Result<SentLists, ApiError> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| LIST_BODY.unreadable_error(&error.body_text()))?;
    let mut lists: Vec<SentFile> = Vec::new();
    for _ in 0..MAX_FIELDS {
        let Some(field) = LIST_BODY.next_part(form.next_field().map_err(|error| error.body_text())).await? else {
            if lists.is_empty() {
                return Err(ApiError::new(
                    ErrorCode::NoList,
                    "the form has no file: send the list as its field `file`",
                ));
            }
            return Ok(SentLists { lists, options: parse_options(&options)? });
        };
        if field.file_name().is_none() && field.name() != Some("file") {
            options.push(read_option(field).await?);
            continue;
        }
        let file_name = field.file_name().map(ToOwned::to_owned);
        let mut writer = state.uploads.receive(lists.iter().map(|file| file.list.bytes).sum()).await?;
        receive_bytes(&mut writer, field).await?;
        lists.push(SentFile { list: writer.finish().await?, file_name });
    }
    Err(ApiError::invalid(format!("the form has more than {MAX_FIELDS} fields")))
}

pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

async fn receive_bytes<E: std::fmt::Display>(
    writer: &mut UploadWriter,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(), ApiError> {
    let mut chunks = std::pin::pin!(chunks);
    while let Some(chunk) = LIST_BODY.next_part(chunks.try_next()).await? {
        writer.append(&chunk).await?;
    }
    Ok(())
}

/// Reads a form field that is an option.
async fn read_option(mut field: Field<'_>) -> Result<(String, String), ApiError> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut value = Vec::new();
    while let Some(chunk) = LIST_BODY.next_part(field.chunk().map_err(|error| error.body_text())).await? {
        value.extend_from_slice(&chunk);
        if value.len() > MAX_FIELD_BYTES {
            return Err(ApiError::invalid(format!("{name} has more than {MAX_FIELD_BYTES} bytes")));
        }
    }
    let value = String::from_utf8(value).map_err(|_| ApiError::invalid(format!("{name} is not UTF-8")))?;
    Ok((name, value))
}

fn parse_options(pairs: &[(String, String)]) -> Result<UploadOptions, ApiError> {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let uri: Uri = format!("/?{query}").parse().map_err(|error| ApiError::invalid(format!("the options: {error}")))?;
    let Query(options) = Query::<UploadOptions>::try_from_uri(&uri)?;
    Ok(options)
}
