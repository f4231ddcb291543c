//! Transitions of jobs in the queue.

use std::path::Path;

use domain::bulk_action::ItemAction;
use domain::decision::Decision;
use domain::event::{ItemEvent, JobEvent};
use domain::job::JobState;
use domain::job_spec::{JobId, JobSpec};
use domain::list_preview::Workload;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::review::ReviewInput;
use domain::sink::SinkKind;
use domain::sku::Sku;
use pipeline::ItemPhotos;
use pipeline::app_context::AppContext;
use pipeline::batch::{self, StopReason, StopSignal};
use pipeline::queue::{JobQueue, QueueError, QueueLimits, SameListPolicy};
use store::journal::{Claim, Journal, SellerAccount};
use store::location::StoreLocation;
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};
use testing::events::{
    draft_started, dry_run_spec, item_event, items_added, job_spec, matched, open_journal, timestamp, upc,
};
use tokio::time::timeout;

use crate::setup::{TIMEOUT, context, paused, wait_for_event};

/// Creates a stopped job with `items` items whose result files go to `output`.
async fn stopped_job(journal: &Journal, items: u32, output: &Path) -> JobId {
    let spec = JobSpec { output: output.display().to_string().into(), ..job_spec() };
    let job = journal.create_job(spec, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let stop = JobEvent::manual_stop("stopped by you".to_owned());
    journal.append_events(&job, vec![items_added(1..=items), JobEvent::InputClosed, stop]).await.unwrap();
    job
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_long_cancellation_blocks_no_other_job() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let long = stopped_job(&journal, 5_000, dir.path()).await;
    let other = stopped_job(&journal, 2, dir.path()).await;
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1))
        .await
        .unwrap();
    let cancellation = tokio::spawn({
        let (queue, long) = (queue.clone(), long.clone());
        async move { queue.cancel(&long).await }
    });
    let is_skip = |event: &JobEvent| matches!(event, JobEvent::Item { item_event: ItemEvent::Finished { .. }, .. });
    wait_for_event(&journal, &long, is_skip).await;
    let paused = timeout(TIMEOUT, queue.pause(&other)).await.expect("the queue responds");
    assert!(matches!(paused, Err(QueueError::InvalidState { state: JobState::Stopped, action: "paused", .. })));
    assert_eq!(journal.job_summary(&long).await.unwrap().state, JobState::Stopped, "it is still being cancelled");
    let cancelled = timeout(TIMEOUT, cancellation).await.unwrap().unwrap();
    assert_eq!(cancelled.unwrap().state, JobState::Cancelled);
}

/// Two runs of one job would draft its items at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_job_that_is_being_cancelled_is_not_redrafted() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = stopped_job(&journal, 5_000, dir.path()).await;
    let drafted = ItemEvent::Finished { outcome: ItemOutcome::succeeded(Status::Drafted, None) };
    journal.append_events(&job, vec![matched(1), draft_started(1), item_event(1, drafted)]).await.unwrap();
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1))
        .await
        .unwrap();
    let cancellation = tokio::spawn({
        let (queue, job) = (queue.clone(), job.clone());
        async move { queue.cancel(&job).await }
    });
    let is_skip = |event: &JobEvent| matches!(event, JobEvent::Item { item_event: ItemEvent::Finished { outcome }, .. } if outcome.status == Status::Skipped);
    wait_for_event(&journal, &job, is_skip).await;
    let upcs = [upc(1)];
    let redrafted = timeout(TIMEOUT, queue.apply_action(&job, ItemAction::Redraft, &upcs, None))
        .await
        .expect("the queue responds")
        .unwrap();
    assert_eq!((redrafted.succeeded, redrafted.rejected.len()), (vec![], 1));
    assert_eq!(timeout(TIMEOUT, cancellation).await.unwrap().unwrap().unwrap().state, JobState::Cancelled);
}

/// Photos are recorded as those of a draft only when the draft is composed again, by itself or with an edit.
#[tokio::test(flavor = "multi_thread")]
async fn photos_are_attached_only_by_an_accepted_redraft_or_edit() {
    for is_edit in [false, true] {
        assert_photos_are_attached(is_edit).await;
    }
}

async fn assert_photos_are_attached(is_edit: bool) {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = stopped_job(&journal, 2, dir.path()).await;
    let (sku, title) = (Sku::for_upc(upc(1)), "Album 1".to_owned());
    let draft = Draft { sku, title, sink: SinkKind::ItemDraft, offer_id: None, url: None, price: None };
    let claim = Claim {
        seller: SellerAccount::anonymous("sandbox"),
        sink: draft.sink.to_string(),
        sku: draft.sku.clone(),
        job: job.clone(),
        upc: upc(1),
        payload: serde_json::Value::Null,
        at: timestamp("2024-03-18T14:30:22Z"),
    };
    journal.claim_ledger_entry(&claim).await.unwrap();
    let drafted = ItemEvent::Finished { outcome: ItemOutcome::succeeded(Status::Drafted, Some(draft)) };
    journal.append_events(&job, vec![matched(1), draft_started(1), item_event(1, drafted)]).await.unwrap();
    let store = PhotoStore::open(&StoreLocation::in_folder(dir.path())).await.unwrap();
    for upc in [upc(1), upc(2)] {
        let photo = HostedPhoto {
            copy: 1,
            name: format!("{upc}.jpg"),
            place: PhotoPlace::Named(1),
            digest: format!("digest {upc}"),
            address: format!("https://photos.example/{upc}.jpg"),
            expires_at: None,
        };
        store.save_photo("sandbox", upc, &photo).await.unwrap();
    }
    let photos = ItemPhotos::new(store, "sandbox".to_owned());
    let context = AppContext { photos: photos.clone(), ..context(journal.clone(), dir.path()).await };
    let queue = JobQueue::open(context, QueueLimits::for_running(1)).await.unwrap();
    if is_edit {
        let edit = ReviewInput { edit: true, price: "12.50".to_owned(), ..ReviewInput::default() };
        let results = queue.record_decisions(&job, &[(upc(1), edit.clone()), (upc(2), edit)]).await.unwrap();
        assert_eq!([results[0].resumes_item(), results[1].resumes_item()], [true, false]);
    } else {
        let redrafted = queue.apply_action(&job, ItemAction::Redraft, &[upc(1), upc(2)], None).await.unwrap();
        assert_eq!((redrafted.succeeded, redrafted.rejected[0].upc), (vec![upc(1)], upc(2)));
    }
    let unattached = photos.all_unattached_photos(&[upc(1), upc(2)]).await.unwrap();
    assert_eq!(unattached.into_keys().collect::<Vec<_>>(), [upc(2)]);
    queue.shut_down().await;
}

/// The newest job would show what the draft no longer has.
#[tokio::test(flavor = "multi_thread")]
async fn an_undone_edit_is_undone_in_a_later_job_that_repeated_it() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let jobs = [stopped_job(&journal, 1, dir.path()).await, stopped_job(&journal, 1, dir.path()).await];
    let (sku, title) = (Sku::for_upc(upc(1)), "Album 1".to_owned());
    let draft = Draft { sku, title, sink: SinkKind::DryRun, offer_id: None, url: None, price: None };
    let drafted = ItemEvent::Finished { outcome: ItemOutcome::succeeded(Status::Drafted, Some(draft)) };
    for job in &jobs {
        let events = vec![matched(1), draft_started(1), item_event(1, drafted.clone())];
        journal.append_events(job, events).await.unwrap();
    }
    let context = context(journal.clone(), dir.path()).await;
    let queue = JobQueue::open(context, QueueLimits::for_running(1)).await.unwrap();
    let edit = ReviewInput { edit: true, price: "12.50".to_owned(), ..ReviewInput::default() };
    queue.record_decisions(&jobs[0], &[(upc(1), edit)]).await.unwrap();
    let edit = journal.all_decisions(upc(1)).await.unwrap().remove(0);
    let repeats = Some(edit.origin());
    let repeated = ItemEvent::ReviewDecided { decision: Decision { repeats, ..edit.decision } };
    journal.append_event(&jobs[1], item_event(1, repeated)).await.unwrap();
    for job in &jobs {
        journal.append_event(job, item_event(1, drafted.clone())).await.unwrap();
    }

    queue.record_decisions(&jobs[0], &[(upc(1), ReviewInput::undo())]).await.unwrap();
    let decisions = journal.all_decisions(upc(1)).await.unwrap();
    let decided = decisions.iter().map(|decided| (&decided.job, decided.decision.is_undo())).collect::<Vec<_>>();
    assert_eq!(decided, [(&jobs[0], false), (&jobs[1], false), (&jobs[0], true), (&jobs[1], true)]);
    queue.shut_down().await;
}

#[tokio::test]
async fn a_job_that_was_resumed_is_not_interrupted_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let spec = JobSpec { output: dir.path().display().to_string().into(), ..dry_run_spec() };
    let job = journal.create_job(spec, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let interrupted = JobEvent::interruption("the process was stopped".to_owned());
    let events = vec![items_added(1..=2), JobEvent::InputClosed, paused(1), interrupted];
    journal.append_events(&job, events).await.unwrap();
    let queue = JobQueue::open(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1)).await.unwrap();
    assert_eq!(queue.interrupted_jobs().await.unwrap().len(), 1);
    queue.resume(&job).await.unwrap();
    // It stops, because only the paused item is left, and waits for the operator.
    let is_stop = |event: &JobEvent| matches!(event, JobEvent::Stopped { only_paused_items_left: true, .. });
    wait_for_event(&journal, &job, is_stop).await;
    queue.shut_down().await;
    assert_eq!(queue.interrupted_jobs().await.unwrap(), []);
}

#[tokio::test]
async fn no_batch_waits_for_a_scan_session() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1))
        .await
        .unwrap();
    let spec = JobSpec { output: dir.path().display().to_string().into(), ..dry_run_spec() };
    let session = queue.submit(spec.clone().into_scan_session(), SameListPolicy::Accept, None).await.unwrap().job;
    wait_for_event(&journal, &session, |event| *event == JobEvent::Started).await;
    let amount = Workload { items: 10, copies: 10, states_condition: true, catalog: None };
    let position = queue.estimate_batch(&spec, amount).await.unwrap().queue_position;
    assert_eq!((position.position, position.running, position.items_ahead), (0, 0, 0));
    queue.shut_down().await;
}

#[tokio::test]
async fn a_retry_without_applicable_items_names_the_reasons() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = stopped_job(&journal, 2, dir.path()).await;
    let queue = JobQueue::open(context(journal, dir.path()).await, QueueLimits::for_running(1)).await.unwrap();
    let retried = queue.apply_action(&job, ItemAction::Retry, &[upc(1), upc(3)], None).await.unwrap();
    let reasons = retried.rejected.iter().map(|rejected| rejected.why.as_str()).collect::<Vec<_>>();
    assert_eq!(retried.succeeded, []);
    assert_eq!(reasons, ["it is not finished yet", "it is not in this batch"]);
}

/// The job exists when the list is recorded, so its list must not be lost: another process would resume it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_while_the_list_is_recorded_stops_the_job() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let context = context(journal.clone(), dir.path()).await;
    let list = dir.path().join("list.txt");
    let barcodes = (1..=5_000).map(|number| upc(number).to_string()).collect::<Vec<_>>();
    std::fs::write(&list, barcodes.join("\n")).unwrap();
    let list = input::read_list(&input::Source::File(list), &context.intake).await.unwrap();
    let spec = JobSpec { output: dir.path().display().to_string().into(), ..dry_run_spec() };
    let stop = StopSignal::default();
    let mut head = journal.subscribe_head();
    let stopping = tokio::spawn({
        let stop = stop.clone();
        async move {
            head.changed().await.unwrap();
            stop.request_stop(StopReason::Stop);
        }
    });
    let started = batch::start_job(&context, spec, list, &stop).await.expect("the list is recorded");
    stopping.await.unwrap();
    batch::run_started_job(&context, &started, &stop).await.unwrap();
    let job = journal.job_summary(&started.job).await.unwrap();
    assert_eq!((job.state, job.counts.total), (JobState::Stopped, 5_000));
}
