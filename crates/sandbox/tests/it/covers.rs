//! Covers: they are reached through redirects and have their stated size, and one belongs to another release.

use sandbox::{Sandbox, SandboxRelease};

use super::asking::{SandboxAnswer, SandboxClient, unlimited};

fn with_cover(sandbox: &Sandbox, cover: &str) -> SandboxRelease {
    let is_it = |release: &&SandboxRelease| !release.mbid.is_empty() && release.cover == cover;
    sandbox.catalog().releases().iter().find(is_it).expect("one in the table").clone()
}

/// Follows redirects, and returns the status of each response before the last one.
async fn followed(visit: &SandboxClient, path: &str) -> (Vec<u16>, SandboxAnswer) {
    let (mut statuses, mut answer) = (Vec::new(), visit.get(path).await);
    while (300..400).contains(&answer.status) {
        statuses.push(answer.status);
        answer = visit.get(&answer.place()).await;
    }
    (statuses, answer)
}

/// Returns the width and height, which are at fixed positions in the first chunk of a PNG (PNG specification, 11.2.2).
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn an_index_is_two_redirects_away_and_a_picture_one() {
    let visit = SandboxClient::to(unlimited()).await;
    let mbid = with_cover(&visit.sandbox, "").mbid;
    let (statuses, index) = followed(&visit, &format!("/coverartarchive/release/{mbid}/")).await;
    assert_eq!(statuses, [307, 302]);
    let index = index.json();
    assert!(index["release"].as_str().unwrap().ends_with(&mbid));
    let picture = url::Url::parse(index["images"][0]["image"].as_str().unwrap()).unwrap();
    let (statuses, picture) = followed(&visit, picture.path()).await;
    assert_eq!(statuses, [307]);
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(size(&picture.body), (1_200, 1_200));
}

#[tokio::test]
async fn small_wrong_and_missing_covers_are_served_as_such() {
    let visit = SandboxClient::to(unlimited()).await;
    let small = with_cover(&visit.sandbox, "small").mbid;
    let (_, picture) = followed(&visit, &format!("/coverartarchive/release/{small}/front.png")).await;
    assert_eq!(size(&picture.body), (300, 300));

    let foreign = with_cover(&visit.sandbox, "foreign").mbid;
    let (_, index) = followed(&visit, &format!("/coverartarchive/release/{foreign}")).await;
    assert!(!index.json()["release"].as_str().unwrap().ends_with(&foreign));

    let none = with_cover(&visit.sandbox, "none").mbid;
    let (statuses, page) = followed(&visit, &format!("/coverartarchive/release/{none}")).await;
    assert_eq!((statuses.len(), page.status), (0, 404));
    assert!(page.header("content-type").starts_with("text/html"), "the archive speaks HTML here");
}

#[tokio::test]
async fn a_merged_release_is_found_under_its_old_id() {
    let visit = SandboxClient::to(unlimited()).await;
    let old = visit.get("/musicbrainz/ws/2/release/d0a1c0f2-0000-4000-8000-000000000301?inc=media&fmt=json").await;
    assert_eq!(old.status, 301);
    let place = old.header("location").to_owned();
    assert!(place.contains("inc=media"), "{place}");
    assert!(visit.json(&place).await["media"].is_array());
}
