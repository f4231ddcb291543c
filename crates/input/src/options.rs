//! Options for reading a list.

use domain::list_options::ListOptions;

/// Choices of the operator for this list and settings for all.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    pub list: ListOptions,
    /// True takes the first of two different barcodes of a row; false skips such a row.
    pub take_first_code: bool,
}
