//! One effect that the backend or the data source performs, in its own task. The reply is sent as a message.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use ratatui_image::picker::Picker;
use tokio::sync::{mpsc, watch};

use super::backend::{Backend, JobSubscription, JobSummary, ProjectionHandle};
use super::item_photos::PhotoChange;
use super::message::Message;
use super::screen::Effect;
use super::{background_tasks, bulk_actions};
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::list_options::ListOptions;
use domain::text::count::format_count;
use domain::upc::Upc;

/// Pause that ends a sequence of digits. A scanner pauses for less time between the digits of a barcode; a person who
/// types usually pauses longer.
const SCANNER_PAUSE: Duration = Duration::from_millis(80);

/// Time that the cursor must rest on an item before the item is loaded.
const HOVER_DELAY: Duration = Duration::from_millis(150);

/// Minimum time between two progress messages about a list. The screen is not drawn more often for messages.
const PREVIEW_PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// Delay before a batch is attached again after its stream of events broke.
const REATTACH_DELAY: Duration = Duration::from_secs(2);

/// Interval at which the list of batches is read while it is shown and a batch runs. After [`MAX_JOB_POLLS`] reads
/// without a change, the list is sent anyway, so that the screen repeats the request if it is still open.
const JOB_POLL_INTERVAL: Duration = Duration::from_secs(1);
const MAX_JOB_POLLS: usize = 30;

/// What performing an effect needs in addition to its parameters.
pub(super) struct EffectTask {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) messages: mpsc::Sender<Message>,
    /// How this terminal shows images; `None` if the terminal has not been asked yet.
    pub(super) image_picker: Option<Picker>,
    /// Projection of the batch whose rows are exported or whose history is shown.
    pub(super) projection: Option<ProjectionHandle>,
}

impl EffectTask {
    /// Performs the effect and sends the reply. The reply is discarded if the console has exited.
    pub(super) async fn run(self, effect: Effect) {
        if let Some(reply) = self.perform(effect).await {
            self.send(reply).await;
        }
    }

    /// Performs the effect. Returns the last message that results from it; `None` for effects that only the event loop
    /// performs.
    #[expect(clippy::too_many_lines, reason = "one arm for each request, each as short as its parameters allow")]
    async fn perform(&self, effect: Effect) -> Option<Message> {
        let (backend, data_source) = (self.backend.as_ref(), self.backend.data_source());
        Some(match effect {
            // Locations and lists.
            Effect::ListLocation { location, page_token } => {
                let result = data_source.list_location(&location, page_token.clone()).await;
                Message::LocationListed { location, page_token, result }
            }
            Effect::ResolveAddress(address) => Message::AddressResolved(data_source.resolve_address(&address).await),
            Effect::ToggleBookmark(location) => {
                Message::Notify(data_source.toggle_bookmark(&location).await.unwrap_or_else(|error| error))
            }
            Effect::CompleteAddress(typed) => {
                let result = data_source.complete_address(&typed).await;
                Message::AddressCompleted { typed, result }
            }
            Effect::UploadFile { file, to, replace_generation } => {
                Message::FileUploaded(data_source.upload_file(&file, &to, replace_generation).await)
            }
            Effect::PreviewList { source, list } => self.preview_with_progress(source, &list).await,
            // Batches.
            Effect::EstimateBatch { options, amount } => {
                let result = backend.estimate_batch(&options, amount).await.map(Box::new);
                Message::EstimateReady { options, result }
            }
            Effect::StartJob(options) => Message::JobStarted(backend.start_job(&options).await),
            Effect::ListJobs => Message::JobsListed(data_source.list_jobs().await),
            Effect::PollJobs(shown) => self.poll_jobs(shown).await?,
            Effect::FindInterruptedJobs => {
                Message::InterruptedJobs(backend.interrupted_jobs().await.unwrap_or_default())
            }
            Effect::ResumeInterruptedJobs => match backend.resume_interrupted().await {
                Ok(()) => Message::JobsListed(data_source.list_jobs().await),
                Err(error) => Message::Notify(format!("Cannot resume: {error}")),
            },
            Effect::ListOutputFiles(job) => {
                let paths = data_source.list_output_files(&job).await.unwrap_or_default();
                Message::OutputFilesListed { job, paths }
            }
            Effect::AttachJob(job) => return self.follow_job(job).await,
            Effect::ReattachJob(job) => {
                tokio::time::sleep(REATTACH_DELAY).await;
                return self.follow_job(job).await;
            }
            Effect::ChangeJob { job, action } => {
                let result = backend.change_job(&job, action).await;
                Message::JobChanged { job, action, result }
            }
            Effect::Replay { job, position } => {
                let result = data_source.replay_at(&job, position, self.projection.clone()).await;
                Message::ReplayLoaded { job, result }
            }
            Effect::Scan(scan) => Message::Scan(scan.perform(backend).await),
            // Rows of a batch.
            Effect::CountStages { job, request } => Message::StagesCounted { job, counts: request.run().await? },
            Effect::QueryRows(query) => Message::RowsReady(query.run().await?),
            Effect::ApplyToItems { job, action, upcs } => {
                let result = bulk_actions::apply_in_chunks(backend, &job, action, &upcs, &self.messages).await;
                Message::BulkActionDone { job, action, result }
            }
            Effect::ExportRows { upcs, path, replace, .. } => {
                let result = bulk_actions::export_rows(self.projection.clone(), upcs, path.clone(), replace).await;
                Message::RowsExported { path, result }
            }
            // Reviews.
            Effect::LoadReviewQueue(job) => {
                let result = data_source.load_review_queue(&job).await;
                Message::ReviewQueueLoaded { job, result }
            }
            Effect::SearchForItem { job, upc, text } => {
                let result = backend.search_for_item(&job, upc, &text).await;
                Message::ItemSearched { job, upc, text, result }
            }
            // One item.
            Effect::LoadItem { job, upc } => self.load_item(job, upc).await,
            Effect::ChangePhotos { job, upcs, change } => return self.change_photos(job, upcs, &change).await,
            Effect::CountPhotos => Message::PhotosCounted(data_source.count_photos().await.map(Into::into)),
            Effect::WaitForDigits { job, sequence } => {
                tokio::time::sleep(SCANNER_PAUSE).await;
                Message::DigitsPaused { job, sequence }
            }
            Effect::Debounce { job, upc } => {
                tokio::time::sleep(HOVER_DELAY).await;
                Message::CursorIdle { job, upc }
            }
            Effect::CompareDraft { job, upc } => {
                let result = backend.compare_draft(&job, upc).await;
                Message::DraftCompared { job, upc, result }
            }
            Effect::LoadImage { url, cells } => {
                let result = background_tasks::load_image(data_source, &url, self.image_picker.clone(), cells).await;
                Message::ImageLoaded { url, result }
            }
            Effect::SaveFile(file) => Message::Notify(file.write_atomically().await.err()?),
            Effect::DescribeSetup => Message::SetupDescribed(data_source.describe_setup().await.unwrap_or_default()),
            // The event loop performs these, see `effect_runner`.
            Effect::SaveState { .. }
            | Effect::CancelPreview(_)
            | Effect::SubmitReview { .. }
            | Effect::UndoReview { .. }
            | Effect::EditItems(_)
            | Effect::UndoNewest
            | Effect::PassScan(_)
            | Effect::SetColumns { .. }
            | Effect::CaptureMouse(_)
            | Effect::OpenUrl(_)
            | Effect::Notify(_)
            | Effect::Beep
            | Effect::CopyText(_)
            | Effect::ShowPlainOutput(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => return None,
        })
    }

    /// Sends a message, unless the console has ended.
    async fn send(&self, message: Message) {
        let _ = self.messages.send(message).await;
    }

    /// Returns the list of batches as soon as it differs from the shown one.
    async fn poll_jobs(&self, shown: Vec<JobSummary>) -> Option<Message> {
        for _ in 0..MAX_JOB_POLLS {
            tokio::time::sleep(JOB_POLL_INTERVAL).await;
            if self.messages.is_closed() {
                return None;
            }
            match self.backend.data_source().list_jobs().await {
                Ok(jobs) if jobs != shown => return Some(Message::JobListChanged(jobs)),
                _ => {}
            }
        }
        Some(Message::JobListChanged(shown))
    }

    /// Sends the details and photos of an item as soon as they are loaded, and returns its listing, which takes longer.
    async fn load_item(&self, job: JobId, upc: Upc) -> Message {
        let data_source = self.backend.data_source();
        let result = data_source.load_item(&job, upc).await.map(Box::new);
        self.send(Message::ItemLoaded { job: job.clone(), upc, result }).await;
        let result = data_source.list_photos(upc).await;
        self.send(Message::PhotosListed { upc, result }).await;
        let result = data_source.load_listing(&job, upc).await;
        Message::ListingLoaded { job, upc, result }
    }

    /// Changes the photos of items one after another, then updates the drafts of the changed items.
    async fn change_photos(&self, job: JobId, upcs: Vec<Upc>, change: &PhotoChange) -> Option<Message> {
        let data_source = self.backend.data_source();
        let (mut changed, mut failure, mut photo_count) = (Vec::new(), None, 0);
        for upc in &upcs {
            match data_source.change_photos(*upc, change).await {
                Ok(count) => {
                    changed.push(*upc);
                    photo_count += count;
                }
                Err(error) => {
                    failure = Some(format!("{upc}: {error}"));
                    break;
                }
            }
        }
        let photos = format_count(photo_count, "photo", "photos");
        let items = if changed.len() == 1 { changed[0].to_string() } else { format!("{} items", changed.len()) };
        let mut text = if changed.is_empty() { String::new() } else { format!("{photos} of {items}: saved.") };
        if !changed.is_empty() {
            let redrafted = self.backend.apply_item_action(&job, ItemAction::Redraft, &changed).await;
            let reason = redrafted.map(|result| result.rejected.into_iter().next().map(|rejected| rejected.why));
            if let Some(why) = reason.unwrap_or_else(Some) {
                let _ = write!(text, " Not in the draft yet: {why}.");
            }
        }
        let text = [Some(text), failure].into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        self.send(Message::Notify(text.join(" "))).await;
        self.send(Message::PhotosCounted(data_source.count_photos().await.map(Into::into))).await;
        let [upc] = upcs[..] else { return None };
        Some(Message::PhotosListed { upc, result: data_source.list_photos(upc).await })
    }

    /// Reads a list, and sends progress messages while it does so.
    async fn preview_with_progress(&self, source: String, list: &ListOptions) -> Message {
        let (progress, latest_progress) = watch::channel(None);
        let on_progress = move |read| {
            progress.send_replace(Some(read));
        };
        let preview = self.backend.preview_list(&source, list, &on_progress);
        let mut interval = tokio::time::interval(PREVIEW_PROGRESS_INTERVAL);
        tokio::pin!(preview);
        loop {
            tokio::select! {
                result = &mut preview => return Message::PreviewReady { source: source.clone(), result: result.map(Box::new) },
                _ = interval.tick() => {
                    let latest = *latest_progress.borrow();
                    if let Some(progress) = latest {
                        self.send(Message::PreviewProgress { source: source.clone(), progress }).await;
                    }
                }
            }
        }
    }

    /// Subscribes to a batch and sends its events until the batch ends or the console exits. Returns the error if the
    /// subscription fails.
    async fn follow_job(&self, job: JobId) -> Option<Message> {
        let JobSubscription { projection, mut events } = match self.backend.subscribe_to_job(&job).await {
            Ok(subscription) => subscription,
            Err(error) => return Some(Message::JobAttached { job, result: Err(error) }),
        };
        let items = projection.read().items().clone();
        self.send(Message::JobAttached { job: job.clone(), result: Ok(projection) }).await;
        // Decodes all chunks of a projection that was loaded from a snapshot, so that a key that searches it does not
        // wait.
        tokio::task::spawn_blocking(move || items.iter().count());
        while let Some(batch) = events.next().await {
            let message = match batch {
                Ok(events) => Message::JobEvents { job: job.clone(), events },
                Err(error) => Message::StreamLost { job: job.clone(), error },
            };
            if self.messages.send(message).await.is_err() {
                break;
            }
        }
        None
    }
}
