//! The state transitions of an item, and the counts of a job.

use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_projection::JobProjection;
use domain::outcome::Status;

use testing::events::{
    ambiguous, cover_chosen, done, draft_started, item_event, items_added, job_spec, line_rejected, matched,
    price_event, timestamp, unknown, upc,
};

/// Applies the events, and returns the projection with the errors of the rejected events.
fn apply_all(events: impl IntoIterator<Item = JobEvent>) -> (JobProjection, Vec<String>) {
    let job = domain::job_spec::JobId::new(timestamp("2026-01-02T03:04:05Z"), 0);
    let (mut projection, mut refusals) = (JobProjection::new(job.clone()), Vec::new());
    for (number, payload) in
        [JobEvent::Submitted { spec: job_spec() }, items_added(0..4)].into_iter().chain(events).enumerate()
    {
        let event = EventEnvelope {
            seq: Seq(number as u64 + 1),
            at: timestamp("2026-01-02T03:04:05Z"),
            job: job.clone(),
            payload,
        };
        let before = projection.clone();
        if let Err(error) = projection.apply_event(&event) {
            assert_eq!(projection.items(), before.items(), "a rejected event changes nothing");
            refusals.push(error.to_string().split_once(": ").unwrap().1.to_owned());
        }
    }
    (projection, refusals)
}

fn missing_data(number: u32) -> JobEvent {
    item_event(number, domain::event::ItemEvent::MissingData { missing: Vec::new() })
}

#[test]
fn all_valid_sequences_of_item_events_are_accepted() {
    let sequences: [(&str, Vec<JobEvent>); 9] = [
        ("to a draft", vec![matched(1), price_event(1), cover_chosen(1), draft_started(1), done(1, Status::Drafted)]),
        (
            "the cover first",
            vec![matched(1), cover_chosen(1), price_event(1), draft_started(1), done(1, Status::Exported)],
        ),
        (
            "again after a crash",
            vec![
                matched(1),
                price_event(1),
                cover_chosen(1),
                draft_started(1),
                draft_started(1),
                done(1, Status::Drafted),
            ],
        ),
        (
            "again after a database lost the steps before the announcement",
            vec![
                matched(1),
                draft_started(1),
                price_event(1),
                cover_chosen(1),
                draft_started(1),
                done(1, Status::Drafted),
            ],
        ),
        ("to a lack", vec![matched(1), price_event(1), cover_chosen(1), missing_data(1), done(1, Status::NeedsReview)]),
        ("of several", vec![ambiguous(1), done(1, Status::NeedsReview)]),
        ("of nobody's", vec![unknown(1), done(1, Status::NeedsReview)]),
        ("broken", vec![done(1, Status::Failed)]),
        ("broken late", vec![matched(1), price_event(1), done(1, Status::Failed)]),
    ];
    for (name, pipeline) in sequences {
        let (projection, refusals) = apply_all(pipeline);
        assert!(refusals.is_empty(), "{name}: {refusals:?}");
        assert_eq!(projection.counts.done, 1, "{name}");
    }
}

#[test]
fn invalid_transitions_are_rejected_with_a_message() {
    let refused_of = |events: Vec<JobEvent>| apply_all(events).1;
    assert_eq!(refused_of(vec![price_event(1)]), ["a price cannot follow Waiting"]);
    assert_eq!(refused_of(vec![cover_chosen(1)]), ["a cover cannot follow Waiting"]);
    assert_eq!(refused_of(vec![draft_started(1)]), ["a draft cannot follow Waiting"]);
    assert_eq!(refused_of(vec![matched(1), matched(1)]), ["a match cannot follow Identified"]);
    assert_eq!(refused_of(vec![matched(1), price_event(1), price_event(1)]), ["a price cannot follow Identified"]);
    let announced = vec![matched(1), price_event(1), draft_started(1), price_event(1)];
    assert_eq!(refused_of(announced), ["a price cannot follow Drafting"]);
    assert_eq!(refused_of(vec![ambiguous(1), draft_started(1)]), ["a draft cannot follow Unidentified"]);
    assert_eq!(refused_of(vec![matched(1), missing_data(1), draft_started(1)]), ["a draft cannot follow Incomplete"]);
    let twice = vec![done(1, Status::Failed), done(1, Status::Drafted)];
    assert_eq!(refused_of(twice), ["a second end state cannot follow Done"]);
    assert_eq!(refused_of(vec![matched(9)]), ["a step of an item that is not in the list cannot follow Waiting"]);
}

#[test]
fn counts_add_up_and_a_upc_is_listed_once() {
    let (projection, _) = apply_all([
        items_added(2..6),
        line_rejected(7),
        JobEvent::MoreLinesRejected { lines: 3 },
        done(0, Status::Exported),
        done(1, Status::Failed),
        matched(2),
    ]);
    let counts = &projection.counts;
    assert_eq!((counts.total, counts.done, counts.successful(), counts.rejected_lines), (6, 2, 1, 4));
    assert_eq!(counts.for_status(Status::Exported) + counts.for_status(Status::Failed), counts.done);
    assert_eq!(projection.items().iter().map(|item| item.upc).collect::<Vec<_>>(), (0..6).map(upc).collect::<Vec<_>>());
    assert_eq!(
        projection.item(upc(2)).unwrap().artist.as_deref(),
        projection.items().get(2).unwrap().artist.as_deref()
    );
    assert!(projection.item(upc(9)).is_none());
}

#[test]
fn a_price_of_the_seller_stays_if_the_grade_changes() {
    use domain::event::ItemEvent;
    use domain::item_details::ItemDetails;
    use domain::review::ReviewInput;

    let mut details = ItemDetails::new(testing::events::input_item(1));
    let mut apply = |event: JobEvent| {
        let JobEvent::Item { item_event, .. } = event else { panic!("an item's step") };
        details.apply_event(timestamp("2026-01-02T03:04:05Z"), item_event);
        details.clone()
    };
    apply(matched(1));
    let mut item = apply(price_event(1));
    for input in [
        ReviewInput { price: "77.00".into(), edit: true, ..ReviewInput::default() },
        ReviewInput { media_grade: "VG".into(), edit: true, ..ReviewInput::default() },
    ] {
        let decision = input.to_decision(&item, iso_currency::Currency::USD).unwrap().unwrap();
        item = apply(item_event(1, ItemEvent::ReviewDecided { decision }));
    }
    assert_eq!(item.decided_price.unwrap().to_string(), "77.00 USD");
    assert_eq!(item.price_estimate, None, "the market price is estimated again");
}

/// After an undo, the table row and the details of the item are as they were before.
#[test]
fn an_undo_restores_the_item() {
    use domain::clearable_field::ClearableField;
    use domain::decision::{Decision, ReviewChoice};
    use domain::event::ItemEvent;
    use domain::item_details::ItemDetails;
    use domain::review::ReviewInput;

    let dollars = iso_currency::Currency::USD;
    let mut details = ItemDetails::new(testing::events::input_item(1));
    let mut events = Vec::new();
    let mut apply = |details: &mut ItemDetails, all: Vec<JobEvent>| {
        for event in all {
            let JobEvent::Item { item_event, .. } = &event else { panic!("an item's step") };
            details.apply_event(timestamp("2026-01-02T03:04:05Z"), item_event.clone());
            events.push(event);
        }
        let (projection, refusals) = apply_all(events.clone());
        assert!(refusals.is_empty(), "{refusals:?}");
        projection.item(upc(1)).unwrap().clone()
    };
    let decide = |decision: Decision| vec![item_event(1, ItemEvent::ReviewDecided { decision })];
    let drafted =
        |steps: Vec<JobEvent>| steps.into_iter().chain([draft_started(1), done(1, Status::Drafted)]).collect();
    let row = apply(&mut details, drafted(vec![matched(1), price_event(1), cover_chosen(1)]));
    let before = details.clone();
    assert!(ReviewInput::undo().to_decision(&details, dollars).is_err(), "nothing was decided");

    let edit = ReviewInput { price: "77.00".into(), note: "scuffs".into(), edit: true, ..ReviewInput::default() };
    let edit = edit.to_decision(&details, dollars).unwrap().unwrap();
    apply(&mut details, drafted(decide(edit)));
    let edited = details.clone();
    let clear = ReviewInput { clear: vec!["note".into(), "price".into()], edit: true, ..ReviewInput::default() };
    let clear = clear.to_decision(&details, dollars).unwrap().unwrap();
    assert_eq!((&clear.cleared[..], clear.new_price), (&[ClearableField::Note, ClearableField::Price][..], true));
    let cleared = apply(&mut details, decide(clear));
    assert_eq!((details.decided_price, &details.decided_copy.note, cleared.price), (None, &None, None));
    apply(&mut details, drafted(vec![price_event(1)]));

    for expected in [edited, before] {
        let undo = ReviewInput::undo().to_decision(&details, dollars).unwrap().unwrap();
        assert!(matches!(undo.choice, ReviewChoice::Undo { has_price: true, has_cover: true, .. }), "{undo:?}");
        let undone = apply(&mut details, decide(undo));
        assert_eq!((details.decided_price, &details.decided_copy), (expected.decided_price, &expected.decided_copy));
        assert_eq!((&details.price_estimate, &details.verdict), (&expected.price_estimate, &expected.verdict));
        assert_eq!((undone.status, undone.has_price, undone.has_cover), (None, true, true));
        apply(&mut details, drafted(Vec::new()));
    }
    assert_eq!(apply(&mut details, Vec::new()).price, row.price);
}
