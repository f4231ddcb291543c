//! Flags of the commands that run a batch.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::global_args::GlobalArgs;
use crate::config::SettingOverride;
use crate::headless::{EventFormat, OutputOptions};
use domain::condition::{Condition, ParseConditionError};
use domain::list_options::ListOptions;
use domain::seller_data::MediaGrade;
use domain::sink::SinkKind;

#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// The list: a file, gs://bucket/object, or - for standard input. Several are one batch
    #[arg(value_name = "LIST", required = true, num_args = 1..)]
    pub source: Vec<String>,
    #[command(flatten)]
    pub options: BatchOptions,
    #[command(flatten)]
    pub list: ListArgs,
    /// Run even if the service is already processing the same list
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
    /// Keep the rate limits of the real services: several minutes
    #[arg(long)]
    pub real_limits: bool,
    /// Import a small Discogs data dump first: the demo then needs fewer requests
    #[arg(long)]
    pub catalog: bool,
}

/// Heading of the [`ListArgs`] in the help. It is set for each flag, because `next_help_heading` would also apply to
/// the flags that follow.
const READING_HEADING: &str = "Reading the list";

/// Flags that say how the list is read.
#[derive(Args, Clone, Debug, Default)]
pub struct ListArgs {
    /// Column with the barcodes: its name, or its number from 1
    #[arg(long, value_name = "NAME", help_heading = READING_HEADING, hide_short_help = true)]
    pub barcode_column: Option<String>,
    /// Column with the quantities: its name, its number from 1, or none
    #[arg(long, value_name = "NAME", help_heading = READING_HEADING, hide_short_help = true)]
    pub quantity_column: Option<String>,
    /// Sheet of a workbook; default: the first one with barcodes
    #[arg(long, value_name = "NAME", help_heading = READING_HEADING, hide_short_help = true)]
    pub sheet: Option<String>,
    /// Start even if the list has many more copies than rows
    #[arg(long, help_heading = READING_HEADING, hide_short_help = true)]
    pub accept_quantities: bool,
    /// Search for rows without a barcode by catalog number, or artist and title; you choose the release
    #[arg(long, help_heading = READING_HEADING, hide_short_help = true)]
    pub search_rows: bool,
}

impl ListArgs {
    /// Converts these flags to the list options of a batch.
    pub fn to_list_options(&self) -> ListOptions {
        ListOptions {
            barcode_column: self.barcode_column.clone(),
            quantity_column: self.quantity_column.clone(),
            sheet: self.sheet.clone(),
            accept_quantities: self.accept_quantities,
            search_rows: self.search_rows,
        }
    }
}

pub(super) fn parse_limit(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "write a number of items, 1 or more".to_owned())
}

/// Parses an eBay condition. For a grade such as `VG+`, the error names the flag that takes grades.
pub(super) fn parse_condition(text: &str) -> Result<Condition, String> {
    text.parse().map_err(|error: ParseConditionError| match text.parse::<MediaGrade>() {
        Ok(_) => format!(
            "{text} is a grade: use --media-grade {text}; a condition is new, like_new, very_good, good or acceptable"
        ),
        Err(_) => error.to_string(),
    })
}

/// Flags that change what is done with the items.
#[derive(Args, Clone, Debug, Default)]
pub struct BatchOptions {
    /// Look up releases, prices and covers only
    #[arg(long)]
    pub no_drafts: bool,
    /// Dry run: do everything except create drafts
    #[arg(long = "dry-run", visible_alias = "test")]
    pub test: bool,
    /// Review every item before its draft is created
    #[arg(long)]
    pub review: bool,
    /// Process at most N items
    #[arg(long, value_name = "N", value_parser = parse_limit, allow_negative_numbers = true)]
    pub limit: Option<u64>,
    /// The folder for result files
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The condition of all items: new, like_new, very_good, good, acceptable
    #[arg(long, value_name = "CONDITION", value_parser = parse_condition)]
    pub condition: Option<Condition>,
    /// The grade of all discs, records and tapes: M, NM, EX, VG+, VG, G+, G, F, P
    #[arg(long, value_name = "GRADE")]
    pub media_grade: Option<MediaGrade>,
    /// The grade of all sleeves, booklets and inlays
    #[arg(long, value_name = "GRADE")]
    pub sleeve_grade: Option<MediaGrade>,
    /// A note on the condition of all items, for buyers
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Where to create drafts: inventory (offers on eBay), csv (file for Seller Hub), item-draft
    #[arg(long, value_name = "DESTINATION", hide_possible_values = true, value_parser = selectable_sinks())]
    pub sink: Option<SinkKind>,
    /// Copies of one barcode: one draft for all, or one each
    #[arg(long, value_name = "COPIES", value_parser = ["together", "separate"])]
    pub copies: Option<String>,
}

/// Returns a parser of the destinations that a flag accepts.
fn selectable_sinks() -> impl TypedValueParser<Value = SinkKind> {
    PossibleValuesParser::new(SinkKind::SELECTABLE.map(SinkKind::as_str)).try_map(|word| word.parse::<SinkKind>())
}

/// Flags that change how the run is shown.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputArgs {
    /// The output format: a line of text per item, or one JSON object per event
    #[arg(long, value_enum, default_value_t)]
    pub format: EventFormatArg,
    /// Print plain lines without a progress bar
    #[arg(long)]
    pub no_tui: bool,
    /// Whether the log is printed to standard error.
    #[arg(skip)]
    pub shows_log: bool,
}

/// One line of text per item, or every event as a line of JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EventFormatArg {
    #[default]
    Text,
    #[value(alias = "json")]
    Ndjson,
}

impl OutputArgs {
    /// Applies the global flags: `--json` prints events, `-v` shows the log instead of a progress bar.
    #[must_use]
    pub fn with_global(&self, global: &GlobalArgs) -> Self {
        let format = if global.json { EventFormatArg::Ndjson } else { self.format };
        Self { format, no_tui: self.no_tui || global.verbose > 0, shows_log: global.verbose > 0 }
    }

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
    /// Returns the settings given by these flags. `--limit` applies to one batch only and is not a setting.
    pub fn flag_settings(&self) -> Vec<SettingOverride> {
        let given =
            |key: &str, flag: &str, value: Option<String>| value.map(|value| SettingOverride::new(key, flag, value));
        [
            given("batch.create_drafts", "--no-drafts", self.no_drafts.then(|| "false".into())),
            given("batch.test_mode", "--test", self.test.then(|| "true".into())),
            given("batch.review", "--review", self.review.then(|| "true".into())),
            given("batch.output", "--output", self.output.as_ref().map(|dir| dir.to_string_lossy().into_owned())),
            given("listing.condition", "--condition", self.condition.map(|c| c.to_string())),
            given("listing.media_grade", "--media-grade", self.media_grade.map(|grade| grade.as_str().to_owned())),
            given("listing.sleeve_grade", "--sleeve-grade", self.sleeve_grade.map(|grade| grade.as_str().to_owned())),
            given("listing.condition_note", "--note", self.note.clone()),
            given("market.sink", "--sink", self.sink.map(|sink| sink.to_string())),
            given("listing.copies", "--copies", self.copies.clone()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
