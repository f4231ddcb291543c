//! When eBay's day begins: at midnight in California, where the limits are counted anew (the Analytics API's sample
//! resets at 07:00 UTC in summer).

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Pacific time by its rule (POSIX), so that no table of time zones is needed on the machine.
const PACIFIC_TIME_ZONE: &str = "PST8PDT,M3.2.0,M11.1.0";

/// The day that `now` belongs to, as `2026-11-24`, and when the next one begins.
pub(super) fn current_quota_day(now: Timestamp) -> (String, Timestamp) {
    let zone = TimeZone::posix(PACIFIC_TIME_ZONE).unwrap_or(TimeZone::UTC);
    let here = now.to_zoned_datetime(zone.clone());
    let tomorrow = here.date().saturating_add(1.day());
    let next = tomorrow.to_zoned_datetime(zone).map_or(now, |midnight| midnight.timestamp());
    (here.date().to_string(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_california_in_winter_and_summer() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(
            current_quota_day(at("2026-11-24T02:00:00Z")),
            ("2026-11-23".to_owned(), at("2026-11-24T08:00:00Z"))
        );
        assert_eq!(
            current_quota_day(at("2026-07-01T07:00:00Z")),
            ("2026-07-01".to_owned(), at("2026-07-02T07:00:00Z"))
        );
    }
}
