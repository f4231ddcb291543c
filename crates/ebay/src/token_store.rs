//! What is kept on disk of a sign-in: the consent and the tokens made of it, in a file that only its owner reads.
//!
//! One file for each environment, `ebay-production.json` in the configuration folder, with a place for each keyset: who
//! tries another one once does not lose the consent that the first has. It is replaced as a whole under a lock, so that
//! two processes neither lose each other's token nor read half a file. Where it cannot be written (a read-only
//! container), tokens live as long as the process.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::scope::Scope;
use super::settings::{Environment, Settings};

const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(50);
const MAX_LOCK_TRIES: u32 = 200;

/// Where a sign-in is kept.
#[derive(Clone, Debug)]
pub struct TokenStore {
    file: PathBuf,
    /// The keyset, and where it is one: a consent given to an imitation is of no use at eBay.
    application: String,
    environment: Environment,
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsFileV2 {
    keysets: BTreeMap<String, StoredCredentials>,
}

/// The file's first form, for one keyset at eBay itself.
#[derive(Deserialize)]
struct CredentialsFileV1 {
    app_id: String,
    #[serde(flatten)]
    credentials: StoredCredentials,
}

/// What is kept for one keyset; another keyset's is of no use.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StoredCredentials {
    pub consent: Option<StoredConsent>,
    pub seller: Option<StoredToken>,
    pub application: Option<StoredToken>,
    pub sold_prices: Option<StoredToken>,
}

/// The seller's consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredConsent {
    #[serde(serialize_with = "serialize_exposed")]
    pub refresh_token: SecretString,
    /// About 18 months after it was given; `None` where eBay did not say.
    pub until: Option<Timestamp>,
    pub given_at: Timestamp,
    pub scopes: Vec<Scope>,
}

/// An access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredToken {
    #[serde(serialize_with = "serialize_exposed")]
    pub token: SecretString,
    pub until: Timestamp,
}

/// The one place where a secret becomes text on purpose: the file is for the owner's eyes only.
fn serialize_exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Holds the file for one change; dropped, it is free again.
pub(super) struct TokenStoreLock {
    _lock: Option<File>,
}

impl TokenStore {
    /// The file of these settings. Nothing is read yet.
    pub fn for_settings(settings: &Settings) -> Self {
        let file = settings.credentials_dir.join(format!("ebay-{}.json", settings.environment.key()));
        Self { file, application: settings.application_id(), environment: settings.environment }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What is kept for this keyset; nothing where the file is missing, damaged or without it.
    pub fn read_credentials(&self) -> StoredCredentials {
        self.read_file().keysets.remove(&self.application).unwrap_or_default()
    }

    fn read_file(&self) -> CredentialsFileV2 {
        let Ok(text) = std::fs::read(&self.file) else { return CredentialsFileV2::default() };
        if let Ok(all) = serde_json::from_slice(&text) {
            return all;
        }
        if let Ok(CredentialsFileV1 { app_id, credentials: stored }) = serde_json::from_slice(&text) {
            return CredentialsFileV2 {
                keysets: BTreeMap::from([(Settings::application_id_at(&app_id, self.environment), stored)]),
            };
        }
        tracing::warn!(file = %self.file.display(), "the kept sign-in cannot be read; sign in again");
        CredentialsFileV2::default()
    }

    /// Waits until no other process changes the file. Where no lock can be made there is no file to fight for.
    pub(super) async fn lock_file(&self) -> TokenStoreLock {
        let made = self.file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let Ok(lock) = made.and_then(|()| File::create(self.file.with_extension("lock"))) else {
            return TokenStoreLock { _lock: None };
        };
        for _ in 0..MAX_LOCK_TRIES {
            if lock.try_lock().is_ok() {
                return TokenStoreLock { _lock: Some(lock) };
            }
            tokio::time::sleep(LOCK_RETRY_INTERVAL).await;
        }
        TokenStoreLock { _lock: None }
    }

    /// Changes what is kept, all of it or nothing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn update_credentials(&self, change: impl FnOnce(&mut StoredCredentials)) -> std::io::Result<()> {
        let mut all = self.read_file();
        change(all.keysets.entry(self.application.clone()).or_default());
        self.write_file(&all)
    }

    fn write_file(&self, all: &CredentialsFileV2) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(folder)?;
        // A temporary file is its owner's alone (0600) from the first byte on.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(all)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.file)?;
        Ok(())
    }

    /// Forgets the sign-in of this keyset. True where there was one.
    ///
    /// # Errors
    /// Where the file is there and can be neither changed nor deleted.
    pub fn delete_credentials(&self) -> std::io::Result<bool> {
        let mut all = self.read_file();
        let was_there = all.keysets.remove(&self.application).is_some();
        if was_there && !all.keysets.is_empty() {
            return self.write_file(&all).map(|()| true);
        }
        if !all.keysets.is_empty() {
            return Ok(false);
        }
        // A damaged file goes too.
        match std::fs::remove_file(&self.file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
