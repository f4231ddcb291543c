//! Jobs that take scans while they run.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::object::deserialize_objects;
use domain::condition::Condition;
use domain::job_spec::{Copies, JobSpec, JobSpecPatch};
use domain::scan::ScanInput;
use domain::seller_data::MediaGrade;
use domain::sink::{SinkKind, deserialize_selectable};
use domain::upc::Upc;

/// Maximum number of scans in a request.
pub const MAX_SCANS: usize = 200;
/// Maximum number of characters of a scan's key, and of its code.
pub const MAX_SCAN_FIELD_LEN: usize = 128;

/// A scan job to start.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ScanOrder)]
pub struct CreateScanJobRequest {
    /// False finds release, price and cover, and creates no drafts; default: the setting.
    pub create_drafts: Option<bool>,
    /// True for a dry run: every step but the last; nothing is written outside Draft Maker.
    #[schema(default = false)]
    pub test_mode: bool,
    /// The condition of items without their own; default: the setting.
    pub condition: Option<Condition>,
    /// The grade of the disc, record or tape of items without their own; default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    /// The grade of the sleeve, booklet or inlay of items without their own; default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    /// A note on the condition of items without their own, for buyers; default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub note: Option<Box<str>>,
    /// The destination of drafts; default: the setting.
    #[serde(deserialize_with = "deserialize_selectable")]
    #[schema(value_type = Option<String>, example = "csv", pattern = "^(csv|inventory|item-draft)$")]
    pub sink: Option<SinkKind>,
    /// One draft for all copies of a UPC, or one for each copy; default: the setting.
    pub copies: Option<Copies>,
}

impl From<&JobSpec> for CreateScanJobRequest {
    fn from(spec: &JobSpec) -> Self {
        Self {
            create_drafts: Some(spec.create_drafts),
            test_mode: spec.test_mode,
            condition: spec.condition,
            media_grade: spec.media_grade,
            sleeve_grade: spec.sleeve_grade,
            note: spec.note.clone(),
            sink: Some(spec.sink),
            copies: Some(spec.copies),
        }
    }
}

impl CreateScanJobRequest {
    /// Returns what the request sets of a scan job.
    pub fn to_patch(&self) -> JobSpecPatch {
        JobSpecPatch {
            create_drafts: self.create_drafts,
            test_mode: Some(self.test_mode),
            sink: self.sink,
            condition: self.condition,
            media_grade: self.media_grade,
            sleeve_grade: self.sleeve_grade,
            note: self.note.clone(),
            copies: self.copies,
            ..JobSpecPatch::default()
        }
    }
}

/// Scans, in the order in which they were made.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scans)]
pub struct AddScansRequest {
    /// The scans, in the order in which they were made.
    #[serde(deserialize_with = "deserialize_objects")]
    #[schema(min_items = 1, max_items = 200)]
    pub scans: Vec<ScanRequest>,
}

/// One scan.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scan)]
pub struct ScanRequest {
    /// Identifies the scan within the job: a scan sent again with the same key counts once.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-.0-~]+$", example = "till-2-0017")]
    pub key: String,
    /// What the scanner typed. An AIM identifier in front is recognized, and a UPC-E is expanded.
    #[schema(max_length = 128, example = "720642442524")]
    pub code: String,
}

impl From<&ScanInput> for ScanRequest {
    fn from(scan: &ScanInput) -> Self {
        Self { key: scan.key.clone(), code: scan.code.clone() }
    }
}

/// The result of each scan, in the order of the request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScansLanded)]
pub struct AddScansResponse {
    #[serde(rename = "landed")]
    pub results: Vec<ScanResponse>,
}

/// The result of one scan.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScanLanded)]
pub struct ScanResponse {
    pub key: String,
    /// The barcode; `null` if the code is not one.
    #[schema(value_type = Option<String>, example = "720642442524")]
    pub upc: Option<Upc>,
    /// Copies of the item including this scan; more than one is a repeat.
    pub copies: u32,
    /// Why the code is not a barcode.
    pub error: Option<String>,
}

/// The item after one of its scans was undone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScanTakenBack)]
pub struct DeleteScanResponse {
    #[schema(value_type = String, example = "720642442524")]
    pub upc: Upc,
    /// Remaining copies; an item without any is skipped.
    pub copies: u32,
}
