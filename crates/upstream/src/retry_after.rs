//! Parses the `Retry-After` header.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Longest accepted `Retry-After`. Longer values are server errors.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Returns the wait requested by `Retry-After`, which is in seconds or a date (RFC 9110, 10.2.3). A date is compared
/// with the server's own `Date` header, if present, because the clock of this machine may differ.
pub fn parse_retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = text.parse().map(Duration::from_secs).ok().or_else(|| {
        let at = httpdate::parse_http_date(text).ok()?;
        let server_now = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        Some(at.duration_since(server_now.unwrap_or(now)).unwrap_or_default())
    })?;
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_headers(retry_after: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().expect("header"));
        if let Some(date) = date {
            headers.insert(DATE, date.parse().expect("header"));
        }
        let now = httpdate::parse_http_date("Mon, 18 Mar 2024 14:30:00 GMT").expect("date");
        super::parse_retry_after(&headers, now)
    }

    #[test]
    fn both_forms_are_read() {
        assert_eq!(parse_headers("7", None), Some(Duration::from_secs(7)));
        assert_eq!(parse_headers(" 0 ", None), Some(Duration::ZERO));
        assert_eq!(parse_headers("Mon, 18 Mar 2024 14:30:09 GMT", None), Some(Duration::from_secs(9)));
        assert_eq!(parse_headers("Monday, 18-Mar-24 14:30:09 GMT", None), Some(Duration::from_secs(9)));
        assert_eq!(parse_headers("Mon, 18 Mar 2024 14:00:00 GMT", None), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_is_taken_against_the_services_clock() {
        let wait = parse_headers("Mon, 18 Mar 2024 15:00:05 GMT", Some("Mon, 18 Mar 2024 15:00:00 GMT"));
        assert_eq!(wait, Some(Duration::from_secs(5)));
    }

    #[test]
    fn nonsense_is_no_time_and_years_are_a_day() {
        for nonsense in ["-1", "soon", "1.5", ""] {
            assert_eq!(parse_headers(nonsense, None), None, "{nonsense}");
        }
        assert_eq!(parse_headers("99999999999", None), Some(MAX_RETRY_AFTER));
    }
}
