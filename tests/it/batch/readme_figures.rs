//! The counts in README.md are those of the program.

use std::path::Path;

use sandbox::DEMO_LIST;
use serde_json::Value;

use super::shop::{ProgramOutput, Shop, files, name, run_output};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// Returns the cells of the table row that begins with `first`.
fn row_cells(first: &str) -> Vec<String> {
    let text = readme();
    let row = text.lines().find(|line| line.starts_with(&format!("| {first}"))).expect("the row");
    row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Returns the numbers of drafts and of items that need a decision, from a summary.
fn counts(ran: &ProgramOutput) -> (u64, u64) {
    let count = |statuses: &[&str]| {
        let cells = ran.out.lines().filter_map(|line| line.trim().split_once(' '));
        let counts = cells.filter(|(status, _)| statuses.contains(status));
        counts.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum()
    };
    (count(&["exported", "rehearsed"]), count(&["needs_review"]))
}

fn stated_counts(first: &str) -> (u64, u64) {
    let cells = row_cells(first);
    (cells[2].parse().unwrap(), cells[3].parse().unwrap())
}

/// Runs the demo list without the settings that only tests need.
fn run_list(shop: &Shop, settings: &[(&str, &str)], token: bool) -> ProgramOutput {
    let mut program = shop.program(&["run", shop.list(DEMO_LIST), "--dry-run"]);
    program.env_remove("DRAFT_MAKER__PRICING__MIN_CONFIDENCE").env_remove("DRAFT_MAKER__LISTING__STOCK_PHOTOS");
    if !token {
        program.env_remove("DISCOGS_PERSONAL_ACCESS_TOKEN");
    }
    run_output(&program.envs(settings.iter().copied()).output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_with_and_without_a_token_are_those_of_the_list() {
    let shop = Shop::open().await;
    let with_token = run_list(&shop, &[], true);
    assert_eq!(counts(&with_token), stated_counts("With a Discogs token"), "{}{}", with_token.out, with_token.err);
    let results = shop.results();
    let entries = results["results"].as_array().unwrap();
    let without_price = entries.iter().filter_map(|entry| entry["error"].as_str());
    let without_price = without_price.filter(|error| error.starts_with("price is missing: ")).count();
    let text = readme();
    assert!(text.contains(&format!("In this list, {without_price} items need your decision only because no price")));

    let floor = [("DRAFT_MAKER__PRICING__FLOOR", "4.99"), ("DRAFT_MAKER__PRICING__MIN_CONFIDENCE", "none")];
    let with_floor = run_list(&shop, &floor, true);
    let (drafts, decisions) = stated_counts("With a Discogs token");
    let priced = u64::try_from(without_price).unwrap();
    assert_eq!(counts(&with_floor), (drafts + priced, decisions - priced), "{}", with_floor.out);

    let shop = Shop::open().await;
    let without_token = run_list(&shop, &[], false);
    assert_eq!(counts(&without_token), stated_counts("Without a token"), "{}{}", without_token.out, without_token.err);
    // What could not be asked without a token is asked with one, and not taken from the cache.
    let with_token = run_list(&shop, &[], true);
    assert_eq!(counts(&with_token), stated_counts("With a Discogs token"), "{}{}", with_token.out, with_token.err);
}

/// What the README says about the demo is what the demo says about itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_as_the_readme_describes_it() {
    let shop = Shop::open().await;
    let text = readme();
    for (arguments, first) in
        [(&["demo"][..], "With a Discogs token"), (&["demo", "--catalog"], "With a token and the")]
    {
        let demo = shop.run(arguments);
        assert_eq!(counts(&demo), stated_counts(first), "{arguments:?}: {}{}", demo.out, demo.err);
        let speed = demo.err.split(" times faster").next().unwrap().rsplit(' ').next().unwrap();
        assert!(text.contains(&format!("{speed} times faster than the real limits allow")), "{}", demo.err);
        let minutes = row_cells("With a Discogs token")[1].clone();
        assert!(demo.err.contains(&format!("really takes about {minutes}")), "{minutes}: {}", demo.err);
        let results = files(&shop.home.path().join("draft-maker-demo"));
        let results = results.iter().find(|path| name(path).starts_with("DEMO_batch_results_")).unwrap();
        let results: Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
        assert!(text.contains(&format!("The demo looks up {} real barcodes", results["total_upcs"])));
        assert!(text.contains(&format!("| {} items | Drafts |", results["total_upcs"])));
        let mut entries = results["results"].as_array().unwrap().iter();
        let example =
            entries.find(|entry| text.contains(&format!("the barcode {} becomes", entry["upc"].as_str().unwrap())));
        let title = example.expect("the example")["draft"]["title"].as_str().unwrap();
        assert!(text.contains(&format!("\n{title}\n")), "{title}");
    }
}
