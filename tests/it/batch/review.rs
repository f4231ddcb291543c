//! What waits for a person: written as a file, edited, fed back, and taken on to its draft.

use std::fs;
use std::path::PathBuf;

use super::shop::{Shop, end, send};

/// Several pressings of it fit equally well.
const SEVERAL: &str = "720642443323";
/// Its listing lacks a price.
const PRICELESS: &str = "602517506305";

/// A shop in which a list has run, and something waits.
async fn reviewed(upcs: &[&str]) -> Shop {
    let shop = Shop::open().await;
    let list = shop.list(upcs.join("\n"));
    let ran = shop.run(&["run", list]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    shop
}

fn file(shop: &Shop) -> PathBuf {
    shop.home.path().join("review.toml")
}

/// Writes the file and answers what stands after `choose` of an item.
fn edit(shop: &Shop, edits: &[(&str, &str)]) -> String {
    let _ = fs::remove_file(file(shop));
    let written = shop.run(&["review", "--output", "review.toml"]);
    assert_eq!(written.code, Some(0), "{}{}", written.out, written.err);
    let text = fs::read_to_string(file(shop)).unwrap();
    let mut blocks: Vec<String> = text.split("[[item]]").map(str::to_owned).collect();
    for (upc, answer) in edits {
        let block = blocks.iter_mut().find(|block| block.contains(&format!("upc = \"{upc}\""))).expect("the item");
        let key = answer.split(" = ").next().unwrap();
        let lines = block.lines().filter(|line| !line.trim_start_matches("# ").starts_with(&format!("{key} =")));
        *block = format!("{}\n{answer}\n", lines.collect::<Vec<_>>().join("\n"));
    }
    fs::write(file(shop), blocks.join("[[item]]")).unwrap();
    text
}

fn status_of(shop: &Shop, upc: &str) -> String {
    shop.statuses().into_iter().find(|(of, _)| of == upc).expect("an entry").1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_from_a_file_leads_to_the_draft_and_asks_no_database_again() {
    let shop = reviewed(&[SEVERAL, "720642442524"]).await;
    let text = edit(&shop, &[(SEVERAL, "choose = 1")]);
    assert!(text.contains("# ==== Look at ") && text.contains("#   1  "), "{text}");
    let asked: Vec<_> = searches(&shop);

    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert!(applied.out.contains("1  decided") && applied.out.contains("draft-maker resume batch_"), "{}", applied.out);
    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_eq!(status_of(&shop, SEVERAL), "exported");
    assert_eq!(searches(&shop), asked, "no database was asked who it is");
    assert_eq!(shop.draft_rows().len(), 2);
    assert!(shop.repeated().is_empty(), "{:?}", shop.repeated());

    let again = shop.run(&["review", "--apply", "review.toml"]);
    assert!(again.out.contains("1  wait no more"), "{}", again.out);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
}

/// The questions by which candidates are looked up.
fn searches(shop: &Shop) -> Vec<(String, u64)> {
    let counts = shop.sandbox.counts();
    let of = ["musicbrainz", "discogs"].into_iter().filter_map(|service| counts.get(service));
    let questions = of.flat_map(|count| count.questions.clone());
    let mut all: Vec<_> = questions
        .filter(|(question, _)| !question.contains("price_suggestions") && !question.contains("stats"))
        .collect();
    all.sort();
    all
}
