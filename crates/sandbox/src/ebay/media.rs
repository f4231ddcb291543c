//! Pictures: taken in from an address, shown under eBay's own.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::oauth::{INVENTORY, Kind};
use super::schema::Schema;
use super::{door, refusal, schema};
use crate::server::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/ebay/media/commerce/media/v1_beta/image/create_image_from_url", post(create))
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "media", Kind::Seller, INVENTORY)?;
    // "50 POST requests per 5 seconds"; a rate, so not the number of the day's limit.
    if !world.windows.ebay_media.enter(world.options.limits).admitted {
        world.counts.refused("ebay");
        let words = "The number of requests exceeds the rate limit.";
        let error = refusal::error(190_204, "API_COMMERCE_MEDIA", words, &[]);
        return Err(refusal::refuse(StatusCode::TOO_MANY_REQUESTS, &error));
    }
    let asked = schema::json(&body).map_err(|words| refusal::bad(190_200, &words))?;
    let mut books = world.ebay.books();
    if let Err(words) = Schema::Picture.check(&asked) {
        books.violated(&format!("picture: {words}"));
        return Err(refusal::bad(190_202, &words));
    }
    let address = asked["imageUrl"].as_str().unwrap_or_default().to_owned();
    *books.copy.pictures.entry(address).or_default() += 1;
    let id = books.number();
    let until = Timestamp::now() + world.ebay.account.picture_hours.hours();
    let answer = json!({
        "imageUrl": format!("https://i.ebayimg.example/images/g/{id}/s-l1600.jpg"),
        "expirationDate": until.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
    });
    let location = format!("{}/ebay/media/commerce/media/v1_beta/image/{id}", world.address());
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(answer)).into_response())
}
