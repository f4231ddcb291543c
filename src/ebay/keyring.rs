//! What is kept on disk of a sign-in: the consent and the tokens made of it, in a file that only its owner reads.
//!
//! One file for each environment, `ebay-production.json` in the configuration folder. It is replaced as a whole
//! under a lock, so that two processes neither lose each other's token nor read half a file. Where it cannot be
//! written (a read-only container), tokens live as long as the process.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::scope::Scope;
use super::settings::Settings;

const BETWEEN_TRIES: Duration = Duration::from_millis(50);
const TRIES: u32 = 200;

/// Where a sign-in is kept.
#[derive(Clone, Debug)]
pub struct Keyring {
    file: PathBuf,
    app_id: String,
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Kept {
    /// The keyset that all of this is for; another keyset's is of no use.
    #[serde(default)]
    app_id: String,
    pub consent: Option<KeptConsent>,
    pub seller: Option<KeptToken>,
    pub application: Option<KeptToken>,
    pub sold_prices: Option<KeptToken>,
}

/// The seller's consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptConsent {
    #[serde(serialize_with = "in_the_open")]
    pub refresh_token: SecretString,
    /// About 18 months after it was given; `None` where eBay did not say.
    pub until: Option<Timestamp>,
    pub given_at: Timestamp,
    pub scopes: Vec<Scope>,
}

/// An access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptToken {
    #[serde(serialize_with = "in_the_open")]
    pub token: SecretString,
    pub until: Timestamp,
}

/// The one place where a secret becomes text on purpose: the file is for the owner's eyes only.
fn in_the_open<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Holds the file for one change; dropped, it is free again.
pub(super) struct Held {
    _lock: Option<File>,
}

impl Keyring {
    /// The file of these settings. Nothing is read yet.
    pub fn of(settings: &Settings) -> Self {
        let file = settings.credentials_dir.join(format!("ebay-{}.json", settings.environment.key()));
        Self { file, app_id: settings.app_id.clone().unwrap_or_default().trim().to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What is kept for this keyset; nothing where the file is missing, another keyset's or damaged.
    pub fn read(&self) -> Kept {
        let Ok(text) = std::fs::read(&self.file) else { return Kept::default() };
        let kept = serde_json::from_slice::<Kept>(&text).unwrap_or_else(|_| {
            tracing::warn!(file = %self.file.display(), "the kept sign-in cannot be read; sign in again");
            Kept::default()
        });
        if kept.app_id == self.app_id { kept } else { Kept::default() }
    }

    /// Waits until no other process changes the file. Where no lock can be made there is no file to fight for.
    pub(super) async fn hold(&self) -> Held {
        let made = self.file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let Ok(lock) = made.and_then(|()| File::create(self.file.with_extension("lock"))) else {
            return Held { _lock: None };
        };
        for _ in 0..TRIES {
            if lock.try_lock().is_ok() {
                return Held { _lock: Some(lock) };
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Held { _lock: None }
    }

    /// Changes what is kept, all of it or nothing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn change(&self, change: impl FnOnce(&mut Kept)) -> std::io::Result<()> {
        let mut kept = self.read();
        change(&mut kept);
        kept.app_id.clone_from(&self.app_id);
        let folder = self.file.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(folder)?;
        // A temporary file is its owner's alone (0600) from the first byte on.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(&kept)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.file)?;
        Ok(())
    }

    /// Forgets the sign-in. True where there was one.
    ///
    /// # Errors
    /// Where the file is there and cannot be deleted.
    pub fn forget(&self) -> std::io::Result<bool> {
        match std::fs::remove_file(&self.file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
