//! Rules for request addresses: https anywhere, plain http only on this machine.

use url::Url;

use super::HttpError;
use domain::loopback::is_loopback;
use domain::provider::Provider;

/// Parses a base URL.
///
/// # Errors
/// Returns [`HttpError::InvalidAddress`] with a hint on what to write instead.
pub fn parse_base_url(name: &Provider, text: &str) -> Result<Url, HttpError> {
    let invalid = |value: String, why| HttpError::InvalidAddress { name: name.clone(), value, why };
    let url = Url::parse(text.trim())
        .map_err(|_| invalid(text.to_owned(), "is not an address; use for example https://example.org/path"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(redacted_url(&url), "contains a user name or password; keys have their own settings"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(redacted_url(&url), "contains a query or fragment: remove everything from the ? or #"));
    }
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(invalid(
            redacted_url(&url),
            "is plain http, which is allowed to this machine only (127.0.0.0/8, ::1, localhost): write https",
        )),
        _ => Err(invalid(redacted_url(&url), "begins with neither https:// nor http://")),
    }
}

/// Appends path segments to the base URL and encodes them.
pub(super) fn join_segments(base: &Url, segments: &[String]) -> Url {
    let mut url = base.clone();
    // `path_segments_mut` fails only for a URL without a host, which a base URL always has.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// Returns scheme, host, port and path, which contain no secrets and may be shown.
pub(super) fn redacted_url(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_address(text: &str) -> Result<Url, HttpError> {
        parse_base_url(&Provider::from_static("musicbrainz"), text)
    }

    #[test]
    fn https_anywhere_and_http_on_this_machine() {
        for good in [
            "https://musicbrainz.org/ws/2",
            "https://musicbrainz.org/ws/2/",
            "http://127.0.0.1:8080",
            "http://127.8.9.1:1/x",
            "http://[::1]:9000/",
            "http://localhost:5000",
            " http://LOCALHOST ",
        ] {
            assert!(parse_address(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_rest_is_refused_with_advice() {
        for (bad, advice) in [
            ("http://musicbrainz.org/ws/2", "write https"),
            ("http://0.0.0.0:80", "write https"),
            ("http://localhost.example.org", "write https"),
            ("http://127.0.0.1.nip.io", "write https"),
            ("musicbrainz.org/ws/2", "use for example https://"),
            ("ftp://127.0.0.1/", "neither https"),
            ("https://example.org/?token=t0ps3cret", "query"),
            ("https://me:t0ps3cret@example.org/", "password"),
            ("", "use for example https://"),
        ] {
            let text = parse_address(bad).expect_err(bad).to_string();
            assert!(text.contains(advice) && text.contains("MusicBrainz"), "{bad}: {text}");
            assert!(!text.contains("t0ps3cret"), "{text}");
        }
    }

    #[test]
    fn segments_are_encoded_and_cannot_climb() {
        let url = parse_address("https://example.org/ws/2/").expect("base");
        let below = |segments: &[&str]| {
            join_segments(&url, &segments.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).to_string()
        };
        assert_eq!(below(&["release", "a b/c?d"]), "https://example.org/ws/2/release/a%20b%2Fc%3Fd");
        assert_eq!(below(&["album", "upc:724384260958"]), "https://example.org/ws/2/album/upc:724384260958");
        assert_eq!(below(&["..", "x"]), "https://example.org/ws/2/x");
    }
}
