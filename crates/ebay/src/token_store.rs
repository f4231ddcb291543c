//! Stored sign-in: the consent and its tokens, in a file that only its owner can read.
//!
//! Each environment has its own file (`ebay-production.json` in the settings folder) with one entry per keyset, so
//! that trying another keyset does not lose a consent. The file is replaced atomically under a lock: two processes
//! neither lose each other's tokens nor read a partial file. If the file cannot be written (in a read-only container),
//! tokens last until the process ends.

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

/// Maximum time to wait for another process that changes the file. It holds the lock while it requests a token.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// File with the stored sign-in of one keyset.
#[derive(Clone, Debug)]
pub struct TokenStore {
    file: PathBuf,
    /// Key of the keyset and the environment. The consent given to a simulated service is not valid at eBay.
    application: String,
    environment: Environment,
    /// Digest of the Cert ID; `None` if no Cert ID is set.
    cert_digest: Option<String>,
}

/// Content of the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsFileV2 {
    keysets: BTreeMap<String, StoredCredentials>,
}

/// First format of the file: one keyset, at eBay's own address.
#[derive(Deserialize)]
struct CredentialsFileV1 {
    app_id: String,
    #[serde(flatten)]
    credentials: StoredCredentials,
}

/// Stored sign-in of one keyset.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct StoredCredentials {
    /// The seller's consent.
    pub consent: Option<StoredConsent>,
    /// Access token of the seller.
    pub seller: Option<StoredToken>,
    /// Access token of the application.
    pub application: Option<StoredToken>,
    /// Access token of the application for sold prices.
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
    /// Refresh token, which represents the consent.
    #[serde(serialize_with = "serialize_exposed")]
    pub refresh_token: SecretString,
    /// Time at which the consent expires, about 18 months after it was given; `None` if eBay did not state it.
    pub until: Option<Timestamp>,
    /// Time at which the seller gave the consent.
    pub given_at: Timestamp,
    /// Scopes of the consent.
    pub scopes: Vec<Scope>,
}

/// An access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredToken {
    /// The token itself.
    #[serde(serialize_with = "serialize_exposed")]
    pub token: SecretString,
    /// Time at which the token expires.
    pub until: Timestamp,
    /// Digest of the Cert ID with which the token was requested; `None` in files of earlier versions. A token of
    /// another Cert ID is not used, so that a wrong Cert ID fails at once and not when the token expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_digest: Option<String>,
}

impl StoredToken {
    /// Creates a token without a digest; the store adds the digest of its Cert ID.
    pub(super) const fn new(token: SecretString, until: Timestamp) -> Self {
        Self { token, until, cert_digest: None }
    }
}

/// Length of a Cert ID digest, in bytes; enough to distinguish Cert IDs.
const CERT_DIGEST_BYTES: usize = 6;

/// Serializes a secret as plain text. Use it only for the token file, which only its owner can read.
fn serialize_exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// What was done to the stored sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignOut {
    Deleted,
    /// There was none.
    NotSignedIn,
    /// The file is damaged, or of a later version. It was renamed to this path.
    SetAside(PathBuf),
}

/// Identifies a version of the file without reading it. Every change replaces the file and therefore changes the inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileVersion {
    inode: u64,
    length: u64,
    modified_at: Option<SystemTime>,
}

impl TokenStore {
    /// Creates the token store of these settings. Reads nothing yet.
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

    /// Reads the sign-in of this keyset, without tokens of another Cert ID. Returns an empty sign-in if the file is
    /// missing or cannot be read, or has no entry for the keyset.
    pub fn read_credentials(&self) -> StoredCredentials {
        self.try_read_credentials().unwrap_or_else(|error| {
            tracing::warn!(file = %self.file.display(), %error, "cannot read the stored sign-in");
            StoredCredentials::default()
        })
    }

    /// Reads the sign-in of this keyset, without tokens of another Cert ID. Returns an empty sign-in if the file is
    /// missing or has no entry for the keyset.
    ///
    /// # Errors
    /// Returns the I/O error if the file cannot be read, of kind [`io::ErrorKind::InvalidData`] if it is damaged.
    pub(super) fn try_read_credentials(&self) -> io::Result<StoredCredentials> {
        let mut stored = self.read_file()?.keysets.remove(&self.application).unwrap_or_default();
        for token in stored.tokens_mut() {
            token.take_if(|token| token.cert_digest.is_some() && token.cert_digest != self.cert_digest);
        }
        Ok(stored)
    }

    fn read_file(&self) -> io::Result<CredentialsFileV2> {
        let text = match std::fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(CredentialsFileV2::default()),
            Err(error) => return Err(error),
        };
        if let Ok(all) = serde_json::from_slice(&text) {
            return Ok(all);
        }
        let Ok(CredentialsFileV1 { app_id, credentials: stored }) = serde_json::from_slice(&text) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is damaged, or of a later version"));
        };
        Ok(CredentialsFileV2 {
            keysets: BTreeMap::from([(Settings::application_id_at(&app_id, self.environment), stored)]),
        })
    }

    /// Reads the file for a change. A damaged file is set aside; the inner error is its new path.
    fn read_file_for_change(&self) -> io::Result<Result<CredentialsFileV2, PathBuf>> {
        match self.read_file() {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => self.set_damaged_file_aside().map(Err),
            read => read.map(Ok),
        }
    }

    /// Renames a damaged file to the first free name of `….damaged`, `….damaged.1` and so on, so that nothing that it
    /// contains is lost. Requires the lock. Returns the new path.
    fn set_damaged_file_aside(&self) -> io::Result<PathBuf> {
        let names =
            std::iter::once("json.damaged".to_owned()).chain((1..).map(|number| format!("json.damaged.{number}")));
        let mut paths = names.map(|extension| self.file.with_extension(extension));
        let path = paths.find(|path| !path.exists()).unwrap_or_default();
        std::fs::rename(&self.file, &path).map(|()| path)
    }

    /// Returns the current version of the file; `None` if it does not exist.
    pub(super) fn file_version(&self) -> Option<FileVersion> {
        let metadata = std::fs::metadata(&self.file).ok()?;
        Some(FileVersion { inode: metadata.ino(), length: metadata.len(), modified_at: metadata.modified().ok() })
    }

    /// Takes the lock that is required for changes to the file. Waits while another process holds it.
    ///
    /// # Errors
    /// Returns [`LockError::Held`] if the other process does not release the lock within [`LOCK_TIMEOUT`], and
    /// [`LockError::Io`] if the lock file cannot be created, for example in a read-only folder.
    pub(super) async fn lock(&self) -> Result<FileLock, LockError> {
        FileLock::acquire(&self.file.with_extension("lock"), LOCK_TIMEOUT).await
    }

    /// Changes the sign-in of this keyset atomically. `_lock` proves that no other process writes between the read and
    /// the write.
    ///
    /// # Errors
    /// Returns the I/O error if the file cannot be read or written.
    pub(super) fn update_credentials(
        &self,
        _lock: &FileLock,
        change: impl FnOnce(&mut StoredCredentials),
    ) -> io::Result<()> {
        let mut all = self.read_file_for_change()?.unwrap_or_default();
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

    /// Deletes the sign-in of this keyset. A damaged file may have those of other keysets, so it is set aside.
    ///
    /// # Errors
    /// Returns [`LockError`] if another process holds the lock, or if the file cannot be read, changed or deleted.
    pub async fn delete_credentials(&self) -> Result<SignOut, LockError> {
        if !self.file.exists() {
            return Ok(SignOut::NotSignedIn);
        }
        let _lock = self.lock().await?;
        let mut all = match self.read_file_for_change()? {
            Ok(all) => all,
            Err(path) => return Ok(SignOut::SetAside(path)),
        };
        if all.keysets.remove(&self.application).is_none() {
            return Ok(SignOut::NotSignedIn);
        }
        if all.keysets.is_empty() { std::fs::remove_file(&self.file) } else { self.write_file(&all) }?;
        Ok(SignOut::Deleted)
    }
}
