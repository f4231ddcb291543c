//! Statistics of measurements: the median, the 99th percentile and the maximum.

use std::time::Duration;

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Formats `median 8.1 ms, p99 9.0 ms, largest 9.2 ms of 50`.
pub(crate) fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |hundredths: usize| milliseconds(times[(times.len() - 1) * hundredths / 100]);
    format!("median {:.1} ms, p99 {:.1} ms, largest {:.1} ms of {}", at(50), at(99), at(100), times.len())
}
