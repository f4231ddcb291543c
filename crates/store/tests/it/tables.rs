//! Counts of calls and photos, on both databases.

use domain::upc::Upc;
use jiff::{Timestamp, ToSpan};
use store::photo_store::{HostedPhoto, PhotoPlace, PhotoStore};
use store::quota::QuotaStore;
use store::response_cache::{CacheKey, ResponseCache};
use testing::each_store;
use testing::postgres::TestStore;

use domain::provider::Provider;

each_store!(calls_are_counted, a_pause_doubles_once_for_all, photos_stay_in_order_for_each_seller);

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
    quota.mark_recovered("browse").await.expect("recovered");
    assert_eq!((counts().await.is_in_doubt, counts().await.paused_until), (false, None));
    let soon = Timestamp::now() + 2.seconds();
    quota.pause_calls("browse", soon).await.expect("paused");
    let paused_until = quota.counts("browse", soon - 1.second()).await.expect("counts").paused_until.expect("a pause");
    assert_eq!(paused_until.as_millisecond(), soon.as_millisecond());
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

/// Another machine with an empty folder has the same answers, counts and photos.
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

/// A server that restarts is waited for, and nothing is asked for twice because of it.
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
