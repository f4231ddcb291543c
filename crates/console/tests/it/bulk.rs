//! Marked items, actions on many items, and the upstream services above the table.

use console::{
    Effect, ExportFailure, JobAction, JobEffect, JobListScreen, JobScreen, Message, RowEffect, UpstreamStatus,
};
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::event::{ItemEvent, JobEvent};
use domain::outcome::Status;

use super::{console, drawn, job, now, press, projection_of, watching};
use testing::events::{
    cover_chosen, described_item, done, item_event, items_added, matched, price_event, timestamp, upc,
};

fn six_items() -> Vec<JobEvent> {
    vec![
        items_added(1..=6),
        JobEvent::InputClosed,
        matched(1),
        price_event(1),
        cover_chosen(1),
        done(1, Status::Exported),
        done(2, Status::Failed),
        item_event(6, ItemEvent::Paused),
    ]
}

fn opened() -> console::Console {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of(six_items())));
    console
}

fn marked(console: &mut console::Console) -> Vec<domain::upc::Upc> {
    match press(console, &["p"]).pop() {
        Some(Effect::Rows(RowEffect::ApplyToItems { upcs, .. })) => upcs,
        Some(Effect::Job(JobEffect::ChangeJob { .. })) => Vec::new(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn items_are_selected_in_every_way() {
    let mut console = opened();
    press(&mut console, &["A"]);
    assert_eq!(marked(&mut console).len(), 6);
    press(&mut console, &["U"]);
    assert_eq!(marked(&mut console), [], "without marks the whole batch is paused");
    press(&mut console, &[" ", "down", "v"]);
    assert_eq!(marked(&mut console), [upc(1), upc(2), upc(3)]);
    press(&mut console, &["I"]);
    assert_eq!(marked(&mut console), [upc(4), upc(5), upc(6)]);
    press(&mut console, &["f", "f", "U", "A"]);
    assert_eq!(marked(&mut console), [upc(2)], "only visible items");
}

/// The range begins at the marked item, wherever a sort has moved it.
#[test]
fn a_range_begins_at_the_marked_item_after_a_sort() {
    let mut console = opened();
    console.run_line("sort upc");
    press(&mut console, &[" "]);
    console.run_line("sort -upc");
    // The cursor stays in the second row, and the marked item is now in the last one.
    press(&mut console, &["v"]);
    assert_eq!(marked(&mut console), (1..=5).map(upc).collect::<Vec<_>>());
}

#[test]
fn rejected_items_are_listed_and_stay_selected() {
    let mut console = opened();
    assert_eq!(
        press(&mut console, &["A", "p"]),
        [Effect::Rows(RowEffect::ApplyToItems {
            job: job(),
            action: ItemAction::Pause,
            upcs: (1..=6).map(upc).collect()
        })]
    );
    let refused = [(1, "it has ended: exported"), (2, "it has ended: failed"), (6, "it is already paused")]
        .map(|(number, why)| RejectedAction { upc: upc(number), why: why.into() });
    let acted = BulkActionResult { job: job(), succeeded: vec![upc(3), upc(4), upc(5)], rejected: refused.to_vec() };
    assert_eq!(
        console.handle_message(&Message::BulkActionDone { job: job(), action: ItemAction::Pause, result: Ok(acted) }),
        []
    );
    for (name, width, height) in [("80x24", 80, 24), ("120x40", 120, 40), ("40x12", 40, 12)] {
        insta::assert_snapshot!(format!("bulk_failed_{name}"), drawn(&mut console, width, height));
    }
    press(&mut console, &["esc"]);
    assert_eq!(marked(&mut console), [upc(1), upc(2), upc(6)]);
    assert!(drawn(&mut console, 80, 24).contains("1 paused"));
}

#[test]
fn canceling_needs_a_confirmation_and_a_retry_opens_its_batch() {
    let mut console = opened();
    assert_eq!(press(&mut console, &[" ", "X"]), []);
    let question = drawn(&mut console, 80, 24);
    assert!(question.contains("Cancel 1 marked item?") && question.contains("Type yes"), "{question}");
    assert_eq!(
        press(&mut console, &["enter", "y", "enter"]),
        [],
        "a single key does not confirm an irreversible action"
    );
    assert_eq!(
        press(&mut console, &["e", "s", "enter"]),
        [Effect::Rows(RowEffect::ApplyToItems { job: job(), action: ItemAction::Cancel, upcs: vec![upc(1)] })]
    );
    assert_eq!(
        press(&mut console, &["R"]),
        [Effect::Rows(RowEffect::ApplyToItems { job: job(), action: ItemAction::Retry, upcs: vec![upc(1)] })]
    );
    let new = "batch_20240318_153022_0".parse::<domain::job_spec::JobId>().unwrap();
    let acted = BulkActionResult { job: new.clone(), succeeded: vec![upc(1)], rejected: Vec::new() };
    let wanted =
        console.handle_message(&Message::BulkActionDone { job: job(), action: ItemAction::Retry, result: Ok(acted) });
    assert_eq!(wanted, [Effect::Job(JobEffect::AttachJob(new))]);
}

/// A batch that this console starts or resumes is watched, so that leaving asks first and names it at the end.
#[test]
fn a_retried_and_a_resumed_batch_are_watched() {
    let other = "batch_20240318_153022_0".parse::<domain::job_spec::JobId>().unwrap();
    let changed = |action, result: &domain::job_spec::JobId| Message::JobChanged {
        job: job(),
        action,
        result: Ok(result.clone()),
    };
    let attach = |job: &domain::job_spec::JobId| Effect::Job(JobEffect::AttachJob(job.clone()));
    let mut retried = opened();
    assert_eq!(retried.handle_message(&changed(JobAction::Retry, &other)), [attach(&other)]);
    assert!(drawn(&mut retried, 100, 24).contains(other.as_str()), "the new batch is opened");
    let mut resumed = console(JobListScreen::default());
    let effects = resumed.handle_message(&changed(JobAction::Resume, &job()));
    assert_eq!(effects, [Effect::Job(JobEffect::ListJobs), attach(&job())]);
    let mut attached = opened();
    assert_eq!(attached.handle_message(&changed(JobAction::Resume, &job())), []);
}

#[test]
fn rows_are_exported_and_overwrite_a_file_only_after_confirmation() {
    let mut console = opened();
    press(&mut console, &[" ", "w"]);
    insta::assert_snapshot!("export_80x24", drawn(&mut console, 80, 24));
    let path = std::path::PathBuf::from(format!("{}_rows.csv", job()));
    let request =
        |replace| Effect::Rows(RowEffect::ExportRows { job: job(), upcs: vec![upc(1)], path: path.clone(), replace });
    assert_eq!(press(&mut console, &["enter"]), [request(false)]);
    let there = ExportFailure { message: format!("{} already exists", path.display()), already_exists: true };
    console.handle_message(&Message::RowsExported { path: path.clone(), result: Err(there) });
    insta::assert_snapshot!("export_there_40x12", drawn(&mut console, 40, 12));
    assert_eq!(press(&mut console, &["enter", "y", "enter"]), [], "a single key does not overwrite a file");
    press(&mut console, &["esc"]);
    assert!(drawn(&mut console, 80, 24).contains("a name that ends in .csv"), "another name can be entered");
    assert_eq!(press(&mut console, &["enter"]), [request(false)]);
    let there = ExportFailure { message: format!("{} already exists", path.display()), already_exists: true };
    console.handle_message(&Message::RowsExported { path: path.clone(), result: Err(there) });
    assert_eq!(press(&mut console, &["y", "e", "s", "enter"]), [request(true)]);
    console.handle_message(&Message::RowsExported { path, result: Ok(1) });
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("1 row exported to batch_") && !screen.contains("a name that ends"), "{screen}");
}

#[test]
fn an_export_is_complete_and_no_cell_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let projection = projection_of(six_items());
    let path = folder.path().join("rows.csv");
    report::table_export::export_table(&path, projection.items().iter(), false).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("UPC,Copies,State,") && text.lines().count() == 7 && text.contains(",paused,"), "{text}");
    let again = report::table_export::export_table(&path, projection.items().iter().take(1), false).unwrap_err();
    assert!(again.to_string().contains("already exists"), "{again}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    report::table_export::export_table(&path, projection.items().iter().take(1), true).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    let json = folder.path().join("rows.json");
    report::table_export::export_table(&json, projection.items().iter(), false).unwrap();
    let rows: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!((&rows[5]["state"], rows.as_array().unwrap().len()), (&"paused".into(), 6));
    assert!(report::table_export::export_table(&folder.path().join("rows"), projection.items().iter(), false).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    let described = JobEvent::ItemsAdded { items: vec![described_item(1, "=Box 1", "VG+")] };
    let projection = projection_of([described]);
    report::table_export::export_table(&path, projection.items().iter(), true).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("Error,Location,Grade") && text.contains(",'=Box 1,VG+"), "{text}");
}

fn gauges() -> Vec<UpstreamStatus> {
    let gauge = |name: &str, last_minute, waiting| UpstreamStatus {
        name: name.into(),
        requests: 90,
        requests_last_minute: last_minute,
        limit_per_minute: Some(60.0),
        requests_per_item: 3.0,
        waiting,
        ..UpstreamStatus::default()
    };
    let sick = UpstreamStatus {
        paused_until: Some(timestamp("2024-03-18T14:31:52Z")),
        circuit_open: true,
        requests_per_item: 1.0,
        ..gauge("musicbrainz", 12, 0)
    };
    vec![gauge("discogs", 57, 40), sick, UpstreamStatus { limit_per_minute: None, ..gauge("deezer", 8, 0) }]
}

#[test]
fn each_upstream_has_a_gauge_and_the_slowest_is_the_bottleneck() {
    let mut console = opened();
    console.handle_message(&Message::Upstreams(gauges()));
    for (name, width, height) in [("80x24", 80, 24), ("120x40", 120, 40), ("40x12", 40, 12)] {
        insta::assert_snapshot!(format!("gauges_{name}"), drawn(&mut console, width, height));
    }
    assert!(now() < timestamp("2024-03-18T14:31:52Z"));
}

/// An item that is being looked up differs from a waiting one by symbol, word and color.
#[test]
fn an_item_that_is_being_looked_up_differs_from_one_that_waits() {
    let mut console = opened();
    let asked = |upcs| Message::Upstreams(vec![UpstreamStatus { asked_upcs: upcs, ..UpstreamStatus::default() }]);
    console.handle_message(&asked(vec![upc(1), upc(4), upc(6)]));
    let row = |screen: &str, number| {
        screen.lines().find(|line| line.contains(&upc(number).to_string())).unwrap_or_default().to_owned()
    };
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let screen = drawn(&mut console, width, height);
        let expected = [(1, "✓"), (2, "✗"), (3, "·"), (4, "→"), (5, "·"), (6, "‖")];
        for (number, symbol) in expected {
            let start = format!("{} {symbol} ", upc(number));
            assert!(row(&screen, number).contains(&start), "{number}: {screen}");
        }
    }
    let words = ["exported", "eBay: status 500", "waiting for its turn", "being looked up now", "waiting for its turn"];
    for words in words.into_iter().chain(["paused"]) {
        let foot = drawn(&mut console, 120, 24);
        assert!(foot.lines().rev().nth(1).unwrap().contains(words), "{words}: {foot}");
        press(&mut console, &["down"]);
    }
    console.handle_message(&asked(Vec::new()));
    assert!(row(&drawn(&mut console, 80, 24), 4).contains(" · "));
    press(&mut console, &["?", "end"]);
    let legend = drawn(&mut console, 80, 24);
    assert!(legend.contains("→ ·") && legend.contains("being looked up now; waiting for its turn"), "{legend}");
}
