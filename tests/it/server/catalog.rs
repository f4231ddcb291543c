//! A service that keeps running while an offline catalog is imported.

use serde_json::json;

use super::test_server::TestServer;
use crate::batch::shop::{Shop, run_output};

/// A barcode that no simulated service knows.
const UNKNOWN: &str = "4006381333931";

const DUMP: &str = r#"<releases><release id="77" status="Accepted"><artists><artist><name>Stella</name></artist></artists><title>Highlights</title><labels><label name="Boss" catno="B 1"/></labels><formats><format name="CD" qty="1"><descriptions><description>Album</description></descriptions></format></formats><country>Germany</country><released>1994</released><tracklist><track><position>1</position><title>One</title><duration>3:00</duration></track></tracklist><identifiers><identifier type="Barcode" value="4 006381 333931"/></identifiers></release></releases>"#;

#[tokio::test(flavor = "multi_thread")]
async fn new_jobs_read_the_catalog_without_a_restart() {
    let server = TestServer::for_shop(Shop::open().await).await;
    let list = server.put("boxes/1.txt", UNKNOWN.as_bytes());
    let first = server.create_job(&list).await;
    let done = server.until(&first, "completed").await;
    assert_eq!(done["results"]["results"][0]["metadata"], serde_json::Value::Null, "{done}");

    let home = server.shop.home.path();
    std::fs::write(home.join("discogs_20261001_releases.xml"), DUMP).unwrap();
    let mut import = server.shop.program(&["catalog", "import", "discogs_20261001_releases.xml"]);
    let imported = run_output(&import.output().unwrap());
    assert_eq!(imported.code, Some(0), "{}", imported.err);
    let list = server.put("boxes/2.txt", format!("{UNKNOWN}\n720642442524\n").as_bytes());
    let planned = server.post("/api/batch/plan", &json!({ "order": { "gcs_path": list } })).await.is(200);
    let coverage = json!({ "items": 2, "found": 1, "discogs": 1, "musicbrainz": null });
    assert_eq!(planned["list"]["catalog"], coverage, "{planned}");
    let second = server.create_job(&list).await;
    let done = server.until(&second, "completed").await;
    let metadata = &done["results"]["results"][0]["metadata"];
    assert_eq!(metadata["title"], "Highlights", "{done}");
    assert_eq!(metadata["sources"]["title"], "discogs dump 2026-10");
    let reading = &done["results"]["summary"]["reading"];
    assert_eq!(reading["catalog"], coverage, "for the forecasts of those who follow the batch: {done}");
    let notices = &reading["notices"];
    assert_eq!(*notices, json!(["1 of 2 items is in the offline catalog"]), "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_imported_from_cloud_storage_with_its_checksum_file() {
    let shop = Shop::open().await;
    let import = |object: &str| shop.run(&["catalog", "import", &format!("gs://draft-maker-bucket/dumps/{object}")]);
    let put = |name: &str, content: &[u8]| {
        shop.sandbox.put_object("draft-maker-bucket", &format!("dumps/{name}"), content);
    };
    assert_ne!(import("discogs_20261001_releases.xml").code, Some(0), "the object does not exist");
    put("discogs_20261001_releases.xml", DUMP.as_bytes());
    put("discogs_20261001_CHECKSUM.txt", format!("{}  discogs_20261001_releases.xml\n", "0".repeat(64)).as_bytes());
    let refused = import("discogs_20261001_releases.xml");
    assert!(refused.code == Some(2) && refused.err.contains("the checksum of"), "{}", refused.err);
    put("discogs_20261101_releases.xml", DUMP.as_bytes());
    put("discogs_20261101_CHECKSUM.txt", b"<html>Not found</html>");
    let imported = import("discogs_20261101_releases.xml");
    assert!(
        imported.code == Some(0) && imported.out.contains("Discogs 2026-11-01"),
        "{}{}",
        imported.out,
        imported.err
    );
    assert!(imported.out.contains("checksum file     does not name this dump"), "{}", imported.out);
    let found = shop.run(&["find", UNKNOWN]);
    assert!(found.code == Some(0) && found.out.contains("Highlights"), "{}", found.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_catalog_the_services_are_searched() {
    let shop = Shop::open().await;
    let found = shop.run(&["find", "093624896326"]);
    assert!(
        found.code == Some(0) && found.out.contains("musicbrainz") && found.out.contains("discogs"),
        "{}",
        found.out
    );
    let found = shop.run(&["find", "collision", "course"]);
    assert!(found.code == Some(0) && found.out.contains("Collision Course"), "{}{}", found.out, found.err);
    assert_eq!(shop.run(&["find", "no such record anywhere"]).code, Some(3));
}
