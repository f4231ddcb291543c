//! Tests of requests that submit a batch: the batch joins the queue, with all that it needs.

use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::event::{JobEvent, Seq};
use domain::job_spec::{JobId, JobSpec};
use domain::listing::OwnPhoto;
use futures::StreamExt as _;
use pipeline::app_context::AppContext;
use pipeline::queue::{JobQueue, QueueLimits};
use pipeline::result_storage::ResultStorage;
use pipeline::{ItemPhotos, Policies, ProviderGateway};
use store::journal::Journal;
use store::location::StoreLocation;
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};
use store::response_cache::ResponseCache;
use store::uploaded_lists::{UploadedLists, uploaded_list_paths, uploads_folder};
use testing::events::{cover_chosen, create_job, job_spec, matched, open_journal, price_event, timestamp, upc};
use testing::runtime::{assert_leaves_task_thread, run_with_one_blocking_thread};
use tower::ServiceExt as _;

use super::routes::build_handlers;
use super::state::AppState;
use super::upload_store::UploadLimits;

/// Longer than any test has to wait for an expected event.
const TIMEOUT: Duration = Duration::from_secs(20);

const LIST: &str = "720642442524\n";

/// Returns the state of a service without data sources, whose files are in `folder`.
async fn service_state(journal: &Journal, folder: &Path, copies: Option<UploadedLists>) -> Arc<AppState> {
    let response_cache = ResponseCache::open_in_memory().await.unwrap();
    let location = StoreLocation::in_folder(folder);
    let context = AppContext {
        gateway: Arc::new(ProviderGateway::new(Vec::new(), response_cache.clone())),
        credential_check: <_>::default(),
        journal: journal.clone(),
        response_cache,
        photos: ItemPhotos::new(PhotoStore::open(&location).await.unwrap(), "sandbox".to_owned()),
        ebay: None,
        ebay_environment_id: "sandbox".to_owned(),
        policies: Policies::default(),
        upstreams: Vec::new(),
        providers: Vec::new(),
        intake: <_>::default(),
        catalog_folder: None,
        results: ResultStorage::new("results".into(), <_>::default(), location),
        concurrency: 4,
        advice: Vec::new(),
        notify_wait: |_| (),
    };
    let queue = JobQueue::open_and_recover(context, QueueLimits::for_running(1)).await.unwrap();
    let spec = JobSpec { create_drafts: false, output: folder.display().to_string().into(), ..job_spec() };
    let limits = UploadLimits { list_bytes: 10_000, total_bytes: 20_000 };
    AppState::new(queue, Arc::new(move || spec.clone()), folder.to_owned(), limits, copies)
}

async fn wait_for_start(journal: &Journal, job: &JobId) {
    let mut events = journal.follow_events(Some(job.clone()), Seq(0));
    let started = async {
        while let Some(batch) = events.next().await {
            if batch.unwrap().iter().any(|event| event.payload == JobEvent::Started) {
                return;
            }
        }
    };
    tokio::time::timeout(TIMEOUT, started).await.expect("the job starts");
}

/// Sends a request, and drops it after `polls` polls, as if its client had disconnected. Returns true if the response
/// came first.
async fn send_and_disconnect(state: &Arc<AppState>, request: Request<Body>, polls: usize) -> bool {
    let mut response = Box::pin(build_handlers(state).oneshot(request));
    let mut left = polls;
    std::future::poll_fn(|task| {
        left -= 1;
        match response.as_mut().poll(task) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn the_disk_is_checked_and_cleaned_without_blocking_the_runtime() {
    let dir = tempfile::tempdir().unwrap();
    run_with_one_blocking_thread(async {
        let journal = open_journal(dir.path()).await;
        let state = service_state(&journal, dir.path(), None).await;
        assert_leaves_task_thread(state.ensure_disk_space()).await.ok();
        assert_leaves_task_thread(state.uploads.remove_unused(&journal)).await.unwrap();
    });
}

#[tokio::test]
async fn a_batch_starts_even_if_its_client_disconnects() {
    for (path, body) in [("/api/batch/scan", ""), ("/api/batch/upload", LIST)] {
        for polls in 1.. {
            let dir = tempfile::tempdir().unwrap();
            let journal = open_journal(dir.path()).await;
            let state = service_state(&journal, dir.path(), None).await;
            let request = Request::post(path).body(Body::from(body)).unwrap();
            let is_answered = send_and_disconnect(&state, request, polls).await;
            // The journal writes in order, so what the request has submitted is recorded before this.
            let other = journal.create_job(job_spec(), timestamp("2024-03-18T14:30:22Z")).await.unwrap();
            for status in journal.job_statuses().await.unwrap() {
                if status.job != other {
                    wait_for_start(&journal, &status.job).await;
                }
            }
            state.queue.shut_down().await;
            if is_answered {
                break;
            }
        }
    }
}

#[tokio::test]
async fn each_list_of_an_upload_has_a_copy_in_the_database() {
    let Some(database) = testing::postgres::TestStore::in_postgres() else { return };
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(database.location()).await;
    let copies = UploadedLists::open(database.location().database().unwrap()).await.unwrap();
    let state = service_state(&journal, dir.path(), Some(copies.clone())).await;
    let part = |name: &str, list: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{list}\r\n")
    };
    let form = format!("{}{}--x--\r\n", part("a.txt", LIST), part("b.txt", "093624896326\n"));
    let request = Request::post("/api/batch/upload")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(form))
        .unwrap();
    let response = build_handlers(&state).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let lists = uploaded_list_paths(&uploads_folder(dir.path()));
    assert_eq!(lists.len(), 2);
    for list in lists {
        assert!(copies.find(&list.to_string_lossy()).await.unwrap().is_some(), "{}", list.display());
    }
}

async fn store_photo(state: &AppState, position: u32) {
    let photo = HostedPhoto {
        copy: 1,
        name: format!("{position}.jpg"),
        place: PhotoPlace::Named(position),
        digest: format!("digest {position}"),
        address: format!("https://photos.example/{position}.jpg"),
        expires_at: None,
    };
    state.context().photos.store().save_photo("sandbox", upc(1), &photo).await.unwrap();
}

#[tokio::test]
async fn a_photo_that_is_stored_after_a_redraft_was_queued_is_not_marked_as_attached() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let state = service_state(&journal, dir.path(), None).await;
    let photos = &state.context().photos;
    store_photo(&state, 1).await;
    let before = photos.unattached_photos(upc(1)).await.unwrap().expect("a new photo");
    store_photo(&state, 2).await;
    photos.mark_attached(upc(1), &before).await.unwrap();
    assert_eq!(photos.unattached_photos(upc(1)).await.unwrap().map(|photos| photos.len()), Some(2));
}

#[tokio::test]
async fn the_listing_of_an_item_shows_the_sellers_own_photos() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let state = service_state(&journal, dir.path(), None).await;
    let job = create_job(&journal, 1).await;
    journal.append_events(&job, vec![matched(1), price_event(1), cover_chosen(1)]).await.unwrap();
    store_photo(&state, 1).await;
    let path = format!("/api/batch/jobs/{job}/items/{}", upc(1));
    let response = build_handlers(&state).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let item: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let address =
        state.context().photos.own_photos(upc(1)).await.unwrap().pop().map(|OwnPhoto { address, .. }| address);
    assert!(item["listing"].to_string().contains(&address.unwrap()), "{}", item["listing"]);
}
