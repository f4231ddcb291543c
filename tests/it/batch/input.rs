//! Sources of lists, and the errors if a list cannot be read.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::shop::{Shop, files, run_output};

const LIST: &[u8] = b"\xef\xbb\xbf# box 3\r\nupc,qty\r\n720642462928,2\r\n7-20642-46292-8,1\r\nnothing,1\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_standard_input_and_a_bucket_give_the_same() {
    let shop = Shop::open().await;
    shop.sandbox.put_object("draft-maker-bucket", "boxes/3.csv", LIST);
    let mut child = shop.program(&["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(LIST).unwrap();
    let piped = run_output(&child.wait_with_output().unwrap());
    let mut seen = vec![(piped, shop.results())];
    for source in [shop.list(LIST), "gs://draft-maker-bucket/boxes/3.csv"] {
        seen.push((shop.run(&["run", source]), shop.results()));
    }
    for ((ran, results), kind) in seen.iter().zip(["stdin", "file", "gcs"]) {
        assert_eq!(ran.code, Some(3), "{kind}: {}", ran.err);
        assert!(ran.out.contains("line 5 skipped: "), "{kind}: {}", ran.out);
        let entry = &results["results"][0];
        assert_eq!((entry["copies"].as_u64(), &entry["lines"]), (Some(3), &serde_json::json!([3, 4])), "{kind}");
        assert_eq!(results["source_type"], kind);
        assert_eq!(results["total_upcs"], 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_list_is_reported_and_nothing_is_written() {
    let shop = Shop::open().await;
    let home = shop.home.path();
    std::fs::write(home.join("empty.txt"), "").unwrap();
    std::fs::write(home.join("comments.txt"), "# nothing yet\n\n").unwrap();
    std::fs::write(home.join("picture.jpg"), [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, b'J', b'F', b'I', b'F', 0, 1]).unwrap();
    let huge = std::fs::File::create(home.join("huge.txt")).unwrap();
    huge.set_len(5 << 30).unwrap();
    for (source, word) in [
        ("empty.txt", "empty"),
        ("comments.txt", "blank lines"),
        ("picture.jpg", "picture.jpg"),
        ("huge.txt", "huge.txt"),
        ("missing.txt", "missing.txt"),
        (".", "this is a folder"),
        ("gs://draft-maker-bucket/none.txt", "none.txt"),
        ("gs://no-such-bucket/upcs.txt", "no-such-bucket"),
        ("gs://UPPER/x", "gs://"),
        ("gs://bucket-only", "gs://"),
    ] {
        let ran = shop.run(&["run", source]);
        assert_eq!(ran.code, Some(2), "{source}: {}", ran.err);
        assert!(ran.err.contains(word), "{source}: {}", ran.err);
        assert!(files(&shop.output()).is_empty(), "{source}");
    }
    assert_eq!(shop.requests(), 0);
    assert_eq!(shop.run(&["jobs"]).out.lines().filter(|line| line.contains("batch_")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_can_be_printed_as_a_line_of_json() {
    let shop = Shop::open().await;
    let ran = shop.run(&["run", shop.list("720642462928\nabc\n012345678905\n"), "--format", "ndjson"]);
    let events: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], *kinds.last().unwrap()), ("ordered", "finished"));
    let ends = events.iter().filter(|event| event["step"] == "done").count();
    assert_eq!(ends, 2);
    let numbers: Vec<_> = events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted() && kinds.contains(&"refused"), "{kinds:?}");
}

/// All lines that are not UPCs are in the results, with line number and reason, regardless of their number.
#[tokio::test(flavor = "multi_thread")]
async fn every_rejected_line_is_in_the_results() {
    let shop = Shop::open().await;
    let list = (0..30_000).fold("720642462928\n".to_owned(), |list, number| list + &format!("y{number}\n"));
    let ran = shop.run(&["run", shop.list(list), "--test"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.out.contains("and 29950 more, see"), "{}", ran.out);
    let summary = &shop.results()["summary"];
    assert_eq!(summary["refused_lines"], 30_000);
    let refused = summary["refused"].as_array().unwrap();
    let numbers = refused.iter().map(|line| line["line"].as_u64().unwrap());
    assert!(numbers.eq(2..=30_001));
    assert_eq!(refused[29_999]["reason"], "a barcode has digits only, not 'y'");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unwritable_result_folder_is_reported_before_any_request() {
    let shop = Shop::open().await;
    let list = shop.list("720642462928\n");
    let ran = shop.run(&["run", list, "--output", list]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(
        ran.err.contains("cannot write result files to ")
            && ran.err.contains("upcs.txt: ")
            && ran.err.contains("--output"),
        "{}",
        ran.err
    );
    assert_eq!(shop.requests(), 0);
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));
}

/// A mistake in the options of a batch can be fixed when it is resumed.
#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_batch_can_write_to_another_folder() {
    let shop = Shop::with_synthetic(1).await;
    assert_eq!(shop.run(&["run", shop.synthetic_list(), "--test"]).code, Some(0));
    let job = shop.results()["job_id"].as_str().unwrap().to_owned();
    let resumed = shop.run(&["resume", &job, "--output", "elsewhere"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.err);
    assert_eq!(files(&shop.home.path().join("elsewhere")).len(), 2);
}

/// 556 copies in two rows: the serial numbers of a scanner in a column named quantity.
const MANY_COPIES: &str = "UPC,Qty\n720642462928,278\n093624896326,278\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_implausible_number_of_copies_stops_a_batch() {
    let shop = Shop::open().await;
    let list = shop.list(MANY_COPIES);
    let refused = shop.run(&["run", list]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    for word in
        ["it has 556 copies in 2 rows, with quantities from \"Qty\"", "--accept-quantities", "--quantity-column"]
    {
        assert!(refused.err.contains(word), "{}", refused.err);
    }
    assert!(files(&shop.output()).is_empty());
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));
    assert_ne!(shop.run(&["run", list, "--no-drafts"]).code, Some(2), "without drafts there is nothing to protect");
    let accepted = shop.run(&["run", list, "--accept-quantities"]);
    assert_ne!(accepted.code, Some(2), "{}", accepted.err);
    let copies = |shop: &Shop| {
        shop.results()["results"].as_array().unwrap().iter().map(|e| e["copies"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(copies(&shop), [278, 278]);
    let chosen = shop.run(&["run", list, "--quantity-column", "none", "--test"]);
    assert_ne!(chosen.code, Some(2), "{}", chosen.err);
    assert_eq!(copies(&shop), [1, 1]);
    let unlimited = run_output(
        &shop.program(&["run", list, "--test"]).env("DRAFT_MAKER__INTAKE__MAX_AVERAGE_COPIES", "0").output().unwrap(),
    );
    assert_ne!(unlimited.code, Some(2), "{}", unlimited.err);
}

/// The report about how the list was read is printed once, before the first lookup.
#[tokio::test(flavor = "multi_thread")]
async fn the_reading_of_a_list_is_printed_once_and_stored() {
    let shop = Shop::open().await;
    let ran = shop.run(&["run", shop.list("Title,UPC,Qty\nMoon,720642462928,2\nNo code,,1\n"), "--test"]);
    let reading = "Read as CSV: barcodes from \"UPC\", quantities from \"Qty\", title from \"Title\"; 1 item, 2 copies, 1 row skipped (\"UPC\" is empty)";
    assert!(ran.out.contains(reading), "{}", ran.out);
    assert_eq!(ran.out.matches("1 item").count(), 1, "{}", ran.out);
    assert!(ran.out.find(reading) < ran.out.find("720642462928  "), "{}", ran.out);
    let described = &shop.results()["summary"]["reading"];
    assert_eq!((&described["quantity_column"], &described["copies"]), (&"\"Qty\"".into(), &2.into()));
}
