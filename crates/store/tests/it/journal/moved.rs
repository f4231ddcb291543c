//! Moves a store from files into PostgreSQL and back: nothing is lost, and work continues in the new store.

use std::path::PathBuf;

use domain::event::{JobEvent, Seq};
use domain::job::Job;
use domain::job_spec::JobId;
use domain::outcome::Status;
use domain::sku::Sku;
use jiff::Timestamp;
use serde_json::json;
use store::journal::{
    Claim, ClaimResult, DetailLevel, IdempotentRequest, JobSubmission, Journal, JournalContents, JournalError,
    MovedLists, SellerAccount, check_journal, copy_store,
};
use store::location::StoreLocation;
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};
use store::quota::QuotaStore;
use store::result_uploads::{ResultUpload, ResultUploads};
use store::uploaded_lists::{UploadedLists, uploads_folder};

use testing::events::{
    cover_chosen, create_job, done, draft_started, job_spec, line_rejected, matched, open_journal, price_event,
    timestamp, upc,
};
use testing::postgres::TestStore;

/// The result of a move.
struct MovedStore {
    contents: JournalContents,
    lists: MovedLists,
    old_file: Option<PathBuf>,
}

/// Copies a store, and retires the old one.
async fn move_store(from: &StoreLocation, to: &StoreLocation) -> Result<MovedStore, JournalError> {
    let copied = copy_store(from, to).await?;
    let old_file = copied.retire_old_journal(Timestamp::now())?;
    Ok(MovedStore { contents: copied.contents, lists: copied.lists.clone(), old_file })
}

fn claim(job: &JobId, number: u32) -> Claim {
    Claim {
        seller: SellerAccount { environment_id: "production".to_owned(), account_id: Some(1) },
        sink: "csv".to_owned(),
        sku: Sku::for_upc(upc(number)),
        job: job.clone(),
        upc: upc(number),
        payload: json!({ "title": "Ænima \u{0} \"x\"" }),
        at: timestamp("2024-03-18T14:31:00Z"),
    }
}

async fn fill(journal: &Journal) {
    let first = create_job(journal, 700).await;
    journal.append_event(&first, line_rejected(9)).await.unwrap();
    for number in 1..=20 {
        let all = vec![matched(number), price_event(number), cover_chosen(number), draft_started(number)];
        journal.append_events(&first, all).await.unwrap();
        journal.append_event(&first, done(number, Status::Exported)).await.unwrap();
        assert_eq!(journal.claim_ledger_entry(&claim(&first, number)).await.unwrap(), ClaimResult::Acquired);
    }
    journal.append_event(&first, JobEvent::manual_stop("asked to".into())).await.unwrap();
    let removed = create_job(journal, 2).await;
    let request = IdempotentRequest { key: "monday".to_owned(), fingerprint: "a list".to_owned() };
    let submitted =
        journal.submit_job(job_spec(), vec![JobEvent::Queued], Some(request), timestamp("2024-03-18T15:00:00Z"));
    assert!(matches!(submitted.await.unwrap(), JobSubmission::Created(_)));
    assert!(journal.remove_job(&removed).await.unwrap());
    journal.resolve_seller_account("production", vec!["consent".to_owned()]).await.unwrap();
}

/// Returns everything that a journal contains, as text.
async fn contents(location: &StoreLocation) -> String {
    let journal = Journal::open_read_only(location).await.unwrap();
    let events = journal.read_events(None, Seq(0), usize::MAX).await.unwrap();
    let mut all = vec![format!("{events:?}")];
    for detail in [DetailLevel::Full, DetailLevel::Outline] {
        all.push(format!("{:?}", journal.raw_events(None, detail, Seq(0), usize::MAX).await.unwrap()));
    }
    let upcs: Vec<_> = (1..=700).map(upc).collect();
    for job in journal.job_ids().await.unwrap() {
        let projection = journal.projection(&job).await.unwrap().read().clone();
        let items: Vec<_> = projection.items().iter().collect();
        all.push(format!("{:?} {items:?}", Job::from(&projection)));
        all.push(format!("{:?}", journal.input_items(&job, &upcs).await.unwrap()));
        let seller = SellerAccount { environment_id: "production".to_owned(), account_id: Some(1) };
        all.push(format!("{:?}", journal.ledger_entries_page(&seller, "csv", &job, 0, 99).await.unwrap()));
        all.push(format!("{:?}", journal.row_events(&job, Seq(0), usize::MAX).await.unwrap()));
    }
    let request = IdempotentRequest { key: "monday".to_owned(), fingerprint: "a list".to_owned() };
    all.push(format!("{:?}", journal.find_submission(&request).await.unwrap()));
    all.push(format!("{:?}", journal.find_seller_account("production", "consent").await.unwrap()));
    let mut outcomes = journal.count_outcomes_since(Seq(0)).await.unwrap();
    outcomes.1.sort();
    all.push(format!("{outcomes:?}"));
    all.join("\n")
}

fn photo() -> HostedPhoto {
    HostedPhoto {
        copy: 1,
        name: "front.jpg".to_owned(),
        place: PhotoPlace::Arranged(2),
        digest: "d1".to_owned(),
        address: "https://i.ebayimg.example/1.jpg".to_owned(),
        expires_at: None,
    }
}

/// Fills the parts of the store outside the journal.
async fn fill_other_parts(location: &StoreLocation, job: &JobId) {
    let photos = PhotoStore::open(location).await.unwrap();
    photos.save_photo("anna", upc(1), &photo()).await.unwrap();
    let expires_at = Some(timestamp("2027-01-01T00:00:00Z"));
    photos.save_photo("anna", upc(2), &HostedPhoto { expires_at, ..photo() }).await.unwrap();
    photos.mark_attached("anna", upc(1), &[photo()]).await.unwrap();
    let quota = QuotaStore::open(location, "app").await.unwrap();
    quota.add_calls("browse", 7).await.unwrap();
    let upload = ResultUpload { folder: "gs://my-bucket/".to_owned(), files: vec![], error: Some("away".to_owned()) };
    ResultUploads::open(location).await.unwrap().record(job, &upload).await.unwrap();
}

/// Returns what [`fill_other_parts`] has written, as text.
async fn other_parts(location: &StoreLocation) -> String {
    let photos = PhotoStore::open(location).await.unwrap();
    let (one, two) =
        (photos.photos_for_upc("anna", upc(1)).await.unwrap(), photos.photos_for_upc("anna", upc(2)).await.unwrap());
    assert_eq!(one, [photo()]);
    let attached = photos.is_attached("anna", upc(1), &one).await.unwrap();
    let counts = QuotaStore::open(location, "app").await.unwrap().counts("browse", Timestamp::now()).await.unwrap();
    let uploads = ResultUploads::open(location).await.unwrap();
    let unfinished = uploads.unfinished_jobs().await.unwrap();
    let upload = uploads.find(&unfinished[0].0).await.unwrap();
    format!("{one:?} {two:?} {attached} {counts:?} {unfinished:?} {upload:?}")
}

/// Checks that stores accept a new job and the next ledger entry.
async fn assert_stores_continue(stores: [StoreLocation; 2]) {
    for location in stores {
        let journal = open_journal(&location).await;
        let head = *journal.subscribe_head().borrow();
        let new = create_job(&journal, 1).await;
        assert!(journal.append_event(&new, matched(1)).await.unwrap() > head);
        assert!(matches!(
            journal.claim_ledger_entry(&claim(&new, 1)).await.unwrap(),
            ClaimResult::OwnedByOtherJob { .. }
        ));
        assert_eq!(journal.claim_ledger_entry(&claim(&new, 99)).await.unwrap(), ClaimResult::Acquired);
        journal.close().await;
    }
}

#[tokio::test]
async fn a_store_moves_into_postgres_and_back() {
    let Some(target) = TestStore::in_postgres() else { return };
    let (source, back) = (TestStore::in_files(), TestStore::in_files());
    let journal = open_journal(source.location()).await;
    fill(&journal).await;
    let busy = move_store(&source.location(), &target.location()).await.err().unwrap();
    assert!(matches!(busy, JournalError::Locked { .. }), "{busy:?}");
    let first_job = journal.job_ids().await.unwrap().remove(0);
    journal.close().await;
    let before = contents(&source.location()).await;
    fill_other_parts(&source.location(), &first_job).await;
    let others = other_parts(&source.location()).await;

    let moved = move_store(&source.location(), &target.location()).await.unwrap();
    let old_file = moved.old_file.expect("the old file is preserved");
    assert!(old_file.exists() && !source.dir().join("journal.db").exists());
    assert_eq!((moved.contents.jobs, moved.contents.ledger_entries), (2, 20));
    assert_eq!(contents(&target.location()).await, before);
    assert_eq!(other_parts(&target.location()).await, others);
    assert!(check_journal(target.location()).await.unwrap().is_sound());
    let again = move_store(&source.location(), &target.location()).await.err().unwrap();
    assert!(matches!(&again, JournalError::MovedBefore { file } if *file == old_file), "{again:?}");
    // As after a crash before the old file is renamed.
    std::fs::rename(&old_file, source.dir().join("journal.db")).unwrap();
    let finished = move_store(&source.location(), &target.location()).await.unwrap();
    let old_file = finished.old_file.expect("the old file is preserved");
    assert!(old_file.exists() && !source.dir().join("journal.db").exists());

    move_store(&target.location(), &back.location()).await.unwrap();
    // As after a crash before the result is reported.
    move_store(&target.location(), &back.location()).await.unwrap();
    assert_eq!(contents(&back.location()).await, before);
    assert_eq!(other_parts(&back.location()).await, others);
    assert!(check_journal(back.location()).await.unwrap().is_sound());

    assert_stores_continue([target.location(), back.location()]).await;
    std::fs::rename(&old_file, source.dir().join("journal.db")).unwrap();
    for (from, to) in [(&source, &target), (&target, &back)] {
        let again = move_store(&from.location(), &to.location()).await.map(|moved| moved.contents);
        assert!(matches!(again, Err(JournalError::NotEmpty { .. })), "{again:?}");
    }
}

/// Lists that their batches have not read yet move too, because the machine with the old folder may be gone.
#[tokio::test]
async fn uploaded_lists_move_with_the_store() {
    let Some(target) = TestStore::in_postgres() else { return };
    let (source, back) = (TestStore::in_files(), TestStore::in_files());
    let journal = open_journal(source.location()).await;
    fill(&journal).await;
    journal.close().await;
    // The folder is named by the SHA-256 digest of the content.
    let folder = uploads_folder(source.dir()).join("2cf24dba5fb0a30e26e83b2ac5b9e29e");
    let list = folder.join("box-15.csv");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(&list, "hello").unwrap();

    let moved = move_store(&source.location(), &target.location()).await.unwrap();
    assert_eq!((moved.lists.moved, moved.lists.unwritten.len()), (1, 0));
    let copies = UploadedLists::open(target.location().database().unwrap()).await.unwrap();
    assert_eq!(copies.find(&list.to_string_lossy()).await.unwrap().as_deref(), Some(&b"hello"[..]));

    // Only uploaded lists are written, and a list that cannot be written is reported.
    let other = source.dir().join("authorized_keys");
    copies.store(&other.to_string_lossy(), b"hello".to_vec()).await.unwrap();
    std::fs::remove_dir_all(uploads_folder(source.dir())).unwrap();
    let moved = move_store(&target.location(), &back.location()).await.unwrap();
    assert_eq!(std::fs::read(&list).unwrap(), b"hello");
    assert!(!other.exists());
    let unwritten: Vec<_> = moved.lists.unwritten.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!((moved.lists.moved, unwritten), (1, vec![other]));
}

#[tokio::test]
async fn a_store_cannot_move_into_one_of_the_same_kind() {
    let (one, two) = (TestStore::in_files(), TestStore::in_files());
    let error = move_store(&one.location(), &two.location()).await.err().unwrap();
    assert!(matches!(error, JournalError::SameStore));
    let Some(target) = TestStore::in_postgres() else { return };
    let error = move_store(&one.location(), &target.location()).await.err().unwrap();
    assert!(error.to_string().contains("no journal yet"), "{error}");
}
