//! The arguments of `draft-maker report`.

use clap::{Args, ValueEnum};

use super::output_format::OutputFormat;
use domain::job_spec::JobId;

#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// The batch [default: the newest]
    pub job: Option<JobId>,
    /// The order of the drafts
    #[arg(long, value_enum, default_value_t = ReportOrder::Location)]
    pub by: ReportOrder,
    /// Only drafts that lack this; repeat it for several
    #[arg(long, value_enum, value_name = "WHAT")]
    pub without: Vec<ReportLack>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

/// The order of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportOrder {
    Location,
    /// The highest first.
    Price,
    Title,
}

/// What the drafts of a report lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportLack {
    /// A photo of the seller's own.
    Photo,
    Grade,
    Condition,
    Location,
}
