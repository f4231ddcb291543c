//! Checks whether credentials exist and look usable. Requests no token, so that a health check costs nothing.

use std::path::Path;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;

use super::settings::Settings;

/// Types of credentials that [`super::credentials`] supports.
const SUPPORTED_TYPES: [&str; 4] =
    ["service_account", "authorized_user", "impersonated_service_account", "external_account"];

/// Reason why no credentials were found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialCheckError {
    /// No credentials are configured. A machine at Google gets its own on request, and a public object needs none.
    #[error("no credentials file is set")]
    NotConfigured,
    /// A configured file cannot be used. No other credentials are tried then.
    #[error("{0}")]
    Unusable(String),
}

/// Returns a description of where credentials would come from.
///
/// # Errors
/// Returns [`CredentialCheckError`]; its text contains no part of a key.
pub fn check_credentials(settings: &Settings) -> Result<String, CredentialCheckError> {
    if settings.is_emulated() {
        return Ok("an emulator is used instead of Google".to_owned());
    }
    if settings.anonymous {
        return Ok("public objects are read without credentials".to_owned());
    }
    let left_by_gcloud = || {
        let folders = directories::BaseDirs::new()?;
        let file = folders.config_dir().join("gcloud/application_default_credentials.json");
        file.exists().then_some(file)
    };
    let file = settings.credentials_file.clone().or_else(left_by_gcloud).ok_or(CredentialCheckError::NotConfigured)?;
    let shown = file.display().to_string();
    check_credentials_file(&file).map_err(|why| CredentialCheckError::Unusable(format!("{shown}: {why}")))?;
    Ok(shown)
}

fn check_credentials_file(file: &Path) -> Result<(), String> {
    parse_credentials(&std::fs::read(file).map_err(|error| files::describe_io_error(&error))?).map(drop)
}

/// Parses and validates a credentials file.
///
/// # Errors
/// Returns the problem as a text that contains no part of a key.
pub(super) fn parse_credentials(text: &[u8]) -> Result<Value, String> {
    // The error of the JSON parser could contain a part of the key.
    let json: Value = serde_json::from_slice(text).map_err(|_| "it is not JSON".to_owned())?;
    let has = |name: &str| json[name].as_str().is_some_and(|value| !value.is_empty());
    let kind = json["type"].as_str().ok_or("it does not say the type of its credentials")?;
    if !SUPPORTED_TYPES.contains(&kind) {
        return Err(format!("credentials of the type {kind:?} are not supported"));
    }
    let needed: &[&str] = match kind {
        "service_account" => &["client_email", "private_key", "private_key_id", "project_id"],
        "authorized_user" => &["client_id", "client_secret", "refresh_token"],
        _ => &[],
    };
    if let Some(missing) = needed.iter().find(|name| !has(name)) {
        return Err(format!("it has no {missing}"));
    }
    if kind == "service_account" {
        check_private_key(json["private_key"].as_str().unwrap_or_default())?;
    }
    Ok(json)
}

/// Checks that the private key can be parsed.
fn check_private_key(pem: &str) -> Result<(), String> {
    let broken = || "its private_key is not a key; create a new key for the service account".to_owned();
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| broken())?;
    rustls::crypto::ring::sign::any_supported_type(&key).map(drop).map_err(|_| broken())
}
