//! Sign-in of a service without a persistent disk: the consent is stored encrypted in the database, and on each machine
//! in the file of [`TokenStore`], which the rest of the code reads.
//!
//! Access tokens are not shared. Any process can get new ones with the consent.

use files::LockError;
use secrecy::ExposeSecret as _;
use store::sealed_values::{SealedValue, SealedValueError, SealedValues};
use tokio::sync::Mutex;

use super::settings::Settings;
use super::token_store::{StoredConsent, TokenStore};

/// Keeps the consent of one keyset in the database and in the local file the same.
pub struct SharedSignIn {
    file: TokenStore,
    values: SealedValues,
    /// Name of the consent in the database.
    name: String,
    /// State of both places after the latest synchronization; `None` before the first one.
    last: Mutex<Option<SynchronizedConsent>>,
}

/// The same consent in both places. A sign-out is stored too (as `null`), so that an old file on another machine does
/// not restore the sign-in.
struct SynchronizedConsent {
    stored: Option<SealedValue>,
    in_file: Option<StoredConsent>,
}

/// Why the sign-in could not be read from the database or stored there.
#[derive(Debug, thiserror::Error)]
pub enum SharedSignInError {
    #[error(transparent)]
    Store(#[from] SealedValueError),
    #[error("the sign-in in the database cannot be read: a later version of Draft Maker stored it")]
    Unreadable,
    #[error("the sign-in in {file} cannot be read: {error}. Sign in again with `draft-maker auth ebay`")]
    UnreadableFile { file: String, error: std::io::Error },
    #[error("the sign-in cannot be written to {file}: {error}")]
    File { file: String, error: LockError },
}

impl SharedSignIn {
    /// Creates the shared sign-in of these settings. Reads nothing yet.
    pub fn new(settings: &Settings, values: SealedValues) -> Self {
        let name = format!("the eBay sign-in ({})", settings.application_id());
        Self { file: TokenStore::for_settings(settings), values, name, last: Mutex::default() }
    }

    /// Synchronizes the file and the database: copies a change since the latest synchronization to the other place. If
    /// both changed, or this is the first synchronization, the database wins unless it has no entry.
    ///
    /// # Errors
    /// Returns [`SharedSignInError`], whose message says what to do.
    pub async fn synchronize(&self) -> Result<(), SharedSignInError> {
        let mut last = self.last.lock().await;
        let stored = self.values.find(&self.name).await?;
        let in_file = self.read_file()?;
        let is_stored_newer = match last.as_ref() {
            None => stored.is_some(),
            Some(last) => last.stored != stored,
        };
        let is_file_newer = match last.as_ref() {
            None => in_file.is_some(),
            Some(last) => !is_same_consent(last.in_file.as_ref(), in_file.as_ref()),
        };
        *last = Some(if is_stored_newer {
            let consent = stored.as_ref().map(|value| self.decrypt(value)).transpose()?.flatten();
            if !is_same_consent(consent.as_ref(), in_file.as_ref()) {
                self.write_file(consent.clone()).await?;
            }
            SynchronizedConsent { stored, in_file: consent }
        } else if is_file_newer {
            SynchronizedConsent { stored: Some(self.write_database(in_file.as_ref()).await?), in_file }
        } else {
            SynchronizedConsent { stored, in_file }
        });
        Ok(())
    }

    /// Overwrites the database with the consent in the file, even if the file has none.
    ///
    /// # Errors
    /// Returns [`SharedSignInError`] if the file cannot be read or the database cannot be written.
    pub async fn overwrite(&self) -> Result<(), SharedSignInError> {
        let mut last = self.last.lock().await;
        let in_file = self.read_file()?;
        *last = Some(SynchronizedConsent { stored: Some(self.write_database(in_file.as_ref()).await?), in_file });
        Ok(())
    }

    fn decrypt(&self, value: &SealedValue) -> Result<Option<StoredConsent>, SharedSignInError> {
        let json = self.values.open_value(&self.name, value)?;
        serde_json::from_slice(json.expose_secret()).map_err(|_| SharedSignInError::Unreadable)
    }

    /// Reads the consent in the file. A file that cannot be read is not a sign-out.
    fn read_file(&self) -> Result<Option<StoredConsent>, SharedSignInError> {
        self.file
            .try_read_credentials()
            .map(|credentials| credentials.consent)
            .map_err(|error| SharedSignInError::UnreadableFile { file: self.file.path().display().to_string(), error })
    }

    async fn write_file(&self, consent: Option<StoredConsent>) -> Result<(), SharedSignInError> {
        let unwritable = |error| SharedSignInError::File { file: self.file.path().display().to_string(), error };
        let lock = self.file.lock().await.map_err(unwritable)?;
        let written = self.file.update_credentials(&lock, |credentials| {
            credentials.consent = consent;
            credentials.seller = None;
        });
        written.map_err(|error| unwritable(LockError::Io(error)))
    }

    async fn write_database(&self, consent: Option<&StoredConsent>) -> Result<SealedValue, SharedSignInError> {
        let json = serde_json::to_vec(&consent).map_err(|_| SharedSignInError::Unreadable)?;
        Ok(self.values.store(&self.name, &json).await?)
    }
}

fn is_same_consent(one: Option<&StoredConsent>, other: Option<&StoredConsent>) -> bool {
    let token =
        |consent: Option<&StoredConsent>| consent.map(|consent| consent.refresh_token.expose_secret().to_owned());
    token(one) == token(other)
}
