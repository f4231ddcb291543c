//! Each simulated service rejects requests above its limit as the real service does, and counts them.

use sandbox::SandboxOptions;

use super::asking::{NAME, SandboxAnswer, SandboxClient, TOKEN};

/// A minute of the services lasts twenty minutes here, so that even a slow machine exceeds the limits.
const SLOW: f64 = 0.05;

const BARCODE: &str = "720642442524";

/// Sends `most` requests that are allowed and one that is rejected; returns the rejection.
async fn refusal(
    service: &str,
    path: &str,
    most: u64,
    headers: &[(&str, &str)],
    is_refusal: fn(&SandboxAnswer) -> bool,
) -> SandboxAnswer {
    let visit = SandboxClient::to(SandboxOptions { speed: SLOW, ..SandboxOptions::default() }).await;
    for number in 1..=most {
        let answer = visit.get_with(path, headers).await;
        assert!(!is_refusal(&answer), "number {number} of {most} was refused: {answer:?}");
    }
    let refused = visit.get_with(path, headers).await;
    assert!(is_refusal(&refused), "{refused:?}");
    assert_eq!(visit.counted(service), (most + 1, 1), "all requests are counted, including the rejected one");
    refused
}

#[tokio::test]
async fn musicbrainz_rejects_with_503() {
    let path = format!("/musicbrainz/ws/2/release?query=barcode:{BARCODE}&fmt=json");
    let answer = refusal("musicbrainz", &path, 22, &[NAME], |answer| answer.status == 503).await;
    assert!(answer.header("content-type").starts_with("application/json"));
    assert!(answer.json()["error"].as_str().unwrap().contains("22"), "{}", answer.text());
    let seconds = answer.header("retry-after").parse::<u64>().unwrap();
    // Twenty seconds last 400 seconds here, and some of them have passed.
    assert!((1..=401).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn discogs_allows_60_per_minute_with_a_token_and_25_without() {
    let path = format!("/discogs/database/search?type=release&barcode={BARCODE}");
    let answer = refusal("discogs", &path, 60, &[NAME, TOKEN], |answer| answer.status == 429).await;
    assert!(answer.json()["message"].is_string());
    let text = ["x-discogs-ratelimit", "x-discogs-ratelimit-used", "x-discogs-ratelimit-remaining"];
    assert_eq!(text.map(|name| answer.header(name).to_owned()), ["60", "60", "0"]);
    let answer = refusal("discogs", "/discogs/releases/249504", 25, &[NAME], |answer| answer.status == 429).await;
    assert_eq!(text.map(|name| answer.header(name).to_owned()), ["25", "25", "0"]);
}

#[tokio::test]
async fn discogs_reports_the_remaining_requests() {
    let visit = SandboxClient::to(SandboxOptions { speed: SLOW, ..SandboxOptions::default() }).await;
    for used in 1..=3 {
        let answer = visit.get("/discogs/releases/249504").await;
        assert_eq!(answer.header("x-discogs-ratelimit"), "60");
        assert_eq!(answer.header("x-discogs-ratelimit-used"), used.to_string());
        assert_eq!(answer.header("x-discogs-ratelimit-remaining"), (60 - used).to_string());
    }
}

#[tokio::test]
async fn deezer_rejects_the_51st_request_with_status_200() {
    let is_quota = |answer: &SandboxAnswer| answer.json()["error"]["code"] == 4;
    let answer = refusal("deezer", &format!("/deezer/album/upc:{BARCODE}"), 50, &[], is_quota).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["error"]["type"], "Exception");
}

#[tokio::test]
async fn itunes_rejects_the_21st_request_with_an_empty_403() {
    let path = format!("/itunes/lookup?upc={BARCODE}&entity=song");
    let answer = refusal("itunes", &path, 20, &[], |answer| answer.status == 403).await;
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn covers_have_no_limit() {
    let visit = SandboxClient::to(SandboxOptions { speed: SLOW, ..SandboxOptions::default() }).await;
    for _ in 0..100 {
        assert_eq!(visit.get("/coverartarchive/release/d5cdb7fd-c7e9-460a-9549-8a369655cc52/front").await.status, 307);
    }
    assert_eq!(visit.counted("coverartarchive"), (100, 0));
}

#[tokio::test]
async fn a_full_window_reopens_sooner_if_time_passes_faster() {
    // Five seconds of Deezer pass in a quarter of a second.
    let visit = SandboxClient::to(SandboxOptions { speed: 20.0, ..SandboxOptions::default() }).await;
    let path = format!("/deezer/album/upc:{BARCODE}");
    let refused = async || visit.get(&path).await.json()["error"]["code"] == 4;
    let asked_until = async |wanted: bool| {
        for _ in 0..2_000 {
            if refused().await == wanted {
                return true;
            }
        }
        false
    };
    assert!(asked_until(true).await, "the window fills up");
    assert!(asked_until(false).await, "the window empties with time");
    assert!(visit.counted("deezer").1 > 0);
}

#[tokio::test]
async fn without_limits_no_request_is_rejected() {
    let visit = SandboxClient::to(super::asking::unlimited()).await;
    for _ in 0..70 {
        assert_eq!(visit.get("/discogs/releases/249504").await.status, 200);
        assert!(visit.get(&format!("/deezer/album/upc:{BARCODE}")).await.json()["error"].is_null());
    }
    assert_eq!((visit.counted("discogs"), visit.counted("deezer")), ((70, 0), (70, 0)));
}

#[tokio::test]
async fn requests_without_a_user_agent_are_rejected() {
    let visit = SandboxClient::to(super::asking::unlimited()).await;
    let search = format!("/musicbrainz/ws/2/release?query=barcode:{BARCODE}&fmt=json");
    let lookup = "/musicbrainz/ws/2/release/d5cdb7fd-c7e9-460a-9549-8a369655cc52?fmt=json";
    for path in [&search, lookup, "/discogs/releases/249504", "/discogs/database/search?barcode=720642442524"] {
        assert_eq!(visit.get_with(path, &[TOKEN]).await.status, 403, "{path}");
        assert_eq!(visit.get_with(path, &[TOKEN, ("user-agent", " ")]).await.status, 403, "{path}");
        assert_eq!(visit.get_with(path, &[TOKEN, NAME]).await.status, 200, "{path}");
    }
    let nameless = visit.get_with("/discogs/releases/249504", &[TOKEN]).await;
    assert!(nameless.body.is_empty(), "Discogs sends no body");
}

#[tokio::test]
async fn counts_are_by_kind_and_by_request() {
    let visit = SandboxClient::to(super::asking::unlimited()).await;
    visit.get("/discogs/releases/249504?curr_abbr=USD").await;
    visit.get("/discogs/releases/249504?curr_abbr=USD").await;
    visit.get("/discogs/releases/1018055").await;
    let counts = visit.sandbox.request_counts();
    let discogs = &counts["discogs"];
    assert_eq!((discogs.requests, discogs.paths["/discogs/releases/*"]), (3, 3));
    assert_eq!(discogs.request_uris["/discogs/releases/249504?curr_abbr=USD"], 2);
    let messages = visit.json("/sandbox/counts").await;
    assert_eq!(messages["discogs"]["requests"], 3);
    assert_eq!(messages["discogs"]["refused"], 0);
}
