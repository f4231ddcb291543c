//! When to try again: backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
//! 2015), unless the service says when.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};

use super::{HttpError, Settings};

/// Nobody means a longer `Retry-After` than a day.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// A try that failed.
pub(super) struct AttemptFailure {
    pub(super) error: HttpError,
    /// The service says when to come again.
    pub(super) retry_after: Option<Duration>,
    /// The service says "slow down", with or without a time.
    pub(super) throttled: bool,
}

impl AttemptFailure {
    /// False where the service has surely not done what was asked: nobody was there, or it said "not now".
    pub(super) fn may_have_executed(&self) -> bool {
        !self.throttled && !matches!(self.error, HttpError::Connect { .. } | HttpError::CircuitOpen { .. })
    }
}

impl From<HttpError> for AttemptFailure {
    fn from(error: HttpError) -> Self {
        Self { error, retry_after: None, throttled: false }
    }
}

/// The waits of one request.
pub(super) struct RetryBackoff {
    policy: ExponentialBackoff,
    retry_count: u32,
}

impl RetryBackoff {
    pub(super) fn new(settings: &Settings) -> Self {
        let policy = ExponentialBackoff::builder()
            .retry_bounds(settings.backoff_from, settings.backoff_to)
            .jitter(Jitter::Full)
            .base(2)
            .build_with_max_retries(settings.retries);
        Self { policy, retry_count: 0 }
    }

    /// How long to wait before the next try; `None` where there is none.
    pub(super) fn next_delay(&mut self) -> Option<Duration> {
        let now = SystemTime::now();
        let RetryDecision::Retry { execute_after } = self.policy.should_retry(now, self.retry_count) else {
            return None;
        };
        self.retry_count += 1;
        Some(execute_after.duration_since(now).unwrap_or_default())
    }
}

/// `Retry-After` in both its forms (RFC 9110, 10.2.3). A date is taken against the service's own clock, where it
/// sends one, for ours may differ.
pub(super) fn parse_retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = text.parse().map(Duration::from_secs).ok().or_else(|| {
        let at = httpdate::parse_http_date(text).ok()?;
        let its_now = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        Some(at.duration_since(its_now.unwrap_or(now)).unwrap_or_default())
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

    #[test]
    fn backoff_stays_under_its_doubling_ceiling_and_ends() {
        let settings = Settings {
            retries: 4,
            backoff_from: Duration::from_secs(1),
            backoff_to: Duration::from_secs(5),
            ..Settings::default()
        };
        for _ in 0..200 {
            let mut backoff = RetryBackoff::new(&settings);
            for ceiling in [1, 2, 4, 5] {
                // The policy reads the clock once more than we do; that lies between.
                let slack = Duration::from_millis(500);
                assert!(backoff.next_delay().expect("a try is left") <= Duration::from_secs(ceiling) + slack);
            }
            assert_eq!(backoff.next_delay(), None);
        }
    }
}
