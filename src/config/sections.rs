//! Settings of the sections that belong to the program itself: `[batch]`, `[catalog]`, `[market]` and `[store]`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use catalog::Database;
use domain::output_location::OutputLocation;
use domain::pricing::{PriceRules, PriceRulesConfig};
use domain::sink::SinkKind;
use secrecy::SecretString;
use serde::Deserialize;
use store::location::{DatabaseUrl, StoreLocation};
use store::sealed_values::EncryptionKey;

use super::effective::Config;
use super::error::ConfigError;

/// The section `[batch]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BatchSettings {
    /// What the program does without arguments; `None` means the console if there is a terminal.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// List for `MODE=batch`.
    #[serde(default)]
    pub source: Option<String>,
    /// If false, only finds release, price and cover.
    pub create_drafts: bool,
    /// If true, does a dry run: writes nothing outside this machine.
    pub test_mode: bool,
    /// If true, every item waits for review before its draft is created.
    pub review: bool,
    /// Folder for result files, or `gs://bucket/folder`.
    pub output: PathBuf,
    /// Folder of the journal, the ledger of drafts and the offline catalog.
    pub data_dir: PathBuf,
    /// Folder of the response cache.
    pub cache_dir: PathBuf,
    /// Number of items in progress at the same time.
    #[serde(rename = "slots")]
    pub concurrency: NonZeroUsize,
    /// Maximum time in seconds that items wait for an unavailable service.
    pub patience_s: u64,
}

impl BatchSettings {
    /// Returns the local folder in which result files are written before they are uploaded to a bucket.
    pub fn staging_folder(&self) -> PathBuf {
        self.data_dir.join("results")
    }

    /// Returns the folder or the bucket folder for result files, as it is set.
    pub fn output_location(&self) -> OutputLocation {
        self.output.to_string_lossy().into_owned().into()
    }

    /// Returns the local folder that contains result files.
    pub fn local_output_folder(&self) -> PathBuf {
        if self.output_location().is_bucket() { self.staging_folder() } else { self.output.clone() }
    }
}

/// The section `[catalog]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CatalogSettings {
    /// Whether the offline catalogs are used.
    pub on: bool,
    /// Folder of the catalogs. `None` means the folder `catalog` in the data directory.
    #[serde(default)]
    pub dir: Option<PathBuf>,
    /// Address of the folder with the data dumps of Discogs.
    pub discogs_dumps: String,
    /// Address of the folder with the JSON dumps of MusicBrainz.
    pub musicbrainz_dumps: String,
}

impl CatalogSettings {
    /// Returns the folder of the catalogs.
    pub fn folder(&self, data_dir: &Path) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| data_dir.join("catalog"))
    }

    /// Returns the address of the folder with the dumps of a database, with a trailing slash.
    pub fn dump_address(&self, database: Database) -> String {
        let address = match database {
            Database::Discogs => &self.discogs_dumps,
            Database::MusicBrainz => &self.musicbrainz_dumps,
        };
        format!("{}/", address.trim_end_matches('/'))
    }
}

/// The section `[market]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SinkSettings {
    /// Destination of drafts. `None` means inventory if a seller is signed in, otherwise CSV.
    #[serde(default)]
    pub sink: Option<SinkKind>,
}

/// The section `[store]`.
#[derive(Clone, Debug, Deserialize)]
struct StoreSettings {
    /// URL of a PostgreSQL database. `None` means files in the data directory.
    #[serde(default)]
    url: Option<SecretString>,
    /// Schema of the tables, one for each seller. `None` means the one that PostgreSQL selects.
    #[serde(default)]
    schema: Option<String>,
    /// Key that encrypts secrets in the database. `None` means that secrets stay in files.
    #[serde(default)]
    encryption_key: Option<SecretString>,
}

/// What the program does without arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Serves the HTTP API.
    Api,
    /// Runs one batch and exits, as from cron.
    Batch,
    /// Opens the console.
    Console,
}

impl Config {
    /// Returns the seller's price rules.
    ///
    /// # Errors
    /// Returns [`ConfigError`] with the place of the first invalid setting.
    pub fn price_rules(&self) -> Result<PriceRules, ConfigError> {
        let written = self.section::<PriceRulesConfig>("pricing")?;
        PriceRules::try_from(written).map_err(|error| self.invalid_setting(&error.key(), error))
    }

    /// Selects the schema from the settings, if one is set.
    ///
    /// # Errors
    /// Returns [`ConfigError`] if the name of the schema is malformed.
    pub fn select_schema(&self, database: DatabaseUrl) -> Result<DatabaseUrl, ConfigError> {
        let Some(schema) = self.section::<StoreSettings>("store")?.schema else { return Ok(database) };
        database
            .in_schema(&schema)
            .map_err(|error| self.invalid_setting("store.schema", format_args!("store.schema: {error}")))
    }

    /// Returns where batches and the ledger are stored: in the data directory or in a PostgreSQL database.
    ///
    /// # Errors
    /// Returns [`ConfigError`] if the settings cannot be read or the URL is malformed. The error does not contain the
    /// URL.
    pub fn store_location(&self) -> Result<StoreLocation, ConfigError> {
        let data_dir = self.section::<BatchSettings>("batch")?.data_dir;
        if data_dir.is_file() {
            let message = format!("batch.data_dir: {} is a file; name a folder", data_dir.display());
            return Err(self.invalid_setting("batch.data_dir", message));
        }
        let Some(url) = self.section::<StoreSettings>("store")?.url else {
            return Ok(StoreLocation::in_folder(data_dir));
        };
        let database = DatabaseUrl::parse(&url)
            .map_err(|error| self.invalid_setting("store.url", format_args!("store.url: {error}")))?;
        Ok(StoreLocation::in_database(self.select_schema(database)?, data_dir))
    }

    /// Returns the key that encrypts secrets in the database; `None` if it is not set.
    ///
    /// # Errors
    /// Returns [`ConfigError`] if the settings cannot be read or the key is malformed. The error does not contain the
    /// key.
    pub fn encryption_key(&self) -> Result<Option<EncryptionKey>, ConfigError> {
        let Some(text) = self.section::<StoreSettings>("store")?.encryption_key else { return Ok(None) };
        EncryptionKey::parse(&text).map(Some).map_err(|error| {
            self.invalid_setting("store.encryption_key", format_args!("store.encryption_key: {error}"))
        })
    }
}
