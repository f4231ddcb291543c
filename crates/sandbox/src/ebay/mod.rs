//! Simulated eBay: tokens, an inventory with state, the account, category rules, pictures, prices.
//!
//! ```text
//! every call: fault? ── token (kind, scope) ── daily limit ── schema ── state ── response
//! ```
//!
//! No route makes an offer live. Only [`super::Sandbox::seller_lists`] does, which simulates the seller in a browser.

mod account;
mod browse;
mod bulk;
mod call_guard;
mod categories;
mod concurrent_writer;
mod daily_quota;
mod drafts;
mod error_body;
mod items;
mod media;
mod misbehavior;
mod misbehavior_rules;
mod oauth;
mod offers;
mod options;
mod quirks;
mod quota;
mod schema;
mod search_query;
mod seller;
mod simulated_ebay;
mod sites;
mod state;
mod tokens;

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};

pub use misbehavior::{EbayFailure, EbayMisbehavior};
pub use options::{EbayAccount, EbayQuirk};
pub(super) use simulated_ebay::SandboxEbay;
pub use state::EbayStateSnapshot;
pub(super) use tokens::{APP_ID, CERT_ID, REFRESH_TOKEN, RU_NAME};

use super::state::SandboxState;

pub(super) fn routes() -> Router<Arc<SandboxState>> {
    Router::new()
        .merge(oauth::routes())
        .merge(items::routes())
        .merge(offers::routes())
        .merge(account::routes())
        .merge(categories::routes())
        .merge(media::routes())
        .merge(browse::routes())
        .merge(drafts::routes())
        .merge(quota::routes())
        .route("/sandbox/ebay/books", get(get_state))
}

async fn get_state(State(state): State<Arc<SandboxState>>) -> Json<EbayStateSnapshot> {
    Json(state.ebay.lock_state().to_snapshot())
}
