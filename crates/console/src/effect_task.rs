//! What screens ask of whoever runs the batches: each question in a task of its own, its answer as news.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use ratatui_image::picker::Picker;
use tokio::sync::{mpsc, watch};

use super::backend::{Backend, JobSubscription, ProjectionHandle};
use super::message::Message;
use super::screen::Effect;
use super::{background_tasks, bulk_actions};
use domain::job_spec::JobId;

/// A cursor that stays so long on an item rests there.
const HOVER_DELAY: Duration = Duration::from_millis(150);

/// Between two words about a list that is being read: as often as the screen is drawn for news.
const PREVIEW_PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// One question.
pub(super) struct EffectTask {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) messages: mpsc::Sender<Message>,
    /// How this terminal draws pictures, once it was asked.
    pub(super) image_picker: Option<Picker>,
    /// The board that the question needs beside what it says.
    pub(super) projection: Option<ProjectionHandle>,
}

impl EffectTask {
    /// Asks, and passes the answer on. A console that has left hears nothing.
    pub(super) async fn run(self, action: Effect) {
        let message = self.messages.clone();
        let answer = match action {
            Effect::AttachJob(job) => return follow_job(self.backend, job, self.messages).await,
            Effect::QueryRows(arranging) => arranging.run().await.map(Message::RowsReady),
            Effect::SaveFile(stored) => stored.write_atomically().await.err().map(Message::Notify),
            action => self.run_by_subject(action).await,
        };
        if let Some(answer) = answer {
            let _ = message.send(answer).await;
        }
    }

    /// By subject; nothing for what the loop does itself.
    async fn run_by_subject(self, action: Effect) -> Option<Message> {
        let action = match self.run_list_effect(action).await {
            Ok(message) => return Some(message),
            Err(action) => action,
        };
        match self.run_job_effect(action).await {
            Ok(message) => Some(message),
            Err(action) => self.run_item_effect(action).await,
        }
    }

    /// Places, lists, and what begins over one.
    async fn run_list_effect(&self, action: Effect) -> Result<Message, Effect> {
        let operations = self.backend.as_ref();
        Ok(match action {
            Effect::ListLocation { location, page_token: page } => {
                let answer = operations.data_source().list_location(&location, page.clone()).await;
                Message::LocationListed { location, page_token: page, result: answer }
            }
            Effect::ResolveAddress(address) => {
                Message::AddressResolved(operations.data_source().resolve_address(&address).await)
            }
            Effect::ToggleBookmark(location) => {
                Message::Notify(operations.data_source().toggle_bookmark(&location).await.unwrap_or_else(|why| why))
            }
            Effect::CompleteAddress(typed) => {
                let answer = operations.data_source().complete_address(&typed).await;
                Message::AddressCompleted { typed, result: answer }
            }
            Effect::UploadFile { file, to, replace_generation: over } => {
                Message::FileUploaded(operations.data_source().upload_file(&file, &to, over).await)
            }
            Effect::PreviewList { source } => self.preview_with_progress(source).await,
            Effect::EstimateBatch { options, amount } => {
                let answer = operations.estimate_batch(&options, amount).await.map(Box::new);
                Message::EstimateReady { options, result: answer }
            }
            Effect::StartJob(options) => Message::JobStarted(operations.start_job(&options).await),
            Effect::ListJobs => Message::JobsListed(operations.data_source().list_jobs().await),
            Effect::Scan(ask) => Message::Scan(ask.perform(operations).await),
            other => return Err(other),
        })
    }

    /// Reads a list, and tells meanwhile how far it has come.
    async fn preview_with_progress(&self, source: String) -> Message {
        let (tell, messages) = watch::channel(None);
        let hears = move |so_far| {
            tell.send_replace(Some(so_far));
        };
        let of = source.clone();
        let reading = self.backend.preview_list(&of, &hears);
        let mut every = tokio::time::interval(PREVIEW_PROGRESS_INTERVAL);
        tokio::pin!(reading);
        loop {
            tokio::select! {
                answer = &mut reading => return Message::PreviewReady { source, result: answer.map(Box::new) },
                _ = every.tick() => {
                    let so_far = *messages.borrow();
                    if let Some(so_far) = so_far {
                        let _ = self.messages.send(Message::PreviewProgress { source: source.clone(), progress: so_far }).await;
                    }
                }
            }
        }
    }

    /// A batch as a whole, or some of its items.
    async fn run_job_effect(&self, action: Effect) -> Result<Message, Effect> {
        let operations = self.backend.as_ref();
        Ok(match action {
            Effect::ChangeJob { job, action: change } => {
                let answer = operations.change_job(&job, change).await;
                Message::JobChanged { job, action: change, result: answer }
            }
            Effect::ApplyToItems { job, action: act, upcs } => {
                let answer = bulk_actions::apply_in_chunks(operations, &job, act, &upcs, &self.messages).await;
                Message::BulkActionDone { job, action: act, result: answer }
            }
            Effect::ExportRows { upcs, path, replace, .. } => {
                let answer = bulk_actions::export_rows(self.projection.clone(), upcs, path.clone(), replace).await;
                Message::RowsExported { path, result: answer }
            }
            Effect::Replay { job, position: moment } => {
                let answer = operations.data_source().replay_at(&job, moment).await;
                Message::ReplayLoaded { job, result: answer }
            }
            Effect::LoadReviewQueue(job) => {
                let answer = operations.data_source().load_review_queue(&job).await;
                Message::ReviewQueueLoaded { job, result: answer }
            }
            Effect::SubmitReview { job, upc, input: answer } => {
                let answer = operations.submit_review(&job, upc, &answer).await;
                Message::ReviewSubmitted { job, upc, result: answer }
            }
            other => return Err(other),
        })
    }

    async fn run_item_effect(self, action: Effect) -> Option<Message> {
        let operations = self.backend.as_ref();
        Some(match action {
            Effect::LoadItem { job, upc } => {
                let answer = operations.data_source().load_item(&job, upc).await.map(Box::new);
                self.messages.send(Message::ItemLoaded { job: job.clone(), upc, result: answer }).await.ok()?;
                let answer = operations.data_source().load_listing(&job, upc).await;
                Message::ListingLoaded { job, upc, result: answer }
            }
            Effect::Debounce { job, upc } => {
                tokio::time::sleep(HOVER_DELAY).await;
                Message::CursorIdle { job, upc }
            }
            Effect::CompareDraft { job, upc } => {
                let answer = operations.compare_draft(&job, upc).await;
                Message::DraftCompared { job, upc, result: answer }
            }
            Effect::LoadImage { url: address, cells: room } => {
                let answer =
                    background_tasks::load_image(operations.data_source(), &address, self.image_picker, room).await;
                Message::ImageLoaded { url: address, result: answer }
            }
            _ => return None,
        })
    }
}

/// Joins a batch and passes on what happens in it, until it ends or the console leaves.
async fn follow_job(operations: Arc<dyn Backend>, job: JobId, message: mpsc::Sender<Message>) {
    let JobSubscription { projection, events: mut happens, .. } = match operations.subscribe_to_job(&job).await {
        Ok(watched) => watched,
        Err(why) => {
            let _ = message.send(Message::JobAttached { job, result: Err(why) }).await;
            return;
        }
    };
    let items = projection.read().items().clone();
    let _ = message.send(Message::JobAttached { job: job.clone(), result: Ok(projection) }).await;
    // Of a board that was kept, all parts are read now: a key that looks for something must not wait for that.
    tokio::task::spawn_blocking(move || items.iter().count());
    while let Some(events) = happens.next().await {
        let messages = match events {
            Ok(events) => Message::JobEvents { job: job.clone(), events },
            Err(why) => Message::StreamLost { job: job.clone(), error: why },
        };
        if message.send(messages).await.is_err() {
            return;
        }
    }
}
