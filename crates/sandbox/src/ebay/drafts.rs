//! Drafts of the Listing API. They have no SKU and no idempotency key, and cannot be listed; each call creates another
//! draft.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

use super::schema::RequestSchema;
use super::tokens::{ITEM_DRAFT_SCOPE, TokenOwner};
use super::{call_guard, error_body, schema};
use crate::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new().route("/ebay/sell/listing/v1_beta/item_draft/", post(create_draft))
}

async fn create_draft(
    State(state): State<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Response> {
    call_guard::authorize_single_call(&state, &headers, "listing", TokenOwner::Seller, ITEM_DRAFT_SCOPE)?;
    if headers.get("X-EBAY-C-MARKETPLACE-ID").is_none() {
        return Err(error_body::bad_request(155_001, "Missing marketplace."));
    }
    let draft = schema::parse_json(&body).map_err(|message| error_body::bad_request(155_001, &message))?;
    let mut ebay_state = state.ebay.lock_state();
    if let Err(message) = RequestSchema::ItemDraft.validate_body(&draft) {
        ebay_state.record_violation(&format!("item draft: {message}"));
        return Err(error_body::bad_request(155_001, &message));
    }
    let id = ebay_state.next_id().to_string();
    ebay_state.snapshot.item_drafts.push(draft);
    let response = json!({
        "itemDraftId": id,
        "sellFlowUrl": format!("https://www.ebay.example/lstng?draftId={id}&mode=AddItem"),
        "sellFlowNativeUri": format!("ebay://listing/{id}"),
    });
    Ok((StatusCode::CREATED, Json(response)).into_response())
}
