//! The official client, with limits on its patience: by itself it tries for five minutes, and some of its calls forever.

use std::time::Duration;

use google_cloud_auth::credentials::Credentials;
use google_cloud_gax::exponential_backoff::{ExponentialBackoff, ExponentialBackoffBuilder};
use google_cloud_gax::retry_policy::{RetryPolicyArg, RetryPolicyExt as _};
use google_cloud_storage::Error;
use google_cloud_storage::builder::storage::ClientBuilder as StorageBuilder;
use google_cloud_storage::builder::storage_control::ClientBuilder as ControlBuilder;
use google_cloud_storage::client::{Storage, StorageControl};
use google_cloud_storage::read_resume_policy::{ReadResumePolicyExt as _, Recommended};
use google_cloud_storage::retry_policy::RetryableErrors;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::credentials;
use super::error::{Access, Asked, GcsError, chain};
use super::name::BucketName;
use super::settings::Settings;

/// A connection to Google Cloud Storage, or to an imitation of it.
pub struct Client {
    pub(super) storage: Storage,
    pub(super) settings: Settings,
    credentials: Credentials,
    access: Access,
    control: OnceCell<StorageControl>,
}

/// Attempts at one request, and resumptions of one read.
const ATTEMPTS: u32 = 4;
/// How long setting up may take: it asks the metadata server once more.
const SETUP: Duration = Duration::from_secs(3);
/// Without credentials the answer comes at once, or never, and the operator must know within five seconds.
const WITHOUT_CREDENTIALS: Duration = Duration::from_millis(1_500);

impl Client {
    /// Finds credentials and sets the client up. Nothing is asked of the service yet.
    ///
    /// # Errors
    /// [`GcsError::NoCredentials`], [`GcsError::BadEmulator`], [`GcsError::Setup`].
    pub async fn connect(settings: &Settings) -> Result<Self, GcsError> {
        // A second provider is refused, and the first serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (credentials, access) = credentials::find(settings).await?;
        let builder = Storage::builder()
            .with_credentials(credentials.clone())
            .with_retry_policy(retries(settings))
            .with_backoff_policy(backoff())
            .with_read_resume_policy(Recommended.with_attempt_limit(ATTEMPTS));
        let builder = settings.json_address()?.into_iter().fold(builder, StorageBuilder::with_endpoint);
        let storage = set_up(builder.build()).await?;
        Ok(Self { storage, settings: settings.clone(), credentials, access, control: OnceCell::new() })
    }

    /// The part of the client that browses, set up when it is first needed.
    pub(super) async fn control(&self) -> Result<&StorageControl, GcsError> {
        self.control.get_or_try_init(|| self.connect_control()).await
    }

    async fn connect_control(&self) -> Result<StorageControl, GcsError> {
        let builder = StorageControl::builder()
            .with_credentials(self.credentials.clone())
            .with_retry_policy(retries(&self.settings))
            .with_backoff_policy(backoff())
            .with_attempt_timeout(self.settings.attempt_timeout());
        let address = self.settings.grpc_address()?;
        set_up(address.into_iter().fold(builder, ControlBuilder::with_endpoint).build()).await
    }

    /// What is asked, for the meaning of a refusal.
    pub(super) fn asked(&self, role: &'static str) -> Asked {
        Asked { role, access: self.access.clone(), generation: None }
    }

    /// Asks until an answer begins, for a limited time.
    pub(super) async fn patiently<T, F>(&self, asked: &Asked, ask: impl Fn() -> F) -> Result<T, GcsError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (attempt, total) = self.patience();
        let attempts = async {
            loop {
                // The client's own retries do not end an attempt that hangs.
                if let Ok(answer) = timeout(attempt, ask()).await {
                    return answer;
                }
            }
        };
        match (timeout(total, attempts).await, &self.access) {
            (Ok(Ok(answer)), _) => Ok(answer),
            (Ok(Err(error)), _) => Err(GcsError::of(&error, asked)),
            (Err(_), Access::Without(why)) => Err(GcsError::NoCredentials { why: why.clone() }),
            (Err(_), _) => Err(GcsError::Slow { seconds: total.as_secs() }),
        }
    }

    /// Asks, and offers to pay only where the service wants it: naming a payer needs a right on that project which
    /// an account that merely reads does not have.
    pub(super) async fn patiently_paying<T, F>(
        &self,
        asked: &Asked,
        ask: impl Fn(Option<String>) -> F,
    ) -> Result<T, GcsError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        match (self.patiently(asked, || ask(None)).await, &self.settings.project) {
            (Err(GcsError::RequesterPays { .. }), Some(project)) => {
                self.patiently(asked, || ask(Some(project.clone()))).await
            }
            (answer, _) => answer,
        }
    }

    fn patience(&self) -> (Duration, Duration) {
        match self.access {
            Access::Without(_) => (WITHOUT_CREDENTIALS, WITHOUT_CREDENTIALS),
            _ => (self.settings.attempt_timeout(), self.settings.total_timeout()),
        }
    }
}

/// The name of a bucket as the client wants it.
pub(super) fn resource(bucket: &BucketName) -> String {
    format!("projects/_/buckets/{bucket}")
}

async fn set_up<C, E: std::error::Error>(building: impl Future<Output = Result<C, E>>) -> Result<C, GcsError> {
    match timeout(SETUP, building).await {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => Err(GcsError::Setup { why: chain(&error) }),
        Err(_) => Err(GcsError::Setup { why: format!("not ready within {} seconds", SETUP.as_secs()) }),
    }
}

/// 408, 429, 5xx and broken connections: <https://cloud.google.com/storage/docs/retry-strategy>.
fn retries(settings: &Settings) -> RetryPolicyArg {
    RetryableErrors.with_attempt_limit(ATTEMPTS).with_time_limit(settings.total_timeout()).into()
}

fn backoff() -> ExponentialBackoff {
    ExponentialBackoffBuilder::new()
        .with_initial_delay(Duration::from_millis(250))
        .with_maximum_delay(Duration::from_secs(4))
        .clamp()
}
