//! A table that is too long to be sorted between a key and its frame: a task sorts it, and the old rows are shown until
//! then.

use console::{Console, Effect, JobScreen, Message, RowEffect, RowQuery};
use domain::event::{EventEnvelope, JobEvent, Seq};

use super::{console, drawn, job, now, projection_of, watching};
use testing::events::{items_added, matched, upc};

const MANY: u32 = 20_001;

fn watched(items: u32) -> Console {
    let mut console = console(JobScreen::new(job()));
    drop(console.handle_message(&watching(projection_of([items_added(1..=items), JobEvent::InputClosed]))));
    console
}

/// Returns the first row of the table.
fn first(console: &mut Console) -> String {
    let screen = drawn(console, 80, 24);
    screen.lines().find(|line| line.contains("72064")).unwrap().to_owned()
}

/// Returns the query that the screens request without a key; there is at most one.
fn requested_sort(console: &mut Console) -> Option<RowQuery> {
    let queries = console.pending_effects().into_iter().filter_map(|effect| match effect {
        Effect::Rows(RowEffect::QueryRows(query)) => Some(query),
        _ => None,
    });
    let mut queries = queries.collect::<Vec<_>>();
    assert!(queries.len() <= 1, "{} queries", queries.len());
    queries.pop()
}

fn send_event(console: &mut Console) {
    let events = vec![EventEnvelope { seq: Seq(2), at: now(), job: job(), payload: matched(1) }];
    drop(console.handle_message(&Message::JobEvents { job: job(), events }));
}

#[tokio::test]
async fn a_long_table_is_sorted_in_a_task() {
    let mut console = watched(MANY);
    drop(console.run_line("sort -upc"));
    let arranging = requested_sort(&mut console).expect("a task");
    let screen = drawn(&mut console, 80, 24);
    assert!(screen.contains("choosing …"), "{screen}");
    assert!(first(&mut console).contains(&upc(1).to_string()), "the old rows are shown meanwhile");
    send_event(&mut console);
    assert_eq!(requested_sort(&mut console), None, "one at a time");
    let arranged = arranging.run().await.expect("sorted rows");
    drop(console.handle_message(&Message::RowsReady(arranged)));
    assert!(first(&mut console).contains(&upc(MANY).to_string()));
    assert!(!drawn(&mut console, 80, 24).contains("choosing …"));
    assert_eq!(requested_sort(&mut console), None, "no event has arrived since");
    send_event(&mut console);
    assert!(requested_sort(&mut console).is_some(), "an event has arrived");
}

/// A short table is sorted before the next frame, without a task.
#[test]
fn a_short_table_is_sorted_at_once() {
    let mut console = watched(10);
    drop(console.run_line("sort -upc"));
    for _ in 0..3 {
        send_event(&mut console);
        assert_eq!(requested_sort(&mut console), None, "no task is needed");
        let screen = drawn(&mut console, 80, 24);
        assert!(!screen.contains("choosing") && first(&mut console).contains(&upc(10).to_string()), "{screen}");
    }
}

#[tokio::test]
async fn an_outdated_sort_result_is_not_shown() {
    let mut console = watched(MANY);
    drop(console.run_line("sort -upc"));
    let before = requested_sort(&mut console).expect("a task").run().await.expect("rows");
    drop(console.run_line("filter 720640000016"));
    drop(console.handle_message(&Message::RowsReady(before)));
    assert!(first(&mut console).contains(&upc(1).to_string()), "{}", first(&mut console));
    let now = requested_sort(&mut console).expect("another task").run().await.expect("rows");
    drop(console.handle_message(&Message::RowsReady(now)));
    assert!(!drawn(&mut console, 80, 24).contains("choosing …"));
}

#[tokio::test]
async fn returning_to_list_order_needs_no_task() {
    let mut console = watched(MANY);
    drop(console.run_line("sort -upc"));
    let arranged = requested_sort(&mut console).expect("a task").run().await.expect("rows");
    drop(console.run_line("sort list"));
    drop(console.handle_message(&Message::RowsReady(arranged)));
    assert_eq!(requested_sort(&mut console), None);
    assert!(first(&mut console).contains(&upc(1).to_string()));
}
