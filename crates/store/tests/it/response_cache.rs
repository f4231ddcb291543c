//! The response cache in a real SQLite file.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use domain::provider::Provider;
use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use store::location::StoreLocation;
use store::response_cache::{CacheKey, ResponseCache, ResponseCacheError};
use testing::each_store;
use testing::postgres::TestStore;

const DEEZER: Provider = Provider::from_static("deezer");
const DISCOGS: Provider = Provider::from_static("discogs");

fn key(provider: Provider, text: &str) -> CacheKey {
    CacheKey::new(provider, text)
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Opens the file like another process.
async fn opened(dir: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(dir.join("answers.db")).connect().await.expect("the file")
}

async fn execute(dir: &Path, sql: &'static str) {
    let mut file = opened(dir).await;
    sqlx::query(sql).execute(&mut file).await.expect("the statement");
    file.close().await.expect("closed");
}

each_store!(
    found_and_not_found_are_cached_with_their_age,
    expired_responses_are_deleted_for_one_provider,
    null_that_was_found_is_not_the_same_as_not_found,
    thousands_are_read_at_once_and_survive_the_process,
);

async fn found_and_not_found_are_cached_with_their_age(store: TestStore) {
    let cache = ResponseCache::open(store.location()).await.expect("a cache");
    let (known, unknown) = (key(DEEZER, "upc:724384260958"), key(DEEZER, "upc:0000000000017"));
    let (then, later) = (at("2024-03-18T14:30:22.123456789Z"), at("2024-03-19T00:00:00Z"));
    let stored = [(known.clone(), Some(json!({"title": "Moon Safari", "id": 7}))), (unknown.clone(), None)];
    cache.put_many(&stored, then).await.expect("stored");
    let never = key(DISCOGS, "upc:724384260958");
    let found = cache.get_many(&[known.clone(), unknown.clone(), never.clone()]).await.expect("responses");
    assert_eq!(found[&known].value, Some(json!({"title": "Moon Safari", "id": 7})));
    assert_eq!(found[&known].fetched_at, then);
    assert_eq!((found[&unknown].value.as_ref(), found[&unknown].fetched_at), (None, then));
    assert!(!found.contains_key(&never), "another provider has no such response");
    cache.put_many(&[(known.clone(), None)], later).await.expect("stored");
    let found = cache.get_many(std::slice::from_ref(&known)).await.expect("responses");
    assert_eq!((found[&known].value.as_ref(), found[&known].fetched_at), (None, later));
}

#[tokio::test]
async fn values_are_returned_if_they_are_fresh_and_of_the_wanted_type() {
    let cache = ResponseCache::open_in_memory().await.expect("a cache");
    let [found, not_found, other_type] = ["a", "b", "c"].map(|text| key(DEEZER, text));
    cache.put_values([(found.clone(), Some(7)), (not_found.clone(), None)]).await;
    cache.put_values([(other_type.clone(), Some("of an earlier version"))]).await;
    let keys = [found.clone(), not_found.clone(), other_type];
    let values = cache.get_fresh::<u32>(&keys, |_| true).await;
    assert_eq!(values, HashMap::from([(found.clone(), Some(7)), (not_found, None)]));
    let values = cache.get_fresh::<u32>(&keys, |response| response.value == Some(json!(7))).await;
    assert_eq!(values, HashMap::from([(found, Some(7))]));
}

async fn expired_responses_are_deleted_for_one_provider(store: TestStore) {
    let cache = ResponseCache::open(store.location()).await.expect("a cache");
    let old = at("2024-03-18T10:00:00.5Z");
    let keys = [key(DISCOGS, "found"), key(DISCOGS, "not found"), key(DEEZER, "found")];
    let stored = [(keys[0].clone(), Some(json!(1))), (keys[1].clone(), None), (keys[2].clone(), Some(json!(1)))];
    let left = async |found_since: &str, not_found_since: &str| {
        cache.put_many(&stored, old).await.expect("stored");
        cache.purge_expired(&DISCOGS, at(found_since), at(not_found_since)).await.expect("forgotten");
        let left = cache.get_many(&keys).await.expect("responses");
        keys.iter().map(|key| left.contains_key(key)).collect::<Vec<_>>()
    };
    let (before, after) = ("2024-03-18T10:00:00Z", "2024-03-18T10:00:01Z");
    assert_eq!(left(before, before).await, [true, true, true]);
    assert_eq!(left(after, before).await, [false, true, true]);
    assert_eq!(left(before, after).await, [true, false, true]);
    assert_eq!(left(after, after).await, [false, false, true]);
}

async fn null_that_was_found_is_not_the_same_as_not_found(store: TestStore) {
    let cache = ResponseCache::open(store.location()).await.expect("a cache");
    let wanted = key(DEEZER, "x");
    cache.put_many(&[(wanted.clone(), Some(json!(null)))], at("2024-03-18T14:30:22Z")).await.expect("stored");
    assert_eq!(
        cache.get_many(std::slice::from_ref(&wanted)).await.expect("responses")[&wanted].value,
        Some(json!(null))
    );
}

async fn thousands_are_read_at_once_and_survive_the_process(store: TestStore) {
    let location = store.location().with_folder(store.dir().join("data/of/mine"));
    let all: Vec<CacheKey> =
        (0..40_000).map(|n| key(if n % 2 == 0 { DEEZER } else { DISCOGS }, &format!("upc:{n}' OR 1=1 --"))).collect();
    let stored: Vec<_> = all.iter().map(|key| (key.clone(), Some(json!(key.text)))).collect();
    let cache = ResponseCache::open(&location).await.expect("a cache");
    cache.put_many(&stored, at("2024-03-18T14:30:22Z")).await.expect("stored");
    drop(cache);
    let cache = ResponseCache::open(&location).await.expect("a cache");
    let found = cache.get_many(&all).await.expect("responses");
    assert_eq!(found.len(), all.len());
    assert!(all.iter().all(|key| found[key].value == Some(json!(key.text))));
    assert!(cache.get_many(&[]).await.expect("responses").is_empty());
}

#[tokio::test]
async fn clones_write_and_read_at_the_same_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let cache = ResponseCache::open(dir.path()).await.expect("a cache");
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let (cache, wanted) = (cache.clone(), key(DEEZER, &format!("upc:{n}")));
            tokio::spawn(async move {
                cache.put_many(&[(wanted.clone(), Some(json!(n)))], Timestamp::now()).await?;
                cache.get_many(&[wanted]).await
            })
        })
        .collect();
    for task in futures::future::join_all(tasks).await {
        assert_eq!(task.expect("task").expect("no error").len(), 1);
    }
}

#[tokio::test]
async fn stored_responses_are_visible_to_another_reader() {
    let dir = tempfile::tempdir().expect("a directory");
    let cache = ResponseCache::open(dir.path()).await.expect("a cache");
    cache.put_many(&[(key(DEEZER, "a"), None)], Timestamp::now()).await.expect("stored");
    let mut file = opened(dir.path()).await;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut file).await.expect("a mode");
    assert_eq!(mode, "wal");
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM answers").fetch_one(&mut file).await.expect("a number");
    assert_eq!(rows, 1, "another reader sees it as soon as put_many returns");
}

#[tokio::test]
async fn responses_of_another_format_or_unreadable_ones_count_as_missing() {
    let dir = tempfile::tempdir().expect("a directory");
    let (old, broken, good) = (key(DEEZER, "old"), key(DEEZER, "broken"), key(DEEZER, "good"));
    let cache = ResponseCache::open(dir.path()).await.expect("a cache");
    let stored = [&old, &broken, &good].map(|key| (key.clone(), Some(json!(1))));
    cache.put_many(&stored, Timestamp::now()).await.expect("stored");
    execute(dir.path(), "UPDATE answers SET form = form - 1 WHERE question = 'old'").await;
    execute(dir.path(), "UPDATE answers SET found = '{\"cut' WHERE question = 'broken'").await;
    let all = [old.clone(), broken, good.clone()];
    let found = cache.get_many(&all).await.expect("responses");
    assert_eq!(found.keys().collect::<Vec<_>>(), [&good]);
    cache.put_many(&[(old.clone(), None)], Timestamp::now()).await.expect("stored again");
    assert!(cache.get_many(&all).await.expect("responses").contains_key(&old));
}

/// Damages a file.
type DamageFile = fn(&Path);

/// Each kind of damage that can occur before the file is opened.
#[tokio::test]
async fn a_damaged_file_is_moved_aside_on_opening() {
    let ways: [(&str, DamageFile); 4] = [
        ("text", |file| fs::write(file, "not a database at all, but long enough. ".repeat(200)).expect("written")),
        ("zeros", |file| fs::write(file, [0_u8; 8192]).expect("written")),
        ("a damaged schema", |file| fill(file, 100, 4096)),
        ("a short rest", |file| fs::write(file, &fs::read(file).expect("a file")[..5000]).expect("written")),
    ];
    for (way, damage) in ways {
        let dir = tempfile::tempdir().expect("a directory");
        let all = store_many(dir.path()).await;
        damage(&dir.path().join("answers.db"));
        let before = fs::read(dir.path().join("answers.db")).expect("a file");
        let cache = ResponseCache::open(dir.path()).await.unwrap_or_else(|error| panic!("{way}: {error}"));
        assert!(cache.get_many(&all).await.expect(way).len() < all.len(), "{way}");
        cache.put_many(&[(all[0].clone(), Some(json!(1)))], Timestamp::now()).await.expect(way);
        assert_eq!(cache.get_many(&all[..1]).await.expect(way).len(), 1, "{way}");
        assert_eq!(fs::read(dir.path().join("answers.db.damaged")).expect(way), before, "{way}: kept as it was");
    }
}

/// The first pages are intact, so a read or a write finds the damage while other callers use the cache.
#[tokio::test]
async fn a_damaged_page_is_handled_while_the_cache_is_in_use() {
    let dir = tempfile::tempdir().expect("a directory");
    let all = store_many(dir.path()).await;
    fill(&dir.path().join("answers.db"), 2 * 4096, usize::MAX);
    let cache = ResponseCache::open(dir.path()).await.expect("the first pages are whole");
    let readers = (0..8).map(|_| cache.get_many(&all));
    for found in futures::future::join_all(readers).await {
        found.expect("the file is replaced");
    }
    let entry = [(all[7].clone(), None)];
    cache.put_many(&entry, Timestamp::now()).await.expect("stored in the new file");
    drop(cache);
    let cache = ResponseCache::open(dir.path()).await.expect("the new file opens");
    assert_eq!(cache.get_many(&all).await.expect("responses").len(), 1);
    assert!(dir.path().join("answers.db.damaged").exists());
}

#[tokio::test]
async fn damaged_call_counts_start_again_at_zero() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("ebay.db"), "0123456789".repeat(1000)).expect("written");
    let quota = store::quota::QuotaStore::open(dir.path(), "app").await.expect("opens");
    quota.add_calls("browse", 3).await.expect("counted");
    assert_eq!(quota.counts("browse", Timestamp::now()).await.expect("counts").used, 3);
    assert!(dir.path().join("ebay.db.damaged").exists());
}

/// Stores 2,000 responses and closes the file.
async fn store_many(dir: &Path) -> Vec<CacheKey> {
    let all: Vec<CacheKey> = (0..2000).map(|n| key(DEEZER, &format!("upc:{n}"))).collect();
    let stored: Vec<_> = all.iter().map(|key| (key.clone(), Some(json!("x".repeat(100))))).collect();
    let cache = ResponseCache::open(dir).await.expect("a cache");
    cache.put_many(&stored, Timestamp::now()).await.expect("stored");
    cache.close().await;
    assert!(!dir.join("answers.db-wal").exists(), "the last connection has written everything back");
    all
}

/// Overwrites the bytes from `from` to `to`, or to the end.
fn fill(file: &Path, from: usize, to: usize) {
    let mut bytes = fs::read(file).expect("the file");
    let to = to.min(bytes.len());
    bytes[from..to].fill(0xa5);
    fs::write(file, bytes).expect("written");
}

#[tokio::test]
async fn a_file_of_a_later_version_is_unchanged() {
    let dir = tempfile::tempdir().expect("a directory");
    drop(ResponseCache::open(dir.path()).await.expect("a cache"));
    execute(dir.path(), "PRAGMA user_version = 99").await;
    let error = ResponseCache::open(dir.path()).await.expect_err("later");
    assert!(matches!(error, ResponseCacheError::SchemaTooNew { .. }), "{error:?}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_created_is_reported() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("occupied");
    fs::write(&file, "").expect("written");
    let error = ResponseCache::open(&file.join("data")).await.expect_err("a file is no directory");
    assert!(error.to_string().contains("occupied"), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_reported() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir(dir.path().join("answers.db")).expect("a directory in its place");
    let error = ResponseCache::open(dir.path()).await.expect_err("not a file");
    assert!(matches!(error, ResponseCacheError::PermissionDenied { .. }), "{error:?}");
}

/// Processes that start together create the file at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_processes_create_the_file_together() {
    for _ in 0..100 {
        let dir = tempfile::tempdir().unwrap();
        let location = StoreLocation::in_folder(dir.path());
        let opens = (0..8).map(|_| {
            let location = location.clone();
            tokio::spawn(async move { ResponseCache::open(&location).await.map(drop) })
        });
        for opened in futures::future::join_all(opens).await {
            opened.unwrap().unwrap();
        }
    }
}
