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
use super::grant::{Grant, Granted};
use super::keyring::{Kept, KeptConsent, KeptToken, Keyring};
use super::scope::{Access, Scope};
use super::settings::Settings;
use upstream::Host;

/// A token that ends so soon is renewed before it is used: a slow call must not outlive it.
const MARGIN: Duration = Duration::from_mins(2);

/// Bytes of the digest that stands for a consent: enough to tell sellers apart, too few to be of use to anybody.
const MARK: usize = 6;

/// All tokens of one sign-in.
pub struct Tokens {
    settings: Settings,
    host: Host,
    keyring: Keyring,
    application: Mutex<Slot>,
    sold_prices: Mutex<Slot>,
    seller: Mutex<Slot>,
}

/// One kind of token.
#[derive(Default)]
struct Slot {
    token: Option<KeptToken>,
    /// A token that eBay refused though it should have been good.
    refused: Option<String>,
    /// An end that only the operator mends; found out once and not asked again.
    ended: Option<EbayError>,
}

impl Tokens {
    /// Tokens by these settings. Nothing is asked yet.
    pub(super) fn new(settings: Settings, host: Host) -> Self {
        let keyring = Keyring::of(&settings);
        let (application, sold_prices, seller) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { settings, host, keyring, application, sold_prices, seller }
    }

    /// Whether a seller has given a consent that these settings know of.
    pub fn has_consent(&self) -> bool {
        self.settings.has_keyset() && (self.settings.refresh_token.is_some() || self.keyring.read().consent.is_some())
    }

    /// Who is signed in, as a mark: the same consent has the same one, and it tells nothing of it. Empty where nobody is.
    pub fn seller(&self) -> String {
        let kept = || self.keyring.read().consent.map(|consent| consent.refresh_token);
        let consent = self.settings.refresh_token.clone().or_else(kept);
        let digest = consent.map(|consent| Sha256::digest(consent.expose_secret().trim()));
        digest.map_or_else(String::new, |digest| STANDARD_NO_PAD.encode(&digest[..MARK]))
    }

    /// A token that is good for some minutes yet.
    ///
    /// # Errors
    /// [`EbayError::NotSignedIn`], [`EbayError::ConsentEnded`] and [`EbayError::Keyset`] until the operator has
    /// changed something; others may pass.
    pub async fn fresh(&self, access: Access) -> Result<SecretString, EbayError> {
        let mut slot = self.slot(access).lock().await;
        if let Some(ended) = &slot.ended {
            return Err(ended.clone());
        }
        if let Some(token) = slot.usable() {
            return Ok(token);
        }
        let renewed = self.renew(access, &mut slot).await;
        if let Err(error) = &renewed
            && error.closes()
        {
            slot.ended = Some(error.clone());
        }
        renewed
    }

    /// EBay did not take this token: the next one is a new one.
    pub(super) async fn refused(&self, access: Access, token: &SecretString) {
        let mut slot = self.slot(access).lock().await;
        slot.refused = Some(token.expose_secret().to_owned());
    }

    /// Turns the code of a consent into a sign-in that is kept.
    ///
    /// # Errors
    /// What the token service says, or why the file cannot be written.
    pub async fn sign_in(&self, code: &SecretString, scopes: &[Scope]) -> Result<KeptConsent, EbayError> {
        let ru_name = self.settings.ru_name.as_deref().unwrap_or_default();
        let _held = self.keyring.hold().await;
        let granted = Grant::Code { code, ru_name }.ask(&self.host, &self.settings).await?;
        let none = || EbayError::Unreadable { what: "a token without a refresh token".to_owned() };
        let (refresh_token, until) = granted.refresh.ok_or_else(none)?;
        let consent = KeptConsent { refresh_token, until, given_at: Timestamp::now(), scopes: scopes.to_vec() };
        let token = KeptToken { token: granted.access, until: granted.until };
        let kept = self.keyring.change(|kept| {
            kept.consent = Some(consent.clone());
            kept.seller = Some(token);
        });
        kept.map_err(|error| EbayError::Unreadable {
            what: format!("the sign-in cannot be kept in {}: {error}", self.keyring.path().display()),
        })?;
        Ok(consent)
    }

    /// What is kept on disk.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    fn slot(&self, access: Access) -> &Mutex<Slot> {
        match access {
            Access::Application => &self.application,
            Access::SoldPrices => &self.sold_prices,
            Access::Seller => &self.seller,
        }
    }

    /// Another process may have renewed it meanwhile; then its token is taken.
    async fn renew(&self, access: Access, slot: &mut Slot) -> Result<SecretString, EbayError> {
        let _held = self.keyring.hold().await;
        let kept = self.keyring.read();
        slot.token = if self.comes_from_keyring(access) { token_of(&kept, access).cloned() } else { None };
        if let Some(token) = slot.usable() {
            return Ok(token);
        }
        let granted = self.ask(access, &kept).await?;
        let token = KeptToken { token: granted.access.clone(), until: granted.until };
        slot.token = Some(token.clone());
        slot.refused = None;
        if self.comes_from_keyring(access)
            && let Err(error) = self.keyring.change(|kept| keep(kept, access, token, granted))
        {
            tracing::warn!(file = %self.keyring.path().display(), %error, "the token cannot be kept");
        }
        slot.usable().ok_or_else(|| EbayError::Unreadable { what: "a token that has ended already".to_owned() })
    }

    /// A consent from the environment leaves no trace on disk: it may be another seller's tomorrow.
    fn comes_from_keyring(&self, access: Access) -> bool {
        access != Access::Seller || self.settings.refresh_token.is_none()
    }

    async fn ask(&self, access: Access, kept: &Kept) -> Result<Granted, EbayError> {
        let consent = self.settings.refresh_token.as_ref().or(kept.consent.as_ref().map(|kept| &kept.refresh_token));
        let grant = match (access, consent) {
            (Access::Seller, Some(consent)) => Grant::Refresh(consent),
            (Access::Seller, None) => {
                let lacks = "no seller has given his consent: run `draft-maker auth ebay`, or set EBAY_REFRESH_TOKEN";
                return Err(EbayError::NotSignedIn { lacks });
            }
            _ => Grant::Application(access.scopes()),
        };
        grant.ask(&self.host, &self.settings).await
    }
}

impl Slot {
    fn usable(&self) -> Option<SecretString> {
        let token = self.token.as_ref()?;
        let is_refused = self.refused.as_deref() == Some(token.token.expose_secret());
        let lasts = token.until > Timestamp::now() + MARGIN;
        (lasts && !is_refused).then(|| token.token.clone())
    }
}

fn token_of(kept: &Kept, access: Access) -> Option<&KeptToken> {
    match access {
        Access::Application => kept.application.as_ref(),
        Access::SoldPrices => kept.sold_prices.as_ref(),
        Access::Seller => kept.seller.as_ref(),
    }
}

/// An answer without a refresh token keeps the old one.
fn keep(kept: &mut Kept, access: Access, token: KeptToken, granted: Granted) {
    match access {
        Access::Application => kept.application = Some(token),
        Access::SoldPrices => kept.sold_prices = Some(token),
        Access::Seller => kept.seller = Some(token),
    }
    if let (Some((refresh_token, until)), Some(consent)) = (granted.refresh, &mut kept.consent) {
        consent.refresh_token = refresh_token;
        consent.until = until;
    }
}
