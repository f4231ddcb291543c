//! Finds credentials like Google's libraries: the file in `GOOGLE_APPLICATION_CREDENTIALS`, the file written by
//! `gcloud auth application-default login`, or the metadata server of a machine at Google.
//! <https://cloud.google.com/docs/authentication/application-default-credentials>

use std::path::Path;
use std::time::Duration;

use google_cloud_auth::build_errors;
use google_cloud_auth::credentials::{
    Builder, CacheableResource, Credentials, anonymous, external_account, impersonated, service_account, user_account,
};
use google_cloud_auth::errors::CredentialsError;
use reqwest::header::HeaderMap;
use tokio::time::timeout;

use super::credential_check::{CredentialCheckError, check_credentials, parse_credentials};
use super::error::{CredentialState, GcsError, error_chain};
use super::settings::Settings;

/// Time limit for the first token. Outside Google, the metadata server does not answer, and the client would retry for
/// five minutes.
const PROBE_TIMEOUT: Duration = Duration::from_millis(2_500);

/// Finds credentials, and requests a first token to validate them.
///
/// Without credentials, the client sends anonymous requests, because a public object needs none. If the service rejects
/// such a request, the error explains why there are no credentials.
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
        None => {
            Builder::default().build().map_err(|error| GcsError::NoCredentials { why: describe_build_error(&error) })?
        }
    };
    let why = match timeout(PROBE_TIMEOUT, request_headers(&credentials)).await {
        Ok(Ok(_)) => return Ok((credentials, CredentialState::Authenticated)),
        Ok(Err(error)) => {
            tracing::debug!(error = error_chain(&error), "no token was received");
            match check_credentials(settings) {
                Ok(source) => format!("no token is granted for {source}"),
                Err(CredentialCheckError::NotConfigured) => "none were found on this machine".to_owned(),
                Err(CredentialCheckError::Unusable(why)) => why,
            }
        }
        Err(_) => format!("no credentials were received within {} seconds", PROBE_TIMEOUT.as_secs_f32()),
    };
    tracing::debug!(why, "no Google credentials; reading without them");
    Ok((without(), CredentialState::Missing(why)))
}

/// Returns the authentication headers of a request.
#[expect(clippy::default_trait_access, reason = "the type is of a crate that this one does not name")]
pub(super) async fn request_headers(
    credentials: &Credentials,
) -> Result<CacheableResource<HeaderMap>, CredentialsError> {
    credentials.headers(Default::default()).await
}

/// Reads credentials of any type supported by Google's libraries from a file.
async fn from_file(file: &Path) -> Result<Credentials, GcsError> {
    let unusable = |why: String| GcsError::NoCredentials { why: format!("{}: {why}", file.display()) };
    let text = tokio::fs::read(file).await.map_err(|error| unusable(files::describe_io_error(&error)))?;
    let json = parse_credentials(&text).map_err(unusable)?;
    let built = match json["type"].as_str() {
        Some("service_account") => service_account::Builder::new(json).build(),
        Some("authorized_user") => user_account::Builder::new(json).build(),
        Some("impersonated_service_account") => impersonated::Builder::new(json).build(),
        _ => external_account::Builder::new(json).build(),
    };
    built.map_err(|error| unusable(describe_build_error(&error)))
}

/// Describes the problem with credentials. The message of Google's library goes to the log.
fn describe_build_error(error: &build_errors::Error) -> String {
    tracing::debug!(error = error_chain(error), "the credentials are not accepted");
    let what = match () {
        () if error.is_loading() => "the credentials file cannot be opened",
        () if error.is_missing_field() => "a field of the credentials is missing",
        () if error.is_unknown_type() || error.is_not_supported() => "credentials of this type are not supported",
        () => "the credentials are incomplete or damaged",
    };
    what.to_owned()
}
