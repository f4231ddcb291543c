//! Subscriptions return each event once and in order, from any position, however slow the reader is.

use domain::event::{EventEnvelope, JobEvent, Seq};
use futures::StreamExt;
use store::journal::Journal;

use domain::job_spec::JobId;
use domain::outcome::Status;
use testing::each_store;
use testing::events::{create_job, done, matched, open_journal};
use testing::postgres::TestStore;

/// Returns all events from `after` up to the event `last`.
async fn read_to(journal: Journal, job: Option<JobId>, after: Seq, last: Seq) -> Vec<EventEnvelope> {
    let mut batches = journal.follow_events(job, after);
    let mut seen: Vec<EventEnvelope> = Vec::new();
    while seen.last().is_none_or(|event| event.seq < last) {
        seen.extend(batches.next().await.expect("the stream does not end").expect("can be read"));
        tokio::task::yield_now().await;
    }
    seen
}

async fn every_event_is_received_once_from_any_position(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let (one, two) = (create_job(&journal, 700).await, create_job(&journal, 700).await);
    let last = Seq(6 + 2 * 700);
    let readers: Vec<_> = [0, 1, 5, 6, 7, 300]
        .map(|after| (after, tokio::spawn(read_to(journal.clone(), None, Seq(after), last))))
        .into();
    let of_one = tokio::spawn(read_to(journal.clone(), Some(one.clone()), Seq(0), Seq(last.0 - 1)));
    for number in 1..=700 {
        journal.append_event(&one, matched(number)).await.unwrap();
        journal.append_event(&two, done(number, Status::Skipped)).await.unwrap();
    }
    for (after, reader) in readers {
        let seqs: Vec<u64> = reader.await.unwrap().iter().map(|event| event.seq.0).collect();
        assert_eq!(seqs, (after + 1..=last.0).collect::<Vec<_>>(), "after {after}");
    }
    let of_one = of_one.await.unwrap();
    assert_eq!(of_one.len(), 3 + 700);
    assert!(of_one.iter().all(|event| event.job == one));
    // A late subscriber reads everything from disk.
    assert_eq!(read_to(journal.clone(), Some(two), Seq(0), last).await.len(), 3 + 700);
}

async fn a_subscription_ends_with_the_journal_and_not_before_the_last_event(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 1).await;
    let batches = journal.follow_events(Some(job.clone()), Seq(0));
    let reader = tokio::spawn(batches.map(|events| events.unwrap().len()).collect::<Vec<_>>());
    tokio::task::yield_now().await;
    journal.append_event(&job, JobEvent::Completed).await.unwrap();
    journal.close().await;
    assert_eq!(reader.await.unwrap().iter().sum::<usize>(), 4);
}

/// A console that reads the journal of a running batch gets no notifications and sees new events by polling.
async fn a_reader_beside_the_owner_follows_too(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 2).await;
    let read_only = Journal::open_read_only(store.location()).await.unwrap();
    let reader = tokio::spawn(read_to(read_only, Some(job.clone()), Seq(3), Seq(5)));
    journal.append_event(&job, matched(1)).await.unwrap();
    tokio::task::yield_now().await;
    journal.append_event(&job, matched(2)).await.unwrap();
    assert_eq!(reader.await.unwrap().len(), 2);
}

async fn an_outline_has_the_events_of_the_job_and_the_ends_of_its_items(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 2).await;
    let outline = journal.follow_outline(Some(job.clone()), Seq(0));
    let reader = tokio::spawn(outline.map(|events| events.unwrap()).collect::<Vec<_>>());
    for number in 1..=2 {
        journal.append_event(&job, matched(number)).await.unwrap();
        journal.append_event(&job, done(number, Status::Skipped)).await.unwrap();
    }
    journal.append_event(&job, JobEvent::Completed).await.unwrap();
    journal.close().await;
    let seqs = reader.await.unwrap().concat().iter().map(|event| event.seq.0).collect::<Vec<_>>();
    assert_eq!(seqs, [1, 2, 3, 5, 7, 8], "without the two matches");
}

each_store!(
    a_subscription_ends_with_the_journal_and_not_before_the_last_event,
    a_reader_beside_the_owner_follows_too,
    an_outline_has_the_events_of_the_job_and_the_ends_of_its_items
);

each_store!(threads: every_event_is_received_once_from_any_position);
