//! The pace at one host, shared by all processes of a user: a limit counts requests from one address, whichever
//! process sends them. A second run right after a first one, or a look-up beside a batch, waits for its turn too.
//!
//! A small file for each host holds when the next request may leave, in microseconds of the Unix epoch. Whoever wants
//! to send waits for that moment and then writes the next one, under the kernel's lock of the file. The next is counted
//! from the real departure: whoever wakes late must not make the one behind him early.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use domain::provider::Provider;

/// A moment further off than this was written before the clock was set back.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// Shorter waits are the noise of clocks.
const CLOCK_NOISE: Duration = Duration::from_millis(1);

/// Whoever holds the lock longer than this has been stopped in the middle.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(2);

/// Digits of a moment; enough for some hundred thousand years.
const DIGITS: usize = 20;

/// The file of one host.
pub(super) struct CrossProcessRateLimit {
    file: File,
    interval: Duration,
}

impl CrossProcessRateLimit {
    /// Opens the file of `name` at `base`, one request each `step`.
    ///
    /// # Errors
    /// Where the folder cannot be made or the file cannot be opened.
    pub(super) fn open(folder: &Path, name: &Provider, base: &Url, step: Duration) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let host: String = base.host_str().unwrap_or_default().chars().filter(|c| *c != '[' && *c != ']').collect();
        let port = base.port_or_known_default().unwrap_or_default();
        let path = folder.join(format!("{name}-{host}-{port}"));
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Self { file, interval: step })
    }

    /// Waits until a request may leave, and takes that moment.
    pub(super) async fn wait_for_turn(&self) {
        let try_to_leave = |next: Duration, now: Duration| {
            let wait = next.saturating_sub(now);
            if wait <= CLOCK_NOISE || wait > MAX_DELAY { (now + self.interval, Duration::ZERO) } else { (next, wait) }
        };
        while let Some(wait) = self.update_locked(try_to_leave).await.filter(|wait| !wait.is_zero()) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Lets nobody send for so long.
    pub(super) async fn pause_for(&self, pause: Duration) {
        let _ = self.update_locked(|next, now| (next.max(now + pause.min(MAX_DELAY)), ())).await;
    }

    /// Changes the moment in the file under its lock; `None` where the file cannot be used just now, which is no
    /// reason not to send: this process keeps the pace by itself.
    async fn update_locked<T>(&self, change: impl FnOnce(Duration, Duration) -> (Duration, T)) -> Option<T> {
        let mut tries = LOCK_TIMEOUT.as_millis() / LOCK_RETRY_INTERVAL.as_millis();
        loop {
            match self.file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries > 0 => tries -= 1,
                Err(_) => return None,
            }
            tokio::time::sleep(LOCK_RETRY_INTERVAL).await;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (next, messages) = change(self.read_next_time(), now);
        let written = self.file.write_all_at(format!("{:0DIGITS$}", next.as_micros()).as_bytes(), 0);
        let _ = self.file.unlock();
        written.ok().map(|()| messages)
    }

    /// What the file says; nothing at all is the beginning of time.
    fn read_next_time(&self) -> Duration {
        let mut text = [0; DIGITS];
        let read = self.file.read_exact_at(&mut text, 0).ok();
        let micros = read.and_then(|()| std::str::from_utf8(&text).ok()?.parse().ok());
        Duration::from_micros(micros.unwrap_or(0))
    }
}
