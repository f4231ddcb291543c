//! The connection that all operations in this folder use. It sends requests within the time limits of the settings, and
//! names a paying project if the service demands one.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::credentials;
use super::error::{CredentialState, GcsError, GcsErrorContext};
use super::json_api::{JsonApi, JsonRequest, RequestTimeouts};
use super::settings::Settings;

/// A connection to Google Cloud Storage, or to an emulator.
pub struct GcsClient {
    pub(super) api: JsonApi,
    pub(super) settings: Settings,
    credential_state: CredentialState,
}

/// Minimum upload speed, in bytes per second; slower uploads time out.
const MIN_UPLOAD_BYTES_PER_SECOND: u64 = 250_000;
/// Time limit of a request without credentials. An answer arrives at once or never, and the operator must know soon.
const NO_CREDENTIALS_TIMEOUT: Duration = Duration::from_millis(1_500);

impl GcsClient {
    /// Finds credentials and creates the client. Sends no request to the service.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the credentials, the address of the emulator or the setup are unusable.
    pub async fn connect(settings: &Settings) -> Result<Self, GcsError> {
        // An error means that a provider is already installed, which works as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (credentials, credential_state) = credentials::find_credentials(settings).await?;
        Ok(Self { api: JsonApi::new(settings, credentials)?, settings: settings.clone(), credential_state })
    }

    /// Returns the context of a request, which explains a rejection.
    pub(super) fn error_context(&self, role: &'static str) -> GcsErrorContext {
        GcsErrorContext { role, credential_state: self.credential_state.clone(), ..GcsErrorContext::default() }
    }

    /// Returns the answer to a request of the JSON API. `payer` is the project that pays, if any.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails, and [`GcsError::UnexpectedResponse`] if the answer has another
    /// format.
    pub(super) async fn get_json<T: DeserializeOwned>(
        &self,
        request: &JsonRequest<'_>,
        payer: Option<&str>,
        context: &GcsErrorContext,
    ) -> Result<T, GcsError> {
        let answer = self.api.get(request, payer, context, self.request_timeouts()).await?;
        serde_json::from_slice(&answer).map_err(|_| GcsError::UnexpectedResponse)
    }

    /// Returns the answer to a request. Names a payer only if the service demands one, because this needs a permission
    /// in that project that an account with read access to the bucket may not have.
    pub(super) async fn get_json_paid<T: DeserializeOwned>(
        &self,
        request: &JsonRequest<'_>,
        context: &GcsErrorContext,
    ) -> Result<T, GcsError> {
        match (self.get_json(request, None, context).await, &self.settings.project) {
            (Err(GcsError::RequesterPays { .. }), Some(project)) => {
                self.get_json(request, Some(project), context).await.map_err(|error| error.with_payer(project))
            }
            (answer, _) => answer,
        }
    }

    /// Returns the time limits of a request until its response begins.
    pub(super) fn request_timeouts(&self) -> RequestTimeouts {
        match self.credential_state {
            CredentialState::Missing(_) => {
                RequestTimeouts { attempt: NO_CREDENTIALS_TIMEOUT, total: NO_CREDENTIALS_TIMEOUT }
            }
            _ => RequestTimeouts { attempt: self.settings.attempt_timeout(), total: self.settings.total_timeout() },
        }
    }

    /// Returns the time limits of a request that sends `bytes` bytes.
    pub(super) fn upload_timeouts(&self, bytes: usize) -> RequestTimeouts {
        let transfer = Duration::from_secs(bytes as u64 / MIN_UPLOAD_BYTES_PER_SECOND);
        let RequestTimeouts { attempt, total } = self.request_timeouts();
        RequestTimeouts { attempt: attempt + transfer, total: total + transfer }
    }
}
