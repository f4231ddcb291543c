//! Quota counts, photos and upload records on both databases.

use std::collections::BTreeSet;

use domain::upc::Upc;
use jiff::{Timestamp, ToSpan};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use store::location::StoreLocation;
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};
use store::quota::QuotaStore;
use store::response_cache::{CacheKey, ResponseCache};
use store::result_uploads::ResultUploads;
use testing::each_store;
use testing::postgres::TestStore;

use domain::provider::Provider;

each_store!(
    calls_are_counted,
    a_pause_doubles_once_for_all,
    an_answer_soon_after_a_pause_does_not_shorten_the_next,
    photos_stay_in_order_for_each_seller,
    an_interrupted_import_is_one_edit_with_its_continuation,
    undoing_an_edit_restores_the_pictures_that_it_replaced
);

fn photo(name: &str, position: u32, digest: &str, expires: Option<i64>) -> HostedPhoto {
    let expires_at = expires.and_then(|at| Timestamp::from_millisecond(at).ok());
    let (name, digest) = (name.to_owned(), digest.to_owned());
    let place = PhotoPlace::Named(position);
    HostedPhoto { copy: 1, place, address: format!("https://i.ebayimg.com/{digest}"), name, digest, expires_at }
}

async fn calls_are_counted(store: TestStore) {
    let quota = QuotaStore::open(store.location(), "app").await.expect("opens");
    let other = QuotaStore::open(store.location(), "other").await.expect("opens");
    let counts = async || quota.counts("browse", Timestamp::now()).await.expect("counts");
    assert_eq!(counts().await.used, 0);
    quota.add_calls("browse", 3).await.expect("counted");
    quota.add_calls("browse", 4).await.expect("counted");
    assert_eq!((counts().await.used, counts().await.daily_limit), (7, None));
    assert_eq!(other.counts("browse", Timestamp::now()).await.expect("counts").used, 0);
    quota.sync_from_ebay("browse", 5_000, 10).await.expect("set");
    assert_eq!((counts().await.used, counts().await.daily_limit), (4_990, Some(5_000)));
    let (past, future) = (Timestamp::now() - 1.hour(), Timestamp::now() + 1.hour());
    quota.mark_exhausted("browse", future).await.expect("marked");
    assert!(counts().await.exhausted_until.is_some());
    quota.sync_from_ebay("browse", 5_000, 0).await.expect("set");
    assert!(counts().await.exhausted_until.is_some(), "eBay has none left");
    quota.mark_exhausted("browse", past).await.expect("marked");
    assert_eq!((counts().await.used, counts().await.exhausted_until), (0, None), "eBay's day has begun again");
    quota.add_calls("browse", 2).await.expect("counted");
    assert_eq!(counts().await.used, 2);
}

async fn a_pause_doubles_once_for_all(store: TestStore) {
    let quota = QuotaStore::open(store.location(), "app").await.expect("opens");
    let counts = async || quota.counts("browse", Timestamp::now()).await.expect("counts");
    let latest = Timestamp::now() + 1.hour();
    quota.pause_calls("browse", latest).await.expect("paused");
    let first = counts().await;
    assert!(first.is_in_doubt);
    let until = first.paused_until.expect("a pause");
    assert!(until < latest, "{until}");
    quota.pause_calls("browse", latest).await.expect("paused");
    assert_eq!(counts().await.paused_until, Some(until), "callers that were refused at the same time");
    let set_back = quota.counts("browse", Timestamp::now() - 3.hours()).await.expect("counts");
    assert_eq!(set_back.paused_until, None, "a clock that is set back does not make a pause longer");
    let soon = Timestamp::now() + 2.seconds();
    quota.pause_calls("sell", soon).await.expect("paused");
    let paused_until = quota.counts("sell", soon - 1.second()).await.expect("counts").paused_until.expect("a pause");
    assert_eq!(paused_until.as_millisecond(), soon.as_millisecond());
}

/// eBay may refuse one kind of call and answer all others.
async fn an_answer_soon_after_a_pause_does_not_shorten_the_next(store: TestStore) {
    let quota = QuotaStore::open(store.location(), "app").await.expect("opens");
    let counts = async || quota.counts("browse", Timestamp::now()).await.expect("counts");
    quota.pause_calls("browse", Timestamp::now()).await.expect("paused");
    quota.mark_recovered("browse").await.expect("an answer");
    assert_eq!((counts().await.is_in_doubt, counts().await.paused_until), (true, None));
    let refused_at = Timestamp::now();
    quota.pause_calls("browse", refused_at + 1.hour()).await.expect("paused");
    let paused_until = counts().await.paused_until.expect("a pause");
    assert!(paused_until > refused_at + 15.seconds(), "twice the first pause: {paused_until}");

    quota.pause_calls("sell", Timestamp::now() - 1.hour()).await.expect("a pause of an hour ago");
    quota.mark_recovered("sell").await.expect("an answer");
    assert!(!quota.counts("sell", Timestamp::now()).await.expect("counts").is_in_doubt);
}

async fn photos_stay_in_order_for_each_seller(store: TestStore) {
    let upc: Upc = "720642442524".parse().expect("a UPC");
    let photos = PhotoStore::open(store.location()).await.expect("opens");
    for photo in [photo("b.jpg", 2, "B", None), photo("a.jpg", 1, "A", Some(5)), photo("Z.jpg", 1, "Z", Some(6))] {
        photos.save_photo("one", upc, &photo).await.expect("saved");
    }
    photos.save_photo("one", upc, &photo("b.jpg", 2, "A", None)).await.expect("replaced");
    let reopened = PhotoStore::open(store.location()).await.expect("opens");
    let names = |photos: &[HostedPhoto]| photos.iter().map(|photo| photo.name.clone()).collect::<Vec<_>>();
    let all = reopened.photos_for_upc("one", upc).await.expect("read");
    assert_eq!(names(&all), ["Z.jpg", "a.jpg", "b.jpg"], "ordered by position, then by the bytes of the name");
    let other: Upc = "720642462928".parse().expect("a UPC");
    let by_upc = reopened.photos_by_upc("one", &[other, upc]).await.expect("read");
    assert_eq!(by_upc.into_iter().collect::<Vec<_>>(), [(upc, all.clone())]);
    assert_eq!(reopened.photos_for_upc("two", upc).await.expect("read"), []);
    let now = Timestamp::from_millisecond(5).expect("a time");
    let counts = reopened.count_photos("one", now).await.expect("counted");
    assert_eq!(counts.get(&upc), Some(&2), "a photo that eBay has deleted does not count");
    assert!(reopened.count_photos("two", now).await.expect("counted").is_empty());
    let found = reopened.find_by_digest("one", "A").await.expect("read").expect("found");
    assert_eq!(found, photo("a.jpg", 1, "A", Some(5)), "one that is known to last comes first");
    assert_eq!(reopened.find_by_digest("two", "A").await.expect("read"), None);
    assert!(!reopened.is_attached("one", upc, &all).await.expect("read"));
    for photos in [&all[..1], &all[..]] {
        reopened.mark_attached("one", upc, photos).await.expect("marked");
    }
    assert!(reopened.is_attached("one", upc, &all).await.expect("read"));
    assert!(!reopened.is_attached("one", upc, &all[1..]).await.expect("read"));
}

/// An import that was killed, and the run of the same folder after it, are undone together.
async fn an_interrupted_import_is_one_edit_with_its_continuation(store: TestStore) {
    let photos = PhotoStore::open(store.location()).await.expect("opens");
    let upcs = ["720642442524", "093624896326"].map(|upc| upc.parse::<Upc>().expect("a UPC"));
    let (items, [first, second]) = (BTreeSet::from(upcs), upcs);
    let time = |number: i64| Timestamp::from_millisecond(number).expect("a time");
    let count = async |upc| photos.photos_for_upc("one", upc).await.expect("read").len();
    photos.begin_import("one", "box-14", &items, time(1)).await.expect("begun");
    photos.save_photo("one", first, &photo("a.jpg", 1, "A", None)).await.expect("saved");

    photos.begin_import("one", "box-14", &items, time(2)).await.expect("begun again");
    photos.finish_import("one", &BTreeSet::new(), time(2)).await.expect("finished");
    let edit = photos.newest_edit("one", None).await.expect("read").expect("an edit");
    assert_eq!((edit.upc, edit.at), (first, time(2)));
    assert_eq!(
        photos.edits_at("one", time(2)).await.expect("read"),
        std::slice::from_ref(&edit),
        "the other item has no photos"
    );
    photos.undo_edit("one", &edit).await.expect("undone");
    assert_eq!((count(first).await, photos.newest_edit("one", None).await.expect("read")), (0, None));

    for (folder, at) in [("box-14", 3), ("box-15", 4)] {
        photos.begin_import("one", folder, &BTreeSet::from([second]), time(at)).await.expect("begun");
        photos.save_photo("one", second, &photo(folder, 1, folder, None)).await.expect("saved");
    }
    let edit = photos.newest_edit("one", Some(second)).await.expect("read").expect("an edit");
    photos.undo_edit("one", &edit).await.expect("undone");
    assert_eq!((edit.at, count(second).await), (time(4), 1), "another folder is another edit");
}

/// A file that is taken again has the name of the earlier one.
async fn undoing_an_edit_restores_the_pictures_that_it_replaced(store: TestStore) {
    let photos = PhotoStore::open(store.location()).await.expect("opens");
    let upc: Upc = UPC.parse().expect("a UPC");
    let time = |number: i64| Timestamp::from_millisecond(number).expect("a time");
    let earlier = [photo("a.jpg", 1, "A", Some(7)), photo("b.jpg", 2, "B", None)];
    for photo in &earlier {
        photos.save_photo("one", upc, photo).await.expect("saved");
    }
    photos.begin_import("one", "box-14", &BTreeSet::from([upc]), time(1)).await.expect("begun");
    photos.save_photo("one", upc, &photo("a.jpg", 1, "A2", None)).await.expect("replaced");
    photos.finish_import("one", &BTreeSet::new(), time(1)).await.expect("finished");
    let edit = photos.newest_edit("one", None).await.expect("read").expect("an edit");
    photos.undo_edit("one", &edit).await.expect("undone");
    assert_eq!(photos.photos_for_upc("one", upc).await.expect("read"), earlier);
}

/// Earlier versions recorded an array of copy, name and place.
#[tokio::test]
async fn an_edit_of_an_earlier_version_can_be_undone() {
    let dir = tempfile::tempdir().expect("a directory");
    let upc: Upc = UPC.parse().expect("a UPC");
    let photos = PhotoStore::open(&StoreLocation::in_folder(dir.path())).await.expect("photos");
    for (name, position) in [("a.jpg", 2), ("b.jpg", 1), ("c.jpg", 3)] {
        photos.save_photo("one", upc, &photo(name, position, name, None)).await.expect("saved");
    }
    let options = SqliteConnectOptions::new().filename(dir.path().join("photos.db"));
    let insert = r#"INSERT INTO photo_edits VALUES ('one', '0720642442524', 1, '[[1,"a.jpg",1],[1,"b.jpg",2]]')"#;
    sqlx::raw_sql(insert).execute(&mut options.connect().await.expect("connects")).await.expect("inserted");
    let edit = photos.newest_edit("one", Some(upc)).await.expect("read").expect("an edit");
    photos.undo_edit("one", &edit).await.expect("undone");
    let restored = [photo("a.jpg", 1, "a.jpg", None), photo("b.jpg", 2, "b.jpg", None)];
    assert_eq!(photos.photos_for_upc("one", upc).await.expect("read"), restored);
}

/// A crash or an error while photos are arranged leaves their earlier order.
#[tokio::test]
async fn all_photos_of_an_item_are_arranged_at_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let upc: Upc = UPC.parse().expect("a UPC");
    let photos = PhotoStore::open(&StoreLocation::in_folder(dir.path())).await.expect("photos");
    for (name, position) in [("a.jpg", 1), ("b.jpg", 2)] {
        photos.save_photo("one", upc, &photo(name, position, name, None)).await.expect("saved");
    }
    let before = photos.photos_for_upc("one", upc).await.expect("read");
    let options = SqliteConnectOptions::new().filename(dir.path().join("photos.db"));
    let trigger = "CREATE TRIGGER refuse BEFORE UPDATE ON photos WHEN NEW.name = 'b.jpg'
        BEGIN SELECT RAISE(ABORT, 'refused'); END";
    sqlx::raw_sql(trigger).execute(&mut options.connect().await.expect("connects")).await.expect("created");
    photos.arrange_photos("one", upc, before.clone(), &["b.jpg"]).await.expect_err("the second row is refused");
    assert_eq!(photos.photos_for_upc("one", upc).await.expect("read"), before);
}

const UPC: &str = "720642442524";

/// Damaged photo and upload records do not stop Draft Maker: the damaged file is kept next to a new one.
#[tokio::test]
async fn a_damaged_file_of_photos_or_uploads_is_moved_aside() {
    for damage in ["not a database, and long enough to be read as one. ".repeat(200).into_bytes(), vec![0; 8192]] {
        let dir = tempfile::tempdir().expect("a directory");
        let location = StoreLocation::in_folder(dir.path());
        for name in ["photos.db", "result_uploads.db"] {
            std::fs::write(dir.path().join(name), &damage).expect("written");
        }
        let upc: Upc = UPC.parse().expect("a UPC");
        let photos = PhotoStore::open(&location).await.expect("photos");
        photos.save_photo("one", upc, &photo("a.jpg", 1, "A", None)).await.expect("saved");
        assert_eq!(photos.photos_for_upc("one", upc).await.expect("read").len(), 1);
        let uploads = ResultUploads::open(&location).await.expect("uploads");
        assert_eq!(uploads.unfinished_jobs().await.expect("read"), []);
        for name in ["photos.db.damaged", "result_uploads.db.damaged"] {
            assert_eq!(std::fs::read(dir.path().join(name)).expect(name), damage, "{name}: kept as it was");
        }
    }
}

/// A reader leaves the folder unchanged, even if SQLite cannot create files in it, as on a read-only disk.
#[tokio::test]
async fn photos_are_read_without_a_change_of_the_folder() {
    let dir = tempfile::tempdir().expect("a directory");
    let (location, upc) = (StoreLocation::in_folder(dir.path()), UPC.parse::<Upc>().expect("a UPC"));
    let file = dir.path().join("photos.db");
    let count = async || {
        let photos = PhotoStore::open_read_only(&location).await.expect("opens");
        photos.photos_for_upc("one", upc).await.expect("read").len()
    };
    assert_eq!((count().await, file.exists()), (0, false), "nothing is created");
    std::fs::write(&file, "not a database, and long enough to be read as one. ".repeat(200)).expect("written");
    assert_eq!((count().await, dir.path().join("photos.db.damaged").exists()), (0, false), "nothing is moved");
    std::fs::remove_file(&file).expect("removed");

    let photos = PhotoStore::open(&location).await.expect("opens");
    photos.save_photo("one", upc, &photo("a.jpg", 1, "A", None)).await.expect("saved");
    assert_eq!(count().await, 1, "beside a process that writes");
    let mut connection = SqliteConnectOptions::new().filename(&file).connect().await.expect("connects");
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.expect("written to the file");
    let other = tempfile::tempdir().expect("a directory");
    std::fs::copy(&file, other.path().join("photos.db")).expect("copied");
    // A folder with the name of a file that SQLite would create.
    std::fs::create_dir(other.path().join("photos.db-shm")).expect("created");
    let photos = PhotoStore::open_read_only(&StoreLocation::in_folder(other.path())).await.expect("opens");
    assert_eq!(photos.photos_for_upc("one", upc).await.expect("read").len(), 1);
}

/// Another machine with an empty folder reads the same responses, counts and photos.
#[tokio::test]
async fn an_empty_folder_finds_all_in_the_database() {
    let Some(store) = TestStore::in_postgres() else { return };
    let key = CacheKey::new(Provider::from_static("deezer"), "upc:720642442524");
    let upc: Upc = "720642442524".parse().expect("a UPC");
    let first = store.location();
    let cache = ResponseCache::open(&first).await.expect("a cache");
    cache.put_many(&[(key.clone(), Some(serde_json::json!("x")))], Timestamp::now()).await.expect("stored");
    QuotaStore::open(&first, "app").await.expect("opens").add_calls("browse", 5).await.expect("counted");
    let photos = PhotoStore::open(&first).await.expect("opens");
    photos.save_photo("one", upc, &photo("a.jpg", 1, "A", None)).await.expect("saved");

    let other = store.location().with_folder(store.dir().join("another"));
    let cache = ResponseCache::open(&other).await.expect("a cache");
    assert!(cache.get_many(std::slice::from_ref(&key)).await.expect("responses").contains_key(&key));
    let quota = QuotaStore::open(&other, "app").await.expect("opens");
    assert_eq!(quota.counts("browse", Timestamp::now()).await.expect("counts").used, 5);
    let photos = PhotoStore::open(&other).await.expect("opens");
    assert_eq!(photos.photos_for_upc("one", upc).await.expect("read").len(), 1);
    assert!(!store.dir().join("another").exists(), "nothing is kept on this machine");
    assert!(!store.dir().join("answers.db").exists());
}

/// A server restart is waited for, and no request is repeated because of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_waited_for() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    let key = CacheKey::new(Provider::from_static("deezer"), "upc:720642442524");
    let cache = ResponseCache::open(store.location()).await.expect("a cache");
    cache.put_many(&[(key.clone(), None)], Timestamp::now()).await.expect("stored");
    store.server().expect("a server").stop();
    let reading = tokio::spawn({
        let (cache, key) = (cache.clone(), key.clone());
        async move { cache.get_many(&[key]).await }
    });
    store.server().expect("a server").restart();
    let found = reading.await.expect("no panic").expect("responses");
    assert!(found.contains_key(&key));
}
