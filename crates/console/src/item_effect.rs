//! Requests about single items, their photos and their reviews, and the replies.

use std::fmt::Write as _;
use std::time::Duration;

use ratatui::layout::Size;

use super::background_tasks;
use super::effect_context::EffectContext;
use super::item_edit::ItemEdit;
use super::item_photos::PhotoChange;
use super::message::Message;
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::text::count::format_count;
use domain::upc::Upc;

/// Time that the cursor must rest on an item before the item is loaded.
const HOVER_DELAY: Duration = Duration::from_millis(150);

/// Pause that ends a sequence of digits. A scanner pauses for less time between the digits of a barcode; a person who
/// types usually pauses longer.
const SCANNER_PAUSE: Duration = Duration::from_millis(80);

/// A request about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemEffect {
    LoadItem {
        job: JobId,
        upc: Upc,
    },
    /// Sends a message when the cursor has rested on the item for a moment.
    Debounce {
        job: JobId,
        upc: Upc,
    },
    /// Changes the seller's own photos of items, and updates their drafts. An edit of other fields follows for the items
    /// whose photos were saved, and updates their drafts instead: it would be rejected while they are updated.
    ChangePhotos {
        job: JobId,
        upcs: Vec<Upc>,
        change: PhotoChange,
        edit: Option<ItemEdit>,
    },
    /// Counts the seller's own photos of each item.
    CountPhotos,
    /// Compares the item's drafts at eBay with what Draft Maker sent.
    CompareDraft {
        job: JobId,
        upc: Upc,
    },
    /// Loads an image and scales it to this size in cells.
    LoadImage {
        url: String,
        cells: Size,
    },
    /// Loads the cases that wait for review.
    LoadReviewQueue(JobId),
    /// Searches for an item in review with a text of the operator.
    SearchForItem {
        job: JobId,
        upc: Upc,
        text: String,
    },
    /// Sends a message after the pause that follows a digit in review.
    WaitForDigits {
        job: JobId,
        /// Number of the typed digit.
        sequence: u64,
    },
}

impl ItemEffect {
    /// Performs the request. Returns the last message that results from it; `None` if there is no further one.
    pub(super) async fn perform(self, context: EffectContext) -> Option<Message> {
        let (backend, data_source) = (context.backend.as_ref(), context.data_source());
        Some(match self {
            Self::LoadItem { job, upc } => load_item(&context, job, upc).await,
            Self::Debounce { job, upc } => {
                tokio::time::sleep(HOVER_DELAY).await;
                Message::CursorIdle { job, upc }
            }
            Self::ChangePhotos { job, upcs, change, edit } => {
                change_photos(&context, job, upcs, (&change, edit)).await?
            }
            Self::CountPhotos => Message::PhotosCounted(data_source.count_photos().await.map(Into::into)),
            Self::CompareDraft { job, upc } => {
                let result = backend.compare_draft(&job, upc).await;
                Message::DraftCompared { job, upc, result }
            }
            Self::LoadImage { url, cells } => {
                let result = background_tasks::load_image(data_source, &url, context.image_picker.clone(), cells).await;
                Message::ImageLoaded { url, result }
            }
            Self::LoadReviewQueue(job) => {
                let result = data_source.load_review_queue(&job).await;
                Message::ReviewQueueLoaded { job, result }
            }
            Self::SearchForItem { job, upc, text } => {
                let result = backend.search_for_item(&job, upc, &text).await;
                Message::ItemSearched { job, upc, text, result }
            }
            Self::WaitForDigits { job, sequence } => {
                tokio::time::sleep(SCANNER_PAUSE).await;
                Message::DigitsPaused { job, sequence }
            }
        })
    }
}

/// Sends the details and photos of an item as soon as they are loaded, and returns its listing, which takes longer.
async fn load_item(context: &EffectContext, job: JobId, upc: Upc) -> Message {
    let data_source = context.backend.data_source();
    let result = data_source.load_item(&job, upc).await.map(Box::new);
    context.send(Message::ItemLoaded { job: job.clone(), upc, result }).await;
    let result = data_source.list_photos(upc).await;
    context.send(Message::PhotosListed { upc, result }).await;
    let result = data_source.load_listing(&job, upc).await;
    Message::ListingLoaded { job, upc, result }
}

/// Changes the photos of items one after another, then updates the drafts of the changed items unless an edit follows.
async fn change_photos(
    context: &EffectContext,
    job: JobId,
    upcs: Vec<Upc>,
    (change, edit): (&PhotoChange, Option<ItemEdit>),
) -> Option<Message> {
    let data_source = context.backend.data_source();
    let save = context.photo_saves.track(&job, &upcs, edit.is_some());
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
    if !changed.is_empty() && edit.is_none() {
        let redrafted = context.backend.apply_item_action(&job, ItemAction::Redraft, &changed).await;
        let reason = redrafted.map(|result| result.rejected.into_iter().next().map(|rejected| rejected.why));
        if let Some(why) = reason.unwrap_or_else(Some) {
            let _ = write!(text, " Not in the draft yet: {why}.");
        }
    }
    let text = [Some(text), failure].into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let remaining = upcs.iter().filter(|upc| !changed.contains(upc)).copied().collect();
    let edit = edit.and_then(|edit| edit.for_saved_photos(&changed));
    context.send(Message::PhotosChanged { job, remaining, text: text.join(" "), edit }).await;
    drop(save);
    context.send(Message::PhotosCounted(data_source.count_photos().await.map(Into::into))).await;
    let [upc] = upcs[..] else { return None };
    Some(Message::PhotosListed { upc, result: data_source.list_photos(upc).await })
}
