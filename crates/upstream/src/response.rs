//! The response type of upstreams.

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use super::body::BodyStream;
use super::error_text;
use domain::text::BYTE_ORDER_MARK;

/// A response with a status below 500 that is not a throttle status, or with any status if the request returns server
/// errors. The meaning of a 404 depends on the service.
#[derive(Clone, Debug)]
pub struct UpstreamResponse {
    /// The HTTP status.
    pub status: u16,
    /// The URL that responded, after redirects.
    pub url: Url,
    /// The response headers.
    pub headers: HeaderMap,
    /// The decompressed body, with the request's secrets redacted.
    pub body: Bytes,
    /// True if the body is longer than the part that was read, see [`super::UpstreamRequest::read_prefix`].
    pub truncated: bool,
    /// The body of a successful response if the request asked for a stream.
    pub stream: Option<BodyStream>,
}

/// Why a body is not the expected JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableBody {
    #[error("a web page instead of JSON: {title:?}")]
    WebPage { title: String },
    #[error("an empty body instead of JSON")]
    Empty,
    /// `why` has the position of the mistake.
    #[error("{why} ({bytes} bytes)")]
    InvalidJson { why: String, bytes: usize },
}

impl UpstreamResponse {
    /// Returns true for a status from 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns true if the body looks like JSON. Checks the first byte and not the content type, because iTunes sends
    /// JSON as `text/javascript`.
    pub fn is_json(&self) -> bool {
        matches!(self.trimmed_body().first(), Some(b'{' | b'['))
    }

    /// Parses the body as JSON. If an object has two fields with the same name, the last one is used (RFC 8259, 4,
    /// leaves this open).
    ///
    /// # Errors
    /// Returns [`UnreadableBody`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, UnreadableBody> {
        if self.is_json() || !error_text::is_html(&self.body) {
            let parsed = serde_json::from_slice(self.trimmed_body());
            return parsed
                .or_else(|error| self.json_with_last_fields().ok_or(error))
                .map_err(|error| self.json_error(&error));
        }
        Err(UnreadableBody::WebPage { title: self.message() })
    }

    /// Parses the body via a map, which keeps the last of several fields with the same name.
    fn json_with_last_fields<T: DeserializeOwned>(&self) -> Option<T> {
        let value: serde_json::Value = serde_json::from_slice(self.trimmed_body()).ok()?;
        serde_json::from_value(value).ok()
    }

    /// Returns the service's message in the body as short, printable text: an error message, the title of a page, or
    /// plain text.
    pub fn message(&self) -> String {
        error_text::extract_message(&self.body)
    }

    fn json_error(&self, error: &serde_json::Error) -> UnreadableBody {
        match self.body.len() {
            0 => UnreadableBody::Empty,
            bytes => UnreadableBody::InvalidJson { why: error_text::describe_json_error(error), bytes },
        }
    }

    /// Returns the body without a byte order mark and leading white space.
    fn trimmed_body(&self) -> &[u8] {
        self.body.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(&self.body).trim_ascii_start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response_with(body: &'static [u8]) -> UpstreamResponse {
        let url = Url::parse("https://example.org/").expect("address");
        UpstreamResponse {
            status: 200,
            url,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body),
            truncated: false,
            stream: None,
        }
    }

    #[test]
    fn json_after_newlines_or_a_byte_order_mark_is_json() {
        for body in [&b"\n\n\n{\"a\":1}"[..], b"\xef\xbb\xbf{\"a\":1}"] {
            assert!(response_with(body).is_json());
            assert_eq!(response_with(body).json::<serde_json::Value>(), Ok(serde_json::json!({"a": 1})));
        }
    }

    #[test]
    fn the_last_of_two_fields_of_one_name_counts() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Named {
            name: String,
        }
        let doubled = response_with(br#"{"name": "first", "name": "last"}"#);
        assert_eq!(doubled.json(), Ok(Named { name: "last".to_owned() }));
        assert_eq!(doubled.json::<serde_json::Value>(), Ok(serde_json::json!({"name": "last"})));
        let wrong = response_with(br#"{"name": "first", "name": 5}"#).json::<Named>().expect_err("a number");
        assert_eq!(wrong.to_string(), "it does not have the documented form at line 1, column 24 (28 bytes)");
    }

    #[test]
    fn what_is_no_json_says_what_it_is() {
        let page = response_with(b"<html><head><title>Be back soon</title></head></html>");
        let shown = page.json::<serde_json::Value>().expect_err("a page").to_string();
        assert_eq!(shown, "a web page instead of JSON: \"Be back soon\"");
        let cut = response_with(b"{\"a\":").json::<serde_json::Value>().expect_err("cut").to_string();
        assert_eq!(cut, "it ends too early at line 1, column 5 (5 bytes)");
        assert_eq!(response_with(b"").json::<u8>(), Err(UnreadableBody::Empty));
    }
}
