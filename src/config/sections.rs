//! The sections that belong to no library: `[batch]`, `[catalog]` and `[market]`.

use std::path::{Path, PathBuf};

use domain::sink::SinkKind;
use serde::Deserialize;

/// `[batch]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BatchSettings {
    /// What runs without arguments: `api`, `batch` or `console`.
    #[serde(default)]
    pub mode: Option<String>,
    /// The list of `MODE=batch`.
    #[serde(default)]
    pub source: Option<String>,
    /// If false, finds release, price and cover only.
    pub create_drafts: bool,
    /// If true, does a dry run: nothing outside is written.
    pub test_mode: bool,
    /// If true, every item waits for review before its draft is made.
    pub review: bool,
    /// The folder for result files.
    pub output: PathBuf,
    /// The folder of the journal, the ledger of drafts and the offline catalog.
    pub data_dir: PathBuf,
    /// The folder of the response cache.
    pub cache_dir: PathBuf,
    /// Number of items in progress at the same time.
    #[serde(rename = "slots")]
    pub concurrency: usize,
    /// Time limit in seconds for which items wait for an unavailable service.
    pub patience_s: u64,
}

/// `[catalog]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CatalogSettings {
    /// Whether the offline catalog is used.
    pub on: bool,
    /// The folder of the catalog. `None` means the folder `catalog` in the data directory.
    #[serde(default)]
    pub dir: Option<PathBuf>,
}

impl CatalogSettings {
    /// Returns the folder of the catalog.
    pub fn folder(&self, data_dir: &Path) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| data_dir.join("catalog"))
    }
}

/// `[market]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SinkSettings {
    /// Destination of drafts. `None` means inventory if a seller is signed in, otherwise CSV.
    #[serde(default)]
    pub sink: Option<SinkKind>,
}
