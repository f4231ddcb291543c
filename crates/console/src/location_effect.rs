//! Requests about locations and the lists in them, and their replies.

use std::time::Duration;

use tokio::sync::watch;

use super::backend::Location;
use super::effect_context::EffectContext;
use super::message::Message;
use domain::list_options::ListOptions;

/// Minimum time between two progress messages about a list. The screen is not drawn more often for messages.
const PREVIEW_PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// A request about a location or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocationEffect {
    ListLocation {
        location: Location,
        page_token: Option<String>,
    },
    /// Resolves a typed address to a location or a list.
    ResolveAddress(String),
    ToggleBookmark(Location),
    /// Finds the addresses that start with this text.
    CompleteAddress(String),
    /// Uploads a file under a new name, or over exactly this generation.
    UploadFile {
        file: String,
        to: String,
        replace_generation: Option<i64>,
    },
    PreviewList {
        source: String,
        list: ListOptions,
    },
}

impl LocationEffect {
    /// Performs the request. Returns the last message that results from it.
    pub(super) async fn perform(self, context: EffectContext) -> Option<Message> {
        let data_source = context.data_source();
        Some(match self {
            Self::ListLocation { location, page_token } => {
                let result = data_source.list_location(&location, page_token.clone()).await;
                Message::LocationListed { location, page_token, result }
            }
            Self::ResolveAddress(address) => Message::AddressResolved(data_source.resolve_address(&address).await),
            Self::ToggleBookmark(location) => {
                Message::Notify(data_source.toggle_bookmark(&location).await.unwrap_or_else(|error| error))
            }
            Self::CompleteAddress(typed) => {
                let result = data_source.complete_address(&typed).await;
                Message::AddressCompleted { typed, result }
            }
            Self::UploadFile { file, to, replace_generation } => {
                Message::FileUploaded(data_source.upload_file(&file, &to, replace_generation).await)
            }
            Self::PreviewList { source, list } => preview_with_progress(&context, source, &list).await,
        })
    }
}

/// Reads a list, and sends progress messages while it does so.
async fn preview_with_progress(context: &EffectContext, source: String, list: &ListOptions) -> Message {
    let (progress, latest_progress) = watch::channel(None);
    let on_progress = move |read| {
        progress.send_replace(Some(read));
    };
    let preview = context.backend.preview_list(&source, list, &on_progress);
    let mut interval = tokio::time::interval(PREVIEW_PROGRESS_INTERVAL);
    tokio::pin!(preview);
    loop {
        tokio::select! {
            result = &mut preview => return Message::PreviewReady { source: source.clone(), result: result.map(Box::new) },
            _ = interval.tick() => {
                let latest = *latest_progress.borrow();
                if let Some(progress) = latest {
                    context.send(Message::PreviewProgress { source: source.clone(), progress }).await;
                }
            }
        }
    }
}
