//! Access tokens, fresh when they are handed out. One flight at a time: whoever asks meanwhile waits for it.
//!
//! The token service allows 1,000 application tokens a day and 50,000 refreshes, so tokens are kept on disk and
//! used to their end, by all processes of a user.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::error::EbayError;
use super::grant::{IssuedTokens, TokenGrant};
use super::scope::{Scope, TokenKind};
use super::settings::Settings;
use super::token_store::{StoredConsent, StoredCredentials, StoredToken, TokenStore};
use upstream::UpstreamClient;

/// A token that ends so soon is renewed before it is used: a slow call must not outlive it.
const EXPIRY_MARGIN: Duration = Duration::from_mins(2);

/// Bytes of the digest that stands for a consent: enough to tell sellers apart, too few to be of use to anybody.
const FINGERPRINT_BYTES: usize = 6;

/// All tokens of one sign-in.
pub struct EbayTokens {
    settings: Settings,
    host: UpstreamClient,
    store: TokenStore,
    application: Mutex<TokenSlot>,
    sold_prices: Mutex<TokenSlot>,
    seller: Mutex<TokenSlot>,
}

/// One kind of token.
#[derive(Default)]
struct TokenSlot {
    token: Option<StoredToken>,
    /// A token that eBay refused though it should have been good.
    rejected: Option<String>,
    /// An end that only the operator mends; found out once and not asked again.
    terminal_error: Option<EbayError>,
}

impl EbayTokens {
    /// Tokens by these settings. Nothing is asked yet.
    pub(super) fn new(settings: Settings, upstream: UpstreamClient) -> Self {
        let store = TokenStore::for_settings(&settings);
        let (application, sold_prices, seller) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { settings, host: upstream, store, application, sold_prices, seller }
    }

    /// Whether a seller has given a consent that these settings know of.
    pub fn has_consent(&self) -> bool {
        self.settings.has_keyset()
            && (self.settings.refresh_token.is_some() || self.store.read_credentials().consent.is_some())
    }

    /// Who is signed in, as a mark: the same consent has the same one, and it tells nothing of it. Empty where nobody is.
    pub fn consent_fingerprint(&self) -> String {
        let stored = || self.store.read_credentials().consent.map(|consent| consent.refresh_token);
        let consent = self.settings.refresh_token.clone().or_else(stored);
        let digest = consent.map(|consent| Sha256::digest(consent.expose_secret().trim()));
        digest.map_or_else(String::new, |digest| STANDARD_NO_PAD.encode(&digest[..FINGERPRINT_BYTES]))
    }

    /// A token that is good for some minutes yet.
    ///
    /// # Errors
    /// [`EbayError::NotSignedIn`], [`EbayError::ConsentEnded`] and [`EbayError::Keyset`] until the operator has
    /// changed something; others may pass.
    pub async fn valid_token(&self, access: TokenKind) -> Result<SecretString, EbayError> {
        let mut slot = self.slot_for(access).lock().await;
        if let Some(ended) = &slot.terminal_error {
            return Err(ended.clone());
        }
        if let Some(token) = slot.usable_token() {
            return Ok(token);
        }
        let renewed = self.renew_token(access, &mut slot).await;
        if let Err(error) = &renewed
            && error.is_terminal()
        {
            slot.terminal_error = Some(error.clone());
        }
        renewed
    }

    /// EBay did not take this token: the next one is a new one.
    pub(super) async fn mark_rejected(&self, access: TokenKind, token: &SecretString) {
        let mut slot = self.slot_for(access).lock().await;
        slot.rejected = Some(token.expose_secret().to_owned());
    }

    /// Turns the code of a consent into a sign-in that is kept.
    ///
    /// # Errors
    /// What the token service says, or why the file cannot be written.
    pub async fn sign_in(&self, code: &SecretString, scopes: &[Scope]) -> Result<StoredConsent, EbayError> {
        let ru_name = self.settings.ru_name.as_deref().unwrap_or_default();
        let _held = self.store.lock_file().await;
        let granted = TokenGrant::AuthorizationCode { code, ru_name }.request_token(&self.host, &self.settings).await?;
        let none = || EbayError::InvalidResponse { what: "a token without a refresh token".to_owned() };
        let (refresh_token, until) = granted.refresh_token.ok_or_else(none)?;
        let consent = StoredConsent { refresh_token, until, given_at: Timestamp::now(), scopes: scopes.to_vec() };
        let token = StoredToken { token: granted.access_token, until: granted.expires_at };
        let stored = self.store.update_credentials(|stored| {
            stored.consent = Some(consent.clone());
            stored.seller = Some(token);
        });
        stored.map_err(|error| EbayError::InvalidResponse {
            what: format!("the sign-in cannot be kept in {}: {error}", self.store.path().display()),
        })?;
        Ok(consent)
    }

    /// What is kept on disk.
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

    /// Another process may have renewed it meanwhile; then its token is taken.
    async fn renew_token(&self, access: TokenKind, slot: &mut TokenSlot) -> Result<SecretString, EbayError> {
        let _held = self.store.lock_file().await;
        let stored = self.store.read_credentials();
        slot.token = if self.uses_store(access) { stored_token(&stored, access).cloned() } else { None };
        if let Some(token) = slot.usable_token() {
            return Ok(token);
        }
        let granted = self.request_token(access, &stored).await?;
        let token = StoredToken { token: granted.access_token.clone(), until: granted.expires_at };
        slot.token = Some(token.clone());
        slot.rejected = None;
        if self.uses_store(access)
            && let Err(error) =
                self.store.update_credentials(|stored| store_issued_tokens(stored, access, token, granted))
        {
            tracing::warn!(file = %self.store.path().display(), %error, "the token cannot be kept");
        }
        slot.usable_token()
            .ok_or_else(|| EbayError::InvalidResponse { what: "a token that has ended already".to_owned() })
    }

    /// A consent from the environment leaves no trace on disk: it may be another seller's tomorrow.
    fn uses_store(&self, access: TokenKind) -> bool {
        access != TokenKind::Seller || self.settings.refresh_token.is_none()
    }

    async fn request_token(&self, access: TokenKind, stored: &StoredCredentials) -> Result<IssuedTokens, EbayError> {
        let consent =
            self.settings.refresh_token.as_ref().or(stored.consent.as_ref().map(|stored| &stored.refresh_token));
        let grant = match (access, consent) {
            (TokenKind::Seller, Some(consent)) => TokenGrant::RefreshToken(consent),
            (TokenKind::Seller, None) => {
                let lacks = "no seller has given his consent: run `draft-maker auth ebay`, or set EBAY_REFRESH_TOKEN";
                return Err(EbayError::NotSignedIn { missing: lacks });
            }
            _ => TokenGrant::ClientCredentials(access.scopes()),
        };
        grant.request_token(&self.host, &self.settings).await
    }
}

impl TokenSlot {
    fn usable_token(&self) -> Option<SecretString> {
        let token = self.token.as_ref()?;
        let is_refused = self.rejected.as_deref() == Some(token.token.expose_secret());
        let lasts = token.until > Timestamp::now() + EXPIRY_MARGIN;
        (lasts && !is_refused).then(|| token.token.clone())
    }
}

fn stored_token(stored: &StoredCredentials, access: TokenKind) -> Option<&StoredToken> {
    match access {
        TokenKind::Application => stored.application.as_ref(),
        TokenKind::SoldPrices => stored.sold_prices.as_ref(),
        TokenKind::Seller => stored.seller.as_ref(),
    }
}

/// An answer without a refresh token keeps the old one.
fn store_issued_tokens(stored: &mut StoredCredentials, access: TokenKind, token: StoredToken, granted: IssuedTokens) {
    match access {
        TokenKind::Application => stored.application = Some(token),
        TokenKind::SoldPrices => stored.sold_prices = Some(token),
        TokenKind::Seller => stored.seller = Some(token),
    }
    if let (Some((refresh_token, until)), Some(consent)) = (granted.refresh_token, &mut stored.consent) {
        consent.refresh_token = refresh_token;
        consent.until = until;
    }
}
