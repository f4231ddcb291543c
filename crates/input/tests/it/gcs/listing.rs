//! Browsing a bucket page by page, over gRPC as the official client does it.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use http_body_util::{BodyExt as _, Full};
use input::gcs::{GcsClient, GcsError};
use input::{Source, read_list};
use prost::Message;

use super::bucket::Bucket;

/// The used fields of `google.storage.v2.ListObjectsRequest`.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(string, tag = "1")]
    parent: String,
    #[prost(int32, tag = "2")]
    page_size: i32,
    #[prost(string, tag = "3")]
    page_token: String,
    #[prost(string, tag = "4")]
    delimiter: String,
    #[prost(string, tag = "6")]
    prefix: String,
}

#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, repeated, tag = "1")]
    objects: Vec<Object>,
    #[prost(string, repeated, tag = "2")]
    prefixes: Vec<String>,
    #[prost(string, tag = "3")]
    next_page_token: String,
}

#[derive(Clone, PartialEq, Message)]
struct Object {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, tag = "3")]
    generation: i64,
    #[prost(string, tag = "5")]
    storage_class: String,
    #[prost(int64, tag = "6")]
    size: i64,
    #[prost(message, optional, tag = "17")]
    update_time: Option<Time>,
}

#[derive(Clone, PartialEq, Message)]
struct Time {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// Two entries per page; a token is the last name of the previous page.
pub(super) async fn list_objects(State(bucket): State<Bucket>, body: Bytes) -> Response {
    let request = Request::decode(&body[5..]).unwrap();
    if request.parent != "projects/_/buckets/a-bucket" {
        return grpc(None, "5", "The specified bucket does not exist.");
    }
    let mut answer = Answer::default();
    for (name, generations) in &bucket.inside().objects {
        let Some(rest) = name.strip_prefix(&request.prefix).filter(|_| *name > request.page_token) else { continue };
        let folder = rest.split_once(&request.delimiter).filter(|_| !request.delimiter.is_empty());
        let folder = folder.map(|(folder, _)| format!("{}{folder}{}", request.prefix, request.delimiter));
        if folder.as_ref().is_some_and(|f| answer.prefixes.contains(f) || request.page_token.starts_with(f.as_str())) {
            continue;
        }
        if answer.objects.len() + answer.prefixes.len() == 2 {
            break;
        }
        answer.next_page_token.clone_from(name);
        match (folder, generations.last_key_value()) {
            (Some(folder), _) => answer.prefixes.push(folder),
            (None, Some((generation, content))) => answer.objects.push(Object {
                name: name.clone(),
                generation: *generation,
                storage_class: "STANDARD".into(),
                size: i64::try_from(content.len()).unwrap(),
                update_time: Some(Time { seconds: 1_700_000_000 }),
            }),
            (None, None) => {}
        }
    }
    if answer.objects.len() + answer.prefixes.len() < 2 {
        answer.next_page_token.clear();
    }
    grpc(Some(answer), "0", "")
}

/// A gRPC response: a frame with one message, and the status in the trailers.
fn grpc(answer: Option<Answer>, status: &'static str, text: &'static str) -> Response {
    let message = answer.map(|answer| answer.encode_to_vec()).unwrap_or_default();
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);
    let frame = if status == "0" { Bytes::from(frame) } else { Bytes::new() };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    trailers.insert("grpc-message", HeaderValue::from_static(text));
    let body = Full::new(frame).with_trailers(async { Some(Ok(trailers)) });
    Response::builder().header("content-type", "application/grpc").body(Body::new(body)).unwrap()
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

/// A folder whose address has no trailing slash, a pattern beside another list, and a list that is given twice.
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
    let hint = "gs://a-bucket/incoming: it is a folder: write a slash at its end to read the lists in it";
    assert_eq!(read(&["incoming"]).await.unwrap_err().to_string(), hint);
    let missing = read(&["outgoing"]).await.unwrap_err().to_string();
    assert!(!missing.contains("folder"), "{missing}");
    assert_eq!(read(&["incoming/"]).await.unwrap().items.len(), 1);

    let list = read(&["box-?.csv", "plain.txt"]).await.unwrap();
    let files: Vec<_> = list.reading.files.iter().map(|file| (file.name.as_str(), file.first_line)).collect();
    assert_eq!(files, [("gs://a-bucket/box-1.csv", 1), ("gs://a-bucket/box-2.csv", 3), ("gs://a-bucket/plain.txt", 6)]);
    let rejected = &list.rejected[0];
    assert_eq!(rejected.line, 5);
    assert!(rejected.reason.starts_with("gs://a-bucket/box-2.csv, line 3: contains 'n'"), "{}", rejected.reason);

    let twice = read(&["box-1.csv", "plain.txt", "box-1.csv"]).await.unwrap();
    assert_eq!(twice.items[0].copies, 2, "not 4");
    assert_eq!(twice.reading.notices, ["gs://a-bucket/box-1.csv is named again and is read once"]);
    let notices = ["gs://a-bucket/box-1.csv is named again and is read once"];
    for addresses in [["box-1.csv", "box-*.csv"], ["box-*.csv", "box-1.csv"], ["box-*.csv", "*-1.csv"]] {
        let overlapping = read(&addresses).await.unwrap();
        assert_eq!(overlapping.items.iter().map(|item| item.copies).collect::<Vec<_>>(), [2, 1], "{addresses:?}");
        assert_eq!(overlapping.reading.notices, notices, "{addresses:?}");
        assert_eq!(overlapping.reading.files.len(), 2, "{addresses:?}");
    }
}

#[tokio::test]
async fn a_missing_bucket_cannot_be_browsed() {
    let settings = Bucket::default().open().await;
    let client = GcsClient::connect(&settings.gcs).await.unwrap();
    let error = client.list_objects(&"another".parse().unwrap(), "", "/", None).await.unwrap_err();
    assert_eq!(error, GcsError::BucketNotFound { words: "The specified bucket does not exist.".into() });
}
