//! Drafts of the Listing API: no SKU, no list, no key against repetition. Each call makes another one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

use super::oauth::{ITEM_DRAFT, Kind};
use super::schema::Schema;
use super::{door, refusal, schema};
use crate::server::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/ebay/sell/listing/v1_beta/item_draft/", post(create))
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    door::enter_whole(&world, &headers, "listing", Kind::Seller, ITEM_DRAFT)?;
    if headers.get("X-EBAY-C-MARKETPLACE-ID").is_none() {
        return Err(refusal::bad(155_001, "Missing marketplace."));
    }
    let draft = schema::json(&body).map_err(|words| refusal::bad(155_001, &words))?;
    let mut books = world.ebay.books();
    if let Err(words) = Schema::ItemDraft.check(&draft) {
        books.violated(&format!("item draft: {words}"));
        return Err(refusal::bad(155_001, &words));
    }
    let id = books.number().to_string();
    books.copy.item_drafts.push(draft);
    let answer = json!({
        "itemDraftId": id,
        "sellFlowUrl": format!("https://www.ebay.example/lstng?draftId={id}&mode=AddItem"),
        "sellFlowNativeUri": format!("ebay://listing/{id}"),
    });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
