//! The result of parsing one row or line.

use domain::barcode::BarcodeError;
use domain::seller_data::SellerData;
use domain::upc::{ParseUpcError, ParsedUpc};

/// Content of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParsedRow {
    /// No content: blank, a comment, or the repeated header.
    Blank,
    /// Another header: the following rows have a different layout.
    OtherHeader,
    /// One item.
    Accepted(AcceptedRow),
    /// All codes of one line, and the reasons why other numbers in the line are not codes.
    Several { rows: Vec<AcceptedRow>, reasons: Vec<String> },
    /// A quantity without a code.
    Quantity(u32),
    /// Reason why the row is not an item.
    Rejected(String),
    /// Reason why a number with the length of a barcode is not one, such as a wrong check digit.
    Invalid(String),
}

/// The item of one row.
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

    /// Creates the row of a code that is not valid.
    pub(super) fn from_barcode_error(why: &BarcodeError) -> Self {
        match why {
            BarcodeError::InvalidCode(ParseUpcError::CheckDigit { .. } | ParseUpcError::Carton(_)) => {
                Self::Invalid(why.to_string())
            }
            _ => Self::Rejected(why.to_string()),
        }
    }

    /// Returns the number of codes in the row.
    pub(super) fn code_count(&self) -> usize {
        match self {
            Self::Accepted(_) => 1,
            Self::Several { rows, .. } => rows.len(),
            Self::Blank | Self::OtherHeader | Self::Quantity(_) | Self::Rejected(_) | Self::Invalid(_) => 0,
        }
    }
}
