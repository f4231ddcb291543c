//! The log of a batch at eBay: whoever looks for a job or a barcode in it finds all that was done for it.

use sandbox::SandboxOptions;
use serde_json::Value;

use super::served::{LIST, Served};
use crate::batch::shop::{Shop, files};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_for_a_barcode_finds_what_was_asked_for_it() {
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, synthetic_releases: 30, ..SandboxOptions::default() }).await;
    let mut command = shop.seller(&[]);
    command.env("MODE", "api").env("RUST_LOG", "warn,draft_maker=trace");
    let served = Served::start(shop, command).await;
    served.put_synthetic("boxes/1.txt");
    let job = served.order(LIST).await;
    assert_eq!(served.until(&job, "completed").await["successful"], 30);

    let logs = files(&served.shop.home.path().join(".local/state/draft-maker/logs"));
    let text = logs.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let asked = lines.iter().filter(|line| line["message"] == "asked").collect::<Vec<_>>();
    assert!(asked.iter().all(|line| line["job"] == job.as_str()), "only this job asks anybody");
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
        for upc in served.shop.sandbox.synthetic_upcs() {
            let names = |line: &&&Value| line["upc"].as_str().unwrap_or_default().contains(&upc.to_string());
            assert!(of_path.iter().any(names), "{upc} is in no line of {host} {path}: {of_path:#?}");
        }
    }
}
