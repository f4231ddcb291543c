//! The token service: one form in, one token out (`POST /identity/v1/oauth2/token`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::error::EbayError;
use super::scope::{Scope, spelled};
use super::settings::{Keyset, Settings};
use domain::wording::{clean, cut};
use upstream::{Host, Reply, Request};

/// What a token is asked for with.
pub(super) enum Grant<'a> {
    /// The code that a consent gave.
    Code { code: &'a SecretString, ru_name: &'a str },
    /// The consent itself. No scopes are named, so the token gets all that the consent gave.
    Refresh(&'a SecretString),
    /// The keyset alone.
    Application(&'a [Scope]),
}

/// What the token service gave.
pub(super) struct Granted {
    pub(super) access: SecretString,
    pub(super) until: Timestamp,
    /// Only a code gives one; a refresh keeps the old.
    pub(super) refresh: Option<(SecretString, Option<Timestamp>)>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    expires_in: i64,
    refresh_token: Option<SecretString>,
    refresh_token_expires_in: Option<i64>,
}

/// The token service's own error form, which differs from all other eBay APIs.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Grant<'_> {
    /// Asks the token service.
    ///
    /// # Errors
    /// [`EbayError::ConsentEnded`] for `invalid_grant` of a consent, [`EbayError::Keyset`] where the keyset is refused.
    pub(super) async fn ask(&self, host: &Host, settings: &Settings) -> Result<Granted, EbayError> {
        let lacks = "set EBAY_APP_ID and EBAY_CERT_ID, the two halves of your keyset";
        let keyset = settings.keyset().ok_or(EbayError::NotSignedIn { lacks })?;
        let request = Request::path(["identity", "v1", "oauth2", "token"])
            .post()
            .secret_header("Authorization", basic(&keyset))
            .form(self.form().into());
        // A code can be used once, so its answer must not get lost on the way to a second try.
        let request = if matches!(self, Self::Code { .. }) { request.once() } else { request };
        let reply = host.send(request).await?;
        if reply.is_success() { read(&reply) } else { Err(self.refusal(&reply, settings)) }
    }

    fn refusal(&self, reply: &Reply, settings: &Settings) -> EbayError {
        let secret = match self {
            Self::Code { code, .. } => code.expose_secret(),
            Self::Refresh(token) => token.expose_secret().trim(),
            Self::Application(_) => "",
        };
        // Should the service repeat what it does not like.
        let masked = |words: &str| if secret.is_empty() { words.to_owned() } else { words.replace(secret, "(secret)") };
        let remedy = matches!(self, Self::Refresh(_)).then(|| remedy(settings));
        refusal(reply, masked, remedy)
    }

    fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        match self {
            Self::Code { code, ru_name } => form
                .append_pair("grant_type", "authorization_code")
                .append_pair("redirect_uri", ru_name)
                .append_pair("code", code.expose_secret()),
            Self::Refresh(token) => form
                .append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", token.expose_secret().trim()),
            Self::Application(scopes) => {
                form.append_pair("grant_type", "client_credentials").append_pair("scope", &spelled(scopes))
            }
        };
        form.finish()
    }
}

fn basic(keyset: &Keyset<'_>) -> SecretString {
    let pair = format!("{}:{}", keyset.app_id, keyset.cert_id.expose_secret().trim());
    format!("Basic {}", STANDARD.encode(pair)).into()
}

fn read(reply: &Reply) -> Result<Granted, EbayError> {
    // Without the reader's words: they could quote the token.
    let answer = reply.json::<Answer>().map_err(|_| EbayError::Unreadable { what: "no token".to_owned() })?;
    let now = Timestamp::now();
    let after = |seconds: i64| now.checked_add(SignedDuration::from_secs(seconds.max(0))).unwrap_or(Timestamp::MAX);
    let refresh = answer.refresh_token.map(|token| (token, answer.refresh_token_expires_in.map(after)));
    Ok(Granted { access: answer.access_token, until: after(answer.expires_in), refresh })
}

/// A consent is renewed where it came from: what is set stands over what is kept.
const fn remedy(settings: &Settings) -> &'static str {
    match settings.refresh_token {
        Some(_) => {
            "EBAY_REFRESH_TOKEN holds it, so put a new one there, or take it out and sign in with `draft-maker auth ebay`"
        }
        None => "sign in again with `draft-maker auth ebay`",
    }
}

/// `remedy` is there where a consent was handed in.
fn refusal(reply: &Reply, masked: impl Fn(&str) -> String, remedy: Option<&'static str>) -> EbayError {
    let Ok(Refusal { error, error_description }) = reply.json::<Refusal>() else {
        let words = masked(&reply.words());
        return EbayError::Refused { status: reply.status, complaints: Vec::new(), words };
    };
    let description = clean(&error_description);
    let words = if description.is_empty() { clean(&error) } else { format!("{}: {description}", clean(&error)) };
    let words = masked(cut(&words, 300));
    match (error.as_str(), remedy) {
        ("invalid_grant", Some(remedy)) => EbayError::ConsentEnded { words, remedy },
        ("invalid_client" | "unauthorized_client", _) => EbayError::Keyset { words },
        _ => EbayError::Refused { status: reply.status, complaints: Vec::new(), words },
    }
}
