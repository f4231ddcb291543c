//! The seller's consent: the address to open, and what he brings back from it.
//!
//! Authorization code grant (developer.ebay.com, "Getting user consent"): `redirect_uri` is the keyset's `RuName`
//! and no address; the code comes encoded, lives about five minutes and can be used once.

use rand::Rng;
use rand::distr::Alphanumeric;
use secrecy::SecretString;
use url::Url;

use super::scope::{Scope, spelled};
use super::settings::Settings;

/// One sign-in under way.
#[derive(Clone, Debug)]
pub struct Consent {
    address: Url,
    state: String,
}

/// What was pasted cannot be the answer to this sign-in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    #[error("nothing was pasted")]
    Nothing,
    #[error(
        "that address answers another sign-in (its `state` differs): open the address above and paste where it leads"
    )]
    OtherState,
    #[error("that address holds no `code`: paste the whole address of the page that opened after you agreed")]
    NoCode,
    #[error("eBay says that the consent was not given: {0}")]
    Denied(String),
}

impl Consent {
    /// A sign-in that asks for these scopes.
    ///
    /// # Errors
    /// In words, what the settings lack.
    pub fn begin(settings: &Settings, scopes: &[Scope]) -> Result<Self, String> {
        let keyset = settings.keyset().ok_or("set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com, your keyset)")?;
        let lacks = "set EBAY_RU_NAME (developer.ebay.com, User Tokens: the RuName of your keyset)";
        let ru_name = settings.ru_name.as_deref().ok_or(lacks)?;
        let state = rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect::<String>();
        let base = format!("{}/oauth2/authorize", settings.auth().trim_end_matches('/'));
        let mut address = Url::parse(&base).map_err(|error| format!("ebay.auth_base_url is no address: {error}"))?;
        address
            .query_pairs_mut()
            .append_pair("client_id", keyset.app_id)
            .append_pair("redirect_uri", ru_name)
            .append_pair("response_type", "code")
            .append_pair("scope", &spelled(scopes))
            .append_pair("state", &state);
        Ok(Self { address, state })
    }

    /// What the seller opens in a browser.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// The code in what the seller pasted: the address that he was led to, or the code alone. It is decoded here,
    /// once.
    ///
    /// # Errors
    /// [`BadAnswer`] with what to paste instead.
    pub fn code(&self, pasted: &str) -> Result<SecretString, BadAnswer> {
        let pasted = pasted.trim().trim_matches(['"', '\'', '<', '>']);
        if pasted.is_empty() {
            return Err(BadAnswer::Nothing);
        }
        let Ok(address) = Url::parse(pasted) else { return Ok(decoded(pasted).into()) };
        if !address.has_host() {
            return Ok(decoded(pasted).into());
        }
        let value =
            |name: &str| address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if let Some(why) = value("error") {
            let words = value("error_description").unwrap_or(why);
            return Err(BadAnswer::Denied(domain::wording::clean(&words)));
        }
        let code = value("code").ok_or(BadAnswer::NoCode)?;
        if value("state").is_none_or(|state| state != self.state) {
            return Err(BadAnswer::OtherState);
        }
        Ok(code.into())
    }
}

/// A code that was copied out of an address is still encoded; one that was not holds no percent sign.
fn decoded(code: &str) -> String {
    let as_query = format!("code={}", code.replace('+', "%2B"));
    let pair = url::form_urlencoded::parse(as_query.as_bytes()).next();
    pair.map_or_else(|| code.to_owned(), |(_, value)| value.into_owned())
}
