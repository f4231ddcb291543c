//! The official client with time limits. By default it retries for five minutes, and some calls forever.
//!
//! `GcsClient` is the connection that all operations in this folder use. It retries requests within the time limits of
//! the settings, and names a paying project if the service demands one.

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

/// Time limit of the setup, which may query the metadata server once more.
const SETUP_TIMEOUT: Duration = Duration::from_secs(3);
/// Minimum upload speed, in bytes per second; slower uploads time out.
const MIN_UPLOAD_BYTES_PER_SECOND: u64 = 250_000;
/// Time limit of a request without credentials. An answer arrives at once or never, and the operator must know soon.
const NO_CREDENTIALS_TIMEOUT: Duration = Duration::from_millis(1_500);

impl GcsClient {
    /// Finds credentials and creates the client. Sends no request to the service.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the credentials, the address of the emulator or the setup are unusable.
    pub fn connect(settings: &Settings) -> BoxFuture<'_, Result<Self, GcsError>> {
        Box::pin(Self::connect_with_credentials(settings))
    }

    async fn connect_with_credentials(settings: &Settings) -> Result<Self, GcsError> {
        // An error means that a provider is already installed, which works as well.
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

    /// Returns the connection for listings and metadata, created on first use.
    async fn json_api(&self) -> Result<&JsonApi, GcsError> {
        self.json_api.get_or_try_init(|| async { JsonApi::new(&self.settings, self.credentials.clone()) }).await
    }

    /// Returns the context of a request, which explains a rejection.
    pub(super) fn error_context(&self, role: &'static str) -> GcsErrorContext {
        GcsErrorContext { role, credential_state: self.credential_state.clone(), ..GcsErrorContext::default() }
    }

    /// Retries a request until a response begins, within the time limit.
    pub(super) async fn with_retry<T, F>(&self, context: &GcsErrorContext, ask: impl Fn() -> F) -> Result<T, GcsError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.with_retry_of_upload(context, 0, ask).await
    }

    /// Like [`Self::with_retry`], for a request that sends `bytes` bytes. The time limits grow with the size.
    pub(super) async fn with_retry_of_upload<T, F>(
        &self,
        context: &GcsErrorContext,
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
                // The client's own retries do not end a hanging attempt.
                if let Ok(answer) = timeout(attempt, ask()).await {
                    return answer;
                }
            }
        };
        match timeout(total, attempts).await {
            Ok(answer) => answer.map_err(|error| GcsError::from_google(&error, context)),
            Err(_) => Err(context.timeout_error(total)),
        }
    }

    /// Returns the answer to a request of the JSON API. `payer` is the project that pays, if any.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails, and [`GcsError::UnexpectedResponse`] if the answer has another
    /// format.
    pub(super) fn get_json<'a, T: DeserializeOwned>(
        &'a self,
        request: JsonRequest<'a>,
        payer: Option<&'a str>,
        context: &'a GcsErrorContext,
    ) -> BoxFuture<'a, Result<T, GcsError>> {
        Box::pin(async move {
            let answer = self.json_api().await?.get(&request, payer, context, self.request_timeouts()).await?;
            serde_json::from_slice(&answer).map_err(|_| GcsError::UnexpectedResponse)
        })
    }

    /// Returns the answer to a request. Names a payer only if the service demands one, because this needs a permission
    /// in that project that an account with read access to the bucket may not have.
    pub(super) async fn get_json_paid<T: DeserializeOwned>(
        &self,
        request: JsonRequest<'_>,
        context: &GcsErrorContext,
    ) -> Result<T, GcsError> {
        match (self.get_json(request.clone(), None, context).await, &self.settings.project) {
            (Err(GcsError::RequesterPays { .. }), Some(project)) => {
                self.get_json(request, Some(project), context).await.map_err(|error| error.with_payer(project))
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

/// Returns the resource name of a bucket, which the client expects.
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

/// Returns the policy of retries (408, 429, 5xx and broken connections):
/// <https://cloud.google.com/storage/docs/retry-strategy>.
fn retry_policy(settings: &Settings) -> RetryPolicyArg {
    RetryableErrors.with_attempt_limit(MAX_ATTEMPTS).with_time_limit(settings.total_timeout()).into()
}

fn backoff_policy() -> ExponentialBackoff {
    ExponentialBackoffBuilder::new().with_initial_delay(MIN_BACKOFF).with_maximum_delay(MAX_BACKOFF).clamp()
}
