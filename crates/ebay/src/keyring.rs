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

const BETWEEN_TRIES: Duration = Duration::from_millis(50);
const TRIES: u32 = 200;

/// Where a sign-in is kept.
#[derive(Clone, Debug)]
pub struct Keyring {
    file: PathBuf,
    /// The keyset, and where it is one: a consent given to an imitation is of no use at eBay.
    application: String,
    environment: Environment,
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    keysets: BTreeMap<String, Kept>,
}

/// The file's first form, for one keyset at eBay itself.
#[derive(Deserialize)]
struct First {
    app_id: String,
    #[serde(flatten)]
    kept: Kept,
}

/// What is kept for one keyset; another keyset's is of no use.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Kept {
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
        Self { file, application: settings.application(), environment: settings.environment }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What is kept for this keyset; nothing where the file is missing, damaged or without it.
    pub fn read(&self) -> Kept {
        self.all().keysets.remove(&self.application).unwrap_or_default()
    }

    fn all(&self) -> All {
        let Ok(text) = std::fs::read(&self.file) else { return All::default() };
        if let Ok(all) = serde_json::from_slice(&text) {
            return all;
        }
        if let Ok(First { app_id, kept }) = serde_json::from_slice(&text) {
            return All { keysets: BTreeMap::from([(Settings::application_at(&app_id, self.environment), kept)]) };
        }
        tracing::warn!(file = %self.file.display(), "the kept sign-in cannot be read; sign in again");
        All::default()
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
        let mut all = self.all();
        change(all.keysets.entry(self.application.clone()).or_default());
        self.write(&all)
    }

    fn write(&self, all: &All) -> std::io::Result<()> {
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
    pub fn forget(&self) -> std::io::Result<bool> {
        let mut all = self.all();
        let was_there = all.keysets.remove(&self.application).is_some();
        if was_there && !all.keysets.is_empty() {
            return self.write(&all).map(|()| true);
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
