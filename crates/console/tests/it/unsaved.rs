//! What the operator types is not lost, and is not taken by a screen that opens by itself.

use console::{
    BrowseScreen, Console, Effect, ItemEdit, ItemEffect, JobListScreen, JobScreen, JobSummary, Message, ReviewScreen,
    ScanScreen,
};
use domain::bulk_action::{BulkActionResult, ItemAction, RejectedAction};
use domain::decision::Decision;
use domain::event::JobEvent;
use domain::job::JobState;
use domain::review::{ReviewInput, ReviewResult};

use super::review::waiting;
use super::{console, drawn, job, press, projection_of, watching};
use testing::events::{items_added, upc};

/// Returns a console with a typed price in a review, above the list of batches.
fn with_typed_price() -> Console {
    let mut console = console(BrowseScreen::for_current_dir().0);
    press(&mut console, &["J"]);
    console.run_line(&format!("watch {}", job()));
    console.handle_message(&watching(projection_of([items_added(1..=3), JobEvent::InputClosed])));
    press(&mut console, &["d"]);
    console.handle_message(&waiting());
    press(&mut console, &["$", "7", ".", "5", "enter"]);
    console
}

fn shows_review(console: &mut Console) -> bool {
    drawn(console, 120, 24).lines().next().is_some_and(|line| line.contains("review"))
}

#[test]
fn going_to_an_open_screen_warns_of_typed_values() {
    for leave in ["J", "B"] {
        let mut console = with_typed_price();
        press(&mut console, &[leave]);
        assert!(shows_review(&mut console), "{leave}");
        assert!(drawn(&mut console, 120, 24).contains("unsaved values"), "{leave}");
        press(&mut console, &["down", leave]);
        assert!(shows_review(&mut console), "a warning counts only for the next key: {leave}");
        press(&mut console, &[leave]);
        assert!(!shows_review(&mut console), "{leave}");
    }
    let mut console = with_typed_price();
    console.run_line(&format!("watch {}", job()));
    assert!(shows_review(&mut console));
}

#[test]
fn quitting_above_a_review_warns_of_typed_values() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&waiting());
    press(&mut console, &["$", "7", "enter", "J"]);
    assert_eq!(press(&mut console, &["q"]), []);
    assert!(drawn(&mut console, 80, 24).contains("unsaved values"));
    assert_eq!(press(&mut console, &["q"]), [Effect::Quit]);
}

#[test]
fn quitting_above_unsent_scans_warns() {
    let mut console = console(ScanScreen::new("a".to_owned()).0);
    console.handle_paste("720642442524\n");
    console.handle_key(ratatui::crossterm::event::KeyEvent::from(ratatui::crossterm::event::KeyCode::F(7)));
    assert_eq!(press(&mut console, &["q"]), []);
    assert!(drawn(&mut console, 80, 24).contains("not in the batch yet"));
}

/// Another operator decides the item while this one types its price.
#[test]
fn a_typed_price_stays_with_its_item_when_the_item_leaves_the_queue() {
    for keys in [&["$", "9"][..], &["/", "9"][..]] {
        let mut console = console(ReviewScreen::new(job()).0);
        console.handle_message(&waiting());
        press(&mut console, keys);
        let Message::ReviewQueueLoaded { result: Ok(mut cases), .. } = waiting() else { panic!("a queue") };
        cases.retain(|case| case.upc() != upc(2));
        console.handle_message(&Message::ReviewQueueLoaded { job: job(), result: Ok(cases) });
        let effects = press(&mut console, &["enter"]);
        assert!(drawn(&mut console, 80, 24).contains(&upc(2).to_string()), "{keys:?}");
        assert!(!format!("{effects:?}").contains(&upc(3).to_string()), "{effects:?}");
    }
}

#[test]
fn a_screen_that_opens_by_itself_waits_for_the_typed_text() {
    let rejected = || BulkActionResult {
        job: job(),
        succeeded: Vec::new(),
        rejected: vec![RejectedAction { upc: upc(1), why: "it is in progress".to_owned() }],
    };
    let edit = ItemEdit {
        job: job(),
        items: vec![(upc(1), None)],
        input: Box::new(ReviewInput { price: "5".into(), ..ReviewInput::default() }),
        has_new_photos: false,
    };
    let messages = [
        Message::ItemsEdited { edit, result: Ok(rejected()) },
        Message::BulkActionDone { job: job(), action: ItemAction::Pause, result: Ok(rejected()) },
    ];
    for message in messages {
        let mut console = console(JobScreen::new(job()));
        console.handle_message(&watching(projection_of([items_added(1..=3)])));
        press(&mut console, &["/", "a"]);
        console.handle_message(&message);
        console.pending_effects();
        press(&mut console, &["q", "b"]);
        assert!(drawn(&mut console, 80, 24).contains("aqb"), "the text goes to the filter");
        press(&mut console, &["enter"]);
        console.pending_effects();
        assert!(drawn(&mut console, 80, 24).contains("it is in progress"));
    }
    // The question whether to resume would take a `y`.
    let mut list = console(JobListScreen::default());
    let summary = JobSummary {
        job: job(),
        source: "upcs.txt".into(),
        state: JobState::Stopped,
        started_at: None,
        ended_at: None,
        total: 3,
        done: 1,
        successful: 1,
    };
    press(&mut list, &[":"]);
    list.handle_message(&Message::InterruptedJobs(vec![summary]));
    press(&mut list, &["y"]);
    assert!(!drawn(&mut list, 80, 24).contains("Stopped before the end"));
    press(&mut list, &["esc"]);
    list.pending_effects();
    assert!(drawn(&mut list, 80, 24).contains("Stopped before the end"));
}

/// An edit is recorded some seconds after it was made.
#[test]
fn items_that_are_marked_after_an_edit_stay_marked() {
    let mut console = console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of([items_added(1..=6)])));
    press(&mut console, &[" ", " ", "down", " ", " "]);
    let input = Box::new(ReviewInput { price: "5".into(), ..ReviewInput::default() });
    let items = vec![(upc(1), None), (upc(2), None)];
    let edit = ItemEdit { job: job(), items, input, has_new_photos: false };
    let rejected = vec![RejectedAction { upc: upc(2), why: "it is in progress".to_owned() }];
    let result = BulkActionResult { job: job(), succeeded: vec![upc(1)], rejected };
    console.handle_message(&Message::ItemsEdited { edit, result: Ok(result) });
    press(&mut console, &["esc"]);
    let marked = [upc(2), upc(4), upc(5)].map(|upc| upc.to_string()).join("\n");
    assert_eq!(press(&mut console, &["y"]), [Effect::CopyText(marked)]);
}

#[test]
fn an_undone_decision_counts_no_longer_and_its_item_is_shown_again() {
    let mut console = console(ReviewScreen::new(job()).0);
    console.handle_message(&waiting());
    press(&mut console, &["2"]);
    let decided = ReviewResult::Decided { decision: Box::new(Decision::accept()) };
    console.handle_message(&Message::ReviewSubmitted { job: job(), upc: upc(2), result: Ok(decided) });
    assert!(drawn(&mut console, 80, 24).contains("2 of 2"));
    let effects = console.handle_message(&Message::ReviewUndone { job: job(), upc: upc(2), was_sent: true });
    assert_eq!(effects, [Effect::Item(ItemEffect::LoadReviewQueue(job()))]);
    console.handle_message(&waiting());
    let again = drawn(&mut console, 80, 24);
    assert!(again.contains("1 of 2") && again.contains(&upc(2).to_string()), "{again}");
}
