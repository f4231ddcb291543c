//! Errors of calls to eBay, and what the operator can do about them.

use jiff::Timestamp;

use super::api_error::EbayApiError;
use super::known_errors::ErrorHandling;
use domain::text::time::format_minute;
use store::StoreDatabaseError;
use upstream::HttpError;

/// How to fix a keyset that eBay rejects.
pub const KEYSET_FIX: &str = "check EBAY_APP_ID, EBAY_CERT_ID and EBAY_ENVIRONMENT, and at developer.ebay.com whether the \
                              keyset is enabled";

/// Why a call to eBay failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EbayError {
    /// No keyset is set, or no seller has signed in.
    #[error("{missing}: {fix}")]
    NotSignedIn { missing: &'static str, fix: &'static str },
    /// The seller's consent has ended: it expired or was withdrawn, or the password was changed.
    #[error("the eBay authorization has expired ({message}): {remedy}")]
    ConsentEnded {
        message: String,
        /// What the operator can do; depends on where the consent comes from.
        remedy: &'static str,
    },
    /// eBay issues tokens for the sign-in but rejects calls with them: it is another account, the consent lacks a
    /// scope, or the API does not accept these tokens.
    #[error("eBay refuses the signed-in account ({message}): {remedy}")]
    PermissionDenied {
        message: String,
        /// What the operator can do; depends on where the consent comes from.
        remedy: &'static str,
    },
    /// eBay rejects the keyset.
    #[error("eBay rejects the keyset ({message}): {KEYSET_FIX}")]
    KeysetRejected { message: String },
    /// The daily limit is exhausted. Calls before `until` fail.
    #[error("{}", format_quota_exhausted(.api, .until, *.is_sure))]
    QuotaExhausted {
        api: &'static str,
        until: Timestamp,
        /// False if eBay does not report when its day ends, or refuses calls although some remain. `until` is then the
        /// time of the next attempt.
        is_sure: bool,
    },
    /// The request got no response.
    #[error("eBay: {0}")]
    Http(#[from] HttpError),
    /// eBay rejected the request.
    #[error("{}", format_api_errors(*.status, .errors, .message, .oauth_error.as_ref()))]
    Api {
        status: u16,
        /// eBay's error objects. Empty if the response has none; the token service never sends any.
        errors: Vec<EbayApiError>,
        /// eBay's own text.
        message: String,
        /// Error code of the token service; `None` for every other API.
        oauth_error: Option<OAuthErrorCode>,
    },
    /// The response does not have its documented form.
    #[error("eBay sent an unreadable answer: {what}")]
    InvalidResponse { what: String },
    /// A setting is invalid; the text names it.
    #[error("{0}")]
    InvalidSetting(String),
    /// The sign-in cannot be stored.
    #[error("{message}")]
    TokenStore { message: String },
    /// The call counts cannot be read or stored.
    #[error(transparent)]
    QuotaStore(#[from] StoreDatabaseError),
}

/// Error code of a token service (RFC 6749, 5.2).
#[derive(Clone, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum OAuthErrorCode {
    InvalidRequest,
    /// The keyset is unknown or disabled.
    InvalidClient,
    /// The consent or its code has expired, was withdrawn, or belongs to another keyset.
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    /// The application is not allowed to use one of the scopes.
    InvalidScope,
    /// The token service failed by its own fault (RFC 6749, 4.1.2.1). eBay answers it to token requests too.
    ServerError,
    /// The token service is overloaded or down for maintenance (RFC 6749, 4.1.2.1).
    TemporarilyUnavailable,
    /// A code that RFC 6749 does not define.
    #[strum(default)]
    Other(String),
}

impl OAuthErrorCode {
    /// Returns true if the token service failed by its own fault, so that the same request may succeed later.
    pub const fn is_server_fault(&self) -> bool {
        matches!(self, Self::ServerError | Self::TemporarilyUnavailable)
    }

    /// Returns what the operator can do.
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::UnsupportedGrantType => {
                "this is an error in Draft Maker: please report it with this message"
            }
            Self::InvalidClient | Self::UnauthorizedClient => KEYSET_FIX,
            Self::InvalidGrant => {
                "a code can be used once and lasts five minutes: run `draft-maker auth ebay` again and paste the new address"
            }
            Self::InvalidScope => {
                "the keyset does not have this permission: check its scopes at developer.ebay.com, and set \
                 providers.ebay_insights.on = false if eBay has not approved it"
            }
            Self::ServerError | Self::TemporarilyUnavailable | Self::Other(_) => "try again later",
        }
    }
}

impl EbayError {
    /// Returns true if every call fails until the operator acts or the day ends.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::NotSignedIn { .. }
                | Self::ConsentEnded { .. }
                | Self::PermissionDenied { .. }
                | Self::KeysetRejected { .. }
                | Self::QuotaExhausted { .. }
        )
    }

    /// Returns true if eBay rejects the token of this call, so that a new token may help.
    pub fn is_token_rejected(&self) -> bool {
        let Self::Api { status, errors, .. } = self else { return false };
        *status == 401 || (*status == 403 && errors.iter().any(|error| error.handling() == ErrorHandling::RenewToken))
    }

    /// Returns true if eBay reports a server error for this request. Other requests may succeed meanwhile.
    pub fn is_server_fault(&self) -> bool {
        let Self::Api { status, errors, oauth_error, .. } = self else { return false };
        let is_fault_of_tokens = oauth_error.as_ref().is_some_and(OAuthErrorCode::is_server_fault);
        *status >= 500 || is_fault_of_tokens || errors.iter().any(|error| error.handling() == ErrorHandling::Retry)
    }

    /// Returns when the call may be repeated; `None` if unknown.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::QuotaExhausted { until, .. } => Some(*until),
            Self::Http(error) => error.retry_at(),
            _ => None,
        }
    }

    /// Formats the error for a reader who does not know yet that it is about eBay. Only eBay's own texts do not name it.
    pub fn describe_with_service(&self) -> String {
        match self {
            Self::Api { .. } => format!("eBay: {self}"),
            _ => self.to_string(),
        }
    }

    /// Returns eBay's error objects; empty if the response had none.
    pub fn api_errors(&self) -> &[EbayApiError] {
        match self {
            Self::Api { errors, .. } => errors,
            _ => &[],
        }
    }
}

fn format_api_errors(
    status: u16,
    api_errors: &[EbayApiError],
    message: &str,
    oauth_error: Option<&OAuthErrorCode>,
) -> String {
    if let Some(code) = oauth_error {
        return format!("status {status}: {message}; fix: {}", code.fix());
    }
    if api_errors.is_empty() {
        return format!("status {status}: {message}");
    }
    api_errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn format_quota_exhausted(api: &str, until: &Timestamp, is_sure: bool) -> String {
    if is_sure {
        return format!("today's limit of eBay's {api} API is used up; it resets at {}", format_minute(*until));
    }
    format!("eBay's {api} API accepts no more calls for now; next try at {}", format_minute(*until))
}
