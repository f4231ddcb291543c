//! A long list is written in several transactions and can be completed after a crash in between.

use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::InputItem;
use store::journal::{Journal, JournalError};

use testing::each_store;
use testing::events::{input_item, job_spec, line_rejected, matched, open_journal, projection_of, timestamp};
use testing::postgres::TestStore;

const ITEMS: u32 = 35_000;

fn list(items: impl IntoIterator<Item = InputItem>) -> Vec<JobEvent> {
    let items: Vec<InputItem> = items.into_iter().collect();
    let added = items.chunks(1_000).map(|items| JobEvent::ItemsAdded { items: items.to_vec() });
    let rejected = [line_rejected(1), JobEvent::MoreLinesRejected { lines: 5 }];
    rejected.into_iter().chain(added).chain([JobEvent::InputClosed]).collect()
}

async fn events(journal: &Journal) -> Vec<EventEnvelope> {
    journal.read_events(None, Seq(0), usize::MAX).await.unwrap()
}

async fn events_of_other_jobs_are_interleaved(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let other = testing::events::create_job(&journal, 3).await;
    let long = journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let mut head = journal.subscribe_head();
    head.mark_unchanged();
    let writing = tokio::spawn({
        let (journal, long) = (journal.clone(), long.clone());
        async move { journal.append_input(&long, list((1..=ITEMS).map(input_item))).await }
    });
    head.changed().await.unwrap();
    let first_part = *head.borrow();
    let between = journal.append_event(&other, matched(1)).await.unwrap();
    let last = writing.await.unwrap().unwrap();
    assert!(first_part < between && between < last, "{first_part:?} {between:?} {last:?}");
    let projection = projection_of(&journal, &long).await;
    assert_eq!((projection.counts.total, projection.counts.rejected_lines), (u64::from(ITEMS), 6));
    assert!(projection.input_closed);
}

async fn a_partly_recorded_list_is_continued(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let whole = journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    journal.append_input(&whole, list((1..=ITEMS).map(input_item))).await.unwrap();
    let expected = projection_of(&journal, &whole).await;

    // Creates the state after a crash between two transactions.
    let job = journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let mut part = list((1..=ITEMS).map(input_item));
    part.truncate(12);
    journal.append_events(&job, part).await.unwrap();
    journal.close().await;

    let journal = open_journal(store.location()).await;
    let projection = projection_of(&journal, &job).await;
    assert_eq!((projection.counts.total, projection.input_closed), (10_000, false), "the input is not closed");
    journal.append_input(&job, list((1..=ITEMS).map(input_item))).await.unwrap();
    let projection = projection_of(&journal, &job).await;
    assert_eq!((&projection.counts, projection.input_closed), (&expected.counts, true));
    assert_eq!(projection.rejected_lines, expected.rejected_lines);
    assert!(projection.items() == expected.items());
    let upcs: Vec<_> = projection.items().iter().map(|item| item.upc).collect();
    assert_eq!(journal.input_items(&job, &upcs).await.unwrap().len(), ITEMS as usize);
}

/// The file was edited between the crash and the restart: a mix of both lists would be wrong.
async fn another_list_does_not_continue_it(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let mut part = list((1..=ITEMS).map(input_item));
    part.truncate(4);
    journal.append_events(&job, part).await.unwrap();
    let before = events(&journal).await.len();

    let mut more_copies: Vec<_> = (1..=ITEMS).map(input_item).collect();
    more_copies[7].copies = 2;
    let fewer_rejected = list((1..=ITEMS).map(input_item)).split_off(1);
    for other in [list((2..=ITEMS).map(input_item)), list((1..=100).map(input_item)), list(more_copies), fewer_rejected]
    {
        let error = journal.append_input(&job, other).await.unwrap_err();
        assert!(matches!(&error, JournalError::InputChanged(changed) if *changed == job), "{error:?}");
    }
    assert_eq!(events(&journal).await.len(), before);
}

each_store!(
    events_of_other_jobs_are_interleaved,
    a_partly_recorded_list_is_continued,
    another_list_does_not_continue_it
);
