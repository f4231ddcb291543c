//! Finds photos that may show another item than the photos before them: the seller paused as long as between two items,
//! so the barcode of the next item may not have been readable. Only the seller can tell, so these photos are named and
//! stay where they are.

use jiff::civil::DateTime;

/// Minimum number of pauses between items in a folder, so that its times say something.
const MIN_ITEM_PAUSES: usize = 3;

/// One photo in at least this many items may follow a long pause. If there are more such photos, the seller's pauses
/// do not tell items apart.
const MIN_ITEMS_PER_LONG_PAUSE: usize = 4;

/// A pause before a photo of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LongPause {
    /// Index of the series, and of the photo in it.
    pub(super) series: usize,
    pub(super) photo: usize,
    pub(super) seconds: i64,
}

/// Parses the time of a photo as the camera wrote it: `2024:03:18 14:30:22`.
pub(super) fn parse_time(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y:%m:%d %H:%M:%S", text).ok()
}

/// Returns the photos that follow a pause at least as long as the shortest between two items. `series` are the times of the photos of
/// each item in a folder, in order. Empty if the times do not tell items apart.
pub(super) fn find_long_pauses(series: &[Vec<DateTime>]) -> Vec<LongPause> {
    let ends = series.windows(2).filter_map(|pair| Some((*pair[0].last()?, *pair[1].first()?)));
    let between = ends.map(|(end, start)| seconds_between(end, start)).collect::<Vec<_>>();
    let Some(shortest) = between.iter().min().filter(|_| between.len() >= MIN_ITEM_PAUSES) else { return Vec::new() };
    let pauses = series.iter().enumerate().flat_map(|(series, times)| {
        let of_photo = move |(index, pair): (usize, &[DateTime])| LongPause {
            series,
            photo: index + 1,
            seconds: seconds_between(pair[0], pair[1]),
        };
        times.windows(2).enumerate().map(of_photo)
    });
    let long = pauses.filter(|pause| pause.seconds > 0 && pause.seconds >= *shortest).collect::<Vec<_>>();
    if long.len() * MIN_ITEMS_PER_LONG_PAUSE <= series.len() { long } else { Vec::new() }
}

fn seconds_between(earlier: DateTime, later: DateTime) -> i64 {
    later.duration_since(earlier).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns times of series from the pauses before each photo, in seconds.
    fn times(pauses: &[&[i64]]) -> Vec<Vec<DateTime>> {
        let mut now = parse_time("2024:03:18 14:30:22").unwrap();
        let mut time = |pause: &i64| {
            now = now.checked_add(jiff::SignedDuration::from_secs(*pause)).unwrap();
            now
        };
        pauses.iter().map(|series| series.iter().map(&mut time).collect()).collect()
    }

    #[test]
    fn a_pause_as_long_as_between_items_is_found() {
        let long = |pauses: &[&[i64]]| find_long_pauses(&times(pauses));
        let steady: [&[i64]; 5] = [&[0, 4, 5], &[20, 3], &[25, 4, 4, 6], &[18, 5], &[30, 4]];
        assert_eq!(long(&steady), []);
        let mut missed = steady;
        missed[2] = &[25, 4, 22, 6];
        assert_eq!(long(&missed), [LongPause { series: 2, photo: 2, seconds: 22 }]);
        let slow: [&[i64]; 5] = [&[0, 24, 25], &[20, 30], &[25, 4, 24, 26], &[18, 25], &[30, 4]];
        assert_eq!(long(&slow), [], "the seller pauses as long for each photo");
        assert_eq!(long(&missed[..3]), [], "too few items");
        let without_seconds: [&[i64]; 5] = [&[0, 0], &[0, 0], &[0, 0], &[0, 0], &[0, 0]];
        assert_eq!(long(&without_seconds), []);
        assert_eq!(parse_time("2024:13:18 14:30:22"), None);
    }
}
