//! The servers of the data dumps: finds the newest dump and the addresses of its files.

use std::time::Duration;

use anyhow::Context as _;
use catalog::{Database, DumpDate};
use domain::provider::Provider;
use jiff::Timestamp;
use retry::RetryPolicy;
use upstream::{HttpClient, HttpError, Rate, RedirectPolicy, UpstreamClient, UpstreamConfig, UpstreamRequest};
use upstream::{Settings, UpstreamResponse};
use url::Url;

use crate::bootstrap;
use crate::commands::error::UsageError;
use crate::config::{CatalogSettings, Config};

/// The server of the Discogs dumps asks for one connection and pauses between requests; the other servers set no limit.
const DISCOGS_HOST: &str = "data.discogs.com";
const DISCOGS_RATE: Rate = Rate { period: Duration::from_secs(5), burst: 1 };

/// Time limit for the requests before the client reports a delay that the server asks for.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

/// Format of the time until which a server asks to wait, such as `12:19 UTC`.
pub(super) const CLOCK_FORMAT: &str = "%H:%M UTC";

/// Domains that the servers may redirect to. The Discogs dumps are in Amazon S3; MusicBrainz has mirrors.
const REDIRECTS: RedirectPolicy = RedirectPolicy::Domains(&[
    "discogs.com",
    "discogs-data-dumps.s3.us-west-2.amazonaws.com",
    "discogs-data-dumps.s3-us-west-2.amazonaws.com",
    "metabrainz.org",
    "musicbrainz.org",
]);

/// Names of the required files of a MusicBrainz dump.
const MUSICBRAINZ_FILES: [&str; 2] = ["release.tar.xz", "SHA256SUMS"];

/// Reason why a dump cannot be downloaded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DownloadError {
    #[error(
        "{host} refuses to serve this machine (status 403), as it does with many data centers; fix: download the files on \
         another machine, copy them here and import them; `draft-maker catalog update` shows the commands"
    )]
    Refused { host: String },
    #[error(
        "{host} answered with status {status}{message}; fix: try again later, or download the files with a browser"
    )]
    Status { host: String, status: u16, message: String },
    #[error("cannot download from {host}: {error}; fix: run the command again; it resumes the download")]
    Connection { host: String, error: HttpError },
    #[error(
        "{host} asks to wait until {}; fix: run the command again then; it resumes the download",
        .until.strftime(CLOCK_FORMAT)
    )]
    Paused { host: String, until: Timestamp },
    #[error(
        "the checksum file {file} of {host} names no {name}, so that the download could not be checked; fix: try again \
         later"
    )]
    Unlisted { host: String, file: String, name: String },
    #[error("{host} lists no dump of releases; fix: check the address in the settings [catalog]")]
    NoDump { host: String },
    #[error(
        "cannot write {path}: {}; fix: check the free space, then run the command again; it resumes the download",
        files::describe_io_error(error)
    )]
    Write { path: String, error: std::io::Error },
    #[error("another process is downloading a dump; fix: wait until it ends")]
    Busy,
}

/// A file on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RemoteFile {
    pub(super) name: String,
    pub(super) url: Url,
}

/// The newest dump of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewestDump {
    pub(super) date: DumpDate,
    /// Identifies the dump among those of the database: `20261101`, `20261103-001001`.
    pub(super) stamp: String,
    pub(super) releases: RemoteFile,
    pub(super) checksums: RemoteFile,
}

/// The server of the dumps of a database.
pub(super) struct DumpServer {
    database: Database,
    client: UpstreamClient,
    base: Url,
    retry_policy: RetryPolicy,
}

impl DumpServer {
    /// Creates the client. Sends no request.
    pub(super) async fn new(config: &Config, database: Database) -> anyhow::Result<Self> {
        let settings = config.section::<CatalogSettings>("catalog")?;
        let address = settings.dump_address(database);
        let base = Url::parse(&address).with_context(|| format!("the setting of the dumps of {database}: {address}"));
        let base = base.map_err(|error| UsageError(format!("{error:#}")))?;
        let is_discogs = base.host_str() == Some(DISCOGS_HOST);
        let mut settings = config.section::<Settings>("http")?;
        settings.total_timeout = settings.total_timeout.min(LONGEST_SILENCE.max(settings.attempt_timeout));
        let retry_policy = RetryPolicy::exponential(settings.backoff_from, settings.backoff_to);
        let http = HttpClient::new(&settings)?;
        let http = bootstrap::connect_shared_limits(http, &config.store_location()?).await;
        let client = http.upstream(UpstreamConfig {
            name: Provider::new(format!("data dumps of {database}")),
            base_url: address,
            rate: is_discogs.then_some(DISCOGS_RATE),
            concurrency: 1,
            redirects: REDIRECTS,
            throttle_statuses: &[429, 503],
            quota_exhausted: None,
        })?;
        Ok(Self { database, client, base, retry_policy })
    }

    pub(super) async fn find_newest_dump(&self) -> Result<NewestDump, DownloadError> {
        match self.database {
            Database::Discogs => self.newest_of_discogs().await,
            Database::MusicBrainz => self.newest_of_musicbrainz().await,
        }
    }

    /// Returns the text of a small file.
    pub(super) async fn read_text(&self, url: &Url) -> Result<String, DownloadError> {
        let reply = self.send(UpstreamRequest::for_url(url.clone())).await?;
        Ok(String::from_utf8_lossy(&reply.body).into_owned())
    }

    /// Opens a file at a byte offset. The response has the rest of the file; the whole file if it is no longer of this
    /// version, or the server ignores ranges; or status 416 if the file ends before the offset.
    pub(super) async fn open_file(
        &self,
        url: &Url,
        start: u64,
        version: Option<&str>,
    ) -> Result<UpstreamResponse, DownloadError> {
        // A body that the client decompresses would have other offsets.
        let request = UpstreamRequest::for_url(url.clone()).stream_body().header("accept-encoding", "identity");
        if start == 0 {
            return self.send(request).await;
        }
        let request = request.header("range", format!("bytes={start}-"));
        self.send(match version {
            Some(version) => request.header("if-range", version),
            None => request,
        })
        .await
    }

    /// Returns the delays between the attempts of a download.
    pub(super) const fn retry_policy(&self) -> RetryPolicy {
        self.retry_policy
    }

    pub(super) fn connection_error(&self, error: HttpError) -> DownloadError {
        DownloadError::Connection { host: self.host_name(), error }
    }

    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, DownloadError> {
        let reply = self.client.send(request).await.map_err(|error| self.connection_error(error))?;
        match reply.status {
            200..=299 | 416 => Ok(reply),
            403 => Err(DownloadError::Refused { host: self.host_name() }),
            status => {
                let message = Some(reply.message()).filter(|message| !message.is_empty());
                let message = message.map(|message| format!(" ({message})")).unwrap_or_default();
                Err(DownloadError::Status { host: self.host_name(), status, message })
            }
        }
    }

    /// Finds the newest dump in the list of this year or, if that list is still empty, of last year.
    async fn newest_of_discogs(&self) -> Result<NewestDump, DownloadError> {
        let year = jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date().year();
        for year in [year, year - 1] {
            let page = self.read_text(&self.discogs_url("prefix", &format!("data/{year}/"))).await?;
            let Some((date, stamp)) = newest_discogs_date(&page) else { continue };
            let file = |kind: &str| {
                let name = format!("discogs_{stamp}_{kind}");
                RemoteFile { url: self.discogs_url("download", &format!("data/{year}/{name}")), name }
            };
            let (releases, checksums) = (file("releases.xml.gz"), file("CHECKSUM.txt"));
            return Ok(NewestDump { date, stamp, releases, checksums });
        }
        Err(DownloadError::NoDump { host: self.host_name() })
    }

    async fn newest_of_musicbrainz(&self) -> Result<NewestDump, DownloadError> {
        let no_dump = || DownloadError::NoDump { host: self.host_name() };
        let stamp = self.read_text(&self.base.join("LATEST").map_err(|_| no_dump())?).await?.trim().to_owned();
        let date = DumpDate::from_file_name(&stamp).filter(|_| is_stamp(&stamp)).ok_or_else(no_dump)?;
        let file = |name: &str| {
            let url = self.base.join(&format!("{stamp}/{name}")).map_err(|_| no_dump())?;
            Ok(RemoteFile { name: name.to_owned(), url })
        };
        let [releases, checksums] = MUSICBRAINZ_FILES;
        let (releases, checksums) = (file(releases)?, file(checksums)?);
        Ok(NewestDump { date, stamp, releases, checksums })
    }

    fn discogs_url(&self, name: &str, value: &str) -> Url {
        let mut url = self.base.clone();
        url.query_pairs_mut().append_pair(name, value);
        url
    }

    pub(super) fn host_name(&self) -> String {
        self.base.host_str().unwrap_or_default().to_owned()
    }
}

/// Returns the newest date for which the page has a file of releases, and the date as written in the file name.
fn newest_discogs_date(page: &str) -> Option<(DumpDate, String)> {
    let dates = page.split("discogs_").filter_map(|rest| rest.split_once("_releases.xml.gz").map(|(date, _)| date));
    let dates = dates.filter(|date| date.len() == 8).filter_map(|date| Some((date.parse().ok()?, date.to_owned())));
    dates.max()
}

/// Returns whether a text is a stamp such as `20261103-001001`, which is safe as the name of a folder.
fn is_stamp(text: &str) -> bool {
    text.len() <= 32 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_dump_of_a_page_is_taken_if_it_has_releases() {
        let page = r#"<a href="?download=data%2F2026%2Fdiscogs_20260901_releases.xml.gz">discogs_20260901_releases.xml.gz</a>
            <a href="?download=data%2F2026%2Fdiscogs_20261001_releases.xml.gz">x</a> discogs_20261101_artists.xml.gz
            discogs_99999999_releases.xml.gz discogs_../../x_releases.xml.gz"#;
        let (date, stamp) = newest_discogs_date(page).expect("a dump");
        assert_eq!((date.to_string(), stamp), ("2026-10-01".to_owned(), "20261001".to_owned()));
        assert_eq!(newest_discogs_date("<html>Just a moment...</html>"), None);
    }

    #[test]
    fn only_digits_name_a_folder() {
        assert!(is_stamp("20261103-001001"));
        assert!(["", "../20261103", "20261103/..", "<html>"].into_iter().all(|text| !is_stamp(text)));
    }
}
