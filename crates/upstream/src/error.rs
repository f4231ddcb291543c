//! The error type of requests. Each error contains the service's message and, if possible, what the operator can do.
//!
//! No error contains a query or a header, so none can reveal a token.

use std::time::Duration;

use jiff::Timestamp;

use domain::provider::Provider;
use domain::text::time::format_second;
use retry::RetryAdvice;

use super::dns::NameLookupError;

/// The reason why a request got no usable response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// A setting has an invalid value.
    #[error("http.{key} {why}")]
    InvalidSetting { key: &'static str, why: &'static str },
    /// A base URL cannot be used.
    #[error("the base address of {}, {value:?}, {why}", name.display_name())]
    InvalidAddress { name: Provider, value: String, why: &'static str },
    /// This machine has no CA certificates, so no https connection can be verified.
    #[error(
        "this machine has no certificates of authorities, so {} cannot be reached over https: \
         install the package ca-certificates, or name a file of them in SSL_CERT_FILE",
        name.display_name()
    )]
    NoCertificates { name: Provider },
    /// The HTTP client or the request cannot be built.
    #[error("cannot set up the HTTP client: {message}")]
    Client { message: String },
    /// The connection failed, so the server received nothing.
    #[error("no connection: {message}; check the network")]
    Connect { message: String },
    /// The complete response did not arrive in time.
    #[error("no complete answer within {} s", .after.as_secs_f64())]
    Timeout { after: Duration },
    /// The connection ended before the complete response arrived.
    #[error("the response was cut off: {message}")]
    Interrupted { message: String },
    /// The body is larger than the limit.
    #[error("the answer is larger than {limit} bytes (http.largest_body_bytes)")]
    TooLarge { limit: usize },
    /// A status of 500 or above, or a throttle status.
    #[error("status {status}{}{}", message_suffix(.message), retry_suffix(.retry_at.as_ref()))]
    Status {
        status: u16,
        /// The service's message, printable, at most 200 characters; may be empty.
        message: String,
        /// The time before which the service wants no requests, if it stated one.
        retry_at: Option<Timestamp>,
    },
    /// The circuit breaker is open after too many consecutive failures, or at the service's request. Nothing was sent.
    #[error("paused until {} {}", format_second(*until), pause_reason(*failures, last))]
    CircuitOpen {
        until: Timestamp,
        /// Consecutive failures; 0 if the service requested the pause.
        failures: u32,
        last: String,
        /// Whether the service has ever responded. If not, its address may be wrong.
        reached: bool,
    },
    /// The service redirected to an address that may not be requested.
    #[error("it points to {to}, {why}")]
    Redirect { to: String, why: &'static str },
}

impl HttpError {
    /// Returns true if a later attempt may succeed.
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

    /// Returns true if a server was reached, even without a usable response.
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

    /// Returns false if the server has certainly not executed the request: it received nothing, or it responded with
    /// 429.
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

    /// Returns the time before which no request should be sent, if known.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Status { retry_at, .. } => *retry_at,
            Self::CircuitOpen { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// Returns whether and when a failed request may be retried.
    pub fn retry_advice(&self) -> RetryAdvice {
        match self.retry_at() {
            _ if !self.is_transient() => RetryAdvice::Stop,
            Some(at) => RetryAdvice::NotBefore(at),
            None => RetryAdvice::Retry,
        }
    }

    /// Converts a connection error, without the URL, which may contain a token.
    ///
    /// A timeout is [`Self::Connect`] only while connecting. After that, the server may have received and executed the
    /// request.
    pub(super) fn from_reqwest(error: &reqwest::Error) -> Self {
        let message = if error.is_timeout() { "it took too long".to_owned() } else { describe_transport_error(error) };
        if error.is_builder() {
            return Self::Client { message };
        }
        if error.is_connect() { Self::Connect { message } } else { Self::Interrupted { message } }
    }
}

/// Describes why a request failed, without the URL, which may contain a token: a failed look-up of the name, or the
/// innermost cause.
pub fn describe_transport_error(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        if let Some(error) = deepest.downcast_ref::<NameLookupError>() {
            return error.to_string();
        }
        deepest = source;
    }
    if deepest.is::<reqwest::Error>() {
        return "the request failed".to_owned();
    }
    if let Some(error) = deepest.downcast_ref::<h2::Error>() {
        return describe_http2_error(error);
    }
    let message = match deepest.downcast_ref::<std::io::Error>() {
        // The text of the TLS library is for programmers.
        Some(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => CONNECTION_CLOSED.to_owned(),
        Some(error) => files::describe_io_error(error),
        None => deepest.to_string(),
    };
    super::error_text::message_line(&message)
}

const CONNECTION_CLOSED: &str = "the connection was closed";

/// Describes an error of HTTP/2 (RFC 9113, 7) with its code.
fn describe_http2_error(error: &h2::Error) -> String {
    let what = if error.is_go_away() { CONNECTION_CLOSED } else { "the answer was broken off" };
    match error.reason() {
        None | Some(h2::Reason::NO_ERROR) => what.to_owned(),
        Some(reason) => format!("{what}, with the HTTP/2 error {}", u32::from(reason)),
    }
}

fn pause_reason(failures: u32, last: &str) -> String {
    match failures {
        0 => "because the service asked for it".to_owned(),
        1 => format!("after a failure: {last}"),
        _ => format!("after {failures} failures in a row; the last: {last}"),
    }
}

fn message_suffix(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn retry_suffix(at: Option<&Timestamp>) -> String {
    at.map(|at| format!("; retry at {}", format_second(*at))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::dns::{Name, Resolve, Resolving};
    use tokio::net::TcpListener;

    use super::super::dns::SystemResolver;
    use super::*;

    /// A DNS resolver that never answers.
    struct SilentResolver;

    impl Resolve for SilentResolver {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(std::future::pending())
        }
    }

    async fn timed_out(client: reqwest::ClientBuilder, url: &str) -> HttpError {
        let client = client.tls_certs_only([]).no_proxy().build().expect("client");
        let error = client.post(url).send().await.expect_err("nothing answers");
        assert!(error.is_timeout(), "{error:?}");
        HttpError::from_reqwest(&error)
    }

    #[test]
    fn a_pause_names_its_reason() {
        let text = |failures, last: &str| {
            HttpError::CircuitOpen { until: Timestamp::UNIX_EPOCH, failures, last: last.to_owned(), reached: true }
                .to_string()
        };
        assert_eq!(text(0, ""), "paused until 1970-01-01 00:00:00 UTC because the service asked for it");
        assert_eq!(text(1, "status 503"), "paused until 1970-01-01 00:00:00 UTC after a failure: status 503");
        assert!(text(3, "status 503").ends_with("after 3 failures in a row; the last: status 503"));
    }

    #[tokio::test]
    async fn a_time_out_of_an_established_connection_may_have_executed_the_request() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/draft", silent.local_addr().expect("an address"));
        let client = reqwest::Client::builder().read_timeout(Duration::from_millis(50));
        let error = timed_out(client, &url).await;
        assert!(matches!(error, HttpError::Interrupted { .. }) && error.may_have_executed(), "{error:?}");
    }

    #[tokio::test]
    async fn a_connection_error_is_described_without_the_number_of_the_system() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
        let client = reqwest::Client::builder().tls_certs_only([]).no_proxy().dns_resolver(SystemResolver);
        let client = client.build().expect("client");
        for (url, why) in [
            (format!("http://{closed}/"), "the connection was refused"),
            ("http://shop.invalid/".to_owned(), "the name of its server was not found"),
        ] {
            let error = client.get(url).send().await.expect_err("nothing answers");
            assert_eq!(HttpError::from_reqwest(&error), HttpError::Connect { message: why.to_owned() });
        }
    }

    #[test]
    fn errors_of_tls_and_http2_are_described_for_readers() {
        let closed =
            std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "peer closed without close_notify: https://x");
        assert_eq!(describe_transport_error(&closed), "the connection was closed");
        let reset = h2::Error::from(h2::Reason::INTERNAL_ERROR);
        assert_eq!(describe_transport_error(&reset), "the answer was broken off, with the HTTP/2 error 2");
        assert_eq!(describe_transport_error(&h2::Error::from(h2::Reason::NO_ERROR)), "the answer was broken off");
    }

    #[tokio::test]
    async fn a_connection_that_was_never_made_has_executed_nothing() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().connect_timeout(Duration::from_millis(50)).dns_resolver(SilentResolver);
        let error = timed_out(client, "http://shop.example/draft").await;
        assert!(matches!(error, HttpError::Connect { .. }) && !error.may_have_executed(), "{error:?}");
    }
}
