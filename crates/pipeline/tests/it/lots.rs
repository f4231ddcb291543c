//! Lots whose items are paused, canceled or edited while the lot is drafted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::condition::Condition;
use domain::decision::{Corrections, Decision, ListingEdits, ReviewChoice};
use domain::event::{ItemEvent, JobEvent};
use domain::job_spec::{JobId, JobSpec};
use domain::listing::{Listing, MissingField};
use domain::lot::LotEdit;
use domain::outcome::{Draft, ItemOutcome, Status};
use domain::review::{ReviewInput, ReviewResult};
use domain::scan::ScanInput;
use domain::sink::SinkKind;
use domain::sku::Sku;
use domain::upc::Upc;
use futures::future::BoxFuture;
use pipeline::queue::{JobQueue, QueueLimits};
use pipeline::scan_sessions::ScanSessions;
use pipeline::{ItemPipeline, JobRunner, RunEnd};
use serde_json::Value;
use sinks::{DraftResult, DraftSink, RecordedEntry, RecordedMatch, SinkError};
use store::journal::{Journal, JournalError};
use testing::events::{
    cover_chosen, input_item, item_event, job_spec, matched, open_journal, price_event, timestamp, upc,
};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::setup::{TIMEOUT, context, paused, pipeline_of, wait_for_event};

fn spec() -> JobSpec {
    JobSpec { condition: Some(Condition::Good), ..job_spec() }
}

fn skipped(number: u32) -> JobEvent {
    item_event(number, ItemEvent::Finished { outcome: ItemOutcome::skipped("canceled by you".to_owned()) })
}

/// Returns the edit that puts an item into the lot "X".
fn joins_lot(number: u32) -> JobEvent {
    let listing = ListingEdits { lot: Some(LotEdit::In("X".into())), ..ListingEdits::default() };
    let decision = Decision {
        choice: ReviewChoice::Accept,
        corrections: Corrections { listing, ..Corrections::default() },
        cleared: Vec::new(),
        price: None,
        new_price: false,
        is_edit: true,
        repeats: None,
    };
    item_event(number, ItemEvent::ReviewDecided { decision })
}

/// When the operator changes an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The lot is composed, and its draft not yet announced.
    BeforeDraft,
    WhileDrafting,
}

/// A sink during whose work the operator changes an item. It counts the drafts.
struct InterruptedSink {
    journal: Journal,
    job: JobId,
    moment: Moment,
    change: Vec<JobEvent>,
    /// Whether the change was recorded; sent once.
    changed: parking_lot::Mutex<Option<Result<(), JournalError>>>,
    drafts: AtomicUsize,
}

impl InterruptedSink {
    fn change_items(&self) {
        let recorded = tokio::task::block_in_place(|| {
            Handle::current().block_on(self.journal.append_events(&self.job, self.change.clone()))
        });
        self.changed.lock().get_or_insert(recorded.map(drop));
    }
}

impl DraftSink for InterruptedSink {
    fn name(&self) -> &'static str {
        "interrupted"
    }

    fn item_status(&self) -> Status {
        Status::Drafted
    }

    fn description(&self) -> &'static str {
        "a sink during whose work items change"
    }

    fn validate(&self, listing: &Listing) -> Vec<MissingField> {
        let is_lot = listing.sku().upc().is_some_and(Upc::is_substitute);
        if is_lot && self.moment == Moment::BeforeDraft && self.changed.lock().is_none() {
            self.change_items();
        }
        Vec::new()
    }

    fn parse_recorded(&self, _sku: &Sku, _payload: &Value) -> Option<RecordedEntry> {
        None
    }

    fn compare_recorded(&self, _payload: &Value, _listing: &Listing) -> RecordedMatch {
        RecordedMatch::Different
    }

    fn create_draft<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<DraftResult, SinkError>> {
        Box::pin(async move {
            self.drafts.fetch_add(1, Ordering::Relaxed);
            if self.moment == Moment::WhileDrafting {
                self.change_items();
            }
            let draft = Draft {
                sku: listing.sku().clone(),
                title: listing.title().to_owned(),
                sink: SinkKind::Inventory,
                offer_id: None,
                url: None,
                price: None,
            };
            Ok(DraftResult::Created { draft, note: None })
        })
    }
}

/// Runs a job whose items 1 and 2 are in one lot, and makes the change at `moment`.
async fn run_changed_lot(journal: &Journal, moment: Moment, change: Vec<JobEvent>) -> (JobId, RunEnd, InterruptedSink) {
    let job = journal.create_job(spec(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let added = JobEvent::ItemsAdded { items: vec![input_item(1), input_item(2)] };
    let mut events = vec![added, JobEvent::InputClosed];
    for number in [1, 2] {
        events.extend([matched(number), price_event(number), cover_chosen(number), joins_lot(number)]);
    }
    journal.append_events(&job, events).await.unwrap();
    let sink = Arc::new(InterruptedSink {
        journal: journal.clone(),
        job: job.clone(),
        moment,
        change,
        changed: <_>::default(),
        drafts: AtomicUsize::new(0),
    });
    let (pipeline, _requests) = pipeline_of(journal, &job).await;
    let Ok(pipeline) = Arc::try_unwrap(pipeline) else { panic!("the pipeline is not shared") };
    let pipeline = ItemPipeline { sink: sink.clone(), spec: spec(), ..pipeline };
    let stop = CancellationToken::new();
    let run = JobRunner::new(Arc::new(pipeline), 4).run(&stop);
    let end = Box::pin(timeout(TIMEOUT, run)).await.expect("the run ends").unwrap();
    let Some(sink) = Arc::into_inner(sink) else { panic!("the run has ended") };
    (job, end, sink)
}

async fn statuses(journal: &Journal, job: &JobId) -> Vec<Option<Status>> {
    journal.projection(job).await.unwrap().read().items().iter().map(|item| item.status).collect()
}

/// The draft at the destination contains the copy of each item, so none may be reported as canceled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_of_a_lot_that_is_being_drafted_can_neither_be_paused_nor_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    for number in [1, 2] {
        let change = vec![paused(number), skipped(number)];
        let (job, end, sink) = run_changed_lot(&journal, Moment::WhileDrafting, change).await;
        assert!(matches!(*sink.changed.lock(), Some(Err(JournalError::InvalidTransition(_)))));
        assert_eq!((end, sink.drafts.into_inner()), (RunEnd::Completed, 1));
        assert_eq!(statuses(&journal, &job).await, [Some(Status::Drafted), Some(Status::AlreadyDrafted)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lot_whose_item_is_cancelled_just_before_its_draft_is_not_drafted() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    for (number, expected) in [
        (1, [Some(Status::Skipped), Some(Status::NeedsReview)]),
        (2, [Some(Status::NeedsReview), Some(Status::Skipped)]),
    ] {
        let change = vec![paused(number), skipped(number)];
        let (job, end, sink) = run_changed_lot(&journal, Moment::BeforeDraft, change).await;
        assert!(matches!(*sink.changed.lock(), Some(Ok(()))));
        assert_eq!((end, sink.drafts.into_inner()), (RunEnd::Completed, 0));
        assert_eq!(statuses(&journal, &job).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lot_whose_item_is_paused_just_before_its_draft_waits() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let (job, end, sink) = run_changed_lot(&journal, Moment::BeforeDraft, vec![paused(2)]).await;
    assert_eq!((end, sink.drafts.into_inner()), (RunEnd::OnlyPausedItemsLeft { items: 1 }, 0));
    assert_eq!(statuses(&journal, &job).await, [None, None]);
}

async fn edit_lot(queue: &JobQueue, job: &JobId, number: u32) {
    let edit = ReviewInput {
        upc: upc(number).to_string(),
        choose: "go".to_owned(),
        lot: "X".to_owned(),
        edit: true,
        ..ReviewInput::default()
    };
    let results = queue.record_decisions(job, &[(upc(number), edit)]).await.unwrap();
    assert!(results.iter().all(ReviewResult::resumes_item), "{results:?}");
}

/// Waits for the `nth` end of an item.
async fn wait_for_end(journal: &Journal, job: &JobId, number: u32, nth: usize) {
    let ends = AtomicUsize::new(0);
    let is_end = |event: &JobEvent| {
        let is_end = matches!(event, JobEvent::Item { upc, item_event: ItemEvent::Finished { .. } } if *upc == testing::events::upc(number));
        is_end && ends.fetch_add(1, Ordering::Relaxed) + 1 == nth
    };
    wait_for_event(journal, job, is_end).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_make_a_lot_of_scanned_items() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let spec = JobSpec { output: dir.path().display().to_string().into(), ..spec().into_scan_session() };
    let job = journal.create_job(spec, timestamp("2024-03-18T14:30:22Z")).await.unwrap();
    let scans = [1, 2].map(|number| ScanInput { key: number.to_string(), code: upc(number).to_string(), line: None });
    ScanSessions::new(journal.clone()).record_scans(&job, &scans).await.unwrap();
    let known = [1, 2].into_iter().flat_map(|number| [matched(number), price_event(number), cover_chosen(number)]);
    journal.append_events(&job, known.collect()).await.unwrap();
    let queue = JobQueue::open_and_recover(context(journal.clone(), dir.path()).await, QueueLimits::for_running(1))
        .await
        .unwrap();
    wait_for_end(&journal, &job, 1, 1).await;
    wait_for_end(&journal, &job, 2, 1).await;
    edit_lot(&queue, &job, 1).await;
    // The only item of its lot waits for another one.
    wait_for_end(&journal, &job, 1, 2).await;
    edit_lot(&queue, &job, 2).await;
    wait_for_end(&journal, &job, 1, 3).await;
    wait_for_end(&journal, &job, 2, 2).await;
    queue.scan_sessions().close_session(&job).await.unwrap();
    wait_for_event(&journal, &job, |event| *event == JobEvent::Completed).await;
    let details = journal.item_details(&job, &[upc(1), upc(2)]).await.unwrap();
    let outcomes = details.into_iter().map(|item| item.outcome.unwrap()).collect::<Vec<_>>();
    assert!(outcomes.iter().all(|outcome| outcome.lot.as_ref().is_some_and(|lot| !lot.is_waiting)), "{outcomes:?}");
    let skus = outcomes.iter().map(|outcome| outcome.draft.as_ref().map(|draft| draft.sku.clone())).collect::<Vec<_>>();
    assert!(skus[0].is_some() && skus[0] == skus[1], "{skus:?}");
}
