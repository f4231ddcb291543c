//! How a request can fail. Each error keeps the service's own words and says what to do where something can be done.
//!
//! No error holds a query or a header, so none can show a token.

use std::time::Duration;

use jiff::{Timestamp, Unit};

use super::retry::RetryAdvice;
use domain::provider::Provider;

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("the setting http.{key} {why}")]
    InvalidSetting { key: &'static str, why: &'static str },
    #[error("the base address of {name}, {value:?}, {why}")]
    InvalidAddress { name: Provider, value: String, why: &'static str },
    /// This machine trusts no certificate authority, so no https host can prove who it is.
    #[error(
        "this machine has no certificates of authorities, so {name} cannot be reached over https: \
         install the package ca-certificates, or name a file of them in SSL_CERT_FILE"
    )]
    NoCertificates { name: Provider },
    #[error("the HTTP client cannot be set up: {message}")]
    Client { message: String },
    #[error("no connection: {message}; check the network and the base address")]
    Connect { message: String },
    #[error("no whole answer within {} s", .after.as_secs_f64())]
    Timeout { after: Duration },
    /// The connection ended inside the answer.
    #[error("the answer broke off: {message}")]
    Interrupted { message: String },
    #[error("the answer is larger than {limit} bytes (http.largest_body_bytes)")]
    TooLarge { limit: usize },
    /// A status of 500 and above, or one by which the service says "slow down".
    #[error("status {status}{}{}", message_suffix(.message), retry_suffix(.retry_at.as_ref()))]
    Status {
        status: u16,
        /// The service's own words, printable, at most 200 characters; may be empty.
        message: String,
        /// When it wants to be asked again, where it said so.
        retry_at: Option<Timestamp>,
    },
    /// The service failed so often in a row that it is left alone for a while.
    #[error("left alone until {} after {failures} failed tries in a row, the last: {last}", format_time(.until))]
    CircuitOpen {
        until: Timestamp,
        failures: u32,
        last: String,
        /// Whether the service has ever answered anything: one that never has may not be there at all.
        reached: bool,
    },
    #[error("it points to {to}, {why}")]
    Redirect { to: String, why: &'static str },
}

impl HttpError {
    /// True where asking again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Interrupted { .. }
            | Self::Status { .. }
            | Self::CircuitOpen { .. } => true,
            Self::InvalidSetting { .. }
            | Self::InvalidAddress { .. }
            | Self::NoCertificates { .. }
            | Self::Client { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. } => false,
        }
    }

    /// True where the service was there, though it gave no answer.
    pub fn reached_server(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Interrupted { .. }
            | Self::TooLarge { .. }
            | Self::Status { .. }
            | Self::Redirect { .. } => true,
            Self::CircuitOpen { reached, .. } => *reached,
            Self::InvalidSetting { .. }
            | Self::InvalidAddress { .. }
            | Self::NoCertificates { .. }
            | Self::Client { .. }
            | Self::Connect { .. } => false,
        }
    }

    /// False where the service has surely not done what was asked: nothing reached it, or it said "slow down".
    pub fn may_have_executed(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Interrupted { .. } | Self::TooLarge { .. } | Self::Redirect { .. } => true,
            Self::Status { status, .. } => *status != 429,
            Self::InvalidSetting { .. }
            | Self::InvalidAddress { .. }
            | Self::NoCertificates { .. }
            | Self::Client { .. }
            | Self::Connect { .. }
            | Self::CircuitOpen { .. } => false,
        }
    }

    /// When to ask again, where that is known.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Status { retry_at: again, .. } => *again,
            Self::CircuitOpen { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// Returns whether and when a failed request may be sent again.
    pub fn retry_advice(&self) -> RetryAdvice {
        match self.retry_at() {
            _ if !self.is_transient() => RetryAdvice::Stop,
            Some(at) => RetryAdvice::NotBefore(at),
            None => RetryAdvice::Retry,
        }
    }

    /// What went wrong on the wire, without the address, in which a token may stand.
    pub(super) fn from_reqwest(error: &reqwest::Error) -> Self {
        let message = root_cause_message(error);
        if error.is_timeout() {
            return Self::Connect { message: "it took too long".to_owned() };
        }
        if error.is_builder() {
            return Self::Client { message };
        }
        if error.is_connect() { Self::Connect { message } } else { Self::Interrupted { message: message } }
    }
}

/// The cause of causes: the outer ones say "error sending request" and name the address.
fn root_cause_message(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    if deepest.is::<reqwest::Error>() {
        return "the exchange failed".to_owned();
    }
    super::error_text::sanitize_line(&deepest.to_string())
}

fn message_suffix(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn retry_suffix(at: Option<&Timestamp>) -> String {
    at.map(|at| format!("; it wants to be asked again at {}", format_time(at))).unwrap_or_default()
}

fn format_time(at: &Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(*at).to_string()
}
