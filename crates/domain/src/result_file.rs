//! Names of the files that a batch writes to its output folder. Retention removes files by these names.

use std::path::Path;

use super::job_spec::JobId;

/// Number of parts of a job's stamp: day, time and number.
const JOB_STAMP_PARTS: usize = 3;

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

    /// Returns the kind of a file, also of one with invented data; `None` for a name that no batch gives to a file.
    pub fn from_file_name(name: &str) -> Option<Self> {
        use strum::VariantArray as _;
        let name = name.strip_prefix(Self::DEMO_PREFIX).unwrap_or(name);
        let is_named = |kind: &Self| {
            let stamp = name.strip_prefix(kind.prefix()).and_then(|rest| rest.strip_suffix(kind.extension()));
            stamp.is_some_and(is_stamp)
        };
        Self::VARIANTS.iter().copied().find(is_named)
    }
}

/// Returns true for the stamp of a job, also with the number of a part and further numbers, such as
/// `20240318_143022_0_part2_3`.
fn is_stamp(stamp: &str) -> bool {
    let parts = stamp.split('_').collect::<Vec<_>>();
    let Some((job, further)) = parts.split_at_checked(JOB_STAMP_PARTS) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_job = format!("batch_{}", job.join("_")).parse::<JobId>().is_ok();
    is_job && further.iter().all(|part| is_number(part.strip_prefix("part").unwrap_or(part)))
}

/// Returns true for the path of a drafts file.
pub fn is_drafts_file(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| ResultFileKind::from_file_name(&name) == Some(ResultFileKind::Drafts))
}
