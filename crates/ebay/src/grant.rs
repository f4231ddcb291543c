//! Requests to the token service (`POST /identity/v1/oauth2/token`).

use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use url::form_urlencoded::Serializer;

use super::error::{EbayError, OAuthErrorCode};
use super::scope::{Scope, scope_list};
use super::settings::{Keyset, Settings};
use domain::display_text::{clean_text, cut_at_word};
use retry::{RetryAdvice, RetryPolicy, retry};
use upstream::{UpstreamClient, UpstreamRequest, UpstreamResponse};

/// OAuth grant used to request a token (RFC 6749, 1.3).
pub(super) enum TokenGrant<'a> {
    /// Authorization code that eBay issued after the seller's consent.
    AuthorizationCode { code: &'a SecretString, ru_name: &'a str },
    /// Refresh token. The request names no scopes, so the access token gets all scopes of the consent.
    RefreshToken(&'a SecretString),
    /// Keyset, to get an application token with these scopes.
    ClientCredentials(&'a [Scope]),
}

/// Tokens of one token response.
pub(super) struct IssuedTokens {
    pub(super) access_token: SecretString,
    pub(super) expires_at: Timestamp,
    /// Refresh token and its expiry time. Only an authorization code grants one; a refresh keeps the old token.
    pub(super) refresh_token: Option<(SecretString, Option<Timestamp>)>,
}

/// Lifetime in seconds of an access token if the response states none, which RFC 6749 (5.1) allows. eBay's tokens last
/// two hours. A token that expires earlier is renewed when eBay rejects it.
const DEFAULT_LIFETIME_SECONDS: i64 = 7_200;

/// Maximum retries of a request at which the token service failed by its own fault, and the wait before the first.
const MAX_FAULT_RETRIES: u32 = 3;
const FIRST_FAULT_WAIT: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct EbayTokenResponse {
    access_token: SecretString,
    #[serde(default, deserialize_with = "deserialize_seconds")]
    expires_in: Option<i64>,
    refresh_token: Option<SecretString>,
    #[serde(default, deserialize_with = "deserialize_seconds")]
    refresh_token_expires_in: Option<i64>,
}

/// Deserializes a number of seconds, which may be a string or have a fraction. Any other value becomes `None`.
fn deserialize_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    // A float cast saturates.
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second is dropped")]
    Ok(number.map(|seconds| seconds as i64))
}

/// Error response of the token service. Other eBay APIs use a different format.
#[derive(Deserialize)]
struct EbayTokenErrorResponse {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl TokenGrant<'_> {
    /// Requests tokens.
    ///
    /// # Errors
    /// Returns [`EbayError::ConsentEnded`] if a refresh token gets `invalid_grant`, [`EbayError::PermissionDenied`] if
    /// eBay rejects the scopes or form of a refresh request, [`EbayError::KeysetRejected`] if eBay rejects the keyset,
    /// and [`EbayError::NotSignedIn`] if no keyset is set.
    pub(super) async fn request_token(
        &self,
        upstream: &UpstreamClient,
        settings: &Settings,
    ) -> Result<IssuedTokens, EbayError> {
        let (missing, fix) = ("no eBay developer keyset", "set EBAY_APP_ID and EBAY_CERT_ID");
        let keyset = settings.keyset().ok_or(EbayError::NotSignedIn { missing, fix })?;
        let request = UpstreamRequest::for_path(["identity", "v1", "oauth2", "token"])
            .post()
            .secret_header("Authorization", basic_auth(&keyset))
            .redact_in_response(keyset.cert_id.clone())
            .form(self.form_body().into());
        let request = match self {
            Self::AuthorizationCode { code, .. } => request.redact_in_response((*code).clone()),
            Self::RefreshToken(token) => request.redact_in_response((*token).clone()),
            Self::ClientCredentials(_) => request,
        };
        // A code can be used only once: if the response is lost, a second attempt fails.
        if matches!(self, Self::AuthorizationCode { .. }) {
            return self.send_request(upstream, settings, request.not_idempotent()).await;
        }
        // The HTTP client retries neither a server error with a status below 500 nor the page of a gateway with status 200.
        let advise = |error: &EbayError| match error {
            EbayError::Api { .. } if error.is_server_fault() => RetryAdvice::Retry,
            EbayError::InvalidResponse { .. } => RetryAdvice::Retry,
            _ => RetryAdvice::Stop,
        };
        retry(fault_policy(), advise, || self.send_request(upstream, settings, request.clone())).await
    }

    async fn send_request(
        &self,
        upstream: &UpstreamClient,
        settings: &Settings,
        request: UpstreamRequest,
    ) -> Result<IssuedTokens, EbayError> {
        let reply = upstream.send(request).await?;
        // An error is an error with any status.
        if reply.is_success() && reply.json::<EbayTokenErrorResponse>().is_err() {
            return parse_tokens(&reply);
        }
        Err(self.to_error(&reply, settings))
    }

    fn to_error(&self, reply: &UpstreamResponse, settings: &Settings) -> EbayError {
        let remedy = matches!(self, Self::RefreshToken(_)).then(|| renewal_hint(settings));
        token_error(reply, remedy)
    }

    fn form_body(&self) -> String {
        let mut form = Serializer::new(String::new());
        match self {
            Self::AuthorizationCode { code, ru_name } => form
                .append_pair("grant_type", "authorization_code")
                .append_pair("redirect_uri", ru_name)
                .append_pair("code", code.expose_secret()),
            Self::RefreshToken(token) => form
                .append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", token.expose_secret().trim()),
            Self::ClientCredentials(scopes) => {
                form.append_pair("grant_type", "client_credentials").append_pair("scope", &scope_list(scopes))
            }
        };
        form.finish()
    }
}

/// Returns the retries of a request at which the token service failed by its own fault.
fn fault_policy() -> RetryPolicy {
    RetryPolicy::exponential(FIRST_FAULT_WAIT, 4 * FIRST_FAULT_WAIT).with_max_retries(MAX_FAULT_RETRIES)
}

fn basic_auth(keyset: &Keyset<'_>) -> SecretString {
    let pair = format!("{}:{}", keyset.app_id, keyset.cert_id.expose_secret().trim());
    format!("Basic {}", STANDARD.encode(pair)).into()
}

fn parse_tokens(reply: &UpstreamResponse) -> Result<IssuedTokens, EbayError> {
    // Drops the parser's message, because it could quote the token.
    let answer =
        reply.json::<EbayTokenResponse>().map_err(|_| EbayError::InvalidResponse { what: "no token".to_owned() })?;
    if !can_be_sent(answer.access_token.expose_secret()) {
        let what = "an access token that is empty or has characters that a header cannot have".to_owned();
        return Err(EbayError::InvalidResponse { what });
    }
    let now = Timestamp::now();
    let after = |seconds: i64| now.checked_add(SignedDuration::from_secs(seconds.max(0))).unwrap_or(Timestamp::MAX);
    let lifetime = answer.expires_in.unwrap_or(DEFAULT_LIFETIME_SECONDS);
    // An empty token would overwrite the stored consent.
    let refresh = answer.refresh_token.filter(|token| !token.expose_secret().trim().is_empty());
    let refresh = refresh.map(|token| (token, answer.refresh_token_expires_in.map(after)));
    Ok(IssuedTokens { access_token: answer.access_token, expires_at: after(lifetime), refresh_token: refresh })
}

/// Returns true if a header value can contain the token: no line breaks or other control characters.
fn can_be_sent(token: &str) -> bool {
    let token = token.trim();
    !token.is_empty() && token.chars().all(|character| character.is_ascii_graphic())
}

/// Returns how to renew the consent. A token in the environment takes precedence over the stored consent.
pub(super) const fn renewal_hint(settings: &Settings) -> &'static str {
    match settings.refresh_token {
        Some(_) => "replace EBAY_REFRESH_TOKEN, or unset it and run `draft-maker auth ebay`",
        None => "run `draft-maker auth ebay`",
    }
}

/// Parses an error of the token service. `remedy` is `Some` if the request used a consent. Because the rest of that
/// request is always the same, the consent must be the cause of `invalid_scope` and `invalid_request`.
fn token_error(reply: &UpstreamResponse, remedy: Option<&'static str>) -> EbayError {
    let Ok(EbayTokenErrorResponse { error, error_description }) = reply.json::<EbayTokenErrorResponse>() else {
        let message = reply.message();
        return EbayError::Api { status: reply.status, errors: Vec::new(), message, oauth_error: None };
    };
    let description = clean_text(&error_description);
    let message =
        if description.is_empty() { clean_text(&error) } else { format!("{}: {description}", clean_text(&error)) };
    let message = cut_at_word(&message, 300).to_owned();
    let code = OAuthErrorCode::from_str(&error).unwrap_or(OAuthErrorCode::Other(error));
    match (code, remedy) {
        (OAuthErrorCode::InvalidGrant, Some(remedy)) => EbayError::ConsentEnded { message, remedy },
        (OAuthErrorCode::InvalidScope | OAuthErrorCode::InvalidRequest, Some(remedy)) => {
            EbayError::PermissionDenied { message, remedy }
        }
        (OAuthErrorCode::InvalidClient | OAuthErrorCode::UnauthorizedClient, _) => {
            EbayError::KeysetRejected { message }
        }
        (code, _) => EbayError::Api { status: reply.status, errors: Vec::new(), message, oauth_error: Some(code) },
    }
}
