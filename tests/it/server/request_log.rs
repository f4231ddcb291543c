//! The log of a batch on eBay: searching for a job or a barcode finds every request that was sent for it.

use sandbox::SandboxOptions;
use serde_json::Value;

use super::test_server::{LIST, TestServer};
use crate::batch::shop::{Shop, files};

#[tokio::test(flavor = "multi_thread")]
async fn log_lines_of_a_barcode_cover_all_its_requests() {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 30, ..SandboxOptions::default() }).await;
    let mut command = shop.seller(&[]);
    command.env("MODE", "api").env("RUST_LOG", "warn,draft_maker=trace");
    let server = TestServer::start(shop, command).await;
    server.put_synthetic("boxes/1.txt");
    let job = server.create_job(LIST).await;
    assert_eq!(server.until(&job, "completed").await["successful"], 30);

    let logs = files(&server.shop.home.path().join(".local/state/draft-maker/logs"));
    let text = logs.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let asked = lines.iter().filter(|line| line["message"] == "request answered").collect::<Vec<_>>();
    assert!(asked.iter().all(|line| line["job"] == job.as_str()), "all requests belong to this job");
    for (host, path) in [
        ("musicbrainz", "/ws/2/release"),
        ("discogs", "/database/search"),
        ("ebay", "/bulk_get_inventory_item"),
        ("ebay", "/bulk_create_or_replace_inventory_item"),
        ("ebay", "/bulk_create_offer"),
        ("ebay_media", "/image/create_image_from_url"),
    ] {
        let is_it = |line: &&&Value| line["path"].as_str().unwrap().contains(path);
        let of_path = asked.iter().filter(is_it).collect::<Vec<_>>();
        assert!(!of_path.is_empty(), "{host} {path}: {asked:#?}");
        for upc in server.shop.sandbox.synthetic_upcs() {
            let names = |line: &&&Value| line["upc"].as_str().unwrap_or_default().contains(&upc.to_string());
            assert!(of_path.iter().any(names), "{upc} is in no line of {host} {path}: {of_path:#?}");
        }
    }
}
