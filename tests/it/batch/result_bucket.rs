//! Result files in a bucket: `OUTPUT_DIR=gs://bucket/folder`.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::shop::{ProgramOutput, Shop, files, name, run_output};

const BUCKET: &str = "results-bucket";

fn run(shop: &Shop, arguments: &[&str]) -> ProgramOutput {
    run_output(&shop.program(arguments).env("OUTPUT_DIR", format!("gs://{BUCKET}/box/")).output().unwrap())
}

/// Returns the objects that the program has written.
fn written(shop: &Shop) -> BTreeMap<String, Vec<u8>> {
    let mut objects = shop.sandbox.objects(BUCKET);
    objects.retain(|name, _| name.starts_with("box/"));
    objects
}

fn object<'a>(objects: &'a BTreeMap<String, Vec<u8>>, beginning: &str) -> Vec<(&'a str, &'a [u8])> {
    let matching = objects.iter().filter(|(name, _)| name.starts_with(beginning));
    matching.map(|(name, content)| (name.as_str(), content.as_slice())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_written_at_the_end_and_after_an_edit() {
    let shop = Shop::open().await;
    shop.sandbox.put_object(BUCKET, "made.txt", b"");
    let first = run(&shop, &[shop.list("093624896326\n"), "--sink", "csv"]);
    assert!(matches!(first.code, Some(0 | 3)), "{}{}", first.out, first.err);
    let objects = written(&shop);
    assert_eq!(objects.len(), 3, "{:?}", objects.keys());
    for name in objects.keys() {
        assert!(first.out.contains(&format!("gs://{BUCKET}/{name}")), "{name}: {}", first.out);
    }
    let (results, drafts) = (object(&objects, "box/batch_results_"), object(&objects, "box/ebay_drafts_"));
    let parsed: Value = serde_json::from_slice(results[0].1).unwrap();
    assert_eq!(parsed["total_upcs"], 1, "{parsed}");
    assert!(String::from_utf8_lossy(drafts[0].1).contains("093624896326"), "{drafts:?}");
    let shown = run(&shop, &["doctor"]);
    assert!(shown.out.contains(&format!("gs://{BUCKET}/box/: all files are there")), "{}", shown.out);

    let edited = run(&shop, &["edit", "093624896326", "--price", "24.00"]);
    assert!(matches!(edited.code, Some(0 | 3)), "{}{}", edited.out, edited.err);
    let after = written(&shop);
    assert!(after.keys().eq(objects.keys()), "{:?}", after.keys());
    let drafts = String::from_utf8_lossy(object(&after, "box/ebay_drafts_")[0].1).into_owned();
    assert!(drafts.contains("24.00"), "{drafts}");
    assert_ne!(object(&after, "box/batch_results_"), results);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_missing_fails_no_batch_and_gets_the_files_later() {
    let shop = Shop::open().await;
    let first = run(&shop, &[shop.list("093624896326\n"), "--sink", "csv"]);
    assert!(matches!(first.code, Some(0 | 3)), "{}{}", first.out, first.err);
    assert!(first.out.contains("not in the bucket yet"), "{}", first.out);
    assert!(first.out.contains("the bucket does not exist"), "{}", first.out);
    let staged = shop.home.path().join(".local/share/draft-maker/results");
    let staged_files = files(&staged);
    assert_eq!(staged_files.len(), 3, "{staged_files:?}");
    assert!(
        staged_files
            .iter()
            .all(|file| first.out.contains(&file.display().to_string()) || first.out.contains(&name(file)))
    );
    let doctor = run(&shop, &["doctor"]);
    assert!(doctor.out.contains("the files of 1 batch are not there yet"), "{}", doctor.out);

    // The disk is empty, and the bucket now exists.
    fs::remove_dir_all(&staged).unwrap();
    shop.sandbox.put_object(BUCKET, "made.txt", b"");
    let second = run(&shop, &[shop.list("720642462928\n"), "--no-drafts"]);
    assert!(matches!(second.code, Some(0 | 3)), "{}{}", second.out, second.err);
    let objects = written(&shop);
    let names: Vec<_> = objects.keys().collect();
    for file in &staged_files {
        assert!(objects.contains_key(&format!("box/{}", name(file))), "{}: {names:?}", file.display());
    }
    assert_eq!(objects.len(), 5, "three of the first batch, two of the second: {names:?}");
    let doctor = run(&shop, &["doctor"]);
    assert!(doctor.out.contains("all files are there"), "{}", doctor.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_others_and_drafts_files_that_the_seller_changed_stay() {
    let shop = Shop::open().await;
    shop.sandbox.put_object(BUCKET, "made.txt", b"");
    assert!(matches!(run(&shop, &[shop.list("093624896326\n"), "--sink", "csv"]).code, Some(0 | 3)));
    let objects = written(&shop);
    let (drafts, results) = (object(&objects, "box/ebay_drafts_")[0].0, object(&objects, "box/batch_results_")[0].0);
    shop.sandbox.put_object(BUCKET, drafts, b"rows of the seller");
    shop.sandbox.put_object(BUCKET, results, b"notes of the seller");
    let edited = run(&shop, &["edit", "093624896326", "--price", "24.00"]);
    assert!(edited.out.contains("Not updated") && edited.out.contains(drafts), "{}{}", edited.out, edited.err);
    let after = written(&shop);
    assert_eq!(after[drafts], b"rows of the seller");
    assert_eq!(after[results], b"notes of the seller");
    assert_eq!(object(&after, "box/batch_results_").len(), 2, "{:?}", after.keys());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_address_is_refused_before_the_batch() {
    let shop = Shop::open().await;
    let list = shop.list("093624896326\n");
    for address in ["gs://", "gs://My-Bucket/box"] {
        let refused = run_output(&shop.program(&[list]).env("OUTPUT_DIR", address).output().unwrap());
        assert_eq!(refused.code, Some(2), "{address}: {}{}", refused.out, refused.err);
        assert!(refused.err.contains("gs://bucket/folder"), "{}", refused.err);
    }
    assert_eq!(shop.requests(), 0);
}
