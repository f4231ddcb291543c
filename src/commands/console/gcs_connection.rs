//! The console's connection to Google Cloud Storage, opened on first use.

use console::UserMessage;
use input::gcs::{self, GcsClient};

/// A client that connects on first use.
pub(super) struct GcsConnection {
    settings: gcs::Settings,
    client: tokio::sync::OnceCell<GcsClient>,
}

impl GcsConnection {
    pub(super) fn new(settings: gcs::Settings) -> Self {
        Self { settings, client: tokio::sync::OnceCell::new() }
    }

    /// Returns the client. Connects on the first call.
    ///
    /// # Errors
    /// Returns a message for the operator if the credentials or settings cannot be used.
    pub(super) async fn connect(&self) -> Result<&GcsClient, UserMessage> {
        let connect = || GcsClient::connect(&self.settings);
        self.client.get_or_try_init(connect).await.map_err(|error| error.to_string())
    }

    /// Returns the buckets of the project, or `None` if no project is set.
    ///
    /// # Errors
    /// Returns a message for the operator if Google Cloud Storage cannot be reached or refuses the request.
    pub(super) async fn list_buckets(&self) -> Result<Option<Vec<String>>, UserMessage> {
        self.connect().await?.list_buckets().await.map_err(|error| error.to_string())
    }
}
