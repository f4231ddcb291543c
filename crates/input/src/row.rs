//! The result of reading one row or line.

use domain::barcode::BarcodeError;
use domain::seller_data::SellerData;
use domain::upc::{ParseUpcError, ParsedUpc};

/// What a row holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParsedRow {
    /// No content: blank, a comment, or the column names again.
    Blank,
    /// The names of other columns: the rows below have another layout.
    OtherHeader,
    /// One item.
    Accepted(AcceptedRow),
    /// The codes of one line, and why other numbers of the line are not codes.
    Several { rows: Vec<AcceptedRow>, reasons: Vec<String> },
    /// Why the row is not an item.
    Rejected(String),
    /// Why a number with the length of a barcode is not one, such as a wrong check digit.
    Invalid(String),
}

/// An item of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AcceptedRow {
    pub(super) code: ParsedUpc,
    pub(super) copies: u32,
    pub(super) seller: Option<Box<SellerData>>,
}

impl ParsedRow {
    pub(super) fn accepted(code: ParsedUpc, copies: u32) -> Self {
        Self::Accepted(AcceptedRow { code, copies, seller: None })
    }

    /// Returns the row of a code that could not be read.
    pub(super) fn from_barcode_error(why: &BarcodeError) -> Self {
        match why {
            BarcodeError::InvalidCode(ParseUpcError::CheckDigit { .. } | ParseUpcError::Carton(_)) => {
                Self::Invalid(why.to_string())
            }
            _ => Self::Rejected(why.to_string()),
        }
    }

    /// Number of codes in the row.
    pub(super) fn code_count(&self) -> usize {
        match self {
            Self::Accepted(_) => 1,
            Self::Several { rows, .. } => rows.len(),
            Self::Blank | Self::OtherHeader | Self::Rejected(_) | Self::Invalid(_) => 0,
        }
    }
}
