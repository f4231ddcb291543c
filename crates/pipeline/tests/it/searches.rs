//! Barcode searches: shared requests, shared results, and a panic during a search.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::condition::Condition;
use domain::event::JobEvent;
use domain::job_spec::InputItem;
use domain::matching::Match;
use domain::pricing::{Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::seller_data::{ItemField, SellerData};
use domain::upc::Upc;
use futures::future::BoxFuture;
use futures::future::join_all;
use jiff::Timestamp;
use parking_lot::Mutex;
use pipeline::credential_check::CredentialCheck;
use pipeline::{JobRunner, ProviderGateway};
use providers::{CacheTtl, ConnectedProvider, DISCOGS, MUSICBRAINZ, PriceGuide, ProviderError, ReleaseCatalog};
use store::response_cache::ResponseCache;

use testing::events::open_journal;
use tokio_util::sync::CancellationToken;

use crate::setup::{DEEZER, connect, gateway_to, pipeline_of};

/// A catalog without releases that accepts ten UPCs per request and records its requests.
#[derive(Default)]
struct EmptyCatalog {
    requests: Mutex<Vec<Vec<Upc>>>,
    panics_next: AtomicBool,
}

impl ReleaseCatalog for EmptyCatalog {
    fn provider(&self) -> Provider {
        DEEZER
    }

    fn batch_size(&self) -> usize {
        10
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::from_hours(1), not_found: Duration::from_hours(1) }
    }

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            self.requests.lock().push(upcs.to_vec());
            assert!(!self.panics_next.swap(false, Ordering::Relaxed), "this search panics on purpose");
            Ok(HashMap::new())
        })
    }

    fn fetch_release<'a>(
        &'a self,
        _id: &'a ReleaseId,
    ) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }
}

pub(crate) fn upcs() -> [Upc; 3] {
    ["602547202222", "724349691704", "093624993629"].map(|digits| digits.parse().unwrap())
}

#[tokio::test]
async fn concurrent_searches_share_one_request_per_upc() {
    let catalog = Arc::new(EmptyCatalog::default());
    let gateway = gateway_to(Some(catalog.clone()), None).await;
    let [first, second, _] = upcs();
    let found = join_all([first, second, first].map(|upc| gateway.search_upc(upc, None))).await;
    assert!(found.iter().flatten().all(|(provider, found)| *provider == DEEZER && found.is_ok()));
    assert_eq!(*catalog.requests.lock(), [[first, second]]);
    gateway.search_upc(first, None).await;
    assert_eq!(catalog.requests.lock().len(), 1, "the result is cached");
}

#[tokio::test]
async fn a_search_that_panics_fails_its_callers_but_not_later_ones() {
    let catalog = Arc::new(EmptyCatalog::default());
    let gateway = gateway_to(Some(catalog.clone()), None).await;
    let [first, second, _] = upcs();
    catalog.panics_next.store(true, Ordering::Relaxed);
    let both = join_all([first, second, first].map(|upc| gateway.search_upc(upc, None)));
    let failed = tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
    assert!(failed.iter().flatten().all(|(_, found)| matches!(found, Err(ProviderError::Aborted { .. }))));
    let later = tokio::time::timeout(Duration::from_secs(10), gateway.search_upc(first, None)).await.unwrap();
    assert!(later.iter().all(|(_, found)| found.is_ok()));
    assert_eq!(*catalog.requests.lock(), [vec![first, second], vec![first]]);
}

/// A catalog with an offline copy. All releases have the UPC that is searched.
struct CopiedCatalog {
    provider: Provider,
    copy: Vec<ProviderRelease>,
    service: Vec<ProviderRelease>,
    /// The texts for which the service does not answer: those that contain this one.
    fails_for: Option<&'static str>,
    requests: AtomicUsize,
}

impl ReleaseCatalog for CopiedCatalog {
    fn provider(&self) -> Provider {
        self.provider.clone()
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::from_hours(1), not_found: Duration::from_hours(1) }
    }

    fn has_copy(&self) -> bool {
        true
    }

    fn search_copy<'a>(&'a self, upcs: &'a [Upc]) -> BoxFuture<'a, HashMap<Upc, Vec<ProviderRelease>>> {
        let known = if self.copy.is_empty() { &[][..] } else { upcs };
        Box::pin(async move { known.iter().map(|upc| (*upc, self.copy.clone())).collect() })
    }

    fn search_upcs<'a>(
        &'a self,
        upcs: &'a [Upc],
    ) -> BoxFuture<'a, Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>> {
        Box::pin(async move {
            self.requests.fetch_add(1, Ordering::Relaxed);
            Ok(upcs.iter().map(|upc| (*upc, self.service.clone())).collect())
        })
    }

    fn find_in_copy<'a>(&'a self, text: &'a str, _limit: usize) -> BoxFuture<'a, Vec<ProviderRelease>> {
        Box::pin(async move { self.copy.iter().filter(|release| answers(release, text)).cloned().collect() })
    }

    fn find_releases<'a>(
        &'a self,
        text: &'a str,
        _limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ProviderRelease>, ProviderError>> {
        Box::pin(async move {
            if self.fails_for.is_some_and(|part| text.contains(part)) {
                return Err(ProviderError::Aborted { provider: self.provider() });
            }
            Ok(self.service.iter().filter(|release| answers(release, text)).cloned().collect())
        })
    }

    fn fetch_release<'a>(
        &'a self,
        _id: &'a ReleaseId,
    ) -> BoxFuture<'a, Result<Option<ProviderRelease>, ProviderError>> {
        Box::pin(async move { Ok(None) })
    }
}

/// Returns true if the text is the title or the catalog number of the release.
fn answers(release: &ProviderRelease, text: &str) -> bool {
    let numbers = release.labels.iter().filter_map(|label| label.catalog_number.as_deref());
    numbers.chain(release.title.as_deref()).any(|known| text.ends_with(known))
}

/// Searches a UPC that only the MusicBrainz dump has. Returns the found IDs and the number of requests to each service.
async fn search_with_dumps(musicbrainz: &str, needs_discogs_ids: bool) -> (Vec<String>, [usize; 2]) {
    let catalog = |provider: Provider, copy: &[&str], service: &[&str]| {
        let (copy, service) = (testing::verdicts::parse_releases(copy), testing::verdicts::parse_releases(service));
        Arc::new(CopiedCatalog { provider, copy, service, fails_for: None, requests: AtomicUsize::new(0) })
    };
    let musicbrainz = catalog(MUSICBRAINZ, &[musicbrainz], &["musicbrainz:b | Nirvana | Nevermind"]);
    let discogs = catalog(DISCOGS, &[], &["discogs:7 | Nirvana | Nevermind"]);
    let catalogs = [musicbrainz.clone(), discogs.clone()];
    let connected = catalogs.map(|catalog| ConnectedProvider { catalog: Some(catalog), ..connect(None, None) });
    let gateway = ProviderGateway::new(connected.into(), ResponseCache::open_in_memory().await.unwrap());
    let results = gateway.with_discogs_ids(needs_discogs_ids).search_upc(testing::verdicts::upc(), None).await;
    let ids = results.into_iter().flat_map(|(_, found)| found.unwrap()).map(|release| release.id.to_string());
    (ids.collect(), [&musicbrainz, &discogs].map(|catalog| catalog.requests.load(Ordering::Relaxed)))
}

/// A release without its ID at Discogs has no price of Discogs.
#[tokio::test]
async fn discogs_is_searched_if_only_another_dump_has_the_upc_and_its_prices_are_wanted() {
    let unlinked = "musicbrainz:a | Nirvana | Nevermind";
    assert_eq!(search_with_dumps(unlinked, true).await, (vec!["musicbrainz:a".into(), "discogs:7".into()], [0, 1]));
    assert_eq!(search_with_dumps(unlinked, false).await, (vec!["musicbrainz:a".into()], [0, 0]));
    let linked = "musicbrainz:a | Nirvana | Nevermind | CD | US | - | - | 12 | to discogs:7";
    assert_eq!(search_with_dumps(linked, true).await, (vec!["musicbrainz:a".into()], [0, 0]));
}

/// A price guide of Discogs that answers, or refuses as for an account without seller settings.
struct ScriptedGuide {
    refuses: bool,
    requests: AtomicUsize,
}

impl PriceGuide for ScriptedGuide {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    fn cache_ttl(&self) -> CacheTtl {
        CacheTtl { found: Duration::from_hours(1), not_found: Duration::from_hours(1) }
    }

    fn sample_kind(&self) -> SampleKind {
        SampleKind::Suggested
    }

    fn priced_id<'a>(&self, release: &'a Release) -> Option<&'a ReleaseId> {
        release.id_for_provider(&DISCOGS)
    }

    fn fetch_samples<'a>(
        &'a self,
        _release: &'a Release,
        _condition: Option<Condition>,
    ) -> BoxFuture<'a, Result<Option<Vec<Sample>>, ProviderError>> {
        Box::pin(async move {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let refused = ProviderError::Refused { provider: DISCOGS, message: "no seller settings".to_owned() };
            if self.refuses { Err(refused) } else { Ok(None) }
        })
    }
}

/// The price of an item in the offline catalog is a request that it needs. A refused price says nothing about the key.
#[tokio::test]
async fn a_key_is_checked_with_the_price_of_an_item_or_with_a_search() {
    for refuses in [false, true] {
        let copy = testing::verdicts::parse_releases(&["discogs:7 | Nirvana | Nevermind"]);
        let (fails_for, requests) = (None, AtomicUsize::new(0));
        let catalog = Arc::new(CopiedCatalog { provider: DISCOGS, copy, service: Vec::new(), fails_for, requests });
        let guide = Arc::new(ScriptedGuide { refuses, requests: AtomicUsize::new(0) });
        let gateway = gateway_to(Some(catalog.clone()), Some(guide.clone())).await.with_discogs_ids(true);
        let check = CredentialCheck::new(vec![(DISCOGS, "A_KEY")], None);
        let gateway = Arc::new(gateway);
        check.check(&gateway, None, &upcs()).await.unwrap();
        check.check(&gateway, None, &upcs()).await.unwrap();
        let sent = [&guide.requests, &catalog.requests].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(sent, [1, usize::from(refuses)], "prices and searches; the second check sends nothing");
    }
}

/// Runs a job with one row that has no barcode, and returns the reason for its review and its candidates: IDs, scores
/// and first reasons.
async fn review_row(row: SellerData, catalog: CopiedCatalog) -> (String, Vec<(String, f32, String)>) {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = journal.create_job(testing::events::job_spec(), Timestamp::now()).await.unwrap();
    let upc = row.substitute_code().unwrap();
    let item = InputItem { upc, seller: Some(Box::new(row)), ..testing::events::input_item(1) };
    let read = vec![JobEvent::ItemsAdded { items: vec![item] }, JobEvent::InputClosed];
    journal.append_events(&job, read).await.unwrap();
    let (pipeline, _) = pipeline_of(&journal, &job).await;
    let mut pipeline = Arc::into_inner(pipeline).unwrap();
    pipeline.gateway = Arc::new(gateway_to(Some(Arc::new(catalog)), None).await);
    JobRunner::new(Arc::new(pipeline), 1).run(&CancellationToken::new()).await.unwrap();
    let details = journal.item_details(&job, &[upc]).await.unwrap().pop().unwrap();
    let candidates = details.verdict.iter().flat_map(|verdict| verdict.candidates());
    let candidate = |one: &Match| (one.release.ids[0].to_string(), one.score, one.reasons[0].description.clone());
    (details.outcome.unwrap().error.unwrap(), candidates.map(candidate).collect())
}

fn catalog(copy: &[&str], service: &[&str]) -> CopiedCatalog {
    let mut copy = testing::verdicts::parse_releases(copy);
    for release in &mut copy {
        release.snapshot = Some("discogs dump 2026-10".to_owned());
    }
    let service = testing::verdicts::parse_releases(service);
    CopiedCatalog { provider: DISCOGS, copy, service, fails_for: None, requests: AtomicUsize::new(0) }
}

fn row(artist: &str, title: &str, number: &str) -> SellerData {
    let mut row = SellerData::default();
    for (field, text) in [(ItemField::Artist, artist), (ItemField::Title, title), (ItemField::CatalogNumber, number)] {
        row.set_field(field, text).unwrap();
    }
    row
}

const CD: &str = "discogs:1 | Helloween | United Alive In Madrid | CD | DE | 2019 | Nuclear Blast / 4902 | 20";
const LP: &str = "discogs:2 | Helloween | United Alive In Madrid | LP | DE | 2019 | - | 20 | no barcode";

/// The offline catalog has only releases with a barcode, so the record of the row may be one that it lacks.
#[tokio::test]
async fn a_row_finds_releases_without_a_barcode_although_the_offline_catalog_has_others() {
    let helloween = || row("Helloween", "United Alive In Madrid", "");
    let (reason, found) = review_row(helloween(), catalog(&[CD], &[CD, LP])).await;
    let ids = found.iter().map(|(id, ..)| id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["discogs:1", "discogs:2"], "{reason}");
    assert!(reason.ends_with("Your list says \"Helloween United Alive In Madrid\""), "{reason}");
    let (reason, found) = review_row(helloween(), CopiedCatalog { fails_for: Some(""), ..catalog(&[CD], &[]) }).await;
    assert_eq!(found.len(), 1);
    assert!(reason.contains("only the offline catalog was searched") && !reason.contains("was found"), "{reason}");
}

/// A catalog number such as HQ CD 95 belongs to several labels.
#[tokio::test]
async fn a_row_whose_catalog_number_is_of_another_release_is_searched_by_its_names() {
    let cugat = "discogs:3 | Xavier Cugat | Mambo | CD | US | 1995 | Harmony / HQ CD 95 | 12";
    let nevermind = "discogs:4 | Nirvana | Nevermind | CD | US | 1991 | DGC / DGCD-24425 | 12";
    let nirvana = || row("Nirvana", "Nevermind", "HQ CD 95");
    let (_, found) = review_row(nirvana(), catalog(&[], &[cugat, nevermind])).await;
    let ids = found.iter().map(|(id, ..)| id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["discogs:4", "discogs:3"], "the names agree with the first");
    let (reason, found) = review_row(nirvana(), catalog(&[], &[cugat])).await;
    assert!(reason.contains("artist and title are not those in your list"), "{reason}");
    assert!(reason.ends_with("Your list says \"HQ CD 95, Nirvana Nevermind\""), "{reason}");
    assert!(found[0].1 < 0.7 && found[0].2 == "artist and title are not those in your list", "{found:?}");
}

/// The catalog number gets no answer, the names do: the release may be the one with the number.
#[tokio::test]
async fn a_row_is_not_unknown_if_one_of_its_searches_failed() {
    let service = CopiedCatalog { fails_for: Some("HQ CD 95"), ..catalog(&[], &[]) };
    let (reason, found) = review_row(row("Nirvana", "Nevermind", "HQ CD 95"), service).await;
    assert!(found.is_empty() && reason.contains("no connection to Discogs"), "{reason}");
}

/// A cached response says nothing about a service that is down.
#[tokio::test]
async fn a_cached_response_does_not_end_an_outage() {
    let catalog = Arc::new(EmptyCatalog::default());
    let cache = ResponseCache::open_in_memory().await.unwrap();
    let gateway =
        |catalog: &Arc<EmptyCatalog>| ProviderGateway::new(vec![connect(Some(catalog.clone()), None)], cache.clone());
    let first = gateway(&catalog);
    first.search_upc(upcs()[0], None).await;
    assert!(first.has_reached_provider());
    let second = gateway(&catalog);
    second.search_upc(upcs()[0], None).await;
    assert_eq!(catalog.requests.lock().len(), 1, "the second answer is cached");
    assert!(!second.has_reached_provider());
}
