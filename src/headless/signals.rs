//! Turns signals into a stop request. A second signal ends the process.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Base of the exit code of a process ended by a signal: 128 plus the number of the signal.
const EXIT_SIGNAL_BASE: i32 = 128;

/// Returns a token that is canceled by Ctrl-C, SIGTERM, or SIGHUP (the terminal closed). A second signal other than
/// SIGHUP ends the process immediately, with 130 for Ctrl-C. Under `nohup`, SIGHUP stays ignored, so that the batch outlives its
/// terminal.
///
/// # Errors
/// Returns an error if a signal handler cannot be installed.
pub fn watch_signals() -> io::Result<CancellationToken> {
    let hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup())).transpose()?;
    let mut signals = Signals {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
        quit: signal(SignalKind::quit())?,
        hangup,
    };
    let stop = CancellationToken::new();
    let stop_on_signal = stop.clone();
    tokio::spawn(async move {
        let first = signals.next_signal().await;
        tracing::info!(signal = first.as_raw_value(), "stopping");
        stop_on_signal.cancel();
        let second = loop {
            // A closed terminal sends SIGHUP, and so does its shell. Nobody asks twice.
            match signals.next_signal().await {
                hangup if hangup == SignalKind::hangup() => {}
                other => break other,
            }
        };
        #[expect(clippy::disallowed_methods, reason = "whoever asks twice does not want to wait for an orderly end")]
        std::process::exit(EXIT_SIGNAL_BASE + second.as_raw_value());
    });
    Ok(stop)
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Ctrl-\ in a terminal in cooked mode. The operator wants the program to end, not a core file.
    quit: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    async fn next_signal(&mut self) -> SignalKind {
        let hangup = async {
            match &mut self.hangup {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.quit.recv() => SignalKind::quit(),
            _ = hangup => SignalKind::hangup(),
        }
    }
}

/// Returns whether the parent process ignores SIGHUP. Must be called before a handler is installed. Linux reports this
/// in the mask `SigIgn` of proc(5), in which SIGHUP (1) is the lowest bit. Other systems return false.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
