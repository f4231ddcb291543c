//! The official client with time limits. Without them it retries for five minutes, and some of its calls for ever.

use std::time::Duration;

use futures::future::BoxFuture;
use google_cloud_auth::credentials::Credentials;
use google_cloud_gax::exponential_backoff::{ExponentialBackoff, ExponentialBackoffBuilder};
use google_cloud_gax::retry_policy::{RetryPolicyArg, RetryPolicyExt as _};
use google_cloud_storage::Error;
use google_cloud_storage::builder::storage::ClientBuilder as StorageBuilder;
use google_cloud_storage::client::Storage;
use google_cloud_storage::read_resume_policy::{ReadResumePolicyExt as _, Recommended};
use google_cloud_storage::retry_policy::RetryableErrors;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::credentials;
use super::error::{CredentialState, GcsError, GcsErrorContext, error_chain};
use super::json_api::{JsonApi, JsonRequest, RequestTimeouts};
use super::name::BucketName;
use super::settings::{MAX_ATTEMPTS, MAX_BACKOFF, MIN_BACKOFF, Settings};

/// A connection to Google Cloud Storage, or to an emulator.
pub struct GcsClient {
    pub(super) storage: Storage,
    pub(super) settings: Settings,
    credentials: Credentials,
    credential_state: CredentialState,
    json_api: OnceCell<JsonApi>,
}

/// Time limit of the setup, which asks the metadata server once more.
const SETUP_TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes per second of the slowest upload that is waited for.
const MIN_UPLOAD_BYTES_PER_SECOND: u64 = 250_000;
/// Time limit of a request without credentials: the answer comes at once or never, and the operator must know soon.
const NO_CREDENTIALS_TIMEOUT: Duration = Duration::from_millis(1_500);

impl GcsClient {
    /// Finds credentials and sets the client up. Sends no request to the service.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the credentials, the emulator's address or the setup are unusable.
    pub fn connect(settings: &Settings) -> BoxFuture<'_, Result<Self, GcsError>> {
        Box::pin(Self::connect_with_credentials(settings))
    }

    async fn connect_with_credentials(settings: &Settings) -> Result<Self, GcsError> {
        // A second provider is refused, and the first serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (credentials, access) = credentials::find_credentials(settings).await?;
        let builder = Storage::builder()
            .with_credentials(credentials.clone())
            .with_retry_policy(retry_policy(settings))
            .with_backoff_policy(backoff_policy())
            .with_read_resume_policy(Recommended.with_attempt_limit(MAX_ATTEMPTS));
        let builder = settings.json_address()?.into_iter().fold(builder, StorageBuilder::with_endpoint);
        let storage = build_client(builder.build()).await?;
        Ok(Self {
            storage,
            settings: settings.clone(),
            credentials,
            credential_state: access,
            json_api: OnceCell::new(),
        })
    }

    /// Returns the connection for listings and metadata, set up on first use.
    async fn json_api(&self) -> Result<&JsonApi, GcsError> {
        self.json_api.get_or_try_init(|| async { JsonApi::new(&self.settings, self.credentials.clone()) }).await
    }

    /// Describes the request, so that a refusal can be explained.
    pub(super) fn error_context(&self, role: &'static str) -> GcsErrorContext {
        GcsErrorContext { role, credential_state: self.credential_state.clone(), ..GcsErrorContext::default() }
    }

    /// Retries a request until a response begins, within the time limit.
    pub(super) async fn with_retry<T, F>(&self, asked: &GcsErrorContext, ask: impl Fn() -> F) -> Result<T, GcsError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.with_retry_of_upload(asked, 0, ask).await
    }

    /// Retries a request that sends this number of bytes, as [`Self::with_retry`]. The time limits grow with them.
    pub(super) async fn with_retry_of_upload<T, F>(
        &self,
        asked: &GcsErrorContext,
        bytes: usize,
        ask: impl Fn() -> F,
    ) -> Result<T, GcsError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let transfer = Duration::from_secs(bytes as u64 / MIN_UPLOAD_BYTES_PER_SECOND);
        let RequestTimeouts { attempt, total } = self.request_timeouts();
        let (attempt, total) = (attempt + transfer, total + transfer);
        let attempts = async {
            loop {
                // The client's own retries do not end an attempt that hangs.
                if let Ok(answer) = timeout(attempt, ask()).await {
                    return answer;
                }
            }
        };
        match timeout(total, attempts).await {
            Ok(answer) => answer.map_err(|error| GcsError::from_google(&error, asked)),
            Err(_) => Err(asked.timeout_error(total)),
        }
    }

    /// Returns the answer to a request of the JSON API, which names `payer`, if any, as the project that pays.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails; [`GcsError::UnexpectedResponse`] for an answer of another form.
    pub(super) fn get_json<'a, T: DeserializeOwned>(
        &'a self,
        request: JsonRequest<'a>,
        payer: Option<&'a str>,
        asked: &'a GcsErrorContext,
    ) -> BoxFuture<'a, Result<T, GcsError>> {
        Box::pin(async move {
            let answer = self.json_api().await?.get(&request, payer, asked, self.request_timeouts()).await?;
            serde_json::from_slice(&answer).map_err(|_| GcsError::UnexpectedResponse)
        })
    }

    /// Returns the answer to a request that names a payer only if the service demands one: naming a payer needs a permission on
    /// that project that an account which only reads does not have.
    pub(super) async fn get_json_paid<T: DeserializeOwned>(
        &self,
        request: JsonRequest<'_>,
        asked: &GcsErrorContext,
    ) -> Result<T, GcsError> {
        match (self.get_json(request.clone(), None, asked).await, &self.settings.project) {
            (Err(GcsError::RequesterPays { .. }), Some(project)) => {
                self.get_json(request, Some(project), asked).await.map_err(|error| error.with_payer(project))
            }
            (answer, _) => answer,
        }
    }

    fn request_timeouts(&self) -> RequestTimeouts {
        match self.credential_state {
            CredentialState::Missing(_) => {
                RequestTimeouts { attempt: NO_CREDENTIALS_TIMEOUT, total: NO_CREDENTIALS_TIMEOUT }
            }
            _ => RequestTimeouts { attempt: self.settings.attempt_timeout(), total: self.settings.total_timeout() },
        }
    }
}

/// Formats the name of a bucket as the client expects it.
pub(super) fn bucket_resource(bucket: &BucketName) -> String {
    format!("projects/_/buckets/{bucket}")
}

async fn build_client<C, E: std::error::Error>(building: impl Future<Output = Result<C, E>>) -> Result<C, GcsError> {
    match timeout(SETUP_TIMEOUT, building).await {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => {
            tracing::debug!(error = error_chain(&error), "the client for Google Cloud Storage was not built");
            Err(GcsError::Setup { why: "its address, certificates or credentials are not accepted".to_owned() })
        }
        Err(_) => Err(GcsError::Setup { why: format!("not ready within {} seconds", SETUP_TIMEOUT.as_secs()) }),
    }
}

/// Returns whether a request may be retried (408, 429, 5xx and broken connections): <https://cloud.google.com/storage/docs/retry-strategy>.
fn retry_policy(settings: &Settings) -> RetryPolicyArg {
    RetryableErrors.with_attempt_limit(MAX_ATTEMPTS).with_time_limit(settings.total_timeout()).into()
}

fn backoff_policy() -> ExponentialBackoff {
    ExponentialBackoffBuilder::new().with_initial_delay(MIN_BACKOFF).with_maximum_delay(MAX_BACKOFF).clamp()
}
