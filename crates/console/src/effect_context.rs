//! What the task of an effect needs in addition to the effect's parameters.

use std::sync::Arc;

use ratatui_image::picker::Picker;
use tokio::sync::mpsc;

use super::backend::{Backend, DataSource, ProjectionHandle};
use super::message::Message;
use super::photo_saves::PhotoSaves;
use super::scan_session::ScanEffect;

/// The surroundings of a task that performs an effect. The reply to the effect is sent as a message.
pub(super) struct EffectContext {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) messages: mpsc::Sender<Message>,
    /// How this terminal shows images; `None` if the terminal has not been asked yet.
    pub(super) image_picker: Option<Picker>,
    /// Projection of the batch whose rows are exported or whose history is shown.
    pub(super) projection: Option<ProjectionHandle>,
    pub(super) photo_saves: PhotoSaves,
}

impl EffectContext {
    pub(super) fn data_source(&self) -> &dyn DataSource {
        self.backend.data_source()
    }

    /// Sends a message, unless the console has exited.
    pub(super) async fn send(&self, message: Message) {
        let _ = self.messages.send(message).await;
    }

    /// Performs a request of the scan screen.
    pub(super) async fn perform_scan(self, effect: ScanEffect) -> Option<Message> {
        Some(Message::Scan(effect.perform(self.backend.as_ref()).await))
    }

    /// Describes what is set up.
    pub(super) async fn describe_setup(self) -> Option<Message> {
        Some(Message::SetupDescribed(self.data_source().describe_setup().await.unwrap_or_default()))
    }
}
