//! Items in review: written to a file, edited, applied, and drafted.

use std::fs;
use std::path::PathBuf;

use store::journal::Journal;

use super::shop::Shop;

/// Barcodes for which several pressings match equally well.
const SEVERAL: &str = "720642443323";
const TWO: &str = "720642442524";
/// A barcode with a price and exactly one matching pressing.
const PRICED: &str = "093624896326";
/// A barcode whose listing lacks a price.
const PRICELESS: &str = "602517506305";

/// Opens a shop in which a list has run and items are in review.
async fn shop_with_items_in_review(upcs: &[&str]) -> Shop {
    let shop = Shop::open().await;
    let list = shop.list(upcs.join("\n"));
    let ran = shop.run(&["run", list]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    shop
}

fn file(shop: &Shop) -> PathBuf {
    shop.home.path().join("review.toml")
}

/// Writes the review file, and edits the text after `choose` of each given item.
pub(super) fn edit(shop: &Shop, edits: &[(&str, &str)]) -> String {
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
async fn a_decision_from_a_file_creates_the_draft_without_new_searches() {
    let shop = shop_with_items_in_review(&[SEVERAL, TWO]).await;
    let text = edit(&shop, &[(SEVERAL, "choose = 1"), (TWO, "choose = \"2\"\nprice = \"12.50\"")]);
    assert!(text.contains("# ==== Check the catalog number") && text.contains("#   1  "), "{text}");
    assert!(text.contains("# yours     line 1: 1 copy\n") && !text.contains("# check "), "{text}");
    let asked = shop.searches();

    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert!(applied.out.contains("2  decided") && applied.out.contains("draft-maker resume batch_"), "{}", applied.out);
    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_eq!(shop.statuses().iter().filter(|(_, status)| status == "exported").count(), 2);
    assert_eq!(shop.searches(), asked, "no search was repeated");
    assert!(shop.draft_rows().iter().any(|row| row.contains(&"12.50".to_owned())), "{:?}", shop.draft_rows());
    assert!(shop.repeated_requests().is_empty(), "{:?}", shop.repeated_requests());

    let again = shop.run(&["review", "--apply", "review.toml"]);
    assert!(again.out.contains("2  already decided"), "{}", again.out);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    // A later change in the file is not dropped without a word.
    let text = fs::read_to_string(file(&shop)).unwrap().replace("12.50", "13.00");
    let line = 1 + text.lines().position(|line| line.contains(TWO)).unwrap();
    fs::write(file(&shop), text).unwrap();
    let changed = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(changed.code, Some(2), "{}{}", changed.out, changed.err);
    let expected = format!("review.toml:{}: {TWO}: this answer was not applied", line - 1);
    assert!(changed.out.contains(&expected) && !changed.out.contains("Fix these lines"), "{}", changed.out);
    assert!(!changed.out.contains(&format!("{SEVERAL}: ")), "its answer is the recorded one: {}", changed.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_suggested_for_the_same_barcode_in_another_batch() {
    let shop = shop_with_items_in_review(&[TWO]).await;
    edit(&shop, &[(TWO, "choose = 2")]);
    assert_eq!(shop.run(&["review", "--apply", "review.toml"]).code, Some(0));
    // Another list may contain another copy, so the decision is only a suggestion.
    fs::write(shop.home.path().join("other.txt"), TWO).unwrap();
    let ran = shop.run(&["run", "other.txt"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let text = edit(&shop, &[]);
    assert!(text.contains("# You decided on 20") && text.contains("in batch_"), "{text}");
    assert!(text.contains("choose = \"2\""), "the earlier choice is filled in: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_run_of_a_list_applies_its_decisions() {
    let skipped = "075678263224";
    let shop = shop_with_items_in_review(&[SEVERAL, TWO, PRICELESS, skipped]).await;
    let cracked = "choose = \"none\"\nwhy = \"the disc is cracked\"";
    edit(&shop, &[(SEVERAL, "choose = 1"), (TWO, "choose = 2"), (PRICELESS, "price = \"7.00\""), (skipped, cracked)]);
    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);

    // The first batch is not resumed; the second one drafts the decided items.
    let again = shop.run(&["run", "upcs.txt"]);
    assert_eq!(again.code, Some(0), "one is skipped on purpose: {}{}", again.out, again.err);
    for (upc, status) in [(SEVERAL, "exported"), (TWO, "exported"), (PRICELESS, "exported"), (skipped, "skipped")] {
        assert_eq!(status_of(&shop, upc), status, "{}", again.out);
        assert_eq!(again.out.matches(upc).count(), 1, "one line each: {}", again.out);
    }
    assert!(again.out.contains("the disc is cracked (you decided this on 20"), "{}", again.out);
    let entries = shop.results()["results"].as_array().unwrap().clone();
    let note = entries.iter().find(|entry| entry["upc"] == TWO).unwrap()["note"].to_string();
    assert!(note.contains("your decision of 20") && note.contains("was applied (candidate 2)"), "{note}");
    assert!(shop.draft_rows().iter().any(|row| row.contains(&"7.00".to_owned())), "{:?}", shop.draft_rows());

    // Now all items have drafts. Another list reports them too.
    fs::copy(shop.home.path().join("upcs.txt"), shop.home.path().join("moved.txt")).unwrap();
    for list in ["upcs.txt", "moved.txt"] {
        let third = shop.run(&["run", list]);
        for upc in [SEVERAL, TWO, PRICELESS] {
            assert_eq!(status_of(&shop, upc), "already_drafted", "{list}: {}", third.out);
        }
    }
    assert_eq!(status_of(&shop, skipped), "needs_review", "a copy in another list may be undamaged");
    assert_eq!(shop.draft_rows().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_between_does_not_lose_an_edit() {
    let shop = Shop::open().await;
    let list = shop.list(TWO);
    assert_eq!(shop.sell(&["run", list]).code, Some(3));
    edit(&shop, &[(TWO, "choose = 2")]);
    assert_eq!(shop.run(&["review", "--apply", "review.toml"]).code, Some(0));
    assert_eq!(shop.sell(&["resume"]).code, Some(0));
    assert_eq!(shop.sell(&["edit", TWO, "--price", "43.00"]).code, Some(0));
    let price = || shop.sandbox.ebay_state().offers[0]["pricingSummary"]["price"]["value"].clone();
    assert_eq!(price(), "43.00");
    for rehearsal in ["--dry-run", "--no-drafts"] {
        shop.sell(&["run", list, rehearsal]);
        let again = shop.sell(&["run", list]);
        assert_eq!((again.code, price()), (Some(0), "43.00".into()), "{rehearsal}: {}{}", again.out, again.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_decision_is_not_suggested_because_it_was_repeated() {
    let shop = shop_with_items_in_review(&[TWO]).await;
    edit(&shop, &[(TWO, "choose = 2")]);
    assert_eq!(shop.run(&["review", "--apply", "review.toml"]).code, Some(0));
    let journal = Journal::open_read_only(&shop.home.path().join(".local/share/draft-maker")).await.unwrap();
    let first = journal.job_ids().await.unwrap().remove(0);
    assert_eq!(shop.run(&["run", "upcs.txt"]).code, Some(0), "the decision was repeated");
    shop.run(&["resume", first.as_str()]);
    let undone = shop.run(&["undo", TWO, "--job", first.as_str()]);
    assert_eq!(undone.code, Some(0), "{}{}", undone.out, undone.err);
    fs::write(shop.home.path().join("other.txt"), TWO).unwrap();
    shop.run(&["run", "other.txt"]);
    let text = edit(&shop, &[]);
    assert!(text.contains(TWO) && !text.contains("# You decided on"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_reported_by_line_and_block_no_other_item() {
    let shop = shop_with_items_in_review(&[SEVERAL, TWO, PRICELESS]).await;
    edit(&shop, &[(SEVERAL, "choose = 99"), (TWO, "choose = 1"), (PRICELESS, "price = \"cheap\"")]);
    let text = fs::read_to_string(file(&shop)).unwrap();
    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(2), "{}{}", applied.out, applied.err);
    for (line, message) in [("choose = 99", "write a number from 1 to"), ("price = \"cheap\"", "for example 12.50")] {
        let number = 1 + text.lines().position(|one| one == line).unwrap();
        let start = format!("review.toml:{number}: ");
        let named =
            applied.out.lines().find(|one| one.starts_with(&start)).unwrap_or_else(|| panic!("{}", applied.out));
        assert!(named.contains(message), "{named}");
    }
    assert!(applied.out.contains("1  decided"), "{}", applied.out);

    for (broken, message) in
        [("job = ", "review.toml:"), ("[[item]]\nupc = \"12\"\n", "upc"), ("colour = 1\n", "colour")]
    {
        fs::write(file(&shop), broken).unwrap();
        let applied = shop.run(&["review", "--apply", "review.toml"]);
        assert_eq!(applied.code, Some(2), "{broken}: {}{}", applied.out, applied.err);
        assert!(applied.out.contains(message), "{broken}: {}", applied.out);
    }
    assert_eq!(shop.run(&["review", "--apply", "nowhere.toml"]).code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_review_every_item_needs_a_decision_and_skipped_ones_end() {
    let shop = Shop::with_synthetic(3).await;
    let list = shop.synthetic_list();
    let ran = shop.run(&["run", list, "--review"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(shop.statuses().iter().all(|(_, status)| status == "needs_review"), "{:?}", shop.statuses());
    assert!(shop.draft_rows().is_empty());
    let upcs: Vec<String> = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect();
    let asked = shop.requests();
    edit(&shop, &[(&upcs[0], "choose = \"go\""), (&upcs[1], "choose = \"none\"\nwhy = \"the disc is cracked\"")]);
    assert_eq!(shop.run(&["review", "--apply", "review.toml"]).code, Some(0));
    let resumed = shop.run(&["resume"]);
    assert_eq!(resumed.code, Some(3), "one waits on: {}{}", resumed.out, resumed.err);
    assert_eq!(shop.requests(), asked, "no request is repeated");
    for (upc, status) in upcs.iter().zip(["exported", "skipped", "needs_review"]) {
        assert_eq!(status_of(&shop, upc), status);
    }
    assert!(shop.results().to_string().contains("the disc is cracked"));
    let journal = Journal::open_read_only(&shop.home.path().join(".local/share/draft-maker")).await.unwrap();
    let job = journal.job_ids().await.unwrap().remove(0);
    let (projection, outline) =
        (journal.projection(&job).await.unwrap(), journal.outline_projection(&job).await.unwrap());
    assert_eq!(
        projection.read().counts,
        outline.counts,
        "the counts from all events equal those from the final events"
    );
}

/// A decision is on disk before it is acknowledged, and a killed run continues with it when it is resumed.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_survives_a_kill_at_any_moment() {
    let shop = shop_with_items_in_review(&[SEVERAL, TWO]).await;
    edit(&shop, &[(SEVERAL, "choose = 1"), (TWO, "choose = 1")]);
    assert_eq!(shop.run(&["review", "--apply", "review.toml"]).code, Some(0));
    let asked = shop.searches();
    for wait in [1, 30, 90, 200] {
        let mut killed = shop.start(&["resume"]);
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    let job = Journal::open_read_only(&shop.home.path().join(".local/share/draft-maker"))
        .await
        .unwrap()
        .job_ids()
        .await
        .unwrap();
    let resumed = shop.run(&["resume", job[0].as_str()]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
    assert_eq!(shop.draft_rows().len(), 2);
    assert!(shop.statuses().iter().all(|(_, status)| status == "exported"), "{:?}", shop.statuses());
    assert_eq!(shop.searches(), asked, "no search was repeated");
}

/// Returns the drafts files in the output folder, each with its SKUs.
fn drafts_files(shop: &Shop) -> Vec<(String, Vec<String>)> {
    let drafts =
        super::shop::files(&shop.output()).into_iter().filter(|path| super::shop::name(path).contains("drafts"));
    drafts
        .map(|path| {
            (super::shop::name(&path), super::shop::rows(&path).into_iter().map(|row| row[1].clone()).collect())
        })
        .collect()
}

/// The seller uploads the file of the first run before the review.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_after_a_review_are_in_a_separate_file() {
    let shop = shop_with_items_in_review(&[SEVERAL, PRICED]).await;
    let before = drafts_files(&shop);
    assert_eq!(before.iter().map(|(_, skus)| skus.len()).collect::<Vec<_>>(), [1], "{before:?}");
    edit(&shop, &[(SEVERAL, "choose = 1\nprice = \"9.00\"")]);
    let applied = shop.run(&["review", "--apply", "review.toml"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let job = shop.results()["job_id"].as_str().map(str::to_owned);
    for round in 0..2 {
        let resumed = match &job {
            Some(job) if round > 0 => shop.run(&["resume", job]),
            _ => shop.run(&["resume"]),
        };
        assert_eq!(resumed.code, Some(0), "{}{}", resumed.out, resumed.err);
        let after = drafts_files(&shop);
        assert_eq!((after.len(), &after[0]), (2, &before[0]), "the uploaded file is unchanged: {after:?}");
        assert!(after[1].0.ends_with("_part2.csv") && after[1].1.len() == 1, "{after:?}");
        if round == 0 {
            let (results, earlier) = resumed.out.split_once("unless you have done so").expect("both are named");
            assert!(results.contains(&after[1].0) && earlier.contains(&before[0].0), "{}", resumed.out);
        }
    }
}

/// Resuming a dry run creates nothing, so the printed command runs the list, and the decisions apply to that run.
#[tokio::test(flavor = "multi_thread")]
async fn the_printed_command_drafts_decisions_about_a_dry_run() {
    let shop = Shop::open().await;
    let dry = shop.run(&["run", shop.list(SEVERAL), "--dry-run"]);
    assert_eq!(dry.code, Some(3), "{}{}", dry.out, dry.err);
    edit(&shop, &[(SEVERAL, "choose = 1\nprice = \"9.00\"")]);
    let applied = shop.run(&["review", "--apply", "review.toml"]);
    let command = applied.out.lines().find_map(|line| line.trim().strip_prefix("draft-maker run ")).map(str::to_owned);
    let command = command.unwrap_or_else(|| panic!("{}{}", applied.out, applied.err));
    assert!(!command.contains("--dry-run"), "{command}");
    let arguments = std::iter::once("run").chain(command.split_whitespace()).collect::<Vec<_>>();
    let ran = shop.run(&arguments);
    assert_eq!((ran.code, status_of(&shop, SEVERAL)), (Some(0), "exported".to_owned()), "{}{}", ran.out, ran.err);
}
