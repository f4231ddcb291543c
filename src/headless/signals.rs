//! Signals become a stop: the first one asks for it, the second one does not wait.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell reports for a program that a signal ended: 128 and its number.
const EXIT_SIGNAL_BASE: i32 = 128;

/// Cancels the token on Ctrl-C, SIGTERM, and SIGHUP where the terminal goes away; a second signal ends the process
/// at once, with 130 for Ctrl-C. Under `nohup`, SIGHUP stays ignored: the batch is meant to outlive its terminal.
///
/// # Errors
/// Where the system lets no signal be caught.
pub fn watch_signals() -> io::Result<CancellationToken> {
    let hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup())).transpose()?;
    let mut signals = Signals {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
        quit: signal(SignalKind::quit())?,
        hangup,
    };
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        let first = signals.next_signal().await;
        tracing::info!(signal = first.as_raw_value(), "stopping");
        asked.cancel();
        let second = signals.next_signal().await;
        #[expect(clippy::disallowed_methods, reason = "whoever asks twice does not want to wait for an orderly end")]
        std::process::exit(EXIT_SIGNAL_BASE + second.as_raw_value());
    });
    Ok(stop)
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Ctrl-\ in a terminal that is not raw; what is wanted is an end, and a core file by nobody.
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

/// Catching a signal forgets that the parent had it ignored, so this is asked first. Linux tells it in the mask
/// `SigIgn` of proc(5), where SIGHUP, number 1, is the lowest bit; elsewhere the answer is no.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
