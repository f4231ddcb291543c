//! What the services were asked: many UPCs a request, nothing above a limit, nothing twice.

use sandbox::SandboxOptions;

use super::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_carries_many_upcs() {
    let shop = Shop::with_synthetic(200).await;
    let ran = shop.run(&["run", shop.synthetic_list()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let searches = shop.sandbox.request_counts()["musicbrainz"].paths["/musicbrainz/ws/*/release"];
    assert!(searches <= 12, "{searches} searches for 200 UPCs");
    assert_eq!(shop.repeated(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_limit_is_ever_exceeded() {
    // Faster than this, what a busy machine delays would look like haste.
    const FASTER: f64 = 5.0;
    let shop = Shop::with(SandboxOptions {
        enforce_limits: true,
        speed: FASTER,
        synthetic_releases: 22,
        ..SandboxOptions::default()
    })
    .await;
    let mut program = shop.program(&["run", shop.synthetic_list()]);
    for service in ["MUSICBRAINZ", "DISCOGS"] {
        let name = format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE");
        program.env(name, (60.0 * FASTER).to_string());
    }
    let status = program.stdout(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    for (service, count) in shop.sandbox.request_counts() {
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
    let asked = shop.sandbox.request_counts()["discogs"].paths.clone();
    assert!(asked.keys().all(|path| !path.contains("search")), "{asked:?}");
}

/// Two runs are one address for a service: the second one's first request keeps its distance to the first one's last.
#[tokio::test(flavor = "multi_thread")]
async fn processes_keep_the_pace_together() {
    const LOOKUPS: u32 = 6;
    let shop = Shop::with(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await;
    let began = std::time::Instant::now();
    let upcs = ["012345678905", "036000291452", "614141000036", "123456789012", "042100005264", "012000001086"];
    let lookups: Vec<_> = upcs
        .map(|upc| {
            let mut program = shop.program(&["lookup", upc]);
            program.env("DRAFT_MAKER__PROVIDERS__MUSICBRAINZ__REQUESTS_PER_MINUTE", "60");
            program.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .into();
    for mut lookup in lookups {
        super::shop::end(&mut lookup).await;
    }
    assert_eq!(shop.sandbox.request_counts()["musicbrainz"].requests, u64::from(LOOKUPS));
    // A lower bound holds on the slowest machine.
    let least = std::time::Duration::from_secs(1) * (LOOKUPS - 1);
    assert!(began.elapsed() >= least, "{LOOKUPS} requests within {:?}", began.elapsed());
}
