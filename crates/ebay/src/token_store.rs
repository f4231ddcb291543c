//! The stored sign-in: the consent and its tokens, in a file that only its owner can read.
//!
//! There is one file for each environment, `ebay-production.json` in the configuration folder, with an entry for each
//! keyset: trying another keyset does not lose the consent of the first. The file is replaced as a whole under a lock, so
//! that two processes neither lose each other's tokens nor read half a file. If it cannot be written (a read-only
//! container), tokens last as long as the process.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use files::{FileLock, LockError, write_atomic_private};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::scope::Scope;
use super::settings::{Environment, Settings};

/// How long to wait for another process that changes the file. It holds the lock while it asks for a token.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// The file with the sign-in of one keyset.
#[derive(Clone, Debug)]
pub struct TokenStore {
    file: PathBuf,
    /// Key of the keyset and its eBay: a consent given to a simulated service is of no use at eBay.
    application: String,
    environment: Environment,
    /// Digest of the Cert ID; `None` if it is not set.
    cert_digest: Option<String>,
}

/// The content of the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsFileV2 {
    keysets: BTreeMap<String, StoredCredentials>,
}

/// The first format of the file, for one keyset at eBay itself.
#[derive(Deserialize)]
struct CredentialsFileV1 {
    app_id: String,
    #[serde(flatten)]
    credentials: StoredCredentials,
}

/// The sign-in of one keyset.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StoredCredentials {
    /// The seller's consent.
    pub consent: Option<StoredConsent>,
    /// Token of the seller.
    pub seller: Option<StoredToken>,
    /// Token of the application.
    pub application: Option<StoredToken>,
    /// Token of the application for sold prices.
    pub sold_prices: Option<StoredToken>,
}

impl StoredCredentials {
    fn tokens_mut(&mut self) -> [&mut Option<StoredToken>; 3] {
        [&mut self.seller, &mut self.application, &mut self.sold_prices]
    }
}

/// The seller's consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredConsent {
    /// The refresh token, which stands for the consent.
    #[serde(serialize_with = "serialize_exposed")]
    pub refresh_token: SecretString,
    /// When the consent ends, about 18 months after it was given; `None` if eBay did not say.
    pub until: Option<Timestamp>,
    /// When the seller gave it.
    pub given_at: Timestamp,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

/// An access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredToken {
    /// The token.
    #[serde(serialize_with = "serialize_exposed")]
    pub token: SecretString,
    /// When it ends.
    pub until: Timestamp,
    /// Digest of the Cert ID with which it was requested; `None` in files of earlier versions. A token of another Cert ID is
    /// not used, so that a mistake in the Cert ID is noticed at once and not when the token ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_digest: Option<String>,
}

impl StoredToken {
    /// Creates a token; the store adds the digest of the Cert ID.
    pub(super) const fn new(token: SecretString, until: Timestamp) -> Self {
        Self { token, until, cert_digest: None }
    }
}

/// Length of a digest that tells Cert IDs apart, in bytes.
const CERT_DIGEST_BYTES: usize = 6;

/// Writes a secret as text. Only the token file may use it, which only its owner can read.
fn serialize_exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// One version of the file, told apart without reading it. Every change replaces the file, which changes the inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileVersion {
    inode: u64,
    length: u64,
    modified_at: Option<SystemTime>,
}

impl TokenStore {
    /// Returns the file of these settings. Reads nothing yet.
    pub fn for_settings(settings: &Settings) -> Self {
        let file = settings.credentials_dir.join(format!("ebay-{}.json", settings.environment.key()));
        let cert_id = settings.cert_id.as_ref().map(|id| Sha256::digest(id.expose_secret().trim()));
        let cert_digest = cert_id.map(|digest| STANDARD_NO_PAD.encode(&digest[..CERT_DIGEST_BYTES]));
        Self { file, application: settings.application_id(), environment: settings.environment, cert_digest }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Reads the sign-in of this keyset, without tokens of another Cert ID; empty if the file is missing, damaged or has no
    /// entry for it.
    pub fn read_credentials(&self) -> StoredCredentials {
        let mut stored = self.read_file().keysets.remove(&self.application).unwrap_or_default();
        for token in stored.tokens_mut() {
            token.take_if(|token| token.cert_digest.is_some() && token.cert_digest != self.cert_digest);
        }
        stored
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
        tracing::warn!(file = %self.file.display(), "cannot read the stored sign-in; sign in again");
        CredentialsFileV2::default()
    }

    /// Returns the version of the file as it is now; `None` if there is no file.
    pub(super) fn file_version(&self) -> Option<FileVersion> {
        let metadata = std::fs::metadata(&self.file).ok()?;
        Some(FileVersion { inode: metadata.ino(), length: metadata.len(), modified_at: metadata.modified().ok() })
    }

    /// Takes the lock that every change of the file needs, and waits for another process that holds it.
    ///
    /// # Errors
    /// Returns [`LockError::Held`] if the other process does not release it within [`LOCK_TIMEOUT`], and
    /// [`LockError::Io`] if the lock file cannot be made, as in a read-only folder.
    pub(super) async fn lock(&self) -> Result<FileLock, LockError> {
        FileLock::acquire(&self.file.with_extension("lock"), LOCK_TIMEOUT).await
    }

    /// Changes what is stored for this keyset, all of it or nothing. The lock keeps another process from writing between
    /// the read and the write.
    ///
    /// # Errors
    /// Returns the error of the system if the file cannot be written.
    pub(super) fn update_credentials(
        &self,
        _lock: &FileLock,
        change: impl FnOnce(&mut StoredCredentials),
    ) -> io::Result<()> {
        let mut all = self.read_file();
        let stored = all.keysets.entry(self.application.clone()).or_default();
        change(stored);
        for token in stored.tokens_mut().into_iter().flatten() {
            if token.cert_digest.is_none() {
                token.cert_digest.clone_from(&self.cert_digest);
            }
        }
        self.write_file(&all)
    }

    fn write_file(&self, all: &CredentialsFileV2) -> io::Result<()> {
        write_atomic_private(&self.file, &serde_json::to_vec_pretty(all)?)
    }

    /// Deletes what is stored for this keyset. Returns true if there was something. A damaged file is deleted too.
    ///
    /// # Errors
    /// Returns [`LockError`] if another process holds the file, or if it can be neither changed nor deleted.
    pub async fn delete_credentials(&self) -> Result<bool, LockError> {
        if !self.file.exists() {
            return Ok(false);
        }
        let _lock = self.lock().await?;
        let mut all = self.read_file();
        let was_there = all.keysets.remove(&self.application).is_some();
        if was_there && !all.keysets.is_empty() {
            return Ok(self.write_file(&all).map(|()| true)?);
        }
        if !all.keysets.is_empty() {
            return Ok(false);
        }
        match std::fs::remove_file(&self.file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
