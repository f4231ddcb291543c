//! Downloads a file so that it survives a broken connection or the end of the process. Received bytes are stored under
//! a temporary name, and the rest is requested with a range (RFC 9110, section 14), unless the file has changed since.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use upstream::{HttpError, UpstreamResponse};

use super::catalog_import::SIZED_TEMPLATE;
use super::dump_server::{CLOCK_FORMAT, DownloadError, DumpServer, RemoteFile};
use crate::commands::output::print_stderr;
use crate::headless::strip_terminal_controls;

/// Maximum number of retries without a byte beyond the furthest one. The HTTP client has already retried each attempt.
const MAX_IDLE_RETRIES: u32 = 5;

/// A delay that the server asks for is announced if it is longer than this.
const UNANNOUNCED_WAIT: Duration = Duration::from_secs(2);

/// Longest delay that the server may ask for. A longer one ends the download, which a later run resumes.
const LONGEST_REQUESTED_WAIT: Duration = Duration::from_mins(10);

/// A download in progress.
struct Download<'a> {
    server: &'a DumpServer,
    remote: &'a RemoteFile,
    part: PathBuf,
    /// The file that contains the version of the received bytes.
    version_file: PathBuf,
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
    let version_file = folder.join(format!("{}.version", remote.name));
    let mut download = Download { server, remote, part, version_file, file, bar };
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
        let policy = self.server.retry_policy().with_max_retries(MAX_IDLE_RETRIES);
        let (mut schedule, mut furthest) = (policy.start(), self.received_bytes()?);
        loop {
            let error = match self.append_rest(self.received_bytes()?).await {
                Ok(true) => return Ok(()),
                Ok(false) => HttpError::Interrupted { message: "its end is missing".to_owned() },
                Err(DownloadError::Connection { error, .. }) if error.is_transient() => error,
                Err(error) => return Err(error),
            };
            tracing::debug!(%error, "the download was interrupted");
            let received = self.received_bytes()?;
            // A server that sends the same beginning each time makes no progress.
            if received > furthest {
                (furthest, schedule) = (received, policy.start());
            }
            let is_paused = matches!(error, HttpError::CircuitOpen { .. });
            let Some(delay) = schedule.next_delay(error.retry_advice()).filter(|_| !is_paused) else {
                return Err(self.server.connection_error(error));
            };
            self.wait(delay, error.retry_at()).await?;
        }
    }

    /// Waits before the next attempt. If the server asks for a long delay, announces it or returns an error.
    async fn wait(&self, delay: Duration, requested: Option<Timestamp>) -> Result<(), DownloadError> {
        if let Some(until) = requested.filter(|_| delay > UNANNOUNCED_WAIT) {
            let host = self.server.host_name();
            if delay > LONGEST_REQUESTED_WAIT {
                return Err(DownloadError::Paused { host, until });
            }
            let text = format!("{host} asks to wait until {}", until.strftime(CLOCK_FORMAT));
            let text = strip_terminal_controls(&text).into_owned();
            self.bar.suspend(|| print_stderr(&format!("{text}; after Ctrl-C, the next run resumes the download")));
            self.bar.set_message(text);
        }
        tokio::time::sleep(delay).await;
        Ok(())
    }

    /// Requests the file from `start` on and appends the received bytes. Returns whether the file is complete.
    async fn append_rest(&mut self, start: u64) -> Result<bool, DownloadError> {
        let received_version = self.read_version(start);
        let reply = self.server.open_file(&self.remote.url, start, received_version.as_deref()).await?;
        let version = file_version(&reply);
        let has_changed = version.is_some() && received_version.is_some() && version != received_version;
        let (first, total) = match reply.status {
            416 if total_length(&reply) == Some(start) && !has_changed => return Ok(true),
            206 if has_changed => (None, None),
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
        if first == Some(0) {
            self.store_version(version.as_deref())?;
        }
        self.show_total(total)?;
        while let Some(chunk) = body.next_chunk().await.map_err(|error| self.server.connection_error(error))? {
            self.file.write_all(&chunk).map_err(|error| write_error(&self.part, error))?;
            self.bar.inc(chunk.len() as u64);
        }
        let received = self.received_bytes()?;
        Ok(total.is_none_or(|total| total == received))
    }

    /// Returns the version of the first `start` bytes, if known.
    fn read_version(&self, start: u64) -> Option<String> {
        let version = std::fs::read_to_string(&self.version_file).ok().filter(|_| start > 0)?;
        (!version.is_empty()).then_some(version)
    }

    /// Stores the version of the file whose first bytes are received next.
    fn store_version(&self, version: Option<&str>) -> Result<(), DownloadError> {
        let text = version.unwrap_or_default();
        files::write_atomic(&self.version_file, text.as_bytes()).map_err(|error| write_error(&self.version_file, error))
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

/// Returns the text that identifies the version of a file (RFC 9110, 13.1.5): its strong entity tag, otherwise the time
/// of its last change.
fn file_version(reply: &UpstreamResponse) -> Option<String> {
    let tag = header_text(reply, "etag").filter(|tag| tag.starts_with('"'));
    tag.or_else(|| header_text(reply, "last-modified")).map(str::to_owned)
}

fn header_text<'a>(reply: &'a UpstreamResponse, name: &str) -> Option<&'a str> {
    reply.headers.get(name)?.to_str().ok()
}
