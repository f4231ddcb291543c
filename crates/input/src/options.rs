//! Options for reading a list.

use domain::list_options::ListOptions;

/// The operator's choices for one list, and settings for all lists.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    pub list: ListOptions,
    /// If a row has two different barcodes, true uses the first one, and false skips the row.
    pub take_first_code: bool,
    /// True if the list is one of several that are read together. The chosen columns apply only to lists with columns.
    pub is_one_of_several: bool,
}
