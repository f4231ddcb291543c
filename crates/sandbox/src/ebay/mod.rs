//! Simulated eBay: tokens, an inventory with state, the account, category rules, pictures, prices.
//!
//! ```text
//! every call: fault? ── token (kind, scope) ── daily limit ── schema ── state ── response
//! ```
//!
//! No route makes an offer live: only [`super::Sandbox::seller_lists`] does, which stands for the seller in a browser.

mod account;
mod browse;
mod bulk;
mod call_guard;
mod categories;
mod concurrent_writer;
mod drafts;
mod error_body;
mod items;
mod media;
mod oauth;
mod offers;
mod options;
mod quirks;
mod quota;
mod schema;
mod search_query;
mod seller;
mod state;

use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use axum::Router;
use serde_json::Value;

pub(super) use oauth::{APP_ID, CERT_ID, REFRESH_TOKEN, RU_NAME};
pub use options::EbayAccount;
pub use quirks::EbayQuirk;
pub use state::EbayStateSnapshot;

use super::server::SandboxState;
use concurrent_writer::ConcurrentWriter;
use oauth::TokenIssuer;
use quirks::QueuedQuirk;
use quota::SandboxQuota;
use state::EbayState;

/// State of the simulated eBay.
#[derive(Default)]
pub(super) struct SandboxEbay {
    pub(super) account: EbayAccount,
    /// Number of the account that consents, from 0.
    account_number: AtomicU32,
    state: Mutex<EbayState>,
    tokens: Mutex<TokenIssuer>,
    quota: Mutex<SandboxQuota>,
    /// Rejected SKUs, each with its error.
    rejected_skus: Mutex<HashMap<String, Value>>,
    quirks: Mutex<Vec<QueuedQuirk>>,
    /// Offers of other machines, by SKU.
    concurrent_writers: Mutex<HashMap<String, ConcurrentWriter>>,
}

impl SandboxEbay {
    pub(super) fn new(account: EbayAccount, day: Duration) -> Self {
        Self { account, quota: Mutex::new(SandboxQuota::with_day_length(day)), ..Self::default() }
    }

    fn lock_state(&self) -> MutexGuard<'_, EbayState> {
        self.state.lock()
    }

    fn lock_tokens(&self) -> MutexGuard<'_, TokenIssuer> {
        self.tokens.lock()
    }

    /// Returns why a SKU is rejected, if it is.
    fn rejection_for(&self, sku: &str) -> Option<Value> {
        self.rejected_skus.lock().get(sku).cloned()
    }

    fn lock_quirks(&self) -> MutexGuard<'_, Vec<QueuedQuirk>> {
        self.quirks.lock()
    }

    fn lock_concurrent_writers(&self) -> MutexGuard<'_, HashMap<String, ConcurrentWriter>> {
        self.concurrent_writers.lock()
    }

    fn lock_quota(&self) -> MutexGuard<'_, SandboxQuota> {
        self.quota.lock()
    }
}

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
        .merge(state::routes())
}
