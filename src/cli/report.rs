//! The arguments of `draft-maker report`.

use std::path::PathBuf;

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
    /// Also write barcode labels, one per copy, to FILE.pdf or FILE.svg; further SVG pages get a number
    #[arg(long, value_name = "FILE", value_parser = parse_sheet_path)]
    pub labels: Option<PathBuf>,
    /// Write a sheet of barcodes that set the grade of the following scans, as PDF or SVG; needs no batch
    #[arg(long, value_name = "FILE", value_parser = parse_sheet_path)]
    pub grade_labels: Option<PathBuf>,
    /// The page of the labels: letter has 30 (Avery 5160), a4 has 21 (L7160)
    #[arg(long, value_enum, default_value_t = LabelPage::Letter)]
    pub page: LabelPage,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

/// Parses the path of a label sheet, whose ending names the format.
fn parse_sheet_path(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    let is_known = |ending: &std::ffi::OsStr| ["pdf", "svg"].iter().any(|known| ending.eq_ignore_ascii_case(known));
    if path.extension().is_some_and(is_known) { Ok(path) } else { Err("the file name must end in .pdf or .svg".into()) }
}

/// Sort order of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportOrder {
    #[value(alias = "shelf")]
    Location,
    /// Highest first
    Price,
    Title,
}

/// Paper size of a label sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LabelPage {
    Letter,
    A4,
}

/// Something that a draft may lack, as a filter of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportLack {
    /// Your own photo
    Photo,
    Grade,
    Condition,
    Location,
}
