//! Access tokens, renewed before they expire. One task requests a token while the others wait for the result.
//!
//! The token service allows 1,000 application tokens and 50,000 refreshes per day. Tokens are therefore stored on disk,
//! and all processes of a user share them.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use files::{FileLock, LockError};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::api::Api;
use super::error::EbayError;
use super::grant::{IssuedTokens, TokenGrant, renewal_hint};
use super::scope::{Scope, TokenKind};
use super::settings::Settings;
use super::token_store::{FileVersion, StoredConsent, StoredCredentials, StoredToken, TokenStore};
use upstream::UpstreamClient;

/// Time before its expiry at which a token is renewed, so that it does not expire during a slow call.
const EXPIRY_MARGIN: Duration = Duration::from_mins(2);

/// How long an error that only the operator can fix is reported again without asking eBay. After this time, eBay is
/// asked again, because the operator may have fixed the cause at eBay. This is at most 5,760 times per day; the token
/// service allows 50,000 refreshes.
const SELLER_ERROR_TTL: Duration = Duration::from_secs(15);

/// Like [`SELLER_ERROR_TTL`], for application tokens: at most 720 requests per day; the token service allows 1,000.
const APPLICATION_ERROR_TTL: Duration = Duration::from_mins(2);

/// Length of the digest that identifies a consent, in bytes: enough to distinguish sellers, too short to attack the
/// token.
const FINGERPRINT_BYTES: usize = 6;

/// Access tokens of one sign-in.
pub struct EbayTokens {
    settings: Settings,
    upstream: UpstreamClient,
    store: TokenStore,
    application: Mutex<TokenSlot>,
    sold_prices: Mutex<TokenSlot>,
    seller: Mutex<TokenSlot>,
}

/// State of one kind of token.
#[derive(Default)]
struct TokenSlot {
    token: Option<StoredToken>,
    /// Access token that eBay rejected before its expiry.
    rejected: Option<String>,
    terminal_error: Option<CachedTokenError>,
    /// Time of the latest renewal after eBay denied permission.
    permission_renewed_at: Option<Instant>,
    /// Version of the token file from which the token and the error come. If the version differs, both are stale:
    /// another process has signed in, signed out or renewed a token.
    file_version: Option<FileVersion>,
}

/// An error that lasts until the operator acts, and the time at which eBay reported it.
struct CachedTokenError {
    error: EbayError,
    reported_at: Instant,
    /// API that denied permission to the seller; `None` if the error comes from the token service.
    api: Option<Api>,
}

impl EbayTokens {
    /// Creates the tokens of these settings. Sends no request.
    pub(super) fn new(settings: Settings, upstream: UpstreamClient) -> Self {
        let store = TokenStore::for_settings(&settings);
        let (application, sold_prices, seller) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { settings, upstream, store, application, sold_prices, seller }
    }

    /// Returns true if a keyset and a seller's consent are present. eBay may have ended the consent meanwhile.
    pub fn has_consent(&self) -> bool {
        self.settings.has_keyset()
            && (self.settings.refresh_token.is_some() || self.store.read_credentials().consent.is_some())
    }

    /// Returns a digest of the consent that identifies the seller; empty if there is no consent.
    pub fn consent_fingerprint(&self) -> String {
        let stored = || self.store.read_credentials().consent.map(|consent| consent.refresh_token);
        let consent = self.settings.refresh_token.clone().or_else(stored);
        let digest = consent.map(|consent| Sha256::digest(consent.expose_secret().trim()));
        digest.map_or_else(String::new, |digest| STANDARD_NO_PAD.encode(&digest[..FINGERPRINT_BYTES]))
    }

    /// Returns a token that is valid for at least two minutes.
    ///
    /// # Errors
    /// Returns [`EbayError::NotSignedIn`], [`EbayError::ConsentEnded`], [`EbayError::PermissionDenied`] or
    /// [`EbayError::KeysetRejected`] until the operator acts. Other errors may be transient.
    pub async fn valid_token(&self, access: TokenKind) -> Result<SecretString, EbayError> {
        let mut slot = self.slot_for(access).lock().await;
        slot.forget_stale(self.file_version(access));
        if let Some(error) = slot.current_error(error_ttl(access), Instant::now()) {
            return Err(error.clone());
        }
        if let Some(token) = slot.usable_token() {
            return Ok(token);
        }
        let renewed = self.renew_token(access, &mut slot).await;
        // If the slot has a token that is not usable, eBay issued it expired; another request would get the same.
        slot.terminal_error = renewed
            .as_ref()
            .err()
            .filter(|error| error.is_terminal() || slot.token.is_some())
            .map(|error| CachedTokenError { error: error.clone(), reported_at: Instant::now(), api: None });
        renewed
    }

    /// Returns the last error of the seller's sign-in, if the token file has not changed since. `None` if there is no
    /// error or another task is using the slot. Sends no request.
    pub fn known_sign_in_error(&self) -> Option<EbayError> {
        let slot = self.seller.try_lock().ok()?;
        let is_current = slot.file_version == self.file_version(TokenKind::Seller);
        slot.terminal_error.as_ref().filter(|_| is_current).map(|known| known.error.clone())
    }

    /// Returns how the seller can sign in again; depends on where the current consent comes from.
    pub fn sign_in_remedy(&self) -> &'static str {
        renewal_hint(&self.settings)
    }

    /// Returns the age of the last error of the seller's sign-in.
    pub fn sign_in_error_age(&self) -> Option<Duration> {
        Some(self.seller.try_lock().ok()?.terminal_error.as_ref()?.reported_at.elapsed())
    }

    /// Forgets the last error, so that the next call asks eBay at once.
    pub fn forget_sign_in_error(&self) {
        if let Ok(mut slot) = self.seller.try_lock() {
            slot.terminal_error = None;
        }
    }

    /// Returns true if a token with which eBay denied permission may be renewed: at most once per [`SELLER_ERROR_TTL`]
    /// or [`APPLICATION_ERROR_TTL`], or if another call has already renewed it.
    pub(super) async fn may_renew_for_permission(&self, access: TokenKind, token: &SecretString) -> bool {
        let mut slot = self.slot_for(access).lock().await;
        let is_newest = slot.token.as_ref().is_none_or(|known| known.token.expose_secret() == token.expose_secret());
        let is_recent = slot.permission_renewed_at.is_some_and(|at| at.elapsed() < error_ttl(access));
        if is_newest && !is_recent {
            slot.permission_renewed_at = Some(Instant::now());
        }
        !is_newest || !is_recent
    }

    /// Records that eBay denies permission to the seller despite a new token. Returns the error.
    pub(super) async fn record_permission_denied(&self, api: Api, message: String) -> EbayError {
        let error = EbayError::PermissionDenied { message, remedy: renewal_hint(&self.settings) };
        let mut slot = self.seller.lock().await;
        slot.terminal_error =
            Some(CachedTokenError { error: error.clone(), reported_at: Instant::now(), api: Some(api) });
        error
    }

    /// Records that eBay rejects a new application token. Returns the error.
    pub(super) async fn record_keyset_rejected(&self, message: String) -> EbayError {
        let error = EbayError::KeysetRejected { message };
        let mut slot = self.application.lock().await;
        slot.terminal_error = Some(CachedTokenError { error: error.clone(), reported_at: Instant::now(), api: None });
        error
    }

    /// Records that an API accepted the seller's token. An error that another API caused is kept: the consent may lack
    /// its scope.
    pub(super) async fn record_accepted(&self, api: Api) {
        let mut slot = self.seller.lock().await;
        slot.terminal_error = slot.terminal_error.take().filter(|known| known.api.is_some_and(|denied| denied != api));
    }

    /// Records that eBay rejected this token, so that it is not used again.
    pub(super) async fn mark_rejected(&self, access: TokenKind, token: &SecretString) {
        let mut slot = self.slot_for(access).lock().await;
        slot.rejected = Some(token.expose_secret().to_owned());
    }

    /// Exchanges an authorization code for tokens and stores them.
    ///
    /// # Errors
    /// Returns the error of the token service, or [`EbayError::TokenStore`] if the file cannot be locked or written.
    pub async fn sign_in(&self, code: &SecretString, scopes: &[Scope]) -> Result<StoredConsent, EbayError> {
        let ru_name = self.settings.ru_name.as_deref().unwrap_or_default();
        let unwritable = |error: &dyn std::fmt::Display| EbayError::TokenStore {
            message: format!("cannot store the sign-in in {}: {error}", self.store.path().display()),
        };
        let lock = self.store.lock().await.map_err(|error| unwritable(&error))?;
        let granted =
            TokenGrant::AuthorizationCode { code, ru_name }.request_token(&self.upstream, &self.settings).await?;
        let none = || EbayError::InvalidResponse { what: "a token without a refresh token".to_owned() };
        let (refresh_token, until) = granted.refresh_token.ok_or_else(none)?;
        let consent = StoredConsent { refresh_token, until, given_at: Timestamp::now(), scopes: scopes.to_vec() };
        let token = StoredToken::new(granted.access_token, granted.expires_at);
        let stored = self.store.update_credentials(&lock, |stored| {
            stored.consent = Some(consent.clone());
            stored.seller = Some(token);
        });
        stored.map_err(|error| unwritable(&error))?;
        Ok(consent)
    }

    /// Returns the store of consent and tokens.
    pub fn store(&self) -> &TokenStore {
        &self.store
    }

    fn slot_for(&self, access: TokenKind) -> &Mutex<TokenSlot> {
        match access {
            TokenKind::Application => &self.application,
            TokenKind::SoldPrices => &self.sold_prices,
            TokenKind::Seller => &self.seller,
        }
    }

    /// Uses a token that another process has stored meanwhile, or requests a new one from eBay.
    async fn renew_token(&self, access: TokenKind, slot: &mut TokenSlot) -> Result<SecretString, EbayError> {
        let lock = self.store.lock().await;
        slot.file_version = self.file_version(access);
        let stored = self.store.read_credentials();
        slot.token = if self.uses_store(access) { stored_token(&stored, access).cloned() } else { None };
        if let Some(token) = slot.usable_token() {
            return Ok(token);
        }
        slot.token = None;
        let granted = self.request_token(access, &stored).await?;
        slot.token = Some(StoredToken::new(granted.access_token.clone(), granted.expires_at));
        slot.rejected = None;
        if self.uses_store(access) {
            self.store_tokens(access, lock, granted);
            slot.file_version = self.file_version(access);
        }
        slot.usable_token()
            .ok_or_else(|| EbayError::InvalidResponse { what: "a token that has already expired".to_owned() })
    }

    /// Stores new tokens for other processes and the next start. Writes nothing without the lock, because another
    /// process may be writing; this process then keeps the token in memory.
    fn store_tokens(&self, access: TokenKind, lock: Result<FileLock, LockError>, granted: IssuedTokens) {
        let stored = lock.and_then(|lock| {
            self.store
                .update_credentials(&lock, |stored| store_issued_tokens(stored, access, granted))
                .map_err(LockError::Io)
        });
        if let Err(error) = stored {
            tracing::warn!(file = %self.store.path().display(), %error, "cannot store the token");
        }
    }

    /// Returns the version of the token file, if tokens of this kind are stored.
    fn file_version(&self, access: TokenKind) -> Option<FileVersion> {
        if self.uses_store(access) { self.store.file_version() } else { None }
    }

    /// Returns true if tokens of this kind are stored. Tokens of a consent from the environment are not stored, because
    /// the next consent there may be another seller's.
    fn uses_store(&self, access: TokenKind) -> bool {
        access != TokenKind::Seller || self.settings.refresh_token.is_none()
    }

    async fn request_token(&self, access: TokenKind, stored: &StoredCredentials) -> Result<IssuedTokens, EbayError> {
        let consent =
            self.settings.refresh_token.as_ref().or(stored.consent.as_ref().map(|stored| &stored.refresh_token));
        let grant = match (access, consent) {
            (TokenKind::Seller, Some(consent)) => TokenGrant::RefreshToken(consent),
            (TokenKind::Seller, None) => {
                let missing = "no eBay account is signed in";
                let fix = "run `draft-maker auth ebay`, or set EBAY_REFRESH_TOKEN";
                return Err(EbayError::NotSignedIn { missing, fix });
            }
            _ => TokenGrant::ClientCredentials(access.scopes()),
        };
        grant.request_token(&self.upstream, &self.settings).await
    }
}

impl TokenSlot {
    /// Forgets the token and the error if they come from another version of the token file.
    fn forget_stale(&mut self, file_version: Option<FileVersion>) {
        if self.file_version != file_version {
            *self = Self { rejected: self.rejected.take(), file_version, ..Self::default() };
        }
    }

    fn current_error(&self, ttl: Duration, now: Instant) -> Option<&EbayError> {
        let known = self.terminal_error.as_ref()?;
        (now.duration_since(known.reported_at) < ttl).then_some(&known.error)
    }

    fn usable_token(&self) -> Option<SecretString> {
        let token = self.token.as_ref()?;
        let is_refused = self.rejected.as_deref() == Some(token.token.expose_secret());
        let lasts = token.until > Timestamp::now() + EXPIRY_MARGIN;
        (lasts && !is_refused).then(|| token.token.clone())
    }
}

const fn error_ttl(access: TokenKind) -> Duration {
    match access {
        TokenKind::Seller => SELLER_ERROR_TTL,
        TokenKind::Application | TokenKind::SoldPrices => APPLICATION_ERROR_TTL,
    }
}

fn stored_token(stored: &StoredCredentials, access: TokenKind) -> Option<&StoredToken> {
    match access {
        TokenKind::Application => stored.application.as_ref(),
        TokenKind::SoldPrices => stored.sold_prices.as_ref(),
        TokenKind::Seller => stored.seller.as_ref(),
    }
}

/// Stores new tokens. Keeps the old refresh token or its expiry time if the response does not have a new one.
fn store_issued_tokens(stored: &mut StoredCredentials, access: TokenKind, granted: IssuedTokens) {
    let token = StoredToken::new(granted.access_token, granted.expires_at);
    match access {
        TokenKind::Application => stored.application = Some(token),
        TokenKind::SoldPrices => stored.sold_prices = Some(token),
        TokenKind::Seller => stored.seller = Some(token),
    }
    if let (Some((refresh_token, until)), Some(consent)) = (granted.refresh_token, &mut stored.consent) {
        consent.refresh_token = refresh_token;
        consent.until = until.or(consent.until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_error_is_asked_about_again_after_a_while() {
        let reported_at = Instant::now();
        let error = EbayError::KeysetRejected { message: "disabled".to_owned() };
        let slot = TokenSlot {
            terminal_error: Some(CachedTokenError { error: error.clone(), reported_at, api: None }),
            ..TokenSlot::default()
        };
        for access in [TokenKind::Seller, TokenKind::Application] {
            let ttl = error_ttl(access);
            assert_eq!(slot.current_error(ttl, reported_at), Some(&error));
            assert_eq!(slot.current_error(ttl, reported_at + ttl), None);
        }
    }

    /// Repeating a permanent error stays within the daily limits of the token service.
    #[test]
    fn lasting_errors_do_not_use_up_the_day() {
        let requests = |access| Duration::from_hours(24).as_secs() / error_ttl(access).as_secs();
        assert!(requests(TokenKind::Application) < 1_000 && requests(TokenKind::Seller) < 50_000);
    }
}
