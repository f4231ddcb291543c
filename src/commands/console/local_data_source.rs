//! Data source shared by the local and the remote backend of the console: bucket and folder listings, previews, and
//! queries of the journal.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::Timestamp;

use super::bookmarks::BookmarkStore;
use super::gcs_connection::GcsConnection;
use super::image_fetcher::ImageFetcher;
use super::replay::seek_history;
use super::{completion, file_browser, upload};
use crate::bootstrap;
use crate::commands::arrange_photos;
use crate::commands::demo_files::mark_found_files;
use crate::commands::doctor;
use crate::commands::spec::job_spec;
use crate::config::{BatchSettings, Config};
use crate::headless::path_from_here;
use console::{
    DataSource, DirectoryPage, ItemPhoto, JobSummary, ListingPreview, Location, MAX_REVIEW_CASES, PhotoChange,
    PreviewProgressFn, ProjectionHandle, ReplayPosition, ReplaySnapshot, ResolvedAddress, Settings, SetupFact,
    StartOptions, UploadError, UserMessage,
};
use domain::event::Seq;
use domain::item_details::ItemDetails;
use domain::job::Job;
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec, JobSpecPatch};
use domain::list_options::ListOptions;
use domain::list_preview::ListPreview;
use domain::review::ReviewCase;
use domain::upc::Upc;
use domain::uploaded_list::source_names;
use input::{self, Source};
use pipeline::list_preview::preview_list;
use pipeline::{ItemPhotos, batch, preview_listing, scan_sessions};
use store::journal::{JobHistory, Journal, JournalError, SellerAccount};
use store::photo_store::PhotoStore;

/// Time limit for listing the buckets of the project on the home page.
const BUCKETS_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(3);

/// Reads buckets, folders, lists and the journal for the console. It does not run jobs.
pub(super) struct LocalDataSource {
    config: Config,
    journal: Journal,
    intake: input::Settings,
    pub(super) gcs: GcsConnection,
    bookmarks: BookmarkStore,
    /// History of the job whose history was shown last.
    history: tokio::sync::Mutex<Option<Box<JobHistory>>>,
    image_fetcher: ImageFetcher,
    /// Photo store, opened when photos are first counted or shown.
    photos: tokio::sync::OnceCell<PhotoStore>,
}

/// Returns the absolute path of a folder, so that a bookmark works from anywhere.
async fn canonical_path(path: &Path) -> Result<String, UserMessage> {
    let found = tokio::fs::canonicalize(path).await;
    let found = found.map_err(|error| format!("{}: {}", path.display(), files::describe_io_error(&error)))?;
    Ok(found.display().to_string())
}

/// Converts a job to an entry of the batch list.
pub(super) fn job_summary(job: Job) -> JobSummary {
    JobSummary {
        source: job.spec.map(|spec| source_names(&spec.source)).unwrap_or_default(),
        successful: job.counts.successful(),
        total: job.counts.total,
        done: job.counts.done,
        job: job.id,
        state: job.state,
        started_at: job.started_at,
        ended_at: job.ended_at,
    }
}

impl LocalDataSource {
    pub(super) fn new(config: &Config, journal: Journal, intake: input::Settings) -> Self {
        // The file is next to the key bindings, because another process may own the data directory.
        let keys = config.section::<Settings>("console").map(|settings| settings.keys).unwrap_or_default();
        let bookmarks = BookmarkStore::new(keys.with_file_name("places.json"));
        let gcs = GcsConnection::new(intake.gcs.clone());
        let image_fetcher = ImageFetcher::new(config);
        Self {
            config: config.clone(),
            journal,
            intake,
            gcs,
            bookmarks,
            history: <_>::default(),
            image_fetcher,
            photos: tokio::sync::OnceCell::new(),
        }
    }

    /// Returns the job that the settings describe, with the operator's choices applied.
    pub(super) fn job_spec_from(&self, options: &StartOptions) -> Result<JobSpec, UserMessage> {
        let standard = job_spec(&self.config, options.source.clone(), None).map_err(|error| format!("{error:#}"))?;
        let patch = JobSpecPatch {
            create_drafts: Some(options.create_drafts),
            test_mode: Some(options.test_mode),
            review: Some(options.review_all),
            sink: options.sink,
            condition: options.condition,
            copies: options.copies,
            list_options: Some(options.list.clone()),
            ..JobSpecPatch::default()
        };
        Ok(patch.apply_to(standard))
    }

    /// Previews a list and adds it to the recent addresses.
    pub(super) async fn preview_list(
        &self,
        source: &str,
        list: &ListOptions,
        hears: PreviewProgressFn<'_>,
    ) -> Result<ListPreview, UserMessage> {
        let parsed = source.parse::<Source>().map_err(|error| error.to_string())?;
        // The preview does not query the signed-in account: drafts of any seller in this eBay environment count.
        let settings = self.config.section::<ebay::Settings>("ebay").map_err(|error| error.to_string())?;
        let seller = SellerAccount::anonymous(settings.environment_id());
        let catalogs = bootstrap::enabled_catalog_folder(&self.config).map_err(|error| format!("{error:#}"))?;
        let settings = self.intake.for_list(list);
        let preview = preview_list(&self.journal, &seller, &parsed, (&settings, catalogs.as_deref()), hears).await;
        let preview = preview.map_err(|error| error.to_string())?;
        // Store the absolute path, because the console may be started in another folder next time.
        let absolute = match &parsed {
            Source::File(path) => std::path::absolute(path).ok().map(|path| path.display().to_string()),
            _ => None,
        };
        self.bookmarks.add_recent(absolute.as_deref().unwrap_or(source)).await;
        Ok(preview)
    }

    /// Returns the job of a scan session that the settings describe.
    pub(super) fn scan_job_spec(&self) -> Result<JobSpec, UserMessage> {
        let standard =
            job_spec(&self.config, JobSpec::SCAN_SOURCE.to_owned(), None).map_err(|error| format!("{error:#}"))?;
        Ok(standard.into_scan_session())
    }

    /// Returns the store of the seller's photos, and the eBay environment of the photos.
    async fn photo_store(&self) -> Result<(&PhotoStore, String), UserMessage> {
        let settings = |error: crate::config::ConfigError| error.to_string();
        let environment_id = self.config.section::<ebay::Settings>("ebay").map_err(settings)?.environment_id();
        let location = self.config.store_location().map_err(settings)?;
        let store = self.photos.get_or_try_init(|| PhotoStore::open(location)).await;
        Ok((store.map_err(|error| error.to_string())?, environment_id))
    }

    async fn job_summaries(&self) -> Result<Vec<JobSummary>, JournalError> {
        let mut lines = Vec::new();
        for standing in self.journal.job_statuses().await? {
            lines.push(job_summary(self.journal.job_summary(&standing.job).await?));
        }
        Ok(lines)
    }

    /// Returns the current projection of a job, to which the caller applies later events.
    pub(super) async fn load_projection(&self, job: &JobId) -> Result<JobProjection, JournalError> {
        let projection = self.journal.projection(job).await?;
        // A read-only journal does not share its projections, so this rarely copies.
        Ok(Arc::try_unwrap(projection).map_or_else(|shared| shared.read().clone(), parking_lot::RwLock::into_inner))
    }

    /// Moves the history of a job, which begins at its live projection if there is one.
    async fn seek_history(
        &self,
        job: &JobId,
        moment: ReplayPosition,
        live: Option<ProjectionHandle>,
    ) -> Result<ReplaySnapshot, JournalError> {
        let mut cached = self.history.lock().await;
        // A copy shares the items with the projection.
        let live = live.map(|live| live.read().clone());
        let mut history = match (cached.take().filter(|history| history.job() == job), live) {
            (None, Some(live)) => Box::new(JobHistory::from_projection(&self.journal, live).await?),
            (None, None) => {
                let projection = self.load_projection(job).await?;
                Box::new(JobHistory::from_projection(&self.journal, projection).await?)
            }
            (Some(mut history), live) => {
                if let Some(live) = live {
                    history.use_later_state(live).await?;
                }
                history
            }
        };
        let snapshot = seek_history(&mut history, moment).await;
        // Drop a history that failed halfway; the next call starts a new one.
        *cached = snapshot.is_ok().then_some(history);
        snapshot
    }
}

impl DataSource for LocalDataSource {
    fn list_location<'a>(
        &'a self,
        location: &'a Location,
        page: Option<String>,
    ) -> BoxFuture<'a, Result<DirectoryPage, UserMessage>> {
        Box::pin(async move {
            match location {
                Location::Bucket { bucket, prefix } => {
                    let found =
                        file_browser::list_bucket(self.gcs.connect().await?, bucket, prefix, page.as_deref()).await?;
                    if page.is_none() {
                        self.bookmarks.add_recent(&location.to_string()).await;
                    }
                    Ok(found)
                }
                Location::Bookmarks => {
                    // Do not wait for an unreachable network before showing the bookmarks.
                    let buckets = tokio::time::timeout(BUCKETS_TIMEOUT, self.gcs.list_buckets()).await;
                    let buckets = buckets.unwrap_or_else(|_| Err("no answer yet; press r to refresh".to_owned()));
                    let stored = self.bookmarks.load_bookmarks().await.map_err(|error| error.to_string())?;
                    let listed = tokio::task::spawn_blocking(move || file_browser::home_page(&stored, buckets));
                    listed.await.map_err(|error| error.to_string())
                }
                Location::Folder(path) => {
                    let path = path.clone();
                    let read = tokio::task::spawn_blocking(move || file_browser::list_folder(Path::new(&path)));
                    read.await.map_err(|error| error.to_string())?
                }
            }
        })
    }

    fn resolve_address<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<ResolvedAddress, UserMessage>> {
        Box::pin(async move {
            let address = address.to_owned();
            let found = tokio::task::spawn_blocking(move || file_browser::resolve_address(&address));
            found.await.map_err(|error| error.to_string())?
        })
    }

    fn toggle_bookmark<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<String, UserMessage>> {
        Box::pin(async move {
            let address = match location {
                Location::Bookmarks => return Err("go to a bucket or a folder first".to_owned()),
                Location::Folder(path) => canonical_path(path).await?,
                bucket @ Location::Bucket { .. } => bucket.to_string(),
            };
            let is_there = self.bookmarks.toggle_bookmark(&address).await.map_err(|error| error.to_string())?;
            Ok(format!("{address} is {} bookmark", if is_there { "a" } else { "no longer a" }))
        })
    }

    fn complete_address<'a>(&'a self, typed: &'a str) -> BoxFuture<'a, Result<Vec<String>, UserMessage>> {
        Box::pin(async move { completion::complete_address(&self.gcs, typed).await })
    }

    fn upload_file<'a>(
        &'a self,
        file: &'a str,
        to: &'a str,
        over: Option<i64>,
    ) -> BoxFuture<'a, Result<ResolvedAddress, UploadError>> {
        Box::pin(async move { upload::upload_file(&self.gcs, file, to, over).await })
    }

    fn list_jobs(&self) -> BoxFuture<'_, Result<Vec<JobSummary>, UserMessage>> {
        Box::pin(async move { self.job_summaries().await.map_err(|error| error.to_string()) })
    }

    fn describe_setup(&self) -> BoxFuture<'_, Result<Vec<SetupFact>, UserMessage>> {
        let config = self.config.clone();
        Box::pin(async move {
            let facts = tokio::task::spawn_blocking(move || doctor::describe_setup(&config));
            facts.await.map_err(|error| error.to_string())?.map_err(|error| format!("{error:#}"))
        })
    }

    fn has_events_after<'a>(&'a self, job: &'a JobId, position: Seq) -> BoxFuture<'a, Result<bool, UserMessage>> {
        Box::pin(async move {
            let later = self.journal.event_seqs(job, position).await.map_err(|error| error.to_string())?;
            Ok(!later.is_empty())
        })
    }

    fn list_output_files<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<Vec<PathBuf>, UserMessage>> {
        Box::pin(async move {
            let spec = self.journal.job_summary(job).await.map_err(|error| error.to_string())?.spec;
            let Some(output) = spec.map(|spec| spec.output) else { return Ok(Vec::new()) };
            let storage = bootstrap::result_storage(&self.config).map_err(|error| format!("{error:#}"))?;
            let found = storage.find_files(job, &output).await;
            let data_dir = self.config.section::<BatchSettings>("batch").map_err(|error| error.to_string())?.data_dir;
            let found = mark_found_files(&data_dir, found).map_err(|error| format!("{error:#}"))?;
            Ok(found.iter().map(|path| path_from_here(path).to_owned()).collect())
        })
    }

    fn load_item<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<ItemDetails, UserMessage>> {
        Box::pin(async move {
            let found = self.journal.item_details(job, &[upc]).await.map_err(|error| error.to_string())?;
            found.into_iter().next().ok_or_else(|| format!("{upc} is not in the list of {job}"))
        })
    }

    /// Composes an item's listing with the current settings, which may differ from those the job ran with.
    fn load_listing<'a>(&'a self, job: &'a JobId, upc: Upc) -> BoxFuture<'a, Result<ListingPreview, UserMessage>> {
        Box::pin(async move {
            let details = self.load_item(job, upc).await?;
            let spec = self.journal.job_summary(job).await.map_err(|error| error.to_string())?.spec;
            let rules = bootstrap::load_policies(&self.config).map_err(|error| format!("{error:#}"))?;
            let (store, environment_id) = self.photo_store().await?;
            let photos = ItemPhotos::new(store.clone(), environment_id).own_photos(upc).await;
            let photos = photos.map_err(|error| error.to_string())?;
            Ok(spec.map_or(ListingPreview::Incomplete, |spec| preview_listing(&rules, &spec, &details, photos)))
        })
    }

    fn count_photos(&self) -> BoxFuture<'_, Result<HashMap<Upc, u32>, UserMessage>> {
        Box::pin(async move {
            let (store, seller) = self.photo_store().await?;
            store.count_photos(&seller, Timestamp::now()).await.map_err(|error| error.to_string())
        })
    }

    fn list_photos(&self, upc: Upc) -> BoxFuture<'_, Result<Vec<ItemPhoto>, UserMessage>> {
        Box::pin(async move {
            let (store, seller) = self.photo_store().await?;
            let photos = store.photos_for_upc(&seller, upc).await.map_err(|error| error.to_string())?;
            Ok(photos.into_iter().map(|photo| ItemPhoto { name: photo.name, address: photo.address }).collect())
        })
    }

    fn change_photos<'a>(&'a self, upc: Upc, change: &'a PhotoChange) -> BoxFuture<'a, Result<usize, UserMessage>> {
        Box::pin(async move {
            let wanted = match change {
                PhotoChange::Set(photos) if photos.is_empty() => vec![arrange_photos::NO_PHOTOS.to_owned()],
                PhotoChange::Set(photos) => photos.clone(),
                PhotoChange::Add(files) => {
                    let present = self.list_photos(upc).await?.into_iter().map(|photo| photo.name);
                    present.chain(files.iter().cloned()).collect()
                }
            };
            let arranged = arrange_photos::arrange_photos(&self.config, upc, &wanted).await;
            let arranged = arranged.map_err(|error| format!("{error:#}"))?;
            Ok(arranged.photo_count())
        })
    }

    fn describe_scan_job(&self) -> Result<JobSpec, UserMessage> {
        self.scan_job_spec()
    }

    fn load_image<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Bytes, UserMessage>> {
        Box::pin(async move { self.image_fetcher.fetch_image(address).await })
    }

    fn load_review_queue<'a>(&'a self, job: &'a JobId) -> BoxFuture<'a, Result<Vec<ReviewCase>, UserMessage>> {
        Box::pin(async move {
            batch::list_review_cases(&self.journal, job, 0, MAX_REVIEW_CASES).await.map_err(|error| error.to_string())
        })
    }

    /// Returns the job as of `moment`, reusing the cached history of the same job.
    fn replay_at<'a>(
        &'a self,
        job: &'a JobId,
        moment: ReplayPosition,
        live: Option<ProjectionHandle>,
    ) -> BoxFuture<'a, Result<ReplaySnapshot, UserMessage>> {
        Box::pin(async move {
            let sought = Box::pin(self.seek_history(job, moment, live)).await;
            sought.map_err(|error| error.to_string())
        })
    }

    /// Returns the open scan session, or `None`.
    fn active_scan_job(&self) -> BoxFuture<'_, Result<Option<JobId>, UserMessage>> {
        Box::pin(async move {
            let requested = self.scan_job_spec()?;
            scan_sessions::find_latest_open(&self.journal, &requested).await.map_err(|error| error.to_string())
        })
    }

    /// Creates a local file or an object in a bucket.
    fn create_file<'a>(&'a self, to: &'a str, text: String) -> BoxFuture<'a, Result<String, UserMessage>> {
        Box::pin(async move {
            let source = to.parse::<Source>().map_err(|error| error.to_string())?;
            match &source {
                Source::Gcs { object, .. } if object.as_str().ends_with('/') => {
                    return Err(format!("{to} is a folder: name a new object in it"));
                }
                Source::Gcs { bucket, object, .. } => {
                    let written = self.gcs.connect().await?.create_object(bucket, object, text.into()).await;
                    written.map_err(|error| error.to_string())?;
                }
                Source::File(path) => {
                    let written = write_new_file(path.clone(), text);
                    written
                        .await
                        .map_err(|error| format!("{}: {}", path.display(), files::describe_io_error(&error)))?;
                }
                Source::Stdin => return Err("- is not the name of a file".to_owned()),
                Source::Several(_) => return Err("name one file".to_owned()),
            }
            Ok(source.to_string())
        })
    }
}

/// Creates a local file. Returns an error if the file exists, and does not change it.
async fn write_new_file(path: PathBuf, text: String) -> std::io::Result<()> {
    files::run_blocking(move || {
        let mut file = std::fs::File::create_new(path)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all())
    })
    .await
}
