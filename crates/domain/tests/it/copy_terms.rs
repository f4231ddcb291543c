//! Location and grades in the rows of a table.

use domain::clearable_field::ClearableField;
use domain::decision::{Corrections, Decision, ReviewChoice};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::job_spec::{CopyGroup, JobId};
use domain::outcome::Status;
use domain::seller_data::MediaGrade;
use testing::events::{described_item, done, item_event, items_added, job_spec, matched, timestamp, upc};

/// Returns location and grade of the item 1 after these events.
fn terms(events: &[JobEvent]) -> (Option<String>, Option<String>) {
    let (at, job) = (timestamp("2026-01-02T03:04:05Z"), JobId::new(timestamp("2026-01-02T03:04:05Z"), 0));
    let mut projection = JobProjection::new(job.clone());
    let all = [&[JobEvent::Submitted { spec: job_spec() }], events].concat();
    for (payload, number) in all.into_iter().zip(1..) {
        projection.apply_event(&EventEnvelope { seq: Seq(number), at, job: job.clone(), payload }).unwrap();
    }
    let terms = projection.item(upc(1)).unwrap().terms.clone();
    (terms.as_ref().and_then(|terms| terms.location()), terms.and_then(|terms| terms.grade()))
}

fn stated(location: &str, grade: &str) -> (Option<String>, Option<String>) {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (text(location), text(grade))
}

fn listed() -> JobEvent {
    JobEvent::ItemsAdded { items: vec![described_item(1, "Box 1", "VG+/VG")] }
}

fn edit(media_grade: Option<MediaGrade>, cleared: Vec<ClearableField>) -> JobEvent {
    let corrections = Corrections { media_grade, ..Corrections::default() };
    item_event(
        1,
        ItemEvent::ReviewDecided { decision: Decision { corrections, cleared, is_edit: true, ..Decision::accept() } },
    )
}

fn undo() -> JobEvent {
    let choice = ReviewChoice::Undo { has_price: false, has_cover: false, earlier_price: None };
    item_event(1, ItemEvent::ReviewDecided { decision: Decision { choice, is_edit: true, ..Decision::accept() } })
}

#[test]
fn the_list_states_location_and_grades() {
    assert_eq!(terms(&[items_added([1])]), stated("", ""));
    assert_eq!(terms(&[listed()]), stated("Box 1", "VG+/VG"));
    let mut item = described_item(1, "Box 1", "VG+");
    let other = described_item(1, "Box 7", "sealed").seller;
    item.add_copies(CopyGroup { copies: 1, lines: vec![9].into(), seller: other });
    assert_eq!(terms(&[JobEvent::ItemsAdded { items: vec![item] }]), stated("Box 1, Box 7", "VG+, new"));
}

#[test]
fn decisions_change_grades_and_are_undone_one_by_one() {
    let mut events = vec![listed(), matched(1), done(1, Status::Exported)];
    let mut expect = |event: JobEvent, grade: &str| {
        events.extend([event, done(1, Status::Exported)]);
        assert_eq!(terms(&events), stated("Box 1", grade));
    };
    expect(edit(None, Vec::new()), "VG+/VG");
    expect(edit(Some(MediaGrade::Good), Vec::new()), "G/VG");
    expect(edit(None, Vec::new()), "G/VG");
    expect(edit(Some(MediaGrade::Fair), Vec::new()), "F/VG");
    expect(undo(), "G/VG");
    expect(undo(), "G/VG");
    expect(edit(None, vec![ClearableField::MediaGrade]), "VG+/VG");
    expect(undo(), "G/VG");
    expect(undo(), "VG+/VG");
    expect(undo(), "VG+/VG");
}

#[test]
fn scans_add_correct_and_remove_copies() {
    let scan = |line: u32, copies, location: &str, corrects| JobEvent::Scanned {
        key: format!("{line}{corrects}"),
        upc: Some(upc(1)),
        copies,
        line,
        seller: described_item(1, location, "").seller,
        corrects,
    };
    let retract = JobEvent::ScanRetracted { key: "1false".into(), upc: upc(1), copies: 1, line: Some(1) };
    let events = [listed(), scan(1, 1, "Box 2", false), scan(2, 2, "Box 3", false), scan(2, 2, "Box 4", true), retract];
    assert_eq!(terms(&events[..2]), stated("Box 2", ""));
    assert_eq!(terms(&events[..3]), stated("Box 2, Box 3", ""));
    assert_eq!(terms(&events[..4]), stated("Box 2, Box 4", ""));
    assert_eq!(terms(&events), stated("Box 4", ""));
}
