//! Scan jobs: jobs that accept scans while they run.

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
/// Maximum number of characters in a scan's key.
pub const MAX_SCAN_KEY_LEN: usize = 128;
/// Maximum number of characters in a scan's code, with grades, parts and location.
pub const MAX_SCAN_CODE_LEN: usize = domain::scan::MAX_SCAN_CHARS;

/// Request to start a scan job.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ScanOrder)]
pub struct CreateScanJobRequest {
    /// Whether to create drafts. If false, the job only looks up releases, prices and covers. Default: the setting.
    pub create_drafts: Option<bool>,
    /// True for a dry run: every step except the last. Nothing is written outside Draft Maker.
    #[schema(default = false)]
    pub test_mode: bool,
    /// Condition of items that state none. Default: the setting.
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape of items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay of items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleeve_grade: Option<MediaGrade>,
    /// Condition note for buyers, for items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub note: Option<Box<str>>,
    /// Destination of the drafts. Default: the setting.
    #[serde(deserialize_with = "deserialize_selectable")]
    #[schema(value_type = Option<String>, example = "csv", pattern = "^(csv|inventory|item-draft)$")]
    pub sink: Option<SinkKind>,
    /// One draft for all copies of a UPC, or one draft per copy. Default: the setting.
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
    /// Returns the fields of the job spec that the request sets.
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

/// Request to add scans.
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
    /// Key of the scan within the job. A scan that is sent again with the same key is counted once.
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-.0-~]+$", example = "till-2-0017")]
    pub key: String,
    /// Code as the scanner sent it, with grades, parts and location, or a correction of the last scan: `last VG`. An AIM
    /// identifier prefix is recognized, and a UPC-E is expanded.
    #[schema(max_length = 256, example = "720642442524")]
    pub code: String,
    /// Line of the scan in your own input, from 1. Default: the number of the scan in the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 4_294_967_295_u32)]
    pub line: Option<u32>,
}

impl From<&ScanInput> for ScanRequest {
    fn from(scan: &ScanInput) -> Self {
        Self { key: scan.key.clone(), code: scan.code.clone(), line: scan.line }
    }
}

/// Results of the scans, in the order of the request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScansLanded)]
pub struct AddScansResponse {
    #[serde(rename = "landed")]
    pub results: Vec<ScanResponse>,
}

/// Result of one scan.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScanLanded)]
pub struct ScanResponse {
    pub key: String,
    /// The barcode; `null` if the code is not one.
    #[schema(value_type = Option<String>, example = "720642442524")]
    pub upc: Option<Upc>,
    /// Number of copies of the item, including this scan. More than one means that the scan is a repeat.
    pub copies: u32,
    /// Why the code is not a barcode.
    pub error: Option<String>,
}

/// Item whose scan was undone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ScanTakenBack)]
pub struct DeleteScanResponse {
    #[schema(value_type = String, example = "720642442524")]
    pub upc: Upc,
    /// Remaining copies. At 0, the item is skipped.
    pub copies: u32,
}
