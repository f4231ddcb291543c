//! Uploads: requests that start a batch with the list in the request body.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::jobs::CreateJobRequest;
use domain::condition::Condition;
use domain::job_spec::{Copies, JobSpec};
use domain::list_options::ListOptions;
use domain::seller_data::MediaGrade;
use domain::sink::{SinkKind, deserialize_selectable};

/// Maximum number of characters in a list name.
pub const MAX_LIST_NAME_LEN: usize = 120;

/// Options for an uploaded list: query parameters, or fields of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UploadOptions {
    /// Name of the list, shown with the batch. Used only if there is one list. Default: the file name in the form, or
    /// `list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 120, example = "box-15.csv")]
    pub name: Option<String>,
    /// Whether to create drafts. If false, the batch only looks up releases, prices and covers. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_drafts: Option<bool>,
    /// True for a dry run: every step except the last. Nothing is written outside Draft Maker. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = true)]
    pub test_mode: Option<bool>,
    /// True if every item must wait for your decision before its draft is created. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<bool>,
    /// True to start the batch even if a job for the same list is waiting, running or paused. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
    /// Condition of items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub condition: Option<Condition>,
    /// Grade of the disc, record or tape of items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub media_grade: Option<MediaGrade>,
    /// Grade of the sleeve, booklet or inlay of items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sleeve_grade: Option<MediaGrade>,
    /// Condition note for buyers, for items that state none. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, max_length = 1000)]
    pub note: Option<Box<str>>,
    /// Destination of the drafts: csv, inventory or item-draft. Default: the setting.
    #[serde(deserialize_with = "deserialize_selectable", skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, pattern = "^(csv|inventory|item-draft)$")]
    pub sink: Option<SinkKind>,
    /// One draft for all copies of a UPC, or one draft per copy. Default: the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub copies: Option<Copies>,
    /// Maximum number of items to process.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<u64>, minimum = 1, maximum = 4_294_967_295_u32)]
    pub limit: Option<NonZeroU32>,
    /// Name or number (from 1) of the barcode column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 200)]
    pub barcode_column: Option<String>,
    /// Name or number (from 1) of the quantity column; `none` if the list has no quantities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 200)]
    pub quantity_column: Option<String>,
    /// Name of the sheet in a workbook. Default: the first sheet with barcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(max_length = 200)]
    pub sheet: Option<String>,
    /// True to accept a list with far more copies than rows. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_quantities: Option<bool>,
    /// True to search for rows without a barcode that have a catalog number, or artist and title. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_rows: Option<bool>,
}

/// Form with one file field per list. Further fields set the options.
#[derive(ToSchema)]
#[schema(as = UploadForm)]
#[expect(dead_code, reason = "only described: the form is read field by field")]
pub struct UploadForm {
    /// A list as text, CSV, JSON or workbook. Repeat the field to combine several lists into one batch.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

impl UploadOptions {
    /// Returns a request to start a batch for the list stored at `address`.
    pub fn to_job_request(&self, address: String) -> CreateJobRequest {
        CreateJobRequest {
            gcs_path: address,
            create_drafts: self.create_drafts.unwrap_or(true),
            test_mode: self.test_mode.unwrap_or_default(),
            review: self.review.unwrap_or_default(),
            force: self.force.unwrap_or_default(),
            condition: self.condition,
            media_grade: self.media_grade,
            sleeve_grade: self.sleeve_grade,
            note: self.note.clone(),
            sink: self.sink,
            copies: self.copies,
            limit: self.limit,
            list_options: self.list_options(),
        }
    }

    /// Returns the options for reading the list.
    pub fn list_options(&self) -> ListOptions {
        ListOptions {
            barcode_column: self.barcode_column.clone(),
            quantity_column: self.quantity_column.clone(),
            sheet: self.sheet.clone(),
            accept_quantities: self.accept_quantities.unwrap_or_default(),
            search_rows: self.search_rows.unwrap_or_default(),
        }
    }

    /// Returns upload options with the settings of `spec`. `name` is not set, so lists keep their file names.
    pub fn for_spec(spec: &JobSpec) -> Self {
        let request = CreateJobRequest::from(spec);
        let ListOptions { barcode_column, quantity_column, sheet, accept_quantities, search_rows } =
            request.list_options;
        Self {
            name: None,
            create_drafts: Some(request.create_drafts),
            test_mode: Some(request.test_mode),
            review: Some(request.review),
            force: None,
            condition: request.condition,
            media_grade: request.media_grade,
            sleeve_grade: request.sleeve_grade,
            note: request.note,
            sink: request.sink,
            copies: request.copies,
            limit: request.limit,
            barcode_column,
            quantity_column,
            sheet,
            accept_quantities: Some(accept_quantities),
            search_rows: Some(search_rows),
        }
    }
}
