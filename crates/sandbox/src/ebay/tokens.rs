//! The keyset, the scopes, and the issued tokens and codes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The keyset and consent that the simulation accepts. They are invented, but must not change: the sign-ins of earlier
/// versions were stored with them.
pub(crate) const APP_ID: &str = "Simulated-DraftMak-SBX-000000000-00000000";
pub(crate) const CERT_ID: &str = "SBX-simulated-cert-0000-0000-0000";
pub(crate) const RU_NAME: &str = "Simulated-Simulate-DraftM-abcdefg";
pub(crate) const REFRESH_TOKEN: &str = "v^1.1#i^1#simulated#refresh";

/// Lifetime of access tokens. Codes expire after five minutes.
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_hours(2);
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(299);

pub(super) const PUBLIC_SCOPE: &str = "https://api.ebay.com/oauth/api_scope";
pub(super) const INVENTORY_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/sell.inventory";
pub(super) const ACCOUNT_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/sell.account.readonly";
pub(super) const ITEM_DRAFT_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/sell.item.draft";
pub(super) const INSIGHTS_SCOPE: &str = "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights";

/// Owner of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenOwner {
    Application,
    Seller,
}

#[derive(Clone, Debug)]
pub(super) struct SandboxToken {
    pub(super) owner: TokenOwner,
    scopes: Vec<String>,
    expires_at: Instant,
    /// Whether eBay refuses permission with this token.
    pub(super) is_denied: bool,
}

impl SandboxToken {
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// The tokens and codes that were issued.
#[derive(Default)]
pub(super) struct TokenIssuer {
    access_tokens: HashMap<String, SandboxToken>,
    pub(super) codes: HashMap<String, (Vec<String>, Instant)>,
    pub(super) consented_scopes: Option<Vec<String>>,
    pub(super) consent_ended: bool,
    /// Number of calls after which the consent ends; `None` if it does not end.
    calls_until_end: Option<u64>,
    /// API before whose next call all access tokens expire.
    expire_before_api: Option<String>,
    pub(super) last_number: u64,
}

impl TokenIssuer {
    pub(super) fn find_valid(&self, token: &str) -> Option<SandboxToken> {
        self.access_tokens.get(token).filter(|token| token.expires_at > Instant::now()).cloned()
    }

    /// Withdraws the consent.
    pub(super) fn end_consent(&mut self) {
        self.consent_ended = true;
        self.access_tokens.retain(|_, token| token.owner == TokenOwner::Application);
    }

    /// Withdraws the consent after a number of further calls.
    pub(super) fn end_consent_after(&mut self, calls: u64) {
        self.calls_until_end = Some(calls);
    }

    /// Renews the consent.
    pub(super) fn renew_consent(&mut self) {
        self.consent_ended = false;
        self.calls_until_end = None;
    }

    /// Counts a call on behalf of the seller.
    pub(super) fn count_seller_call(&mut self) {
        match &mut self.calls_until_end {
            Some(0) => self.end_consent(),
            Some(left) => *left -= 1,
            None => {}
        }
    }

    /// Expires all access tokens just before the next call of this API.
    pub(super) fn expire_before_call(&mut self, api: &str) {
        self.expire_before_api = Some(api.to_owned());
    }

    /// Expires all access tokens if they are set to expire before a call of this API.
    pub(super) fn note_api_call(&mut self, api: &str) {
        if self.expire_before_api.as_deref() == Some(api) {
            self.expire_before_api = None;
            self.expire_all();
        }
    }

    /// Expires all access tokens.
    pub(super) fn expire_all(&mut self) {
        self.access_tokens.clear();
    }

    /// Refuses permission with all access tokens issued so far.
    pub(super) fn deny_all(&mut self) {
        self.access_tokens.values_mut().for_each(|token| token.is_denied = true);
    }

    pub(super) fn issue_token(&mut self, kind: TokenOwner, scopes: Vec<String>) -> String {
        self.last_number += 1;
        let token = format!("v^1.1#i^1#sandbox#{}", self.last_number);
        self.access_tokens.insert(
            token.clone(),
            SandboxToken { owner: kind, scopes, expires_at: Instant::now() + ACCESS_TOKEN_LIFETIME, is_denied: false },
        );
        token
    }
}
