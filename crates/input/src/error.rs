//! Errors that make a whole list unusable. The batch does not start then: exit code 2, nothing is written.

use super::gcs::GcsError;
use domain::text::count::format_size;

/// Option that chooses the column of barcodes, on the command line and in the API.
pub(super) const BARCODE_COLUMN_OPTION: &str = "--barcode-column (barcode_column in the API)";
/// Option that chooses the column of quantities.
const QUANTITY_COLUMN_OPTION: &str = "--quantity-column (quantity_column in the API)";

/// Error of an unusable list, with its source.
#[derive(Debug, thiserror::Error)]
#[error("{location}: {error}")]
pub struct IntakeError {
    /// Address of the source, as the operator entered it.
    pub location: String,
    /// The problem, and what to do.
    pub error: ListError,
}

/// The problem that makes a list unusable, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("no such file. Check the path; relative paths start in the current folder")]
    NotFound,
    #[error("this is a folder: name one of the files in it")]
    Directory,
    #[error("you have no permission to read this file: change its permissions or its owner")]
    PermissionDenied,
    #[error("reading it failed: {}", files::describe_io_error(.0))]
    Io(std::io::Error),
    #[error("it has {}; a list has at most {}: split it, or check that it is the right file", format_size(*.size), format_size(*.limit))]
    TooLarge { size: u64, limit: u64 },
    #[error("it has more than {}: split it, or check that it is the right source", format_size(*.limit))]
    StreamTooLarge { limit: u64 },
    #[error("the file is empty: put one barcode on each line")]
    Empty,
    #[error("it has only blank lines, comments or a header: put one barcode on each line")]
    NoContent,
    #[error(
        "no barcode was found in {}. Line {line}, {text:?}: {reason}{}. Put one barcode on each line, or choose a column with \
         {BARCODE_COLUMN_OPTION}",
        count_lines(*refused), looks_like(*origin)
    )]
    NoUpc { refused: u64, line: u32, text: String, reason: String, origin: Option<&'static str> },
    #[error(
        "it has no barcodes: {invalid} of {} numbers have a wrong check digit, as numbers of another kind do{}; use a list with \
         UPC or EAN codes",
        valid + invalid,
        looks_like(*origin)
    )]
    NoBarcodes { valid: u64, invalid: u64, origin: Option<&'static str> },
    #[error(
        "columns {names} contain quantities that differ or belong to different shops: choose one with \
         {QUANTITY_COLUMN_OPTION}, or `none`"
    )]
    AmbiguousQuantities { names: String },
    #[error("there is no column {name:?}; the columns are {columns}")]
    NoSuchColumn { name: String, columns: String },
    #[error("several columns are named {name:?}: choose one by its number, {numbers}")]
    RepeatedColumn { name: String, numbers: String },
    #[error("it has no columns: leave out {BARCODE_COLUMN_OPTION} and {QUANTITY_COLUMN_OPTION}")]
    NoColumns,
    #[error("there is no sheet {name:?}; the sheets are {sheets}")]
    NoSuchSheet { name: String, sheets: String },
    #[error("the workbook cannot be read ({why}): open it and save it as CSV (UTF-8)")]
    DamagedWorkbook { why: String },
    #[error("it unpacks to more than {}: split it, or save the sheet with the barcodes as CSV", format_size(*.limit))]
    UnpackedTooLarge { limit: u64 },
    #[error("it has more than {limit} cells or values: split it, or save the columns that are needed as CSV")]
    TooManyCells { limit: u64 },
    #[error("it is damaged JSON, at line {line} ({why}): export it again")]
    DamagedJson { line: usize, why: String },
    #[error("it is gzip-compressed and damaged or cut off: copy it again")]
    DamagedGzip,
    #[error(
        "it has {copies} copies in {rows} rows, with {columns}: choose the right column, or none, with {QUANTITY_COLUMN_OPTION}, \
         or accept the quantities if they are right with --accept-quantities (accept_quantities in the API)"
    )]
    ExcessCopies { copies: u64, rows: u64, columns: String },
    #[error("this is {what}, not a list: {remedy}")]
    NotText { what: &'static str, remedy: &'static str },
    #[error("line {line} is longer than {}, so this is not a list: put one barcode on each line", format_size(*.limit as u64))]
    LineTooLong { line: u32, limit: usize },
    #[error("it has more than {limit} different barcodes: split it")]
    TooManyItems { limit: usize },
    #[error("it is a folder: add a slash to its end to read the lists in it")]
    Folder,
    #[error("no object matches it: check the name with `gcloud storage ls`")]
    NoMatch,
    #[error("{name}: {error}")]
    Part { name: String, error: Box<ListError> },
    #[error(transparent)]
    Gcs(#[from] GcsError),
}

impl IntakeError {
    /// Returns true if the same list may be readable soon: the service did not answer, or answered with a fault.
    pub const fn is_transient(&self) -> bool {
        self.error.is_transient()
    }
}

impl ListError {
    const fn is_transient(&self) -> bool {
        match self {
            Self::Gcs(error) => error.is_transient(),
            Self::Part { error, .. } => error.is_transient(),
            _ => false,
        }
    }

    pub(super) fn with_location(self, location: &impl ToString) -> IntakeError {
        IntakeError { location: location.to_string(), error: self }
    }
}

impl From<std::io::Error> for ListError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Self::NotFound,
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            std::io::ErrorKind::IsADirectory => Self::Directory,
            _ => Self::Io(error),
        }
    }
}

fn count_lines(count: u64) -> String {
    if count == 1 { "its only line".to_owned() } else { format!("its {count} lines") }
}

fn looks_like(origin: Option<&'static str>) -> String {
    origin.map(|origin| format!("; this looks like {origin}")).unwrap_or_default()
}
