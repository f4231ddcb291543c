//! Flags of the commands that run a batch.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::config::SettingOverride;
use crate::headless::{EventFormat, OutputOptions};
use domain::condition::Condition;
use domain::sink::SinkKind;

#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// The list: gs://bucket/object, a file, or - for standard input
    pub source: String,
    #[command(flatten)]
    pub options: BatchOptions,
    /// Run it although the service works on the same list already
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(Args, Clone, Debug)]
pub struct ScanArgs {
    #[command(flatten)]
    pub options: BatchOptions,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    #[command(flatten)]
    pub options: BatchOptions,
    #[command(flatten)]
    pub output_args: OutputArgs,
    /// Work at the pace of the real services: a UPC takes seconds
    #[arg(long)]
    pub real_limits: bool,
}

/// Flags that change what is done with the items.
#[derive(Args, Clone, Debug, Default)]
pub struct BatchOptions {
    /// Find facts, price and cover, and make no drafts
    #[arg(long)]
    pub no_drafts: bool,
    /// Rehearse: everything but the last step; nothing outside is written
    #[arg(long, visible_alias = "dry-run")]
    pub test: bool,
    /// Let every item wait for a person before its draft is made
    #[arg(long)]
    pub review: bool,
    /// Take no more than N items
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// The folder for result files
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The condition of all items: new, like_new, very_good, good, acceptable
    #[arg(long, value_name = "C")]
    pub condition: Option<Condition>,
    /// Where drafts go; see below
    #[arg(long, value_name = "SINK", value_parser = selectable_sinks())]
    pub sink: Option<SinkKind>,
    /// Copies of one UPC: one draft for all, or one each
    #[arg(long, value_name = "HOW", value_parser = ["together", "separate"])]
    pub copies: Option<String>,
}

/// Returns a parser of the destinations that a flag can name.
fn selectable_sinks() -> impl TypedValueParser<Value = SinkKind> {
    PossibleValuesParser::new(SinkKind::SELECTABLE.map(SinkKind::as_str)).try_map(|word| word.parse::<SinkKind>())
}

/// Flags that change how the run is shown.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputArgs {
    /// What is printed for each item
    #[arg(long, value_enum, default_value_t)]
    pub format: EventFormatArg,
    /// Plain lines, also in a terminal
    #[arg(long)]
    pub no_tui: bool,
}

/// One line of text per item, or every event as a line of JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EventFormatArg {
    #[default]
    Text,
    Ndjson,
}

impl OutputArgs {
    /// Combines these flags and `--quiet` into the options of plain output.
    pub fn to_output_options(&self, quiet: bool) -> OutputOptions {
        let lines = match self.format {
            EventFormatArg::Text => EventFormat::Text,
            EventFormatArg::Ndjson => EventFormat::Ndjson,
        };
        OutputOptions { event_format: lines, show_bar: !self.no_tui, quiet }
    }
}

impl BatchOptions {
    /// Returns the settings given by these flags. `--limit` belongs to the one batch and is not a setting.
    pub fn flag_settings(&self) -> Vec<SettingOverride> {
        let given =
            |key: &str, flag: &str, value: Option<String>| value.map(|value| SettingOverride::new(key, flag, value));
        [
            given("batch.create_drafts", "--no-drafts", self.no_drafts.then(|| "false".into())),
            given("batch.test_mode", "--test", self.test.then(|| "true".into())),
            given("batch.review", "--review", self.review.then(|| "true".into())),
            given("batch.output", "--output", self.output.as_ref().map(|dir| dir.to_string_lossy().into_owned())),
            given("listing.condition", "--condition", self.condition.map(|c| c.to_string())),
            given("market.sink", "--sink", self.sink.map(|sink| sink.to_string())),
            given("listing.copies", "--copies", self.copies.clone()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
