//! Pictures (Media API): uploaded as a file or from an address, then served from an eBay address.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::schema::RequestSchema;
use super::tokens::{INVENTORY_SCOPE, TokenOwner};
use super::{call_guard, error_body, schema};
use crate::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    let image = "/ebay/media/commerce/media/v1_beta/image";
    Router::new()
        .route(&format!("{image}/create_image_from_url"), post(create_image))
        .route(&format!("{image}/create_image_from_file"), post(create_image_from_file))
        .layer(DefaultBodyLimit::max(MAX_PICTURE_BYTES + 10_000))
}

async fn create_image(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    admit_upload(&state, &headers)?;
    let request = schema::parse_json(&body).map_err(|message| error_body::bad_request(190_200, &message))?;
    let mut ebay_state = state.ebay.lock_state();
    if let Err(message) = RequestSchema::Picture.validate_body(&request) {
        ebay_state.record_violation(&format!("picture: {message}"));
        return Err(error_body::bad_request(190_202, &message));
    }
    let address = request["imageUrl"].as_str().unwrap_or_default().to_owned();
    *ebay_state.snapshot.pictures.entry(address).or_default() += 1;
    let id = ebay_state.next_id();
    Ok(created_picture(&state, id))
}

async fn create_image_from_file(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    admit_upload(&state, &headers)?;
    let form = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()?.split_once("boundary="));
    let form = form.map(|(_, boundary)| boundary.trim_matches('"').to_owned());
    let picture = form.as_deref().and_then(|boundary| find_file(&body, boundary));
    let mut ebay_state = state.ebay.lock_state();
    let is_picture = |content: &&[u8]| content.starts_with(JPEG_START) || content.starts_with(PNG_START);
    let Some(picture) = picture.filter(is_picture).filter(|content| content.len() <= MAX_PICTURE_BYTES) else {
        ebay_state.record_violation("a file that is not a picture, or not in a part named image");
        return Err(error_body::bad_request(190_201, "The file is not a supported picture."));
    };
    if picture.windows(EXIF_START.len()).any(|bytes| bytes == EXIF_START) {
        ebay_state.record_violation("a picture with metadata, which may have the place where it was taken");
    }
    let digest = STANDARD_NO_PAD.encode(Sha256::digest(picture));
    *ebay_state.snapshot.uploaded_files.entry(digest).or_default() += 1;
    let id = ebay_state.next_id();
    Ok(created_picture(&state, id))
}

/// Maximum size of a picture (eBay picture requirements: 12 MB).
const MAX_PICTURE_BYTES: usize = 12_000_000;

const JPEG_START: &[u8] = &[0xff, 0xd8, 0xff];
/// Start of the metadata in a JPEG (CIPA DC-008, Exif 2.32, 4.7.2).
const EXIF_START: &[u8] = b"Exif\0\0";

const PNG_START: &[u8] = b"\x89PNG";

/// Returns the content of the first part if it is named `image` (RFC 7578).
fn find_file<'a>(body: &'a [u8], boundary: &str) -> Option<&'a [u8]> {
    let find = |content: &[u8], wanted: &[u8]| content.windows(wanted.len()).position(|window| window == wanted);
    let part = body.strip_prefix(format!("--{boundary}\r\n").as_bytes())?;
    let head_len = find(part, b"\r\n\r\n")?;
    let (head, content) = (std::str::from_utf8(&part[..head_len]).ok()?, &part[head_len + 4..]);
    let end = find(content, format!("\r\n--{boundary}--").as_bytes())?;
    head.contains("name=\"image\"").then_some(&content[..end])
}

/// Admits an upload: "50 POST requests per 5 seconds". This is a rate limit, so its error differs from that of the
/// daily limit.
fn admit_upload(state: &SandboxState, headers: &HeaderMap) -> Result<(), Response> {
    call_guard::authorize_single_call(state, headers, "media", TokenOwner::Seller, INVENTORY_SCOPE)?;
    if state.rate_windows.ebay_media.try_admit(state.options.enforce_limits).admitted {
        return Ok(());
    }
    state.counters.record_refusal("ebay");
    let message = "The number of requests exceeds the rate limit.";
    let error = error_body::error_json(190_204, "API_COMMERCE_MEDIA", message, &[]);
    Err(error_body::error_response(StatusCode::TOO_MANY_REQUESTS, &error))
}

fn created_picture(state: &SandboxState, id: u64) -> Response {
    let until = Timestamp::now() + state.ebay.account.picture_lifetime_hours.hours();
    let response = json!({
        "imageUrl": format!("https://i.ebayimg.example/images/g/{id}/s-l1600.jpg"),
        "expirationDate": until.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
    });
    let location = format!("{}/ebay/media/commerce/media/v1_beta/image/{id}", state.base_url());
    (StatusCode::CREATED, [(header::LOCATION, location)], Json(response)).into_response()
}
