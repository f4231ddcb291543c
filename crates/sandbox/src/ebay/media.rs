//! Pictures: uploaded from an address, served under eBay's.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::schema::RequestSchema;
use super::tokens::{INVENTORY_SCOPE, TokenOwner};
use super::{call_guard, error_body, schema};
use crate::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new().route("/ebay/media/commerce/media/v1_beta/image/create_image_from_url", post(create_image))
}

async fn create_image(
    State(world): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&world, &headers, "media", TokenOwner::Seller, INVENTORY_SCOPE)?;
    // "50 POST requests per 5 seconds"; a rate limit, so the error is not that of the daily limit.
    if !world.rate_windows.ebay_media.try_admit(world.options.enforce_limits).admitted {
        world.counters.record_refusal("ebay");
        let message = "The number of requests exceeds the rate limit.";
        let error = error_body::error_json(190_204, "API_COMMERCE_MEDIA", message, &[]);
        return Err(error_body::error_response(StatusCode::TOO_MANY_REQUESTS, &error));
    }
    let asked = schema::parse_json(&body).map_err(|message| error_body::bad_request(190_200, &message))?;
    let mut books = world.ebay.lock_state();
    if let Err(message) = RequestSchema::Picture.validate_body(&asked) {
        books.record_violation(&format!("picture: {message}"));
        return Err(error_body::bad_request(190_202, &message));
    }
    let address = asked["imageUrl"].as_str().unwrap_or_default().to_owned();
    *books.snapshot.pictures.entry(address).or_default() += 1;
    let id = books.next_id();
    let until = Timestamp::now() + world.ebay.account.picture_lifetime_hours.hours();
    let answer = json!({
        "imageUrl": format!("https://i.ebayimg.example/images/g/{id}/s-l1600.jpg"),
        "expirationDate": until.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
    });
    let location = format!("{}/ebay/media/commerce/media/v1_beta/image/{id}", world.base_url());
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(answer)).into_response())
}
