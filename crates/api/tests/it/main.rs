//! The JSON format of the API, on which other programs rely.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use domain::job::JobState;
use draft_maker_api::error::{ErrorCode, ErrorResponse};
use draft_maker_api::jobs::{CreateJobRequest, JobResponse};
use draft_maker_api::scans::{CreateScanJobRequest, ScanResponse};
use serde_json::{Value, json};

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn a_job_has_all_its_keys_in_their_order() {
    let job = JobResponse {
        job_id: "batch_20240318_143022_0".parse().unwrap(),
        status: JobState::Pending,
        gcs_path: None,
        started_at: None,
        completed_at: None,
        total_upcs: None,
        successful: 0,
        failed: 0,
        error: None,
        result_files: None,
        results: None,
    };
    assert_eq!(
        text(&job),
        r#"{"job_id":"batch_20240318_143022_0","status":"pending","gcs_path":null,"started_at":null,"completed_at":null,"total_upcs":null,"successful":0,"failed":0,"error":null,"results":null}"#
    );
}

/// The journal stores a digest of this text with the idempotency key. If the text changed, a retry would count as a new
/// request.
#[test]
fn the_fingerprinted_text_of_a_request_does_not_change() {
    let request: CreateJobRequest = serde_json::from_value(json!({"gcs_path": "gs://b/o", "sink": "csv"})).unwrap();
    assert_eq!(
        text(&request),
        r#"{"gcs_path":"gs://b/o","create_drafts":true,"test_mode":false,"review":false,"force":false,"condition":null,"sink":"csv","copies":null,"limit":null}"#
    );
    assert_eq!(
        text(&CreateScanJobRequest::default()),
        r#"{"create_drafts":null,"test_mode":false,"condition":null,"sink":null,"copies":null}"#
    );
}

#[test]
fn a_request_rejects_unknown_keys_and_destinations() {
    let parse = |body: Value| serde_json::from_value::<CreateJobRequest>(body);
    parse(json!({"gcs_path": "gs://b/o", "publish": true})).unwrap_err();
    parse(json!({"gcs_path": "gs://b/o", "sink": "rehearsal"})).unwrap_err();
    parse(json!({"gcs_path": "gs://b/o", "limit": 0})).unwrap_err();
}

#[test]
fn an_error_names_a_job_only_if_there_is_one() {
    let error = |job_status: Option<JobState>| ErrorResponse {
        detail: "no".to_owned(),
        code: ErrorCode::AlreadyUnderWay,
        job_id: job_status.map(|_| "batch_20240318_143022_0".parse().unwrap()),
        job_status,
    };
    assert_eq!(text(&error(None)), r#"{"detail":"no","error":"ALREADY_UNDER_WAY"}"#);
    let named = text(&error(Some(JobState::Running)));
    assert!(named.ends_with(r#""job_id":"batch_20240318_143022_0","job_status":"running"}"#), "{named}");
    assert_eq!(serde_json::from_str::<ErrorResponse>(&named).unwrap(), error(Some(JobState::Running)));
}

#[test]
fn an_error_code_of_a_newer_version_is_read() {
    let error: ErrorResponse = serde_json::from_str(r#"{"detail":"no","error":"BRAND_NEW"}"#).unwrap();
    assert_eq!(error.code, ErrorCode::Unrecognized);
    for code in ErrorCode::ALL {
        assert_eq!(text(code), format!("\"{code}\""), "serde and Display agree");
    }
}

#[test]
fn a_scan_without_a_barcode_has_null() {
    let scan = ScanResponse { key: "1".to_owned(), upc: None, copies: 0, error: Some("why".to_owned()) };
    assert_eq!(text(&scan), r#"{"key":"1","upc":null,"copies":0,"error":"why"}"#);
}
