//! Measures the console on a pseudo-terminal of 120x40: time to the first frame, idle cost, key latency, traffic on the
//! connection, a million items.
//!
//! ```text
//! cargo bench --bench console                       all measures, some minutes
//! cargo bench --bench console -- start idle keys    some of them: start, idle, keys, busy, trickle, million, bucket, ends
//! cargo bench --bench console -- beside stu --help  start and idle of another program, on the same terminal
//! ```
//!
//! Prints figures and has no thresholds. Times on a busy machine mean little; run `beside` to see how busy it is.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at the first surprise")]
#![allow(clippy::cast_precision_loss, reason = "figures that are looked at")]

mod bucket;
mod feed;
mod figures;
mod line;
mod measures;
mod pty;

/// A measurement: its name and its function.
type Measure = (&'static str, fn());

const MEASURES: &[Measure] = &[
    ("start", measures::start),
    ("idle", measures::idle),
    ("keys", measures::keys),
    ("busy", line::busy),
    ("trickle", line::trickle),
    ("million", line::million),
    ("bucket", bucket::bucket),
    ("ends", measures::ends),
];

fn main() {
    // `cargo bench` appends `--bench` to the arguments.
    let message: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if message.first().is_some_and(|word| word == "beside") {
        return measures::beside(&message[1..]);
    }
    if message.first().is_some_and(|word| word == measures::FAULT) {
        return measures::fail();
    }
    for (_, measure) in
        MEASURES.iter().filter(|(name, _)| message.is_empty() || message.iter().any(|word| word == name))
    {
        measure();
    }
}
