//! Downloads a file so that it survives a broken connection or the end of the process. Received bytes are stored under
//! a temporary name, and the rest is requested with a range (RFC 9110, section 14).

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use retry::RetryPolicy;
use upstream::{HttpError, UpstreamResponse};

use super::catalog_import::SIZED_TEMPLATE;
use super::dump_server::{DownloadError, DumpServer, RemoteFile};

/// Delays between attempts that receive no further bytes. The HTTP client has already retried each attempt.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const MAX_IDLE_ATTEMPTS: u32 = 5;

/// A download in progress.
struct Download<'a> {
    server: &'a DumpServer,
    remote: &'a RemoteFile,
    part: PathBuf,
    file: File,
    bar: &'a ProgressBar,
}

/// Downloads `remote` into `folder`, resuming an earlier partial download, and returns the path of the file.
pub(super) async fn download_file(
    server: &DumpServer,
    remote: &RemoteFile,
    folder: &Path,
    bar: &ProgressBar,
) -> Result<PathBuf, DownloadError> {
    let path = folder.join(&remote.name);
    if path.exists() {
        return Ok(path);
    }
    let part = folder.join(format!("{}.part", remote.name));
    let file = OpenOptions::new().create(true).append(true).open(&part).map_err(|error| write_error(&part, error))?;
    let mut download = Download { server, remote, part, file, bar };
    download.append_all().await?;
    let complete = |download: &Download<'_>| {
        download.file.sync_all()?;
        std::fs::rename(&download.part, &path)
    };
    complete(&download).map_err(|error| write_error(&path, error))?;
    Ok(path)
}

impl Download<'_> {
    /// Requests the missing bytes until the file is complete.
    async fn append_all(&mut self) -> Result<(), DownloadError> {
        let policy = RetryPolicy::exponential(FIRST_WAIT, LONGEST_WAIT).with_max_retries(MAX_IDLE_ATTEMPTS);
        let mut schedule = policy.start();
        loop {
            let before = self.received_bytes()?;
            let error = match self.append_rest(before).await {
                Ok(true) => return Ok(()),
                Ok(false) => HttpError::Interrupted { message: "its end is missing".to_owned() },
                Err(DownloadError::Connection { error, .. }) if error.is_transient() => error,
                Err(error) => return Err(error),
            };
            tracing::debug!(%error, "the download was interrupted");
            if self.received_bytes()? > before {
                schedule = policy.start();
            }
            let advice = error.retry_advice();
            if matches!(error, HttpError::CircuitOpen { .. }) || !schedule.wait(advice).await {
                return Err(self.server.connection_error(error));
            }
        }
    }

    /// Requests the file from `start` on and appends the received bytes. Returns whether the file is complete.
    async fn append_rest(&mut self, start: u64) -> Result<bool, DownloadError> {
        let reply = self.server.open_file(&self.remote.url, start).await?;
        let (first, total) = match reply.status {
            416 if total_length(&reply) == Some(start) => return Ok(true),
            206 => (range_start(&reply), total_length(&reply)),
            _ => (Some(0), header_text(&reply, "content-length").and_then(|length| length.parse().ok())),
        };
        if first != Some(start) || reply.status == 416 {
            self.file.set_len(0).map_err(|error| write_error(&self.part, error))?;
        }
        // After another range than requested, the file is empty, and the next attempt requests all of it.
        let Some(body) = reply.stream.filter(|_| matches!(first, Some(first) if first == start || first == 0)) else {
            return Ok(false);
        };
        self.show_total(total)?;
        while let Some(chunk) = body.next_chunk().await.map_err(|error| self.server.connection_error(error))? {
            self.file.write_all(&chunk).map_err(|error| write_error(&self.part, error))?;
            self.bar.inc(chunk.len() as u64);
        }
        let received = self.received_bytes()?;
        Ok(total.is_none_or(|total| total == received))
    }

    fn show_total(&self, total: Option<u64>) -> Result<(), DownloadError> {
        if let (Some(total), Ok(style)) = (total, ProgressStyle::with_template(SIZED_TEMPLATE)) {
            self.bar.set_style(style.progress_chars("=> "));
            self.bar.set_length(total);
        }
        self.bar.set_message(self.remote.name.clone());
        self.bar.set_position(self.received_bytes()?);
        // The rate must not include bytes of an earlier download.
        self.bar.reset_eta();
        Ok(())
    }

    /// Returns the number of received bytes.
    fn received_bytes(&self) -> Result<u64, DownloadError> {
        self.file.metadata().map(|file| file.len()).map_err(|error| write_error(&self.part, error))
    }
}

pub(super) fn write_error(path: &Path, error: std::io::Error) -> DownloadError {
    DownloadError::Write { path: path.display().to_string(), error }
}

/// Returns the length of the whole file: `bytes 100-199/1000`, `bytes */1000`.
fn total_length(reply: &UpstreamResponse) -> Option<u64> {
    header_text(reply, "content-range")?.rsplit_once('/')?.1.trim().parse().ok()
}

/// Returns the offset of the first byte of a range.
fn range_start(reply: &UpstreamResponse) -> Option<u64> {
    header_text(reply, "content-range")?.strip_prefix("bytes")?.trim().split_once('-')?.0.parse().ok()
}

fn header_text<'a>(reply: &'a UpstreamResponse, name: &str) -> Option<&'a str> {
    reply.headers.get(name)?.to_str().ok()
}
