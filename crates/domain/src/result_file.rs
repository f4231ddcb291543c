//! Names of the files that a batch writes to its output folder. Retention removes files by these names.

use std::path::Path;

/// A kind of file that a batch writes to its output folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
pub enum ResultFileKind {
    /// The full report (JSON).
    Results,
    /// The table of the items (CSV).
    Summary,
    /// A drafts file for Seller Hub (CSV).
    Drafts,
}

impl ResultFileKind {
    /// Prefix of files with invented data, before the prefix of their kind.
    pub const DEMO_PREFIX: &str = "DEMO_";

    /// Returns the text before the job's stamp in the names of these files.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Results => "batch_results_",
            Self::Summary => "batch_summary_",
            Self::Drafts => "ebay_drafts_",
        }
    }

    /// Returns the end of the names of these files.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Results => ".json",
            Self::Summary | Self::Drafts => ".csv",
        }
    }

    /// Returns the name of a file. `stamp` begins with [`JobId::file_stamp`](crate::job_spec::JobId::file_stamp).
    pub fn file_name(self, stamp: &str) -> String {
        format!("{}{stamp}{}", self.prefix(), self.extension())
    }

    /// Returns the kind of a file; `None` for a name that no batch gives to a file.
    pub fn from_file_name(name: &str) -> Option<Self> {
        use strum::VariantArray as _;
        Self::VARIANTS.iter().copied().find(|kind| name.starts_with(kind.prefix()))
    }
}

/// Returns true for the path of a drafts file.
pub fn is_drafts_file(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| ResultFileKind::from_file_name(&name) == Some(ResultFileKind::Drafts))
}
