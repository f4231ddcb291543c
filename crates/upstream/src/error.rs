//! How a request can fail. Each error keeps the service's own words and says what to do where something can be done.
//!
//! No error holds a query or a header, so none can show a token.

use std::time::Duration;

use jiff::{Timestamp, Unit};

use domain::provider::Provider;

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("the setting http.{key} {why}")]
    BadSetting { key: &'static str, why: &'static str },
    #[error("the base address of {name}, {value:?}, {why}")]
    BadAddress { name: Provider, value: String, why: &'static str },
    /// This machine trusts no certificate authority, so no https host can prove who it is.
    #[error(
        "this machine has no certificates of authorities, so {name} cannot be reached over https: \
         install the package ca-certificates, or name a file of them in SSL_CERT_FILE"
    )]
    NoCertificates { name: Provider },
    #[error("the HTTP client cannot be set up: {words}")]
    Client { words: String },
    #[error("no connection: {words}; check the network and the base address")]
    Connect { words: String },
    #[error("no whole answer within {} s", .after.as_secs_f64())]
    Timeout { after: Duration },
    /// The connection ended inside the answer.
    #[error("the answer broke off: {words}")]
    BrokenOff { words: String },
    #[error("the answer is larger than {limit} bytes (http.largest_body_bytes)")]
    TooLarge { limit: usize },
    /// A status of 500 and above, or one by which the service says "slow down".
    #[error("status {status}{}{}", said(.words), come_again(.again.as_ref()))]
    Status {
        status: u16,
        /// The service's own words, printable, at most 200 characters; may be empty.
        words: String,
        /// When it wants to be asked again, where it said so.
        again: Option<Timestamp>,
    },
    /// The service failed so often in a row that it is left alone for a while.
    #[error("left alone until {} after {failures} failed tries in a row, the last: {last}", clock(.until))]
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
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::BrokenOff { .. }
            | Self::Status { .. }
            | Self::CircuitOpen { .. } => true,
            Self::BadSetting { .. }
            | Self::BadAddress { .. }
            | Self::NoCertificates { .. }
            | Self::Client { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. } => false,
        }
    }

    /// True where the service was there, though it gave no answer.
    pub fn was_reached(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::BrokenOff { .. }
            | Self::TooLarge { .. }
            | Self::Status { .. }
            | Self::Redirect { .. } => true,
            Self::CircuitOpen { reached, .. } => *reached,
            Self::BadSetting { .. }
            | Self::BadAddress { .. }
            | Self::NoCertificates { .. }
            | Self::Client { .. }
            | Self::Connect { .. } => false,
        }
    }

    /// False where the service has surely not done what was asked: nothing reached it, or it said "slow down".
    pub fn may_have_been_done(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::BrokenOff { .. } | Self::TooLarge { .. } | Self::Redirect { .. } => true,
            Self::Status { status, .. } => *status != 429,
            Self::BadSetting { .. }
            | Self::BadAddress { .. }
            | Self::NoCertificates { .. }
            | Self::Client { .. }
            | Self::Connect { .. }
            | Self::CircuitOpen { .. } => false,
        }
    }

    /// When to ask again, where that is known.
    pub fn again_at(&self) -> Option<Timestamp> {
        match self {
            Self::Status { again, .. } => *again,
            Self::CircuitOpen { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// What went wrong on the wire, without the address, in which a token may stand.
    pub(super) fn of_wire(error: &reqwest::Error) -> Self {
        let words = innermost(error);
        if error.is_timeout() {
            return Self::Connect { words: "it took too long".to_owned() };
        }
        if error.is_builder() {
            return Self::Client { words };
        }
        if error.is_connect() { Self::Connect { words } } else { Self::BrokenOff { words } }
    }
}

/// The cause of causes: the outer ones say "error sending request" and name the address.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    if deepest.is::<reqwest::Error>() {
        return "the exchange failed".to_owned();
    }
    super::words::clean(&deepest.to_string())
}

fn said(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

fn come_again(at: Option<&Timestamp>) -> String {
    at.map(|at| format!("; it wants to be asked again at {}", clock(at))).unwrap_or_default()
}

fn clock(at: &Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(*at).to_string()
}
