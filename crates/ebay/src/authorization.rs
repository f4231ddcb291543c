//! The seller's consent: the address to open in a browser, and the code in the address that eBay redirects to.
//!
//! Authorization code grant (developer.ebay.com, "Getting user consent"): `redirect_uri` is the keyset's `RuName`, not an
//! address. The code is URL-encoded, is valid for about five minutes and can be used once.

use rand::Rng;
use rand::distr::Alphanumeric;
use secrecy::SecretString;
use url::Url;

use super::scope::{Scope, scope_list};
use super::settings::{InvalidEbayCredentials, Settings};

/// A sign-in in progress.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    url: Url,
    state: String,
}

/// What to check if eBay answers the address of a sign-in with an error.
const REFUSED_FIX: &str = "check EBAY_APP_ID, EBAY_RU_NAME and EBAY_ENVIRONMENT (docs/EBAY.md, steps 1 and 2)";

/// Error code of a seller who does not agree (RFC 6749, 4.1.2.1).
const ACCESS_DENIED: &str = "access_denied";

/// Why the pasted text does not complete this sign-in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    #[error(
        "nothing was pasted: run `draft-maker auth ebay` again, then paste the address of the page that you land on"
    )]
    Empty,
    #[error(
        "this address belongs to another sign-in (its `state` differs): run `draft-maker auth ebay` again, and open the new address"
    )]
    StateMismatch,
    #[error(
        "this address has no `code`: run `draft-maker auth ebay` again, and paste the whole address of the page that opens after you agree. If eBay shows an error page, {REFUSED_FIX}"
    )]
    MissingCode,
    #[error(
        "this is not the address of a page: run `draft-maker auth ebay` again, and paste the whole address of the page that opens after you agree"
    )]
    NoAddress,
    #[error("you did not agree at eBay ({0}): run `draft-maker auth ebay` again and agree")]
    Denied(String),
    #[error("eBay did not sign you in ({0}): {REFUSED_FIX}")]
    Refused(String),
}

/// A setting that a sign-in needs and that is missing or invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignInSetting {
    #[error("no eBay developer keyset: set EBAY_APP_ID and EBAY_CERT_ID (docs/EBAY.md, step 1)")]
    NoKeyset,
    #[error(transparent)]
    WrongKeyset(#[from] InvalidEbayCredentials),
    #[error("set EBAY_RU_NAME (docs/EBAY.md, step 2)")]
    NoRuName,
    #[error(
        "EBAY_RU_NAME is the address {0}. Set it to the RuName that eBay shows for that address, such as \
         Ann_Smith-AnnSmith-Draft-abcdefg (docs/EBAY.md, step 2)"
    )]
    RuNameIsAddress(String),
    #[error("ebay.auth_base_url is not an address: {0}")]
    InvalidAuthUrl(#[from] url::ParseError),
}

impl AuthorizationRequest {
    /// Creates a sign-in that requests these scopes.
    ///
    /// # Errors
    /// Returns [`InvalidSignInSetting`].
    pub fn new(settings: &Settings, scopes: &[Scope]) -> Result<Self, InvalidSignInSetting> {
        settings.check_credentials()?;
        let keyset = settings.keyset().ok_or(InvalidSignInSetting::NoKeyset)?;
        let ru_name = settings.ru_name.as_deref().ok_or(InvalidSignInSetting::NoRuName)?;
        if ru_name.trim_start().to_ascii_lowercase().starts_with("http") {
            return Err(InvalidSignInSetting::RuNameIsAddress(ru_name.to_owned()));
        }
        let state = rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect::<String>();
        let base = format!("{}/oauth2/authorize", settings.auth_url().trim_end_matches('/'));
        let mut address = Url::parse(&base)?;
        address
            .query_pairs_mut()
            .append_pair("client_id", keyset.app_id)
            .append_pair("redirect_uri", ru_name)
            .append_pair("response_type", "code")
            .append_pair("scope", &scope_list(scopes))
            .append_pair("state", &state);
        Ok(Self { url: address, state })
    }

    /// Returns the address that the seller opens in a browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Extracts the decoded code from the pasted text: either the address that eBay redirected to, or only the code.
    ///
    /// # Errors
    /// Returns [`CallbackError`], whose message says what to paste instead.
    pub fn extract_code(&self, pasted: &str) -> Result<SecretString, CallbackError> {
        let pasted = pasted.trim().trim_matches(['"', '\'', '<', '>']);
        if pasted.is_empty() {
            return Err(CallbackError::Empty);
        }
        let Some(address) = Url::parse(pasted).ok().filter(Url::has_host) else {
            return if looks_like_code(pasted) {
                Ok(decode_code(pasted).into())
            } else {
                Err(CallbackError::NoAddress)
            };
        };
        let value =
            |name: &str| address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if let Some(why) = value("error").or_else(|| value("error_id")) {
            let is_denied = why == ACCESS_DENIED;
            let message = domain::display_text::clean_text(&value("error_description").unwrap_or(why));
            return Err(if is_denied { CallbackError::Denied(message) } else { CallbackError::Refused(message) });
        }
        let code = value("code").ok_or(CallbackError::MissingCode)?;
        if value("state").is_none_or(|state| state != self.state) {
            return Err(CallbackError::StateMismatch);
        }
        Ok(code.into())
    }
}

/// Returns true for the form of eBay's codes, `v^1.1#i^1#…`, also if it is still encoded.
fn looks_like_code(text: &str) -> bool {
    !text.contains(char::is_whitespace) && (text.starts_with("v^") || text.to_ascii_lowercase().starts_with("v%5e"))
}

/// Decodes a code that was copied from an address. A decoded code has no percent sign, so decoding leaves it unchanged.
fn decode_code(code: &str) -> String {
    let as_query = format!("code={}", code.replace('+', "%2B"));
    let pair = url::form_urlencoded::parse(as_query.as_bytes()).next();
    pair.map_or_else(|| code.to_owned(), |(_, value)| value.into_owned())
}
