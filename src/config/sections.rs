//! The sections that no module below owns: the batch as a whole.

use std::path::PathBuf;

use domain::sink::SinkKind;
use serde::Deserialize;

/// `[batch]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BatchSettings {
    /// What is done without arguments: `api` or `batch`.
    #[serde(default)]
    pub mode: Option<String>,
    /// The list of that run.
    #[serde(default)]
    pub source: Option<String>,
    /// False finds facts, price and cover only.
    pub create_drafts: bool,
    /// True rehearses; nothing outside is written.
    pub test_mode: bool,
    /// True lets every item wait for a person before its draft is made.
    pub review: bool,
    /// The folder for result files.
    pub output: PathBuf,
    /// The folder that keeps the journal and the answers.
    pub data_dir: PathBuf,
    /// How many items are worked on at the same time.
    #[serde(rename = "slots")]
    pub concurrency: usize,
    /// How long items wait for a service that is sick, in seconds.
    pub patience_s: u64,
}

/// `[market]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SinkSettings {
    /// Where drafts go: `inventory`, `csv`, `item-draft`; `None` leaves it to what the operator is signed in to.
    #[serde(default)]
    pub sink: Option<SinkKind>,
}
