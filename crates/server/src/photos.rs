//! The seller's photos of an item: received with a request, uploaded to eBay, and added to the item's draft.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;

use super::error::ApiError;
use super::extract::{ApiQuery, ItemPath, PhotoPath};
use super::job_actions::run_detached;
use super::json_body::JsonBody;
use super::photo_form::{SentPhoto, receive_photos};
use super::state::AppState;
use ::photos::{ItemPhotoUploader, MAX_PHOTOS, PhotoImport, PhotoTarget};
use api::error::{ErrorCode, ErrorResponse};
use api::photos::{
    AddPhotosQuery, AddPhotosResponse, ArrangePhotosRequest, ArrangePhotosResponse, ItemPhotosResponse, MAX_COPY,
    PhotoEntry, PhotoFailure, PhotosForm,
};
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::upc::Upc;
use ebay::TokenKind;
use pipeline::ArrangePhotosError;
use store::photo_store::{HostedPhoto, PhotoPlace};

/// List the photos of an item
///
/// Returns your own photos of all copies of the item, as stored at eBay. Pictures from the databases are in `images` of
/// the results.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/items/{upc}/photos", tag = "photos",
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The photos, in the order of the drafts", body = ItemPhotosResponse),
        (status = 404, description = "The job or item does not exist", body = ErrorResponse),
        (status = 503, description = "The journal or the photos cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn list_photos(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
) -> Result<Json<ItemPhotosResponse>, ApiError> {
    ensure_item(&state, &job, upc).await?;
    let photos = state.context().photos.stored_photos(upc).await?;
    Ok(Json(ItemPhotosResponse { upc, photos: to_item_photos(photos) }))
}

/// Add photos to an item
///
/// Uploads each photo to eBay, upright and without its metadata, and composes the item's draft again with its photos. A
/// request can be repeated, because photos that are sent again are not uploaded again. A photo replaces an earlier
/// photo with the same name.
#[utoipa::path(
    post, path = "/api/batch/jobs/{job_id}/items/{upc}/photos", tag = "photos",
    request_body(
        description = "A form with a file for each photo, in the order of the listing",
        content((PhotosForm = "multipart/form-data"))
    ),
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
        AddPhotosQuery,
    ),
    responses(
        (status = 200, description = "All photos are at eBay", body = AddPhotosResponse),
        (status = 207, description = "Some photos were not used; `failed` has the reasons", body = AddPhotosResponse),
        (status = 400, description = "The form is incomplete", body = ErrorResponse),
        (status = 404, description = "The job or item does not exist", body = ErrorResponse),
        (status = 408, description = "The photos did not arrive in time", body = ErrorResponse),
        (status = 413, description = "A photo or the request is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not multipart/form-data", body = ErrorResponse),
        (status = 422, description = "There is no photo, there are too many, two have the same name, or a parameter is wrong", body = ErrorResponse),
        (status = 424, description = "No eBay keyset or sign-in is set, or eBay does not answer or rejects the request; with eBay's message", body = ErrorResponse),
        (status = 503, description = "The disk is full, or the journal or the photos cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn add_photos(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
    ApiQuery(query): ApiQuery<AddPhotosQuery>,
    request: Request,
) -> Result<(StatusCode, Json<AddPhotosResponse>), ApiError> {
    let copy = check_copy(query.copy)?;
    state.ensure_disk_space().await?;
    ensure_item(&state, &job, upc).await?;
    let uploader = connect_uploader(&state).await?;
    let sent = receive_photos(&state.data_dir, request).await?;
    ensure_different_names(sent.iter().map(|photo| &photo.name))?;
    // If the client disconnects, the upload must not stop halfway.
    let response = run_detached(async move {
        state.context().photos.begin_edit(upc).await?;
        let mut response = upload_photos(&state, &uploader, (upc, copy), sent).await?;
        if !response.photos.is_empty() {
            let update = update_draft(&state, &job, upc).await?;
            response.updates_draft = update.updates_draft;
            response.not_updated = update.not_updated;
        }
        Ok::<_, ApiError>(response)
    })
    .await?;
    let status = if response.failed.is_empty() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    Ok((status, Json(response)))
}

/// Arrange the photos of an item
///
/// Puts the photos of the item's draft into the order of the request, removes those that it does not name, and composes the
/// draft again. eBay keeps a removed photo for a while, so that it can be named again.
#[utoipa::path(
    put, path = "/api/batch/jobs/{job_id}/items/{upc}/photos", tag = "photos", request_body = ArrangePhotosRequest,
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
    ),
    responses(
        (status = 200, description = "The photos in their new order", body = ArrangePhotosResponse),
        (status = 400, description = "The body is not JSON", body = ErrorResponse),
        (status = 404, description = "The job, the item or a photo does not exist", body = ErrorResponse),
        (status = 408, description = "The body did not arrive in time", body = ErrorResponse),
        (status = 413, description = "The body is too large", body = ErrorResponse),
        (status = 415, description = "The Content-Type is not application/json", body = ErrorResponse),
        (status = 422, description = "A field is wrong or unknown, or a photo is named twice", body = ErrorResponse),
        (status = 503, description = "The journal or the photos cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn arrange_photos(
    State(state): State<Arc<AppState>>,
    ItemPath(job, upc): ItemPath,
    JsonBody(request): JsonBody<ArrangePhotosRequest>,
) -> Result<Json<ArrangePhotosResponse>, ApiError> {
    let copy = check_copy(request.copy)?;
    if request.names.len() > MAX_PHOTOS {
        return Err(ApiError::invalid(format!(
            "names has {} photos; a listing has at most {MAX_PHOTOS}",
            request.names.len()
        )));
    }
    ensure_different_names(&request.names)?;
    ensure_item(&state, &job, upc).await?;
    run_detached(async move { arrange_and_update(&state, &job, (upc, copy), &request.names).await }).await.map(Json)
}

/// Remove a photo of an item
///
/// Composes the item's draft again without it.
#[utoipa::path(
    delete, path = "/api/batch/jobs/{job_id}/items/{upc}/photos/{name}", tag = "photos",
    params(
        ("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"),
        ("upc" = String, Path, description = "The barcode"),
        ("name" = String, Path, description = "The name of the photo's file: `front.jpg`"),
        AddPhotosQuery,
    ),
    responses(
        (status = 200, description = "The photos that are left", body = ArrangePhotosResponse),
        (status = 404, description = "The job, the item or the photo does not exist", body = ErrorResponse),
        (status = 422, description = "A parameter is wrong or unknown", body = ErrorResponse),
        (status = 503, description = "The journal or the photos cannot be written", body = ErrorResponse),
    )
)]
pub(super) async fn delete_photo(
    State(state): State<Arc<AppState>>,
    PhotoPath(job, upc, name): PhotoPath,
    ApiQuery(query): ApiQuery<AddPhotosQuery>,
) -> Result<Json<ArrangePhotosResponse>, ApiError> {
    let copy = check_copy(query.copy)?;
    ensure_item(&state, &job, upc).await?;
    let mut present = state.context().photos.stored_photos(upc).await?;
    present.retain(|photo| photo.copy == copy);
    if present.iter().all(|photo| photo.name != name) {
        return Err(ArrangePhotosError::Unknown(name).into());
    }
    let left = present.into_iter().map(|photo| photo.name).filter(|one| *one != name).collect::<Vec<_>>();
    run_detached(async move { arrange_and_update(&state, &job, (upc, copy), &left).await }).await.map(Json)
}

async fn arrange_and_update(
    state: &AppState,
    job: &JobId,
    (upc, copy): (Upc, u32),
    names: &[String],
) -> Result<ArrangePhotosResponse, ApiError> {
    let photos = &state.context().photos;
    photos.arrange_photos(upc, copy, names).await?;
    let DraftUpdate { updates_draft, not_updated } = update_draft(state, job, upc).await?;
    let photos = to_item_photos(photos.stored_photos(upc).await?);
    Ok(ArrangePhotosResponse { upc, photos, updates_draft, not_updated })
}

/// Returns the number of a copy; that of the first if the request names none.
fn check_copy(copy: Option<u32>) -> Result<u32, ApiError> {
    let copy = copy.unwrap_or(1);
    if !(1..=MAX_COPY).contains(&copy) {
        return Err(ApiError::invalid(format!("copy is {copy}; write a number from 1 to {MAX_COPY}")));
    }
    Ok(copy)
}

async fn ensure_item(state: &AppState, job: &JobId, upc: Upc) -> Result<(), ApiError> {
    let projection = state.journal().projection(job).await?;
    let is_listed = projection.read().item(upc).is_some();
    if is_listed { Ok(()) } else { Err(ApiError::unknown_item(job, upc)) }
}

/// Connects to eBay's picture service. Checks the sign-in before any photo is received.
async fn connect_uploader(state: &AppState) -> Result<ItemPhotoUploader, ApiError> {
    let refused = |message: String| ApiError::new(ErrorCode::Ebay, message);
    let Some(ebay) = &state.context().ebay else {
        return Err(refused("photos go to eBay, which needs a keyset: set EBAY_APP_ID and EBAY_CERT_ID".to_owned()));
    };
    ebay.tokens().valid_token(TokenKind::Seller).await.map_err(|error| refused(error.to_string()))?;
    Ok(ItemPhotoUploader::new(state.context().photos.store().clone(), ebay))
}

fn ensure_different_names<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<(), ApiError> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(name) => Err(ApiError::invalid(format!("two photos are called {name:?}: give each its own file name"))),
        None => Ok(()),
    }
}

/// Uploads the photos one after another. New photos follow those that the copy already has.
async fn upload_photos(
    state: &AppState,
    uploader: &ItemPhotoUploader,
    (upc, copy): (Upc, u32),
    sent: Vec<SentPhoto>,
) -> Result<AddPhotosResponse, ApiError> {
    let mut present = uploader.photos_for_upc(upc).await?;
    present.retain(|photo| photo.copy == copy);
    let (mut count, mut last_position) = (present.len(), last_named_position(&present));
    let mut response = AddPhotosResponse {
        upc,
        uploaded: 0,
        already_uploaded: 0,
        photos: Vec::new(),
        updates_draft: false,
        not_updated: None,
        failed: Vec::new(),
    };
    for photo in sent {
        let known = present.iter().find(|one| one.name == photo.name);
        if known.is_none() && count >= MAX_PHOTOS {
            let error = format!("a listing has at most {MAX_PHOTOS} photos; this one is left out");
            response.failed.push(PhotoFailure { name: photo.name, error });
            continue;
        }
        let position = match known.map(|known| known.place) {
            Some(PhotoPlace::Named(position)) => position,
            _ => last_position + 1,
        };
        let target = PhotoTarget { upc, copy, position, name: photo.name.clone() };
        state.context().photos.restore_photo(upc, (copy, position), &target.name).await?;
        match upload_photo(state, uploader, &target, photo).await {
            Ok(taken) => {
                count += usize::from(known.is_none());
                last_position = last_position.max(position);
                let is_new = taken == PhotoImport::Uploaded;
                response.uploaded += u64::from(is_new);
                response.already_uploaded += u64::from(!is_new);
            }
            Err(error) => response.failed.push(PhotoFailure { name: target.name, error }),
        }
    }
    response.photos = to_item_photos(uploader.photos_for_upc(upc).await?);
    Ok(response)
}

async fn upload_photo(
    state: &AppState,
    uploader: &ItemPhotoUploader,
    target: &PhotoTarget,
    photo: SentPhoto,
) -> Result<PhotoImport, String> {
    // Decoding a photo needs up to some hundred megabytes, so only a few are decoded at the same time.
    let _permit = state.photo_permits.acquire().await.map_err(|_| "the service is stopping".to_owned())?;
    let content = photo
        .read_content()
        .await
        .map_err(|error| format!("cannot read what was received: {}", files::describe_io_error(&error)))?;
    uploader.upload(target, content, &[]).await.map_err(|error| error.to_string())
}

/// What happened to the draft after the photos of its item changed.
#[derive(Default)]
struct DraftUpdate {
    updates_draft: bool,
    /// Why the draft is not updated; `None` if it is, or if it has these photos already.
    not_updated: Option<String>,
}

/// Composes the draft again if it has other photos than the item.
async fn update_draft(state: &AppState, job: &JobId, upc: Upc) -> Result<DraftUpdate, ApiError> {
    let photos = &state.context().photos;
    if photos.unattached_photos(upc).await?.is_none() {
        return Ok(DraftUpdate::default());
    }
    let result = state.queue.apply_action(job, ItemAction::Redraft, &[upc], None).await?;
    let updates_draft = result.succeeded.contains(&upc);
    let not_updated = result.rejected.into_iter().next().map(|rejected| rejected.why);
    Ok(DraftUpdate { updates_draft, not_updated })
}

/// Returns the highest position that a file name or an earlier request has given to a photo.
fn last_named_position(photos: &[HostedPhoto]) -> u32 {
    let position = |photo: &HostedPhoto| match photo.place {
        PhotoPlace::Named(position) => Some(position),
        PhotoPlace::Arranged(_) | PhotoPlace::Removed | PhotoPlace::LeftOut => None,
    };
    photos.iter().filter_map(position).max().unwrap_or(0)
}

fn to_item_photos(photos: Vec<HostedPhoto>) -> Vec<PhotoEntry> {
    let photo = |photo: HostedPhoto| PhotoEntry {
        copy: photo.copy,
        name: photo.name,
        url: photo.address,
        expires_at: photo.expires_at,
    };
    photos.into_iter().map(photo).collect()
}

impl From<ArrangePhotosError> for ApiError {
    fn from(error: ArrangePhotosError) -> Self {
        match error {
            ArrangePhotosError::Unknown(_) => Self::new(ErrorCode::UnknownPhoto, error.to_string()),
            ArrangePhotosError::Store(error) => error.into(),
        }
    }
}
