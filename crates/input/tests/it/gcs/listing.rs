//! Browses a bucket page by page.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use input::gcs::{ConnectionFailure, GcsClient, GcsError};
use input::{Settings, Source, gcs, read_list};
use serde_json::json;

use super::bucket::{Bucket, Fault, error_answer, object_json, unpaid_answer};

/// Number of entries per page. A token is the last name of the previous page.
const PAGE_SIZE: usize = 2;

pub(super) async fn list_objects(
    State(bucket): State<Bucket>,
    Path(name): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let fault = bucket.inside().listing_faults.pop_front();
    bucket.inside().listed.push(format!("{query:?}"));
    match fault {
        Some(Fault::Status(status, body)) => {
            return (StatusCode::from_u16(status).unwrap(), [("retry-after", "1")], body).into_response();
        }
        Some(Fault::Silence) => std::future::pending().await,
        _ => {}
    }
    if let Some(refusal) = unpaid_answer(&bucket, &headers) {
        return refusal;
    }
    if name != "a-bucket" {
        return error_answer(404, "notFound", "The specified bucket does not exist.");
    }
    let text = |name: &str| query.get(name).cloned().unwrap_or_default();
    Json(list_page(&bucket, &text("prefix"), &text("delimiter"), &text("pageToken"))).into_response()
}

fn list_page(bucket: &Bucket, prefix: &str, delimiter: &str, token: &str) -> serde_json::Value {
    let (mut items, mut prefixes, mut next) = (Vec::new(), Vec::new(), String::new());
    for (name, generations) in &bucket.inside().objects {
        let Some(rest) = name.strip_prefix(prefix).filter(|_| name.as_str() > token) else { continue };
        let folder = rest.split_once(delimiter).filter(|_| !delimiter.is_empty());
        let folder = folder.map(|(folder, _)| format!("{prefix}{folder}{delimiter}"));
        if folder.as_ref().is_some_and(|f| prefixes.contains(f) || token.starts_with(f.as_str())) {
            continue;
        }
        if items.len() + prefixes.len() == PAGE_SIZE {
            return json!({"items": items, "prefixes": prefixes, "nextPageToken": next});
        }
        next.clone_from(name);
        match (folder, generations.last_key_value()) {
            (Some(folder), _) => prefixes.push(folder),
            (None, Some((generation, content))) => items.push(object_json(name, *generation, content.len())),
            (None, None) => {}
        }
    }
    // The service omits empty fields.
    let mut page = json!({"kind": "storage#objects"});
    if !items.is_empty() {
        page["items"] = items.into();
    }
    if !prefixes.is_empty() {
        page["prefixes"] = prefixes.into();
    }
    page
}

#[tokio::test]
async fn a_bucket_is_browsed_page_by_page() {
    let bucket = Bucket::default();
    for name in ["lists/", "lists/a.txt", "lists/b.txt", "lists/old/1.txt", "lists/old/2.txt", "lists/z.txt", "other"] {
        bucket.inside().objects.entry(name.into()).or_default().insert(3, "720642442524\n".into());
    }
    let settings = bucket.open().await;
    let client = GcsClient::connect(&settings.gcs).await.unwrap();
    let name = "a-bucket".parse().unwrap();
    let (mut token, mut pages) = (None, Vec::new());
    loop {
        let page = client.list_objects(&name, "lists/", "/", token.as_deref()).await.unwrap();
        let names = page.objects.iter().map(|o| o.name.clone());
        pages.push(names.chain(page.folders.clone()).collect::<Vec<_>>().join(" "));
        if let Some(object) = page.objects.first() {
            assert_eq!((object.size, object.generation, object.storage_class.as_str()), (13, 3, "STANDARD"));
            assert_eq!(object.updated.unwrap().to_string(), "2023-11-14T22:13:20Z");
        }
        token = page.next_page_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["lists/a.txt", "lists/b.txt lists/old/", "lists/z.txt"]);
}

/// A list that leads back to an earlier page.
#[tokio::test]
async fn a_list_without_an_end_is_an_error() {
    let bucket = Bucket::default();
    let pages = [r#"{"nextPageToken": "one"}"#, r#"{"nextPageToken": "two"}"#, r#"{"nextPageToken": "one"}"#];
    bucket.inside().listing_faults.extend(pages.map(|page| Fault::Status(200, page)));
    let client = GcsClient::connect(&bucket.open().await.gcs).await.unwrap();
    let error = client.list_all_objects(&"a-bucket".parse().unwrap(), "lists/", "").await.unwrap_err();
    assert!(matches!(error, GcsError::UnexpectedResponse), "{error}");
    assert_eq!(bucket.inside().listed.len(), 3);
}

/// A folder address without a trailing slash, a pattern next to another list, and a list that is given twice.
#[tokio::test]
async fn folders_and_patterns_are_read_file_by_file() {
    let bucket = Bucket::default();
    for (name, content) in [
        ("incoming/a.txt", "720642442524\n"),
        ("box-1.csv", "UPC,Qty\n720642442524,2\n"),
        ("box-2.csv", "UPC,Qty\n098787003420,1\nno code,1\n"),
        ("plain.txt", "720642460726\n"),
    ] {
        bucket.inside().objects.entry(name.into()).or_default().insert(3, content.into());
    }
    let settings = bucket.open().await;
    let read = |addresses: &[&str]| {
        let addresses: Vec<String> = addresses.iter().map(|name| format!("gs://a-bucket/{name}")).collect();
        let source = Source::join_addresses(&addresses).parse::<Source>().unwrap();
        let settings = settings.clone();
        async move { read_list(&source, &settings).await }
    };
    let hint = "gs://a-bucket/incoming: it is a folder: add a slash to its end to read the lists in it";
    assert_eq!(read(&["incoming"]).await.unwrap_err().to_string(), hint);
    let missing = read(&["outgoing"]).await.unwrap_err().to_string();
    assert!(!missing.contains("folder"), "{missing}");
    assert_eq!(read(&["incoming/"]).await.unwrap().items.len(), 1);

    let list = read(&["box-?.csv", "plain.txt"]).await.unwrap();
    let files: Vec<_> = list.reading.files.iter().map(|file| (file.name.as_str(), file.first_line)).collect();
    assert_eq!(files, [("gs://a-bucket/box-1.csv", 1), ("gs://a-bucket/box-2.csv", 3), ("gs://a-bucket/plain.txt", 6)]);
    let rejected = &list.rejected[0];
    assert_eq!(rejected.line, 5);
    assert!(
        rejected.reason.starts_with("gs://a-bucket/box-2.csv, line 3: a barcode has digits only, not 'n'"),
        "{}",
        rejected.reason
    );

    let twice = read(&["box-1.csv", "plain.txt", "box-1.csv"]).await.unwrap();
    assert_eq!(twice.items[0].copies, 2, "not 4");
    assert_eq!(twice.reading.notices, ["gs://a-bucket/box-1.csv is named twice and is read once"]);
    let notices = ["gs://a-bucket/box-1.csv is named twice and is read once"];
    for addresses in [["box-1.csv", "box-*.csv"], ["box-*.csv", "box-1.csv"], ["box-*.csv", "*-1.csv"]] {
        let overlapping = read(&addresses).await.unwrap();
        assert_eq!(overlapping.items.iter().map(|item| item.copies).collect::<Vec<_>>(), [2, 1], "{addresses:?}");
        assert_eq!(overlapping.reading.notices, notices, "{addresses:?}");
        assert_eq!(overlapping.reading.files.len(), 2, "{addresses:?}");
    }
}

#[tokio::test]
async fn an_object_that_is_named_with_and_without_its_generation_is_read_once() {
    let bucket = Bucket::default();
    bucket.inside().objects.entry("a.txt".into()).or_default().insert(1_700_000_000_000_000, "098787003420\n".into());
    let settings = bucket.open().await;
    let (dated, newest, pattern) =
        ("gs://a-bucket/a.txt#1700000000000000", "gs://a-bucket/a.txt", "gs://a-bucket/a*.txt");
    for addresses in [[dated, newest], [newest, dated], [dated, pattern]] {
        let source = Source::join_addresses(&addresses.map(str::to_owned)).parse::<Source>().unwrap();
        let list = read_list(&source, &settings).await.unwrap();
        assert_eq!(
            (list.reading.copies, list.reading.files.len(), list.reading.notices.len()),
            (1, 1, 1),
            "{addresses:?}"
        );
    }
}

#[tokio::test]
async fn a_missing_bucket_cannot_be_browsed() {
    let settings = Bucket::default().open().await;
    let client = GcsClient::connect(&settings.gcs).await.unwrap();
    let error = client.list_objects(&"another".parse().unwrap(), "", "/", None).await.unwrap_err();
    assert_eq!(error, GcsError::BucketNotFound);
}

async fn list_all(settings: &gcs::Settings) -> Result<usize, GcsError> {
    let client = GcsClient::connect(settings).await?;
    Ok(client.list_objects(&"a-bucket".parse().unwrap(), "", "", None).await?.objects.len())
}

#[tokio::test]
async fn a_listing_is_tried_again_after_errors_that_pass() {
    for fault in [Fault::Status(503, "busy"), Fault::Status(429, "slow down"), Fault::Status(408, ""), Fault::Silence] {
        let bucket = Bucket::with("720642442524\n");
        bucket.inside().listing_faults.push_back(fault.clone());
        let mut settings = bucket.open().await.gcs;
        settings.attempt_timeout_s = 1;
        assert_eq!(list_all(&settings).await, Ok(1), "{fault:?}");
        assert_eq!(bucket.inside().listed.len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_listing_that_fails_again_and_again_ends_with_its_error() {
    let bucket = Bucket::with("");
    bucket.inside().listing_faults.extend([const { Fault::Status(503, "busy") }; 4]);
    let refused = GcsError::Refused { status: 503, message: "busy".into() };
    assert_eq!(list_all(&bucket.open().await.gcs).await, Err(refused));
    assert_eq!(bucket.inside().listed.len(), 4);

    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = gcs::Settings { emulator_host: Some(gone.to_string()), ..gcs::Settings::default() };
    let reason = ConnectionFailure::Refused;
    assert_eq!(list_all(&unreachable).await, Err(GcsError::Unreachable { reason }));
}

#[tokio::test]
async fn refusals_of_a_listing_are_not_repeated_and_say_what_to_do() {
    let refusals = [
        (403, r#"{"error":{"message":"No access.","errors":[{"reason":"forbidden"}]}}"#, "\ncaused by: No access."),
        (404, r#"{"error":{"message":"No bucket."}}"#, "the bucket does not exist: check its name"),
        (412, r#"{"error":{"message":"A policy."}}"#, "a condition of the request or a policy"),
        (400, "Bad token", "Google Cloud Storage rejected the request with status 400"),
        (302, "", "the answer is not from Google Cloud Storage"),
        (200, "<html>Sign in</html>", "the answer is not from Google Cloud Storage"),
        (200, "[1]", "the answer is not from Google Cloud Storage"),
        (
            403,
            r#"{"error":{"message":"Closed.","errors":[{"reason":"accountDisabled"}]}}"#,
            "the billing account of the project is closed: open it",
        ),
    ];
    for (status, body, expected) in refusals {
        let bucket = Bucket::with("");
        bucket.inside().listing_faults.push_back(Fault::Status(status, body));
        let text = list_all(&bucket.open().await.gcs).await.unwrap_err().to_string();
        assert!(text.contains(expected), "{status}: {text}");
        assert_eq!(bucket.inside().listed.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_listing_names_a_payer_only_if_the_service_demands_one() {
    let bucket = Bucket::with("720642442524\n");
    let mut settings = bucket.open().await.gcs;
    settings.project = Some("a-project".to_owned());
    assert_eq!(list_all(&settings).await, Ok(1));
    assert!(bucket.inside().payers.is_empty());

    bucket.inside().accepted_payer = Some("a-project");
    assert_eq!(list_all(&settings).await, Ok(1));
    assert_eq!(bucket.inside().payers, ["a-project"]);

    settings.project = Some("b-project".to_owned());
    let error = list_all(&settings).await.unwrap_err();
    assert!(matches!(&error, GcsError::PayerNotAccepted { project, .. } if project == "b-project"), "{error}");
    settings.project = None;
    assert!(matches!(list_all(&settings).await, Err(GcsError::RequesterPays { .. })));
}

/// A folder is read from a requester-pays bucket, and each rejection has its own message.
#[tokio::test]
async fn lists_are_read_from_a_bucket_whose_readers_pay() {
    let bucket = Bucket::with("720642442524\n098787003420\n").next(Fault::HalfThenSilence);
    bucket.inside().accepted_payer = Some("a-project");
    let mut settings = bucket.open().await;
    let read = async |settings: &Settings| {
        let list = read_list(&"gs://a-bucket/lists/".parse::<Source>().unwrap(), settings).await;
        list.map(|list| list.items.len()).map_err(|error| error.to_string())
    };
    settings.gcs.project = Some("a-project".to_owned());
    assert_eq!(read(&settings).await, Ok(2), "the rest after a stall is paid for as well");
    settings.gcs.project = Some("b-project".to_owned());
    let error = read(&settings).await.unwrap_err();
    assert!(error.contains("b-project is not accepted as the project that pays"), "{error}");

    bucket.inside().accepted_payer = None;
    bucket.inside().faults.push_back(Fault::Status(400, "Another problem"));
    let error = read(&settings).await.unwrap_err();
    assert!(error.contains("status 400: ") && error.ends_with("caused by: Another problem"), "{error}");
}
