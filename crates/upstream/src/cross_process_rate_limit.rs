//! The rate limit of one upstream, shared by all processes of a user: a service counts the requests from one address,
//! whichever process sends them. A second job, or a lookup beside a batch, waits for its turn too.
//!
//! A small file for each upstream holds the time of the next request, in microseconds of the Unix epoch. A process waits
//! for that time and then writes the next one, under the lock of the file. The next time is counted from the moment at
//! which the request really leaves: a process that wakes late must not make the one behind it early.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use files::FileLock;
use futures::future::BoxFuture;

use super::shared_rate_limits::SharedRateLimits;

/// Longest wait that is believed. A later time was written before the clock was set back.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// Shorter waits are the noise of clocks.
const CLOCK_NOISE: Duration = Duration::from_millis(1);

/// How long to wait for the lock. Each process holds it for one read and one write, so a longer wait means that a process
/// was stopped in between.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Digits of a time in the file; enough for some hundred thousand years.
const DIGITS: usize = 20;

/// The rate limits in the files of a folder.
pub(super) struct FileRateLimits {
    folder: PathBuf,
}

impl FileRateLimits {
    /// Returns the rate limits in `folder`.
    ///
    /// # Errors
    /// Returns the error of the system if the folder cannot be created.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Changes the time in the file under its lock. Returns `None` if the file cannot be used now. That does not stop the
    /// request: this process still keeps its own rate.
    async fn update_locked<T>(
        &self,
        name: &str,
        change: impl FnOnce(Duration, Duration) -> (Duration, T),
    ) -> Option<T> {
        let path = self.folder.join(name);
        File::options().write(true).create(true).truncate(false).open(&path).ok()?;
        let lock = FileLock::acquire(&path, LOCK_TIMEOUT).await.ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (next, result) = change(read_next_time(lock.file()), now);
        lock.file().write_all_at(format!("{:0DIGITS$}", next.as_micros()).as_bytes(), 0).ok()?;
        Some(result)
    }
}

impl SharedRateLimits for FileRateLimits {
    fn wait_for_turn<'a>(&'a self, name: &'a str, interval: Duration) -> BoxFuture<'a, ()> {
        let try_to_leave = move |next: Duration, now: Duration| {
            let wait = next.saturating_sub(now);
            if wait <= CLOCK_NOISE || wait > MAX_DELAY { (now + interval, Duration::ZERO) } else { (next, wait) }
        };
        Box::pin(async move {
            while let Some(wait) = self.update_locked(name, try_to_leave).await.filter(|wait| !wait.is_zero()) {
                tokio::time::sleep(wait).await;
            }
        })
    }

    fn pause_for<'a>(&'a self, name: &'a str, pause: Duration) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let _ = self.update_locked(name, |next, now| (next.max(now + pause.min(MAX_DELAY)), ())).await;
        })
    }
}

/// Reads the time of the next request; zero if the file is empty or damaged.
fn read_next_time(file: &File) -> Duration {
    let mut text = [0; DIGITS];
    let read = file.read_exact_at(&mut text, 0).ok();
    let micros = read.and_then(|()| std::str::from_utf8(&text).ok()?.parse().ok());
    Duration::from_micros(micros.unwrap_or(0))
}
