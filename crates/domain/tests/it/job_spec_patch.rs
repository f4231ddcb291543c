//! How a request and the settings are combined into a job.

use domain::condition::Condition;
use domain::job_spec::{Copies, JobSource, JobSpec, JobSpecPatch};
use domain::list_options::ListOptions;
use domain::sink::SinkKind;
use domain::source_type::SourceType;
use proptest::prelude::*;
use testing::events::job_spec;

fn settings() -> JobSpec {
    JobSpec { create_drafts: true, test_mode: false, review: false, condition: Some(Condition::Good), ..job_spec() }
}

#[test]
fn an_empty_request_keeps_the_settings() {
    assert_eq!(JobSpecPatch::default().apply_to(settings()), settings());
}

#[test]
fn each_field_of_a_request_overrides_the_settings() {
    let address = "gs://draft-maker-bucket/upcs.txt";
    let patch = JobSpecPatch {
        source: Some(JobSource { address: address.into(), source_type: SourceType::Gcs, generation: Some(7) }),
        create_drafts: Some(false),
        test_mode: Some(true),
        review: Some(true),
        sink: Some(SinkKind::ItemDraft),
        condition: Some(Condition::New),
        media_grade: None,
        sleeve_grade: None,
        note: Some("clean".into()),
        copies: Some(Copies::Separate),
        limit: Some(3),
        list_options: Some(ListOptions { quantity_column: Some("none".into()), ..ListOptions::default() }),
    };
    let expected = JobSpec {
        source: address.into(),
        source_type: SourceType::Gcs,
        generation: Some(7),
        create_drafts: false,
        test_mode: true,
        review: true,
        sink: SinkKind::ItemDraft,
        condition: Some(Condition::New),
        note: Some("clean".into()),
        copies: Copies::Separate,
        limit: Some(3),
        list_options: ListOptions { quantity_column: Some("none".into()), ..ListOptions::default() },
        ..settings()
    };
    assert_eq!(patch.apply_to(settings()), expected);
}

#[test]
fn another_list_does_not_inherit_the_generation() {
    let source = JobSource { address: "list.txt".into(), source_type: SourceType::File, generation: None };
    let patch = JobSpecPatch { source: Some(source), ..JobSpecPatch::default() };
    assert_eq!(patch.apply_to(JobSpec { generation: Some(1), ..settings() }).generation, None);
}

proptest! {
    #[test]
    fn no_request_disables_a_safeguard(base: (bool, bool, bool), wanted: (Option<bool>, Option<bool>, Option<bool>)) {
        let base = JobSpec { create_drafts: base.0, test_mode: base.1, review: base.2, ..settings() };
        let (create_drafts, test_mode, review) = wanted;
        let patch = JobSpecPatch { create_drafts, test_mode, review, ..JobSpecPatch::default() };
        let spec = patch.apply_to(base.clone());
        prop_assert!(base.create_drafts || !spec.create_drafts);
        prop_assert!(!base.test_mode || spec.test_mode);
        prop_assert!(!base.review || spec.review);
        prop_assert_eq!(spec.create_drafts, base.create_drafts && create_drafts != Some(false));
    }
}
