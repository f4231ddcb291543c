//! Credentials as Google's libraries find them: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, the one that
//! `gcloud auth application-default login` leaves, the metadata server of a machine at Google.
//! <https://cloud.google.com/docs/authentication/application-default-credentials>

use std::path::Path;
use std::time::Duration;

use google_cloud_auth::build_errors;
use google_cloud_auth::credentials::{
    Builder, Credentials, anonymous, external_account, impersonated, service_account, user_account,
};
use serde_json::Value;
use tokio::time::timeout;

use super::error::{CredentialState, GcsError, error_chain};
use super::settings::Settings;

/// Time limit for the first token. Outside of Google the metadata server does not answer, and the client would retry for
/// five minutes.
const PROBE_TIMEOUT: Duration = Duration::from_millis(2_500);

/// Finds credentials and requests a first token to prove them.
///
/// Without credentials the client sends anonymous requests, because a public object needs none. If the service refuses
/// one, the error says why there are no credentials.
///
/// # Errors
/// Returns [`GcsError::NoCredentials`] if a credentials file is named but cannot be used.
pub(super) async fn find_credentials(settings: &Settings) -> Result<(Credentials, CredentialState), GcsError> {
    let without = || anonymous::Builder::new().build();
    if settings.anonymous || settings.is_emulated() {
        return Ok((without(), CredentialState::Anonymous));
    }
    let credentials = match &settings.credentials_file {
        Some(file) => from_file(file).await?,
        None => check_build(Builder::default().build())?,
    };
    #[expect(clippy::default_trait_access, reason = "the type is of a crate that this one does not name")]
    let probe = credentials.headers(Default::default());
    let why = match timeout(PROBE_TIMEOUT, probe).await {
        Ok(Ok(_)) => return Ok((credentials, CredentialState::Authenticated)),
        Ok(Err(error)) => error_chain(&error),
        Err(_) => format!("no credentials were received within {} seconds", PROBE_TIMEOUT.as_secs_f32()),
    };
    tracing::debug!(why, "no Google credentials; trying without");
    Ok((without(), CredentialState::Missing(why)))
}

/// Reads credentials of any type that Google's libraries accept from a file.
async fn from_file(file: &Path) -> Result<Credentials, GcsError> {
    let unusable = |why: String| GcsError::NoCredentials { why: format!("{}: {why}", file.display()) };
    let text = tokio::fs::read(file).await.map_err(|error| unusable(error.to_string()))?;
    // The words of the reader would show a part of the key.
    let json: Value = serde_json::from_slice(&text).map_err(|_| unusable("it is not JSON".to_owned()))?;
    match json["type"].as_str() {
        Some("service_account") => check_build(service_account::Builder::new(json).build()),
        Some("authorized_user") => check_build(user_account::Builder::new(json).build()),
        Some("impersonated_service_account") => check_build(impersonated::Builder::new(json).build()),
        Some("external_account") => check_build(external_account::Builder::new(json).build()),
        Some(other) => Err(unusable(format!("credentials of the type {other:?} are not supported"))),
        None => Err(unusable("it does not say the type of its credentials".to_owned())),
    }
}

fn check_build(credentials: Result<Credentials, build_errors::Error>) -> Result<Credentials, GcsError> {
    credentials.map_err(|error| GcsError::NoCredentials { why: error_chain(&error) })
}
