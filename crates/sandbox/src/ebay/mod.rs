//! EBay, imitated: tokens, an inventory that keeps state, the account, the categories' rules, pictures, prices.
//!
//! ```text
//! every call: fault? ── token (kind, scope) ── today's limit ── schema ── books ── answer
//! ```
//!
//! There is no door that makes an offer live: only [`super::Sandbox::seller_lists`] does, which stands for the seller
//! in his browser.

mod account;
mod allowance;
mod books;
mod browse;
mod categories;
mod door;
mod drafts;
mod items;
mod media;
mod oauth;
mod oddities;
mod offers;
mod options;
mod parts;
mod refusal;
mod rivals;
mod schema;
mod search_question;
mod seller;

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use serde_json::Value;

pub use books::EbayBooks;
pub(super) use oauth::{APP_ID, CERT_ID, REFRESH_TOKEN, RU_NAME};
pub use oddities::EbayOddity;
pub use options::EbayAccount;

use super::server::World;
use allowance::Allowance;
use books::Books;
use oauth::Tokens;
use oddities::Waiting;
use rivals::Rival;

/// What eBay knows.
#[derive(Default)]
pub(super) struct Ebay {
    pub(super) account: EbayAccount,
    /// The number of the account that is asked for, from 0.
    accounts: AtomicU32,
    books: Mutex<Books>,
    tokens: Mutex<Tokens>,
    allowance: Mutex<Allowance>,
    /// SKUs that are refused, each with the error.
    refused: Mutex<HashMap<String, Value>>,
    oddities: Mutex<Vec<Waiting>>,
    /// Other machines, by the SKU that they are after.
    rivals: Mutex<HashMap<String, Rival>>,
}

impl Ebay {
    pub(super) fn of(account: EbayAccount, day: Duration) -> Self {
        Self { account, allowance: Mutex::new(Allowance::with_days_of(day)), ..Self::default() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why this SKU is refused, where it is.
    fn refusal_of(&self, sku: &str) -> Option<Value> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).get(sku).cloned()
    }

    fn oddities(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.oddities.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rivals(&self) -> MutexGuard<'_, HashMap<String, Rival>> {
        self.rivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn allowance(&self) -> MutexGuard<'_, Allowance> {
        self.allowance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .merge(oauth::routes())
        .merge(items::routes())
        .merge(offers::routes())
        .merge(account::routes())
        .merge(categories::routes())
        .merge(media::routes())
        .merge(browse::routes())
        .merge(drafts::routes())
        .merge(allowance::routes())
        .merge(books::routes())
}
