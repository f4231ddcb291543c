//! Rate limits shared by all processes of a user on this machine. A service counts the requests from one address,
//! whichever process sends them, so a second job or a lookup during a batch also takes turns.
//!
//! A small file per upstream stores the time of the next request and the time at which it was written, both in
//! microseconds since the Unix epoch. Earlier versions wrote only the first. If the clock was set back since, it is
//! before the second time, and the wait that is left is the difference between the two.
//!
//! A process sleeps until the time of the next request, and then writes the following one. It locks the file for each
//! read and write. The following time is computed from the moment at which the request is really sent. So a late process
//! does not make the following request early.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use files::FileLock;
use futures::future::BoxFuture;

use super::shared_rate_limits::SharedRateLimits;

/// Longest plausible wait. An earlier version wrote a later time before the clock was set back.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// Waits shorter than the accuracy of clocks are ignored.
const CLOCK_NOISE: Duration = Duration::from_millis(1);

/// How long to wait for the lock. Each process holds it for one read and one write, so a longer wait means that a
/// process was suspended while holding it.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Digits of a time in the file; sufficient for several hundred thousand years.
const DIGITS: usize = 20;

/// Rate limits stored as files in a folder.
pub(super) struct FileRateLimits {
    folder: PathBuf,
}

impl FileRateLimits {
    /// Opens the rate limits in `folder` and creates the folder if it does not exist.
    ///
    /// # Errors
    /// Returns the I/O error if the folder cannot be created.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Changes the time in the file under its lock. Returns `None` if the file cannot be used; the request is sent
    /// anyway, because this process also applies its own limit.
    async fn update_locked<T>(
        &self,
        name: &str,
        change: impl FnOnce(Duration, Duration) -> (Duration, T),
    ) -> Option<T> {
        let path = self.folder.join(name);
        File::options().write(true).create(true).truncate(false).open(&path).ok()?;
        let lock = FileLock::acquire(&path, LOCK_TIMEOUT).await.ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (next, result) = change(read_next_time(lock.file(), now), now);
        let text = format!("{:0DIGITS$}{:0DIGITS$}", next.as_micros(), now.as_micros());
        lock.file().write_all_at(text.as_bytes(), 0).ok()?;
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

/// Reads the time of the next request by the clock that says `now`; zero if the file is empty or damaged.
fn read_next_time(file: &File, now: Duration) -> Duration {
    let (next, written_at) = (read_time(file, 0), read_time(file, DIGITS as u64));
    if now < written_at { now + next.saturating_sub(written_at) } else { next }
}

/// Reads a time at an offset of the file; zero if there is none.
fn read_time(file: &File, offset: u64) -> Duration {
    let mut text = [0; DIGITS];
    let read = file.read_exact_at(&mut text, offset).ok();
    let micros = read.and_then(|()| std::str::from_utf8(&text).ok()?.parse().ok());
    Duration::from_micros(micros.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the wait of a process that finds `content` in the file, in milliseconds.
    fn wait_after(content: &str, now: Duration) -> u128 {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(content.as_bytes(), 0).expect("written");
        read_next_time(&file, now).saturating_sub(now).as_millis()
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wait_longer() {
        let (written_at, wait) = (Duration::from_hours(500_000), Duration::from_millis(900));
        let next = format!("{:020}", (written_at + wait).as_micros());
        let content = format!("{next}{:020}", written_at.as_micros());
        assert_eq!(wait_after(&content, written_at + wait / 2), 450, "the clock was not set back");
        for set_back in [Duration::from_mins(1), Duration::from_hours(1), Duration::from_hours(24)] {
            assert_eq!(wait_after(&content, written_at.saturating_sub(set_back)), 900, "{set_back:?}");
        }
        assert_eq!(wait_after(&next, written_at), 900, "the file of an earlier version");
        assert_eq!(wait_after("", written_at), 0);
    }
}
