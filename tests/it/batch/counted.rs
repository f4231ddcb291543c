//! What the services were asked: many UPCs a request, nothing above a limit, nothing twice.

use draft_maker::sandbox::Options;

use super::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_carries_many_upcs() {
    let shop = Shop::with_synthetic(200).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let searches = shop.sandbox.counts()["musicbrainz"].paths["/musicbrainz/ws/*/release"];
    assert!(searches <= 8, "{searches} searches for 200 UPCs");
    assert_eq!(shop.repeated(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_limit_is_ever_exceeded() {
    // Faster than this, what a busy machine delays would look like haste.
    const FASTER: f64 = 5.0;
    let shop = Shop::with(Options { limits: true, speed: FASTER, extra: 22, ..Options::default() }).await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    for service in ["MUSICBRAINZ", "DISCOGS"] {
        let name = format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE");
        program.env(name, (60.0 * FASTER).to_string());
    }
    let status = program.stdout(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    for (service, count) in shop.sandbox.counts() {
        assert_eq!(count.refused, 0, "{service} refused of {}", count.requests);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_discogs_is_found_by_the_links_of_musicbrainz() {
    let shop = Shop::open().await;
    let mut program = shop.program(&["lookup", "093624896326"]);
    let ran = super::shop::ran(&program.env_remove("DISCOGS_PERSONAL_ACCESS_TOKEN").output().unwrap());
    assert!(ran.out.contains("Collision Course"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("DISCOGS_PERSONAL_ACCESS_TOKEN"), "it says what a key would add: {}", ran.out);
    let asked = shop.sandbox.counts()["discogs"].paths.clone();
    assert!(asked.keys().all(|path| !path.contains("search")), "{asked:?}");
}
