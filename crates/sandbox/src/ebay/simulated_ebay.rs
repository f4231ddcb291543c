//! The state of the simulated eBay, and what tests have queued for later calls.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;

use super::daily_quota::SandboxQuota;
use super::misbehavior::Misbehaviors;
use super::options::{EbayAccount, EbayQuirk};
use super::state::EbayState;
use super::tokens::TokenIssuer;

/// The item and offer that another machine creates for a SKU.
#[derive(Clone)]
pub(super) struct ConcurrentWriter {
    pub(super) item: Value,
    pub(super) offer: Value,
    pub(super) is_live: bool,
}

/// A quirk that is queued for the next calls.
pub(super) struct QueuedQuirk {
    pub(super) call: String,
    pub(super) remaining: u64,
    pub(super) quirk: EbayQuirk,
}

/// State of the simulated eBay.
#[derive(Default)]
pub(crate) struct SandboxEbay {
    pub(crate) account: EbayAccount,
    /// Number of the account that gives the next consent, from 0.
    pub(super) account_number: AtomicU32,
    /// Inventory locations that calls have created.
    pub(super) created_locations: Mutex<Vec<Value>>,
    pub(super) state: Mutex<EbayState>,
    pub(super) tokens: Mutex<TokenIssuer>,
    pub(super) quota: Mutex<SandboxQuota>,
    /// Rejected SKUs, each with its error.
    pub(super) rejected_skus: Mutex<HashMap<String, Value>>,
    pub(super) misbehaviors: Mutex<Misbehaviors>,
    pub(super) quirks: Mutex<Vec<QueuedQuirk>>,
    /// Offers that other machines will create, by SKU.
    pub(super) concurrent_writers: Mutex<HashMap<String, ConcurrentWriter>>,
}

impl SandboxEbay {
    pub(crate) fn new(account: EbayAccount, day: Duration) -> Self {
        Self { account, quota: Mutex::new(SandboxQuota::with_day_length(day)), ..Self::default() }
    }

    pub(super) fn lock_state(&self) -> MutexGuard<'_, EbayState> {
        self.state.lock()
    }

    pub(super) fn lock_tokens(&self) -> MutexGuard<'_, TokenIssuer> {
        self.tokens.lock()
    }

    /// Returns why a SKU is rejected, if it is.
    pub(super) fn rejection_for(&self, sku: &str) -> Option<Value> {
        self.rejected_skus.lock().get(sku).cloned()
    }

    pub(super) fn lock_quirks(&self) -> MutexGuard<'_, Vec<QueuedQuirk>> {
        self.quirks.lock()
    }

    pub(super) fn lock_concurrent_writers(&self) -> MutexGuard<'_, HashMap<String, ConcurrentWriter>> {
        self.concurrent_writers.lock()
    }

    pub(super) fn lock_quota(&self) -> MutexGuard<'_, SandboxQuota> {
        self.quota.lock()
    }
}
